"""Commitments: every krona that is ordered is in one part of one row, as of any day."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from random import Random
from typing import Final

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bookkeeping import vouchers as ledger
from bookkeeping.accounting_rules import read_rules
from bookkeeping.budget import drawing_up
from bookkeeping.budget.budget_keys import FINEST, BudgetKey, keyed
from bookkeeping.budget.commitments import CommitmentRow, OrderedSum, commitments
from bookkeeping.coding import CodingBasis
from bookkeeping.ledger_accounts import LedgerAccounts
from bookkeeping.voucher_making import Coders
from bookkeeping.vouchers import Purchase
from invoicing.portal_invoicing import flipping
from invoicing.portal_invoicing.flipping import Numbered
from invoicing.reconciliation import entry_queries
from invoicing.reconciliation.entry_source_queries import EntryFilter
from orders.terms import ArticleKind
from peppol.documents import billing
from tests.bookkeeping.test_accounting_rules import RULES, in_force
from tests.entitlement.calendar_of_days import each_day, is_working_day
from tests.support.stories.bills import billed, together, with_lines
from tests.support.stories.system import FYRBAKEN, LARKDRILLEN, TALLKOTTEN, System, a_system, example_register

REFERENCE, LATER = "100000101", "100000102"
ACCOUNTS: Final = LedgerAccounts()
PARTS: Final = (
    "ordered",
    "cancelled",
    "invoiced",
    "received_not_invoiced",
    "outstanding",
    "outstanding_later",
)


@pytest.fixture
def system(database_url: str) -> Iterator[System]:
    with a_system(database_url) as system:
        yield system


def drawn(
    system: System, *, as_of: date, today: date | None = None, by: tuple[BudgetKey, ...] = ()
) -> dict[tuple[str, ...], list[str]]:
    """The amounts of each row, in whole kronor and öre, with the sum of all under no key."""
    with system.database.reading() as session:
        found = drawing_up.commitments(
            session, Coders.of(session, ACCOUNTS), "SEK", by=by, as_of=as_of, today=today or as_of
        )
    return {**{row.key: amounts(row) for row in found.rows}, (): amounts(found.total)}


def amounts(row: CommitmentRow) -> list[str]:
    return [str(getattr(row, name).amount) for name in PARTS]


def half_a_year(system: System) -> billing.Invoice:
    """A placement of 123 working days at 95 kronor: January is invoiced, February is received, March is cut.

    The invoice of January.
    """
    system.decide(REFERENCE)
    system.report(REFERENCE, "2026-01", on=date(2026, 2, 2))
    january = system.flip(system.order(REFERENCE).number, number="F-1", on=date(2026, 2, 3))
    system.send(january)
    system.report(REFERENCE, "2026-02", on=date(2026, 3, 2))
    system.interrupt(REFERENCE, on=date(2026, 3, 10), last_day=date(2026, 3, 13))
    return january


@pytest.mark.both_engines
def test_what_is_ordered_is_what_will_not_come_is_invoiced_is_received_and_is_outstanding(
    system: System,
) -> None:
    half_a_year(system)
    # 123 days are 11 685. January's 20 days are invoiced, February's 20 received; of March's 22 days 10 may come, and
    # what will not is 12 of them and all 61 of April, May and June.
    now = drawn(system, as_of=date(2026, 3, 10))
    assert now[()] == ["11685.00", "6935.00", "1900.00", "1900.00", "950.00", "0.00"]
    # The same days as they stood before: nothing was interrupted, February not received, January not invoiced.
    today = date(2026, 3, 10)
    before = [drawn(system, as_of=day, today=today)[()] for day in (date(2026, 3, 9), date(2026, 3, 1))]
    assert before == [
        ["11685.00", "0.00", "1900.00", "1900.00", "7885.00", "0.00"],
        ["11685.00", "0.00", "1900.00", "0.00", "9785.00", "0.00"],
    ]
    assert drawn(system, as_of=date(2026, 2, 2), today=today)[()][2:4] == ["0.00", "1900.00"]
    assert drawn(system, as_of=date(2025, 12, 31), today=today) == {(): ["0.00"] * 6}
    # March is reported: its ten days are received, and its order line is for more than that.
    system.report(REFERENCE, "2026-03", on=date(2026, 4, 1))
    for today in (date(2026, 4, 1), date(2026, 4, 2)):
        after = drawn(system, as_of=date(2026, 4, 1), today=today)[()]
        assert after == ["11685.00", "6935.00", "1900.00", "2850.00", "0.00", "0.00"]


def test_what_comes_after_the_year_is_told_apart(system: System) -> None:
    system.decide(LATER, start=date(2026, 10, 1))
    # 22, 21 and 22 days of 2026; 19, 20 and 21 of 2027: 125 and 60 days at 95 kronor.
    told = drawn(system, as_of=date(2026, 12, 1))[()]
    assert told == ["11875.00", "0.00", "0.00", "0.00", "11875.00", "5700.00"]
    system.interrupt(LATER, on=date(2026, 12, 10), last_day=date(2026, 12, 11))
    # 22 + 21 + 9 days are left, and none of them next year.
    told = drawn(system, as_of=date(2026, 12, 10))[()]
    assert told == ["11875.00", "6935.00", "0.00", "0.00", "4940.00", "0.00"]


def test_a_commitment_stands_where_its_cost_will(system: System) -> None:
    in_force(system, RULES)
    half_a_year(system)
    system.decide(LATER, supplier=LARKDRILLEN, start=date(2026, 1, 1))
    by = (BudgetKey.APPROPRIATION, BudgetKey.COST_CENTRE, BudgetKey.DELIVERY_AREA, BudgetKey.UNIT)
    rows = drawn(system, as_of=date(2026, 3, 10), by=by)
    assert {key: row[0] for key, row in rows.items()} == {
        ("1:3", "4100", "LO-NORD", "UV-101"): "11685.00",
        ("1:3", "4900", "LO-MITT", "UV-201"): "11685.00",
        (): "23370.00",
    }


def test_an_invoice_in_question_is_not_approved_and_a_credited_one_is_so_no_longer(system: System) -> None:
    first = half_a_year(system)
    number = system.order(REFERENCE).number
    wrong = system.flip(number, "002", number="F-2", on=date(2026, 3, 11))
    system.send(billed(wrong, days="21"))
    assert drawn(system, as_of=date(2026, 3, 11))[()][2:4] == ["1900.00", "1900.00"]
    system.send(flipping.credit_note_of(first, given=Numbered("K-1", date(2026, 3, 12))))
    assert drawn(system, as_of=date(2026, 3, 12))[()][2:5] == ["0.00", "3800.00", "950.00"]


def test_what_a_credit_note_took_back_of_a_part_is_approved_no_longer(system: System) -> None:
    system.change_register(example_register(several_orders=True, several_lines=True, partial_acceptance=True))
    for reference in (REFERENCE, LATER):
        system.decide(reference)
        system.report(reference, "2026-01", on=date(2026, 2, 2))
    orders = [system.order(reference).number for reference in (REFERENCE, LATER)]
    flips = [system.flip(number, number="F-0", on=date(2026, 2, 3)) for number in orders]
    invoice = together(*flips, number="F-1")
    system.send(invoice)
    assert drawn(system, as_of=date(2026, 2, 3))[()][2:4] == ["3800.00", "0.00"]
    first = with_lines(invoice, [each for each in invoice.invoice_lines if each.id == "1"])
    system.send(flipping.credit_note_of(first, given=Numbered("K-1", date(2026, 2, 4))))
    assert drawn(system, as_of=date(2026, 2, 4))[()][2:4] == ["1900.00", "1900.00"]
    assert drawn(system, as_of=date(2026, 2, 3), today=date(2026, 2, 4))[()][2:4] == ["3800.00", "0.00"]


def test_of_a_line_invoiced_in_part_the_rest_is_received_and_not_approved(system: System) -> None:
    system.change_register(
        example_register(partial_quantities=True, partial_acceptance=True, several_lines=True)
    )
    system.decide(REFERENCE)
    system.report(REFERENCE, "2026-01", on=date(2026, 2, 2))
    whole = system.flip(system.order(REFERENCE).number, number="F-1", on=date(2026, 2, 3))
    system.send(billed(whole, days="8"))
    # 8 of the 20 days.
    for today in (date(2026, 2, 3), date(2026, 2, 5)):
        assert drawn(system, as_of=date(2026, 2, 3), today=today)[()][2:4] == ["760.00", "1140.00"]


def test_what_is_called_off_before_it_began_will_not_come(system: System) -> None:
    system.decide(LATER, start=date(2026, 4, 1), decided_on=date(2026, 3, 1))
    told = {"execution_reference": LATER, "reason": "DECISION_WITHDRAWN"}
    system.must("placement.cancelled", told, on=date(2026, 3, 5))
    ordered, cancelled, *rest = drawn(system, as_of=date(2026, 3, 5))[()]
    assert ordered == cancelled
    assert rest == ["0.00"] * 4


# An oracle of its own, in whole öre, from the events alone ------------------------------------------------


@dataclass(slots=True)
class Story:
    """One placement as it was told: its months, which are reported and billed when, and its last day."""

    reference: str
    supplier: str
    start: date
    ordered: dict[date, int] = field(default_factory=dict)
    received: dict[date, date] = field(default_factory=dict)
    billed: dict[date, date] = field(default_factory=dict)
    credited: dict[date, date] = field(default_factory=dict)
    told_on: date | None = None
    last_day: date | None = None

    def ore(self, month: date, last_day: date | None) -> int:
        """What the month's days up to the last come to at 95 kronor."""
        end = (month + timedelta(31)).replace(day=1) - timedelta(1)
        return 9500 * sum(map(is_working_day, each_day(month, min(end, last_day or end))))

    def parts(self, on: date) -> list[int]:
        """Ordered, will not come, approved, received and not approved, outstanding."""
        if on < self.start:
            return [0] * 5
        known = self.last_day if self.told_on is not None and self.told_on <= on else None
        found = [sum(self.ordered.values()), 0, 0, 0, 0]
        for month, whole in self.ordered.items():
            come = self.ore(month, known)
            if self.received.get(month, date.max) <= on:
                is_billed = self.billed.get(month, date.max) <= on < self.credited.get(month, date.max)
                found[2 if is_billed else 3] += come
            else:
                found[4] += come
            found[1] += whole - come
        return found


