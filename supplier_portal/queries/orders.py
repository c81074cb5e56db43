"""What a supplier asks about its orders: the list with filter and search, one order line by line, its message.

Convention: every question takes a `Scope` and answers only within it; an order outside it is not
there (`NotThere`). A page of the list takes three statements, however many orders it holds.
"""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum
from functools import lru_cache
from typing import Any

from sqlalchemy import (
    ColumnElement,
    FromClause,
    Row,
    Select,
    and_,
    bindparam,
    case,
    exists,
    func,
    or_,
    select,
)

from foundation.money import Money
from foundation.periods import Month, Period, stockholm_date
from foundation.sql import Session
from invoicing.documents import tables as document_tables
from invoicing.model import InvoiceState
from invoicing.payment import standing_queries
from invoicing.portal_invoicing.queries import on_its_way
from invoicing.portal_invoicing.scope import Scope
from orders import tables as order_tables
from orders.model import LineState, Order
from orders.purchase_orders.line_store import ZERO
from orders.purchase_orders.order_store import line_of, order_of
from orders.terms import ArticleKind
from peppol.exchange import tables as exchange_tables
from peppol.exchange.bodies import body_store
from peppol.exchange.bodies.body_store import OUT
from peppol.exchange.tables import OutState
from peppol.identifiers import DocumentKind

_ORDER, _LINE, _ACCOUNT = order_tables.purchase_order, order_tables.order_line, order_tables.line_account
_INVOICE, _PAYMENT = document_tables.invoice, document_tables.payment


class LinesAre(StrEnum):
    """Which state at least one line of an order is in, as the list's filter has it."""

    ORDERED = "ordered"  # open, and not received yet
    TO_INVOICE = "to_invoice"
    INVOICED = "invoiced"
    PAID = "paid"
    CLOSED = "closed"


class Sort(StrEnum):
    """By what the list is ordered; newest or largest first."""

    NUMBER = "number"
    REFERENCE = "reference"
    UNIT = "unit"
    PERIOD = "period"
    AMOUNT = "amount"


@dataclass(frozen=True, slots=True)
class OrderFilter:
    """What the list is limited to; empty where not. `text` is a number's beginning or a whole reference."""

    text: str = ""
    article: ArticleKind | None = None
    service: str = ""
    lines: LinesAre | None = None
    month: Month | None = None
    unit: str = ""
    sort: Sort = Sort.NUMBER
    rising: bool = False
    reference: str = ""
    issued_from: date | None = None
    issued_to: date | None = None
    references: tuple[str, ...] | None = None
    """Only orders of these cases; None: of all."""
    after: str = ""
    """Only orders whose number comes after this one: where the page before ended."""


@dataclass(frozen=True, slots=True)
class OrderRow:
    """One order in the list, and how far its lines have come, in amounts without VAT."""

    number: str
    service: str
    article: ArticleKind
    stage: str
    execution_reference: str
    unit_id: str
    period: Period
    issued_on: date
    ordered: Money
    received: Money
    invoiced: Money
    credited: Money
    paid: Money
    to_invoice: int

    @property
    def invoiced_after_credit(self) -> Money:
        """What stands of what was invoiced."""
        return self.invoiced - self.credited


@dataclass(frozen=True, slots=True)
class LineView:
    """One line of an order and what came of it; the invoice is the one that lies on the line now."""

    line_id: str
    article_number: str
    article_name: str
    unit: str
    price: Decimal
    period: Period
    quantity_ordered: Decimal
    quantity_received: Decimal | None
    ordered: Money
    received: Money
    invoiced: Money
    credited: Money
    paid: Money
    state: LineState
    invoice_id: int | None
    invoice_number: str
    invoice_state: InvoiceState | None
    on_its_way: bool
    invoice_seen: bool
    """Whether the person may see the invoice itself: it may be for orders of other units too."""

    @property
    def ready(self) -> bool:
        """Whether the line can be turned into an invoice now."""
        is_free = self.invoice_id is None and not self.on_its_way
        return is_free and self.quantity_received is not None and not self.received.is_zero


@dataclass(frozen=True, slots=True)
class OrderView:
    """One order, its lines and where its message stands."""

    order: Order
    lines: tuple[LineView, ...]
    message: "OrderMessage | None"


