"""What waits for somebody, for the menu: counted by the fronts as their own pages count it, and added up by entry.

Convention: the menu stands on every page, so it must cost next to nothing. What was counted is kept in the process for
each person: until they press something themselves, for a quarter of a minute while others write in the journal, and
for a minute while nobody does. Who cannot be told, for a database away or books without a register, is shown the menu
without numbers.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from threading import Lock
from time import monotonic
from typing import Final

from sqlalchemy.exc import SQLAlchemyError

from accounts.identity import Person
from audit import journal_queries
from foundation.database import Database
from foundation.errors import Refused
from foundation.text import Text
from web import fronts, navigation
from web.fronts import Waits

_KEPT_FOR: Final = 60.0
_KEPT_WHILE_OTHERS_WRITE: Final = 15.0
_PEOPLE_MOST: Final = 2_000


@dataclass(frozen=True, slots=True)
class Waiting:
    """Something that waits for this person: what, how much of it, and where it is dealt with."""

    words: Text
    count: int
    address: str


@dataclass(frozen=True, slots=True)
class _Counted:
    journal: int
    today: date
    at: float
    by_entry: Mapping[str, int]

    def holds(self, journal: int, today: date) -> bool:
        """Whether it is of today, and as new as it must be: newer where something has been written since."""
        kept_for = _KEPT_FOR if journal == self.journal else _KEPT_WHILE_OTHERS_WRITE
        return self.today == today and monotonic() < self.at + kept_for


class MenuCounts:
    """What was counted for the menus of this process."""

    def __init__(self) -> None:
        self._counted: dict[str, _Counted] = {}
        self._lock = Lock()

    def of(self, database: Database, person: Person, *, today: date, anew: bool = False) -> Mapping[str, int]:
        """How much waits below each entry of the person's menu, by its path; an entry with nothing is left out.

        `anew` says that the person has just done something, so that what was counted before is not kept.
        """
        try:
            with database.reading() as session:
                written = journal_queries.newest(session)
                with self._lock:
                    held = self._counted.get(person.id)
                if held is not None and not anew and held.holds(written, today):
                    return held.by_entry
                found: list[Waits] = []
                for counting in fronts.countings():
                    found += counting(session, person, today)
        except (Refused, SQLAlchemyError):
            return {}
        by_entry = _by_entry(person, found)
        with self._lock:
            if len(self._counted) >= _PEOPLE_MOST:
                self._counted.clear()
            self._counted[person.id] = _Counted(written, today, monotonic(), by_entry)
        return by_entry


def _by_entry(person: Person, found: Iterable[Waits]) -> Mapping[str, int]:
    added: dict[str, int] = {}
    for each in found:
        entry = navigation.current(person, each.address.partition("?")[0])
        if entry and each.count:
            added[entry] = added.get(entry, 0) + each.count
    return added
