"""Background work as the database holds it: asked for, taken by one worker at a time, told how far, ended.

Convention: whoever works has a token, and everything that is kept of the work is kept in a transaction that also says
how far it has come (`advance`, `end`): who no longer has the token has changed nothing.
"""

import json
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import ColumnElement, Row, insert, select, update

from foundation import leases, transitions
from foundation.sql import Session, rows_changed, take_turns
from foundation.text import ENGLISH, NO_TEXT, SWEDISH, Text, WrittenText
from operations.background.tables import background_task
from operations.background.tasks import (
    TASK_FOLLOWS,
    AlreadyAsked,
    NoLongerOurs,
    Outcome,
    Task,
    TaskKind,
    TaskState,
    TaskUnknown,
)

LEASE: Final = timedelta(minutes=10)
"""So long may a worker say nothing; then another takes its work up."""

_TASK = background_task
_STANDING = (TaskState.WAITING, TaskState.STUCK)


def add(
    session: Session,
    kind: TaskKind,
    *,
    about: str,
    content: Mapping[str, Any],
    by: str,
    at: datetime,
    rows_total: int = 0,
    permission: str = "",
) -> int:
    """Ask for a piece of work; its number. Raises AlreadyAsked where something is being done about the same thing."""
    take_turns(session, f"background {about}")
    question = select(_TASK).where(_TASK.c.about == about, _TASK.c.state.in_(_STANDING))
    held = session.execute(question).first()
    if held is not None:
        raise AlreadyAsked(_task(held))
    row = {
        "kind": kind,
        "about": about,
        "content": json.dumps(content),
        "state": TaskState.WAITING,
        "rows_total": rows_total,
        "asked_by": by,
        "permission": permission,
        "asked_at": at,
    }
    number: int = session.execute(insert(_TASK).returning(_TASK.c.id), row).scalar_one()
    return number


def get(session: Session, number: int) -> Task:
    """One piece of work. Raises TaskUnknown."""
    row = session.execute(select(_TASK).where(_TASK.c.id == number)).one_or_none()
    if row is None:
        raise TaskUnknown
    return _task(row)


def standing(session: Session, about: str) -> Task | None:
    """What is being done about a thing, or is stuck."""
    question = select(_TASK).where(_TASK.c.about == about, _TASK.c.state.in_(_STANDING))
    row = session.execute(question).first()
    return None if row is None else _task(row)


def latest(session: Session, about: str) -> Task | None:
    """The newest piece of work about a thing, however it stands."""
    question = select(_TASK).where(_TASK.c.about == about).order_by(_TASK.c.id.desc()).limit(1)
    row = session.execute(question).first()
    return None if row is None else _task(row)


def going_on(session: Session) -> list[Task]:
    """What is being done or is stuck, oldest first."""
    question = select(_TASK).where(_TASK.c.state.in_(_STANDING)).order_by(_TASK.c.id)
    return [_task(row) for row in session.execute(question)]


def listed(session: Session, *, limit: int = 50) -> list[Task]:
    """The newest pieces of work."""
    return [_task(row) for row in session.execute(select(_TASK).order_by(_TASK.c.id.desc()).limit(limit))]


def any_free(session: Session, *, now: datetime) -> bool:
    """Whether there is work that nobody has."""
    free = leases.is_free(_TASK.c.until, now, longest=LEASE)
    question = select(_TASK.c.id).where(_TASK.c.state == TaskState.WAITING, free).limit(1)
    return session.execute(question).first() is not None


def claim(session: Session, token: str, *, now: datetime, only: int | None = None) -> Task | None:
    """Take the oldest work that nobody has, or this one, for a while. What felled its workers is stuck."""
    waits = _TASK.c.state == TaskState.WAITING
    lost = waits & leases.is_lost(_TASK.c.taken, _TASK.c.until, now, longest=LEASE)
    transitions.move_all(session, _TASK.c.state, lost, TASK_FOLLOWS, to=TaskState.STUCK)
    wanted = select(_TASK).where(waits, leases.is_free(_TASK.c.until, now, longest=LEASE))
    if only is not None:
        wanted = wanted.where(_TASK.c.id == only)
    taken = leases.take(
        session,
        _TASK.c.id,
        wanted.order_by(_TASK.c.id),
        taken=_TASK.c.taken,
        at_most=1,
        until=now + LEASE,
        token=token,
    )
    return _task(taken[0]) if taken else None