def told(system: System, chance: Random, place: int) -> Story:
    """A placement from January on, told in the order of its days."""
    supplier = chance.choice((FYRBAKEN, LARKDRILLEN, TALLKOTTEN))
    story = Story(f"1000002{place:02}", supplier, date(2026, 1, 1))
    system.decide(story.reference, supplier=supplier)
    lines = system.order(story.reference).lines
    months = [line.period.start for line in lines]
    story.ordered = {month: story.ore(month, None) for month in months}
    assert [int(line.amount.amount * 100) for line in lines] == list(story.ordered.values())
    reported = chance.randint(0, 4)
    cut_in = reported if chance.random() < 0.4 else 0
    for number, month in enumerate(months[:reported], 1):
        over = (month + timedelta(31)).replace(day=1)
        if number == cut_in:
            # Interrupted within the last month that is reported: only its first days are received.
            story.told_on = month + timedelta(9)
            story.last_day = story.told_on + timedelta(chance.randint(0, 12))
            system.interrupt(story.reference, on=story.told_on, last_day=story.last_day)
        system.report(story.reference, f"{month:%Y-%m}", on=over)
        story.received[month] = over
        if chance.random() < 0.6:
            line, on = lines[number - 1].line_id, over + timedelta(1)
            invoice = system.flip(
                system.order(story.reference).number, line, number=f"F-{place}-{number}", on=on
            )
            system.send(invoice)
            story.billed[month] = on
            if chance.random() < 0.3:
                story.credited[month] = on + timedelta(2)
                system.send(
                    flipping.credit_note_of(invoice, given=Numbered(f"K-{place}-{number}", on + timedelta(2)))
                )
    if story.told_on is None and chance.random() < 0.6:
        begun = max(story.received.values(), default=date(2026, 1, 5)) + timedelta(4)
        story.told_on, story.last_day = begun, begun + timedelta(chance.randint(0, 40))
        system.interrupt(story.reference, on=story.told_on, last_day=story.last_day)
    return story


