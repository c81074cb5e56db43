"""The mark of the books: how far they have come, kept in the database and beside what lies outside it.

A database that is restored from a backup is older than the files, messages and payments that left after it, and nothing
in it can say so. So a mark lies outside as well. It is counted on (`tick`) in the transaction before every effect
outside, and written outside after that commit and before the effect: what has left is never newer than a mark that lies
outside. Books whose own mark is behind the one outside have been restored; they are held (`hold`): nothing is written
in them by anybody until a person has gone through what came after the backup.

What a process had in its hand when the backup was taken is as after a crash: the same instance identifier is used
again.
"""

import fcntl
import json
import os
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Final

from sqlalchemy import insert, select, update

from foundation import number_series
from foundation import tables as foundation_tables
from foundation.errors import Refused
from foundation.sql import Session
from foundation.text import Text

_MARK, _HEAD = foundation_tables.books_mark, foundation_tables.journal_head
_TICKED: Final = "books mark"
_ENDED: Final = "books_ended"
_WENT: Final = "gone_through_by"
_LAST: Final = "gone_through_last_by"
_UNSEEN: Final = "mark_unseen"


@dataclass(frozen=True, slots=True, order=True)
class BooksMark:
    """How far the books have come: their generation and tick, the head of the journal and the last of each series."""

    generation: int
    tick: int
    journal: int = 0
    at: str = ""
    series: Mapping[str, int] = field(default_factory=dict, compare=False)

    def is_ahead_of(self, books: "BooksMark") -> bool:
        """Whether books with that mark are older than what this one was written beside.

        >>> BooksMark(1, 7).is_ahead_of(BooksMark(1, 5)), BooksMark(1, 7).is_ahead_of(BooksMark(2, 1))
        (True, False)
        """
        if self.generation != books.generation:
            return self.generation > books.generation
        return self.tick > books.tick or self.journal > books.journal

    def is_tick_of(self, other: "BooksMark") -> bool:
        """Whether both were written for the same tick."""
        return (self.generation, self.tick) == (other.generation, other.tick)


class BooksRestored(Refused):
    """The books are older than what lies outside them: they were restored, and nobody has gone through that yet."""

    def __init__(self) -> None:
        super().__init__(
            Text(
                "Böckerna är återställda från en säkerhetskopia och äldre än det som har lämnat dem. Inget skickas, "
                "hämtas, betalas eller ändras förrän någon har gått igenom det. Kör: billing restore look"
            )
        )


def start(session: Session) -> None:
    """Make the row, where there is none."""
    if session.scalar(select(_MARK.c.id)) is None:
        session.execute(insert(_MARK), {"id": 1, "generation": 1, "tick": 0})


def tick(session: Session) -> None:
    """Count on, in a transaction whose commit something outside will follow: the mark is written out in between."""
    session.execute(update(_MARK).where(_MARK.c.id == 1).values(tick=_MARK.c.tick + 1))
    session.info[_TICKED] = True


def has_ticked(session: Session) -> bool:
    """Whether this transaction counted on; asked once."""
    return bool(session.info.pop(_TICKED, False))


def of_books(session: Session, *, at: str = "") -> BooksMark | None:
    """The mark the database has; None in books that have none yet."""
    row = session.execute(select(_MARK.c.generation, _MARK.c.tick)).one_or_none()
    if row is None:
        return None
    head = session.scalar(select(_HEAD.c.sequence)) or 0
    series = {name: last for name, (_, last) in number_series.ranges(session).items()}
    return BooksMark(row.generation, row.tick, head, at, series)


def is_held(session: Session) -> bool:
    """Whether the books are held until a restore is gone through."""
    return bool(session.scalar(select(_MARK.c.held_since)))


def seen_outside(session: Session) -> BooksMark | None:
    """What the mark outside said when the books were held; None where they are not."""
    row = session.execute(select(_MARK.c.held_since, _MARK.c.seen)).one_or_none()
    return _parsed(row.seen) if row is not None and row.held_since else None