@dataclass(frozen=True, slots=True)
class OrderMessage:
    """The message that carried an order: its number, the sha256 of its bytes, and how far it came."""

    sequence: int
    sha256: str
    state: OutState
    receiver: str
    sent_on: date | None


def count(session: Session, scope: Scope, wanted: OrderFilter) -> int:
    """How many of the supplier's orders the filter lets through."""
    question = select(func.count()).select_from(_ORDER).where(_condition(scope, wanted))
    return session.execute(question).scalar_one()


def listed(
    session: Session, scope: Scope, wanted: OrderFilter, *, limit: int | None, offset: int = 0
) -> list[OrderRow]:
    """One page of the supplier's orders."""
    question = _ordered(select(_ORDER).where(_condition(scope, wanted)), wanted)
    return _with_progress(session, session.execute(question.limit(limit).offset(offset)).all())


def every(session: Session, scope: Scope, wanted: OrderFilter) -> Iterator[OrderRow]:
    """All of the supplier's orders that the filter lets through, some hundred at a time."""
    question = _ordered(select(_ORDER).where(_condition(scope, wanted)), wanted)
    for part in session.execute(question.execution_options(yield_per=500)).partitions():
        yield from _with_progress(session, part)


def view(session: Session, scope: Scope, number: str) -> OrderView | None:
    """One order with its lines, or None where it is not within the scope."""
    row = session.execute(select(_ORDER).where(_ORDER.c.number == number, scope.of_orders())).one_or_none()
    if row is None:
        return None
    lines = session.execute(_lines_of(scope), {"of_order": number}).all()
    order = order_of(
        row, [line_of(line, row.currency) for line in lines], period=Period(row.starts_on, row.ends_on)
    )
    return OrderView(
        order,
        tuple(_line_view(line, row.currency) for line in lines),
        message_of(session, scope, number),
    )


def lines_of(session: Session, scope: Scope, number: str) -> tuple[LineView, ...]:
    """The lines of an order within the scope; none of any other."""
    question = select(_ORDER.c.currency).where(_ORDER.c.number == number, scope.of_orders())
    currency = session.execute(question).scalar_one_or_none()
    if currency is None:
        return ()
    lines = session.execute(_lines_of(scope), {"of_order": number})
    return tuple(_line_view(line, currency) for line in lines)


def numbers_of(session: Session, scope: Scope, references: Sequence[str]) -> dict[str, list[str]]:
    """The numbers of the orders of these cases within the scope, by execution reference, in their order."""
    question = select(_ORDER.c.execution_reference, _ORDER.c.number).where(
        scope.of_orders(), _ORDER.c.execution_reference.in_(references)
    )
    found: dict[str, list[str]] = defaultdict(list)
    for row in session.execute(question.order_by(_ORDER.c.number)):
        found[row.execution_reference].append(row.number)
    return found


def message_of(session: Session, scope: Scope, number: str) -> OrderMessage | None:
    """The message that carried an order of the scope, the newest where it was sent again; None without one."""
    outbox = exchange_tables.outbox
    own = exists().where(_ORDER.c.number == number, scope.of_orders())
    question = (
        select(outbox.c.sequence, outbox.c.sha256, outbox.c.state, outbox.c.receiver, outbox.c.sent_at)
        .where(outbox.c.kind == DocumentKind.ORDER, outbox.c.document_id == number, own)
        .order_by(outbox.c.sequence.desc())
        .limit(1)
    )
    row = session.execute(question).one_or_none()
    if row is None:
        return None
    return OrderMessage(
        sequence=row.sequence,
        sha256=row.sha256,
        state=OutState(row.state),
        receiver=row.receiver,
        sent_on=stockholm_date(row.sent_at) if row.sent_at is not None else None,
    )


def body_of(session: Session, message: OrderMessage) -> bytes:
    """The very bytes that carried the order. Raises BodyAway, BodyWrong."""
    return body_store.of_message(session, OUT, message.sequence) or b""


