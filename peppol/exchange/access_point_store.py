"""Access points as the database holds them: a row each, which all workers share.

The row says since when nothing goes through, when it may be probed and how often it was, and who collects there.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import Row, select, update

from foundation import leases
from foundation.sql import Session, add_new, rows_changed
from peppol.exchange.tables import access_point

_A_MOMENT: Final = timedelta(seconds=5)


@dataclass(frozen=True, slots=True)
class BreakerRow:
    """How an access point's circuit breaker stands: failures in a row, since when it is open, probes since."""

    failures: int
    opened_at: datetime | None
    probes: int


def add_if_new(session: Session, name: str) -> None:
    """See that there is a row for the access point."""
    add_new(session, access_point, [{"name": name}])


def is_open(session: Session, name: str) -> bool:
    """Whether the access point is left alone."""
    row = session.execute(
        select(access_point.c.opened_at, access_point.c.probe_at).where(access_point.c.name == name)
    ).one()
    return row.opened_at is not None


def take_probe(session: Session, name: str, *, now: datetime, until: datetime, longest: timedelta) -> bool:
    """Take the probe that is due; False for all but one worker. It is due again `until` then.

    `longest` is the longest rest between two probes. Whoever moves the time of the next probe has it; one that dies
    with it is followed after the lease.
    """
    take = (
        update(access_point)
        .where(
            access_point.c.name == name,
            access_point.c.opened_at.is_not(None),
            leases.is_due(access_point.c.probe_at, now, longest=longest),
        )
        .values(probe_at=until)
    )
    return rows_changed(session, take) == 1


def close(session: Session, name: str) -> bool:
    """Let everybody send again; False where the breaker was closed already."""
    change = (
        update(access_point)
        .where(access_point.c.name == name, access_point.c.opened_at.is_not(None))
        .values(
            failures=0,
            opened_at=None,
            probe_at=None,
            probes=0,
            answer="",
            code="",
            host="",
            verb="",
            alarmed_at=None,
        )
    )
    return rows_changed(session, change) == 1


def note_reached(session: Session, name: str, *, now: datetime) -> None:
    """Note that it answered now, and count no failures in a row.

    A row that all workers share is not written by every round of theirs: what was noted a moment ago stands.
    """
    at = access_point.c.reached_at
    news = (access_point.c.failures > 0) | at.is_(None) | (at <= now - _A_MOMENT) | (at > now)
    values = {"failures": 0, "answer": "", "code": "", "host": "", "verb": "", "reached_at": now}
    session.execute(update(access_point).where(access_point.c.name == name, news).values(values))


def locked(session: Session, name: str) -> BreakerRow:
    """How the breaker stands, kept from others."""
    row = session.execute(select(access_point).where(access_point.c.name == name).with_for_update()).one()
    return _breaker_row(row)


def change(session: Session, name: str, **columns: object) -> None:
    """Set columns of one access point."""
    session.execute(update(access_point).where(access_point.c.name == name).values(columns))


def allow_probe(session: Session, name: str, *, now: datetime) -> None:
    """Let the next worker probe at once: a person wants it, or a probe found nothing to send."""
    session.execute(
        update(access_point)
        .where(access_point.c.name == name, access_point.c.opened_at.is_not(None))
        .values(probe_at=now)
    )


def begin_collecting(session: Session, name: str, worker: str, *, now: datetime, until: datetime) -> bool:
    """Take the turn to collect `until` then; False while another has it."""
    # Whoever had it and could not give it back, because the database was away, has it still.
    free = leases.is_free(access_point.c.collector_until, now, longest=until - now) | (
        access_point.c.collector == worker
    )
    take = update(access_point).where(access_point.c.name == name, free)
    return rows_changed(session, take.values(collector=worker, collector_until=until)) == 1


def go_on_collecting(session: Session, name: str, worker: str, *, until: datetime) -> bool:
    """Keep the turn to collect `until` then; False where another has had it meanwhile."""
    ours = (access_point.c.name == name, access_point.c.collector == worker)
    keep = update(access_point).where(*ours).values(collector=worker, collector_until=until)
    return rows_changed(session, keep) == 1


def end_collecting(session: Session, name: str, worker: str) -> None:
    """Let the next one collect."""
    ours = (access_point.c.name == name, access_point.c.collector == worker)
    session.execute(update(access_point).where(*ours).values(collector=None, collector_until=None))


def _breaker_row(row: Row[Any]) -> BreakerRow:
    return BreakerRow(failures=row.failures, opened_at=row.opened_at, probes=row.probes)
