"""Everything that happened to one execution reference, gathered from every folder and put in order of days.

Convention: a day is the business day of the thing itself, not of its writing. What only the
journal knows (who asked for credit) is taken from there, with the day of the answer it gave
rise to. Each happening says its kind, its document and a sentence in both languages.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from enum import IntEnum

from foundation import journal
from foundation.formatting import number
from foundation.money import Money
from foundation.periods import stockholm_date
from foundation.sql import Session
from invoicing.documents import store as document_store
from invoicing.model import DocumentType, InvoiceState, SupplierInvoice
from operations import message_queries, reference_queries
from orders.events import store as event_store
from orders.events.store import EventState
from orders.model import Handling, Placement, PlannedState, ReportState
from orders.placements import plan_store
from orders.placements import store as placement_store
from orders.purchase_orders import order_store
from peppol.identifiers import DocumentKind
from web.verdict_words import verdict_name


class TimelineKind(IntEnum):
    """What happened; the order is the order within a day."""

    DECISION = 1
    EVENT = 2
    ORDER = 3
    PLANNED = 4
    INTERRUPTION = 5
    REPORT = 6
    RECEIPT = 7
    INVOICE = 8
    CREDIT_NOTE = 9
    JUDGED = 10
    ANSWER = 11
    CREDIT_REQUEST = 12
    CREDITED = 13
    PAYMENT = 14


@dataclass(frozen=True, slots=True)
class TimelineEntry:
    """One thing on one day; `document` is what to look it up by, `state` what it came to."""

    on: date
    kind: TimelineKind
    document: str
    sv: str
    en: str
    state: str = ""
    amount: Money | None = None


def happenings(session: Session, execution_reference: str) -> list[TimelineEntry]:
    """All of them, by day. Raises PlacementUnknown."""
    placement = placement_store.get(session, execution_reference)
    documents = list(document_store.listed(session, execution_reference=execution_reference, limit=100_000))
    found = [
        *_decisions(placement),
        *_events(session, execution_reference),
        *_orders(session, execution_reference),
        *_planned(session, execution_reference),
        *_interruptions(session, execution_reference),
        *_reports(session, execution_reference),
        *_receipts(session, execution_reference),
        *(each for invoice in documents for each in _document(session, invoice)),
        *_credit_requests(session, execution_reference, documents),
        *_payments(session, execution_reference),
    ]
    return sorted(found, key=lambda each: (each.on, each.kind))


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
            f"Beslut om period {period.ordinal}, {period.period.start} – {period.period.end}, nivå {placement.level}, "
            f"leverantör {placement.supplier}{outside_sv}{follows_sv}.",
            f"Decision on period {period.ordinal}, {period.period.start} – {period.period.end}, level "
            f"{placement.level}, supplier {placement.supplier}{outside_en}{follows_en}.",
            state=placement.state.value,
        )


# These have rows of their own below; the others are only known as events.
_TOLD_ELSEWHERE = ("placement.decided", "placement.period_two_decided", "interruption.", "report.")


def _events(session: Session, reference: str) -> Iterator[TimelineEntry]:
    for event in event_store.of_placement(session, reference):
        applied = event.state is EventState.APPLIED
        if applied and event.type.startswith(_TOLD_ELSEWHERE):
            continue
        yield TimelineEntry(
            event.occurred_on,
            TimelineKind.EVENT,
            event.event_id,
            f"{event.type}. {event.reason_sv}".strip(),
            f"{event.type}. {event.reason_en}".strip(),
            state=event.state.value,
        )


def _orders(session: Session, reference: str) -> Iterator[TimelineEntry]:
    for order in order_store.of_placement(session, reference):
        lines = len(order.lines)
        stage = f" {order.stage}" if order.stage else ""
        yield TimelineEntry(
            order.issued_on,
            TimelineKind.ORDER,
            order.number,
            f"Order på {order.article.name_sv.lower()}{stage}, {lines} {'rad' if lines == 1 else 'rader'}, till "
            f"{order.supplier}.",
            f"Order of {order.article.value.lower().replace('_', ' ')}{stage}, {lines} "
            f"{'line' if lines == 1 else 'lines'}, to {order.supplier}.",
            amount=order.amount,
        )


def _planned(session: Session, reference: str) -> Iterator[TimelineEntry]:
    for plan in plan_store.of_placement(session, reference):
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
            f"{plan.article.name_sv} {name} {sv}{reason}.",
            f"{plan.article.value.capitalize().replace('_', ' ')} {name} {en}{reason}.",
            state=plan.state.value,
            amount=plan.amount,
        )


def _interruptions(session: Session, reference: str) -> Iterator[TimelineEntry]:
    for row in placement_store.interruptions(session, reference):
        yield TimelineEntry(
            row.registered_on,
            TimelineKind.INTERRUPTION,
            "",
            f"Avbrott ({row.reason}) med {row.effective_on} som sista ersatta dag.",
            f"Interruption ({row.reason}) with {row.effective_on} as last billable day.",
            state=row.state,
        )


def _reports(session: Session, reference: str) -> Iterator[TimelineEntry]:
    for report in placement_store.reports(session, reference):
        document = f"{report.month} v{report.version}"
        yield TimelineEntry(
            report.filed_on,
            TimelineKind.REPORT,
            document,
            f"Redovisning för {report.month} lämnad av {report.filed_by}.",
            f"Report for {report.month} filed by {report.filed_by}.",
            state=ReportState.FILED.value,
        )
        if report.decided_on is not None:
            rejected = report.state is ReportState.REJECTED
            yield TimelineEntry(
                report.decided_on,
                TimelineKind.REPORT,
                document,
                f"Redovisningen för {report.month} {'avvisad' if rejected else 'godkänd'} av {report.decided_by}.",
                f"Report for {report.month} {'rejected' if rejected else 'approved'} by {report.decided_by}.",
                state=report.state.value,
            )


def _receipts(session: Session, reference: str) -> Iterator[TimelineEntry]:
    for receipt in reference_queries.receipts_of(session, reference):
        taken_back = receipt.reverses is not None
        days = f"{receipt.period.start} – {receipt.period.end}" if receipt.period else "–"
        quantity = f"{number(receipt.quantity.value)} {receipt.quantity.unit}"
        yield TimelineEntry(
            receipt.received_on,
            TimelineKind.RECEIPT,
            f"{receipt.order_number}/{receipt.line_id}",
            f"{'Inleverans återtagen' if taken_back else 'Inlevererat'}: {quantity}, {days}.",
            f"{'Receipt taken back' if taken_back else 'Received'}: {quantity}, {days}.",
            amount=receipt.amount,
        )


def _document(session: Session, invoice: SupplierInvoice) -> Iterator[TimelineEntry]:
    """An invoice or credit note as it came, its judgements, and our answers to it."""
    is_credit = invoice.document_type is DocumentType.CREDIT_NOTE
    credits = document_store.content(session, invoice.id).credits if is_credit else ()
    of_sv = f" av {credits[0].number}" if credits else ""
    of_en = f" of {credits[0].number}" if credits else ""
    yield TimelineEntry(
        invoice.received_on,
        TimelineKind.CREDIT_NOTE if is_credit else TimelineKind.INVOICE,
        invoice.number,
        f"Kreditfaktura{of_sv} har kommit."
        if is_credit
        else f"Faktura på order {invoice.order_number} har kommit.",
        f"Credit note{of_en} has come."
        if is_credit
        else f"Invoice on order {invoice.order_number} has come.",
        state=invoice.state.value,
        amount=-invoice.amount_payable if is_credit else invoice.amount_payable,
    )
    for day, match in document_store.matches(session, invoice.id):
        codes = f" ({', '.join(match.codes)})" if match.codes else ""
        yield TimelineEntry(
            day,
            TimelineKind.JUDGED,
            invoice.number,
            f"Prövad: {verdict_name(match.verdict, 'sv')}{codes}.",
            f"Judged: {verdict_name(match.verdict, 'en')}{codes}.",
            state=match.verdict.value,
        )
    for message in _answers(session, invoice):
        answer = message.document_id.rpartition("-")[2]
        yield TimelineEntry(
            message.issued_on,
            TimelineKind.ANSWER,
            invoice.number,
            f"Fakturasvar {answer} till {message.receiver or 'portalen'}.",
            f"Invoice response {answer} to {message.receiver or 'the portal'}.",
            state=message.state.value,
        )
    if invoice.state is InvoiceState.CREDITED:
        settled_on = reference_queries.settled_on(session, invoice.id)
        other = document_store.credited_by(session, invoice.id)
        if settled_on is not None:
            yield TimelineEntry(
                settled_on,
                TimelineKind.CREDITED,
                invoice.number,
                f"Krediterad i sin helhet med {other}; orderraden är öppen igen.",
                f"Credited in full by {other}; the order line is open again.",
                state=invoice.state.value,
                amount=-invoice.amount_payable,
            )


def _answers(session: Session, invoice: SupplierInvoice) -> Iterator[message_queries.OutboundSummary]:
    return message_queries.messages_out(
        session, kind=DocumentKind.INVOICE_RESPONSE, about=f"invoice {invoice.id}"
    )


def _credit_requests(
    session: Session, reference: str, documents: list[SupplierInvoice]
) -> Iterator[TimelineEntry]:
    numbers = {f"{invoice.document_type.lower()} {invoice.id}": invoice for invoice in documents}
    for row in journal.rows(session, execution_reference=reference):
        invoice = numbers.get(row.subject) if row.action == "credit.requested" else None
        if invoice is None:
            continue
        rejections = [each for each in _answers(session, invoice) if each.document_id.endswith("-RE")]
        written_on = stockholm_date(datetime.fromisoformat(row.at))
        codes = json.loads(row.detail).get("codes", "")
        yield TimelineEntry(
            rejections[0].issued_on if rejections else written_on,
            TimelineKind.CREDIT_REQUEST,
            invoice.number,
            f"Kredit av hela fakturan begärd av {row.actor} ({codes}).",
            f"Credit of the whole invoice asked for by {row.actor} ({codes}).",
        )


def _payments(session: Session, reference: str) -> Iterator[TimelineEntry]:
    for payment in reference_queries.payments_of(session, reference):
        yield TimelineEntry(
            payment.paid_on,
            TimelineKind.PAYMENT,
            payment.number,
            f"{payment.invoice_number} betald; {payment.prepared_by} förberedde, {payment.attested_by} attesterade.",
            f"{payment.invoice_number} paid; {payment.prepared_by} prepared it, {payment.attested_by} attested it.",
            amount=payment.amount,
        )
