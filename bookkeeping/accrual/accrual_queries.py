"""What was delivered up to a month's end and is no cost in the ledger by then, order line by order line.

Two things are accrued: what was received and whose invoice was not approved when the month ended, and what was
delivered and had not been reported on the closing day, which is the ordinary case of the last month of a year.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from decimal import Decimal
from typing import Any, Final

from sqlalchemy import ColumnElement, Row, Select, Subquery, case, func, literal, or_, select, tuple_, union

from bookkeeping.accrual import delivered_queries
from bookkeeping.accrual.accrued import AccruedFor, AccruedLeft, AccruedLine, AccruedSums
from foundation.money import Money
from foundation.periods import Month
from foundation.sql import Session, amount
from invoicing.documents import tables as document_tables
from invoicing.matching.deviations import Verdict
from invoicing.reconciliation.entry_source_queries import less_of_part, received_by, stands_received
from orders import tables as order_tables
from orders.model import LineState, Placement
from orders.register import store as register_store
from orders.terms import ArticleKind

_ACCOUNT, _ORDER, _LINE = order_tables.line_account, order_tables.purchase_order, order_tables.order_line
_RECEIPT = order_tables.receipt
_INVOICE, _PART, _MATCH = document_tables.invoice, document_tables.invoice_part, document_tables.match_made
_PAIR = document_tables.credit_pair
_NIL: Final = Decimal("0.00")
_AT_A_TIME: Final = 500
_DAYS_AND_PRICE: Final = (
    *(_LINE.c[name] for name in ("starts_on", "ends_on", "quantity", "unit", "price")),
    _ORDER.c.day_convention,
)
_DAYS: Final = slice(3, 3 + len(_DAYS_AND_PRICE))  # where they stand in a row of `_of_lines`, and of `sums`
_ALIKE: Final = (
    *(each.name for each in _DAYS_AND_PRICE),
    *("is_interrupted", "received", "stands", "waits", "approved"),
)
"""What lines have alike of which the same is left."""
_ABOUT: Final = (
    *(_ORDER.c[name] for name in ("supplier", "article", "service")),
    *(_ORDER.c[name] for name in ("unit_id", "delivery_area", "contract_id")),
)


def lines(session: Session, month: Month, *, closing: date) -> list[AccruedLine]:
    """Every line to accrue at the end of `month`, by what was known on the day `closing`; by supplier and order."""
    currency = register_store.currency(session)
    return [
        _line(row, AccruedLeft(row.order_number, row.line_id, why, amount), currency)
        for row, why, amount in _reckoned(session, month, closing=closing, about=_ABOUT)
    ]


def left(session: Session, month: Month, *, closing: date) -> list[AccruedLeft]:
    """What `lines` would give, without what each line is about: to add up, and to describe a page of."""
    return [
        AccruedLeft(row.order_number, row.line_id, why, amount)
        for row, why, amount in _reckoned(session, month, closing=closing)
    ]


def _reckoned(
    session: Session, month: Month, *, closing: date, about: Sequence[ColumnElement[Any]] = ()
) -> Iterator[tuple[Row[Any], AccruedFor, Decimal]]:
    """Each line with something left to accrue: its row, with these columns too, why, and how much."""
    currency = register_store.currency(session)
    question = _of_lines(month, closing=closing, currency=currency).add_columns(*about)
    question = question.order_by(_ORDER.c.supplier, _LINE.c.order_number, _LINE.c.line_id)
    rows: Any = session.execute(question).all()
    return _left_of(session, rows, currency)


def _left_of(
    session: Session, rows: Sequence[Row[Any]], currency: str
) -> Iterator[tuple[Row[Any], AccruedFor, Decimal]]:
    """Those of the rows, each a line or lines that are alike, with something left of the line: why, and how much."""
    cut = [row for row in rows if row.waits and row.is_interrupted]
    interrupted: dict[str, Placement] = {}
    for start in range(0, len(cut), _AT_A_TIME):
        interrupted |= delivered_queries.interrupted_of(session, cut[start : start + _AT_A_TIME])
    # Most lines of a month are of the same days and price.
    whole: dict[tuple[Any, ...], Decimal] = {}
    for row in rows:
        if row.stands:
            why, amount_due = AccruedFor.RECEIVED, row.received
        elif not row.waits:
            continue
        elif row.is_interrupted:
            why, amount_due = (
                AccruedFor.UNREPORTED,
                delivered_queries.amount_delivered(row, interrupted, currency),
            )
        else:
            why, days = AccruedFor.UNREPORTED, tuple(row[_DAYS])
            if days not in whole:
                whole[days] = delivered_queries.amount_delivered(row, {}, currency)
            amount_due = whole[days]
        # More booked than delivered is a credit to come, and no cost to take forward.
        if amount_due > row.approved:
            yield row, why, amount_due - row.approved


def sums(session: Session, month: Month, *, closing: date) -> AccruedSums:
    """How many `lines` there are and what they come to: added up by the database, where nobody needs to see them."""
    currency = register_store.currency(session)
    line = _of_lines(month, closing=closing, currency=currency).subquery()
    # Where a placement was interrupted, each line is reckoned by itself.
    alone = [
        case((line.c.is_interrupted, line.c[name]), else_="").label(name)
        for name in ("order_number", "line_id", "execution_reference")
    ]
    alike = (*alone, *(line.c[name] for name in _ALIKE))
    question = select(*alike, func.count().label("how_many")).group_by(*alike)
    count, amounts = Counter[AccruedFor](), dict.fromkeys(AccruedFor, _NIL)
    rows: Any = session.execute(question).all()
    for row, why, amount_left in _left_of(session, rows, currency):
        count[why] += row.how_many
        amounts[why] += amount_left * row.how_many
    return AccruedSums(
        count[AccruedFor.RECEIVED],
        Money(amounts[AccruedFor.RECEIVED], currency),
        count[AccruedFor.UNREPORTED],
        Money(amounts[AccruedFor.UNREPORTED], currency),
    )


def total(session: Session, accrued: Iterable[AccruedLeft]) -> Money:
    """What these come to."""
    return Money(sum((each.amount for each in accrued), _NIL), register_store.currency(session))


def described(session: Session, accrued: Sequence[AccruedLeft]) -> list[AccruedLine]:
    """The same with what each line is about, in the same order."""
    currency = register_store.currency(session)
    about: dict[tuple[str, str], Any] = {}
    key = tuple_(_LINE.c.order_number, _LINE.c.line_id)
    named = (_LINE.c.order_number, _LINE.c.line_id, _LINE.c.starts_on, _ORDER.c.execution_reference)
    question = select(*named, *_ABOUT).join(_LINE, _LINE.c.order_number == _ORDER.c.number)
    for start in range(0, len(accrued), _AT_A_TIME):
        keys = [(each.order_number, each.line_id) for each in accrued[start : start + _AT_A_TIME]]
        about |= {
            (row.order_number, row.line_id): row for row in session.execute(question.where(key.in_(keys)))
        }
    return [_line(about[each.order_number, each.line_id], each, currency) for each in accrued]


def _line(row: Row[Any], accrued: AccruedLeft, currency: str) -> AccruedLine:
    return AccruedLine(
        order_number=row.order_number,
        line_id=row.line_id,
        execution_reference=row.execution_reference,
        supplier=row.supplier,
        article=row.article,
        service=row.service,
        unit_id=row.unit_id,
        delivery_area=row.delivery_area,
        contract=row.contract_id,
        month=Month.of(row.starts_on),
        why=accrued.why,
        amount=Money(accrued.amount, currency),
    )


def _of_lines(month: Month, *, closing: date, currency: str) -> Select[Any]:
    """Every line that can have something to accrue: its days and price, what was received and what approved of it."""
    ends_on = month.period.end
    wanted = _wanted(ends_on, closing)
    waits = (_ACCOUNT.c.state == LineState.OPEN) & (_ORDER.c.article == ArticleKind.BASIC)
    cut = order_tables.interruption.c.execution_reference
    return (
        select(
            _LINE.c.order_number,
            _LINE.c.line_id,
            _ORDER.c.execution_reference,
            *_DAYS_AND_PRICE,
            _ORDER.c.execution_reference.in_(select(cut)).label("is_interrupted"),
            received_by(closing).label("received"),
            stands_received(closing).label("stands"),
            waits.label("waits"),
            _approved_by(ends_on).label("approved"),
        )
        .select_from(_LINE)
        .join(_ORDER, _ORDER.c.number == _LINE.c.order_number)
        .join(
            _ACCOUNT,
            (_ACCOUNT.c.order_number == _LINE.c.order_number) & (_ACCOUNT.c.line_id == _LINE.c.line_id),
        )
        .where(
            tuple_(_LINE.c.order_number, _LINE.c.line_id).in_(
                select(wanted.c.order_number, wanted.c.line_id)
            ),
            _LINE.c.starts_on <= ends_on,
            _ORDER.c.currency == currency,
            _ORDER.c.issued_on <= closing,
        )
    )


def _wanted(ends_on: date, closing: date) -> Subquery:
    """The lines that can have something to accrue: few of all, and found by what makes them so."""
    keys = (_ACCOUNT.c.order_number, _ACCOUNT.c.line_id)
    waits = or_(
        _ACCOUNT.c.amount_received > _ACCOUNT.c.amount_claimed,
        (_ACCOUNT.c.receipt_id.is_(None)) & (_ACCOUNT.c.state == LineState.OPEN),
    )
    later = (
        select(_PART.c.order_number, _PART.c.line_id)
        .join(_MATCH, _MATCH.c.invoice_id == _PART.c.invoice_id)
        .where(_MATCH.c.made_on > ends_on, _MATCH.c.verdict == Verdict.ACCEPT)
    )
    came_later = select(_RECEIPT.c.order_number, _RECEIPT.c.line_id).where(_RECEIPT.c.received_on > closing)
    return union(select(*keys).where(waits), later, came_later).subquery()


def _approved_by(day: date) -> ColumnElement[Any]:
    """What of a line was booked as a cost by that day: approved once, and not credited."""
    approved = (
        select(_MATCH.c.id)
        .where(
            _MATCH.c.invoice_id == _INVOICE.c.id,
            _MATCH.c.verdict == Verdict.ACCEPT,
            _MATCH.c.made_on <= day,
        )
        .exists()
    )
    credited = (
        select(_PAIR.c.invoice_id)
        .where(_PAIR.c.invoice_id == _INVOICE.c.id, _PAIR.c.settled_on <= day)
        .exists()
    )
    question: Select[Any] = (
        select(func.sum(_PART.c.amount_net - less_of_part(day), type_=amount()))
        .join(_INVOICE, _INVOICE.c.id == _PART.c.invoice_id)
        .where(
            _PART.c.order_number == _LINE.c.order_number,
            _PART.c.line_id == _LINE.c.line_id,
            approved,
            ~credited,
        )
    )
    return func.coalesce(question.correlate(_LINE).scalar_subquery(), literal(_NIL, amount()), type_=amount())
