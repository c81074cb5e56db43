"""Receiving a filed month without a person, where service or policy says so and nothing is odd about its report.

The source has the report itself trigger the receipt (REQ-30). Whatever is odd waits for an officer instead.
"""

from datetime import date, datetime

from foundation.journal import SYSTEM
from foundation.sql import Session
from orders.events.data import ReportApproved
from orders.model import LineKey, Report, ReportState
from orders.placements import filed_queries, report_checks
from orders.placements import reports as reporting
from orders.register.register import Register
from orders.register.report_approval import ReportApproval


def receive_where_nothing_is_odd(
    session: Session, register: Register, report: Report, *, at: datetime, today: date
) -> list[LineKey] | None:
    """Approve the report in the system's name where it may be; the order lines received, or None where it waits."""
    if report.state is not ReportState.FILED or not _may_be_received(register):
        return None
    policy = register.policy
    (facts,) = filed_queries.facts_of(session, [report], days=policy.days_until_report_reminder)
    approval = register.report_approval(facts.placement.service)
    if approval is not ReportApproval.WHEN_NOTHING_IS_ODD:
        return None
    if report_checks.oddities(facts, today=today):
        return None
    approved = ReportApproved(
        execution_reference=report.execution_reference,
        month=report.month,
        version=report.version,
        at=at,
        by=SYSTEM,
    )
    return reporting.approve(session, approved, today=today, early=policy.early_approval)


def _may_be_received(register: Register) -> bool:
    """Whether any service's reports are received without a person; few questions are asked where none is."""
    by_itself = ReportApproval.WHEN_NOTHING_IS_ODD
    return any(register.report_approval(each.id) is by_itself for each in register.services)
