"""What happens to placements, reports, orders and receipts, as events. Pure: a row and the facts in, events out."""

from collections.abc import Callable, Iterator
from datetime import date
from decimal import Decimal

from foundation.journal_entries import JournalEntry
from foundation.periods import Month
from operations.event_feed import data as feed_data
from operations.event_feed.contract import ToTell
from operations.event_feed.fact_queries import ReportFacts
from operations.event_feed.facts import Facts, order_of
from orders.model import InterruptionState
from orders.terms import Activity, ArticleKind, InterruptionReason, RejectionReason, ResultStage

Teller = Callable[[JournalEntry, Facts], Iterator[ToTell]]


def cancelled(entry: JournalEntry, _: Facts) -> Iterator[ToTell]:
    """The placement never began."""
    # The journal has our own reason in words, those of the events as their codes.
    reason = _detail(entry)["reason"].upper().replace(" ", "_")
    told = feed_data.PlacementCancelled(execution_reference=entry.execution_reference, reason=reason)
    yield ToTell("placement.cancelled", told)


def interruption_set(entry: JournalEntry, _: Facts) -> Iterator[ToTell]:
    """An interruption stands, for the first time or on another day."""
    detail = _detail(entry)
    moved = detail.get("was") == InterruptionState.MOVED
    told = feed_data.InterruptionSet(
        execution_reference=entry.execution_reference,
        effective_on=date.fromisoformat(detail["effective_on"]),
        reason=InterruptionReason(detail["reason"]),
    )
    yield ToTell("interruption.moved" if moved else "interruption.registered", told)


def interruption_withdrawn(entry: JournalEntry, _: Facts) -> Iterator[ToTell]:
    """No interruption stands any more."""
    told = feed_data.InterruptionWithdrawn(execution_reference=entry.execution_reference)
    yield ToTell("interruption.withdrawn", told)


def resumed(entry: JournalEntry, _: Facts) -> Iterator[ToTell]:
    """The placement goes on within its period."""
    day = date.fromisoformat(_detail(entry)["resumed_on"])
    told = feed_data.PlacementResumed(execution_reference=entry.execution_reference, resumed_on=day)
    yield ToTell("placement.resumed", told)


def tutor_assigned(entry: JournalEntry, _: Facts) -> Iterator[ToTell]:
    """The placement has a tutor."""
    told = feed_data.TutorAssigned(execution_reference=entry.execution_reference)
    yield ToTell("placement.tutor_assigned", told)


def kept_aside(entry: JournalEntry, _: Facts) -> Iterator[ToTell]:
    """An interruption came too late and waits for a person."""
    told = feed_data.EventKeptAside(
        execution_reference=entry.execution_reference, event_id=_detail(entry)["event"]
    )
    yield ToTell("interruption.kept_aside", told)


def laid_aside(entry: JournalEntry, _: Facts) -> Iterator[ToTell]:
    """An event that could not be applied is not to be."""
    told = feed_data.EventLaidAside(
        execution_reference=entry.execution_reference or None, event_id=_detail(entry)["event"]
    )
    yield ToTell("event.laid_aside", told)


def report_filed(entry: JournalEntry, facts: Facts) -> Iterator[ToTell]:
    """A version of a month's report was filed."""
    reference, month, version, report = _report(entry, facts)
    told = feed_data.ReportFiled(
        execution_reference=reference,
        month=month,
        version=version,
        filed_on=report.filed_on,
        activities=tuple(Activity(each) for each in report.activities),
    )
    yield ToTell("report.filed", told)


def report_approved(entry: JournalEntry, facts: Facts) -> Iterator[ToTell]:
    """It was approved."""
    reference, month, version, report = _report(entry, facts)
    told = feed_data.ReportApproved(
        execution_reference=reference,
        month=month,
        version=version,
        approved_on=report.decided_on,
        counts_to=report.counts_to,
    )
    yield ToTell("report.approved", told)


