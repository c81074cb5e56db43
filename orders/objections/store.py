"""Objections as the database holds them: kept with their points, moved by their answer."""

from collections.abc import Collection, Sequence
from datetime import date
from decimal import Decimal
from typing import Any, Final

from sqlalchemy import Row, Select, func, insert, select

from foundation import transitions
from foundation.sql import Session
from orders.objections.model import (
    OBJECTION_FOLLOWS,
    AnswerReason,
    Objection,
    ObjectionChannel,
    ObjectionPoint,
    ObjectionReason,
    ObjectionState,
)
from orders.objections.tables import objection_point, order_objection
from orders.tables import purchase_order

_EXPECTED_LONGEST: Final = 20


def add(
    session: Session,
    order_number: str,
    points: Sequence[ObjectionPoint],
    *,
    channel: ObjectionChannel,
    answer_id: int | None,
    by: str,
    on: date,
) -> int:
    """Keep an objection; its number. Raises IntegrityError where one is open for the order."""
    key: int = session.execute(
        insert(order_objection).returning(order_objection.c.id),
        {
            "order_number": order_number,
            "channel": channel,
            "answer_id": answer_id,
            "state": ObjectionState.OPEN,
            "made_on": on,
            "made_by": by,
        },
    ).scalar_one()
    rows = [
        {
            "objection_id": key,
            "position": position,
            "line_id": each.line_id,
            "reason": each.reason,
            "expected": _written(each.expected),
        }
        for position, each in enumerate(points, 1)
    ]
    session.execute(insert(objection_point), rows)
    return key


def _written(expected: Decimal | None) -> str:
    """The value as it is kept. One of more signs is none of ours: it is left out here, and stands in its message."""
    written = "" if expected is None else f"{expected:f}"
    return written if len(written) <= _EXPECTED_LONGEST else ""


def by_id(session: Session, objection_id: int) -> Objection | None:
    """One objection, or None."""
    return next(iter(_read(session, _WHOLE.where(order_objection.c.id == objection_id))), None)


def by_ids(session: Session, ids: Collection[int]) -> dict[int, Objection]:
    """The objections with these numbers, by number."""
    if not ids:
        return {}
    return {each.id: each for each in _read(session, _WHOLE.where(order_objection.c.id.in_(ids)))}


def of_placement(
    session: Session, execution_reference: str, *, suppliers: Sequence[str] = ()
) -> list[Objection]:
    """Every objection to an order of a placement, oldest first; only to orders of `suppliers` where they are named."""
    found = _WHOLE.where(purchase_order.c.execution_reference == execution_reference)
    if suppliers:
        found = found.where(purchase_order.c.supplier.in_(suppliers))
    return _read(session, found.order_by(order_objection.c.id))


def of_order(session: Session, order_number: str) -> list[Objection]:
    """Every objection to an order, the newest first."""
    found = _WHOLE.where(order_objection.c.order_number == order_number)
    return _read(session, found.order_by(order_objection.c.id.desc()))


def open_of(session: Session, order_number: str) -> Objection | None:
    """The objection to an order that waits for the buyer, or None."""
    return next((each for each in of_order(session, order_number) if each.is_open), None)


def listed(session: Session, *, waiting: bool, limit: int, offset: int = 0) -> list[Objection]:
    """Objections that wait, the oldest first; otherwise those that have ended, the newest first."""
    is_open = order_objection.c.state == ObjectionState.OPEN
    question = _WHOLE.where(is_open if waiting else ~is_open)
    order = order_objection.c.id if waiting else order_objection.c.id.desc()
    return _read(session, question.order_by(order).limit(limit).offset(offset))


def count(session: Session, *, waiting: bool) -> int:
    """How many wait, or have ended."""
    is_open = order_objection.c.state == ObjectionState.OPEN
    question = select(func.count()).select_from(order_objection).where(is_open if waiting else ~is_open)
    return int(session.execute(question).scalar_one())


def end(
    session: Session,
    objection: Objection,
    to: ObjectionState,
    *,
    by: str,
    on: date,
    reason: AnswerReason | None = None,
    replaced_by: str = "",
) -> None:
    """Move an objection to its end. Raises StepRefused, or MovedMeanwhile where somebody else was first."""
    transitions.move(
        session,
        order_objection.c.state,
        order_objection.c.id == objection.id,
        OBJECTION_FOLLOWS,
        name=objection.name,
        was=objection.state,
        to=to,
        values={
            "answered_on": on,
            "answered_by": by,
            "answer_reason": reason.value if reason is not None else "",
            "replaced_by": replaced_by,
        },
    )


_WHOLE: Select[Any] = select(
    order_objection, purchase_order.c.execution_reference, purchase_order.c.supplier
).join(purchase_order, purchase_order.c.number == order_objection.c.order_number)


def _read(session: Session, question: Select[Any]) -> list[Objection]:
    rows = session.execute(question).all()
    points: dict[int, list[ObjectionPoint]] = {row.id: [] for row in rows}
    of_these = select(objection_point).where(objection_point.c.objection_id.in_(points))
    for each in session.execute(
        of_these.order_by(objection_point.c.objection_id, objection_point.c.position)
    ):
        expected = Decimal(each.expected) if each.expected else None
        points[each.objection_id].append(ObjectionPoint(each.line_id, ObjectionReason(each.reason), expected))
    return [_objection(row, tuple(points[row.id])) for row in rows]


def _objection(row: Row[Any], points: tuple[ObjectionPoint, ...]) -> Objection:
    return Objection(
        id=row.id,
        order_number=row.order_number,
        execution_reference=row.execution_reference,
        supplier=row.supplier,
        channel=ObjectionChannel(row.channel),
        answer_id=row.answer_id,
        state=ObjectionState(row.state),
        made_on=row.made_on,
        made_by=row.made_by,
        points=points,
        answered_on=row.answered_on,
        answered_by=row.answered_by,
        answer_reason=AnswerReason(row.answer_reason) if row.answer_reason else None,
        replaced_by=row.replaced_by,
    )