@pytest.mark.parametrize("seed", range(3))
def test_any_history_is_what_its_events_come_to_in_ore(database_url: str, seed: int) -> None:
    chance = Random(seed)  # noqa: S311
    with a_system(database_url) as system:
        stories = [told(system, chance, place) for place in range(4)]
        today = date(2026, 9, 1)
        for on in (today, date(2026, 5, 4), date(2026, 3, 10), date(2026, 1, 15)):
            wanted = [sum(each) for each in zip(*(story.parts(on) for story in stories), strict=True)]
            rows = drawn(system, as_of=on, today=today, by=FINEST)
            whole = rows.pop(())
            assert [int(Decimal(each) * 100) for each in whole[:5]] == wanted, on
            for name, place in zip(whole, range(6), strict=True):
                assert Decimal(name) == sum((Decimal(row[place]) for row in rows.values()), Decimal())
            assert wanted[0] == sum(wanted[1:])
            with system.database.reading() as session:
                statement = entry_queries.statement(session, EntryFilter(as_of=on), by=()).total
            assert whole[2] == str(statement.approved.amount)
            assert whole[0] == str(statement.ordered.amount)


# Laws --------------------------------------------------------------------------------------------------------

_AMOUNT = st.decimals(0, 10**9, places=2)


@st.composite
def _ordered(draw: st.DrawFn) -> OrderedSum:
    basis = CodingBasis(
        article=draw(st.sampled_from([kind.value for kind in ArticleKind])),
        unit=draw(st.sampled_from(["UV-1", "UV-2"])),
        delivery_area=draw(st.sampled_from(["LO-NORD", "LO-SYD"])),
        supplier_kind=draw(st.sampled_from(["STATE", "COMPANY"])),
    )
    cancelled, received, outstanding = draw(_AMOUNT), draw(_AMOUNT), draw(_AMOUNT)
    invoiced = draw(st.decimals(0, received, places=2))
    whole = cancelled + received + outstanding
    return OrderedSum(basis, whole, cancelled, received, invoiced, outstanding, draw(_AMOUNT))


