"""What a timeline asks of every folder: orders, receipts, payments, answers, and who asked for credit.

Convention: named questions that only read, each asked once however long the story is. Where `supplier` is given,
only what is that supplier's own is found.
"""

import json
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import ColumnElement, Row, func, or_, select

from foundation import journal
from foundation.money import Money, Quantity
from foundation.periods import Period, stockholm_date
from foundation.sql import Session
from invoicing.documents import store as document_store
from invoicing.documents import tables as document_tables
from invoicing.journal_actions import DocumentAction
from invoicing.model import SupplierInvoice
from orders import tables as order_tables
from orders.terms import ArticleKind
from peppol.exchange import tables as exchange_tables
from peppol.exchange.tables import OutState
from peppol.identifiers import DocumentKind


@dataclass(frozen=True, slots=True)
class TimelineOrder:
    """An order and how many lines it has."""

    number: str
    decision_id: str
    article: ArticleKind
    stage: str
    supplier: str
    issued_on: date
    amount: Money
    lines: int


@dataclass(frozen=True, slots=True)
class ReceiptRow:
    """A receipt or, where `reverses` names one, the row that takes it back."""

    order_number: str
    line_id: str
    quantity: Quantity
    amount: Money
    period: Period | None
    received_on: date
    reverses: int | None


@dataclass(frozen=True, slots=True)
class PaymentRow:
    """One payment and the two who made it."""

    number: str
    invoice_id: int
    invoice_number: str
    amount: Money
    paid_on: date
    returned_on: date | None
    prepared_by: str
    attested_by: str


@dataclass(frozen=True, slots=True)
class AnswerRow:
    """An Invoice Response of ours."""

    code: str
    receiver: str
    issued_on: date
    state: OutState


@dataclass(frozen=True, slots=True)
class RequestedCredit:
    """That somebody asked for credit of a whole document, named as in the journal, and for which deviations.

    Or that the request was `withdrawn`, since what was lacking had been received.
    """

    about: str
    by: str
    codes: str
    on: date
    withdrawn: bool = False


def orders_of(
    session: Session, execution_reference: str, *, suppliers: Sequence[str] = ()
) -> Sequence[TimelineOrder]:
    """All orders on one execution reference, in the order they were placed."""
    order, line = order_tables.purchase_order, order_tables.order_line
    lines = select(func.count()).where(line.c.order_number == order.c.number).scalar_subquery()
    question = select(order, lines.label("lines")).where(order.c.execution_reference == execution_reference)
    if suppliers:
        question = question.where(order.c.supplier.in_(suppliers))
    return [_timeline_order(row) for row in session.execute(question.order_by(order.c.number))]


def receipts_of(
    session: Session, execution_reference: str, *, suppliers: Sequence[str] = ()
) -> Sequence[ReceiptRow]:
    """Every receipt ever made on one execution reference and every one taken back, oldest first."""
    receipt, line, order = order_tables.receipt, order_tables.order_line, order_tables.purchase_order
    on_line = (line.c.order_number == receipt.c.order_number) & (line.c.line_id == receipt.c.line_id)
    question = (
        select(receipt, line.c.unit, order.c.currency)
        .join(line, on_line)
        .join(order, order.c.number == receipt.c.order_number)
        .where(receipt.c.execution_reference == execution_reference)
    )
    if suppliers:
        question = question.where(order.c.supplier.in_(suppliers))
    return [_receipt_row(row) for row in session.execute(question.order_by(receipt.c.id))]


def documents_of(
    session: Session,
    execution_reference: str,
    *,
    suppliers: Sequence[str] = (),
    seen: ColumnElement[bool] | None = None,
) -> Sequence[SupplierInvoice]:
    """The documents kept by one execution reference or with a part of theirs on it, by arrival."""
    invoice = document_tables.invoice
    question = select(invoice.c.id).where(_is_about(execution_reference))
    if suppliers:
        question = question.where(invoice.c.supplier.in_(suppliers))
    if seen is not None:
        question = question.where(seen)
    return document_store.by_ids(session, session.scalars(question.order_by(invoice.c.id)).all())


def _is_about(execution_reference: str) -> ColumnElement[bool]:
    """Whether a document is about an execution reference, with all of its lines or with some of them."""
    invoice, order = document_tables.invoice, order_tables.purchase_order
    part, credited = document_tables.invoice_part, document_tables.partial_credit_line
    on_it = select(order.c.number).where(order.c.execution_reference == execution_reference)
    return or_(
        invoice.c.execution_reference == execution_reference,
        invoice.c.id.in_(select(part.c.invoice_id).where(part.c.order_number.in_(on_it))),
        invoice.c.id.in_(select(credited.c.credit_id).where(credited.c.order_number.in_(on_it))),
    )


