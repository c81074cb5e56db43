"""Accounting rules as data: read with every fault named, tried before they are saved, put in force by two people."""

from collections.abc import Iterator
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select

from bookkeeping import accounting_rule_store, booking, rule_changes, tables
from bookkeeping.accounting_rule_store import NoRulesVersion, RulesState
from bookkeeping.accounting_rules import AccountingRules, CodingRule, read_rules
from bookkeeping.booking import Run
from bookkeeping.coding import Coding, CodingBasis, Dimension, RowRole
from bookkeeping.ledger_accounts import LedgerAccounts
from bookkeeping.rule_changes import RulesChangeRefused, RulesStep
from bookkeeping.rule_reading import RulesRefused
from bookkeeping.vouchers import VoucherKind
from foundation.periods import Month
from foundation.transitions import StepRefused
from invoicing.payment import export_store
from invoicing.portal_invoicing import flipping
from invoicing.portal_invoicing.flipping import Numbered
from orders.register import store as register_store
from tests.support.golden import is_golden
from tests.support.stories.bills import billed
from tests.support.stories.paying import NOW, OFFICER, SECOND
from tests.support.stories.system import System, a_system

REFERENCE = "100000101"
SETTINGS = LedgerAccounts()
RULES = """
chart = "state"

[accounts]
cost = "5719"
vat = "1546"
rounding = "5799"
arrived = "2599"
payable = "2581"
bank = "1921"
accrued = "2791"
written_off = "5791"
interest = "3611"

[names.cost_centre]
"4100" = "Avdelning Nord"

[names.account]
"5711" = "Rusta och matcha, grundersättning"

[[rule]]
article = "BASIC"
delivery_area = "LO-NORD"
cost_centre = "4100"

[[rule]]
article = "BASIC"
account = "5711"
cost_centre = "4900"

[[rule]]
row = "*"
activity = "31"
appropriation = "1:3"

[[rule]]
row = "*"
supplier_kind = "STATE"
counterparty = "inomstatlig"

[[rule]]
row = "*"
counterparty = "utomstatlig"
"""


@pytest.fixture
def system(database_url: str) -> Iterator[System]:
    with a_system(database_url) as system:
        system.decide(REFERENCE)
        system.report(REFERENCE, "2026-01", on=date(2026, 2, 2))
        yield system


def propose(
    system: System, content: str = RULES, *, by: str = OFFICER, reason: str = "Nya kostnadsställen."
) -> int:
    with system.database.writing() as session:
        return rule_changes.propose(
            session, SETTINGS, content, month=Month(2026, 2), reason=reason, by=by, now=NOW
        )


def press(system: System, number: int, what: RulesStep, *, by: str = SECOND) -> RulesState:
    with system.database.writing() as session:
        rule_changes.step(session, number, what, by=by, now=NOW)
        return accounting_rule_store.get(session, number).state


def in_force(system: System, content: str = RULES) -> None:
    assert press(system, propose(system, content), RulesStep.CONFIRM) is RulesState.IN_FORCE


def book(system: System, *, on: date) -> Run:
    with system.database.writing() as session:
        return booking.book(session, register_store.load(session), SETTINGS, today=on, by=OFFICER, now=NOW)


def files_of(system: System, run: Run) -> dict[str, bytes]:
    with system.database.reading() as session:
        found = export_store.about(session, *run.files_about)
        return {each.name: export_store.named(session, each.id)[1] for each in found}


