"""VAT to requisition: a month's basis agrees with the ledger to the öre, and says what is left out and why."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bookkeeping import booking, ledger_answer_store, month_closing, month_closing_store, voucher_store
from bookkeeping.accounting_rules import read_rules
from bookkeeping.ledger_accounts import LedgerAccounts
from bookkeeping.ledger_answer_store import LedgerAnswer, LedgerOutcome
from bookkeeping.month_closing import ClosingStep
from bookkeeping.rule_reading import RulesRefused
from bookkeeping.vat_compensation import drawing_up, vat_queries
from bookkeeping.vat_compensation.basis import (
    SEVERAL,
    BasisStanding,
    CompensationBasis,
    VatSum,
    left_out_of,
    rows_of,
)
from bookkeeping.vat_compensation.vat_queries import VatDocument
from bookkeeping.voucher_making import Coders
from bookkeeping.vouchers import Voucher, VoucherKind, VoucherRow
from foundation.periods import Month
from invoicing.portal_invoicing import flipping
from invoicing.portal_invoicing.flipping import Numbered
from orders.register import store as register_store
from tests.bookkeeping.test_accounting_rules import RULES, in_force
from tests.support.stories.bills import billed, together, with_lines
from tests.support.stories.paying import NOW, OFFICER, SECOND
from tests.support.stories.system import HAVTORNET, System, a_system, example_register

REFERENCE, EXEMPT = "100000101", "100000102"
ACCOUNTS = LedgerAccounts()
JANUARY, FEBRUARY, MARCH = Month(2026, 1), Month(2026, 2), Month(2026, 3)


@pytest.fixture
def system(database_url: str) -> Iterator[System]:
    with a_system(database_url) as system:
        system.decide(REFERENCE)
        system.report(REFERENCE, "2026-01", on=date(2026, 2, 2))
        yield system


def book(system: System, *, on: date) -> tuple[str, ...]:
    """What happened becomes vouchers; their numbers."""
    with system.database.writing() as session:
        register = register_store.load(session)
        run = booking.book(session, register, ACCOUNTS, today=on, by=OFFICER, now=NOW)
    return tuple(each.number for each in run.vouchers)


def drawn(system: System, month: Month) -> CompensationBasis:
    with system.database.reading() as session:
        return drawing_up.draw_up(session, ACCOUNTS, month)


def behind(system: System, month: Month) -> list[VatDocument]:
    with system.database.reading() as session:
        return list(vat_queries.documents(session, Coders.of(session, ACCOUNTS), month))


def left_out(basis: CompensationBasis) -> list[tuple[BasisStanding, int, str]]:
    return [(each.why, each.count, str(each.amount.amount)) for each in basis.left_out]


def answer(system: System, number: str, outcome: LedgerOutcome) -> None:
    said = LedgerAnswer(number, outcome, date(2026, 3, 3), "L-1" if outcome == "BOOKED" else "", "Svar.")
    with system.database.writing() as session:
        ledger_answer_store.add(session, [said], by=OFFICER, at=NOW)


def close(system: System, month: Month, *, on: date) -> None:
    with system.database.writing() as session:
        register = register_store.load(session)
        booking.book_accrual(session, register, ACCOUNTS, month, closing=on, today=on, by=OFFICER, now=NOW)
    with system.database.writing() as session:
        month_closing.ask(session, ACCOUNTS, month, reason="Klart.", by=OFFICER, today=on, now=NOW)
        month_closing.step(session, ACCOUNTS, month, ClosingStep.CLOSE, by=SECOND, today=on, now=NOW)


@pytest.mark.both_engines
def test_what_is_booked_in_a_month_is_requisitioned_in_it_and_a_credit_is_taken_off_in_its_own(
    system: System,
) -> None:
    invoice = system.flip(system.order(REFERENCE).number, number="F-1", on=date(2026, 2, 3))
    system.send(invoice)
    waiting = drawn(system, FEBRUARY)
    # 1 900 kronor and 25 per cent: 475, approved and in no voucher yet.
    assert left_out(waiting) == [(BasisStanding.NOT_BOOKED, 1, "475.00")]
    assert (waiting.amount.is_zero, waiting.booked.is_zero) == (True, True)
    (number,) = book(system, on=date(2026, 2, 4))
    system.send(flipping.credit_note_of(invoice, given=Numbered("K-1", date(2026, 3, 6))))
    (credit,) = book(system, on=date(2026, 3, 6))
    february, march = drawn(system, FEBRUARY), drawn(system, MARCH)
    parts = (february.invoiced, february.credited, february.amount)
    assert [str(each.amount) for each in parts] == ["475.00", "0.00", "475.00"]
    assert (str(march.amount.amount), str(march.booked.amount)) == ("-475.00", "-475.00")
    assert february.booked == february.amount
    assert february.unexplained.is_zero
    assert (february.may_wait, february.is_final, february.awaiting) == (True, False, 1)
    assert [(each.voucher, each.kind, each.amount) for each in behind(system, FEBRUARY)] == [
        (number, VoucherKind.INVOICE, Decimal("475.00"))
    ]
    assert [(each.voucher, each.kind) for each in behind(system, MARCH)] == [(credit, VoucherKind.CREDIT)]
    assert drawn(system, JANUARY).rows == ()


def test_what_the_ledger_refused_is_left_out_until_it_is_booked_there(system: System) -> None:
    system.send_invoice(system.order(REFERENCE).number, number="F-1", on=date(2026, 2, 3))
    (number,) = book(system, on=date(2026, 2, 4))
    answer(system, number, LedgerOutcome.REFUSED)
    refused = drawn(system, FEBRUARY)
    assert left_out(refused) == [(BasisStanding.REFUSED, 1, "475.00")]
    assert (refused.rows, refused.awaiting, refused.unexplained.is_zero) == ((), 0, True)
    answer(system, number, LedgerOutcome.SENT_AGAIN)
    again = drawn(system, FEBRUARY)
    assert (str(again.amount.amount), again.left_out, again.awaiting) == ("475.00", (), 1)
    answer(system, number, LedgerOutcome.BOOKED)
    assert drawn(system, FEBRUARY).awaiting == 0


def test_a_closed_month_is_final_and_what_is_late_comes_with_a_later_one(system: System) -> None:
    system.send_invoice(system.order(REFERENCE).number, number="F-1", on=date(2026, 2, 3))
    book(system, on=date(2026, 2, 4))
    system.report(REFERENCE, "2026-02", on=date(2026, 2, 27))
    # Approved on the last day of February, and booked when the month is closed.
    system.send_invoice(system.order(REFERENCE).number, "002", number="F-2", on=date(2026, 2, 28))
    with system.database.writing() as session:
        numbered = month_closing_store.add(
            session, FEBRUARY, checklist={}, reason="Klart.", by=OFFICER, at=NOW
        )
        assert numbered
        month_closing_store.move(
            session,
            month_closing_store.get(session, FEBRUARY),
            month_closing_store.ClosingState.CLOSED,
            closed_by=SECOND,
            closed_at=NOW,
        )
    closed = drawn(system, FEBRUARY)
    assert (str(closed.amount.amount), closed.is_final, closed.left_out) == ("475.00", True, ())
    assert left_out(drawn(system, MARCH)) == [(BasisStanding.NOT_BOOKED, 1, "475.00")]
    book(system, on=date(2026, 3, 2))
    assert str(drawn(system, FEBRUARY).amount.amount) == "475.00"
    (late,) = behind(system, MARCH)
    assert (late.booked_on, late.event_on) == (date(2026, 3, 1), date(2026, 2, 28))


def test_a_month_is_closed_by_two_and_its_vat_is_final(system: System) -> None:
    system.send_invoice(system.order(REFERENCE).number, number="F-1", on=date(2026, 2, 3))
    (number,) = book(system, on=date(2026, 2, 28))
    close(system, FEBRUARY, on=date(2026, 3, 5))
    assert drawn(system, FEBRUARY).is_final
    # Refused after the closing: the month is closed, and its VAT is not all in the ledger.
    answer(system, number, LedgerOutcome.REFUSED)
    after = drawn(system, FEBRUARY)
    assert (after.is_closed, after.is_final) == (True, False)


def test_an_invoice_in_question_and_one_without_vat_bring_none(system: System) -> None:
    # 21 days where 20 were received: 1 995 kronor and 498,75 of VAT, and an officer decides.
    right = system.flip(system.order(REFERENCE).number, number="F-1", on=date(2026, 2, 3))
    system.send(billed(right, days="21"))
    system.decide(EXEMPT, supplier=HAVTORNET)
    system.report(EXEMPT, "2026-01", on=date(2026, 2, 2))
    system.send_invoice(system.order(EXEMPT).number, number="H-1", on=date(2026, 2, 3))
    book(system, on=date(2026, 2, 6))
    basis = drawn(system, FEBRUARY)
    assert basis.rows == ()
    assert left_out(basis) == [(BasisStanding.NOT_DECIDED, 1, "498.75")]
    assert left_out(drawn(system, JANUARY)) == []


def test_a_credit_note_for_a_part_takes_its_vat_off(system: System) -> None:
    system.change_register(example_register(several_orders=True, several_lines=True, partial_acceptance=True))
    system.decide(EXEMPT)
    system.report(EXEMPT, "2026-01", on=date(2026, 2, 2))
    orders = [system.order(reference).number for reference in (REFERENCE, EXEMPT)]
    flips = [system.flip(number, number="F-0", on=date(2026, 2, 3)) for number in orders]
    invoice = together(*flips, number="F-1")
    system.send(invoice)
    first = with_lines(invoice, [each for each in invoice.invoice_lines if each.id == "1"])
    credit = system.send(flipping.credit_note_of(first, given=Numbered("K-1", date(2026, 2, 4))))
    book(system, on=date(2026, 2, 5))
    (row,) = drawn(system, FEBRUARY).rows
    assert [str(each.amount) for each in (row.invoiced, row.credited, row.amount)] == [
        "950.00",
        "-475.00",
        "475.00",
    ]
    # What is behind it is the credit note itself.
    assert [each.about for each in behind(system, FEBRUARY) if each.kind == "PARTIAL_CREDIT"] == [credit.id]


RULES_WITH_VAT = RULES.replace(
    "[[rule]]\narticle",
    """[vat_compensation]
