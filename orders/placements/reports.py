"""Periodic reports: filed, approved, sent back, and an approval undone.

A supplier files a report for a month; the buyer approves it; then that month is received,
in the days up to the last billable day. A corrected report is a new version: the receipt
is reversed and a new one made. Every function returns the order lines whose receipt
changed, so that the invoices waiting on them can be matched again.
"""

from dataclasses import replace
from datetime import date

from foundation import journal
from foundation.periods import Month, stockholm_date
from foundation.sql import Session
from foundation.text import Text
from foundation.transitions import StepRefused
from orders.events.data import (
    ReportApproved,
    ReportFiled,
    ReportRejected,
)
from orders.journal_actions import (
    PlacementAction,
    report_subject,
)
from orders.model import (
    REPORT_UNDOES,
    LineKey,
    Placement,
    Report,
    ReportState,
    check_report_step,
    report_name,
)
from orders.placements import month_receipts
from orders.placements import store as placement_store
from orders.placements.journal import note_decision
from orders.purchase_orders import order_store
from orders.register.agreements import EarlyApproval
from orders.terms import ArticleKind


def file(session: Session, filed: ReportFiled, *, told_on: date) -> Report:
    """Keep a report for a month of the placement; a higher version replaces what was filed before.

    It was filed on its own day, but no earlier than the day we were told, `told_on`: whether it is late is not
    for its sender to say.
    """
    placement = placement_store.get(session, filed.execution_reference, lock=True)
    month = filed.month
    _check_month(placement, month, on=stockholm_date(filed.at))
    earlier = placement_store.reports(session, placement.execution_reference, month)
    expected = len(earlier) + 1
    if filed.version != expected:
        raise StepRefused(
            Text(
                "Redovisningen för %(month)s ska ha version %(expected)s, inte %(version)s.",
                month=month,
                expected=expected,
                version=filed.version,
            ),
        )
    for report in earlier:
        # An approved report stands, with its receipt, until the correction is approved too.
        if report.state is ReportState.FILED:
            placement_store.move_report(session, report, ReportState.REPLACED)
    report = Report(
        placement.execution_reference,
        month,
        filed.version,
        ReportState.FILED,
        max(stockholm_date(filed.at), told_on),
        filed.by,
        activities=filed.activities or (),
    )
    placement_store.add_report(session, report)
    _record(session, report, PlacementAction.REPORT_FILED, actor=filed.by)
    return report


def is_decided(session: Session, told: ReportApproved | ReportRejected) -> bool:
    """Whether the report was decided already as is told now: that is then one effect, whoever was first.

    A month that was received by itself is approved, and a version that a correction replaced was. Raises StepRefused
    for a rejection of what is approved: that has to be taken back.
    """
    reference = told.execution_reference
    placement_store.get(session, reference, lock=True)
    report = placement_store.report(session, reference, told.month, told.version)
    approved = report.state is ReportState.APPROVED
    if isinstance(told, ReportApproved):
        return approved or (report.state is ReportState.REPLACED and report.decided_on is not None)
    if approved:
        raise StepRefused(
            Text(
                "%(report)s är redan godkänd och månaden inlevererad, så den kan inte avslås. Ta tillbaka "
                "godkännandet i stället.",
                report=report_name(report),
            ),
        )
    return report.state is ReportState.REJECTED


def approve(
    session: Session, approved: ReportApproved, *, today: date, early: EarlyApproval
) -> list[LineKey]:
    """Approve a report and receive its month. The order lines received are returned.

    `early` as the buyer's policy has it: before its month is over, a report is received with the days up to
    today and none that has not been, or refused.
    """
    placement = placement_store.get(session, approved.execution_reference, lock=True)
    report = placement_store.report(session, approved.execution_reference, approved.month, approved.version)
    _check_reported(placement)
    check_report_step(report, ReportState.APPROVED)
    counts_to = _counts_to(session, placement, report.month, early, today=today)
    of_month = placement_store.reports(session, report.execution_reference, report.month)
    if report.state is ReportState.REVOKED and of_month[-1].version != report.version:
        raise _newer_waits(report.month)
    for earlier in of_month:
        if earlier.state is ReportState.APPROVED:
            placement_store.move_report(session, earlier, ReportState.REPLACED)
    placement_store.move_report(
        session, report, ReportState.APPROVED, on=today, by=approved.by, counts_to=counts_to
    )
    _record(session, report, PlacementAction.REPORT_APPROVED, actor=approved.by)
    return month_receipts.receive_month(session, placement, replace(report, counts_to=counts_to), today=today)


