"""The runs of jobs as the database holds them: a row per job and slot, whose key one worker alone can insert.

Convention: a run is CLAIMED until a moment, FAILED until it is tried again, DONE or GIVEN_UP. Whoever took it has a
token, and changes it only while that holds.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, Final

from sqlalchemy import ColumnElement, Row, and_, delete, func, or_, select

from foundation import leases, transitions
from foundation.backoff import TRIES
from foundation.sql import Session, add_new
from foundation.text import Text
from foundation.transitions import Transitions
from operations.tables import job_run


class JobRunState(StrEnum):
    """How the run of a job's slot stands."""

    CLAIMED = "CLAIMED"  # somebody is at it, until a moment
    DONE = "DONE"
    FAILED = "FAILED"  # rests until it is tried again
    GIVEN_UP = "GIVEN_UP"  # failed as often as is sensible: a person lets it be tried again


JOB_RUN_WORDS: Final[Mapping[JobRunState, Text]] = {
    JobRunState.CLAIMED: Text("Pågår"),
    JobRunState.DONE: Text("Klar"),
    JobRunState.FAILED: Text("Försöks igen"),
    JobRunState.GIVEN_UP: Text("Fastnat"),
}
"""What people call each state."""


JOB_RUN_FOLLOWS = Transitions(
    {
        # Claimed anew where the worker died; done or failed at once where the job is one transaction.
        JobRunState.CLAIMED: {*JobRunState},
        JobRunState.FAILED: {*JobRunState},
        JobRunState.GIVEN_UP: {JobRunState.FAILED},
        # What a job in one transaction came to is noted when it has come to it, in the same transaction.
        JobRunState.DONE: {JobRunState.DONE},
    },
    ends={JobRunState.DONE},
    words=JOB_RUN_WORDS,
)
_OPEN: Final = (JobRunState.CLAIMED, JobRunState.FAILED)
_WAIT_LONGEST: Final = TRIES.steps[-1]
# A run that began so much later than now began by a clock that was ahead. Less may be a clock put back a little after
# a run in due time, and a job of the day is not run twice for that.
_EARLY: Final = timedelta(minutes=10)


@dataclass(frozen=True, slots=True)
class Ran:
    """One slot that was run, and what came of it."""

    job: str
    slot: datetime
    state: JobRunState
    note: str


def last_slots(session: Session, now: datetime) -> dict[str, datetime]:
    """The newest slot of every job that has come by now, and was not run before its time."""
    come = (job_run.c.slot <= now, ~_is_early(now))
    rows = session.execute(
        select(job_run.c.job, func.max(job_run.c.slot)).where(*come).group_by(job_run.c.job)
    )
    return {name: slot for name, slot in rows}


def forget_ahead(session: Session, names: Sequence[str], *, now: datetime) -> int:
    """Remove the runs of these jobs in slots that are still to come: of a clock that was ahead; how many there were.

    Only for jobs that run again and again, of which the newest slot is all that matters. The same happens where the
    clock is behind now: what ran an hour ago by it then runs again and again as it should, and not first in an hour.
    """
    return session.execute(delete(job_run).where(*_ahead(names, now))).rowcount


def any_ahead(session: Session, names: Sequence[str], *, now: datetime) -> bool:
    """Whether there is anything for `forget_ahead`."""
    question = select(job_run.c.slot).where(*_ahead(names, now)).limit(1)
    return session.execute(question).first() is not None


def open_slots(session: Session, now: datetime) -> dict[str, list[datetime]]:
    """The slots to be taken up again: their worker died, or they failed and their rest is over."""
    question = select(job_run.c.job, job_run.c.slot).where(_is_open(now), job_run.c.slot <= now)
    found: dict[str, list[datetime]] = {}
    for name, slot in session.execute(question):
        found.setdefault(name, []).append(slot)
    return found


def latest(session: Session) -> Iterator[Ran]:
    """The newest slot of every job, and everything that has not gone well."""
    newest = select(job_run.c.job, func.max(job_run.c.slot).label("slot")).group_by(job_run.c.job).subquery()
    question = (
        select(job_run)
        .join(newest, newest.c.job == job_run.c.job)
        .where(
            or_(
                job_run.c.slot == newest.c.slot,
                job_run.c.state.in_([JobRunState.FAILED, JobRunState.GIVEN_UP]),
            )
        )
        .order_by(job_run.c.job, job_run.c.slot)
    )
    yield from map(_ran, session.execute(question))


