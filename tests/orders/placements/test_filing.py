"""A supplier files its months by hand: what is due, until when, once each, and again when sent back."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime

import pytest

from foundation import journal
from foundation.periods import Month
from foundation.transitions import StepRefused
from invoicing.portal_invoicing.scope import Scope
from orders.journal_actions import PlacementAction
from orders.model import Report, ReportState
from orders.placements import filing
from orders.placements import store as placement_store
from orders.placements.filing import MonthToFile
from orders.register.unit_scope import UnitScope
from orders.terms import Activity, RejectionReason
from supplier_portal.queries import reports as report_queries
from supplier_portal.queries.reports import DueMonth, ReportFilter, ReportsAre
from tests.support.stories.system import FYRBAKEN, LARKDRILLEN, System, a_system

JANUARY, FEBRUARY = Month(2026, 1), Month(2026, 2)
OURS = Scope(FYRBAKEN)


def due(system: System, on: date, scope: Scope = OURS) -> list[tuple[str, str, int]]:
    with system.database.reading() as session:
        found = report_queries.due(session, scope, today=on, days=10)
        assert report_queries.count_due(session, scope, today=on) == len(found)
    return [(each.execution_reference, str(each.month), each.version) for each in found]


def file(
    system: System, month: Month, *, version: int = 1, by: str = "user-17", on: date = date(2026, 2, 3)
) -> tuple[Report, bool]:
    with system.database.writing() as session:
        return filing.file_month(
            session,
            MonthToFile("100000101", month, version),
            activities=[Activity("PLANNING"), Activity("MEETING"), Activity("MEETING")],
            at=datetime(on.year, on.month, on.day, 9, tzinfo=UTC),
            by=by,
        )


def reports(system: System, month: Month = JANUARY) -> list[Report]:
    with system.database.reading() as session:
        return placement_store.reports(session, "100000101", month)


def test_a_month_is_due_the_day_after_its_last_and_filed_once(database_url: str) -> None:
    with a_system(database_url) as system:
        system.decide()
        assert due(system, date(2026, 1, 31)) == []
        assert due(system, date(2026, 2, 1)) == [("100000101", "2026-01", 1)]
        report, fresh = file(system, JANUARY)
        assert fresh
        assert report.activities == (Activity("PLANNING"), Activity("MEETING"))
        assert due(system, date(2026, 2, 3)) == []
        # The same press again finds the same report; there is one, and one row of the journal.
        again, fresh = file(system, JANUARY)
        assert not fresh
        assert again == report == reports(system)[0]
        assert len(reports(system)) == 1
        with system.database.reading() as session:
            written = [
                row.actor for row in journal.rows(session) if row.action == PlacementAction.REPORT_FILED
            ]
        assert written == ["user-17"]


def test_a_colleague_who_presses_later_is_told_who_filed(database_url: str) -> None:
    with a_system(database_url) as system:
        system.decide()
        file(system, JANUARY)
        with pytest.raises(StepRefused, match="already been filed by user-17"):
            file(system, JANUARY, by="user-18")


def test_a_rejected_month_is_due_again_with_its_reason_and_a_new_version(database_url: str) -> None:
    with a_system(database_url) as system:
        system.decide()
        file(system, JANUARY)
        told = {
            "execution_reference": "100000101",
            "month": "2026-01",
            "version": 1,
            "at": "2026-02-05T08:00:00+01:00",
            "by": "handlaggare-4",
            "reason": "ACTIVITIES_MISSING",
        }
        system.must("report.rejected", told, on=date(2026, 2, 5))
        assert due(system, date(2026, 2, 6)) == [("100000101", "2026-01", 2)]
        with system.database.reading() as session:
            (month,) = report_queries.due(session, OURS, today=date(2026, 2, 6), days=10)
        assert month.newest is not None
        assert month.newest.reason == RejectionReason("ACTIVITIES_MISSING")
        file(system, JANUARY, version=2, on=date(2026, 2, 7))
        system.approve("100000101", "2026-01", version=2, on=date(2026, 2, 8))
        assert [report.state for report in reports(system)] == [ReportState.REJECTED, ReportState.APPROVED]
        assert system.days_received("100000101")[0] == "20"


def test_a_correction_is_a_new_version_and_the_approved_one_stands_until_it_is_approved(
    database_url: str,
) -> None:
    with a_system(database_url) as system:
        system.decide()
        system.report("100000101", "2026-01", on=date(2026, 2, 2))
        assert filing.next_version(reports(system)) == 2
        file(system, JANUARY, version=2, on=date(2026, 2, 9))
        assert [report.state for report in reports(system)] == [ReportState.APPROVED, ReportState.FILED]
        with system.database.reading() as session:
            (listed,) = report_queries.filed(session, OURS, ReportFilter(ReportsAre.FILED), limit=10)
        assert listed.report.version == 2


def test_an_interrupted_month_is_due_the_day_after_its_last_billable_day(database_url: str) -> None:
    with a_system(database_url) as system:
        system.decide()
        system.report("100000101", "2026-01", on=date(2026, 2, 2))
        system.interrupt("100000101", on=date(2026, 2, 10), last_day=date(2026, 2, 18))
        assert due(system, date(2026, 2, 18)) == []
        assert due(system, date(2026, 2, 19)) == [("100000101", "2026-02", 1)]
        # March and later lie after the last billable day: nothing to report there, ever.
        assert due(system, date(2026, 7, 10)) == [("100000101", "2026-02", 1)]


def test_a_cancelled_placement_and_another_suppliers_are_not_ours_to_report(database_url: str) -> None:
    with a_system(database_url) as system:
        system.decide("100000102", start=date(2026, 3, 1), decided_on=date(2026, 2, 1))
        reason = {"execution_reference": "100000102", "reason": "NEVER_STARTED"}
        system.must("placement.cancelled", reason, on=date(2026, 2, 20))
        system.decide("100000103", supplier=LARKDRILLEN)
        assert due(system, date(2026, 4, 1)) == []
        assert len(due(system, date(2026, 4, 1), Scope(LARKDRILLEN))) == 3
        assert due(system, date(2026, 4, 1), Scope(LARKDRILLEN, UnitScope(frozenset({"UV-999"})))) == []


def test_reminders_name_every_suppliers_late_months(database_url: str) -> None:
    with a_system(database_url) as system:
        system.decide()
        system.decide("100000103", supplier=LARKDRILLEN)
        with system.database.reading() as session:
            in_time = report_queries.missing(session, today=date(2026, 2, 10), days=10)
            late = report_queries.missing(session, today=date(2026, 2, 11), days=10)
        assert in_time == []
        assert [(each.supplier, str(each.month), each.file_by) for each in late] == [
            (FYRBAKEN, "2026-01", date(2026, 2, 10)),
            (LARKDRILLEN, "2026-01", date(2026, 2, 10)),
        ]
        assert all(isinstance(each, DueMonth) and each.late(date(2026, 2, 11)) for each in late)


def test_sixteen_presses_at_once_file_one_report(database_url: str) -> None:
    with a_system(database_url) as system:
        system.decide()
        system.report("100000101", "2026-01", on=date(2026, 2, 2))
        with ThreadPoolExecutor(8) as presses:
            done = list(presses.map(lambda _: file(system, FEBRUARY, on=date(2026, 3, 2)), range(16)))
        assert sum(fresh for _, fresh in done) == 1
        assert len(reports(system, FEBRUARY)) == 1