def report_rejected(entry: JournalEntry, facts: Facts) -> Iterator[ToTell]:
    """It was sent back."""
    reference, month, version, report = _report(entry, facts)
    told = feed_data.ReportRejected(
        execution_reference=reference,
        month=month,
        version=version,
        rejected_on=report.decided_on,
        reason=RejectionReason(report.reason) if report.reason else None,
    )
    yield ToTell("report.rejected", told)


def report_approval_undone(entry: JournalEntry, facts: Facts) -> Iterator[ToTell]:
    """It waits again."""
    reference, month, version, _ = _report(entry, facts)
    told = feed_data.ReportApprovalUndone(execution_reference=reference, month=month, version=version)
    yield ToTell("report.approval_undone", told)


def report_revoked(entry: JournalEntry, facts: Facts) -> Iterator[ToTell]:
    """Its approval holds no longer, whatever was invoiced on it."""
    reference, month, version, report = _report(entry, facts)
    told = feed_data.ReportRevoked(
        execution_reference=reference,
        month=month,
        version=version,
        revoked_on=report.decided_on,
        reason=report.reason or None,
    )
    yield ToTell("report.revoked", told)


def informative_filed(entry: JournalEntry, facts: Facts) -> Iterator[ToTell]:
    """The supplier told something beside the months."""
    report = facts.informative[int(entry.subject.key)]
    told = feed_data.InformativeFiled(
        execution_reference=report.execution_reference,
        report=report.id,
        kind=report.kind,
        filed_on=report.filed_on,
    )
    yield ToTell("report.informative_filed", told)


def informative_withdrawn(entry: JournalEntry, facts: Facts) -> Iterator[ToTell]:
    """It took that back."""
    report = facts.informative[int(entry.subject.key)]
    told = feed_data.InformativeWithdrawn(
        execution_reference=report.execution_reference, report=report.id, kind=report.kind
    )
    yield ToTell("report.informative_withdrawn", told)


def objection_made(entry: JournalEntry, facts: Facts) -> Iterator[ToTell]:
    """A supplier objects to an order."""
    objection = facts.objections[int(entry.subject.key)]
    told = feed_data.ObjectionMade(
        execution_reference=objection.execution_reference,
        order_number=objection.order_number,
        objection=objection.id,
        channel=objection.channel,
        made_on=objection.made_on,
        points=tuple(
            feed_data.ObjectionPointTold(
                line_id=each.line_id or None, reason=each.reason, expected=each.expected
            )
            for each in objection.points
        ),
    )
    yield ToTell("objection.made", told)


def objection_withdrawn(entry: JournalEntry, facts: Facts) -> Iterator[ToTell]:
    """It no longer does."""
    objection = facts.objections[int(entry.subject.key)]
    told = feed_data.ObjectionTold(
        execution_reference=objection.execution_reference,
        order_number=objection.order_number,
        objection=objection.id,
    )
    yield ToTell("objection.withdrawn", told)


def objection_answered(entry: JournalEntry, facts: Facts) -> Iterator[ToTell]:
    """The buyer has answered."""
    objection, lines = facts.objections[int(entry.subject.key)], _detail(entry)["lines"]
    if objection.answer_reason is None or objection.answered_on is None:
        raise ValueError(f"objection {objection.id} is told as answered and is not")
    told = feed_data.ObjectionAnswered(
        execution_reference=objection.execution_reference,
        order_number=objection.order_number,
        objection=objection.id,
        answer=objection.state,
        reason=objection.answer_reason,
        answered_on=objection.answered_on,
        replaced_by=objection.replaced_by or None,
        lines=() if lines == "-" else tuple(lines.split()),
    )
    yield ToTell("objection.answered", told)


def outcome_revoked(entry: JournalEntry, _: Facts) -> Iterator[ToTell]:
    """A result is no longer approved."""
    detail = _detail(entry)
    told = feed_data.OutcomeRevoked(
        execution_reference=entry.execution_reference,
        stage=ResultStage(detail["stage"]),
        started_on=date.fromisoformat(detail["started_on"]),
    )
    yield ToTell("outcome.revoked", told)