def _counts_to(
    session: Session, placement: Placement, month: Month, early: EarlyApproval, *, today: date
) -> date | None:
    """The last day an approval today is for; None where the month's days are over, or all of them count."""
    if early is EarlyApproval.WHOLE_MONTH:
        return None
    ends_on = month_receipts.last_day_of_month(session, placement, month)
    if ends_on is None or ends_on <= today:
        return None
    if early is EarlyApproval.REFUSED:
        raise StepRefused(
            Text(
                "Månaden %(month)s för %(reference)s är inte slut förrän %(ends_on)s. Godkänn den då.",
                month=month,
                reference=placement.execution_reference,
                ends_on=ends_on,
            ),
        )
    return today


def reject(session: Session, rejected: ReportRejected, *, today: date) -> Report:
    """Refuse a filed report; the supplier files a new version."""
    month = rejected.month
    report = placement_store.report(session, rejected.execution_reference, month, rejected.version)
    check_report_step(report, ReportState.REJECTED)
    placement_store.move_report(
        session, report, ReportState.REJECTED, on=today, by=rejected.by, reason=rejected.reason
    )
    _record(session, report, PlacementAction.REPORT_REJECTED, actor=rejected.by)
    return report


def undo_approval(session: Session, report: Report, *, by: str, today: date) -> list[LineKey]:
    """Take back an approval: the report waits again, and its month is received as before the approval.

    The order lines whose receipt changed are returned. Refused where something is invoiced on the month, where
    a later version waits, and where the report is not approved.
    """
    reference, month = report.execution_reference, report.month
    placement = placement_store.get(session, reference, lock=True)
    report = placement_store.report(session, reference, month, report.version)
    REPORT_UNDOES.check(report_name(report), report.state, ReportState.FILED)
    of_month = placement_store.reports(session, reference, month)
    if of_month[-1].version != report.version:
        raise _newer_waits(month)
    standing = month_receipts.received_accounts(session, placement, month)
    if any(account.invoice_id is not None for account in standing):
        raise StepRefused(
            Text(
                "Månaden %(month)s för %(reference)s är fakturerad. Godkännandet kan inte tas tillbaka; "
                "begär kredit på fakturan i stället.",
                month=month,
                reference=reference,
            ),
        )
    placement_store.undo_approval(session, report)
    _record(session, report, PlacementAction.REPORT_APPROVAL_UNDONE, actor=by)
    replaced = [each for each in of_month if each.state is ReportState.REPLACED and each.decided_on]
    if replaced:
        placement_store.stand_again(session, replaced[-1])
        return month_receipts.receive_month(session, placement, replaced[-1], today=today)
    for account in standing:
        month_receipts.take_back(session, reference, account, today=today)
    return [(account.order_number, account.line_id) for account in standing]


def _newer_waits(month: Month) -> StepRefused:
    return StepRefused(
        Text("En nyare version av redovisningen för %(month)s väntar. Pröva den i stället.", month=month),
    )


def lines_of_month(session: Session, reference: str, month: Month) -> list[LineKey]:
    """The basic order lines of a month: what waits for them is told when the report is filed or sent back."""
    return [
        (order.number, line.line_id)
        for order in order_store.of_placement(session, reference, ArticleKind.BASIC)
        for line in order.lines
        if Month.of(line.period.start) == month
    ]


def _check_reported(placement: Placement) -> None:
    reference = placement.execution_reference
    why = placement.why_outside
    if why is not None:
        raise StepRefused(
            Text(
                "För %(reference)s redovisas inget här: %(why)s.",
                reference=reference,
                why=why,
            ),
        )


def _check_month(placement: Placement, month: Month, *, on: date) -> None:
    """A report is for a month that has begun and in which the placement still has days (E-14), billable or not."""
    reference = placement.execution_reference
    _check_reported(placement)
    parts = [part for held in placement.periods if (part := held.period.overlap(month.period))]
    if not parts:
        raise StepRefused(
            Text(
                "Månaden %(month)s ligger utanför placeringen %(reference)s.",
                month=month,
                reference=reference,
            ),
        )
    if all(part.start > on for part in parts):
        raise StepRefused(
            Text(
                "Månaden %(month)s har inte börjat för %(reference)s. Redovisa den när den har börjat.",
                month=month,
                reference=reference,
            ),
        )
    if all(month_receipts.comes_after_the_end(placement, part) for part in parts):
        raise StepRefused(
            Text(
                "Månaden %(month)s ligger efter sista ersatta dagen för %(reference)s.",
                month=month,
                reference=reference,
            ),
        )


def _record(session: Session, report: Report, action: PlacementAction, *, actor: str) -> None:
    journal.record(
        session,
        actor,
        action,
        report_subject(report.execution_reference, report.month, report.version),
        execution_reference=report.execution_reference,
    )
    note_decision(session, report.execution_reference, action, by=actor, month=report.month)
