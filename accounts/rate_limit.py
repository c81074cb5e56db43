"""Wrong tries, and the growing time between them.

Convention: tries are counted for a key, such as one name from one client, so whoever guesses at a name from
elsewhere delays only himself and never its owner. A try is counted before it is judged, in its own transaction,
so that a hundred at once are a hundred; a right one takes its count back. Keys are stored as sha256.
"""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from math import ceil
from typing import Final

from accounts import wrong_try_store
from accounts.wrong_try_store import Tries
from foundation import leases
from foundation.backoff import Ladder
from foundation.errors import Refused
from foundation.sql import Session
from foundation.text import Text

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
            Text("Det blev för många försök. Vänta %(seconds)s sekunder och försök igen.", seconds=seconds)
        )
        self.seconds = seconds


ONE_NAME: Final = Limit(free=5)
ONE_CLIENT: Final = Limit(free=40)
MAILS: Final = Limit(free=5, longest=timedelta(hours=1))


def count(session: Session, key: str, patience: Limit, *, now: datetime) -> None:
    """Count a try. Raises TooOften before its time has come; then it is not counted."""
    held = wrong_try_store.of_key_in_turn(session, key)
    if held is not None and leases.ahead(held.last_at, now):
        # Counted by a clock that was ahead: the tries stand, and the wait begins anew with this one.
        held = replace(held, last_at=now, open_at=now)
    if held is not None and now < held.open_at:
        raise TooOften(ceil((held.open_at - now).total_seconds()))
    before = 0 if held is None or now - held.last_at > _FORGOTTEN_AFTER else held.count
    tries = Tries(count=before + 1, last_at=now, open_at=now + patience.wait_after(before + 1))
    if held is None:
        wrong_try_store.add(session, key, tries)
    else:
        wrong_try_store.change(session, key, tries)


def forget(session: Session, key: str) -> None:
    """Forget all tries of a key: the right one has come."""
    wrong_try_store.remove(session, key)


def take_back(session: Session, key: str) -> None:
    """Take back the one try that was right, where the key is shared with others."""
    wrong_try_store.take_back_one(session, key)


def sweep(session: Session, *, now: datetime) -> None:
    """Remove what is too old to count."""
    wrong_try_store.remove_before(session, now - _FORGOTTEN_AFTER)
