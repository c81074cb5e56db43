"""Accounting rules as data: which account and objects each row of a voucher gets, read from a file that people write.

The first rule that a row meets and that says something of a dimension decides it, so that special cases stand above
the general. What no rule says of the account is the account of the row's role. Reading checks everything that can be
wrong, and says which rule and what to do. Pure.
"""

import re
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, fields
from datetime import date
from typing import Final

from bookkeeping import charts, layouts
from bookkeeping.budget.forecast_rules import SECTION as FORECAST
from bookkeeping.budget.forecast_rules import ForecastRules, read_forecast
from bookkeeping.charts import AccountKind, Chart
from bookkeeping.coding import Coding, CodingBasis, Dimension, RowRole, SupplierKind
from bookkeeping.layouts import Layout
from bookkeeping.rule_reading import RulesRefused, check_known
from bookkeeping.vat_compensation.compensation_rules import SECTION as VAT_COMPENSATION
from bookkeeping.vat_compensation.compensation_rules import CompensationRules, read_compensation
from foundation.text import Text
from orders.terms import ArticleKind

CONDITIONS: Final = tuple(each.name for each in fields(CodingBasis))
SETS: Final = ("account", *(each.value for each in Dimension))
ANY_ROW: Final = "*"
_PARTS: Final = (
    *("chart", "accounts", "names", "rule", "arrivals_from", "year_starts_in", "csv"),
    *(VAT_COMPENSATION, FORECAST),
)
_MOST_RULES: Final = 2000
_MOST_BYTES: Final = 200_000
_ACCOUNT: Final = re.compile(r"\d{4,8}")
_OBJECT: Final = re.compile(r"[0-9A-Za-zÅÄÖåäö._:/-]{1,20}")
_KIND_OF_ROLE: Final[Mapping[RowRole, tuple[AccountKind, ...]]] = {
    RowRole.COST: (AccountKind.COST,),
    RowRole.ROUNDING: (AccountKind.COST,),
    RowRole.VAT: (AccountKind.ASSET, AccountKind.LIABILITY),
    RowRole.ARRIVED: (AccountKind.ASSET, AccountKind.LIABILITY),
    RowRole.PAYABLE: (AccountKind.LIABILITY,),
    RowRole.BANK: (AccountKind.ASSET, AccountKind.LIABILITY),
    RowRole.ACCRUED: (AccountKind.LIABILITY,),
    RowRole.WRITTEN_OFF: (AccountKind.COST,),
    RowRole.INTEREST: (AccountKind.INCOME,),
}

# As the ledger reads them in its files, which are in Swedish.
_ROLE_NAMES: Final[Mapping[RowRole, str]] = {
    RowRole.VAT: "Ingående moms",
    RowRole.ROUNDING: "Öresavrundning",
    RowRole.ARRIVED: "Leverantörsfakturor under granskning",
    RowRole.PAYABLE: "Leverantörsskulder",
    RowRole.BANK: "Bank",
    RowRole.ACCRUED: "Upplupna kostnader",
    RowRole.WRITTEN_OFF: "Avskrivna fordringar",
    RowRole.INTEREST: "Dröjsmålsränta",
}


@dataclass(frozen=True, slots=True)
class CodingRule:
    """One rule: for which rows it holds, and what it says of them. What is empty holds for all, or says nothing."""

    row: str = RowRole.COST.value
    conditions: Mapping[str, str] = field(default_factory=dict)
    says: Mapping[str, str] = field(default_factory=dict)

    def meets(self, role: RowRole, basis: CodingBasis) -> bool:
        """Whether a row of that role and basis is one of the rule's."""
        if self.row not in (ANY_ROW, role.value):
            return False
        return all(getattr(basis, name) == value for name, value in self.conditions.items())

    def covers(self, other: "CodingRule") -> bool:
        """Whether every row that the other rule holds for is this one's too."""
        rows = self.row in (ANY_ROW, other.row)
        return rows and all(other.conditions.get(name) == value for name, value in self.conditions.items())


