"""An order is priced by the list of the day it was decided, however late it is told and whatever holds today."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta

import pytest

from operations.event_loading import place_due_orders
from orders.model import Order
from orders.register.pricing import LevelAmounts, PriceList
from orders.register.register import Register
from orders.terms import ArticleKind
from tests.support.stories.system import LARKDRILLEN, System, a_system, decision, example_register, outcome

REFERENCE, NEXT = "100000101", "100000102"
CHANGE = date(2026, 4, 1)
DAY_BEFORE = CHANGE - timedelta(days=1)
LATER = date(2026, 4, 20)
OLD, NEW = "95.00", "96.00"


def a_krona_dearer(prices: PriceList) -> PriceList:
    """The same list from the day of the change on."""
    articles = tuple(
        replace(
            each,
            amounts=LevelAmounts(**{level: price + 1 for level, price in each.amounts.table.items()}),
        )
        for each in prices.articles
    )
    return replace(prices, id=f"{prices.id}-APRIL", valid_from=CHANGE, articles=articles)


def register_with_a_dearer_list() -> Register:
    register = example_register()
    (today,) = (each for each in register.price_lists if each.id == "EXEMPEL-2026")
    return replace(register, price_lists=(*register.price_lists, a_krona_dearer(today)))


@pytest.fixture
def system(database_url: str) -> Iterator[System]:
    with a_system(database_url, register=register_with_a_dearer_list()) as system:
        yield system


def prices(order: Order) -> set[str]:
    return {f"{line.price:.2f}" for line in order.lines}


def period_two(decided_on: date) -> dict[str, object]:
    return {
        "decision_id": "B-2",
        "execution_reference": REFERENCE,
        "period": {"start": "2026-07-01", "end": "2026-12-31"},
        "decided_on": str(decided_on),
    }


@pytest.mark.parametrize(("decided_on", "price"), [(DAY_BEFORE, OLD), (CHANGE, NEW)])
@pytest.mark.parametrize("told_on", [CHANGE, LATER])
def test_a_basic_order_costs_what_was_agreed_when_it_was_decided(
    system: System, decided_on: date, price: str, told_on: date
) -> None:
    system.decide(REFERENCE, start=date(2026, 5, 1), decided_on=decided_on, on=told_on)
    order = system.order(REFERENCE)
    assert prices(order) == {price}
    assert order.price_list_id.endswith("-APRIL") is (price == NEW)


@pytest.mark.parametrize(("decided_on", "price"), [(DAY_BEFORE, OLD), (CHANGE, NEW)])
def test_a_second_period_costs_what_was_agreed_when_it_was_decided(
    system: System, decided_on: date, price: str
) -> None:
    system.decide(REFERENCE, start=date(2026, 1, 1), decided_on=date(2026, 1, 1))
    system.must("placement.period_two_decided", period_two(decided_on), on=LATER)
    first, second = system.orders(REFERENCE, ArticleKind.BASIC)
    assert (prices(first), prices(second)) == ({OLD}, {price})


def test_a_change_of_supplier_costs_what_was_agreed_when_it_was_decided(system: System) -> None:
    system.decide(REFERENCE, start=date(2026, 1, 1), decided_on=date(2026, 1, 1))
    moved = decision(
        NEXT,
        start=CHANGE,
        end=date(2026, 6, 30),
        supplier=LARKDRILLEN,
        decided_on=DAY_BEFORE,
        decision_id="B-3",
    )
    told = {"execution_reference": REFERENCE, "last_day": str(DAY_BEFORE), "placement": moved}
    system.must("placement.provider_changed", told, on=CHANGE)
    assert prices(system.order(NEXT)) == {OLD}


def test_a_result_costs_what_was_agreed_when_the_period_was_decided(system: System) -> None:
    system.decide(REFERENCE, start=date(2026, 1, 1), decided_on=date(2026, 1, 1))
    system.interrupt(REFERENCE, on=date(2026, 3, 13), reason="WORK")
    system.must("outcome.approved", outcome(REFERENCE, started_on=date(2026, 3, 16)), on=LATER)
    place_due_orders(system.database, today=date(2026, 6, 16))
    (result,) = system.orders(REFERENCE, ArticleKind.RESULT)
    assert prices(result) == {"15000.00"}