def advance(
    session: Session,
    number: int,
    token: str,
    *,
    now: datetime,
    rows_done: int,
    rows_total: int | None = None,
    content: Mapping[str, Any] | None = None,
) -> None:
    """Say how far the work has come; it is ours for another while. Raises NoLongerOurs."""
    values: dict[str, object] = {"rows_done": rows_done, "until": now + LEASE}
    if rows_total is not None:
        values["rows_total"] = rows_total
    if content is not None:
        values["content"] = json.dumps(content)
    if rows_changed(session, update(_TASK).where(_ours(number, token)).values(**values)) != 1:
        raise NoLongerOurs


def give_back(session: Session, number: int, token: str) -> None:
    """Let anybody go on with the work: nothing is the matter with it."""
    values = {"until": None, "taken": 0, "token": ""}
    session.execute(update(_TASK).where(_ours(number, token)).values(**values))


def put_off(session: Session, number: int, token: str, until: datetime, *, fault: str) -> None:
    """Let the work rest after something that nobody foresaw; it counts as not given back."""
    session.execute(
        update(_TASK).where(_ours(number, token)).values(until=until, fault=fault[:200], token="")
    )


def end(session: Session, number: int, token: str, to: TaskState, outcome: Outcome, *, now: datetime) -> None:
    """Say what came of the work. Raises NoLongerOurs, and nothing that was done in the transaction is kept."""
    ended = transitions.move_all(
        session,
        _TASK.c.state,
        _ours(number, token),
        TASK_FOLLOWS,
        to=to,
        values={
            "ended_at": now,
            "until": None,
            "taken": 0,
            "token": "",
            "outcome_sv": outcome.said.in_language(SWEDISH),
            "outcome_en": outcome.said.in_language(ENGLISH),
            "is_short": int(outcome.is_short),
            "leads_to": outcome.leads_to,
        },
    )
    if ended != 1:
        raise NoLongerOurs


def try_again(session: Session, task: Task) -> None:
    """Let work that is stuck be taken up again, on a person's word."""
    values = {"taken": 0, "until": None, "token": "", "fault": "", "alarmed_at": None}
    _move(session, task, TaskState.WAITING, values)


def stop(session: Session, task: Task, *, said: Text = NO_TEXT, now: datetime) -> None:
    """Let nobody go on with the work; what has been kept of it stays."""
    outcome = {"outcome_sv": said.in_language(SWEDISH), "outcome_en": said.in_language(ENGLISH)}
    values = {"ended_at": now, "until": None, "token": "", "is_short": 1, **outcome}
    _move(session, task, TaskState.STOPPED, values)


def _move(session: Session, task: Task, to: TaskState, values: Mapping[str, object]) -> None:
    name = Text("Arbete %(number)s", number=task.id)
    key = _TASK.c.id == task.id
    transitions.move(
        session, _TASK.c.state, key, TASK_FOLLOWS, name=name, was=task.state, to=to, values=values
    )


def _ours(number: int, token: str) -> ColumnElement[bool]:
    return (_TASK.c.id == number) & (_TASK.c.token == token) & (_TASK.c.state == TaskState.WAITING)


def _task(row: Row[Any]) -> Task:
    return Task(
        id=row.id,
        kind=TaskKind(row.kind),
        about=row.about,
        content=json.loads(row.content),
        state=TaskState(row.state),
        rows_total=row.rows_total,
        rows_done=row.rows_done,
        asked_by=row.asked_by,
        permission=row.permission,
        asked_at=row.asked_at,
        ended_at=row.ended_at,
        outcome=WrittenText(row.outcome_sv, row.outcome_en),
        is_short=bool(row.is_short),
        leads_to=row.leads_to,
        fault=row.fault,
    )
