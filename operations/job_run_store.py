"""The runs of jobs as the database holds them: a row per job and slot, whose key one worker alone can insert.

Convention: a run is CLAIMED until a moment, FAILED until it is tried again, DONE or GIVEN_UP. Whoever took it has a
token, and changes it only while that holds.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Row, delete, func, or_, select, update

from foundation.sql import Session, add_new, rows_changed
from operations.tables import job_run


@dataclass(frozen=True, slots=True)
class Ran:
    """One slot that was run, and what came of it."""

    job: str
    slot: datetime
    state: str
    note: str


def last_slots(session: Session) -> dict[str, datetime]:
    """The newest slot of every job."""
    rows = session.execute(select(job_run.c.job, func.max(job_run.c.slot)).group_by(job_run.c.job))
    return {name: slot for name, slot in rows}


def open_slots(session: Session, now: datetime) -> dict[str, list[datetime]]:
    """The slots to be taken up again: their worker died, or they failed and their rest is over."""
    question = select(job_run.c.job, job_run.c.slot).where(
        job_run.c.state.in_(["CLAIMED", "FAILED"]), job_run.c.until < now
    )
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
        .where(or_(job_run.c.slot == newest.c.slot, job_run.c.state.in_(["FAILED", "GIVEN_UP"])))
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


def tries_of(session: Session, name: str, slot: datetime, token: str) -> int | None:
    """How often the slot was taken, or None where it is no longer ours."""
    tries: int | None = session.scalar(select(job_run.c.tries).where(*_ours(name, slot, token)))
    return tries


def close(
    session: Session,
    name: str,
    slot: datetime,
    token: str,
    *,
    state: str,
    note: str,
    now: datetime,
    until: datetime | None = None,
) -> bool:
    """Say how the run of our slot ended, and until when it rests; False where it is no longer ours."""
    change = update(job_run).where(*_ours(name, slot, token))
    ended = change.values(state=state, until=until, note=note, ended_at=now)
    return rows_changed(session, ended) == 1


def open_given_up(session: Session, name: str, *, until: datetime) -> list[datetime]:
    """Let the slots of a job that were given up count as failed once, at rest until then; which they are."""
    given_up = (job_run.c.job == name, job_run.c.state == "GIVEN_UP")
    slots = list(session.scalars(select(job_run.c.slot).where(*given_up).with_for_update()))
    session.execute(
        update(job_run).where(*given_up).values(state="FAILED", tries=0, until=until, alarmed_at=None)
    )
    return slots


def remove_done(session: Session, names: Sequence[str], *, before: datetime) -> int:
    """Remove the runs of these jobs that went well in slots before then; how many there were."""
    old = delete(job_run).where(job_run.c.job.in_(names), job_run.c.state == "DONE", job_run.c.slot < before)
    return session.execute(old).rowcount


def _ours(name: str, slot: datetime, token: str) -> tuple[ColumnElement[bool], ...]:
    return (job_run.c.job == name, job_run.c.slot == slot, job_run.c.token == token)


def _ran(row: Row[Any]) -> Ran:
    return Ran(job=row.job, slot=row.slot, state=row.state, note=row.note)
