"""The documents that need a person, asked in a few named questions: how many, of which causes, and which.

Every question starts from a partial index over what is open, so it costs the same however many documents are
settled. The literal states in the conditions are what lets the engine use those indexes.
"""

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, and_, func, literal_column, or_, select

from foundation.money import Money
from foundation.periods import Month
from foundation.sql import Session
from invoicing.decisions import tables as decision_tables
from invoicing.documents import tables as document_tables
from invoicing.exceptions import report_queries
from invoicing.exceptions.queue import (
    NOBODY,
    QueueCause,
    QueueFilter,
    QueueItem,
    QueueOrder,
    QueuePart,
    part_of,
    summed,
)
from invoicing.model import DocumentType, InvoiceState
from invoicing.responses import store as response_store
from orders import tables as order_tables
from orders.placements import start_queries
from orders.register import store as register_store
from peppol.exchange import owed_answer_store, unfetched_store
from peppol.exchange import tables as exchange_tables
from peppol.exchange.tables import OwedState

_I, _D, _P = document_tables.invoice, decision_tables.desk_item, document_tables.invoice_part
# The gravest code stands first, and a claim is judged as nothing else.
_CLAIM = "invoice.codes like 'LATE_PAYMENT_CLAIM%'"
_IS_CLAIM: ColumnElement[bool] = literal_column(_CLAIM)
_OPEN = "state in ('IN_QUESTION', 'PARKED', 'HELD', 'PARTLY_ACCEPTED', 'CREDIT_REQUESTED')"


def counts(session: Session, *, today: date) -> Mapping[QueuePart, int]:
    """How many things lie in each part."""
    # Rows to read in the index alone, a few tens of thousands at most; what rests is taken off afterwards.
    question = (
        select(_I.c.state, _I.c.document_type, _IS_CLAIM.label("is_claim"), func.count().label("many"))
        .where(literal_column(f"invoice.{_OPEN}"))
        .group_by(_I.c.state, _I.c.document_type, _IS_CLAIM)
    )
    found = dict.fromkeys(QueuePart, 0)
    for row in session.execute(question):
        kind = DocumentType(row.document_type)
        part = part_of(InvoiceState(row.state), kind, is_claim=bool(row.is_claim))
        if part is not None:
            found[part] += row.many
    for part, resting in _resting(session, today=today).items():
        found[QueuePart.RESTING] += resting
        found[part] -= resting
    found[QueuePart.REPORTS] = report_queries.how_many(session)
    inbox, outbox, event = exchange_tables.inbox, exchange_tables.outbox, order_tables.inbound_event
    found[QueuePart.MESSAGES] = _many(session, inbox, "inbox.state in ('CONFLICT', 'QUARANTINED', 'FAILED')")
    found[QueuePart.MESSAGES] += owed_answer_store.count(session, OwedState.STUCK)
    found[QueuePart.MESSAGES] += unfetched_store.count(session)
    found[QueuePart.MESSAGES] += response_store.count_waiting(session)
    found[QueuePart.POST] = _many(session, outbox, "(outbox.state = 'STUCK' or outbox.state = 'REJECTED')")
    found[QueuePart.EVENTS] = _many(
        session, event, "(inbound_event.state = 'UNAPPLIABLE' or inbound_event.state = 'CONFLICT')"
    )
    found[QueuePart.STARTS] = start_queries.many(session, today=today)
    return found


def _resting(session: Session, *, today: date) -> Mapping[QueuePart, int]:
    """How many rest, by the part they lie in otherwise."""
    conditions = _conditions(QueueFilter(part=QueuePart.RESTING), today=today)
    question = select(_I.c.document_type, _IS_CLAIM.label("is_claim"), func.count().label("many")).where(
        *conditions
    )
    found: dict[QueuePart, int] = {}
    for row in session.execute(question.group_by(_I.c.document_type, _IS_CLAIM)):
        kind = DocumentType(row.document_type)
        part = part_of(InvoiceState.IN_QUESTION, kind, is_claim=bool(row.is_claim))
        if part is not None:
            found[part] = found.get(part, 0) + row.many
    return found


def causes(session: Session, wanted: QueueFilter, *, today: date, currency: str = "") -> Sequence[QueueCause]:
    """How many documents of the part have each cause, and for how much; the largest amount first.

    The amounts are in the buyer's currency unless another is named.
    """
    currency = currency or register_store.currency(session)
    question = (
        select(
            _I.c.codes,
            func.count().label("many"),
            func.sum(_I.c.amount_payable, type_=_I.c.amount_payable.type).label("amount"),
        )
        .select_from(_documents(wanted))
        .where(*_conditions(wanted, today=today, but_cause=True), _I.c.currency == currency)
        .group_by(_I.c.codes)
    )
    return summed(
        QueueCause((row.codes.split() or [""])[0], row.many, Money(row.amount, currency))
        for row in session.execute(question)
    )


