"""What a month accrues is, line by line, what a person would work out of each order; and its sums add the lines up."""

from datetime import date
from decimal import Decimal
from random import Random

import pytest
from sqlalchemy import select

from bookkeeping.accrual import accrual_queries
from bookkeeping.accrual.accrued import AccruedFor, AccruedLine
from foundation.money import Money, line_amount, total
from foundation.periods import Month
from foundation.sql import Session
from invoicing.documents import tables as document_tables
from orders import tables as order_tables
from orders.model import LineState, days_received
from orders.placements import store as placement_store
from orders.purchase_orders import line_store, order_store
from orders.terms import ArticleKind
from tests.bookkeeping.test_commitments import told
from tests.support.stories.months_of_work import months_of_work
from tests.support.stories.system import System, a_system

MONTHS = [Month(2025, 12), *(Month(2026, each) for each in range(1, 8))]
_RECEIPT, _PART = order_tables.receipt, document_tables.invoice_part

Delivered = dict[tuple[str, str], Money]


def unreported_by_hand(session: Session, month: Month, *, closing: date) -> Delivered:
    """What was delivered of lines nobody has reported or billed, order by order, with each placement looked up."""
    found = {}
    billed = {(row.order_number, row.line_id) for row in session.execute(select(_PART))}
    received = {
        (row.order_number, row.line_id)
        for row in session.execute(select(_RECEIPT).where(_RECEIPT.c.received_on <= closing))
    }
    for number in session.scalars(select(order_tables.purchase_order.c.number)):
        order = order_store.get(session, number)
        states = {each.line_id: each.state for each in line_store.accounts(session, number)}
        placement = placement_store.get(session, order.execution_reference)
        for line in order.lines if order.article is ArticleKind.BASIC and order.issued_on <= closing else ():
            key = number, line.line_id
            is_later = line.period.start > month.period.end or states[line.line_id] is not LineState.OPEN
            if is_later or key in received | billed:
                continue
            days = days_received(
                line.period,
                ordered=line.quantity,
                last_day=placement.last_day_for(line.period),
                rule=order.day_rule,
                absences=tuple(placement.absences),
            )
            amount = line_amount(days, line.price, currency=line.amount.currency)
            if amount.amount > Decimal():
                found[key] = amount
    return found


def agrees(system: System, *, closing: date) -> tuple[int, int]:
    """Hold each month to what is worked out by hand; how many of its lines are received and how many not, at most."""
    most = 0, 0
    with system.database.reading() as session:
        billed = {(row.order_number, row.line_id) for row in session.execute(select(_PART))}
        for month in MONTHS:
            lines = accrual_queries.lines(session, month, closing=closing)
            left = accrual_queries.left(session, month, closing=closing)
            assert [(each.order_number, each.line_id, each.why, each.amount) for each in left] == [
                (each.order_number, each.line_id, each.why, each.amount.amount) for each in lines
            ]
            assert lines == sorted(lines, key=lambda each: (each.supplier, each.order_number, each.line_id))
            by_why = {why: [each for each in lines if each.why is why] for why in AccruedFor}
            received, unreported = by_why[AccruedFor.RECEIVED], by_why[AccruedFor.UNREPORTED]
            unbilled = {
                (each.order_number, each.line_id): each.amount
                for each in unreported
                if (each.order_number, each.line_id) not in billed
            }
            assert all(each.amount.amount > 0 for each in lines), (
                "what is booked above it is a credit to come"
            )
            assert unbilled == unreported_by_hand(session, month, closing=closing), month
            sums = accrual_queries.sums(session, month, closing=closing)
            assert (sums.received, sums.amount_received) == (len(received), _sum(received)), month
            assert (sums.unreported, sums.amount_unreported) == (len(unreported), _sum(unreported)), month
            assert accrual_queries.total(session, left) == sums.amount
            most = max(most[0], len(received)), max(most[1], len(unreported))
    return most


def _sum(lines: list[AccruedLine]) -> Money:
    return total(each.amount for each in lines)


@pytest.mark.both_engines
def test_in_a_story_where_everything_happens(database_url: str) -> None:
    with a_system(database_url) as system:
        found = [agrees(system, closing=day) for day in months_of_work(system)]
    assert max(received for received, _ in found) > 1
    assert max(unreported for _, unreported in found) > 3


@pytest.mark.parametrize("seed", range(3))
def test_of_any_history(database_url: str, seed: int) -> None:
    chance = Random(seed)  # noqa: S311
    with a_system(database_url) as system:
        for place in range(4):
            told(system, chance, place)
        for closing in (date(2026, 1, 15), date(2026, 3, 10), date(2026, 5, 4), date(2026, 9, 1)):
            agrees(system, closing=closing)


def test_lines_of_the_same_days_accrue_each_by_its_own_price_and_last_day(database_url: str) -> None:
    with a_system(database_url) as system:
        system.decide("100000101")
        system.decide("100000102", level="A")
        system.decide("100000103", end=date(2026, 3, 12))
        assert agrees(system, closing=date(2026, 4, 15)) == (0, 15)
        with system.database.reading() as session:
            lines = accrual_queries.lines(session, Month(2026, 3), closing=date(2026, 4, 15))
    assert len({each.amount for each in lines if each.month == Month(2026, 3)}) == 3
