"""The ledger's accounts as the settings give them: they code every row until the buyer has accounting rules. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass, fields, replace

from bookkeeping.coding import Coding, CodingBasis, RowRole
from foundation.errors import Refused
from foundation.text import Text
from orders.terms import ArticleKind


@dataclass(frozen=True, slots=True)
class LedgerAccounts:
    """The buyer's accounts, four digits each. The defaults are examples."""

    basic: str = "5711"
    result: str = "5712"
    speed_bonus: str = "5713"
    supplementary: str = "5714"
    other: str = "5719"
    vat: str = "1546"
    rounding: str = "5799"
    arrived: str = "2599"
    payable: str = "2581"
    bank: str = "1921"
    accrued: str = "2791"
    written_off: str = "5791"
    interest: str = "3611"

    def coding(self, role: RowRole, basis: CodingBasis) -> Coding:
        """A cost on its article's account, and every other row on the account of its role."""
        return Coding(self.cost_of(basis.article) if role is RowRole.COST else str(getattr(self, role.value)))

    def cost_of(self, article: str) -> str:
        """The cost account of an article; `other` for what lies on no order."""
        costs: dict[str, str] = {
            ArticleKind.BASIC: self.basic,
            ArticleKind.RESULT: self.result,
            ArticleKind.SPEED_BONUS: self.speed_bonus,
            ArticleKind.SUPPLEMENTARY: self.supplementary,
        }
        return costs.get(article, self.other)

    def names(self, articles: Mapping[ArticleKind, Text]) -> Mapping[str, str]:
        """Every account with its name: that of an article's cost is what the services call the article."""
        costs = {self.cost_of(kind): name.sv for kind, name in articles.items()}
        return {getattr(self, name): said for name, said in _NAMES.items()} | costs


_NAMES = {
    "other": "Övriga köp",
    "vat": "Ingående moms",
    "rounding": "Öresavrundning",
    "arrived": "Leverantörsfakturor under granskning",
    "payable": "Leverantörsskulder",
    "bank": "Bank",
    "accrued": "Upplupna kostnader",
    "written_off": "Avskrivna fordringar",
    "interest": "Dröjsmålsränta",
}


class AccountsRefused(Refused):
    """The ledger's accounts cannot be used as they are set."""


def accounts_from(given: Mapping[str, str]) -> LedgerAccounts:
    """The accounts with those given in place of the examples. Raises AccountsRefused."""
    known = {each.name for each in fields(LedgerAccounts)}
    wrong = sorted(name for name, number in given.items() if name not in known or not number.isdigit())
    if wrong:
        raise AccountsRefused(
            Text(
                "Kontona i BILLING_LEDGER_ACCOUNTS går inte att använda: %(accounts)s.",
                accounts=", ".join(wrong),
            ),
        )
    return replace(LedgerAccounts(), **given)
