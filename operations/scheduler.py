"""Running jobs: each slot once, with any number of workers that look.

Convention: a row per job and slot, whose key only one worker can insert. A job in one
transaction (`InOne`) does its work in the transaction that inserts the row: both happen or
neither, and no lease is needed. A job in steps (`InSteps`) claims the slot for a while, works in
transactions of its own that may safely be repeated, and closes the slot only while its token
holds; when it dies another takes the slot over. A job that fails is tried again after 1, 5 and
30 minutes and 4 hours and then given up, which raises an alarm.
"""

import traceback
import uuid
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final

import structlog

from foundation import journal
from foundation.backoff import TRIES
from foundation.database import Database
from foundation.observability import tracing
from foundation.periods import stockholm_date
from foundation.sql import Session, try_turn
from operations import job_run_store
from operations.job_run_store import JobRunState, Ran
from operations.journal_actions import OperationsAction, OperationsSubject
from operations.schedules import Every, Schedule

_LEASE = timedelta(minutes=30)
_KEPT = timedelta(days=2)
_log = structlog.get_logger("jobs")


@dataclass(frozen=True, slots=True)
class InOne:
    """A job done in one transaction: `work(session, today, now)` says in a few words what came of it.

    `today` is the slot's day in Sweden, so that a day caught up late comes out as it was.
    """

    name: str
    schedule: Schedule
    work: Callable[[Session, date, datetime], str]
    by_date: bool = False
    """What it does because a day has come cannot be undone, so that it waits while the clock is in doubt."""


@dataclass(frozen=True, slots=True)
class InSteps:
    """A job in transactions of its own, each of which may be repeated: `work(database, today, now)`."""

    name: str
    schedule: Schedule
    work: Callable[[Database, date, datetime], str]
    by_date: bool = False


Job = InOne | InSteps


NEVER_BACK: Final = "NEVER_BACK"
"""The note of a slot whose workers never came back."""


def run_due(
    database: Database,
    jobs: Sequence[Job],
    *,
    lease: timedelta = _LEASE,
    stopping: Callable[[], bool] = bool,
    held: bool = False,
) -> list[Ran]:
    """Run every slot that is due and that nobody else has; what was run, in order. With `held` no job by date."""
    ran: list[Ran] = []
    frequent = [job.name for job in jobs if isinstance(job.schedule, Every)]
    with database.reading() as session:
        is_ahead = job_run_store.any_ahead(session, frequent, now=database.clock())
    if is_ahead:
        _forget_ahead(database, frequent)
    with database.reading() as session:
        last = job_run_store.last_slots(session, database.clock())
        open_slots = job_run_store.open_slots(session, database.clock())
    for job in jobs:
        if held and job.by_date:
            continue
        new = job.schedule.slots(last.get(job.name), database.clock())
        for slot in sorted({*open_slots.get(job.name, ()), *new}):
            if stopping():
                return ran
            one = _run_named(database, job, slot, lease=lease)
            if one is not None:
                ran.append(one)
    return ran


def _run_named(database: Database, job: Job, slot: datetime, *, lease: timedelta) -> Ran | None:
    """Run the slot; every line of the log meanwhile names the run, by the token that stands in its row."""
    token = str(uuid.uuid4())
    with (
        structlog.contextvars.bound_contextvars(job=job.name, run_id=token),
        tracing.span(f"job {job.name}", job=job.name, run_id=token) as span,
    ):
        one = _run(database, job, slot, token, lease=lease)
        if one is not None:
            span.tell(state=one.state.value)
        if one is not None and one.state is not JobRunState.DONE:
            span.fail(one.note)
        if one is not None:
            say = _log.info if one.state is JobRunState.DONE else _log.error
            say("job", job=one.job, slot=one.slot.isoformat(), state=one.state.value, note=one.note)
    return one


def _forget_ahead(database: Database, names: Sequence[str]) -> None:
    with database.writing() as session:
        forgotten = job_run_store.forget_ahead(session, names, now=database.clock())
    if forgotten:
        _log.warning("slots of a time to come forgotten", slots=forgotten)


