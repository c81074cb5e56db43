"""Reports and interruptions: what a month's receipt comes to, and when it is made again."""

from collections.abc import Iterator
from datetime import date
from decimal import Decimal

import pytest
from sqlalchemy import delete, select, update
from sqlalchemy.exc import DBAPIError

from foundation.periods import Month
from orders import tables as order_tables
from orders.model import ReportState
from orders.placements import store as placement_store
from orders.register.agreements import EarlyApproval
from tests.support.stories.system import System, a_system, example_register, interruption

REFERENCE = "100000101"


@pytest.fixture
def system(database_url: str) -> Iterator[System]:
    """A system with one placement from January to June 2026 at 95.00 a day; days 20, 20, 22, 20, 19, 22."""
    with a_system(database_url) as system:
        system.decide(REFERENCE, start=date(2026, 1, 1), decided_on=date(2026, 1, 1))
        yield system


def told(month: str, version: int, on: date, by: str = "user-17") -> dict[str, object]:
    return {
        "execution_reference": REFERENCE,
        "month": month,
        "version": version,
        "at": f"{on}T08:00:00+01:00",
        "by": by,
    }


def states(system: System, month: str) -> list[ReportState]:
    with system.database.reading() as session:
        return [each.state for each in placement_store.reports(session, REFERENCE, Month.parse(month))]


def receipts(system: System) -> list[tuple[str, str, int | None]]:
    """Every receipt row ever written: line, days, and the row it takes back."""
    table = order_tables.receipt
    with system.database.reading() as session:
        rows = session.execute(select(table).order_by(table.c.id))
        return [(row.line_id, f"{row.quantity:.0f}", row.reverses) for row in rows]


# Reports ------------------------------------------------------------------------------------


def test_an_approved_report_receives_its_month_and_no_other(system: System) -> None:
    system.file_report(REFERENCE, "2026-01", on=date(2026, 2, 2))
    assert system.days_received(REFERENCE) == ["-"] * 6
    system.approve(REFERENCE, "2026-01", on=date(2026, 2, 3))
    assert system.days_received(REFERENCE) == ["20", "-", "-", "-", "-", "-"]
    assert states(system, "2026-01") == [ReportState.APPROVED]
    account = system.line(system.order(REFERENCE).number)
    assert (account.amount_received.amount, account.amount_claimed.amount) == (
        Decimal("1900.00"),
        Decimal("0.00"),
    )


def test_a_rejected_report_receives_nothing_until_a_new_version_is_approved(system: System) -> None:
    system.file_report(REFERENCE, "2026-01", on=date(2026, 2, 2))
    system.must("report.rejected", told("2026-01", 1, date(2026, 2, 3)), on=date(2026, 2, 3))
    refusal = system.refuses("report.approved", told("2026-01", 1, date(2026, 2, 4)), on=date(2026, 2, 4))
    assert "is in the state “Rejected”" in refusal
    assert system.days_received(REFERENCE)[0] == "-"
    system.report(REFERENCE, "2026-01", version=2, on=date(2026, 2, 5))
    assert system.days_received(REFERENCE)[0] == "20"
    assert states(system, "2026-01") == [ReportState.REJECTED, ReportState.APPROVED]


def test_a_second_version_replaces_the_first_that_nobody_had_decided(system: System) -> None:
    system.file_report(REFERENCE, "2026-01", on=date(2026, 2, 2))
    system.file_report(REFERENCE, "2026-01", version=2, on=date(2026, 2, 3))
    assert states(system, "2026-01") == [ReportState.REPLACED, ReportState.FILED]
    refusal = system.refuses("report.approved", told("2026-01", 1, date(2026, 2, 4)), on=date(2026, 2, 4))
    assert "is in the state “Replaced”" in refusal


def test_a_corrected_report_takes_the_old_receipt_back_and_makes_a_new_one(system: System) -> None:
    system.report(REFERENCE, "2026-01", on=date(2026, 2, 2))
    system.file_report(REFERENCE, "2026-01", version=2, on=date(2026, 2, 9))
    # Until the correction is approved the approved report stands, with its receipt.
    assert states(system, "2026-01") == [ReportState.APPROVED, ReportState.FILED]
    assert receipts(system) == [("001", "20", None)]
    system.approve(REFERENCE, "2026-01", version=2, on=date(2026, 2, 10))
    assert states(system, "2026-01") == [ReportState.REPLACED, ReportState.APPROVED]
    assert receipts(system) == [("001", "20", None), ("001", "-20", 1), ("001", "20", None)]


