"""Filing periodic reports by hand, one month or many: what is due, until when, and each press counted once.

A month is due when its days are over: the month's last day, or the last billable day of an
interrupted placement. It should be filed within the days of the buyer's policy after the month
(REQ-31: no window closes, there is only a reminder). Filing goes through `reports.file`, the same
use case as a `report.filed` event, and notes that the system is to look at it. A version is filed
once: a second press with the same version finds the first one's report, so that a double press gives one.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from foundation.periods import Month, stockholm_date
from foundation.sql import Session
from foundation.text import Text
from foundation.transitions import StepRefused
from orders.events.data import ReportFiled
from orders.model import Report
from orders.placements import reports as reporting
from orders.placements import store as placement_store
from orders.placements.waiting import report_check_store
from orders.terms import Activity


@dataclass(frozen=True, slots=True)
class MonthToFile:
    """One month of one placement, and the version its report gets."""

    execution_reference: str
    month: Month
    version: int


def file_by(month: Month, *, days: int) -> date:
    """The last day to file the month's report without a reminder: so many days after the month.

    >>> file_by(Month(2026, 9), days=10)
    datetime.date(2026, 10, 10)
    """
    return month.period.end + timedelta(days=days)


def next_version(reports: Sequence[Report]) -> int:
    """The version the next report of the month gets, with the month's reports so far."""
    return len(reports) + 1


def standing_report(reports: Sequence[Report]) -> Report | None:
    """The report of a month that tells where it stands: the newest version."""
    return max(reports, key=lambda report: report.version, default=None)


def file_month(
    session: Session,
    to_file: MonthToFile,
    *,
    activities: Sequence[Activity] = (),
    at: datetime,
    by: str,
) -> tuple[Report, bool]:
    """File the report of one month; the report, and whether it was this press that filed it.

    Raises what `reports.file` raises, and StepRefused when another person has meanwhile filed this version.
    """
    reference, month = to_file.execution_reference, to_file.month
    # The placement's row is locked first, so that two presses come one after the other.
    placement_store.get(session, reference, lock=True)
    for held in placement_store.reports(session, reference, month):
        if held.version == to_file.version:
            if held.filed_by != by:
                raise StepRefused(
                    Text(
                        "Redovisningen för %(month)s är redan lämnad av %(filed_by)s. Öppna den för att se den.",
                        month=month,
                        filed_by=held.filed_by,
                    ),
                )
            return held, False
    filed = ReportFiled(
        execution_reference=reference,
        month=month,
        version=to_file.version,
        at=at,
        by=by,
        activities=tuple(dict.fromkeys(activities)) or None,
    )
    report = reporting.file(session, filed, told_on=stockholm_date(at))
    report_check_store.await_check(session, report)
    return report, True
