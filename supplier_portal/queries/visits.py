"""When each account last looked at its overview, so that it can say what is new since then.

A visit lasts an hour from its first look at the overview; the first look after that begins a new one.
What is news is told by the row number of the last interruption seen, not by a clock, so that nothing
falls between two visits. It is a convenience of the page and no step in any case, so the journal does
not hold it.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import func, insert, select, update
from sqlalchemy.exc import IntegrityError

from foundation import leases
from foundation.sql import Session
from orders.tables import interruption
from supplier_portal.queries.tables import portal_visit

VISIT: Final = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Visit:
    """`before_at` is None on a first visit; interruptions with a higher row number than `since` are new."""

    before_at: datetime | None
    since: int


def latest(session: Session, person: str) -> Visit | None:
    """The last visit, whether it goes on or not; None before the first."""
    row = session.execute(select(portal_visit).where(portal_visit.c.person == person)).one_or_none()
    return Visit(row.before_at, row.before_interruption) if row is not None else None


def is_current(session: Session, person: str, *, now: datetime) -> Visit | None:
    """The visit that goes on, or None where `begin` must be called to begin one."""
    row = session.execute(select(portal_visit).where(portal_visit.c.person == person)).one_or_none()
    if row is None or now - row.seen_at >= VISIT or leases.ahead(row.seen_at, now):
        return None
    return Visit(row.before_at, row.before_interruption)


def begin(session: Session, person: str, *, now: datetime) -> Visit:
    """Begin a visit unless one goes on, and say what the one before had seen.

    On the first visit nothing is called news, since everything would be.
    """
    current = is_current(session, person, now=now)
    if current is not None:
        return current
    newest = session.scalar(select(func.max(interruption.c.id))) or 0
    visit = portal_visit
    row = session.execute(select(visit).where(visit.c.person == person).with_for_update()).one_or_none()
    if row is None:
        try:
            with session.begin_nested():
                session.execute(
                    insert(visit),
                    {
                        "person": person,
                        "seen_at": now,
                        "before_at": None,
                        "seen_interruption": newest,
                        "before_interruption": newest,
                    },
                )
        except IntegrityError:
            return begin(session, person, now=now)  # the same person in another window was first
        return Visit(None, newest)
    session.execute(
        update(visit)
        .where(visit.c.person == person)
        .values(
            seen_at=now,
            before_at=row.seen_at,
            seen_interruption=newest,
            before_interruption=row.seen_interruption,
        )
    )
    return Visit(row.seen_at, row.seen_interruption)