@pytest.mark.parametrize("version", [2, 7])
def test_a_version_that_skips_one_is_refused(system: System, version: int) -> None:
    refusal = system.refuses("report.filed", told("2026-01", version, date(2026, 2, 2)), on=date(2026, 2, 2))
    assert "must have version 1" in refusal


def test_a_report_that_was_never_filed_cannot_be_approved_and_can_be_once_it_is(system: System) -> None:
    refusal = system.refuses("report.approved", told("2026-01", 1, date(2026, 2, 2)), on=date(2026, 2, 2))
    assert "no report" in refusal


@pytest.mark.parametrize("month", ["2025-12", "2026-07", "2031-01"])
def test_a_month_outside_the_placement_is_refused(system: System, month: str) -> None:
    refusal = system.refuses("report.filed", told(month, 1, date(2026, 8, 3)), on=date(2026, 8, 3))
    assert "outside" in refusal


def test_a_month_that_has_not_begun_is_refused(system: System) -> None:
    refusal = system.refuses("report.filed", told("2026-03", 1, date(2026, 2, 28)), on=date(2026, 2, 28))
    assert "has not begun" in refusal


def test_a_month_after_the_last_day_is_refused(system: System) -> None:
    system.interrupt(REFERENCE, on=date(2026, 2, 10))
    refusal = system.refuses("report.filed", told("2026-03", 1, date(2026, 4, 1)), on=date(2026, 4, 1))
    assert "after the last billable day" in refusal


def test_a_report_late_by_months_is_received_all_the_same(system: System) -> None:
    system.report(REFERENCE, "2026-01", on=date(2026, 9, 14))
    assert system.days_received(REFERENCE)[0] == "20"


# Interruptions ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("last_day", "march"),
    [
        (date(2026, 3, 2), "1"),  # the first working day
        (date(2026, 3, 1), "0"),  # a Sunday, the first day of the month
        (date(2026, 3, 12), "9"),  # in the middle; the day itself counts
        (date(2026, 3, 13), "10"),  # a Friday
        (date(2026, 3, 14), "10"),  # a Saturday adds nothing
        (date(2026, 3, 31), "22"),  # the last day: the whole month
    ],
)
def test_the_month_of_an_interruption_is_received_up_to_its_day_that_day_included(
    system: System, last_day: date, march: str
) -> None:
    system.interrupt(REFERENCE, on=date(2026, 2, 27), last_day=last_day)
    system.report(REFERENCE, "2026-03", on=date(2026, 4, 1))
    assert system.days_received(REFERENCE)[2] == march
    # The order still says the whole month (REQ-25).
    assert system.order(REFERENCE).lines[2].quantity.value == 22


def test_an_interruption_today_holds_from_today(system: System) -> None:
    system.interrupt(REFERENCE, on=date(2026, 3, 12))
    placement = system.placement(REFERENCE)
    assert placement.last_day == date(2026, 3, 12)
    refusal = system.refuses(
        "interruption.registered",
        interruption(REFERENCE, date(2026, 3, 12), date(2026, 3, 20)),
        on=date(2026, 3, 12),
    )
    assert "already interrupted" in refusal


@pytest.mark.parametrize(
    ("registered_on", "last_day", "reason"),
    [
        (date(2026, 3, 12), date(2026, 3, 11), "retroactive"),
        (date(2026, 3, 13), date(2026, 3, 13), "has not come"),
        (date(2026, 3, 12), date(2026, 7, 1), "outside the placement"),
    ],
)
def test_a_retroactive_early_or_outside_interruption_is_refused(
    system: System, registered_on: date, last_day: date, reason: str
) -> None:
    data = interruption(REFERENCE, registered_on, last_day)
    assert reason in system.refuses("interruption.registered", data, on=date(2026, 3, 12))
    assert system.placement(REFERENCE).interruption is None


