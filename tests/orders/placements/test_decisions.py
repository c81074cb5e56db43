"""A decision becomes an order: six months in lines of days, at the price of the decision day, sent once."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from foundation import journal
from orders.model import Handling, Order
from orders.placements import store as placement_store
from orders.register.register import Register
from orders.terms import ArticleKind
from orders.workdays import DayConvention
from peppol.exchange import outbox_store
from tests.support.stories.system import FYRBAKEN, GRYNINGEN, System, a_system, decision, example_register

REFERENCE = "100000101"
NEXT = "100000102"


@pytest.fixture
def system(database_url: str) -> Iterator[System]:
    with a_system(database_url) as system:
        yield system


def days(order: Order) -> list[str]:
    return [f"{line.line_id} {line.quantity.value:.0f} {line.period}" for line in order.lines]


def with_convention(convention: DayConvention) -> Register:
    register = example_register()
    lists = tuple(replace(each, day_convention=convention) for each in register.price_lists)
    return replace(register, price_lists=lists)


# The basic order ------------------------------------------------------------------------------


def test_six_months_become_one_order_with_a_line_for_each_month(system: System) -> None:
    placement = system.decide(REFERENCE, start=date(2026, 1, 1), decided_on=date(2025, 12, 22))
    order = system.order(REFERENCE)
    assert days(order) == [
        "001 20 2026-01-01/2026-01-31",
        "002 20 2026-02-01/2026-02-28",
        "003 22 2026-03-01/2026-03-31",
        "004 20 2026-04-01/2026-04-30",
        "005 19 2026-05-01/2026-05-31",
        "006 22 2026-06-01/2026-06-30",
    ]
    assert {(line.article_number, line.article_name, line.quantity.unit) for line in order.lines} == {
        ("166", "Grundersättning", "DAY")
    }
    assert (order.number, order.article, order.execution_reference) == (
        "2100000001",
        ArticleKind.BASIC,
        REFERENCE,
    )
    assert placement.periods[0].order_number == order.number
    assert order.amount.amount == 123 * Decimal("92.00")


def test_a_start_in_the_middle_of_a_month_gives_seven_lines_cut_at_both_ends(system: System) -> None:
    system.decide(REFERENCE, start=date(2026, 1, 15), decided_on=date(2026, 1, 8))
    lines = days(system.order(REFERENCE))
    assert (lines[0], lines[-1]) == ("001 12 2026-01-15/2026-01-31", "007 10 2026-07-01/2026-07-14")


def test_leap_february_has_its_twenty_ninth_day(database_url: str) -> None:
    register = with_convention(DayConvention.CALENDAR)
    longer = tuple(
        replace(each, valid=replace(each.valid, end=date(2028, 12, 31))) for each in register.contracts
    )
    with a_system(database_url, register=replace(register, contracts=longer)) as system:
        system.decide(REFERENCE, start=date(2028, 2, 1))
        assert days(system.order(REFERENCE))[0] == "001 29 2028-02-01/2028-02-29"


def test_a_month_without_a_billable_day_is_left_out_and_the_lines_stay_in_sequence(system: System) -> None:
    # 31 January and 1 February 2026 are a Saturday and a Sunday.
    system.decide(REFERENCE, start=date(2026, 1, 31), end=date(2026, 3, 1))
    assert days(system.order(REFERENCE)) == ["001 20 2026-02-01/2026-02-28"]


def test_a_period_without_any_billable_day_is_not_ordered_and_takes_no_number(system: System) -> None:
    weekend = decision(REFERENCE, start=date(2026, 1, 31), end=date(2026, 2, 1))
    assert "no billable day" in system.refuses("placement.decided", weekend, on=date(2026, 1, 31))
    system.decide(NEXT)
    assert system.order(NEXT).number == "2100000001"


@pytest.mark.parametrize(
    ("convention", "may"),
    [(DayConvention.WORKDAYS, 19), (DayConvention.WEEKDAYS, 21), (DayConvention.CALENDAR, 31)],
)
def test_the_price_list_says_which_days_count(database_url: str, convention: DayConvention, may: int) -> None:
    with a_system(database_url, register=with_convention(convention)) as system:
        system.decide(REFERENCE, start=date(2026, 5, 1), end=date(2026, 5, 31))
        (line,) = system.order(REFERENCE).lines
        assert line.quantity.value == may
        # The receipt counts with the same function.
        system.report(REFERENCE, "2026-05", on=date(2026, 6, 1))
        assert system.days_received(REFERENCE) == [str(may)]


# Prices ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("level", "decided_on", "price"),
    [
        ("A", date(2026, 1, 2), "60.00"),
        ("B", date(2026, 1, 2), "80.00"),
        ("C", date(2026, 1, 2), "95.00"),
        ("C", date(2026, 1, 1), "95.00"),
        ("C", date(2025, 12, 31), "92.00"),
        ("A", date(2025, 12, 31), "58.00"),
    ],
)
def test_the_price_is_the_levels_on_the_decision_day_not_on_the_starting_day(
    system: System, level: str, decided_on: date, price: str
) -> None:
    system.decide(REFERENCE, level=level, start=date(2026, 1, 12), decided_on=decided_on)
    assert {line.price for line in system.order(REFERENCE).lines} == {Decimal(price)}


def test_a_contract_that_does_not_run_refuses_and_takes_no_number(system: System) -> None:
    early = decision(REFERENCE, start=date(2025, 1, 7), decided_on=date(2024, 12, 20))
    assert "AVT-1001" in system.refuses("placement.decided", early, on=date(2024, 12, 20))
    with system.database.reading() as session:
        assert placement_store.find(session, REFERENCE) is None
        assert list(outbox_store.messages_out(session)) == []
        assert "placement" not in " ".join(row.subject for row in journal.rows(session))
    system.decide(NEXT)
    assert system.order(NEXT).number == "2100000001"


def test_a_supplement_the_list_has_no_price_for_at_that_level_is_refused_and_takes_no_number(
    system: System,
) -> None:
    system.decide(REFERENCE, level="A")
    told = {"execution_reference": REFERENCE, "code": "SPRAK", "approved_on": "2026-02-02"}
    refusal = system.refuses("supplement.approved", told, on=date(2026, 2, 2))
    assert "no price" in refusal
    assert [order.number for order in system.orders(REFERENCE)] == ["2100000001"]


# What stays outside ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("handling", "data", "why"),
    [
        (Handling.LEGACY, decision(REFERENCE, continues_legacy=True), "continues an earlier decision"),
        (Handling.ESF, decision(REFERENCE, supplier=GRYNINGEN), "European Social Fund"),
        (Handling.PROTECTED, decision(REFERENCE, protected_identity=True), "handled by hand"),
        (
            Handling.PROTECTED,
            decision(REFERENCE, protected_identity=True, continues_legacy=True),
            "handled by hand",
        ),
    ],
)
def test_legacy_esf_and_protected_placements_are_kept_and_never_ordered(
    system: System, handling: Handling, data: dict[str, object], why: str
) -> None:
    system.must("placement.decided", data, on=date(2026, 1, 1))
    assert system.placement(REFERENCE).handling is handling
    assert system.orders(REFERENCE) == []
    report = {"execution_reference": REFERENCE, "month": "2026-01", "version": 1}
    told = {**report, "at": "2026-02-02T08:00:00+01:00", "by": "user-17"}
    said = system.refuses("report.filed", told, on=date(2026, 2, 2))
    assert "Nothing is reported here" in said
    assert why in said
    assert handling not in said


def test_a_decision_for_another_suppliers_contract_area_or_unit_is_refused(system: System) -> None:
    wrong = decision(REFERENCE, supplier=FYRBAKEN, contract="AVT-2001")
    assert "AVT-2001" in system.refuses("placement.decided", wrong, on=date(2026, 1, 1))
    wrong = decision(REFERENCE, supplier=FYRBAKEN, delivery_area="LO-SYD")
    assert "LO-SYD" in system.refuses("placement.decided", wrong, on=date(2026, 1, 1))
    unit = {**decision(REFERENCE)["unit"], "id": "UV-201"}  # type: ignore[dict-item]
    wrong = decision(REFERENCE, supplier=FYRBAKEN, unit=unit)
    assert "another supplier" in system.refuses("placement.decided", wrong, on=date(2026, 1, 1))
    assert system.orders(REFERENCE) == []


# The same decision ----------------------------------------------------------------------------


def test_the_same_decision_twice_is_refused_and_there_is_one_order(system: System) -> None:
    system.decide(REFERENCE, decision_id="5435235")
    again = decision(NEXT, decision_id="5435235")
    assert "already in" in system.refuses("placement.decided", again, on=date(2026, 1, 1))
    again = decision(REFERENCE, decision_id="5435236")
    assert "already used" in system.refuses("placement.decided", again, on=date(2026, 1, 1))
    assert len(system.orders(REFERENCE)) == 1


def test_a_decision_without_a_reference_gets_the_next_free_one(system: System) -> None:
    data = decision("100000001", decision_id="B-1")
    system.must("placement.decided", data, on=date(2026, 1, 1))
    without = {**decision("x", decision_id="B-2")}
    del without["execution_reference"]
    system.must("placement.decided", without, on=date(2026, 1, 1))
    with system.database.reading() as session:
        assert placement_store.by_decision(session, ["B-2"]) == {"B-2": "100000002"}
