"""The text that rules begin as codes every row as the settings' accounts do, on whichever chart has them all."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bookkeeping.accounting_rules import read_rules
from bookkeeping.charts import AccountKind, chart
from bookkeeping.coding import CodingBasis, RowRole
from bookkeeping.first_rules import first_rules
from bookkeeping.ledger_accounts import LedgerAccounts
from bookkeeping.rule_reading import RulesRefused
from foundation.text import Text
from orders.terms import ArticleKind

NAMES = {ArticleKind.BASIC: Text('Grund "A" \\ B'), ArticleKind.RESULT: Text("Resultat")}
_KINDS = {
    "vat": AccountKind.ASSET,
    "arrived": AccountKind.LIABILITY,
    "payable": AccountKind.LIABILITY,
    "bank": AccountKind.ASSET,
    "accrued": AccountKind.LIABILITY,
    "interest": AccountKind.INCOME,
}
_FIELDS = ("basic", "result", "speed_bonus", "supplementary", "other", "rounding", "written_off", *_KINDS)


@st.composite
def _accounts(draw: st.DrawFn) -> LedgerAccounts:
    groups = chart(draw(st.sampled_from(("state", "bas")))).groups

    def account(kind: AccountKind) -> str:
        group = draw(st.sampled_from([each for each in groups if each.kind is kind]))
        return str(draw(st.integers(int(group.first), int(group.last))))

    return LedgerAccounts(**{name: account(_KINDS.get(name, AccountKind.COST)) for name in _FIELDS})


@given(
    accounts=_accounts(),
    role=st.sampled_from(RowRole),
    article=st.sampled_from([*(each.value for each in ArticleKind), ""]),
)
def test_the_first_rules_code_as_the_settings_do(
    accounts: LedgerAccounts, role: RowRole, article: str
) -> None:
    basis = CodingBasis(article=article)
    rules = read_rules(first_rules(accounts, NAMES))
    assert rules.coding(role, basis) == accounts.coding(role, basis)


def test_an_article_is_named_as_the_services_name_it() -> None:
    rules = read_rules(first_rules(LedgerAccounts(), NAMES))
    assert rules.account_name("5711") == 'Grund "A" \\ B'


def test_accounts_that_no_chart_has_are_told_when_the_text_is_read() -> None:
    with pytest.raises(RulesRefused, match="payable"):
        read_rules(first_rules(LedgerAccounts(payable="1581"), {}))