_BY = st.lists(st.sampled_from(list(BudgetKey)), min_size=1, max_size=3, unique=True)


@given(st.lists(_ordered(), max_size=12), _BY)
def test_the_four_parts_of_every_row_are_what_was_ordered(
    sums: list[OrderedSum], by: list[BudgetKey]
) -> None:
    found = commitments(sums, read_rules(RULES), by=by, currency="SEK")
    for row in (*found.rows, found.total):
        assert row.ordered == row.cancelled + row.invoiced + row.received_not_invoiced + row.outstanding
    for name in PARTS:
        parts = sum((getattr(row, name).amount for row in found.rows), Decimal())
        assert parts == getattr(found.total, name).amount
    assert found.total.ordered.amount == sum((each.ordered for each in sums), Decimal())
    assert len({row.key for row in found.rows}) == len(found.rows)


@given(_ordered())
def test_a_commitment_has_the_objects_its_invoice_is_booked_on(each: OrderedSum) -> None:
    coder = read_rules(RULES)
    by = (BudgetKey.APPROPRIATION, BudgetKey.COST_CENTRE, BudgetKey.ACTIVITY)
    supplier = "2021001234" if each.basis.supplier_kind == "STATE" else "5599991014"
    bought = Purchase(1, "F-1", supplier, {each.basis: Decimal("95.00")}, Decimal("23.75"), Decimal("118.75"))
    cost = ledger.purchase(bought, coder, on=date(2026, 1, 1)).rows[0]
    assert keyed(coder, by)(each.basis) == (cost.appropriation, cost.cost_centre, cost.activity)
