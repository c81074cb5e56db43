"""Receiving a filed month without a person, where the buyer's policy says so and nothing is odd about its report.

The source has the report itself trigger the receipt (REQ-30). Whatever is odd waits for an officer instead.
"""

from datetime import date, datetime

from foundation.journal import SYSTEM
from foundation.sql import Session
from orders.events.data import ReportApproved
from orders.model import LineKey, Report, ReportState
from orders.placements import filed_queries, report_checks
from orders.placements import reports as reporting
from orders.register.agreements import Policy, ReportApproval


def receive_where_nothing_is_odd(
    session: Session, policy: Policy, report: Report, *, at: datetime, today: date
) -> list[LineKey] | None:
    """Approve the report in the system's name where it may be; the order lines received, or None where it waits."""
    if policy.report_approval is not ReportApproval.WHEN_NOTHING_IS_ODD:
        return None
    if report.state is not ReportState.FILED:
        return None
    days = policy.days_until_report_reminder
    (facts,) = filed_queries.facts_of(session, [report], days=days)
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
