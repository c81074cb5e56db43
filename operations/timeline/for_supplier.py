"""A timeline as the supplier may see it: what is its own, in words without names and reasons."""

from collections.abc import Iterable, Iterator, Sequence

from foundation import formatting
from foundation.formatting import quantity_in_words
from foundation.money import Quantity
from foundation.sql import Session
from invoicing.documents import store as document_store
from invoicing.model import DocumentType, SupplierInvoice
from operations.timeline import queries as timeline_queries
from operations.timeline.model import TimelineEntry, TimelineKind
from operations.timeline.queries import PaymentRow, ReceiptRow, TimelineOrder
from orders.model import InterruptionState, Placement, Report, ReportState
from orders.placements import store as placement_store


def told(session: Session, placement: Placement) -> Iterator[TimelineEntry]:
    """Every entry, in no order."""
    reference, supplier = placement.execution_reference, placement.supplier
    documents = document_store.listed(
        session, execution_reference=reference, supplier=supplier, limit=100_000
    )
    yield from _decisions(placement)
    yield from _orders(timeline_queries.orders_of(session, reference, supplier=supplier))
    yield from _interruptions(session, reference)
    yield from _reports(placement_store.reports(session, reference))
    yield from _receipts(timeline_queries.receipts_of(session, reference, supplier=supplier))
    yield from _documents(documents)
    yield from _payments(timeline_queries.payments_of(session, reference, supplier=supplier))


def _decisions(placement: Placement) -> Iterator[TimelineEntry]:
    for each in placement.periods:
        start, whole = each.period.start, formatting.period(each.period)
        yield TimelineEntry(
            each.decided_on,
            TimelineKind.DECISION,
            each.decision_id,
            (
                f"Beslut om period {each.ordinal}, {whole}.",
                f"Decision on period {each.ordinal}, {whole}.",
            ),
            f"/placements/{placement.execution_reference}#periods",
            state=placement.state.value,
            short=(f"period {each.ordinal} från {start}", f"period {each.ordinal} from {start}"),
        )


def _orders(orders: Iterable[TimelineOrder]) -> Iterator[TimelineEntry]:
    for order in orders:
        stage = f" {order.stage}" if order.stage else ""
        yield TimelineEntry(
            order.issued_on,
            TimelineKind.ORDER,
            order.number,
            (
                f"Order på {order.article.name_sv.lower()}{stage}.",
                f"Order of {order.article.value.lower().replace('_', ' ')}{stage}.",
            ),
            f"/orders/{order.number}",
            order.amount,
        )


def _interruptions(session: Session, reference: str) -> Iterator[TimelineEntry]:
    for row in placement_store.interruptions(session, reference):
        counts = row.state in (InterruptionState.STANDING, InterruptionState.ENDED)
        yield TimelineEntry(
            row.registered_on,
            TimelineKind.INTERRUPTION,
            "",
            (
                f"Avbrott med {row.effective_on} som sista ersatta dag"
                f"{'.' if counts else '; det gäller inte längre.'}",
                f"Interruption with {row.effective_on} as last billable day"
                f"{'.' if counts else '; it no longer holds.'}",
            ),
            f"/placements/{reference}#interruptions",
            short=(f"sista dag {row.effective_on}", f"last day {row.effective_on}"),
        )


def _reports(reports: Sequence[Report]) -> Iterator[TimelineEntry]:
    for report in reports:
        path = f"/reports/{report.execution_reference}/{report.month}"
        document = f"{report.month} v{report.version}"
        again = report.version > 1
        yield TimelineEntry(
            report.filed_on,
            TimelineKind.REPORT,
            document,
            (
                f"Redovisningen för {report.month} lämnad{f', version {report.version}' if again else ''}.",
                f"Report for {report.month} filed{f', version {report.version}' if again else ''}.",
            ),
            path,
            state=ReportState.FILED.value,
            short=("lämnad", "filed"),
        )
        # An approval is told by the receipt it gives.
        if report.state is ReportState.REJECTED and report.decided_on is not None:
            yield TimelineEntry(
                report.decided_on,
                TimelineKind.SENT_BACK,
                document,
                (
                    f"Redovisningen för {report.month} sändes tillbaka.",
                    f"The report for {report.month} was sent back.",
                ),
                path,
                state=ReportState.REJECTED.value,
                short=("rätta och lämna igen", "correct and file again"),
            )


def _receipts(receipts: Iterable[ReceiptRow]) -> Iterator[TimelineEntry]:
    for receipt in receipts:
        quantity = quantity_in_words(Quantity(abs(receipt.quantity.value), receipt.quantity.unit))
        back = receipt.reverses is not None
        yield TimelineEntry(
            receipt.received_on,
            TimelineKind.RECEIPT,
            f"{receipt.order_number}/{receipt.line_id}",
            (
                f"{'Inleverans återtagen' if back else 'Inlevererat'}: {quantity[0]}.",
                f"{'Receipt taken back' if back else 'Received'}: {quantity[1]}.",
            ),
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
            (
                f"{'Kreditfakturan' if is_credit else 'Fakturan'} har kommit till köparen.",
                f"The {'credit note' if is_credit else 'invoice'} has reached the buyer.",
            ),
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
            ("Fakturan är betald.", "The invoice is paid."),
            f"/invoices/{payment.invoice_id}",
            payment.amount,
        )