def payments_of(
    session: Session,
    execution_reference: str,
    *,
    suppliers: Sequence[str] = (),
    seen: ColumnElement[bool] | None = None,
) -> Sequence[PaymentRow]:
    """The payments of the invoices that are about one execution reference, oldest first."""
    wanted = [_is_about(execution_reference)]
    if suppliers:
        wanted.append(document_tables.invoice.c.supplier.in_(suppliers))
    if seen is not None:
        wanted.append(seen)
    return payments_where(session, *wanted)


def payments_of_document(session: Session, invoice_id: int) -> Sequence[PaymentRow]:
    """The payments of one document, oldest first."""
    return payments_where(session, document_tables.invoice.c.id == invoice_id)


def payments_where(session: Session, *wanted: ColumnElement[bool]) -> Sequence[PaymentRow]:
    """The payments of the documents of which all of this holds, oldest first."""
    payment, invoice = document_tables.payment, document_tables.invoice
    returned = document_tables.payment_returned
    question = (
        select(payment, returned.c.returned_on, invoice.c.number.label("invoice_number"))
        .join(invoice, invoice.c.id == payment.c.invoice_id)
        .outerjoin(returned, returned.c.payment == payment.c.number)
        .where(*wanted)
        .order_by(payment.c.number)
    )
    return [_payment_row(row) for row in session.execute(question)]


def answers_to(session: Session, invoice_ids: Iterable[int]) -> dict[int, list[AnswerRow]]:
    """The Invoice Responses to these documents, each document's oldest first."""
    outbox = exchange_tables.outbox
    about = {f"invoice {each}": each for each in invoice_ids}
    question = (
        select(outbox.c.about, outbox.c.document_id, outbox.c.receiver, outbox.c.issued_on, outbox.c.state)
        .where(outbox.c.kind == DocumentKind.INVOICE_RESPONSE, outbox.c.about.in_(list(about)))
        .order_by(outbox.c.sequence)
    )
    found: dict[int, list[AnswerRow]] = defaultdict(list)
    for row in session.execute(question):
        code = row.document_id.rpartition("-")[2]
        found[about[row.about]].append(
            AnswerRow(code=code, receiver=row.receiver, issued_on=row.issued_on, state=OutState(row.state))
        )
    return found


def credit_requests(session: Session, execution_reference: str) -> Sequence[RequestedCredit]:
    """Who has asked for credit or withdrawn that, which only the journal knows, by when it was written."""
    told = (DocumentAction.CREDIT_REQUESTED, DocumentAction.CREDIT_REQUEST_WITHDRAWN)
    return [
        RequestedCredit(
            about=row.subject,
            by=row.actor,
            codes=json.loads(row.detail).get("codes", ""),
            on=stockholm_date(datetime.fromisoformat(row.at)),
            withdrawn=row.action == DocumentAction.CREDIT_REQUEST_WITHDRAWN,
        )
        for row in journal.rows(session, execution_reference=execution_reference)
        if row.action in told
    ]


def settled_on(session: Session, invoice_id: int) -> date | None:
    """The day an invoice was settled at zero with its credit note, or None."""
    pair = document_tables.credit_pair
    return session.scalar(select(pair.c.settled_on).where(pair.c.invoice_id == invoice_id))


def _timeline_order(row: Row[Any]) -> TimelineOrder:
    return TimelineOrder(
        number=row.number,
        decision_id=row.decision_id,
        article=ArticleKind(row.article),
        stage=row.stage,
        supplier=row.supplier,
        issued_on=row.issued_on,
        amount=Money(row.amount, row.currency),
        lines=row.lines,
    )


def _receipt_row(row: Row[Any]) -> ReceiptRow:
    return ReceiptRow(
        order_number=row.order_number,
        line_id=row.line_id,
        quantity=Quantity(row.quantity, row.unit),
        amount=Money(row.amount, row.currency),
        period=Period(row.starts_on, row.ends_on) if row.starts_on else None,
        received_on=row.received_on,
        reverses=row.reverses,
    )


def _payment_row(row: Row[Any]) -> PaymentRow:
    return PaymentRow(
        number=row.number,
        invoice_id=row.invoice_id,
        invoice_number=row.invoice_number,
        amount=Money(Decimal(row.amount), row.currency),
        paid_on=row.paid_on,
        returned_on=row.returned_on,
        prepared_by=row.prepared_by,
        attested_by=row.attested_by,
    )
