"""What was delivered up to a month's end and is no cost in the ledger by then, order line by order line.

Two things are accrued: what was received and whose invoice was not approved when the month ended, and what was
delivered and had not been reported on the closing day, which is the ordinary case of the last month of a year.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum
from functools import lru_cache
from typing import Any, Final

from sqlalchemy import ColumnElement, Row, Select, Subquery, case, func, literal, or_, select, tuple_, union

from bookkeeping.coding import CodingBasis, supplier_kind
from foundation.money import Money, Quantity, line_amount
from foundation.periods import Month, Period
from foundation.sql import Session, amount
from foundation.text import Text
from invoicing.documents import tables as document_tables
from invoicing.matching.deviations import Verdict
from invoicing.reconciliation.entry_source_queries import less_of_part, received_by, stands_received
from orders import tables as order_tables
from orders.model import LineState, Placement, days_received
from orders.placements import store as placement_store
from orders.register import store as register_store
from orders.terms import ArticleKind
from orders.workdays import DayRule

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


class AccruedFor(StrEnum):
    """Why something is accrued."""

    RECEIVED = "RECEIVED"  # received, and no invoice approved when the month ended
    UNREPORTED = "UNREPORTED"  # delivered, and not reported on the closing day

    @property
    def words(self) -> Text:
        """What people call it."""
        return _WORDS[self]


_WORDS: Final = {
    AccruedFor.RECEIVED: Text("Mottaget, inte fakturerat"),
    AccruedFor.UNREPORTED: Text("Levererat, inte redovisat"),
}


@dataclass(frozen=True, slots=True)
class AccruedLine:
    """An order line whose cost, or a part of it, is not in the ledger at the month's end."""

    order_number: str
    line_id: str
    execution_reference: str
    supplier: str
    article: str
    service: str
    unit_id: str
    delivery_area: str
    contract: str
    month: Month
    why: AccruedFor
    amount: Money

    @property
    def basis(self) -> CodingBasis:
        """What its cost is coded by."""
        return CodingBasis(
            self.article,
            self.service,
            self.unit_id,
            self.delivery_area,
            self.contract,
            supplier_kind(self.supplier),
        )


@dataclass(frozen=True, slots=True)
class AccruedSums:
    """How many lines are accrued, and their sum without VAT: of what is received, and of what waits for a report."""

    received: int
    amount_received: Money
    unreported: int
    amount_unreported: Money

    @property
    def count(self) -> int:
        """How many there are in all."""
        return self.received + self.unreported

    @property
    def amount(self) -> Money:
        """What they come to in all."""
        return self.amount_received + self.amount_unreported


@dataclass(frozen=True, slots=True)
class AccruedLeft:
    """What is left to accrue of one order line, without what the line is about; in the currency of the buyer."""

    order_number: str
    line_id: str
    why: AccruedFor
    amount: Decimal


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
        interrupted |= interrupted_of(session, cut[start : start + _AT_A_TIME])
    # Most lines of a month are of the same days and price.
    whole: dict[tuple[Any, ...], Decimal] = {}
    for row in rows:
        if row.stands:
            why, delivered = AccruedFor.RECEIVED, row.received
        elif not row.waits:
            continue
        elif row.is_interrupted:
            why, delivered = AccruedFor.UNREPORTED, amount_delivered(row, interrupted, currency)
        else:
            why, days = AccruedFor.UNREPORTED, tuple(row[_DAYS])
            if days not in whole:
                whole[days] = amount_delivered(row, {}, currency)
            delivered = whole[days]
        # More booked than delivered is a credit to come, and no cost to take forward.
        if delivered > row.approved:
            yield row, why, delivered - row.approved


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


def interrupted_of(session: Session, rows: Sequence[Row[Any]]) -> Mapping[str, Placement]:
    """Those of the rows' placements that were ever interrupted: of all others every day of a line is delivered."""
    table = order_tables.interruption
    references = {row.execution_reference for row in rows}
    cut = select(table.c.execution_reference).where(table.c.execution_reference.in_(references)).distinct()
    found = set(session.scalars(cut)) if references else set()
    return placement_store.several(session, found) if found else {}


def amount_delivered(row: Row[Any], interrupted: Mapping[str, Placement], currency: str) -> Decimal:
    """What a report of all billable days of the line would come to: no more, and no less, is known yet.

    `row` has the line's columns, its order's day convention and its placement's execution reference.
    """
    period, ordered = Period(row.starts_on, row.ends_on), Quantity(row.quantity, row.unit)
    placement = interrupted.get(row.execution_reference)
    last_day = None if placement is None else placement.last_day_for(period)
    absences = () if placement is None else tuple(placement.absences)
    return _amount_of_days(period, ordered, row.price, currency, row.day_convention, last_day, absences)


@lru_cache(maxsize=1024)
def _amount_of_days(
    period: Period,
    ordered: Quantity,
    price: Decimal,
    currency: str,
    convention: str,
    last_day: date | None,
    absences: tuple[Period, ...],
) -> Decimal:
    """The same for the many lines of one month and price."""
    rule = DayRule.parse(convention)
    quantity = days_received(period, ordered=ordered, last_day=last_day, rule=rule, absences=absences)
    return line_amount(quantity, price, currency=currency).amount


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