least = 400

[vat_compensation.left_out]
"1547" = "Representation"

[[rule]]
row = "vat"
supplier_kind = "ASSOCIATION"
account = "1547"

[[rule]]
article""",
    1,
)


def test_vat_follows_the_appropriation_and_counterparty_it_is_coded_on(system: System) -> None:
    in_force(system, RULES_WITH_VAT)
    system.send_invoice(system.order(REFERENCE).number, number="F-1", on=date(2026, 2, 3))
    book(system, on=date(2026, 2, 4))
    basis = drawn(system, FEBRUARY)
    (row,) = basis.rows
    assert (row.appropriation, row.counterparty, str(row.amount.amount)) == ("1:3", "utomstatlig", "475.00")
    assert (str(basis.least.amount), basis.may_wait) == ("400.00", False)


def test_an_account_without_compensation_is_left_out_with_its_reason(system: System) -> None:
    in_force(system, RULES_WITH_VAT.replace("ASSOCIATION", "COMPANY"))
    system.send_invoice(system.order(REFERENCE).number, number="F-1", on=date(2026, 2, 3))
    book(system, on=date(2026, 2, 4))
    basis = drawn(system, FEBRUARY)
    assert left_out(basis) == [(BasisStanding.NOT_COMPENSATED, 1, "475.00")]
    assert [(each.account, each.reason) for each in basis.left_out] == [("1547", "Representation")]
    assert (basis.rows, str(basis.booked.amount), basis.unexplained.is_zero) == ((), "475.00", True)


def test_what_lies_on_the_account_of_vat_besides_is_told(system: System) -> None:
    other = (VoucherRow("1546", Decimal("7.00")), VoucherRow("1921", Decimal("-7.00")))
    several = (
        VoucherRow("5711", Decimal("100.00"), appropriation="1:3"),
        VoucherRow("5712", Decimal("100.00"), appropriation="1:4"),
        VoucherRow("1546", Decimal("50.00")),
        VoucherRow("2581", Decimal("-250.00")),
    )
    made = [
        Voucher(VoucherKind.PAYMENT, "10", date(2026, 2, 4), "Prov", other),
        Voucher(VoucherKind.INVOICE, "11", date(2026, 2, 4), "Prov", several),
    ]
    with system.database.writing() as session:
        voucher_store.add(session, made, run="prov")
    basis = drawn(system, FEBRUARY)
    assert [(row.appropriation, str(row.amount.amount)) for row in basis.rows] == [(SEVERAL, "50.00")]
    assert (str(basis.booked.amount), str(basis.unexplained.amount)) == ("57.00", "7.00")


def test_vat_without_objects_of_its_own_has_those_of_the_purchase(system: System) -> None:
    # The first of these rules holds for every row; without it the costs alone have an appropriation.
    costs = RULES.replace('row = "*"\nactivity = "31"', 'activity = "31"').replace(
        'row = "*"\ncounter', "counter"
    )
    in_force(system, costs)
    system.send_invoice(system.order(REFERENCE).number, number="F-1", on=date(2026, 2, 3))
    book(system, on=date(2026, 2, 4))
    (row,) = drawn(system, FEBRUARY).rows
    assert (row.appropriation, row.counterparty) == ("1:3", "utomstatlig")


@pytest.mark.parametrize(
    ("section", "said"),
    [
        ("[vat_compensation]\nleast = -1", "least"),
        ("[vat_compensation]\nmost = 5\n", "most"),
        ('[vat_compensation.left_out]\n"1547" = ""', "left_out"),
        ('[vat_compensation.left_out]\n"1548" = "Bil"', "1548"),
        ("[forecast]\nplanned = 101", "planned"),
        ("[forecast]\ndelivered = 0.5", "delivered"),
        ("[forecast]\nguess = 1", "guess"),
        ("forecast = 5", "forecast"),
    ],
)
def test_what_is_written_wrong_is_named(section: str, said: str) -> None:
    whole = section + "\n" + RULES if section.startswith("forecast") else RULES + section
    with pytest.raises(RulesRefused, match=said):
        read_rules(whole)


# An oracle of its own, in whole öre: every voucher is known here as a few integers -------------------------


@dataclass(frozen=True, slots=True)
class Known:
    """One voucher as it was thought up: kind, day, VAT in öre, objects of its VAT row and of its cost, and its fate."""

    kind: VoucherKind
    on: date
    vat: int
    own: str
    cost: str
    refused: bool


def thought_up(chance: Random) -> list[Known]:
    kinds = (VoucherKind.INVOICE, VoucherKind.CREDIT, VoucherKind.PARTIAL_CREDIT, VoucherKind.ACCRUAL)
    return [
        Known(
            chance.choice(kinds),
            date(2026, 1, 20) + timedelta(chance.randint(0, 50)),
            chance.choice((0, chance.randint(-(10**7), 10**7))),
            chance.choice(("", "", "1:1")),
            chance.choice(("", "1:3", "1:4")),
            chance.random() < 0.2,
        )
        for _ in range(chance.randint(1, 25))
    ]


def kept(system: System, story: list[Known]) -> None:
    vouchers = []
    for place, each in enumerate(story, 1):
        vat, net = Decimal(each.vat) / 100, Decimal(each.vat or 250) / 25
        rows: tuple[VoucherRow, ...] = (
            VoucherRow("5711", net, appropriation=each.cost),
            VoucherRow("1546", vat, appropriation=each.own),
            VoucherRow("2581", -net - vat),
        )
        if each.kind is VoucherKind.ACCRUAL:
            rows = (rows[0], VoucherRow("2791", -net))
        vouchers.append(
            Voucher(each.kind, str(place), each.on, "Prov", tuple(row for row in rows if row.amount))
        )
    with system.database.writing() as session:
        numbered = voucher_store.add(session, vouchers, run="prov")
        refused = [
            LedgerAnswer(made.number, LedgerOutcome.REFUSED, date(2026, 3, 20), said="Nej.")
            for made, each in zip(numbered, story, strict=True)
            if each.refused
        ]
        ledger_answer_store.add(session, refused, by=OFFICER, at=NOW)


@pytest.mark.both_engines
def test_every_ore_of_vat_is_requisitioned_or_left_out_once(database_url: str) -> None:
    chance = Random(20261130)  # noqa: S311
    with a_system(database_url) as system:
        story = thought_up(chance) + thought_up(chance) + thought_up(chance)
        kept(system, story)
        for month in (JANUARY, FEBRUARY, MARCH):
            wanted: dict[str, int] = {}
            refused = 0
            for each in story:
                if (each.on.year, each.on.month) != (month.year, month.month) or each.kind == "ACCRUAL":
                    continue
                if each.refused:
                    refused += each.vat
                elif each.vat:
                    key = each.own or each.cost
                    wanted[key] = wanted.get(key, 0) + each.vat
            basis = drawn(system, month)
            assert {row.appropriation: int(row.amount.amount * 100) for row in basis.rows} == wanted
            assert int(basis.amount.amount * 100) == sum(wanted.values())
            assert sum(int(each.amount.amount * 100) for each in basis.left_out) == refused
            assert int(basis.booked.amount * 100) == sum(wanted.values()) + refused
            assert basis.unexplained.is_zero
            documents = behind(system, month)
            assert sum(int(each.amount * 100) for each in documents) == sum(wanted.values()) + refused


_SUMS = st.lists(
    st.builds(
        VatSum,
        account=st.sampled_from(["1546", "1547"]),
        is_credit=st.booleans(),
        appropriation=st.sampled_from(["", "1:1", "1:3"]),
        counterparty=st.sampled_from(["", "inomstatlig"]),
        is_refused=st.booleans(),
        count=st.integers(1, 9),
        amount=st.decimals(-(10**9), 10**9, places=2),
    ),
    max_size=12,
)


@given(_SUMS, st.booleans())
def test_the_parts_are_the_whole(sums: list[VatSum], is_out: bool) -> None:
    reasons = {"1547": "Representation"} if is_out else {}
    rows, out = rows_of(sums, reasons, "SEK"), left_out_of(sums, reasons, "SEK")
    whole = sum((row.amount.amount for row in rows), Decimal()) + sum(
        (each.amount.amount for each in out), Decimal()
    )
    assert whole == sum((each.amount for each in sums), Decimal())
    assert sum(row.count for row in rows) + sum(each.count for each in out) == sum(e.count for e in sums)
    assert len({(row.appropriation, row.counterparty) for row in rows}) == len(rows)
