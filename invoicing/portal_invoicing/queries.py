"""A supplier's own questions about its lines and invoices: what can be invoiced, what was, and how it stands.

Every question carries the person's conditions (`scopes`); an id of somebody else's gives nothing, as an
id that does not exist does.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, asc, case, desc, func, or_, select, tuple_

from foundation.money import Money
from foundation.periods import Month, Period
from foundation.sql import Session
from invoicing.documents import store as document_store
from invoicing.documents import tables as document_tables
from invoicing.model import DocumentType, InvoiceState, SupplierInvoice
from invoicing.portal_invoicing.portal_states import PortalState
from invoicing.portal_invoicing.scope import Scope, SupplierActor
from invoicing.portal_invoicing.tables import portal_document
from orders import tables as order_tables
from peppol.exchange.outbox_store import OutboundMessage, messages_out
from peppol.exchange.tables import outbox

PAGE = 25
_S = InvoiceState


class InvoiceStanding(StrEnum):
    """How a supplier sorts its invoices: what to do first, what waits, what is over."""

    TO_DO = "to-do"
    WAITING = "waiting"
    ACCEPTED = "accepted"
    PAID = "paid"
    SETTLED = "settled"


STATES: dict[InvoiceStanding, tuple[InvoiceState, ...]] = {
    InvoiceStanding.TO_DO: (_S.IN_QUESTION, _S.PARTLY_ACCEPTED, _S.CREDIT_REQUESTED),
    InvoiceStanding.WAITING: (_S.PARKED, _S.ON_HOLD),
    InvoiceStanding.ACCEPTED: (_S.ACCEPTED,),
    InvoiceStanding.PAID: (_S.PAID,),
    InvoiceStanding.SETTLED: (_S.CREDITED, _S.SETTLED),
}


class SortOrder(StrEnum):
    """The columns that a list of invoices is sorted by."""

    NUMBER = "number"
    ORDER = "order"
    REFERENCE = "reference"
    RECEIVED = "received"
    AMOUNT = "amount"
    STATE = "state"
    PAYS = "pays"


@dataclass(frozen=True, slots=True)
class InvoiceFilter:
    """What of a list of invoices is to be shown."""

    standing: InvoiceStanding | None = None
    state: InvoiceState | None = None
    document_type: DocumentType | None = None
    month: Month | None = None
    text: str = ""
    order: SortOrder = SortOrder.RECEIVED
    falling: bool = True
    page: int = 1
    number: str = ""
    reference: str = ""
    order_number: str = ""
    issued_from: date | None = None
    issued_to: date | None = None
    received_from: date | None = None
    received_to: date | None = None
    changed: tuple[Sequence[str], Sequence[int]] | None = None
    """Only documents of these cases, and these documents; None: all."""
    after: int = 0
    """Only documents whose row id comes after this one: where the page before ended."""


@dataclass(frozen=True, slots=True)
class Found:
    """One page of a list, and how much there is in all."""

    invoices: Sequence[SupplierInvoice]
    count: int
    page: int

    @property
    def pages(self) -> int:
        """How many pages there are, at least one."""
        return max(1, -(-self.count // PAGE))


@dataclass(frozen=True, slots=True)
class ReadyLine:
    """An order line that is received and free to be invoiced."""

    order_number: str
    line_id: str
    article_name: str
    execution_reference: str
    unit_id: str
    period: Period
    quantity: Decimal
    unit: str
    price: Decimal
    amount: Money
    received_on: date

    @property
    def month(self) -> Month:
        """The month the line is for."""
        return Month.of(self.period.start)


def find(session: Session, actor: SupplierActor, invoice_id: int) -> SupplierInvoice | None:
    """One invoice or credit note the person may see, or None."""
    mine = (document_tables.invoice.c.id == invoice_id) & actor.of_invoices()
    if session.execute(select(document_tables.invoice.c.id).where(mine)).first() is None:
        return None
    return document_store.by_id(session, invoice_id)


def of_message(session: Session, actor: SupplierActor, letter_id: int) -> int | None:
    """The row id of what a message became in our books, if the person may see it."""
    table = document_tables.invoice
    mine = (table.c.letter_id == letter_id) & actor.of_invoices()
    found: int | None = session.scalar(select(table.c.id).where(mine))
    return found


def listed(session: Session, actor: SupplierActor, wanted: InvoiceFilter) -> Found:
    """One page of the person's invoices and credit notes."""
    table = document_tables.invoice
    where = and_(*conditions(actor, wanted))
    count = session.execute(select(func.count()).select_from(table).where(where)).scalar_one()
    page = min(max(1, wanted.page), max(1, -(-count // PAGE)))
    question = select(table.c.id).where(where).order_by(*ordered(wanted))
    ids = session.scalars(question.limit(PAGE).offset((page - 1) * PAGE)).all()
    return Found(document_store.by_ids(session, ids), count, page)


def ordered(wanted: InvoiceFilter) -> tuple[ColumnElement[Any], ...]:
    """The order of the list; the document's id makes it whole, so that a row never stands on two pages."""
    table = document_tables.invoice
    is_credit = table.c.document_type == DocumentType.CREDIT_NOTE
    column = {
        SortOrder.NUMBER: table.c.number,
        SortOrder.ORDER: table.c.order_number,
        SortOrder.REFERENCE: table.c.execution_reference,
        SortOrder.RECEIVED: table.c.received_on,
        # A credit note is shown below nothing, and stands there.
        SortOrder.AMOUNT: case((is_credit, -table.c.amount_payable), else_=table.c.amount_payable),
        SortOrder.STATE: table.c.state,
        SortOrder.PAYS: func.coalesce(table.c.paid_on, table.c.pays_on),
    }[wanted.order]
    turn = desc if wanted.falling else asc
    return turn(column), turn(table.c.id)


def following(
    session: Session, actor: Scope, wanted: InvoiceFilter, *, limit: int | None
) -> Sequence[SupplierInvoice]:
    """The first documents after `wanted.after`, in the order they came into the books; its sort and page count not."""
    table = document_tables.invoice
    question = select(table.c.id).where(and_(*conditions(actor, wanted)), table.c.id > wanted.after)
    return document_store.by_ids(session, session.scalars(question.order_by(table.c.id).limit(limit)).all())


def counts(session: Session, actor: Scope) -> dict[InvoiceStanding, int]:
    """How many of the person's documents stand where."""
    table = document_tables.invoice
    rows = session.execute(
        select(table.c.state, func.count()).where(actor.of_invoices()).group_by(table.c.state)
    )
    by_state = {InvoiceState(state): count for state, count in rows}
    return {standing: sum(by_state.get(state, 0) for state in states) for standing, states in STATES.items()}


def months(session: Session, actor: SupplierActor) -> list[Month]:
    """The months in which invoices of the person's are dated, the newest first."""
    table = document_tables.invoice
    days = session.scalars(select(table.c.issued_on).where(actor.of_invoices()).distinct())
    return sorted({Month.of(day) for day in days}, key=str, reverse=True)


class ReadyOrder(StrEnum):
    """The columns that the lines to invoice are sorted by; `month` is the line's first day."""

    MONTH = "month"
    ORDER = "order"
    ARTICLE = "article"
    REFERENCE = "reference"
    UNIT = "unit"
    QUANTITY = "quantity"
    AMOUNT = "amount"


@dataclass(frozen=True, slots=True)
class ReadyFilter:
    """What the lines to invoice are limited to; empty where not.

    `after` is where the page before ended: the line's first day, its order and its id.
    """

    month: Month | None = None
    unit: str = ""
    reference: str = ""
    after: tuple[date, str, str] | None = None
    order: ReadyOrder = ReadyOrder.MONTH
    falling: bool = False


def ready_lines(
    session: Session, actor: SupplierActor, *, month: Month | None = None, unit: str = ""
) -> list[ReadyLine]:
    """What can be invoiced now: received with at least one day, not invoiced, and nothing on its way."""
    return ready_among(session, actor, ReadyFilter(month, unit), limit=None)


def ready_among(
    session: Session, actor: SupplierActor, wanted: ReadyFilter, *, limit: int | None, offset: int = 0
) -> list[ReadyLine]:
    """The same of what the filter lets through, in the order it asks for; after a place, by the line's first day."""
    line = order_tables.order_line
    question = _ready(actor).where(*ready_conditions(wanted)).order_by(*ready_ordered(wanted))
    if wanted.after is not None:
        place = tuple_(line.c.starts_on, line.c.order_number, line.c.line_id)
        question = question.where(place > tuple_(*wanted.after))
    return [
        ReadyLine(
            order_number=row.order_number,
            line_id=row.line_id,
            article_name=row.article_name,
            execution_reference=row.execution_reference,
            unit_id=row.unit_id,
            period=Period(row.starts_on, row.ends_on),
            quantity=row.quantity,
            unit=row.unit,
            price=row.price,
            amount=Money(row.amount, row.currency),
            received_on=row.received_on,
        )
        for row in session.execute(question.limit(limit).offset(offset))
    ]


def ready_months(session: Session, actor: SupplierActor) -> list[Month]:
    """The months for which there are lines to invoice, the newest first."""
    starts = _ready(actor).with_only_columns(order_tables.order_line.c.starts_on).distinct()
    return sorted({Month.of(day) for day in session.scalars(starts)}, key=str, reverse=True)


def ready_sums(session: Session, actor: SupplierActor, wanted: ReadyFilter) -> list[tuple[int, Money]]:
    """How many lines the filter lets through on all pages, and what they come to, a row a currency."""
    lines = _ready(actor).where(*ready_conditions(wanted)).subquery()
    amount = func.sum(lines.c.amount, type_=lines.c.amount.type)
    question = select(lines.c.currency, func.count(), amount).group_by(lines.c.currency)
    question = question.order_by(lines.c.currency)
    return [(count, Money(total, currency)) for currency, count, total in session.execute(question)]


def ready_conditions(wanted: ReadyFilter) -> list[ColumnElement[bool]]:
    """What a line's order and the line must be."""
    order, line = order_tables.purchase_order, order_tables.order_line
    parts: list[ColumnElement[bool]] = []
    if wanted.unit:
        parts.append(order.c.unit_id == wanted.unit)
    if wanted.reference:
        parts.append(order.c.execution_reference == wanted.reference)
    if wanted.month is not None:
        period = wanted.month.period
        parts += [line.c.starts_on >= period.start, line.c.starts_on <= period.end]
    return parts


def ready_ordered(wanted: ReadyFilter) -> tuple[ColumnElement[Any], ...]:
    """The order of the lines; the line itself makes it whole."""
    order, line, account = (
        order_tables.purchase_order,
        order_tables.order_line,
        order_tables.line_account,
    )
    column = {
        ReadyOrder.MONTH: line.c.starts_on,
        ReadyOrder.ORDER: order.c.number,
        ReadyOrder.ARTICLE: line.c.article_name,
        ReadyOrder.REFERENCE: order.c.execution_reference,
        ReadyOrder.UNIT: order.c.unit_id,
        ReadyOrder.QUANTITY: account.c.quantity_received,
        ReadyOrder.AMOUNT: account.c.amount_received,
    }[wanted.order]
    turn = desc if wanted.falling else asc
    return turn(column), turn(line.c.order_number), turn(line.c.line_id)


def answers(session: Session, invoice: SupplierInvoice) -> list[OutboundMessage]:
    """The Invoice Responses the buyer gave about a document, oldest first."""
    return list(messages_out(session, about=f"invoice {invoice.id}"))


def answer(session: Session, invoice: SupplierInvoice, sequence: int) -> OutboundMessage | None:
    """One of those answers."""
    question = select(outbox.c.sequence).where(
        outbox.c.sequence == sequence, outbox.c.about == f"invoice {invoice.id}"
    )
    if session.execute(question).first() is None:
        return None
    return next(each for each in answers(session, invoice) if each.sequence == sequence)


def settled_with(session: Session, invoice: SupplierInvoice) -> tuple[SupplierInvoice, date] | None:
    """The other half of a settled pair, and the day it was settled."""
    pair = document_tables.credit_pair
    row = session.execute(
        select(pair).where(or_(pair.c.credit_id == invoice.id, pair.c.invoice_id == invoice.id))
    ).one_or_none()
    if row is None:
        return None
    other = row.invoice_id if row.credit_id == invoice.id else row.credit_id
    return document_store.by_id(session, other), row.settled_on


def conditions(actor: Scope, wanted: InvoiceFilter) -> list[ColumnElement[bool]]:
    """What a document must be for the person to be shown it in the list."""
    table = document_tables.invoice
    found = [actor.of_invoices()]
    if wanted.standing is not None:
        found.append(table.c.state.in_(STATES[wanted.standing]))
    if wanted.state is not None:
        found.append(table.c.state == wanted.state)
    if wanted.document_type is not None:
        found.append(table.c.document_type == wanted.document_type)
    if wanted.month is not None:
        period = wanted.month.period
        found += [table.c.issued_on >= period.start, table.c.issued_on <= period.end]
    for column, value in (
        (table.c.number, wanted.number),
        (table.c.execution_reference, wanted.reference),
        (table.c.order_number, wanted.order_number),
    ):
        if value:
            found.append(column == value)
    for column, first, last in (
        (table.c.issued_on, wanted.issued_from, wanted.issued_to),
        (table.c.received_on, wanted.received_from, wanted.received_to),
    ):
        found += [column >= first] if first is not None else []
        found += [column <= last] if last is not None else []
    if wanted.changed is not None:
        references, ids = wanted.changed
        found.append(table.c.execution_reference.in_(references) | table.c.id.in_(ids))
    if wanted.text:
        columns = (table.c.number, table.c.order_number, table.c.execution_reference)
        found.append(or_(*(column.icontains(wanted.text, autoescape=True) for column in columns)))
    return found


def on_its_way() -> ColumnElement[bool]:
    """Whether an invoice made in the portal is on its way on the line of `line_account`, not judged yet."""
    account = order_tables.line_account
    return (
        select(portal_document.c.id)
        .where(
            portal_document.c.order_number == account.c.order_number,
            portal_document.c.line_id == account.c.line_id,
            portal_document.c.state.in_((PortalState.WAITING, PortalState.RELEASED)),
        )
        .correlate(account)
        .exists()
    )


def _ready(actor: SupplierActor) -> Select[tuple[object, ...]]:
    order, line = order_tables.purchase_order, order_tables.order_line
    account, receipt = order_tables.line_account, order_tables.receipt
    question = (
        select(
            line.c.order_number,
            line.c.line_id,
            line.c.article_name,
            line.c.unit,
            line.c.price,
            line.c.starts_on,
            line.c.ends_on,
            order.c.execution_reference,
            order.c.unit_id,
            order.c.currency,
            account.c.quantity_received.label("quantity"),
            account.c.amount_received.label("amount"),
            receipt.c.received_on,
        )
        .select_from(account)
        .join(order, order.c.number == account.c.order_number)
        .join(line, and_(line.c.order_number == account.c.order_number, line.c.line_id == account.c.line_id))
        .join(receipt, receipt.c.id == account.c.receipt_id)
        .where(
            actor.of_orders(),
            actor.of_deliveries(),
            account.c.invoice_id.is_(None),
            account.c.quantity_received > Decimal(0),
            ~on_its_way(),
        )
    )
    return question