def moved(registered_on: date, last_day: date) -> dict[str, object]:
    data = interruption(REFERENCE, registered_on, last_day)
    del data["reason"]
    return data


def test_an_interruption_ahead_may_be_moved_and_withdrawn_until_its_day(system: System) -> None:
    system.interrupt(REFERENCE, on=date(2026, 3, 2), last_day=date(2026, 3, 20))
    data = moved(date(2026, 3, 10), date(2026, 3, 27))
    system.must("interruption.moved", data, on=date(2026, 3, 10))
    assert system.placement(REFERENCE).last_day == date(2026, 3, 27)
    withdrawn = {"execution_reference": REFERENCE, "registered_on": "2026-03-26"}
    system.must("interruption.withdrawn", withdrawn, on=date(2026, 3, 26))
    assert system.placement(REFERENCE).last_day is None
    with system.database.reading() as session:
        history = [row._mapping["state"] for row in placement_store.interruptions(session, REFERENCE)]
    assert history == ["MOVED", "WITHDRAWN"]
    assert "no interruption" in system.refuses("interruption.withdrawn", withdrawn, on=date(2026, 3, 27))


def test_an_interruption_that_has_taken_effect_stands(system: System) -> None:
    system.interrupt(REFERENCE, on=date(2026, 3, 2), last_day=date(2026, 3, 20))
    data = moved(date(2026, 3, 21), date(2026, 3, 27))
    assert "stands" in system.refuses("interruption.moved", data, on=date(2026, 3, 21))
    withdrawn = {"execution_reference": REFERENCE, "registered_on": "2026-03-21"}
    assert "stands" in system.refuses("interruption.withdrawn", withdrawn, on=date(2026, 3, 21))
    assert system.placement(REFERENCE).last_day == date(2026, 3, 20)


def test_an_interruption_in_a_month_already_received_makes_a_new_receipt_with_the_days_that_remain(
    system: System,
) -> None:
    system.report(REFERENCE, "2026-03", on=date(2026, 3, 9))
    system.interrupt(REFERENCE, on=date(2026, 3, 10), last_day=date(2026, 3, 13))
    assert receipts(system) == [("003", "22", None), ("003", "-22", 1), ("003", "10", None)]
    # Moving it makes another, and withdrawing it gives the whole month back.
    system.must("interruption.moved", moved(date(2026, 3, 11), date(2026, 3, 16)), on=date(2026, 3, 11))
    assert system.days_received(REFERENCE)[2] == "11"
    withdrawn = {"execution_reference": REFERENCE, "registered_on": "2026-03-12"}
    system.must("interruption.withdrawn", withdrawn, on=date(2026, 3, 12))
    assert system.days_received(REFERENCE)[2] == "22"


def test_an_interruption_between_report_and_approval_is_counted_at_approval(system: System) -> None:
    system.file_report(REFERENCE, "2026-03", on=date(2026, 3, 9))
    system.interrupt(REFERENCE, on=date(2026, 3, 12))
    system.approve(REFERENCE, "2026-03", on=date(2026, 4, 1))
    assert receipts(system) == [("003", "9", None)]


def period_two(start: str, end: str, decided_on: str) -> dict[str, object]:
    return {
        "decision_id": "B-two",
        "execution_reference": REFERENCE,
        "period": {"start": start, "end": end},
        "decided_on": decided_on,
    }


def test_back_for_period_two_the_first_period_keeps_its_end_and_the_second_is_whole(system: System) -> None:
    system.interrupt(REFERENCE, on=date(2026, 3, 12))
    system.must(
        "placement.period_two_decided",
        period_two("2026-08-01", "2027-01-31", "2026-07-20"),
        on=date(2026, 7, 20),
    )
    system.report(REFERENCE, "2026-03", on=date(2026, 8, 3))
    system.report(REFERENCE, "2026-08", on=date(2026, 9, 1))
    assert system.days_received(REFERENCE)[2] == "9"
    assert system.days_received(REFERENCE)[6] == "21"


def test_an_interruption_in_period_one_also_ends_a_period_two_decided_before(system: System) -> None:
    system.must(
        "placement.period_two_decided",
        period_two("2026-07-01", "2026-12-31", "2026-06-01"),
        on=date(2026, 6, 1),
    )
    system.interrupt(REFERENCE, on=date(2026, 6, 12))
    refusal = system.refuses("report.filed", told("2026-08", 1, date(2026, 9, 1)), on=date(2026, 9, 1))
    assert "after the last billable day" in refusal


