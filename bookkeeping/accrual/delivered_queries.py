"""What an order line that nobody has reported comes to, as far as is known: every billable day of it is delivered."""

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from functools import lru_cache
from typing import Any

from sqlalchemy import Row, select

from foundation.money import Quantity, line_amount
from foundation.periods import Period
from foundation.sql import Session
from orders import tables as order_tables
from orders.model import Placement, days_received
from orders.placements import store as placement_store
from orders.workdays import DayRule


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
