"""The bytes of messages as the database holds them: kept with the message, read beside it, taken away when disposed of.

Convention: bytes are asked for with the day their message bears, so that PostgreSQL looks in one month alone. What has
been moved to the object storage is read from there, and held against its fingerprint each time: whoever asks is given
the bytes as they came, or BodyAway or BodyWrong is raised, never others and never none.
"""

import hashlib
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import date
from functools import partial
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
    or_,
    select,
)
from sqlalchemy.dialects import postgresql, sqlite

from foundation.sql import Session, among
from foundation.text import Text
from peppol.exchange.bodies import object_store
from peppol.exchange.bodies.object_storage import (
    BodyAway,
    BodyWrong,
    ObjectStorage,
    StorageError,
    StorageFault,
    storage_of,
)
from peppol.exchange.bodies.object_store import StoredBody
from peppol.exchange.bodies.tables import KINDS, body_object, inbox_body, outbox_body
from peppol.exchange.tables import inbox, outbox

_AT_A_TIME: Final = 200
_AT_ONCE: Final = 8
"""So many objects are fetched at the same time."""

NO_STORAGE: Final = Text("Inget objektlager är inställt (BILLING_BODY_STORAGE_BUCKET).")


@dataclass(frozen=True, slots=True)
class Bodies:
    """The bytes of one of the two tables of messages: where they lie, and the message's number and day."""

    table: Table
    number: Column[int]
    day: Column[date]

    @property
    def kind(self) -> str:
        """What bytes of this sort are called in tables that are about both."""
        return KINDS[self.table.name]

    def is_there(self) -> ColumnElement[bool]:
        """Of a message that is asked for: it has bytes of its own, here or moved, and they are not disposed of."""
        return or_(self.is_here(), self.is_moved())

    def is_here(self) -> ColumnElement[bool]:
        """Of a message that is asked for: its bytes lie in the database."""
        return exists().where(self.table.c.letter == self.number, self.table.c.day == self.day)

    def is_moved(self) -> ColumnElement[bool]:
        """Of a message that is asked for: its bytes lie in the object storage, and are not disposed of."""
        moved = body_object.c.kind == self.kind, body_object.c.letter == self.number
        return exists().where(*moved, body_object.c.disposed_at.is_(None))


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


def keep_if_new(session: Session, bodies: Bodies, new: Iterable[NewBody]) -> None:
    """Keep the bytes of messages, but for those that have some."""
    rows = [{"letter": each.number, "day": each.day, "body": each.body} for each in new]
    if rows:
        session.execute(_KEEP_NEW[session.dialect.name, bodies.table.name], rows)


def of_message(session: Session, bodies: Bodies, number: int) -> bytes | None:
    """The bytes of one message; none at all where it has no bytes (any more), and None where there is no message.

    Raises BodyAway, BodyWrong.
    """
    row = session.execute(_ONE[bodies.table.name], {"number": number}).one_or_none()
    if row is None:
        return None
    here: bytes | None = row.body
    return here if here is not None else _moved(session, bodies, [number]).get(number, b"")


def of_messages(session: Session, bodies: Bodies, days: Mapping[int, date]) -> Mapping[int, bytes]:
    """The bytes of messages that are given by number, each with its day; those without bytes are left out.

    Raises BodyAway, BodyWrong.
    """
    here = of_messages_here(session, bodies, days)
    return {**here, **_moved(session, bodies, days.keys() - here.keys())}


def of_messages_here(session: Session, bodies: Bodies, days: Mapping[int, date]) -> Mapping[int, bytes]:
    """The same of those alone whose bytes lie in the database."""
    return _here(session, bodies, days, bodies.table.c.body)


def beginnings(
    session: Session, bodies: Bodies, days: Mapping[int, date], *, length: int
) -> Mapping[int, bytes]:
    """How the bytes of these messages begin, at most so many bytes of each; those without bytes are left out."""
    body = bodies.table.c.body
    here = _here(session, bodies, days, func.substr(body, 1, length, type_=body.type).label("body"))
    moved = _moved(session, bodies, days.keys() - here.keys())
    # Of no bytes at all SQLite cuts nothing, which is no bytes either.
    cut = {number: begins or b"" for number, begins in here.items()}
    return {**cut, **{number: whole[:length] for number, whole in moved.items()}}


