"""Wrong tries, how they lapse, and the growing time between them.

Convention: tries are counted for a key, such as one name from one client. A try is counted before it is judged, in its
own transaction, so that a hundred at once are a hundred; a right one takes back its own and the wrong ones before it.
What is left lapses steadily, one after the other, so that a few mistakes a day never add up, while guessing goes on as
slowly tomorrow as today. Keys are stored as sha256. How much guessing that leaves is `Limit.a_day`.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from math import ceil
from typing import Final

from accounts.guessing import wrong_try_store
from accounts.guessing.wrong_try_store import Tries
from foundation import leases
from foundation.backoff import Ladder
from foundation.errors import Refused
from foundation.formatting import seconds_text
from foundation.sql import Session
from foundation.text import Text

_FIRST_WAIT: Final = timedelta(seconds=2)
_DAY: Final = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Limit:
    """How many tries are free, how soon one lapses, and the longest wait; it doubles from two seconds."""

    free: int
    lapse: timedelta = timedelta(hours=1)
    longest: timedelta = timedelta(minutes=15)

    def wait_after(self, count: int) -> timedelta:
        """How long after try number `count` the next one has to wait.

        >>> [Limit(5).wait_after(each).seconds for each in (4, 5, 6, 20)]
        [0, 2, 4, 900]
        """
        if count < self.free:
            return timedelta()
        return self._ladder.rest_without_end(count - self.free + 1)

    @property
    def most(self) -> int:
        """What is counted to: from here on the wait is the longest, and counting on would only delay the lapse."""
        return self.free + len(self._ladder.steps) - 1

    @property
    def a_day(self) -> int:
        """How many wrong tries of one key a day lets through at most: all that come before the longest wait, and one
        after each of those.

        >>> Limit(5).a_day
        110
        """
        return self.most + ceil(_DAY / self.longest)

    def left(self, tries: Tries, *, now: datetime) -> Tries:
        """What is left of tries by now: one fewer for each lapse that has gone by."""
        lapsed = max(0, (now - tries.last_at) // self.lapse)
        if lapsed >= tries.count:
            return Tries(0, last_at=now, open_at=tries.open_at)
        return Tries(tries.count - lapsed, last_at=tries.last_at + lapsed * self.lapse, open_at=tries.open_at)

    def after_one(self, tries: Tries | None, *, now: datetime) -> Tries:
        """The tries with one more. Raises TooOften before its time has come."""
        if tries is None:
            tries = Tries(0, last_at=now, open_at=now)
        if tries.open_at > now + self.longest + leases.SLACK:
            # Counted by a clock that was ahead: the tries stand, and the wait begins anew with this one.
            tries = replace(tries, last_at=now, open_at=now)
        if now < tries.open_at:
            raise TooOften(ceil((tries.open_at - now).total_seconds()))
        left = self.left(tries, now=now)
        count = min(left.count + 1, self.most)
        return Tries(count, last_at=left.last_at, open_at=now + self.wait_after(count))

    @property
    def _ladder(self) -> Ladder:
        return Ladder.doubling(_FIRST_WAIT, self.longest)


class TooOften(Refused):
    """More was tried than may be; `seconds` until it may go on."""

    def __init__(self, seconds: int) -> None:
        super().__init__(
            Text(
                "Det blev för många försök. Vänta %(seconds)s och försök igen.", seconds=seconds_text(seconds)
            )
        )
        self.seconds = seconds


class GuessedByMany(TooOften):
    """One name is tried from many places, and from this browser it was never signed in to; the same for no name."""

    def __init__(self, seconds: int) -> None:
        Refused.__init__(
            self,
            Text(
                "Det har gjorts många försök att logga in med den adressen. Logga in från en webbläsare där du har "
                "varit inloggad förut, välj ett nytt lösenord med länken nedanför, eller vänta %(seconds)s.",
                seconds=seconds_text(seconds),
            ),
        )
        self.seconds = seconds


class SignInsBusy(Refused):
    """More people sign in than can be answered now; `seconds` until it is worth another try."""

    def __init__(self, seconds: int) -> None:
        super().__init__(
            Text(
                "Väldigt många loggar in just nu, och ingenting har hänt med det du skickade. Vänta %(seconds)s "
                "och försök igen.",
                seconds=seconds_text(seconds),
            )
        )
        self.seconds = seconds


ONE_NAME: Final = Limit(free=5, lapse=timedelta(minutes=20))
"""One name from one client, or from one browser that is known. It lapses no slower than what is shared with others, so
that nobody takes back more of that than he has added."""

ONE_CLIENT: Final = Limit(free=40, lapse=timedelta(minutes=20))
"""All names from one client: an office shares its address."""

STRANGERS: Final = Limit(free=20)
"""One name from everywhere but its own browsers (`known_devices`)."""

SECOND_STEP: Final = Limit(free=8)
"""One person's codes."""

MAILS: Final = Limit(free=5, lapse=timedelta(hours=3), longest=timedelta(hours=1))
"""Links asked for by one client, or to one address."""

EVERY_LIMIT: Final[Sequence[Limit]] = (ONE_NAME, ONE_CLIENT, STRANGERS, SECOND_STEP, MAILS)

_FORGOTTEN_AFTER: Final = max(each.most * each.lapse for each in EVERY_LIMIT)


def count(session: Session, key: str, limit: Limit, *, now: datetime) -> None:
    """Count a try. Raises TooOften before its time has come; then it is not counted."""
    held = wrong_try_store.of_key_in_turn(session, key)
    tries = limit.after_one(held, now=now)
    if held is None:
        wrong_try_store.add(session, key, tries)
    else:
        wrong_try_store.change(session, key, tries)


def forget(session: Session, key: str) -> int:
    """Forget all tries of a key, for the right one has come; how many they were."""
    held = wrong_try_store.of_key_in_turn(session, key)
    wrong_try_store.remove(session, key)
    return held.count if held is not None else 0


def take_back(session: Session, key: str, tries: int) -> None:
    """Take back so many tries of a key that is shared with others: they were somebody's who has come in since."""
    wrong_try_store.take_back(session, key, tries)


def sweep(session: Session, *, now: datetime) -> None:
    """Remove what has lapsed altogether."""
    wrong_try_store.remove_before(session, now - _FORGOTTEN_AFTER)