def test_the_first_rule_that_says_something_decides_and_the_role_has_the_account_otherwise() -> None:
    rules = read_rules(RULES)
    north = CodingBasis("BASIC", delivery_area="LO-NORD", supplier_kind="COMPANY")
    assert rules.coding(RowRole.COST, north) == Coding("5711", "4100", "31", "1:3", "utomstatlig")
    south = CodingBasis("BASIC", delivery_area="LO-SYD", supplier_kind="STATE")
    assert rules.coding(RowRole.COST, south) == Coding("5711", "4900", "31", "1:3", "inomstatlig")
    assert rules.coding(RowRole.COST, CodingBasis("RESULT")).account == "5719"
    assert rules.coding(RowRole.PAYABLE, CodingBasis()) == Coding("2581", "", "31", "1:3", "utomstatlig")
    assert (rules.account_name("5711"), rules.account_name("5719")) == (
        "Rusta och matcha, grundersättning",
        "Övriga driftkostnader",
    )


@pytest.mark.parametrize(
    ("wrong", "right", "said"),
    [
        ('chart = "state"', 'chart = "k2"', "Write chart as one of: bas, state"),
        ('cost = "5719"\n', "", r"In \[accounts\] cost is missing"),
        ('cost = "5719"', 'cost = "2581"', "2581 is no account for cost"),
        ('payable = "2581"', 'payable = "1510"', "1510 is no account for payable"),
        (
            'article = "BASIC"\ndelivery_area',
            'article = "COFFEE"\ndelivery_area',
            r"\[\[rule\]\] 1: article must be text",
        ),
        ('account = "5711"', "account = 5711", r"\[\[rule\]\] 2: an account is written"),
        ('activity = "31"', 'activities = "31"', "activities does not exist"),
        ('activity = "31"', 'activity = "trettio ett"', "activity is written"),
        ('row = "*"\nactivity', 'row = "all"\nactivity', "row must be one of"),
        ('row = "*"\nactivity = "31"', 'row = "*"\naccount = "5711"', "cannot say the account"),
        ('article = "BASIC"\naccount = "5711"\ncost_centre = "4900"', 'article = "BASIC"', "says nothing"),
        ('chart = "state"', 'chart = "state"\narrivals_from = "2027-01-01"', "arrivals_from must be a day"),
        ('chart = "state"', 'chart = "state"\nyear_starts_in = 13', "year_starts_in must be"),
        ('chart = "state"', "chart = ", "cannot be read as TOML"),
        ("[names.cost_centre]", '[csv]\nlayout = "palantir"\n[names.cost_centre]', "write layout as one of"),
        (
            "[names.cost_centre]",
            '[csv]\nlayout = "unit4"\ncolumns = {colour = "x"}\n[names.cost_centre]',
            "colour",
        ),
    ],
)
def test_every_fault_of_a_file_is_named_where_it_stands(wrong: str, right: str, said: str) -> None:
    assert wrong in RULES
    with pytest.raises(RulesRefused, match=said):
        read_rules(RULES.replace(wrong, right, 1))


def test_a_rule_that_an_earlier_one_always_answers_before_is_refused() -> None:
    shadowed = RULES + '\n[[rule]]\narticle = "BASIC"\nservice = "rusta-och-matcha"\naccount = "5712"\n'
    with pytest.raises(RulesRefused, match=r"6 never holds: rule 2 answers before it"):
        read_rules(shadowed)


def test_rules_are_tried_on_a_month_and_nothing_is_saved(system: System) -> None:
    system.send_invoice(system.order(REFERENCE).number, number="F-1", on=date(2026, 2, 3))
    with system.database.reading() as session:
        tried = rule_changes.try_out(session, SETTINGS, RULES, month=Month(2026, 2))
        assert (tried.invoices, accounting_rule_store.versions(session)) == (1, [])
    assert [
        (each.coding.account, each.coding.cost_centre, each.before, each.after) for each in tried.moved
    ] == [
        ("1546", "", Decimal("475.00"), Decimal("0.00")),
        ("1546", "", Decimal("0.00"), Decimal("475.00")),
        ("2581", "", Decimal("-2375.00"), Decimal("0.00")),
        ("2581", "", Decimal("0.00"), Decimal("-2375.00")),
        ("5711", "", Decimal("1900.00"), Decimal("0.00")),
        ("5711", "4100", Decimal("0.00"), Decimal("1900.00")),
    ]
    assert sum(each.difference for each in tried.moved) == 0