def supplement_revoked(entry: JournalEntry, _: Facts) -> Iterator[ToTell]:
    """A supplement is no longer approved."""
    told = feed_data.SupplementRevoked(
        execution_reference=entry.execution_reference, code=_detail(entry)["code"]
    )
    yield ToTell("supplement.revoked", told)


def order_cancelled(entry: JournalEntry, facts: Facts) -> Iterator[ToTell]:
    """The order that a result or a supplement had is cancelled."""
    number = facts.planned[int(entry.subject.key)]
    told = feed_data.OrderTold(execution_reference=entry.execution_reference, order_number=number)
    yield ToTell("order.cancelled", told)


def order_placed(entry: JournalEntry, facts: Facts) -> Iterator[ToTell]:
    """An order stands in our books."""
    number = order_of(entry)
    order = facts.orders[number]
    told = feed_data.OrderPlaced(
        execution_reference=order.execution_reference,
        order_number=number,
        article=ArticleKind(order.article),
        stage=ResultStage(order.stage) if order.stage else None,
        code=order.code or None,
        decision_id=order.decision_id,
        issued_on=order.issued_on,
        starts_on=order.starts_on,
        ends_on=order.ends_on,
        amount=order.amount,
        currency=order.currency,
    )
    yield ToTell("order.placed", told)


def line_received(kind: str) -> Teller:
    """What tells of a receipt, the first on its line or another instead."""

    def tell(entry: JournalEntry, facts: Facts) -> Iterator[ToTell]:
        detail = _detail(entry)
        month, _, version = detail.get("report", "").partition(" v")
        number, _, line_id = entry.subject.key.partition("/")
        told = feed_data.LineReceived(
            execution_reference=entry.execution_reference,
            order_number=number,
            line_id=line_id,
            amount=Decimal(detail["amount"]),
            currency=facts.orders[number].currency,
            quantity=Decimal(detail["quantity"].split()[0]),
            month=Month.parse(month) if month else None,
            version=int(version) if version else None,
        )
        yield ToTell(kind, told)

    return tell


def receipt_reversed(entry: JournalEntry, facts: Facts) -> Iterator[ToTell]:
    """Nothing is received on the line any more."""
    number, _, line_id = entry.subject.key.partition("/")
    told = feed_data.ReceiptReversed(
        execution_reference=entry.execution_reference,
        order_number=number,
        line_id=line_id,
        amount=Decimal(_detail(entry)["amount"]),
        currency=facts.orders[number].currency,
    )
    yield ToTell("receipt.reversed", told)


def message(kind: str) -> Teller:
    """What tells of an order's message; of any other message nothing."""

    def tell(entry: JournalEntry, facts: Facts) -> Iterator[ToTell]:
        number = order_of(entry)
        if (order := facts.orders.get(number)) is not None:
            told = feed_data.OrderTold(execution_reference=order.execution_reference, order_number=number)
            yield ToTell(kind, told)

    return tell


def undelivered(reason: str) -> Teller:
    """What tells of an order's message that did not get through."""

    def tell(entry: JournalEntry, facts: Facts) -> Iterator[ToTell]:
        number = order_of(entry)
        if (order := facts.orders.get(number)) is not None:
            told = feed_data.OrderUndelivered(
                execution_reference=order.execution_reference, order_number=number, reason=reason
            )
            yield ToTell("order.undelivered", told)

    return tell


def _detail(entry: JournalEntry) -> dict[str, str]:
    return dict(entry.detail or {})


def _report(entry: JournalEntry, facts: Facts) -> tuple[str, Month, int, ReportFacts]:
    """Which report a row is about, as `report_subject` names it, and the report."""
    reference, month, version = entry.subject.key.rsplit(" ", 2)
    number = int(version.removeprefix("v"))
    return reference, Month.parse(month), number, facts.reports[reference, month, number]
