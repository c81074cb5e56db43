"""Which bytes may lie in the object storage instead of the database, and the moment at which they do."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import ColumnElement, and_, delete, func, or_, select

from foundation.sql import Session, rows_changed
from peppol.exchange.bodies import object_store
from peppol.exchange.bodies.body_store import IN, OUT, Bodies
from peppol.exchange.bodies.object_store import StoredBody
from peppol.exchange.tables import InState, OutState, inbox, outbox


@dataclass(frozen=True, slots=True)
class MovableBody:
    """The bytes of a message that nothing more is to happen to, as the database has them."""

    number: int
    day: date
    sha256: str
    body: bytes


def due(
    session: Session, bodies: Bodies, *, before: date, after: tuple[date, int], at_most: int
) -> Sequence[MovableBody]:
    """The oldest bytes of days before this one that may be moved, from the day and number `after` on."""
    table, day, number = bodies.table, bodies.table.c.day, bodies.table.c.letter
    question = (
        select(number, day, bodies.number.table.c.sha256, table.c.body)
        .join(bodies.number.table, (bodies.number == number) & (bodies.day == day))
        .where(day < before, or_(day > after[0], and_(day == after[0], number > after[1])), _is_done(bodies))
        .order_by(day, number)
        .limit(at_most)
    )
    return [MovableBody(row.letter, row.day, row.sha256, row.body) for row in session.execute(question)]


def settle(session: Session, bodies: Bodies, stored: StoredBody, *, at: datetime) -> bool:
    """Note that the bytes lie in the object storage, and take them out of the database; False where they may not go.

    They may not when the message was taken up again meanwhile, or its bytes disposed of.
    """
    still = select(bodies.number).where(bodies.number == stored.number, _is_done(bodies))
    if session.execute(still.with_for_update()).first() is None:
        return False
    table = bodies.table
    mine = (table.c.letter == stored.number) & (table.c.day == stored.day)
    if session.execute(select(table.c.letter).where(mine)).first() is None:
        return False
    object_store.add(session, stored, at=at)
    return rows_changed(session, delete(table).where(mine)) == 1


def count_due(session: Session, *, before: date) -> int:
    """How many bytes of days before this one lie in the database that may be moved."""
    many = 0
    for bodies in (IN, OUT):
        table = bodies.table
        joined = (bodies.number == table.c.letter) & (bodies.day == table.c.day)
        question = select(func.count()).select_from(table).join(bodies.number.table, joined)
        many += session.execute(question.where(table.c.day < before, _is_done(bodies))).scalar_one()
    return many


def _is_done(bodies: Bodies) -> ColumnElement[bool]:
    """Of a message: nobody reads or sends it any more of itself, though a person may want to."""
    if bodies is IN:
        return inbox.c.state.not_in((InState.ARRIVED, InState.FAILED))
    asked = and_(outbox.c.state == OutState.SENT, outbox.c.ask_at.is_(None))
    return or_(asked, outbox.c.state.in_((OutState.DELIVERED, OutState.REJECTED, OutState.IN_PORTAL)))
