"""A timeline as the buyer sees it: everything, with who did it and why.

Convention: what only the journal knows (who asked for credit) is taken from there, with the day of the answer it
gave rise to.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date

from foundation import formatting
from foundation.formatting import number
from foundation.sql import Session
from foundation.text import NO_TEXT, CountedText, JoinedText, Text, WrittenText
from invoicing.documents import store as document_store
from invoicing.journal_actions import document_subject
from invoicing.matching import causes
from invoicing.matching.deviation_texts import verdict_name
from invoicing.model import DocumentType, InvoiceState, SupplierInvoice
from invoicing.responses.answer_words import answer_name
from operations.timeline import event_words
from operations.timeline import queries as timeline_queries
from operations.timeline.model import TimelineEntry, TimelineKind
from operations.timeline.queries import AnswerRow, PaymentRow, ReceiptRow, TimelineOrder
from orders.events import store as event_store
from orders.events.envelope import read_event
from orders.events.store import EventState, StoredEvent
from orders.model import Handling, LineState, Placement, PlannedOrder, PlannedState, Report, ReportState
from orders.objections import store as objection_store
from orders.objections.model import ANSWER_WORDS, REASON_WORDS, Objection
from orders.placements import plan_store, starts
from orders.placements import store as placement_store
from orders.placements.informative import informative_store
from orders.placements.informative.informative_store import InformativeReport
from orders.purchase_orders import line_store
from orders.register.service_terms import Service


def told(session: Session, placement: Placement, service: Service) -> Iterator[TimelineEntry]:
    """Every entry; those of one kind and day in the order they were written down."""
    reference = placement.execution_reference
    documents = timeline_queries.documents_of(session, reference)
    answers = timeline_queries.answers_to(session, (each.id for each in documents))
    orders = timeline_queries.orders_of(session, reference)
    yield from _decisions(placement, service, {each.decision_id: each.supplier for each in orders})
    yield from _events(event_store.of_placement(session, reference))
    yield from _orders(orders, service)
    yield from _objections(objection_store.of_placement(session, reference))
    yield from _planned(plan_store.of_placement(session, reference), service)
    yield from _interruptions(session, reference, service)
    yield from _reports(placement_store.reports(session, reference))
    yield from _informative(informative_store.of_placement(session, reference))
    yield from _receipts(timeline_queries.receipts_of(session, reference))
    for invoice in documents:
        yield from _document(session, invoice, answers.get(invoice.id, ()))
    yield from _credit_requests(session, reference, documents, answers)
    yield from _payments(timeline_queries.payments_of(session, reference))


def _decisions(
    placement: Placement, service: Service, ordered_of: Mapping[str, str]
) -> Iterator[TimelineEntry]:
    """Each period's decision, with the supplier it was ordered of: a successor's from the day it took over."""
    ordered = placement.handling is Handling.ORDERED
    outside = (
        NO_TEXT if ordered else Text(", utanför orderflödet (%(handling)s)", handling=placement.handling)
    )
    follows = Text(", efter %(reference)s", reference=placement.follows) if placement.follows else NO_TEXT
    for period in placement.periods:
        said = Text(
            "Beslut om period %(ordinal)s, %(period)s, nivå %(level)s, leverantör "
            "%(supplier)s%(outside)s%(follows)s.",
            ordinal=period.ordinal,
            period=formatting.period(period.period),
            level=service.level_name(placement.level),
            supplier=ordered_of.get(period.decision_id, placement.supplier),
            outside=outside,
            follows=follows,
        )
        yield TimelineEntry(
            period.decided_on,
            TimelineKind.DECISION,
            period.decision_id,
            JoinedText(" ", (said, starts.remark(period))),
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
            JoinedText(" ", (event_words.said(read_event(event.body).data), event.reason)),
            state=event.state.value,
        )


def _orders(orders: Iterable[TimelineOrder], service: Service) -> Iterator[TimelineEntry]:
    for order in orders:
        yield TimelineEntry(
            order.issued_on,
            TimelineKind.ORDER,
            order.number,
            CountedText(
                "Order på %(article)s, %(count)s rad, till %(supplier)s.",
                "Order på %(article)s, %(count)s rader, till %(supplier)s.",
                count=order.lines,
                article=service.name_within(order.article, order.stage),
                supplier=order.supplier,
            ),
            amount=order.amount,
        )


def _objections(objections: Iterable[Objection]) -> Iterator[TimelineEntry]:
    for each in objections:
        reasons = JoinedText("; ", (REASON_WORDS[point.reason] for point in each.points))
        yield TimelineEntry(
            each.made_on,
            TimelineKind.OBJECTION,
            each.order_number,
            Text(
                "Invändning mot order %(order_number)s av %(made_by)s: %(reasons)s.",
                order_number=each.order_number,
                made_by=each.made_by,
                reasons=reasons,
            ),
            state=each.state.value,
        )
        if each.answered_on is not None and each.answer_reason is not None:
            yield TimelineEntry(
                each.answered_on,
                TimelineKind.OBJECTION_ANSWERED,
                each.order_number,
                Text(
                    "Invändningen mot order %(order_number)s besvarad av %(answered_by)s: %(reason)s.",
                    order_number=each.order_number,
                    answered_by=each.answered_by,
                    reason=ANSWER_WORDS[each.answer_reason],
                ),
                state=each.state.value,
            )


def _planned(plans: Iterable[PlannedOrder], service: Service) -> Iterator[TimelineEntry]:
    for plan in plans:
        if plan.state is PlannedState.PLACED:
            continue
        state = {
            PlannedState.WAITING: Text("väntar på sin dag"),
            PlannedState.DROPPED: Text("utgår"),
            PlannedState.REVOKED: Text("är återkallad"),
        }[plan.state]
        named = (service.name_of(plan.article, plan.stage or ""), WrittenText(plan.code))
        said = Text("%(article)s %(state)s.", article=JoinedText(" ", named), state=state)
        yield TimelineEntry(
            plan.due_on,
            TimelineKind.PLANNED,
            plan.decision_id,
            JoinedText(" ", (said, plan.reason)),
            state=plan.state.value,
            amount=plan.amount,
        )


def _interruptions(session: Session, reference: str, service: Service) -> Iterator[TimelineEntry]:
    for row in placement_store.interruptions(session, reference):
        yield TimelineEntry(
            row.registered_on,
            TimelineKind.INTERRUPTION,
            "",
            Text(
                "Avbrott (%(reason)s) med %(effective_on)s som sista ersatta dag.",
                reason=service.reason_name(row.reason),
                effective_on=row.effective_on,
            ),
            state=row.state,
        )


_APPROVED = Text("Redovisningen för %(month)s godkänd av %(decided_by)s.")
_DECIDED = {
    ReportState.REJECTED: Text("Redovisningen för %(month)s avslagen av %(decided_by)s."),
    ReportState.REVOKED: Text("Godkännandet av redovisningen för %(month)s återkallat av %(decided_by)s."),
}


def _reports(reports: Iterable[Report]) -> Iterator[TimelineEntry]:
    for report in reports:
        document = f"{report.month} v{report.version}"
        yield TimelineEntry(
            report.filed_on,
            TimelineKind.REPORT,
            document,
            Text(
                "Redovisning för %(month)s lämnad av %(filed_by)s.",
                month=report.month,
                filed_by=report.filed_by,
            ),
            state=ReportState.FILED.value,
        )
        if report.decided_on is not None:
            told = _DECIDED.get(report.state, _APPROVED)
            yield TimelineEntry(
                report.decided_on,
                TimelineKind.REPORT,
                document,
                told.with_values(month=report.month, decided_by=report.decided_by),
                state=report.state.value,
            )


def _informative(told: Iterable[InformativeReport]) -> Iterator[TimelineEntry]:
    for each in told:
        yield TimelineEntry(
            each.filed_on,
            TimelineKind.INFORMATIVE,
            str(each.id),
            Text(
                "Informativ rapport (%(kind)s) lämnad av %(filed_by)s.",
                kind=each.kind,
                filed_by=each.filed_by,
            ),
            state=each.state.value,
        )


def _receipts(receipts: Iterable[ReceiptRow]) -> Iterator[TimelineEntry]:
    for receipt in receipts:
        told = (
            Text("Inlevererat: %(quantity)s, %(days)s.")
            if receipt.reverses is None
            else Text("Inleverans återtagen: %(quantity)s, %(days)s.")
        )
        days = formatting.period(receipt.period) if receipt.period else "–"
        quantity = f"{number(receipt.quantity.value)} {receipt.quantity.unit}"
        yield TimelineEntry(
            receipt.received_on,
            TimelineKind.RECEIPT,
            f"{receipt.order_number}/{receipt.line_id}",
            told.with_values(quantity=quantity, days=days),
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
    return TimelineEntry(
        invoice.received_on,
        TimelineKind.CREDIT_NOTE if is_credit else TimelineKind.INVOICE,
        invoice.number,
        _came(session, invoice),
        state=invoice.state.value,
        amount=-invoice.amount_payable if is_credit else invoice.amount_payable,
    )


def _judgements(session: Session, invoice: SupplierInvoice) -> Iterator[TimelineEntry]:
    for day, match in document_store.matches(session, invoice.id):
        found = causes.causes(match.codes, match)
        yield TimelineEntry(
            day,
            TimelineKind.JUDGED,
            invoice.number,
            Text(
                "Prövad: %(verdict)s (%(causes)s).",
                verdict=verdict_name(match.verdict),
                causes=JoinedText("; ", found),
            )
            if found
            else Text("Prövad: %(verdict)s.", verdict=verdict_name(match.verdict)),
            state=match.verdict.value,
        )


def _answers(invoice: SupplierInvoice, answers: Iterable[AnswerRow]) -> Iterator[TimelineEntry]:
    for answer in answers:
        yield TimelineEntry(
            answer.issued_on,
            TimelineKind.ANSWER,
            invoice.number,
            Text(
                "Fakturasvar till %(receiver)s: %(answer)s.",
                answer=answer_name(answer.code),
                receiver=answer.receiver or Text("portalen"),
            ),
            state=answer.state.value,
        )


def _credited(session: Session, invoice: SupplierInvoice) -> Iterator[TimelineEntry]:
    settled_on = timeline_queries.settled_on(session, invoice.id)
    other = document_store.credited_by(session, invoice.id)
    if settled_on is None:
        return
    # What was taken back for good is not invoiced again, whatever was credited.
    told = (
        Text("Krediterad i sin helhet med %(other)s; ordern är återkallad.")
        if _is_cancelled(session, invoice)
        else Text("Krediterad i sin helhet med %(other)s; orderraden är öppen igen.")
    )
    yield TimelineEntry(
        settled_on,
        TimelineKind.CREDITED,
        invoice.number,
        told.with_values(other=other),
        state=invoice.state.value,
        amount=-invoice.amount_payable,
    )


def _is_cancelled(session: Session, invoice: SupplierInvoice) -> bool:
    lines = document_store.content(session, invoice.id).order_lines
    return any(
        account.state is LineState.CANCELLED
        for account in line_store.accounts(session, invoice.order_number)
        if account.line_id in lines
    )


def _came(session: Session, invoice: SupplierInvoice) -> Text:
    if invoice.document_type is DocumentType.INVOICE:
        return Text("Faktura på order %(order_number)s har kommit.", order_number=invoice.order_number)
    credits = document_store.content(session, invoice.id).credits
    if credits:
        return Text("Kreditfaktura av %(credited)s har kommit.", credited=credits[0].number)
    return Text("Kreditfaktura har kommit.")


def _credit_requests(
    session: Session,
    reference: str,
    documents: Iterable[SupplierInvoice],
    answers: Mapping[int, Sequence[AnswerRow]],
) -> Iterator[TimelineEntry]:
    named = {str(document_subject(invoice.document_type, invoice.id)): invoice for invoice in documents}
    # The answers of each document that are still to be laid beside what they answered.
    left = {each.id: list(answers.get(each.id, ())) for each in named.values()}
    for request in timeline_queries.credit_requests(session, reference):
        invoice = named.get(request.about)
        if invoice is None:
            continue
        code = "IP" if request.withdrawn else "RE"
        # A press that was undone had no answer of its own.
        told = [each.issued_on for each in answers.get(invoice.id, ()) if each.code == code]
        answered_on = _next_told(left[invoice.id], code) or (told[-1] if told else None)
        yield TimelineEntry(
            answered_on or request.on,
            TimelineKind.CREDIT_REQUEST,
            invoice.number,
            Text("Begäran om kredit återtagen: månaden är inlevererad.")
            if request.withdrawn
            else Text(
                "Kredit av hela fakturan begärd av %(by)s (%(causes)s).",
                by=request.by,
                causes=JoinedText("; ", (causes.code_name(each) for each in request.codes.split())),
            ),
        )


def _next_told(answers: list[AnswerRow], code: str) -> date | None:
    """The day of the first answer left with this code; it and what came before it are left no longer."""
    for position, each in enumerate(answers):
        if each.code == code:
            del answers[: position + 1]
            return each.issued_on
    return None


def _payments(payments: Iterable[PaymentRow]) -> Iterator[TimelineEntry]:
    for payment in payments:
        yield TimelineEntry(
            payment.paid_on,
            TimelineKind.PAYMENT,
            payment.number,
            Text(
                "%(invoice_number)s betald; %(prepared_by)s förberedde, %(attested_by)s attesterade.",
                invoice_number=payment.invoice_number,
                prepared_by=payment.prepared_by,
                attested_by=payment.attested_by,
            ),
            amount=payment.amount,
        )
        if payment.returned_on is not None:
            yield TimelineEntry(
                payment.returned_on,
                TimelineKind.PAYMENT,
                payment.number,
                Text(
                    "Betalningen av %(invoice_number)s kom tillbaka; fakturan ska betalas igen.",
                    invoice_number=payment.invoice_number,
                ),
                amount=-payment.amount,
            )
