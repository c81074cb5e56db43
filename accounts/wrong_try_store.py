"""Wrong tries as the database holds them: a row a key, which is stored as sha256."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, insert, select, update

from accounts.tables import wrong_try
from accounts.tokens import fingerprint
from foundation.sql import Session, take_turns


@dataclass(frozen=True, slots=True)
class Tries:
    """How often a key was tried, when last, and from when on it may be tried again."""

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
    return Tries(count=int(row["count"]), last_at=row["last_at"], open_at=row["open_at"])


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


def take_back_one(session: Session, key: str) -> None:
    """Take back one try of a key, which may be tried again at once."""
    session.execute(
        update(wrong_try)
        .where(wrong_try.c.key_sha256 == fingerprint(key), wrong_try.c.count > 0)
        .values(count=wrong_try.c.count - 1, open_at=wrong_try.c.last_at)
    )


def remove_before(session: Session, before: datetime) -> None:
    """Remove the keys tried last before then."""
    session.execute(delete(wrong_try).where(wrong_try.c.last_at < before))


def _columns(tries: Tries) -> dict[str, object]:
    return {"count": tries.count, "last_at": tries.last_at, "open_at": tries.open_at}
