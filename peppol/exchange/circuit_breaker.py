"""The circuit breaker of an access point: one row, shared by all workers.

Closed: everybody sends. Open: after some failures in a row to reach the access point nobody
does, until one worker is let through with one message (the probe); what it meets decides. So an
access point that is down is asked now and then, by one message, and messages keep their attempts.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from sqlalchemy import select, update

from foundation import leases
from foundation.backoff import Ladder
from foundation.sql import Session, add_new, rows_changed
from peppol.exchange.tables import access_point

FAILURES_TO_OPEN: Final = 3
"""So many failures in a row to reach an access point, and it is left alone."""

PROBES: Final = Ladder((timedelta(minutes=1), timedelta(minutes=5), timedelta(minutes=15)))
"""The rest before the first, second, and every later probe."""


class Admission(StrEnum):
    """What a worker may do with an access point now."""

    FREELY = "FREELY"
    PROBE = "PROBE"  # one message, to see whether it answers again
    NOT_NOW = "NOT_NOW"


@dataclass(frozen=True, slots=True)
class Turn:
    """What a round meant to the breaker: it opened, it closed, or it stayed as it was."""

    opened: bool = False
    closed: bool = False
    is_open: bool = False


def admit(session: Session, name: str, *, now: datetime, lease: timedelta) -> Admission:
    """Whether messages may be sent through the access point now; a probe is given to one worker alone."""
    add_new(session, access_point, [{"name": name}])
    row = session.execute(
        select(access_point.c.opened_at, access_point.c.probe_at).where(access_point.c.name == name)
    ).one()
    if row.opened_at is None:
        return Admission.FREELY
    # Whoever moves the time of the next probe has it; one that dies with it is followed after the lease.
    take = (
        update(access_point)
        .where(
            access_point.c.name == name,
            access_point.c.opened_at.is_not(None),
            leases.is_due(access_point.c.probe_at, now),
        )
        .values(probe_at=now + lease)
    )
    return Admission.PROBE if rows_changed(session, take) == 1 else Admission.NOT_NOW


def reached(session: Session, name: str) -> Turn:
    """The access point answered: whatever it said, it is there."""
    row = access_point.c.name == name
    change = (
        update(access_point)
        .where(row, access_point.c.opened_at.is_not(None))
        .values(failures=0, opened_at=None, probe_at=None, probes=0, answer="", alarmed_at=None)
    )
    if rows_changed(session, change) == 1:
        return Turn(closed=True)
    session.execute(update(access_point).where(row, access_point.c.failures > 0).values(failures=0))
    return Turn()


def missed(session: Session, name: str, failures: int, answer: str, *, now: datetime) -> Turn:
    """The access point could not be reached, so many times in a row."""
    row = session.execute(select(access_point).where(access_point.c.name == name).with_for_update()).one()
    total = row.failures + failures
    opens = row.opened_at is None and total >= FAILURES_TO_OPEN
    is_open = opens or row.opened_at is not None
    probes = 0 if opens else row.probes + 1
    values: dict[str, object] = {"failures": total, "answer": answer}
    if is_open:
        values |= {"probes": probes, "probe_at": now + PROBES.rest_without_end(probes + 1)}
    if opens:
        values["opened_at"] = now
    session.execute(update(access_point).where(access_point.c.name == name).values(values))
    return Turn(opened=opens, is_open=is_open)


def allow_probe(session: Session, name: str, *, now: datetime) -> None:
    """Let the next worker probe at once: a person wants it, or a probe found nothing to send."""
    session.execute(
        update(access_point)
        .where(access_point.c.name == name, access_point.c.opened_at.is_not(None))
        .values(probe_at=now)
    )


def collect_turn(
    session: Session, name: str, worker: str, *, now: datetime, lease: timedelta, begins: bool
) -> bool:
    """Whether this worker may begin to collect at the access point now, or go on: one at a time.

    Who goes on must still have the turn: where another has had it meanwhile, that one took what there was.
    """
    free = access_point.c.collector == worker
    if begins:
        add_new(session, access_point, [{"name": name}])
        free = leases.is_free(access_point.c.collector_until, now)
    take = (
        update(access_point)
        .where(access_point.c.name == name, free)
        .values(collector=worker, collector_until=now + lease)
    )
    return rows_changed(session, take) == 1


def end_collecting(session: Session, name: str, worker: str) -> None:
    """Let the next one collect."""
    ours = (access_point.c.name == name, access_point.c.collector == worker)
    session.execute(update(access_point).where(*ours).values(collector=None, collector_until=None))
