"""The starts the buyer's staff should look at, from a month back on: later than agreed, or before the decision."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from sqlalchemy import Select, func, literal_column, select

from foundation.sql import Session
from foundation.text import Text
from orders import tables as order_tables
from orders.model import PlacementState
from orders.placements import store as placement_store
from orders.placements.starts import remark

# After a month the placement has begun and its first month is reported.
_SHOWN_DAYS = 31


@dataclass(frozen=True, slots=True)
class OddStart:
    """A period whose start has a remark."""

    execution_reference: str
    supplier: str
    decision_id: str
    order_number: str
    remark: Text


def many(session: Session, *, today: date) -> int:
    """How many there are."""
    found: int = session.execute(_among(select(func.count()), today=today)).scalar_one()
    return found


def listed(session: Session, *, today: date, limit: int = 200, offset: int = 0) -> Sequence[OddStart]:
    """The newest starts first."""
    period = order_tables.placement_period
    question = _among(select(period, order_tables.placement.c.supplier), today=today)
    newest = question.order_by(period.c.starts_on.desc(), period.c.decision_id)
    rows = session.execute(newest.limit(limit).offset(offset))
    return [
        OddStart(
            execution_reference=row.execution_reference,
            supplier=row.supplier,
            decision_id=row.decision_id,
            order_number=row.order_number,
            remark=remark(placement_store.period_of(row)),
        )
        for row in rows
    ]


def _among(question: Select[Any], *, today: date) -> Select[Any]:
    period, placement = order_tables.placement_period, order_tables.placement
    return (
        question.select_from(period)
        .join(placement, placement.c.execution_reference == period.c.execution_reference)
        .where(
            # In the words of the partial index, so that the engine uses it.
            literal_column(f"({order_tables.ODD_START})"),
            period.c.starts_on >= today - timedelta(days=_SHOWN_DAYS),
            placement.c.state == PlacementState.DECIDED,
        )
    )