def how_many(session: Session, wanted: QueueFilter, *, today: date) -> int:
    """How many documents are wanted."""
    conditions = _conditions(wanted, today=today)
    question = select(func.count()).select_from(_documents(wanted)).where(*conditions)
    return session.execute(question).scalar_one()


def items(
    session: Session, wanted: QueueFilter, *, today: date, limit: int = 50, offset: int = 0
) -> Sequence[QueueItem]:
    """One page of the documents wanted."""
    page = (
        select(_I.c.id)
        .select_from(_documents(wanted))
        .where(*_conditions(wanted, today=today))
        .order_by(*_ordered(wanted))
        .limit(limit)
        .offset(offset)
    )
    ids = list(session.scalars(page))
    found = {row.id: _item(row) for row in session.execute(_ITEMS.where(_I.c.id.in_(ids)))} if ids else {}
    return [found[each] for each in ids]


def item(session: Session, invoice_id: int) -> QueueItem | None:
    """One document as the queue shows it, wherever it stands."""
    row = session.execute(_ITEMS.where(_I.c.id == invoice_id)).one_or_none()
    return _item(row) if row is not None else None


def owners(session: Session) -> Sequence[str]:
    """The people who have something."""
    question = select(_D.c.owner).where(_D.c.owner != "").distinct().order_by(_D.c.owner)
    return list(session.scalars(question))


def _many(session: Session, table: Any, where: str) -> int:  # noqa: ANN401 - any table
    question = select(func.count()).select_from(table).where(literal_column(where))
    return session.execute(question).scalar_one()


def _with_desk() -> Any:  # noqa: ANN401 - SQLAlchemy's join
    return _I.outerjoin(_D, and_(_D.c.kind == "DOCUMENT", _D.c.item_id == _I.c.id))


def _documents(wanted: QueueFilter) -> Any:  # noqa: ANN401 - a table or a join
    """Where the documents come from: with their order lines only where the month is asked for."""
    if not wanted.month:
        return _I
    line = order_tables.order_line
    on_line = and_(line.c.order_number == _P.c.order_number, line.c.line_id == _P.c.line_id)
    first = and_(_P.c.invoice_id == _I.c.id, _P.c.position == 1)
    return _I.outerjoin(_P, first).outerjoin(line, on_line)


def _at_desk(*where: ColumnElement[bool]) -> ColumnElement[bool]:
    """Whether the document is among those of which the desk says so; few, so they are looked up once."""
    return _I.c.id.in_(select(_D.c.item_id).where(_D.c.kind == "DOCUMENT", *where))


_STATES: Mapping[QueuePart, str] = {
    QueuePart.EXCEPTIONS: "invoice.state = 'IN_QUESTION' and invoice.document_type = 'INVOICE' "
    f"and not ({_CLAIM})",
    QueuePart.CLAIMS: f"invoice.state = 'IN_QUESTION' and invoice.document_type = 'INVOICE' and {_CLAIM}",
    QueuePart.RESTING: "invoice.state = 'IN_QUESTION'",
    QueuePart.PARKED: "invoice.state = 'PARKED' and invoice.document_type = 'INVOICE'",
    QueuePart.ACCOUNT_CHECK: "invoice.state = 'HELD' and invoice.document_type = 'INVOICE'",
    QueuePart.ASKED: "invoice.state in ('PARTLY_ACCEPTED', 'CREDIT_REQUESTED') and invoice.document_type = 'INVOICE'",
    QueuePart.CREDITS: f"invoice.{_OPEN} and invoice.state <> 'CREDIT_REQUESTED' "
    "and invoice.document_type = 'CREDIT_NOTE'",
}


