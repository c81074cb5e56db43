"""The mark of the books: how far they have come, kept in the database and beside what lies outside it.

A database that is restored from a backup is older than the files, messages and payments that left after it, and nothing
in it can say so. So a mark lies outside as well. It is counted on (`tick`) in the transaction before every effect
outside, and written outside after that commit and before the effect: what has left is never newer than a mark that lies
outside. Books whose own mark is behind the one outside have been restored; they are held (`hold`): nothing is written
in them by anybody until a person has gone through what came after the backup.

It is counted in slots, so that those who count at once hold rows of their own; the tick of the books is the sum. It is
read when the transaction is committed: then it counts everything that was committed before, and a backup that lacks the
transaction has a smaller sum, whoever else counted meanwhile (decision 121). Each count leaves a token in its slot:
where a standby that lacked the last moments took a primary's place, the same number is counted again with another.

What a process had in its hand when the backup was taken is as after a crash: the same instance identifier is used
again.
"""

import fcntl
import json
import os
import secrets
import threading
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Final

from sqlalchemy import insert, select, text, update

from foundation import number_series
from foundation import tables as foundation_tables
from foundation.errors import Refused
from foundation.journal_chains import chain_store
from foundation.sql import Session
from foundation.text import Text

_MARK, _TICK = foundation_tables.books_mark, foundation_tables.books_tick
_SLOTS: Final = 64
_COUNT_ON = text(
    "INSERT INTO books_tick (slot, tick, token) VALUES (:slot, 1, :token)"
    " ON CONFLICT (slot) DO UPDATE SET tick = books_tick.tick + 1, token = excluded.token"
)
_TICKED: Final = "books mark"
_ENDED: Final = "books_ended"
_WENT: Final = "gone_through_by"
_LAST: Final = "gone_through_last_by"
_UNSEEN: Final = "mark_unseen"
_NEVER: Final = (0, "")


@dataclass(frozen=True, slots=True, order=True)
class BooksMark:
    """How far the books have come: generation and tick, the newest row of the journal, the last of each series."""

    generation: int
    tick: int
    journal: int = 0
    at: str = ""
    series: Mapping[str, int] = field(default_factory=dict, compare=False)
    slots: Mapping[str, tuple[int, str]] = field(default_factory=dict, compare=False)
    """How often each slot was counted, and the token of the last time."""

    def is_ahead_of(self, books: "BooksMark") -> bool:
        """Whether books with that mark are older than what this one was written beside.

        >>> BooksMark(1, 7).is_ahead_of(BooksMark(1, 5)), BooksMark(1, 7).is_ahead_of(BooksMark(2, 1))
        (True, False)
        >>> BooksMark(1, 7, slots={"3": (7, "a")}).is_ahead_of(BooksMark(1, 7, slots={"3": (7, "b")}))
        True
        """
        if self.generation != books.generation:
            return self.generation > books.generation
        if self.tick > books.tick or self.journal > books.journal:
            return True
        return any(books.slots.get(slot, _NEVER) != last for slot, last in self._not_behind(books))

    def _not_behind(self, books: "BooksMark") -> Iterator[tuple[str, tuple[int, str]]]:
        """The slots that those books have not counted further than this mark knows."""
        for slot, last in self.slots.items():
            if books.slots.get(slot, _NEVER)[0] <= last[0]:
                yield slot, last


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
    if session.info.get(_TICKED):
        return
    session.execute(_COUNT_ON, {"slot": _own_slot(), "token": secrets.token_hex(8)})
    session.info[_TICKED] = True


def _own_slot() -> int:
    """Where this thread counts: seldom where another does."""
    return (os.getpid() + threading.get_native_id()) % _SLOTS


def has_ticked(session: Session) -> bool:
    """Whether this transaction counted on; asked once."""
    return bool(session.info.pop(_TICKED, False))


def of_books(session: Session, *, at: str = "") -> BooksMark | None:
    """The mark the database has; None in books that have none yet."""
    row = session.execute(select(_MARK.c.generation, _MARK.c.tick)).one_or_none()
    if row is None:
        return None
    slots = {str(each.slot): (int(each.tick), str(each.token)) for each in session.execute(select(_TICK))}
    counted = sum(tick for tick, _ in slots.values())
    series = {name: last for name, (_, last) in number_series.ranges(session).items()}
    last = chain_store.last_sequence(session)
    return BooksMark(row.generation, row.tick + counted, last, at, series, slots)


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


def hold(session: Session, outside: BooksMark | None, *, at: str, own: BooksMark | None = None) -> bool:
    """Hold the books until the restore is gone through; False where they are held already.

    `outside` is how far they had come before, None where nothing outside tells: their own mark stands in for it,
    asked for here unless `own` is given.
    """
    held = update(_MARK).where(_MARK.c.id == 1, _MARK.c.held_since == "")
    # Where the books ended: whoever goes through the restore adds rows of their own.
    ended = chain_store.last_sequence(session)
    mark = outside or own or of_books(session) or BooksMark(0, 0)
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
            # A mark of an earlier version has none.
            {slot: (int(tick), str(token)) for slot, (tick, token) in told.get("slots", {}).items()},
        )
    except (ValueError, KeyError, TypeError) as wrong:
        raise Refused(
            Text(
                "Märket som ligger utanför böckerna går inte att läsa. Ta bort filen bara om du vet att databasen inte "
                "är återställd; den skrivs då på nytt."
            )
        ) from wrong
