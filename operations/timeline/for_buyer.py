"""A timeline as the buyer sees it: everything, with who did it and why.

Convention: what only the journal knows (who asked for credit) is taken from there, with the day of the answer it
gave rise to.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence

from foundation import formatting
from foundation.formatting import number
from foundation.sql import Session
from invoicing.documents import store as document_store
from invoicing.journal_actions import document_subject
from invoicing.matching.deviation_texts import verdict_name
from invoicing.model import DocumentType, InvoiceState, SupplierInvoice
from operations.timeline import queries as timeline_queries
from operations.timeline.model import TimelineEntry, TimelineKind
from operations.timeline.queries import AnswerRow, PaymentRow, ReceiptRow, TimelineOrder
from orders.events import store as event_store
from orders.events.store import EventState, StoredEvent
from orders.model import Handling, Placement, PlannedOrder, PlannedState, Report, ReportState
from orders.placements import plan_store
from orders.placements import store as placement_store


def told(session: Session, placement: Placement) -> Iterator[TimelineEntry]:
    """Every entry; those of one kind and day in the order they were written down."""
    reference = placement.execution_reference
    documents = list(document_store.listed(session, execution_reference=reference, limit=100_000))
    answers = timeline_queries.answers_to(session, (each.id for each in documents))
    yield from _decisions(placement)
    yield from _events(event_store.of_placement(session, reference))
    yield from _orders(timeline_queries.orders_of(session, reference))
    yield from _planned(plan_store.of_placement(session, reference))
    yield from _interruptions(session, reference)
    yield from _reports(placement_store.reports(session, reference))
    yield from _receipts(timeline_queries.receipts_of(session, reference))
    for invoice in documents:
        yield from _document(session, invoice, answers.get(invoice.id, ()))
    yield from _credit_requests(session, reference, documents, answers)
    yield from _payments(timeline_queries.payments_of(session, reference))


def _decisions(placement: Placement) -> Iterator[TimelineEntry]:
    follows_sv = f", efter {placement.follows}" if placement.follows else ""
    follows_en = f", after {placement.follows}" if placement.follows else ""
    ordered = placement.handling is Handling.ORDERED
    outside_sv = "" if ordered else f", utanför orderflödet ({placement.handling})"
    outside_en = "" if ordered else f", outside the flow of orders ({placement.handling})"
    for period in placement.periods:
        yield TimelineEntry(
            period.decided_on,
            TimelineKind.DECISION,
            period.decision_id,
            (
                f"Beslut om period {period.ordinal}, {formatting.period(period.period)}, nivå "
                f"{placement.level}, leverantör {placement.supplier}{outside_sv}{follows_sv}.",
                f"Decision on period {period.ordinal}, {formatting.period(period.period)}, level "
                f"{placement.level}, supplier {placement.supplier}{outside_en}{follows_en}.",
            ),
            state=placement.state.value,
        )


# These have rows of their own below; the others are only known as events.
_TOLD_ELSEWHERE = ("placement.decided", "placement.period_two_decided", "interruption.", "report.")


def _events(events: Iterable[StoredEvent]) -> Iterator[TimelineEntry]:
    for event in events:
        applied = event.state is EventState.APPLIED
        if applied and event.type.startswith(_TOLD_ELSEWHERE):
            continue
        yield TimelineEntry(
            event.occurred_on,
            TimelineKind.EVENT,
            event.event_id,
            (
                f"{event.type}. {event.reason_sv}".strip(),
                f"{event.type}. {event.reason_en}".strip(),
            ),
            state=event.state.value,
        )


def _orders(orders: Iterable[TimelineOrder]) -> Iterator[TimelineEntry]:
    for order in orders:
        lines = order.lines
        stage = f" {order.stage}" if order.stage else ""
        yield TimelineEntry(
            order.issued_on,
            TimelineKind.ORDER,
            order.number,
            (
                f"Order på {order.article.name_sv.lower()}{stage}, {lines} {'rad' if lines == 1 else 'rader'}, till "
                f"{order.supplier}.",
                f"Order of {order.article.value.lower().replace('_', ' ')}{stage}, {lines} "
                f"{'line' if lines == 1 else 'lines'}, to {order.supplier}.",
            ),
            amount=order.amount,
        )


def _planned(plans: Iterable[PlannedOrder]) -> Iterator[TimelineEntry]:
    for plan in plans:
        if plan.state is PlannedState.PLACED:
            continue
        name = f"{plan.stage or plan.code or ''}".strip()
        reason = f" ({plan.reason})" if plan.reason else ""
        sv, en = {
            PlannedState.WAITING: ("väntar på sin dag", "waits for its day"),
            PlannedState.DROPPED: ("utgår", "is dropped"),
        }[plan.state]
        yield TimelineEntry(
            plan.due_on,
            TimelineKind.PLANNED,
            plan.decision_id,
            (
                f"{plan.article.name_sv} {name} {sv}{reason}.",
                f"{plan.article.value.capitalize().replace('_', ' ')} {name} {en}{reason}.",
            ),
            state=plan.state.value,
            amount=plan.amount,
        )


def _interruptions(session: Session, reference: str) -> Iterator[TimelineEntry]:
    for row in placement_store.interruptions(session, reference):
        yield TimelineEntry(
            row.registered_on,
            TimelineKind.INTERRUPTION,
            "",
            (
                f"Avbrott ({row.reason}) med {row.effective_on} som sista ersatta dag.",
                f"Interruption ({row.reason}) with {row.effective_on} as last billable day.",
            ),
            state=row.state,
        )


def _reports(reports: Iterable[Report]) -> Iterator[TimelineEntry]:
    for report in reports:
        document = f"{report.month} v{report.version}"
        yield TimelineEntry(
            report.filed_on,
            TimelineKind.REPORT,
            document,
            (
                f"Redovisning för {report.month} lämnad av {report.filed_by}.",
                f"Report for {report.month} filed by {report.filed_by}.",
            ),
            state=ReportState.FILED.value,
        )
        if report.decided_on is not None:
            rejected = report.state is ReportState.REJECTED
            yield TimelineEntry(
                report.decided_on,
                TimelineKind.REPORT,
                document,
                (
                    f"Redovisningen för {report.month} {'avvisad' if rejected else 'godkänd'} av {report.decided_by}.",
                    f"Report for {report.month} {'rejected' if rejected else 'approved'} by {report.decided_by}.",
                ),
                state=report.state.value,
            )


def _receipts(receipts: Iterable[ReceiptRow]) -> Iterator[TimelineEntry]:
    for receipt in receipts:
        taken_back = receipt.reverses is not None
        days = formatting.period(receipt.period) if receipt.period else "–"
        quantity = f"{number(receipt.quantity.value)} {receipt.quantity.unit}"
        yield TimelineEntry(
            receipt.received_on,
            TimelineKind.RECEIPT,
            f"{receipt.order_number}/{receipt.line_id}",
            (
                f"{'Inleverans återtagen' if taken_back else 'Inlevererat'}: {quantity}, {days}.",
                f"{'Receipt taken back' if taken_back else 'Received'}: {quantity}, {days}.",
            ),
            amount=receipt.amount,
        )


def _document(
    session: Session, invoice: SupplierInvoice, answers: Sequence[AnswerRow]
) -> Iterator[TimelineEntry]:
    """An invoice or credit note as it came, its judgements, our answers to it, and how it was credited."""
    yield _arrived(session, invoice)
    yield from _judgements(session, invoice)
    yield from _answers(invoice, answers)
    if invoice.state is InvoiceState.CREDITED:
        yield from _credited(session, invoice)


def _arrived(session: Session, invoice: SupplierInvoice) -> TimelineEntry:
    is_credit = invoice.document_type is DocumentType.CREDIT_NOTE
    credits = document_store.content(session, invoice.id).credits if is_credit else ()
    of_sv = f" av {credits[0].number}" if credits else ""
    of_en = f" of {credits[0].number}" if credits else ""
    return TimelineEntry(
        invoice.received_on,
        TimelineKind.CREDIT_NOTE if is_credit else TimelineKind.INVOICE,
        invoice.number,
        (
            f"Kreditfaktura{of_sv} har kommit."
            if is_credit
            else f"Faktura på order {invoice.order_number} har kommit.",
            f"Credit note{of_en} has come."
            if is_credit
            else f"Invoice on order {invoice.order_number} has come.",
        ),
        state=invoice.state.value,
        amount=-invoice.amount_payable if is_credit else invoice.amount_payable,
    )


def _judgements(session: Session, invoice: SupplierInvoice) -> Iterator[TimelineEntry]:
    for day, match in document_store.matches(session, invoice.id):
        codes = f" ({', '.join(match.codes)})" if match.codes else ""
        yield TimelineEntry(
            day,
            TimelineKind.JUDGED,
            invoice.number,
            (
                f"Prövad: {verdict_name(match.verdict, 'sv')}{codes}.",
                f"Judged: {verdict_name(match.verdict, 'en')}{codes}.",
            ),
            state=match.verdict.value,
        )


def _answers(invoice: SupplierInvoice, answers: Iterable[AnswerRow]) -> Iterator[TimelineEntry]:
    for answer in answers:
        yield TimelineEntry(
            answer.issued_on,
            TimelineKind.ANSWER,
            invoice.number,
            (
                f"Fakturasvar {answer.code} till {answer.receiver or 'portalen'}.",
                f"Invoice response {answer.code} to {answer.receiver or 'the portal'}.",
            ),
            state=answer.state.value,
        )


def _credited(session: Session, invoice: SupplierInvoice) -> Iterator[TimelineEntry]:
    settled_on = timeline_queries.settled_on(session, invoice.id)
    other = document_store.credited_by(session, invoice.id)
    if settled_on is not None:
        yield TimelineEntry(
            settled_on,
            TimelineKind.CREDITED,
            invoice.number,
            (
                f"Krediterad i sin helhet med {other}; orderraden är öppen igen.",
                f"Credited in full by {other}; the order line is open again.",
            ),
            state=invoice.state.value,
            amount=-invoice.amount_payable,
        )


def _credit_requests(
    session: Session,
    reference: str,
    documents: Iterable[SupplierInvoice],
    answers: Mapping[int, Sequence[AnswerRow]],
) -> Iterator[TimelineEntry]:
    named = {str(document_subject(invoice.document_type, invoice.id)): invoice for invoice in documents}
    for request in timeline_queries.credit_requests(session, reference):
        invoice = named.get(request.about)
        if invoice is None:
            continue
        rejections = [each for each in answers.get(invoice.id, ()) if each.code == "RE"]
        yield TimelineEntry(
            rejections[0].issued_on if rejections else request.on,
            TimelineKind.CREDIT_REQUEST,
            invoice.number,
            (
                f"Kredit av hela fakturan begärd av {request.by} ({request.codes}).",
                f"Credit of the whole invoice asked for by {request.by} ({request.codes}).",
            ),
        )


def _payments(payments: Iterable[PaymentRow]) -> Iterator[TimelineEntry]:
    for payment in payments:
        yield TimelineEntry(
            payment.paid_on,
            TimelineKind.PAYMENT,
            payment.number,
            (
                f"{payment.invoice_number} betald; {payment.prepared_by} förberedde, "
                f"{payment.attested_by} attesterade.",
                f"{payment.invoice_number} paid; {payment.prepared_by} prepared it, {payment.attested_by} attested it.",
            ),
            amount=payment.amount,
        )