def _conditions(wanted: QueueFilter, *, today: date, but_cause: bool = False) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = [literal_column(_STATES[wanted.part])]
    if wanted.part in (QueuePart.EXCEPTIONS, QueuePart.CLAIMS, QueuePart.CREDITS, QueuePart.RESTING):
        rests = _at_desk(_D.c.rests_until > today)
        found.append(rests if wanted.part is QueuePart.RESTING else ~rests)
    if wanted.cause and not but_cause:
        found.append(or_(_I.c.codes == wanted.cause, _I.c.codes.like(f"{wanted.cause} %")))
    if wanted.supplier:
        found.append(_I.c.supplier == wanted.supplier)
    if wanted.owner:
        nobody = wanted.owner == NOBODY
        found.append(~_at_desk(_D.c.owner != "") if nobody else _at_desk(_D.c.owner == wanted.owner))
    if wanted.days:
        found.append(_I.c.received_on <= today - timedelta(days=wanted.days))
    if wanted.amount is not None:
        found.append(_I.c.amount_payable >= wanted.amount)
    if wanted.text:
        found.append(
            or_(
                func.lower(_I.c.number) == func.lower(wanted.text),
                _I.c.execution_reference == wanted.text,
                _I.c.order_number == wanted.text,
            )
        )
    if wanted.month:
        found.append(_in_month(Month.parse(wanted.month)))
    if wanted.after is not None:
        day, number = wanted.after
        found.append(or_(_I.c.received_on > day, and_(_I.c.received_on == day, _I.c.id > number)))
    return found


def _in_month(month: Month) -> ColumnElement[bool]:
    """Whether the invoice is for an order line of the month, or, on none, is dated in it."""
    days = month.period
    return func.coalesce(order_tables.order_line.c.starts_on, _I.c.issued_on).between(days.start, days.end)


def _ordered(wanted: QueueFilter) -> Sequence[ColumnElement[Any]]:
    """The order of the list; the document's id makes it whole, so that a row never stands on two pages."""
    if wanted.order is QueueOrder.DAYS:
        # Who has waited the most days came first.
        came = (_I.c.received_on, _I.c.id)
        return came if wanted.falling else tuple(each.desc() for each in came)
    column = _COLUMNS[wanted.order]
    return (column.desc() if wanted.falling else column, _I.c.received_on, _I.c.id)


def _month_of_line() -> ColumnElement[Any]:
    """The first day of the document's first order line; without one, the day it is dated."""
    line = order_tables.order_line
    on_line = and_(line.c.order_number == _P.c.order_number, line.c.line_id == _P.c.line_id)
    starts = (
        select(line.c.starts_on)
        .select_from(_P.join(line, on_line))
        .where(_P.c.invoice_id == _I.c.id, _P.c.position == 1)
        .correlate(_I)
        .scalar_subquery()
    )
    return func.coalesce(starts, _I.c.issued_on)


def _owner() -> ColumnElement[Any]:
    """Who has the document; nobody comes before everybody."""
    owner = select(_D.c.owner).where(_D.c.kind == "DOCUMENT", _D.c.item_id == _I.c.id).correlate(_I)
    return func.coalesce(owner.scalar_subquery(), "")


_COLUMNS: Mapping[QueueOrder, ColumnElement[Any]] = {
    QueueOrder.NUMBER: func.lower(_I.c.number),
    QueueOrder.SUPPLIER: _I.c.supplier,
    QueueOrder.CAUSE: _I.c.codes,
    QueueOrder.MONTH: _month_of_line(),
    QueueOrder.AMOUNT: _I.c.amount_payable,
    QueueOrder.OWNER: _owner(),
}


def _items() -> Select[Any]:
    line = order_tables.order_line
    columns = [column for column in _I.c if column.name != "content"]
    on_line = and_(line.c.order_number == _P.c.order_number, line.c.line_id == _P.c.line_id)
    return select(
        *columns,
        func.coalesce(_D.c.owner, "").label("owner"),
        _D.c.rests_until,
        func.coalesce(_P.c.line_id, "").label("line_id"),
        func.coalesce(line.c.starts_on, _I.c.issued_on).label("in_month"),
    ).select_from(
        _with_desk()
        .outerjoin(_P, and_(_P.c.invoice_id == _I.c.id, _P.c.position == 1))
        .outerjoin(line, on_line)
    )


_ITEMS = _items()


def _item(row: Row[Any]) -> QueueItem:
    return QueueItem(
        id=row.id,
        number=row.number,
        document_type=DocumentType(row.document_type),
        supplier=row.supplier,
        execution_reference=row.execution_reference,
        order_number=row.order_number,
        line_id=row.line_id,
        month=str(Month.of(row.in_month)),
        received_on=row.received_on,
        pays_on=row.pays_on,
        amount=Money(row.amount_payable, row.currency),
        state=InvoiceState(row.state),
        codes=tuple(row.codes.split()),
        answered=row.answered,
        owner=row.owner,
        rests_until=row.rests_until,
    )