@dataclass(frozen=True, slots=True)
class Hold:
    """Books that are held: the last row of the journal as they were restored, and who has gone through it since.

    The row is None where it was not noted: books that an earlier version holds. Who went through it last is empty where
    nobody has, and where it was not noted yet who of them did. Without a mark outside it is not known how far the books
    had come before they were lost.
    """

    ended: int | None
    gone_through_by: tuple[str, ...] = ()
    gone_through_last_by: str = ""
    is_mark_known: bool = True


def holding(session: Session, *, for_update: bool = False) -> Hold | None:
    """How far held books have come; None where they are not held. `for_update` lets nobody note meanwhile."""
    query = select(_MARK.c.held_since, _MARK.c.seen)
    row = session.execute(query.with_for_update() if for_update else query).one_or_none()
    if row is None or not row.held_since:
        return None
    seen = json.loads(row.seen)
    ended = seen.get(_ENDED)
    return Hold(
        None if ended is None else int(ended),
        tuple(seen.get(_WENT, ())),
        str(seen.get(_LAST, "")),
        not seen.get(_UNSEEN, False),
    )


def note_gone_through(session: Session, by: str) -> None:
    """Note of held books that somebody has gone through the restore."""
    seen = json.loads(session.execute(select(_MARK.c.seen).with_for_update()).scalar_one())
    seen[_WENT], seen[_LAST] = sorted({*seen.get(_WENT, ()), by}), by
    session.execute(update(_MARK).values(seen=json.dumps(seen)))


def hold(session: Session, outside: BooksMark | None, *, at: str) -> bool:
    """Hold the books until the restore is gone through; False where they are held already.

    `outside` is how far they had come before, None where nothing outside tells: their own mark stands in for it.
    """
    held = update(_MARK).where(_MARK.c.id == 1, _MARK.c.held_since == "")
    # Where the books ended: whoever goes through the restore adds rows of their own.
    ended = session.scalar(select(_HEAD.c.sequence)) or 0
    mark = outside or of_books(session) or BooksMark(0, 0)
    seen = {**asdict(mark), _ENDED: ended, **({} if outside else {_UNSEEN: True})}
    values = {"held_since": at, "seen": json.dumps(seen)}
    return bool(session.execute(held.values(**values)).rowcount)


def release(session: Session, outside: BooksMark) -> None:
    """A new generation begins, ahead of everything outside."""
    mark = of_books(session)
    assert mark is not None  # noqa: S101 - books that are held have a mark
    generation = max(mark.generation, outside.generation) + 1
    session.execute(
        update(_MARK).where(_MARK.c.id == 1).values(generation=generation, held_since="", seen="")
    )
    tick(session)


# --- outside the database ---------------------------------------------------------------------------------


def read(places: Sequence[Path]) -> BooksMark | None:
    """The mark that is furthest ahead of those that lie there; None where there is none."""
    found = [mark for place in places if (mark := _read(place)) is not None]
    return max(found, default=None)


def write(places: Sequence[Path], mark: BooksMark) -> None:
    """Write the mark beside what lies outside, flushed; one that is further ahead already stays. Raises OSError."""
    for place in places:
        place.parent.mkdir(parents=True, exist_ok=True)
        with place.with_name(f"{place.name}.lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            before = _read(place)
            if before is not None and before >= mark:
                continue
            temporary = place.with_name(f"{place.name}.tmp")
            with temporary.open("w", encoding="ascii") as file:
                json.dump(asdict(mark), file)
                file.flush()
                os.fsync(file.fileno())
            temporary.rename(place)


def _read(place: Path) -> BooksMark | None:
    try:
        return _parsed(place.read_text(encoding="ascii"))
    except FileNotFoundError:
        return None


def _parsed(text: str) -> BooksMark:
    try:
        told = json.loads(text)
        return BooksMark(
            int(told["generation"]),
            int(told["tick"]),
            int(told["journal"]),
            str(told["at"]),
            dict(told["series"]),
        )
    except (ValueError, KeyError, TypeError) as wrong:
        raise Refused(
            Text(
                "Märket som ligger utanför böckerna går inte att läsa. Ta bort filen bara om du vet att databasen inte "
                "är återställd; den skrivs då på nytt."
            )
        ) from wrong
