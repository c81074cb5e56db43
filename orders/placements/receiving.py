"""Receiving a filed month without a person, where service or policy says so and nothing is odd about its report.

The source has the report itself trigger the receipt (REQ-30). Whatever is odd waits for an officer instead, and so
does an order line that was placed after its month was approved.
"""

from datetime import date, datetime

from foundation import journal
from foundation.journal import SYSTEM
from foundation.sql import Session
from foundation.text import Text
from foundation.transitions import StepRefused
from orders.events.data import ReportApproved
from orders.journal_actions import PlacementAction, report_subject
from orders.model import LineKey, Report, ReportState, report_name
from orders.placements import filed_queries, month_receipts, report_checks
from orders.placements import reports as reporting
from orders.placements import store as placement_store
from orders.placements.journal import note_decision
from orders.register.register import Register
from orders.register.report_approval import ReportApproval


def receive_rest(session: Session, report: Report, *, by: str, today: date) -> list[LineKey]:
    """Receive an approved month on the order lines that were placed after its approval (E-08); those lines.

    Refused where the report is not approved, where its days are not over, and where nothing is left to receive.
    """
    reference, month = report.execution_reference, report.month
    placement = placement_store.get(session, reference, lock=True)
    report = placement_store.report(session, reference, month, report.version)
    if report.state is not ReportState.APPROVED:
        raise StepRefused(
            Text("%(report)s är inte godkänd. Godkänn den i stället.", report=report_name(report))
        )
    if report.counts_to is not None:
        raise StepRefused(
            Text(
                "%(report)s är godkänd till och med %(counts_to)s. Resten kommer när leverantören rättar den.",
                report=report_name(report),
                counts_to=report.counts_to,
            )
        )
    ends_on = month_receipts.last_day_of_month(session, placement, month)
    if ends_on is not None and ends_on > today:
        raise StepRefused(
            Text(
                "Månaden %(month)s för %(reference)s är inte slut förrän %(ends_on)s. Leverera in den då.",
                month=month,
                reference=reference,
                ends_on=ends_on,
            ),
        )
    lines = month_receipts.receive_month(session, placement, report, today=today)
    if not lines:
        raise StepRefused(
            Text("%(report)s är redan inlevererad på alla sina orderrader.", report=report_name(report))
        )
    journal.record(
        session,
        by,
        PlacementAction.REST_RECEIVED,
        report_subject(reference, month, report.version),
        execution_reference=reference,
    )
    note_decision(session, reference, PlacementAction.REST_RECEIVED, by=by, month=month)
    return lines


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
    # The policy approves, whoever told us of the report.
    with journal.at_the_word_of(session, SYSTEM):
        return reporting.approve(session, approved, today=today, early=policy.early_approval)


def _may_be_received(register: Register) -> bool:
    """Whether any service's reports are received without a person; few questions are asked where none is."""
    by_itself = ReportApproval.WHEN_NOTHING_IS_ODD
    return any(register.report_approval(each.id) is by_itself for each in register.services)
