"""The timetable: orders that wait for their day, as the database holds them."""

from collections.abc import Mapping, Sequence
from datetime import date

from sqlalchemy import Row, bindparam, insert, or_, select, update

from foundation import transitions
from foundation.errors import NotThere
from foundation.money import Money
from foundation.sql import Session
from foundation.text import NO_TEXT, Text, WrittenText
from orders import tables as order_tables
from orders.model import PLANNED_FOLLOWS, PlannedOrder, PlannedState
from orders.terms import ArticleKind, OutcomeKind, ResultStage


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
            "outcome_number": planned.outcome,
            "kind": planned.kind or "",
        },
    )


def of_placement(session: Session, reference: str) -> list[PlannedOrder]:
    """Everything ever planned on one execution reference, oldest first."""
    table = order_tables.planned_order
    question = select(table).where(table.c.execution_reference == reference).order_by(table.c.id)
    return [planned_of(row) for row in session.execute(question)]


def due(session: Session, today: date, *, reference: str = "", lock: bool = True) -> list[PlannedOrder]:
    """The waiting orders whose day has come, oldest first; of one placement, where that is named.

    `lock` keeps them from others, and leaves out those others hold; it needs a session that may write.
    """
    rows = session.execute(_DUE_LOCKED if lock else _DUE, {"today": today, "reference": reference})
    return [planned_of(row) for row in rows]


def of_references(session: Session, references: Sequence[str]) -> list[PlannedOrder]:
    """Everything ever planned on some execution references, oldest first."""
    table = order_tables.planned_order
    question = select(table).where(table.c.execution_reference.in_(references)).order_by(table.c.id)
    return [planned_of(row) for row in session.execute(question)]


def get(session: Session, planned_id: int) -> PlannedOrder:
    """One planned order by its number; raises NotThere."""
    table = order_tables.planned_order
    row = session.execute(select(table).where(table.c.id == planned_id)).one_or_none()
    if row is None:
        raise NotThere
    return planned_of(row)


def note(session: Session, planned_id: int, reason: Text) -> None:
    """Say why an order that waits could not be placed on its day; it goes on waiting."""
    table = order_tables.planned_order
    said = {"reason_sv": reason.sv, "reason_en": reason.en}
    session.execute(update(table).where(table.c.id == planned_id).values(said))


def move_day(session: Session, planned_id: int, due_on: date) -> None:
    """Give an order that waits another day."""
    table = order_tables.planned_order
    waiting = (table.c.id == planned_id, table.c.state == PlannedState.WAITING)
    session.execute(update(table).where(*waiting).values(due_on=due_on, reason_sv="", reason_en=""))


def end_outcome(session: Session, reference: str, ended_on: date) -> None:
    """Keep with the results of an execution reference that the participant was back on that day."""
    table = order_tables.planned_order
    change = update(table).where(
        table.c.execution_reference == reference,
        table.c.outcome_started_on <= ended_on,
        table.c.ended_on.is_(None),
    )
    session.execute(change.values(ended_on=ended_on))


def forget_end(session: Session, reference: str, ended_on: date) -> None:
    """The participant is not back on that day after all: what had to do with it was called off."""
    table = order_tables.planned_order
    change = update(table).where(table.c.execution_reference == reference, table.c.ended_on == ended_on)
    session.execute(change.values(ended_on=None))


def finish(
    session: Session, planned_id: int, state: PlannedState, *, order_number: str = "", reason: Text = NO_TEXT
) -> bool:
    """Place or drop a waiting order; False when it no longer waits."""
    values = {"order_number": order_number, "reason_sv": reason.sv, "reason_en": reason.en}
    return _moved(session, planned_id, was=PlannedState.WAITING, to=state, values=values)


def revoke(session: Session, planned_id: int, reason: Text) -> bool:
    """Note of an order that was placed that its approval is taken back; False when that is noted already."""
    values = {"reason_sv": reason.sv, "reason_en": reason.en}
    return _moved(session, planned_id, was=PlannedState.PLACED, to=PlannedState.REVOKED, values=values)


def _moved(
    session: Session, planned_id: int, *, was: PlannedState, to: PlannedState, values: Mapping[str, object]
) -> bool:
    table = order_tables.planned_order
    return transitions.moved_first(
        session,
        table.c.state,
        table.c.id == planned_id,
        PLANNED_FOLLOWS,
        name=Text("Planerad order %(planned_id)s", planned_id=planned_id),
        was=was,
        to=to,
        values=values,
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


def planned_of(row: Row[tuple[object, ...]]) -> PlannedOrder:
    """The planned order a row of `planned_order` stands for."""
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
        reason=WrittenText(row.reason_sv, row.reason_en),
        outcome=row.outcome_number,
        kind=OutcomeKind(row.kind) if row.kind else None,
        ended_on=row.ended_on,
    )
