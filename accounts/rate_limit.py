"""Wrong tries, and the growing time between them.

Convention: tries are counted for a key, such as one name from one client, so whoever guesses at a name from
elsewhere delays only himself and never its owner. A try is counted before it is judged, in its own transaction,
so that a hundred at once are a hundred; a right one takes its count back. Keys are stored as sha256.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from math import ceil
from typing import Final

from sqlalchemy import delete, insert, select, update

from accounts.tables import wrong_try
from accounts.tokens import fingerprint
from foundation.backoff import Ladder
from foundation.errors import Refused
from foundation.sql import Session, take_turns

_FORGOTTEN_AFTER: Final = timedelta(hours=24)


@dataclass(frozen=True, slots=True)
class Limit:
    """How many tries are free, and the longest wait after that; each further try doubles it from two seconds."""

    free: int
    longest: timedelta = timedelta(minutes=15)

    def wait_after(self, count: int) -> timedelta:
        """How long after try number `count` the next one has to wait.

        >>> [Limit(5).wait_after(each).seconds for each in (4, 5, 6, 20)]
        [0, 2, 4, 900]
        """
        if count < self.free:
            return timedelta()
        ladder = Ladder.doubling(timedelta(seconds=2), self.longest)
        return ladder.rest_without_end(count - self.free + 1)


class TooOften(Refused):
    """More was tried than one client may; `seconds` until it may go on."""

    def __init__(self, seconds: int) -> None:
        super().__init__(
            f"Det blev för många försök. Vänta {seconds} sekunder och försök igen.",
            f"There were too many tries. Wait {seconds} seconds and try again.",
        )
        self.seconds = seconds


ONE_NAME: Final = Limit(free=5)
ONE_CLIENT: Final = Limit(free=40)
MAILS: Final = Limit(free=5, longest=timedelta(hours=1))


def count(session: Session, key: str, patience: Limit, *, now: datetime) -> None:
    """Count a try. Raises TooOften before its time has come; then it is not counted."""
    mark = fingerprint(key)
    take_turns(session, f"wrong_try {mark}")
    row = session.execute(select(wrong_try).where(wrong_try.c.key_sha256 == mark)).mappings().one_or_none()
    if row is not None and now < row["open_at"]:
        raise TooOften(ceil((row["open_at"] - now).total_seconds()))
    before = 0 if row is None or now - row["last_at"] > _FORGOTTEN_AFTER else int(row["count"])
    values = {"count": before + 1, "last_at": now, "open_at": now + patience.wait_after(before + 1)}
    if row is None:
        session.execute(insert(wrong_try), {"key_sha256": mark, **values})
    else:
        session.execute(update(wrong_try).where(wrong_try.c.key_sha256 == mark).values(values))


def forget(session: Session, key: str) -> None:
    """Forget all tries of a key: the right one has come."""
    session.execute(delete(wrong_try).where(wrong_try.c.key_sha256 == fingerprint(key)))


def take_back(session: Session, key: str) -> None:
    """Take back the one try that was right, where the key is shared with others."""
    session.execute(
        update(wrong_try)
        .where(wrong_try.c.key_sha256 == fingerprint(key), wrong_try.c.count > 0)
        .values(count=wrong_try.c.count - 1, open_at=wrong_try.c.last_at)
    )


def sweep(session: Session, *, now: datetime) -> None:
    """Remove what is too old to count."""
    session.execute(delete(wrong_try).where(wrong_try.c.last_at < now - _FORGOTTEN_AFTER))