def beside(
    session: Session, bodies: Bodies, question: Select[Any]
) -> Iterator[tuple[Row[Any], bytes | None]]:
    """What a question about messages finds, each row with the bytes of its message, or None where it has none.

    The question has the number and the day of the message among its columns. Some are read at a time, so that neither
    all bytes lie in memory nor is each asked for by itself. Raises BodyAway, BodyWrong.
    """
    yield from _beside(session, bodies, question, of_messages)


def beside_here(
    session: Session, bodies: Bodies, question: Select[Any]
) -> Iterator[tuple[Row[Any], bytes | None]]:
    """The same with the bytes that lie in the database alone: the object storage is not asked."""
    yield from _beside(session, bodies, question, of_messages_here)


def _beside(
    session: Session,
    bodies: Bodies,
    question: Select[Any],
    read: Callable[[Session, Bodies, Mapping[int, date]], Mapping[int, bytes]],
) -> Iterator[tuple[Row[Any], bytes | None]]:
    number, day = bodies.number.name, bodies.day.name
    for rows in session.execute(question).partitions(_AT_A_TIME):
        found = read(session, bodies, {row._mapping[number]: row._mapping[day] for row in rows})
        for row in rows:
            yield row, found.get(row._mapping[number])


def held_by(session: Session, bodies: Bodies, which: ColumnElement[bool]) -> Sequence[tuple[int, date]]:
    """The number and day of the messages that have bytes, among those that meet the condition, in order."""
    question = select(bodies.number.label("number"), bodies.day.label("day")).where(which, bodies.is_there())
    return [(row.number, row.day) for row in session.execute(question.order_by(bodies.number))]


def take_away(session: Session, bodies: Bodies, number: int, day: date) -> None:
    """Remove the bytes of a message, which stand among those that are disposed of by now."""
    session.execute(_TAKE_AWAY[bodies.table.name], {"number": number, "of_day": day})


def _here(
    session: Session, bodies: Bodies, days: Mapping[int, date], what: ColumnElement[bytes]
) -> dict[int, bytes]:
    if not days:
        return {}
    table = bodies.table
    within = table.c.day.between(min(days.values()), max(days.values()))
    question = select(table.c.letter, what).where(among(session, table.c.letter, list(days)), within)
    return {row.letter: row.body for row in session.execute(question)}


def _moved(session: Session, bodies: Bodies, numbers: Collection[int]) -> Mapping[int, bytes]:
    """The bytes of those of the messages whose bytes lie in the object storage."""
    stored = object_store.of_messages(session, bodies.kind, numbers) if numbers else ()
    if not stored:
        return {}
    storage = storage_of(session)
    if storage is None:
        raise BodyAway(stored[0].number, NO_STORAGE)
    if len(stored) == 1:
        return {stored[0].number: read_back(storage, stored[0])}
    with ThreadPoolExecutor(_AT_ONCE) as pool:
        found = pool.map(partial(read_back, storage), stored)
        return {each.number: body for each, body in zip(stored, found, strict=True)}


def read_back(storage: ObjectStorage, stored: StoredBody) -> bytes:
    """The bytes of a message out of the object storage, and no others. Raises BodyAway, BodyWrong."""
    try:
        body = storage.get(stored.place)
    except StorageError as error:
        if error.fault is StorageFault.MISSING:
            raise BodyWrong(stored.number) from error
        raise BodyAway(stored.number, error.text) from error
    if hashlib.sha256(body).hexdigest() != stored.sha256:
        raise BodyWrong(stored.number)
    return body


# Prepared once: building a statement costs more than running it.
_BOTH: Final = {each.table.name: each for each in (IN, OUT)}
_KEEP: Final = {name: insert(each.table) for name, each in _BOTH.items()}
_KEEP_NEW: Final = {
    (engine, name): dialect.insert(each.table).on_conflict_do_nothing()
    for engine, dialect in (("postgresql", postgresql), ("sqlite", sqlite))
    for name, each in _BOTH.items()
}
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