@dataclass(frozen=True, slots=True)
class AccountingRules:
    """A version of the rules. From `arrivals_from` on an invoice is booked when it arrives, and again when approved."""

    chart: Chart
    accounts: Mapping[RowRole, str]
    rules: Sequence[CodingRule]
    names: Mapping[str, Mapping[str, str]]
    arrivals_from: date | None = None
    year_starts_in: int = 1
    csv: Layout | None = None
    vat_compensation: CompensationRules = field(default_factory=CompensationRules)
    forecast: ForecastRules = field(default_factory=ForecastRules)

    def coding(self, role: RowRole, basis: CodingBasis) -> Coding:
        """How a row is coded: the first rule that meets it decides each part that it says something of."""
        said: dict[str, str] = {}
        for rule in self.rules:
            if rule.meets(role, basis):
                for part, value in rule.says.items():
                    said.setdefault(part, value)
        return Coding(**{"account": self.accounts[role], **said})

    def account_name(self, account: str) -> str:
        """What an account is called: as the rules name it, after its role, or as the chart names its group."""
        if account in (named := self.names.get("account", {})):
            return named[account]
        roles = [role for role, number in self.accounts.items() if number == account and role in _ROLE_NAMES]
        group = self.chart.group_of(account)
        return _ROLE_NAMES[roles[0]] if len(roles) == 1 else group.name if group else account


def read_rules(text: str) -> AccountingRules:
    """The rules of a file (TOML). Raises RulesRefused with what is wrong, where, and what may stand there."""
    if len(text.encode()) > _MOST_BYTES:
        raise RulesRefused(Text("Filen är för stor. Konteringsregler får vara högst 200 000 byte."))
    try:
        read = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise RulesRefused(Text("Filen går inte att läsa som TOML: %(error)s.", error=error)) from None
    check_known("", read, _PARTS)
    chart = _chart(read.get("chart"))
    accounts = _accounts(chart, read.get("accounts"))
    rules = tuple(_rules(chart, read.get("rule", [])))
    _reached(rules)
    arrivals_from, month = read.get("arrivals_from"), read.get("year_starts_in", 1)
    if arrivals_from is not None and type(arrivals_from) is not date:
        raise RulesRefused(Text("arrivals_from ska vara en dag, skriven ÅÅÅÅ-MM-DD utan citattecken."))
    if type(month) is not int or not 1 <= month <= 12:
        raise RulesRefused(
            Text("year_starts_in ska vara räkenskapsårets första månad, ett tal från 1 till 12.")
        )
    of_vat = {rule.says["account"] for rule in rules if rule.row == RowRole.VAT and "account" in rule.says}
    return AccountingRules(
        chart,
        accounts,
        rules,
        _names(read.get("names", {})),
        arrivals_from,
        month,
        _csv(read.get("csv")),
        read_compensation(read.get(VAT_COMPENSATION), vat_accounts={accounts[RowRole.VAT], *of_vat}),
        read_forecast(read.get(FORECAST)),
    )


def _csv(given: object) -> Layout | None:
    if given is None:
        return None
    known = ", ".join(layouts.NAMES)
    if not isinstance(given, dict) or given.get("layout") not in layouts.NAMES:
        raise RulesRefused(Text("[csv]: skriv layout som en av: %(known)s.", known=known))
    check_known("[csv]", given, ("layout", "columns"))
    columns = given.get("columns", {})
    wanted = layouts.layout(str(given["layout"]))
    if not isinstance(columns, dict) or not all(isinstance(each, str) for each in columns.values()):
        raise RulesRefused(Text("[csv.columns]: skriv varje kolumns namn inom citattecken."))
    check_known("[csv.columns]", columns, tuple(held for _, held in wanted.columns))
    return wanted.renamed(columns)


def _chart(key: object) -> Chart:
    if key not in charts.NAMES:
        raise RulesRefused(Text("Skriv chart som en av: %(known)s.", known=", ".join(charts.NAMES)))
    return charts.chart(str(key))


def _accounts(chart: Chart, given: object) -> dict[RowRole, str]:
    if not isinstance(given, dict):
        raise RulesRefused(
            Text("[accounts] saknas: det konto varje slags rad får när ingen regel säger annat.")
        )
    check_known("[accounts]", given, tuple(role.value for role in RowRole))
    missing = [role.value for role in RowRole if role.value not in given]
    if missing:
        raise RulesRefused(Text("I [accounts] saknas %(missing)s.", missing=", ".join(missing)))
    return {role: _account(chart, f"[accounts] {role}", given[role.value], role) for role in RowRole}


