"""What is odd about a filed report: each check by a month that shows it alone."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from foundation.periods import Month, Period
from orders.model import LineState, PlacementState
from orders.placements import filed_queries, filing
from orders.placements.filed_queries import FiledFilter
from orders.placements.filing import MonthToFile
from orders.placements.report_checks import ODDITY_WORDS, ReportFacts, ReportOddity, oddities
from orders.terms import Activity
from tests.support.stories.system import LARKDRILLEN, System, a_system

REFERENCE = "100000101"
FILED = date(2026, 2, 2)
_O = ReportOddity


@pytest.fixture
def system(database_url: str) -> Iterator[System]:
    with a_system(database_url) as system:
        system.decide(REFERENCE, start=date(2026, 1, 1), decided_on=date(2026, 1, 1))
        yield system


def waiting(system: System, *, reference: str = "", unit: str = "") -> list[ReportFacts]:
    with system.database.reading() as session:
        return filed_queries.filed(session, FiledFilter(reference=reference, unit=unit), days=10)


def odd(system: System, *, today: date, reference: str = REFERENCE) -> tuple[ReportOddity, ...]:
    (facts,) = waiting(system, reference=reference)
    return oddities(facts, today=today)


def test_every_check_has_words() -> None:
    assert set(ODDITY_WORDS) == set(ReportOddity)


def test_nothing_is_odd_about_a_month_that_is_over_and_reported_in_time(system: System) -> None:
    system.file_report(REFERENCE, "2026-01", on=date(2026, 2, 10))
    (facts,) = waiting(system)
    assert oddities(facts, today=date(2026, 2, 10)) == ()
    assert (str(facts.days.value), str(facts.ordered.value)) == ("20", "20")


def test_a_month_that_is_not_over_is_said_so_until_it_is_and_then_was_early(system: System) -> None:
    system.file_report(REFERENCE, "2026-01", on=date(2026, 1, 31))
    assert odd(system, today=date(2026, 1, 31)) == (_O.NOT_OVER,)
    assert odd(system, today=date(2026, 2, 1)) == (_O.EARLY,)


def test_a_report_after_the_last_day_to_file_is_late(system: System) -> None:
    system.file_report(REFERENCE, "2026-01", on=date(2026, 2, 11))
    assert odd(system, today=date(2026, 2, 11)) == (_O.LATE,)


def test_a_month_reported_twice_is_odd_the_second_time(system: System) -> None:
    system.file_report(REFERENCE, "2026-01", on=date(2026, 2, 2))
    system.file_report(REFERENCE, "2026-01", version=2, on=date(2026, 2, 3))
    assert odd(system, today=date(2026, 2, 3)) == (_O.REPORTED_AGAIN,)


def test_days_cut_by_an_interruption_that_was_known_differ_from_the_order(system: System) -> None:
    system.interrupt(REFERENCE, on=date(2026, 1, 9), last_day=date(2026, 1, 15))
    system.file_report(REFERENCE, "2026-01", on=date(2026, 1, 16))
    assert odd(system, today=date(2026, 1, 16)) == (_O.DAYS_DIFFER,)


def test_an_interruption_that_came_after_the_report_was_unknown_to_it(system: System) -> None:
    system.file_report(REFERENCE, "2026-02", on=date(2026, 2, 10))
    system.interrupt(REFERENCE, on=date(2026, 2, 12))
    assert odd(system, today=date(2026, 3, 2)) == (_O.EARLY, _O.INTERRUPTION_UNKNOWN, _O.DAYS_DIFFER)


def test_a_month_whose_days_all_lie_after_the_last_one_is_odd(system: System) -> None:
    system.file_report(REFERENCE, "2026-02", on=date(2026, 2, 2))
    system.interrupt(REFERENCE, on=date(2026, 2, 3))
    (facts,) = waiting(system)
    (line,) = facts.lines
    after = replace(facts, lines=(replace(line, period=Period(date(2026, 2, 4), date(2026, 2, 28))),))
    assert _O.AFTER_INTERRUPTION in oddities(after, today=date(2026, 3, 2))


def test_a_month_without_a_line_a_closed_line_and_a_placement_called_off_are_odd(system: System) -> None:
    system.file_report(REFERENCE, "2026-01", on=date(2026, 2, 2))
    (facts,) = waiting(system)
    (line,) = facts.lines
    day = date(2026, 2, 2)
    assert oddities(replace(facts, lines=()), today=day) == (_O.OUTSIDE,)
    closed = replace(line, state=LineState.CLOSED_UNUSED)
    assert oddities(replace(facts, lines=(closed,)), today=day) == (_O.LINE_CLOSED,)
    off = replace(facts.placement, state=PlacementState.CANCELLED)
    assert oddities(replace(facts, placement=off), today=day) == (_O.NOT_ORDERED,)


def test_five_participants_of_a_unit_told_the_same_are_looked_at_and_four_are_not(system: System) -> None:
    references = [f"1000002{number:02}" for number in range(5)]
    for each in references:
        system.decide(each, start=date(2026, 1, 1), decided_on=date(2026, 1, 1))
    system.decide("100000300", supplier=LARKDRILLEN, start=date(2026, 1, 1), decided_on=date(2026, 1, 1))
    for each in [*references[:4], "100000300"]:
        tell(system, each, Activity("MEETING"))
    assert [oddities(each, today=FILED) for each in waiting(system)] == [()] * 5
    tell(system, references[4], Activity("MEETING"))
    assert [oddities(each, today=FILED) for each in waiting(system, unit="UV-101")] == [(_O.ALIKE,)] * 5
    assert odd(system, today=FILED, reference="100000300") == ()


def test_reports_that_tell_no_activity_are_not_alike(system: System) -> None:
    for number in range(6):
        system.decide(f"1000002{number:02}", start=date(2026, 1, 1), decided_on=date(2026, 1, 1))
        tell(system, f"1000002{number:02}")
    assert [oddities(each, today=FILED) for each in waiting(system)] == [()] * 6


def tell(system: System, reference: str, *activities: Activity) -> None:
    with system.database.writing() as session:
        filing.file_month(
            session,
            MonthToFile(reference, Month(2026, 1), 1),
            activities=activities,
            at=datetime(2026, 2, 2, 9, tzinfo=UTC),
            by="user-7",
        )
