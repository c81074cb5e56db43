"""Wrong tries as the database holds them: a row a key, which is stored as sha256."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import RowMapping, case, delete, func, insert, select, update

from accounts.tables import wrong_try
from accounts.tokens import fingerprint
from foundation.sql import Session, take_turns


@dataclass(frozen=True, slots=True)
class Tries:
    """How many tries of a key have not lapsed, since when the next lapses, and from when on it may be tried again."""

    count: int
    last_at: datetime
    open_at: datetime


def of_key_in_turn(session: Session, key: str) -> Tries | None:
    """The tries of a key, None before the first; who counts the same key at once waits until this has ended."""
    mark = fingerprint(key)
    take_turns(session, f"wrong_try {mark}")
    row = session.execute(select(wrong_try).where(wrong_try.c.key_sha256 == mark)).mappings().one_or_none()
    if row is None:
        return None
    return _tries(row)


def add(session: Session, key: str, tries: Tries) -> None:
    """The first tries of a key."""
    session.execute(insert(wrong_try), {"key_sha256": fingerprint(key), **_columns(tries)})


def change(session: Session, key: str, tries: Tries) -> None:
    """Put these in the place of the tries a key has."""
    session.execute(
        update(wrong_try).where(wrong_try.c.key_sha256 == fingerprint(key)).values(_columns(tries))
    )


def remove(session: Session, key: str) -> None:
    """Forget all tries of a key."""
    session.execute(delete(wrong_try).where(wrong_try.c.key_sha256 == fingerprint(key)))


def take_back(session: Session, key: str, tries: int) -> None:
    """Take back so many tries of a key, or as many as there are; it may be tried again at once."""
    count = wrong_try.c.count
    session.execute(
        update(wrong_try)
        .where(wrong_try.c.key_sha256 == fingerprint(key))
        .values(count=case((count > tries, count - tries), else_=0), open_at=wrong_try.c.last_at)
    )


def waiting(session: Session, *, at_least: int, open_after: datetime) -> Mapping[str, Tries]:
    """The marks of the keys with so many tries whose next one may come after then, with their tries."""
    tried = wrong_try.c.count >= at_least, wrong_try.c.open_at > open_after
    rows = session.execute(select(wrong_try).where(*tried)).mappings()
    return {row["key_sha256"]: _tries(row) for row in rows}


def count_waiting(session: Session, *, now: datetime) -> int:
    """How many keys may not be tried again yet."""
    question = select(func.count()).select_from(wrong_try).where(wrong_try.c.open_at > now)
    return int(session.execute(question).scalar_one())


def remove_before(session: Session, before: datetime) -> None:
    """Remove the keys of which nothing has lapsed since then."""
    session.execute(delete(wrong_try).where(wrong_try.c.last_at < before))


def _tries(row: RowMapping) -> Tries:
    return Tries(count=int(row["count"]), last_at=row["last_at"], open_at=row["open_at"])


def _columns(tries: Tries) -> dict[str, object]:
    return {"count": tries.count, "last_at": tries.last_at, "open_at": tries.open_at}
