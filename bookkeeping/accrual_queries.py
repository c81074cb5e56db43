"""What was delivered up to a month's end and is no cost in the ledger by then, order line by order line.

Two things are accrued: what was received and whose invoice was not approved when the month ended, and what was
delivered and had not been reported on the closing day, which is the ordinary case of the last month of a year.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum
from functools import lru_cache
from typing import Any, Final

from sqlalchemy import ColumnElement, Row, Select, Subquery, func, literal, or_, select, tuple_, union

from bookkeeping.coding import CodingBasis, supplier_kind
from foundation.money import Money, Quantity, line_amount, total
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


def lines(session: Session, month: Month, *, closing: date) -> list[AccruedLine]:
    """Every line to accrue at the end of `month`, by what was known on the day `closing`; by supplier and order."""
    currency = register_store.currency(session)
    question = _of_lines(month, closing=closing, currency=currency).order_by(
        _ORDER.c.supplier, _LINE.c.order_number, _LINE.c.line_id
    )
    found = []
    rows_of_all: Any = session.execute(question).all()
    for start in range(0, len(rows_of_all), _AT_A_TIME):
        rows = rows_of_all[start : start + _AT_A_TIME]
        interrupted = interrupted_of(session, [row for row in rows if _is_unreported(row)])
        for row in rows:
            line = _accrued(row, interrupted, currency)
            if line is not None:
                found.append(line)
    return found


def sums(session: Session, month: Month, *, closing: date) -> AccruedSums:
    """How many lines `lines` would give and what they come to, added up in the database.

    Those that wait for a report are read: how many of their days are delivered is no question for a database.
    """
    currency = register_store.currency(session)
    source = _of_lines(month, closing=closing, currency=currency).subquery()
    left = source.c.received - source.c.approved
    received = select(func.count(), func.sum(left, type_=amount())).where(
        source.c.stands, left > literal(_NIL, amount())
    )
    count, received_amount = session.execute(received).one()
    waits = (source.c.state == LineState.OPEN) & (source.c.article == ArticleKind.BASIC)
    unreported: Any = session.execute(select(source).where(~source.c.stands, waits)).all()
    found = []
    for start in range(0, len(unreported), _AT_A_TIME):
        rows = unreported[start : start + _AT_A_TIME]
        interrupted = interrupted_of(session, rows)
        found += [each.amount for row in rows if (each := _accrued(row, interrupted, currency)) is not None]
    return AccruedSums(
        count, Money(received_amount or _NIL, currency), len(found), total(found, currency=currency)
    )


def _of_lines(month: Month, *, closing: date, currency: str) -> Select[Any]:
    """Every line that can have something to accrue, with what it is coded by, received and approved of it."""
    ends_on = month.period.end
    wanted = _wanted(ends_on, closing)
    return (
        select(
            *(_ORDER.c[name] for name in ("execution_reference", "supplier", "article", "service")),
            *(_ORDER.c[name] for name in ("unit_id", "delivery_area", "contract_id", "day_convention")),
            _LINE,
            _ACCOUNT.c.state,
            received_by(closing).label("received"),
            stands_received(closing).label("stands"),
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


def _is_unreported(row: Row[Any]) -> bool:
    return not row.stands and row.state == LineState.OPEN and row.article == ArticleKind.BASIC


def _accrued(row: Row[Any], interrupted: Mapping[str, Placement], currency: str) -> AccruedLine | None:
    if row.stands:
        why, delivered = AccruedFor.RECEIVED, row.received
    elif _is_unreported(row):
        why, delivered = (
            AccruedFor.UNREPORTED,
            amount_delivered(row, interrupted, currency),
        )
    else:
        return None
    left = delivered - row.approved
    # More booked than delivered is a credit to come, and no cost to take forward.
    if left <= _NIL:
        return None
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
        why=why,
        amount=Money(left, currency),
    )
