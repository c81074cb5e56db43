"""A timeline as the supplier may see it: what is its own, in words without names and reasons."""

from collections.abc import Iterable, Iterator, Sequence

from sqlalchemy import ColumnElement

from foundation import formatting
from foundation.formatting import quantity_in_words
from foundation.money import Quantity
from foundation.sql import Session
from foundation.text import Text
from invoicing.model import DocumentType, SupplierInvoice
from operations.timeline import queries as timeline_queries
from operations.timeline.model import TimelineEntry, TimelineKind
from operations.timeline.queries import PaymentRow, ReceiptRow, TimelineOrder
from orders.model import InterruptionState, Placement, Report, ReportState
from orders.objections import store as objection_store
from orders.objections.model import Objection, ObjectionState
from orders.placements import store as placement_store
from orders.placements.informative import informative_store
from orders.placements.informative.informative_store import InformativeReport, InformativeState
from orders.register.service_terms import Service


def told(
    session: Session,
    placement: Placement,
    service: Service,
    suppliers: Sequence[str],
    invoices_seen: ColumnElement[bool] | None,
) -> Iterator[TimelineEntry]:
    """Every entry, in no order, of what these suppliers had and did, and of their documents those that are seen."""
    reference = placement.execution_reference
    documents = timeline_queries.documents_of(session, reference, suppliers=suppliers, seen=invoices_seen)
    payments = timeline_queries.payments_of(session, reference, suppliers=suppliers, seen=invoices_seen)
    yield from _decisions(placement)
    yield from _orders(timeline_queries.orders_of(session, reference, suppliers=suppliers), service)
    yield from _objections(objection_store.of_placement(session, reference, suppliers=suppliers))
    yield from _interruptions(session, reference)
    yield from _reports(placement_store.reports(session, reference))
    yield from _informative(informative_store.of_placement(session, reference))
    yield from _receipts(timeline_queries.receipts_of(session, reference, suppliers=suppliers))
    yield from _documents(documents)
    yield from _payments(payments)


def _decisions(placement: Placement) -> Iterator[TimelineEntry]:
    for each in placement.periods:
        start, whole = each.period.start, formatting.period(each.period)
        yield TimelineEntry(
            each.decided_on,
            TimelineKind.DECISION,
            each.decision_id,
            Text("Beslut om period %(ordinal)s, %(whole)s.", ordinal=each.ordinal, whole=whole),
            f"/placements/{placement.execution_reference}#periods",
            state=placement.state.value,
            short=Text("period %(ordinal)s från %(start)s", ordinal=each.ordinal, start=start),
        )


def _orders(orders: Iterable[TimelineOrder], service: Service) -> Iterator[TimelineEntry]:
    for order in orders:
        yield TimelineEntry(
            order.issued_on,
            TimelineKind.ORDER,
            order.number,
            Text(
                "Order på %(article)s.",
                article=service.name_within(order.article, order.stage),
            ),
            f"/orders/{order.number}",
            order.amount,
        )


_ANSWERED = {
    ObjectionState.STANDS: Text("Köparen svarade på invändningen mot order %(order_number)s: ordern gäller."),
    ObjectionState.CANCELLED: Text(
        "Köparen svarade på invändningen mot order %(order_number)s: det som ingen har levererat är återkallat."
    ),
    ObjectionState.REPLACED: Text(
        "Köparen svarade på invändningen mot order %(order_number)s: order %(replaced_by)s gäller i stället."
    ),
}


def _objections(objections: Iterable[Objection]) -> Iterator[TimelineEntry]:
    for each in objections:
        path = f"/orders/{each.order_number}#objection"
        yield TimelineEntry(
            each.made_on,
            TimelineKind.OBJECTION,
            each.order_number,
            Text("Invändning mot order %(order_number)s.", order_number=each.order_number),
            path,
            state=each.state.value,
            short=Text("invändning"),
        )
        if each.answered_on is not None and each.state in _ANSWERED:
            yield TimelineEntry(
                each.answered_on,
                TimelineKind.OBJECTION_ANSWERED,
                each.order_number,
                _ANSWERED[each.state].with_values(
                    order_number=each.order_number, replaced_by=each.replaced_by
                ),
                path,
                state=each.state.value,
                short=Text("svar på invändning"),
            )