def take(
    session: Session,
    name: str,
    slot: datetime,
    token: str,
    now: datetime,
    *,
    until: datetime | None,
    state: JobRunState,
) -> bool:
    """Make the slot ours: new, or one whose worker died or failed."""
    # What was run in this slot by a clock that was ahead is not its run.
    early = and_(job_run.c.job == name, job_run.c.slot == slot, _is_early(now))
    session.execute(delete(job_run).where(early, job_run.c.state != JobRunState.GIVEN_UP))
    row = {
        "job": name,
        "slot": slot,
        "state": state,
        "token": token,
        "until": until,
        "tries": 1,
        "started_at": now,
    }
    if add_new(session, job_run, [row]) == 1:
        return True
    left_open = and_(job_run.c.job == name, job_run.c.slot == slot, _is_open(now))
    values = {"token": token, "until": until, "tries": job_run.c.tries + 1, "started_at": now}
    return (
        transitions.move_all(session, job_run.c.state, left_open, JOB_RUN_FOLLOWS, to=state, values=values)
        == 1
    )


def tries_of(session: Session, name: str, slot: datetime, token: str) -> int | None:
    """How often the slot was taken, or None where it is no longer ours."""
    tries: int | None = session.scalar(select(job_run.c.tries).where(_ours(name, slot, token)))
    return tries


def close(
    session: Session,
    name: str,
    slot: datetime,
    token: str,
    *,
    was: JobRunState,
    to: JobRunState,
    note: str,
    now: datetime,
    until: datetime | None = None,
) -> bool:
    """Say how the run of our slot ended, taken as `was`, and until when it rests; False where it is no longer ours."""
    return transitions.moved_first(
        session,
        job_run.c.state,
        _ours(name, slot, token),
        JOB_RUN_FOLLOWS,
        name=name,
        was=was,
        to=to,
        values={"until": until, "note": note, "ended_at": now},
    )


def open_given_up(session: Session, name: str, *, until: datetime) -> list[datetime]:
    """Let the slots of a job that were given up count as failed once, at rest until then; which they are."""
    given_up = (job_run.c.job == name) & (job_run.c.state == JobRunState.GIVEN_UP)
    slots = list(session.scalars(select(job_run.c.slot).where(given_up).with_for_update()))
    values = {"tries": 0, "until": until, "alarmed_at": None}
    transitions.move_all(
        session, job_run.c.state, given_up, JOB_RUN_FOLLOWS, to=JobRunState.FAILED, values=values
    )
    return slots


def remove_done(session: Session, names: Sequence[str], *, before: datetime) -> int:
    """Remove the runs of these jobs that went well in slots before then; how many there were."""
    old = delete(job_run).where(
        job_run.c.job.in_(names), job_run.c.state == JobRunState.DONE, job_run.c.slot < before
    )
    return session.execute(old).rowcount


def ran_between(session: Session, name: str, after: datetime | None, until: datetime) -> bool:
    """Whether a run of the job began after the one instant, if any, and by the other."""
    question = select(job_run.c.slot).where(job_run.c.job == name, job_run.c.started_at <= until)
    if after is not None:
        question = question.where(job_run.c.started_at > after)
    return session.execute(question.limit(1)).first() is not None


def _ahead(names: Sequence[str], now: datetime) -> tuple[ColumnElement[bool], ...]:
    return (
        job_run.c.job.in_(names),
        leases.is_ahead(job_run.c.slot, now),
        job_run.c.state != JobRunState.GIVEN_UP,
    )


def _is_open(now: datetime) -> ColumnElement[bool]:
    return job_run.c.state.in_(_OPEN) & leases.is_free(job_run.c.until, now, longest=_WAIT_LONGEST)


def _is_early(now: datetime) -> ColumnElement[bool]:
    return job_run.c.started_at > now + _EARLY


def _ours(name: str, slot: datetime, token: str) -> ColumnElement[bool]:
    return and_(job_run.c.job == name, job_run.c.slot == slot, job_run.c.token == token)


def _ran(row: Row[Any]) -> Ran:
    return Ran(job=row.job, slot=row.slot, state=JobRunState(row.state), note=row.note)
