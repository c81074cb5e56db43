"""What the forecast is made of: what was received month by month, and what is ordered and may still come."""

from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from typing import Any, Final

from sqlalchemy import and_, func, select

from bookkeeping.budget import open_line_queries
from bookkeeping.budget.forecast import ForecastKind, ForecastSum
from bookkeeping.budget.open_line_queries import BASIS, basis_of
from foundation.periods import Month
from foundation.sql import Session, amount
from invoicing.reconciliation.entry_source_queries import month_of
from orders import tables as order_tables
from orders.register import store as register_store

_ACCOUNT, _ORDER, _LINE = order_tables.line_account, order_tables.purchase_order, order_tables.order_line
_ZERO: Final = Decimal("0.00")


def received(session: Session, since: date, until: date) -> Iterator[ForecastSum]:
    """What has been received on order lines of these months, whatever has been invoiced of it."""
    month = month_of(_LINE.c.starts_on).label("month")
    question = (
        select(month, *BASIS, func.sum(_ACCOUNT.c.amount_received, type_=amount()))
        .select_from(_LINE)
        .join(
            _ACCOUNT,
            and_(_ACCOUNT.c.order_number == _LINE.c.order_number, _ACCOUNT.c.line_id == _LINE.c.line_id),
        )
        .join(_ORDER, _ORDER.c.number == _LINE.c.order_number)
        .where(
            _ORDER.c.currency == register_store.currency(session),
            _LINE.c.starts_on.between(since, until),
            _ACCOUNT.c.amount_received != _ZERO,
        )
        .group_by(month, *BASIS)
    )
    for at, *basis, summed in session.execute(question):
        yield ForecastSum(basis_of(*basis), Month.parse(at), ForecastKind.RECEIVED, summed)


def ordered_days(session: Session, since: date, until: date, *, today: date) -> Iterator[ForecastSum]:
    """What is ordered in these months and may still come; what an interruption is known to cut is certain."""
    currency, this_month = register_store.currency(session), Month.of(today)
    month = month_of(_LINE.c.starts_on).label("month")
    in_months = _LINE.c.starts_on.between(since, until)
    wanted = select(month, *BASIS, func.sum(_LINE.c.amount, type_=amount()))
    whole = open_line_queries.still_open(wanted, currency, None).where(in_months, *_uncut())
    for at, *basis, summed in session.execute(whole.group_by(month, *BASIS)):
        found = Month.parse(at)
        is_over = found < this_month
        yield ForecastSum(basis_of(*basis), found, ForecastKind.DAYS, summed, is_certain=is_over)
    for cut in open_line_queries.cut_lines(session, currency, None, only=(in_months,)):
        if cut.left:
            found = Month.of(cut.starts_on)
            yield ForecastSum(cut.basis, found, ForecastKind.DAYS, cut.left, is_certain=True)


def overdue(session: Session, before: date) -> Decimal:
    """What may still come of lines that begin before that day."""
    currency, earlier = register_store.currency(session), _LINE.c.starts_on < before
    wanted: Any = select(func.sum(_LINE.c.amount, type_=amount()))
    whole = open_line_queries.still_open(wanted, currency, None).where(earlier, *_uncut())
    cut = open_line_queries.cut_lines(session, currency, None, only=(earlier,))
    return sum((each.left for each in cut), session.execute(whole).scalar_one() or _ZERO)


def _uncut() -> tuple[Any, ...]:
    return ~open_line_queries.is_cut_whole(None), ~open_line_queries.is_cut_in_part(None)