def _condition(scope: Scope, wanted: OrderFilter) -> ColumnElement[bool]:
    parts = [scope.limited_to(wanted.unit).of_orders()]
    if wanted.text:
        parts.append(
            or_(
                _ORDER.c.number.startswith(wanted.text, autoescape=True),
                _ORDER.c.execution_reference == wanted.text,
            )
        )
    if wanted.article is not None:
        parts.append(_ORDER.c.article == wanted.article)
    if wanted.service:
        parts.append(_ORDER.c.service == wanted.service)
    if wanted.lines is not None:
        parts.append(_some_line(wanted.lines))
    if wanted.reference:
        parts.append(_ORDER.c.execution_reference == wanted.reference)
    if wanted.references is not None:
        parts.append(_ORDER.c.execution_reference.in_(wanted.references))
    if wanted.issued_from is not None:
        parts.append(_ORDER.c.issued_on >= wanted.issued_from)
    if wanted.issued_to is not None:
        parts.append(_ORDER.c.issued_on <= wanted.issued_to)
    if wanted.after:
        parts.append(_ORDER.c.number > wanted.after)
    if wanted.month is not None:
        days = wanted.month.period
        parts.append(and_(_ORDER.c.starts_on <= days.end, _ORDER.c.ends_on >= days.start))
    return and_(*parts)


def _some_line(lines: LinesAre) -> ColumnElement[bool]:
    account = _ACCOUNT
    found = {
        LinesAre.ORDERED: account.c.receipt_id.is_(None) & (account.c.state == LineState.OPEN),
        LinesAre.TO_INVOICE: account.c.receipt_id.is_not(None)
        & account.c.invoice_id.is_(None)
        & (account.c.amount_received > ZERO)
        & ~on_its_way(),
        LinesAre.INVOICED: account.c.invoice_id.is_not(None),
        LinesAre.PAID: account.c.invoice_id.in_(
            select(_INVOICE.c.id).where(_INVOICE.c.state == InvoiceState.PAID)
        ),
        LinesAre.CLOSED: account.c.state != LineState.OPEN,
    }[lines]
    return _ORDER.c.number.in_(select(account.c.order_number).where(found))


def _ordered(question: Select[Any], wanted: OrderFilter) -> Select[Any]:
    column = {
        Sort.NUMBER: _ORDER.c.number,
        Sort.REFERENCE: _ORDER.c.execution_reference,
        Sort.UNIT: _ORDER.c.unit_id,
        Sort.PERIOD: _ORDER.c.starts_on,
        Sort.AMOUNT: _ORDER.c.amount,
    }[wanted.sort]
    # The number makes the order whole, so that a row never stands on two pages.
    if wanted.rising:
        return question.order_by(column.asc(), _ORDER.c.number.asc())
    return question.order_by(column.desc(), _ORDER.c.number.desc())


def _with_progress(session: Session, rows: Sequence[Row[Any]]) -> list[OrderRow]:
    if not rows:
        return []
    progress: dict[str, list[Any]] = defaultdict(list)
    for line in session.execute(_PROGRESS.where(_ACCOUNT.c.order_number.in_([row.number for row in rows]))):
        progress[line.order_number].append(line)
    billed = {each.order_number: each for each in session.execute(_billed([row.number for row in rows]))}
    return [_order_row(row, progress[row.number], billed.get(row.number)) for row in rows]


def _order_row(row: Row[Any], lines: Sequence[Row[Any]], billed: Row[Any] | None) -> OrderRow:
    currency = row.currency
    return OrderRow(
        number=row.number,
        service=row.service,
        article=ArticleKind(row.article),
        stage=row.stage,
        execution_reference=row.execution_reference,
        unit_id=row.unit_id,
        period=Period(row.starts_on, row.ends_on),
        issued_on=row.issued_on,
        ordered=Money(row.amount, currency),
        received=Money(sum((line.amount_received for line in lines), ZERO), currency),
        invoiced=Money(billed.invoiced if billed else ZERO, currency),
        credited=Money(billed.credited if billed else ZERO, currency),
        paid=Money(billed.paid if billed else ZERO, currency),
        to_invoice=sum(map(_is_ready, lines)),
    )


def _is_ready(line: Row[Any]) -> bool:
    is_received = line.receipt_id is not None and bool(line.amount_received)
    return is_received and line.invoice_id is None and not line.on_its_way


_PROGRESS = select(
    _ACCOUNT.c.order_number,
    _ACCOUNT.c.receipt_id,
    _ACCOUNT.c.invoice_id,
    _ACCOUNT.c.amount_received,
    on_its_way().label("on_its_way"),
)


