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
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

import structlog
from sqlalchemy import delete, func, or_, select, update

from foundation import journal
from foundation.backoff import TRIES
from foundation.database import Database
from foundation.periods import stockholm_date
from foundation.sql import Session, add_new, rows_changed, try_turn
from operations.schedules import Every, Schedule
from operations.tables import job_run

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


@dataclass(frozen=True, slots=True)
class InSteps:
    """A job in transactions of its own, each of which may be repeated: `work(database, today, now)`."""

    name: str
    schedule: Schedule
    work: Callable[[Database, date, datetime], str]


Job = InOne | InSteps


@dataclass(frozen=True, slots=True)
class Ran:
    """One slot that this worker ran, and what came of it."""

    job: str
    slot: datetime
    state: str
    note: str


def run_due(
    database: Database, jobs: Sequence[Job], *, lease: timedelta = _LEASE, stopping: Callable[[], bool] = bool
) -> list[Ran]:
    """Run every slot that is due and that nobody else has; what was run, in order."""
    ran: list[Ran] = []
    with database.reading() as session:
        last = _last_slots(session)
        open_slots = _open_slots(session, database.clock())
    for job in jobs:
        new = job.schedule.slots(last.get(job.name), database.clock())
        for slot in sorted({*open_slots.get(job.name, ()), *new}):
            if stopping():
                return ran
            one = _run(database, job, slot, lease=lease)
            if one is not None:
                ran.append(one)
                say = _log.info if one.state == "DONE" else _log.error
                say("job", job=one.job, slot=one.slot.isoformat(), state=one.state, note=one.note)
    return ran


def _last_slots(session: Session) -> dict[str, datetime]:
    rows = session.execute(select(job_run.c.job, func.max(job_run.c.slot)).group_by(job_run.c.job))
    return {name: slot for name, slot in rows}


def _open_slots(session: Session, now: datetime) -> dict[str, list[datetime]]:
    """The slots to be taken up again: their worker died, or they failed and their rest is over."""
    question = select(job_run.c.job, job_run.c.slot).where(
        job_run.c.state.in_(["CLAIMED", "FAILED"]), job_run.c.until < now
    )
    found: dict[str, list[datetime]] = {}
    for name, slot in session.execute(question):
        found.setdefault(name, []).append(slot)
    return found


def _run(database: Database, job: Job, slot: datetime, *, lease: timedelta) -> Ran | None:
    token = str(uuid.uuid4())
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
        if not _take(session, job.name, slot, token, database.clock(), until=None, state="DONE"):
            return None
        note = job.work(session, stockholm_date(slot), database.clock())
        _close(session, job.name, slot, token, "DONE", note, database.clock())
    return Ran(job.name, slot, "DONE", note)


def _run_in_steps(
    database: Database, job: InSteps, slot: datetime, token: str, lease: timedelta
) -> Ran | None:
    now = database.clock()
    with database.writing() as session:
        if not _take(session, job.name, slot, token, now, until=now + lease, state="CLAIMED"):
            return None
    note = job.work(database, stockholm_date(slot), now)
    with database.writing() as session:
        if not _close(session, job.name, slot, token, "DONE", note, database.clock()):
            return None  # another has taken the slot over meanwhile; it says how it ended
    return Ran(job.name, slot, "DONE", note)


def _take(
    session: Session,
    name: str,
    slot: datetime,
    token: str,
    now: datetime,
    *,
    until: datetime | None,
    state: str,
) -> bool:
    """Make the slot ours: new, or one whose worker died or failed."""
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
    again = (
        update(job_run)
        .where(
            job_run.c.job == name,
            job_run.c.slot == slot,
            job_run.c.state.in_(["CLAIMED", "FAILED"]),
            job_run.c.until < now,
        )
        .values(state=state, token=token, until=until, tries=job_run.c.tries + 1, started_at=now)
    )
    return rows_changed(session, again) == 1


def _close(
    session: Session, name: str, slot: datetime, token: str, state: str, note: str, now: datetime
) -> bool:
    ours = (job_run.c.job == name, job_run.c.slot == slot, job_run.c.token == token)
    change = update(job_run).where(*ours).values(state=state, until=None, note=note, ended_at=now)
    return rows_changed(session, change) == 1


def _failed(database: Database, job: Job, slot: datetime, token: str, note: str) -> Ran | None:
    """Note the failure, and when the slot is tried again; a job in one transaction has left no row."""
    now = database.clock()
    with database.writing() as session:
        if isinstance(job, InOne) and not _take(
            session, job.name, slot, token, now, until=None, state="FAILED"
        ):
            return None
        ours = (job_run.c.job == job.name, job_run.c.slot == slot, job_run.c.token == token)
        tries = session.scalar(select(job_run.c.tries).where(*ours))
        if tries is None:
            return None
        rest = TRIES.rest_after(tries)
        state = "GIVEN_UP" if rest is None else "FAILED"
        until = None if rest is None else now + rest
        session.execute(
            update(job_run).where(*ours).values(state=state, until=until, note=note, ended_at=now)
        )
        if rest is None:
            journal.record(
                session, journal.SYSTEM, "job.given_up", f"job {job.name}", slot=slot.isoformat(), error=note
            )
    return Ran(job.name, slot, state, note)


def try_again(session: Session, name: str, *, now: datetime) -> list[datetime]:
    """Let the slots of a job that were given up be run again, on a person's word; which they are."""
    given_up = (job_run.c.job == name, job_run.c.state == "GIVEN_UP")
    slots = list(session.scalars(select(job_run.c.slot).where(*given_up).with_for_update()))
    moment = now - timedelta(seconds=1)
    session.execute(
        update(job_run).where(*given_up).values(state="FAILED", tries=0, until=moment, alarmed_at=None)
    )
    return slots


def forget_old(session: Session, jobs: Sequence[Job], *, now: datetime) -> int:
    """Remove the rows of frequent jobs that went well and are some days old; the newest of each stays."""
    frequent = [job.name for job in jobs if isinstance(job.schedule, Every)]
    old = delete(job_run).where(
        job_run.c.job.in_(frequent), job_run.c.state == "DONE", job_run.c.slot < now - _KEPT
    )
    return session.execute(old).rowcount


def latest(session: Session) -> Iterator[Ran]:
    """The newest slot of every job, and everything that has not gone well."""
    newest = select(job_run.c.job, func.max(job_run.c.slot).label("slot")).group_by(job_run.c.job).subquery()
    question = (
        select(job_run)
        .join(newest, newest.c.job == job_run.c.job)
        .where(or_(job_run.c.slot == newest.c.slot, job_run.c.state.in_(["FAILED", "GIVEN_UP"])))
        .order_by(job_run.c.job, job_run.c.slot)
    )
    for row in session.execute(question):
        yield Ran(row.job, row.slot, row.state, row.note)
