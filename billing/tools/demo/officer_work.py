"""What the demo leaves for its officer: from the story's last day reports are judged here, and a few wait.

The story itself is told by the decision systems' events, which approve the months. What is left here is filed as in
the portal: the running month of two placements, before it is over, and an informative report. It changes no message.
"""

from dataclasses import replace
from datetime import date, datetime
from typing import Final

from billing.tools.demo import demo_queries
from foundation.periods import Month
from foundation.sql import Session
from orders.events.data import InformativeReportFiled
from orders.model import Handling, Placement
from orders.placements import filing
from orders.placements import store as placement_store
from orders.placements.filing import MonthToFile
from orders.placements.informative import informative_reports
from orders.register import policy_store
from orders.register.register import Register
from orders.register.report_approval import ReportApproval
from orders.terms import InformativeKind

_REPORTS: Final = 2
_BY: Final = "demo"


def leave(session: Session, register: Register, *, at: datetime, today: date) -> int:
    """Let reports be judged here from today, and leave some to judge; how many were filed."""
    policy_store.make(
        session,
        replace(register.policy, report_approval=ReportApproval.WHEN_NOTHING_IS_ODD),
        valid_from=today,
        reason="Redovisningar prövas här när berättelsen är slut.",
        by=_BY,
        at=at,
        today=today,
        instead_of="",
    )
    month = Month.of(today)
    running = [
        placement
        for each in demo_queries.decided_placements(session)
        if _runs(placement := placement_store.get(session, each.execution_reference), today)
        and not placement_store.reports(session, each.execution_reference, month)
    ][:_REPORTS]
    for placement in running:
        to_file = MonthToFile(placement.execution_reference, month, 1)
        filing.file_month(
            session, to_file, activities=register.service(placement.service).activity_codes[:1], at=at, by=_BY
        )
    for placement in running[:1]:
        told = InformativeReportFiled(
            execution_reference=placement.execution_reference,
            kind=InformativeKind.INTERNSHIP,
            at=at,
            by=_BY,
        )
        informative_reports.file(session, told)
    return len(running)


def _runs(placement: Placement, today: date) -> bool:
    """Whether the placement is ordered here and goes on today, as far as anybody knows."""
    return (
        placement.handling is Handling.ORDERED
        and placement.last_day is None
        and any(each.period.contains(today) for each in placement.periods)
    )