def _rules(chart: Chart, given: object) -> Iterator[CodingRule]:
    if not isinstance(given, list) or not all(isinstance(each, dict) for each in given):
        raise RulesRefused(Text("Skriv varje regel under en egen rubrik: [[rule]]."))
    if len(given) > _MOST_RULES:
        raise RulesRefused(Text("Högst %(most)s regler får stå i en fil.", most=_MOST_RULES))
    for number, each in enumerate(given, 1):
        where = f"[[rule]] {number}"
        check_known(where, each, ("row", *CONDITIONS, *SETS))
        row = each.get("row", RowRole.COST.value)
        if row != ANY_ROW and row not in {role.value for role in RowRole}:
            known = ", ".join((ANY_ROW, *(role.value for role in RowRole)))
            raise RulesRefused(Text("%(where)s: row ska vara en av %(known)s.", where=where, known=known))
        conditions = {name: _condition(where, name, each[name]) for name in CONDITIONS if name in each}
        says = {name: _object(where, name, each[name]) for name in SETS[1:] if name in each}
        if "account" in each:
            if row == ANY_ROW:
                raise RulesRefused(
                    Text("%(where)s: en regel för alla slags rader kan inte säga kontot.", where=where)
                )
            says["account"] = _account(chart, where, each["account"], RowRole(row))
        if not says:
            raise RulesRefused(
                Text(
                    "%(where)s säger inget. Den ska ge minst en av %(known)s.",
                    where=where,
                    known=", ".join(SETS),
                )
            )
        yield CodingRule(row, conditions, says)


def _reached(rules: Sequence[CodingRule]) -> None:
    """Raise RulesRefused for a rule that an earlier one always answers before."""
    for place, rule in enumerate(rules):
        before = [
            (earlier, number) for number, earlier in enumerate(rules[:place], 1) if earlier.covers(rule)
        ]
        left = set(rule.says)
        for earlier, _ in before:
            left -= set(earlier.says)
        if not left:
            raise RulesRefused(
                Text(
                    "[[rule]] %(number)s gäller aldrig: regel %(earlier)s svarar före den. Lägg den mer särskilda "
                    "regeln först.",
                    number=place + 1,
                    earlier=before[0][1],
                )
            )


def _condition(where: str, name: str, value: object) -> str:
    known: tuple[str, ...] = ()
    if name == "article":
        known = tuple(each.value for each in ArticleKind)
    if name == "supplier_kind":
        known = tuple(each.value for each in SupplierKind)
    if not isinstance(value, str) or not value or (known and value not in known):
        raise RulesRefused(
            Text(
                "%(where)s: %(name)s ska vara text%(known)s.",
                where=where,
                name=name,
                known=f" ({', '.join(known)})" if known else "",
            )
        )
    return value


def _account(chart: Chart, where: str, value: object, role: RowRole) -> str:
    if not isinstance(value, str) or not _ACCOUNT.fullmatch(value):
        raise RulesRefused(
            Text(
                '%(where)s: ett konto skrivs med 4 till 8 siffror inom citattecken, som "5711".', where=where
            )
        )
    group = chart.group_of(value)
    if group is None or group.kind not in _KIND_OF_ROLE[role]:
        ranges = ", ".join(
            f"{each.first}–{each.last}" for each in chart.groups if each.kind in _KIND_OF_ROLE[role]
        )
        raise RulesRefused(
            Text(
                "%(where)s: kontot %(account)s är inget konto för %(role)s i %(chart)s. Där gäller %(ranges)s.",
                where=where,
                account=value,
                role=role.value,
                chart=chart.name,
                ranges=ranges,
            )
        )
    return value


def _object(where: str, name: str, value: object) -> str:
    if not isinstance(value, str) or not _OBJECT.fullmatch(value):
        raise RulesRefused(
            Text(
                "%(where)s: %(name)s skrivs inom citattecken med högst 20 bokstäver, siffror och . _ : / -",
                where=where,
                name=name,
            )
        )
    return value


def _names(given: object) -> dict[str, dict[str, str]]:
    if not isinstance(given, dict):
        raise RulesRefused(Text("[names] har en tabell per slag, som [names.cost_centre]."))
    check_known("[names]", given, SETS)
    for kind, names in given.items():
        if not isinstance(names, dict) or not all(isinstance(each, str) for each in names.values()):
            raise RulesRefused(Text("[names.%(kind)s]: skriv varje namn inom citattecken.", kind=kind))
    return {kind: dict(names) for kind, names in given.items()}
