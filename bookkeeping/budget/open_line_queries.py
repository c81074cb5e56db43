"""Order lines that something may still come of, on any day, and how an interruption cuts what will.

An order is never changed when a placement is interrupted, so its later lines stay open. What is after the last billable
day will not come all the same, and is no commitment. A line that begins after it is cut whole, and the database adds
those up; one that it falls within, and one of a placement whose participant came back, is counted day by day.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, Final

from sqlalchemy import ColumnElement, Select, and_, func, literal, or_, select

from bookkeeping.accrual import delivered_queries
from bookkeeping.coding import CodingBasis, supplier_kind
from foundation.sql import Session
from invoicing.reconciliation.entry_source_queries import stands_received
from orders import tables as order_tables
from orders.model import InterruptionState, LineState
from orders.terms import ArticleKind

_ACCOUNT, _ORDER, _LINE = order_tables.line_account, order_tables.purchase_order, order_tables.order_line
_INTERRUPTION: Final = order_tables.interruption
_AT_A_TIME: Final = 500
BASIS: Final = (
    *(_ORDER.c.article, _ORDER.c.service, _ORDER.c.unit_id),
    *(_ORDER.c.delivery_area, _ORDER.c.contract_id, _ORDER.c.supplier),
)
"""The columns that a basis is made of, in the order `basis_of` takes them."""


@dataclass(frozen=True, slots=True)
class CutLine:
    """A line that an interruption falls within: what is ordered on it, and what may still come."""

    basis: CodingBasis
    starts_on: date
    ordered: Decimal
    left: Decimal


def basis_of(article: str, service: str, unit: str, area: str, contract: str, supplier: str) -> CodingBasis:
    """What a cost is coded by: as an invoice of the order will be."""
    return CodingBasis(article, service, unit, area, contract, supplier_kind(supplier))


def still_open(select_from: Select[Any], currency: str, as_of: date | None) -> Select[Any]:
    """The question asked of lines that were neither received nor closed that day; today where none is named."""
    on_line = and_(_ACCOUNT.c.order_number == _LINE.c.order_number, _ACCOUNT.c.line_id == _LINE.c.line_id)
    question = (
        select_from.select_from(_ACCOUNT)
        .join(_LINE, on_line)
        .join(_ORDER, _ORDER.c.number == _LINE.c.order_number)
        .where(_ORDER.c.currency == currency)
    )
    if as_of is None:
        # In these words, so that the index of lines to report answers.
        return question.where(_ACCOUNT.c.receipt_id.is_(None), _ACCOUNT.c.state == LineState.OPEN)
    # What was closed before days were kept has none, and was closed then too.
    closed_later = func.coalesce(_ACCOUNT.c.closed_on, literal(date.min)) > as_of
    return question.where(
        _ORDER.c.issued_on <= as_of,
        ~stands_received(as_of),
        or_(_ACCOUNT.c.state == LineState.OPEN, closed_later),
    )


def is_cut_whole(as_of: date | None) -> ColumnElement[bool]:
    """Whether the line begins after the last billable day of an interruption that stands."""
    return _interrupted(
        as_of, _INTERRUPTION.c.effective_on < _LINE.c.starts_on, (InterruptionState.STANDING,)
    )


def is_cut_in_part(as_of: date | None) -> ColumnElement[bool]:
    """Whether an interruption falls within the line, or one that ended came before its end."""
    held = (InterruptionState.STANDING, InterruptionState.ENDED)
    touched = _interrupted(as_of, _INTERRUPTION.c.effective_on < _LINE.c.ends_on, held)
    return and_(touched, ~is_cut_whole(as_of))


def cut_lines(
    session: Session, currency: str, as_of: date | None, *, only: Sequence[ColumnElement[bool]] = ()
) -> Iterator[CutLine]:
    """The lines that are cut in part, each with what is left of it."""
    wanted = still_open(
        select(_LINE, *BASIS, _ORDER.c.execution_reference, _ORDER.c.day_convention), currency, as_of
    ).where(is_cut_in_part(as_of), *only)
    rows: list[Any] = list(session.execute(wanted.order_by(_LINE.c.order_number, _LINE.c.line_id)))
    for start in range(0, len(rows), _AT_A_TIME):
        part = rows[start : start + _AT_A_TIME]
        interrupted = delivered_queries.interrupted_of(session, part)
        for row in part:
            basis = basis_of(*(getattr(row, column.name) for column in BASIS))
            left = delivered_queries.amount_delivered(row, interrupted, currency)
            yield CutLine(basis, row.starts_on, row.amount, left)


def _interrupted(
    as_of: date | None, condition: ColumnElement[bool], states: Sequence[InterruptionState]
) -> ColumnElement[bool]:
    """Whether the placement has such an interruption, known on the day; only what is paid by the day is cut."""
    question = select(_INTERRUPTION.c.id).where(
        _INTERRUPTION.c.execution_reference == _ORDER.c.execution_reference,
        _INTERRUPTION.c.state.in_(states),
        condition,
    )
    if as_of is not None:
        question = question.where(_INTERRUPTION.c.registered_on <= as_of)
    return and_(_ORDER.c.article == ArticleKind.BASIC, question.correlate(_ORDER, _LINE).exists())
