"""The bytes of messages as the database holds them: kept with the message, read beside it, taken away when disposed of.

Convention: bytes are asked for with the day their message bears, so that PostgreSQL looks in one month alone.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from sqlalchemy import (
    Column,
    ColumnElement,
    Row,
    Select,
    Table,
    bindparam,
    delete,
    exists,
    func,
    insert,
    select,
)

from foundation.sql import Session, add_new, among
from peppol.exchange.bodies.tables import inbox_body, outbox_body
from peppol.exchange.tables import inbox, outbox

_AT_A_TIME: Final = 200


@dataclass(frozen=True, slots=True)
class Bodies:
    """The bytes of one of the two tables of messages: where they lie, and the message's number and day."""

    table: Table
    number: Column[int]
    day: Column[date]

    def is_there(self) -> ColumnElement[bool]:
        """Of a message that is asked for: it has bytes of its own, and they are not disposed of."""
        return exists().where(self.table.c.letter == self.number, self.table.c.day == self.day)


IN: Final = Bodies(inbox_body, inbox.c.id, inbox.c.received_on)
"""The bytes of messages to us."""
OUT: Final = Bodies(outbox_body, outbox.c.sequence, outbox.c.issued_on)
"""The bytes of our messages."""


@dataclass(frozen=True, slots=True)
class NewBody:
    """Bytes to be kept with the message of this number, which bears this day."""

    number: int
    day: date
    body: bytes


def keep(session: Session, bodies: Bodies, new: Iterable[NewBody]) -> None:
    """Keep the bytes of messages that were laid down in this transaction."""
    rows = [{"letter": each.number, "day": each.day, "body": each.body} for each in new]
    if rows:
        session.execute(_KEEP[bodies.table.name], rows)


def keep_if_new(session: Session, bodies: Bodies, new: NewBody) -> None:
    """Keep the bytes of a message unless it has some."""
    add_new(session, bodies.table, [{"letter": new.number, "day": new.day, "body": new.body}])


def of_message(session: Session, bodies: Bodies, number: int) -> bytes | None:
    """The bytes of one message; none at all where it has no bytes (any more), and None where there is no message."""
    row = session.execute(_ONE[bodies.table.name], {"number": number}).one_or_none()
    return None if row is None else row.body or b""


def of_messages(session: Session, bodies: Bodies, days: Mapping[int, date]) -> Mapping[int, bytes]:
    """The bytes of messages that are given by number, each with its day; those without bytes are left out."""
    if not days:
        return {}
    table = bodies.table
    within = table.c.day.between(min(days.values()), max(days.values()))
    question = select(table.c.letter, table.c.body).where(among(session, table.c.letter, list(days)), within)
    return {row.letter: row.body for row in session.execute(question)}


def beginnings(
    session: Session, bodies: Bodies, days: Mapping[int, date], *, length: int
) -> Mapping[int, bytes]:
    """How the bytes of these messages begin, at most so many bytes of each; those without bytes are left out."""
    if not days:
        return {}
    table = bodies.table
    within = table.c.day.between(min(days.values()), max(days.values()))
    begins = func.substr(table.c.body, 1, length, type_=table.c.body.type).label("body")
    question = select(table.c.letter, begins).where(among(session, table.c.letter, list(days)), within)
    # Of no bytes at all SQLite cuts nothing, which is no bytes either.
    return {row.letter: row.body or b"" for row in session.execute(question)}


def beside(
    session: Session, bodies: Bodies, question: Select[Any]
) -> Iterator[tuple[Row[Any], bytes | None]]:
    """What a question about messages finds, each row with the bytes of its message, or None where it has none.

    The question has the number and the day of the message among its columns. Some are read at a time, so that neither
    all bytes lie in memory nor is each asked for by itself.
    """
    number, day = bodies.number.name, bodies.day.name
    for rows in session.execute(question).partitions(_AT_A_TIME):
        days = {row._mapping[number]: row._mapping[day] for row in rows}
        found = of_messages(session, bodies, days)
        for row in rows:
            yield row, found.get(row._mapping[number])


def held_by(session: Session, bodies: Bodies, which: ColumnElement[bool]) -> Sequence[tuple[int, date]]:
    """The number and day of the messages that have bytes, among those that meet the condition, in order."""
    question = select(bodies.number.label("number"), bodies.day.label("day")).where(which, bodies.is_there())
    return [(row.number, row.day) for row in session.execute(question.order_by(bodies.number))]


def take_away(session: Session, bodies: Bodies, number: int, day: date) -> None:
    """Remove the bytes of a message, which stand among those that are disposed of by now."""
    session.execute(_TAKE_AWAY[bodies.table.name], {"number": number, "of_day": day})


# Prepared once: building a statement costs more than running it.
_BOTH: Final = {each.table.name: each for each in (IN, OUT)}
_KEEP: Final = {name: insert(each.table) for name, each in _BOTH.items()}
_ONE: Final = {
    name: select(each.number, each.table.c.body)
    .outerjoin(each.table, (each.table.c.letter == each.number) & (each.table.c.day == each.day))
    .where(each.number == bindparam("number"))
    for name, each in _BOTH.items()
}
_TAKE_AWAY: Final = {
    name: delete(each.table).where(
        each.table.c.letter == bindparam("number"), each.table.c.day == bindparam("of_day")
    )
    for name, each in _BOTH.items()
}