def _run(database: Database, job: Job, slot: datetime, token: str, *, lease: timedelta) -> Ran | None:
    try:
        if isinstance(job, InOne):
            return _run_in_one(database, job, slot, token)
        return _run_in_steps(database, job, slot, token, lease)
    except Exception as error:
        where = traceback.extract_tb(error.__traceback__)[-1]
        note = f"{type(error).__name__} {where.name}:{where.lineno}"
        return _failed(database, job, slot, token, note)


def _run_in_one(database: Database, job: InOne, slot: datetime, token: str) -> Ran | None:
    with database.writing() as session:
        # Nobody waits for a worker that is at it; who comes while it works passes on.
        if not try_turn(session, f"job {job.name} {slot.isoformat()}"):
            return None
        if not job_run_store.take(
            session, job.name, slot, token, database.clock(), until=None, state=JobRunState.DONE
        ):
            return None
        note = job.work(session, stockholm_date(slot), database.clock())
        done = JobRunState.DONE
        job_run_store.close(
            session, job.name, slot, token, was=done, to=done, note=note, now=database.clock()
        )
    return Ran(job.name, slot, done, note)


def _run_in_steps(
    database: Database, job: InSteps, slot: datetime, token: str, lease: timedelta
) -> Ran | None:
    now = database.clock()
    with database.writing() as session:
        if not job_run_store.take(
            session, job.name, slot, token, now, until=now + lease, state=JobRunState.CLAIMED
        ):
            return None
        tries = job_run_store.tries_of(session, job.name, slot, token) or 1
    if tries > 1 and TRIES.rest_after(tries - 1) is None:
        # It was given up already had any of its workers come back to say so.
        return _failed(database, job, slot, token, NEVER_BACK)
    note = job.work(database, stockholm_date(slot), now)
    with database.writing() as session:
        if not job_run_store.close(
            session,
            job.name,
            slot,
            token,
            was=JobRunState.CLAIMED,
            to=JobRunState.DONE,
            note=note,
            now=database.clock(),
        ):
            return None  # another has taken the slot over meanwhile; it says how it ended
    return Ran(job.name, slot, JobRunState.DONE, note)


def _failed(database: Database, job: Job, slot: datetime, token: str, note: str) -> Ran | None:
    """Note the failure, and when the slot is tried again; a job in one transaction has left no row."""
    now = database.clock()
    taken = JobRunState.FAILED if isinstance(job, InOne) else JobRunState.CLAIMED
    with database.writing() as session:
        if isinstance(job, InOne) and not job_run_store.take(
            session, job.name, slot, token, now, until=None, state=taken
        ):
            return None
        tries = job_run_store.tries_of(session, job.name, slot, token)
        if tries is None:
            return None
        rest = TRIES.rest_after(tries)
        state = JobRunState.GIVEN_UP if rest is None else JobRunState.FAILED
        until = None if rest is None else now + rest
        if not job_run_store.close(
            session, job.name, slot, token, was=taken, to=state, note=note, now=now, until=until
        ):
            return None
        if rest is None:
            journal.record(
                session,
                journal.SYSTEM,
                OperationsAction.JOB_GIVEN_UP,
                OperationsSubject.JOB.of(job.name),
                slot=slot.isoformat(),
                error=note,
            )
    return Ran(job.name, slot, state, note)


def try_again(session: Session, name: str, *, now: datetime) -> list[datetime]:
    """Let the slots of a job that were given up be run again, on a person's word; which they are."""
    return job_run_store.open_given_up(session, name, until=now - timedelta(seconds=1))


def forget_old(session: Session, jobs: Sequence[Job], *, now: datetime) -> int:
    """Remove the rows of frequent jobs that went well and are some days old; the newest of each stays."""
    frequent = [job.name for job in jobs if isinstance(job.schedule, Every)]
    return job_run_store.remove_done(session, frequent, before=now - _KEPT)
