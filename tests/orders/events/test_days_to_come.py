"""An event whose day has not been is kept until it has: it orders, receives and pays nothing before its time."""

from collections.abc import Iterator
from datetime import date, timedelta

import pytest

from operations.event_loading import replay_unappliable
from orders.terms import ArticleKind
from tests.support.stories.system import System, a_system, decision, outcome, report

OURS, ANOTHER = "100000101", "100000102"
TODAY = date(2026, 4, 15)


@pytest.fixture
def system(database_url: str) -> Iterator[System]:
    """A participant from January, and today is in the middle of April."""
    with a_system(database_url) as system:
        system.decide(OURS, start=date(2026, 1, 1))
        yield system


def test_a_month_is_not_received_by_an_approval_dated_when_it_will_be_over(system: System) -> None:
    system.file_report(OURS, "2026-04", on=TODAY)
    told = report(OURS, "2026-04", 1, date(2026, 5, 2))
    said = system.refuses("report.approved", told, on=date(2026, 5, 2), received_on=TODAY)
    assert "dated 2026-05-02, and that day has not been" in said
    assert set(system.days_received(OURS)) == {"-"}


def test_nor_by_a_report_that_was_filed_on_a_day_to_come(system: System) -> None:
    said = system.refuses("report.filed", report(OURS, "2026-04", 1, date(2026, 5, 2)), on=TODAY)
    assert "has not been" in said


def test_no_result_is_ordered_since_another_event_is_dated_after_its_day(system: System) -> None:
    system.interrupt(OURS, on=date(2026, 3, 13), reason="WORK")
    system.must("outcome.approved", outcome(OURS, started_on=date(2026, 3, 16)), on=TODAY)
    later = date(2027, 1, 4)
    system.refuses("placement.decided", decision(ANOTHER, start=later), on=later, received_on=TODAY)
    assert not system.orders(OURS, ArticleKind.RESULT)


def test_decisions_of_a_day_to_come_are_kept_each_by_itself_and_tried_again_on_their_day(
    system: System,
) -> None:
    tomorrow = TODAY + timedelta(days=1)
    system.refuses("placement.decided", decision(ANOTHER, start=tomorrow), on=tomorrow, received_on=TODAY)
    assert not system.orders(ANOTHER)
    with system.at(tomorrow):
        assert replay_unappliable(system.database).applied == 1
    assert len(system.orders(ANOTHER)) == 1