@pytest.mark.both_engines
def test_a_version_takes_two_people_and_one_is_in_force(system: System) -> None:
    with pytest.raises(RulesChangeRefused, match="Write why"):
        propose(system, reason=" ")
    first = propose(system)
    with pytest.raises(RulesChangeRefused, match="waits already"):
        propose(system, RULES + "\n")
    with pytest.raises(RulesChangeRefused, match="another than the first"):
        press(system, first, RulesStep.CONFIRM, by=OFFICER)
    assert press(system, first, RulesStep.CONFIRM) is RulesState.IN_FORCE
    with pytest.raises(RulesChangeRefused, match="those in force"):
        propose(system)
    second = propose(system, RULES.replace("4900", "4800"))
    assert press(system, second, RulesStep.CONFIRM) is RulesState.IN_FORCE
    with pytest.raises(StepRefused):
        press(system, first, RulesStep.CONFIRM)
    third = propose(system, RULES.replace("4900", "4700"))
    assert press(system, third, RulesStep.REFUSE, by=OFFICER) is RulesState.REFUSED
    with pytest.raises(NoRulesVersion):
        press(system, 99, RulesStep.CONFIRM)
    with system.database.reading() as session:
        assert [each.state for each in accounting_rule_store.versions(session)] == [
            RulesState.REFUSED,
            RulesState.IN_FORCE,
            RulesState.REPLACED,
        ]


@pytest.mark.both_engines
def test_what_follows_on_an_invoice_is_coded_as_it_was_whatever_the_rules_are_then(system: System) -> None:
    in_force(system)
    invoice = system.flip(system.order(REFERENCE).number, number="F-1", on=date(2026, 2, 3))
    document = system.send(invoice)
    first = book(system, on=date(2026, 2, 3))
    assert [row.coding for row in first.vouchers[0].rows] == [
        Coding("5711", "4100", "31", "1:3", "utomstatlig"),
        Coding("1546", "", "31", "1:3", "utomstatlig"),
        Coding("2581", "", "31", "1:3", "utomstatlig"),
    ]
    in_force(system, RULES.replace("2581", "2582").replace("4100", "4101").replace("1921", "1922"))
    system.pay(on=document.pays_on)
    system.send(flipping.credit_note_of(invoice, given=Numbered("K-1", date(2026, 3, 6))))
    paid, credited = book(system, on=date(2026, 3, 6)).vouchers
    # The debt is paid where it lies, from the bank account of today, and the credit takes back what was booked.
    assert [row.account for row in paid.rows] == ["2581", "1922"]
    assert {row.coding: -row.amount for row in credited.rows} == {
        row.coding: row.amount for row in first.vouchers[0].rows
    }
    with system.database.reading() as session:
        question = select(tables.voucher.c.kind, tables.voucher.c.rules).order_by(tables.voucher.c.number)
        assert [tuple(row) for row in session.execute(question)] == [
            (VoucherKind.INVOICE, 1),
            (VoucherKind.PAYMENT, 2),
            (VoucherKind.CREDIT, 1),
        ]


