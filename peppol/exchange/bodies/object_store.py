"""Which messages' bytes lie in the object storage, as the database holds it: noted, held, disposed of, forgotten."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, Row, case, delete, func, insert, or_, select, update

from foundation.sql import Session, among
from peppol.exchange.bodies.object_storage import ObjectPlace, StorageFault
from peppol.exchange.bodies.tables import body_object

MessageKey = tuple[str, int]
"""What bytes are called in every table that names some: their kind (LETTER_IN, LETTER_OUT) and message's number."""


@dataclass(frozen=True, slots=True)
class StoredBody:
    """The bytes of one message in the object storage: whose, where, and what they must be. `size` is in bytes."""

    kind: str
    number: int
    day: date
    place: ObjectPlace
    sha256: str
    size: int
    is_held: bool = False
    fault: str = ""


@dataclass(frozen=True, slots=True)
class StorageFigures:
    """How much lies in the object storage, and what it has not done yet. Sizes are in bytes."""

    bodies: int
    size: int
    newest_at: datetime | None
    to_remove: int
    faults: int


def add(session: Session, stored: StoredBody, *, at: datetime) -> None:
    """Note where the bytes of a message lie."""
    row = {
        "kind": stored.kind,
        "letter": stored.number,
        "day": stored.day,
        "bucket": stored.place.bucket,
        "object_key": stored.place.key,
        "version": stored.place.version,
        "sha256": stored.sha256,
        "size": stored.size,
        "stored_at": at,
    }
    session.execute(insert(body_object), row)


def of_messages(session: Session, kind: str, numbers: Collection[int]) -> Sequence[StoredBody]:
    """The bytes of these messages that lie in the object storage and are not disposed of."""
    mine = (body_object.c.kind == kind) & among(session, body_object.c.letter, list(numbers))
    found = session.execute(select(body_object).where(mine, body_object.c.disposed_at.is_(None)))
    return [_stored(row) for row in found]


def every(session: Session, *, sample: int | None = None) -> Iterator[StoredBody]:
    """All of them that are not disposed of, or so many by chance."""
    question = select(body_object).where(body_object.c.disposed_at.is_(None))
    if sample is not None:
        question = question.order_by(func.random()).limit(sample)
    for row in session.execute(question.execution_options(yield_per=200)):
        yield _stored(row)


def dispose(session: Session, kind: str, number: int, *, at: datetime) -> None:
    """Note that nobody is to be shown these bytes any more, and that the object is to be removed."""
    mine = (body_object.c.kind == kind) & (body_object.c.letter == number)
    session.execute(update(body_object).where(mine).values(disposed_at=at))


def to_remove(session: Session, *, tried_until: datetime) -> Sequence[StoredBody]:
    """Those whose object is to be removed, but for what was tried in vain later than that."""
    rested = or_(body_object.c.tried_at.is_(None), body_object.c.tried_at <= tried_until)
    gone = select(body_object).where(body_object.c.disposed_at.is_not(None), rested)
    return [_stored(row) for row in session.execute(gone.order_by(body_object.c.kind, body_object.c.letter))]


def forget(session: Session, stored: StoredBody) -> None:
    """Note that the object is removed."""
    session.execute(delete(body_object).where(*_is(stored), body_object.c.disposed_at.is_not(None)))


def held(session: Session) -> Sequence[StoredBody]:
    """Those whose object bears a legal hold, but for what is to be removed."""
    standing = body_object.c.is_held & body_object.c.disposed_at.is_(None)
    return [_stored(row) for row in session.execute(select(body_object).where(standing))]


def note_hold(session: Session, stored: StoredBody, *, stands: bool) -> None:
    """Note that the object bears a legal hold now, or none."""
    session.execute(update(body_object).where(*_is(stored)).values(is_held=stands, fault="", tried_at=None))


def note_fault(session: Session, stored: StoredBody, fault: StorageFault, *, at: datetime) -> None:
    """Note why the storage has not done what it was asked about the object; it is asked again."""
    session.execute(update(body_object).where(*_is(stored)).values(fault=fault.value, tried_at=at))


def with_faults(session: Session) -> Sequence[StoredBody]:
    """Those about which the storage has not done what it was asked."""
    found = select(body_object).where(body_object.c.fault != "")
    return [_stored(row) for row in session.execute(found.order_by(body_object.c.kind, body_object.c.letter))]


def known(session: Session, places: Collection[ObjectPlace]) -> set[ObjectPlace]:
    """Those of these places that the books know."""
    keys = sorted({each.key for each in places})
    found = select(body_object.c.bucket, body_object.c.object_key, body_object.c.version)
    rows = session.execute(found.where(among(session, body_object.c.object_key, keys)))
    return {ObjectPlace(row.bucket, row.object_key, row.version) for row in rows} & set(places)


def figures(session: Session) -> StorageFigures:
    """How much lies there, and what is not done yet."""
    gone = case((body_object.c.disposed_at.is_not(None), 1), else_=0)
    faults = case((body_object.c.fault != "", 1), else_=0)
    row = session.execute(
        select(
            func.count().label("bodies"),
            func.coalesce(func.sum(body_object.c.size), 0).label("size"),
            func.max(body_object.c.stored_at, type_=body_object.c.stored_at.type).label("newest_at"),
            func.coalesce(func.sum(gone), 0).label("to_remove"),
            func.coalesce(func.sum(faults), 0).label("faults"),
        )
    ).one()
    return StorageFigures(int(row.bodies), int(row.size), row.newest_at, int(row.to_remove), int(row.faults))


def _is(stored: StoredBody) -> tuple[ColumnElement[bool], ColumnElement[bool]]:
    return body_object.c.kind == stored.kind, body_object.c.letter == stored.number


def _stored(row: Row[Any]) -> StoredBody:
    return StoredBody(
        kind=row.kind,
        number=row.letter,
        day=row.day,
        place=ObjectPlace(row.bucket, row.object_key, row.version),
        sha256=row.sha256,
        size=row.size,
        is_held=row.is_held,
        fault=row.fault,
    )
