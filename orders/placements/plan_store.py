"""The timetable: orders that wait for their day, as the database holds them."""

from datetime import date

from sqlalchemy import Row, bindparam, insert, or_, select, update

from foundation import transitions
from foundation.money import Money
from foundation.sql import Session
from foundation.text import Text
from orders import tables as order_tables
from orders.model import PLANNED_FOLLOWS, PlannedOrder, PlannedState
from orders.terms import ArticleKind, ResultStage


def add(session: Session, planned: PlannedOrder) -> None:
    """Put an order into the timetable."""
    session.execute(
        insert(order_tables.planned_order),
        {
            "execution_reference": planned.execution_reference,
            "article": planned.article,
            "stage": planned.stage or "",
            "code": planned.code,
            "decision_id": planned.decision_id,
            "outcome_started_on": planned.outcome_started_on,
            "amount": planned.amount.amount if planned.amount else None,
            "due_on": planned.due_on,
            "state": planned.state,
        },
    )


def of_placement(session: Session, reference: str) -> list[PlannedOrder]:
    """Everything ever planned on one execution reference, oldest first."""
    table = order_tables.planned_order
    question = select(table).where(table.c.execution_reference == reference).order_by(table.c.id)
    return [_planned(row) for row in session.execute(question)]


def due(session: Session, today: date, *, reference: str = "", lock: bool = True) -> list[PlannedOrder]:
    """The waiting orders whose day has come, oldest first; of one placement, where that is named.

    `lock` keeps them from others, and leaves out those others hold; it needs a session that may write.
    """
    rows = session.execute(_DUE_LOCKED if lock else _DUE, {"today": today, "reference": reference})
    return [_planned(row) for row in rows]


def note(session: Session, planned_id: int, reason: str) -> None:
    """Say why an order that waits could not be placed on its day; it goes on waiting."""
    table = order_tables.planned_order
    session.execute(update(table).where(table.c.id == planned_id).values(reason=reason))


def finish(
    session: Session, planned_id: int, state: PlannedState, *, order_number: str = "", reason: str = ""
) -> bool:
    """Place or drop a waiting order; False when it no longer waits."""
    table = order_tables.planned_order
    return transitions.moved_first(
        session,
        table.c.state,
        table.c.id == planned_id,
        PLANNED_FOLLOWS,
        name=Text("Planerad order %(planned_id)s", planned_id=planned_id),
        was=PlannedState.WAITING,
        to=state,
        values={"order_number": order_number, "reason": reason},
    )


# Prepared once: building a statement costs more than running it.
_PLANNED = order_tables.planned_order
_DUE = (
    select(_PLANNED)
    .where(
        _PLANNED.c.state == PlannedState.WAITING,
        _PLANNED.c.due_on <= bindparam("today"),
        or_(bindparam("reference") == "", _PLANNED.c.execution_reference == bindparam("reference")),
    )
    .order_by(_PLANNED.c.due_on, _PLANNED.c.id)
)
_DUE_LOCKED = _DUE.with_for_update(skip_locked=True)


def _planned(row: Row[tuple[object, ...]]) -> PlannedOrder:
    return PlannedOrder(
        id=row.id,
        execution_reference=row.execution_reference,
        article=ArticleKind(row.article),
        stage=ResultStage(row.stage) if row.stage else None,
        code=row.code,
        decision_id=row.decision_id,
        outcome_started_on=row.outcome_started_on,
        amount=Money(row.amount) if row.amount is not None else None,
        due_on=row.due_on,
        state=PlannedState(row.state),
        order_number=row.order_number,
        reason=row.reason,
    )