def _interruptions(session: Session, reference: str) -> Iterator[TimelineEntry]:
    for row in placement_store.interruptions(session, reference):
        told = (
            Text("Avbrott med %(effective_on)s som sista ersatta dag.")
            if row.state in (InterruptionState.STANDING, InterruptionState.ENDED)
            else Text("Avbrott med %(effective_on)s som sista ersatta dag; det gäller inte längre.")
        )
        yield TimelineEntry(
            row.registered_on,
            TimelineKind.INTERRUPTION,
            "",
            told.with_values(effective_on=row.effective_on),
            f"/placements/{reference}#interruptions",
            short=Text("sista dag %(effective_on)s", effective_on=row.effective_on),
        )


def _reports(reports: Sequence[Report]) -> Iterator[TimelineEntry]:
    for report in reports:
        path = f"/reports/{report.execution_reference}/{report.month}"
        document = f"{report.month} v{report.version}"
        yield TimelineEntry(
            report.filed_on,
            TimelineKind.REPORT,
            document,
            Text("Redovisningen för %(month)s lämnad.", month=report.month)
            if report.version == 1
            else Text(
                "Redovisningen för %(month)s lämnad, version %(version)s.",
                month=report.month,
                version=report.version,
            ),
            path,
            state=ReportState.FILED.value,
            short=Text("lämnad"),
        )
        # An approval is told by the receipt it gives.
        if report.state is ReportState.REJECTED and report.decided_on is not None:
            yield TimelineEntry(
                report.decided_on,
                TimelineKind.SENT_BACK,
                document,
                Text("Redovisningen för %(month)s sändes tillbaka.", month=report.month),
                path,
                state=ReportState.REJECTED.value,
                short=Text("rätta och lämna igen"),
            )
        if report.state is ReportState.REVOKED and report.decided_on is not None:
            yield TimelineEntry(
                report.decided_on,
                TimelineKind.SENT_BACK,
                document,
                Text(
                    "Köparen tog tillbaka godkännandet av redovisningen för %(month)s.",
                    month=report.month,
                ),
                path,
                state=ReportState.REVOKED.value,
                short=Text("rätta och lämna igen"),
            )


def _informative(told: Iterable[InformativeReport]) -> Iterator[TimelineEntry]:
    for each in told:
        if each.state is not InformativeState.WITHDRAWN:
            yield TimelineEntry(
                each.filed_on,
                TimelineKind.INFORMATIVE,
                str(each.id),
                Text("Informativ rapport till köparen."),
                f"/placements/{each.execution_reference}#informative",
                state=each.state.value,
                short=Text("informativ rapport"),
            )


def _receipts(receipts: Iterable[ReceiptRow]) -> Iterator[TimelineEntry]:
    for receipt in receipts:
        quantity = quantity_in_words(Quantity(abs(receipt.quantity.value), receipt.quantity.unit))
        told = (
            Text("Inlevererat: %(quantity)s.")
            if receipt.reverses is None
            else Text("Inleverans återtagen: %(quantity)s.")
        )
        yield TimelineEntry(
            receipt.received_on,
            TimelineKind.RECEIPT,
            f"{receipt.order_number}/{receipt.line_id}",
            told.with_values(quantity=quantity),
            f"/orders/{receipt.order_number}#line-{receipt.line_id}",
            receipt.amount,
        )


def _documents(documents: Iterable[SupplierInvoice]) -> Iterator[TimelineEntry]:
    for each in documents:
        is_credit = each.document_type is DocumentType.CREDIT_NOTE
        yield TimelineEntry(
            each.received_on,
            TimelineKind.CREDIT_NOTE if is_credit else TimelineKind.INVOICE,
            each.number,
            Text("Kreditfakturan har kommit till köparen.")
            if is_credit
            else Text("Fakturan har kommit till köparen."),
            f"/invoices/{each.id}",
            -each.amount_payable if is_credit else each.amount_payable,
            each.state.value,
        )


def _payments(payments: Iterable[PaymentRow]) -> Iterator[TimelineEntry]:
    for payment in payments:
        yield TimelineEntry(
            payment.paid_on,
            TimelineKind.PAYMENT,
            payment.invoice_number,
            Text("Fakturan är betald."),
            f"/invoices/{payment.invoice_id}",
            payment.amount,
        )
        if payment.returned_on is not None:
            yield TimelineEntry(
                payment.returned_on,
                TimelineKind.PAYMENT,
                payment.invoice_number,
                Text("Betalningen kom tillbaka till köparen. Den görs igen; se efter att ert konto stämmer."),
                f"/invoices/{payment.invoice_id}",
                -payment.amount,
            )