def _billed(numbers: Sequence[str]) -> Select[Any]:
    """What was invoiced of each order, credited of that, and paid: the sums of its lines on its own page."""
    part = document_tables.invoice_part

    def summed(amount: ColumnElement[Any], name: str) -> ColumnElement[Any]:
        return func.coalesce(func.sum(amount), ZERO, type_=part.c.amount_net.type).label(name)

    is_paid = _INVOICE.c.id.in_(select(_PAYMENT.c.invoice_id).where(standing_queries.payment_stands()))
    return (
        select(
            part.c.order_number,
            summed(part.c.amount_net, "invoiced"),
            summed(_credited(part), "credited"),
            summed(case((is_paid, part.c.amount_net - part.c.credited_net), else_=ZERO), "paid"),
        )
        .join_from(part, _INVOICE, _INVOICE.c.id == part.c.invoice_id)
        .where(part.c.order_number.in_(numbers), _INVOICE.c.document_type == "INVOICE")
        # A part that names no line of the order is not its.
        .where(exists().where(_LINE.c.order_number == part.c.order_number, _LINE.c.line_id == part.c.line_id))
        .group_by(part.c.order_number)
    )


def _credited(part: FromClause) -> ColumnElement[Any]:
    """What was taken back: the whole by its credit note, or what credit notes for parts have."""
    return case((_INVOICE.c.state == InvoiceState.CREDITED, part.c.amount_net), else_=part.c.credited_net)


@lru_cache(maxsize=1000)
def _lines_of(scope: Scope) -> Select[Any]:
    """The lines of an order with their accounts, the invoice on each, and all that was invoiced and credited.

    Made once for each scope: building the question costs more than asking it.
    """
    part = document_tables.invoice_part
    on_line = (part.c.order_number == _LINE.c.order_number) & (part.c.line_id == _LINE.c.line_id)
    kind = part.c.amount_net.type

    def summed(amount: ColumnElement[Any]) -> Select[Any]:
        return (
            select(func.coalesce(func.sum(amount), ZERO, type_=kind))
            .join_from(part, _INVOICE, _INVOICE.c.id == part.c.invoice_id)
            .where(on_line, _INVOICE.c.document_type == "INVOICE")
        )

    sums, paid = summed(part.c.amount_net), summed(part.c.amount_net - part.c.credited_net)
    credited = summed(_credited(part))
    standing = _INVOICE.alias("standing")
    is_seen = select(_INVOICE.c.id).where(_INVOICE.c.id == _ACCOUNT.c.invoice_id, scope.of_invoices())
    return (
        select(
            *_LINE.c,
            _ACCOUNT.c.quantity_received,
            _ACCOUNT.c.amount_received,
            _ACCOUNT.c.receipt_id,
            _ACCOUNT.c.invoice_id,
            _ACCOUNT.c.state.label("line_state"),
            on_its_way().label("on_its_way"),
            standing.c.number.label("invoice_number"),
            standing.c.state.label("invoice_state"),
            is_seen.correlate(_ACCOUNT).exists().label("invoice_seen"),
            sums.scalar_subquery().label("invoiced"),
            credited.scalar_subquery().label("credited"),
            paid.where(
                _INVOICE.c.id.in_(select(_PAYMENT.c.invoice_id).where(standing_queries.payment_stands()))
            )
            .scalar_subquery()
            .label("paid"),
        )
        .join(
            _ACCOUNT,
            (_ACCOUNT.c.order_number == _LINE.c.order_number) & (_ACCOUNT.c.line_id == _LINE.c.line_id),
        )
        .outerjoin(standing, standing.c.id == _ACCOUNT.c.invoice_id)
        .where(_LINE.c.order_number == bindparam("of_order"))
        .order_by(_LINE.c.line_id)
    )


def _line_view(row: Row[Any], currency: str) -> LineView:
    return LineView(
        line_id=row.line_id,
        article_number=row.article_number,
        article_name=row.article_name,
        unit=row.unit,
        price=row.price,
        period=Period(row.starts_on, row.ends_on),
        quantity_ordered=row.quantity,
        quantity_received=row.quantity_received if row.receipt_id is not None else None,
        ordered=Money(row.amount, currency),
        received=Money(row.amount_received, currency),
        invoiced=Money(row.invoiced, currency),
        credited=Money(row.credited, currency),
        paid=Money(row.paid, currency),
        state=LineState(row.line_state),
        invoice_id=row.invoice_id,
        invoice_number=row.invoice_number or "",
        invoice_state=InvoiceState(row.invoice_state) if row.invoice_state else None,
        on_its_way=bool(row.on_its_way),
        invoice_seen=bool(row.invoice_seen),
    )