@pytest.mark.both_engines
def test_an_invoice_is_booked_when_it_arrives_and_again_when_it_is_approved(system: System) -> None:
    in_force(system, "arrivals_from = 2026-02-01\n" + RULES)
    invoice = system.flip(system.order(REFERENCE).number, number="F-1", on=date(2026, 2, 3))
    system.send(invoice)
    system.report(REFERENCE, "2026-02", on=date(2026, 2, 3))
    wrong = billed(
        system.flip(system.order(REFERENCE).number, "002", number="F-2", on=date(2026, 2, 4)), days="7"
    )
    refused = system.send(wrong)
    came = book(system, on=date(2026, 2, 4)).vouchers
    accounts = [(each.kind, each.about, [row.account for row in each.rows]) for each in came]
    assert accounts == [
        (VoucherKind.ARRIVAL, "1", ["2599", "2581"]),
        (VoucherKind.INVOICE, "1", ["5711", "1546", "2599"]),
        (VoucherKind.ARRIVAL, str(refused.id), ["2599", "2581"]),
    ]
    # An invoice that was never approved is taken back by its credit note: nothing of it is left.
    system.ask_credit(refused, on=date(2026, 2, 5))
    system.send_credit(wrong, number="K-2", on=date(2026, 2, 6))
    (credit,) = book(system, on=date(2026, 2, 6)).vouchers
    assert (credit.kind, [row.account for row in credit.rows]) == (VoucherKind.CREDIT, ["2599", "2581"])
    of_it = [row for voucher in (came[2], credit) for row in voucher.rows]
    assert {
        account: sum(r.amount for r in of_it if r.account == account) for account in ("2599", "2581")
    } == {
        "2599": 0,
        "2581": 0,
    }
    # What was booked before the rules is not booked again.
    system.pay(on=date(2026, 3, 6))
    assert [each.kind for each in book(system, on=date(2026, 3, 6)).vouchers] == [VoucherKind.PAYMENT]


def test_the_files_have_a_year_each_their_objects_and_the_ledgers_own_columns(system: System) -> None:
    csv = '[csv]\nlayout = "raindance"\n[csv.columns]\ncost_centre = "KOSTNADSSTÄLLE"\nactivity = ""\n'
    in_force(system, "year_starts_in = 3\n" + RULES + csv)
    document = system.send_invoice(system.order(REFERENCE).number, number="F-1", on=date(2026, 2, 3))
    system.pay(on=document.pays_on)
    run = book(system, on=date(2026, 3, 6))
    files = files_of(system, run)
    assert sorted(files) == [
        "bokforing-2026-03-06-2025.csv",
        "bokforing-2026-03-06-2025.si",
        "bokforing-2026-03-06-2026.csv",
        "bokforing-2026-03-06-2026.si",
    ]
    first = files["bokforing-2026-03-06-2025.si"].decode("cp437").replace("\r\n", "\n")
    assert "#RAR 0 20250301 20260228" in first
    is_golden("ledger-one-year.si.txt", first.encode())
    is_golden(
        "ledger-raindance.csv",
        files["bokforing-2026-03-06-2026.csv"].decode("cp1252").replace("\r\n", "\n").encode(),
    )


# Pure ------------------------------------------------------------------------------------------------

_some = st.dictionaries(st.sampled_from(("article", "unit")), st.sampled_from(("a", "b")), max_size=2)
_said = st.dictionaries(
    st.sampled_from(("account", "activity")), st.sampled_from(("1001", "1002")), min_size=1
)
_rules = st.builds(CodingRule, st.sampled_from(("*", "cost", "vat")), _some, _said)
_words = st.sampled_from(["", "a", "b"])
_bases = st.builds(CodingBasis, _words, _words, _words, _words, _words, _words)


@given(basis=_bases, role=st.sampled_from(RowRole), data=st.data())
def test_a_row_is_coded_by_the_first_rule_that_meets_it_in_each_part(
    basis: CodingBasis, role: RowRole, data: st.DataObject
) -> None:
    made = data.draw(st.lists(_rules, max_size=6))
    rules = AccountingRules(read_rules(RULES).chart, {each: "1000" for each in RowRole}, made, {})
    coding = rules.coding(role, basis)
    for part in ("account", *(each.value for each in Dimension)):
        met = [rule for rule in made if part in rule.says and rule.meets(role, basis)]
        expected = met[0].says[part] if met else ("1000" if part == "account" else "")
        assert getattr(coding, part) == expected
    # A rule that covers another meets every row that the other meets.
    for one in made:
        for other in made:
            if one.covers(other) and other.meets(role, basis):
                assert one.meets(role, basis)