def test_an_interruption_in_period_two_leaves_period_one_whole(system: System) -> None:
    system.must(
        "placement.period_two_decided",
        period_two("2026-07-01", "2026-12-31", "2026-06-01"),
        on=date(2026, 6, 1),
    )
    system.interrupt(REFERENCE, on=date(2026, 9, 10))
    system.report(REFERENCE, "2026-06", on=date(2026, 9, 30))
    system.report(REFERENCE, "2026-09", on=date(2026, 10, 1))
    assert system.days_received(REFERENCE)[5] == "22"
    assert system.days_received(REFERENCE)[8] == "8"


# Receipts never change ----------------------------------------------------------------------


def test_the_database_itself_refuses_to_change_or_remove_a_receipt(system: System) -> None:
    system.report(REFERENCE, "2026-01", on=date(2026, 2, 2))
    for change in (update(order_tables.receipt).values(quantity=Decimal(1)), delete(order_tables.receipt)):
        with pytest.raises(DBAPIError, match="append-only"), system.database.writing() as session:
            session.execute(change)
    assert receipts(system) == [("001", "20", None)]


# Approved before the month is over --------------------------------------------------------------


def early(system: System, what: EarlyApproval) -> None:
    system.change_register(example_register(early_approval=what))


def test_a_month_approved_before_it_is_over_gets_the_days_up_to_the_approval(system: System) -> None:
    early(system, EarlyApproval.UP_TO_APPROVAL)
    system.report(REFERENCE, "2026-03", on=date(2026, 3, 10))
    assert receipts(system) == [("003", "7", None)]
    # The rest comes with a correction, when its days have been.
    system.report(REFERENCE, "2026-03", version=2, on=date(2026, 4, 1))
    assert receipts(system) == [("003", "7", None), ("003", "-7", 1), ("003", "22", None)]


def test_an_interruption_afterwards_gives_no_day_after_the_approval(system: System) -> None:
    early(system, EarlyApproval.UP_TO_APPROVAL)
    system.report(REFERENCE, "2026-03", on=date(2026, 3, 10))
    system.interrupt(REFERENCE, on=date(2026, 3, 12), last_day=date(2026, 3, 20))
    assert system.days_received(REFERENCE)[2] == "7"
    data = moved(date(2026, 3, 13), date(2026, 3, 27))
    system.must("interruption.moved", data, on=date(2026, 3, 13))
    assert system.days_received(REFERENCE)[2] == "7"


def test_a_month_whose_days_are_over_on_the_day_of_approval_is_whole(system: System) -> None:
    early(system, EarlyApproval.UP_TO_APPROVAL)
    system.report(REFERENCE, "2026-03", on=date(2026, 3, 31))
    system.interrupt(REFERENCE, on=date(2026, 4, 10))
    system.report(REFERENCE, "2026-04", on=date(2026, 4, 10))
    assert system.days_received(REFERENCE)[2:4] == ["22", "6"]


def test_a_month_approved_before_it_is_over_may_be_refused_until_it_is(system: System) -> None:
    early(system, EarlyApproval.REFUSED)
    system.file_report(REFERENCE, "2026-03", on=date(2026, 3, 10))
    told_early = told("2026-03", 1, date(2026, 3, 30))
    assert "2026-03-31" in system.refuses("report.approved", told_early, on=date(2026, 3, 30))
    assert states(system, "2026-03") == [ReportState.FILED]
    system.approve(REFERENCE, "2026-03", on=date(2026, 3, 31))
    assert system.days_received(REFERENCE)[2] == "22"


def test_what_was_received_whole_before_there_was_a_choice_stays_when_the_choice_is_made(
    system: System,
) -> None:
    early(system, EarlyApproval.WHOLE_MONTH)
    system.report(REFERENCE, "2026-03", on=date(2026, 3, 10))
    early(system, EarlyApproval.UP_TO_APPROVAL)
    system.interrupt(REFERENCE, on=date(2026, 5, 8))
    assert receipts(system) == [("003", "22", None)]
