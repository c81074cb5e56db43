"""What is asked about planned orders by those who look after them: which are stuck, wait, are ordered or fell."""

from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, Select, func, or_, select

from foundation.sql import Session
from orders import tables as order_tables
from orders.model import PlannedOrder, PlannedState
from orders.placements.plan_store import planned_of

_PLAN = order_tables.planned_order


class PlanPart(StrEnum):
    """A part of the list of planned orders."""

    STUCK = "STUCK"
    WAITING = "WAITING"
    PLACED = "PLACED"
    FALLEN = "FALLEN"


_PARTS: dict[PlanPart, ColumnElement[bool]] = {
    PlanPart.STUCK: (_PLAN.c.state == PlannedState.WAITING) & (_PLAN.c.reason_sv != ""),
    PlanPart.WAITING: (_PLAN.c.state == PlannedState.WAITING) & (_PLAN.c.reason_sv == ""),
    PlanPart.PLACED: _PLAN.c.state == PlannedState.PLACED,
    PlanPart.FALLEN: or_(_PLAN.c.state == PlannedState.DROPPED, _PLAN.c.state == PlannedState.REVOKED),
}


def count(session: Session, part: PlanPart, *, reference: str = "") -> int:
    """How many planned orders are in a part, of one execution reference where that is named."""
    question = _listed(part, reference).with_only_columns(func.count())
    return session.execute(question).scalar_one()


def listed(
    session: Session, part: PlanPart, *, reference: str = "", limit: int = 500, offset: int = 0
) -> list[PlannedOrder]:
    """The planned orders of a part: those that wait by their day, the others the newest first."""
    waiting = part in (PlanPart.STUCK, PlanPart.WAITING)
    ordered = (_PLAN.c.due_on, _PLAN.c.id) if waiting else (_PLAN.c.due_on.desc(), _PLAN.c.id.desc())
    question = _listed(part, reference).order_by(*ordered).limit(limit).offset(offset)
    return [planned_of(row) for row in session.execute(question)]


def _listed(part: PlanPart, reference: str) -> Select[Any]:
    question = select(_PLAN).where(_PARTS[part])
    return question.where(_PLAN.c.execution_reference == reference) if reference else question
