"""The journal's newest root kept outside the database, and the books held against such lines.

A line is "day root-NUMBER hash" (`billing journal head`, and daily by the timetable). Whoever makes chains, heads and
roots anew in the database gives the roots other hashes; what was written elsewhere on the day does not follow. Lines of
earlier versions, "day sequence hash", say where the one chain stood that is closed now, and hold as they did.
"""

import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Final

from sqlalchemy import select

from foundation import tables as foundation_tables
from foundation.errors import Refused
from foundation.journal_chains import root_store
from foundation.journal_chains.row_hashes import CLOSED, GENESIS
from foundation.journal_chains.verification import BrokenRow
from foundation.sql import Session
from foundation.text import Text

_ROOT: Final = "root-"


@dataclass(frozen=True, slots=True)
class Head:
    """Where the closed chain stood on a day: its last row and that row's hash."""

    day: date
    sequence: int
    hash: str

    def __str__(self) -> str:
        return f"{self.day} {self.sequence} {self.hash}"


@dataclass(frozen=True, slots=True)
class RootLine:
    """The newest root of a day, by its number and hash."""

    day: date
    number: int
    hash: str

    def __str__(self) -> str:
        return f"{self.day} {_ROOT}{self.number} {self.hash}"


Line = Head | RootLine


class UnreadableHeads(Refused):
    """The file is not one of journal heads."""

    def __init__(self, line: int) -> None:
        super().__init__(
            Text(
                "Rad %(line)s är inte ett journalhuvud (dag, rotens nummer, kontrollsumma). Ange filen som "
                "skrevs.",
                line=line,
            ),
        )


def make(session: Session, *, day: date) -> RootLine | None:
    """Make a root over all that moved, and say which is the newest; None of an empty journal.

    The line is written outside when the transaction is committed, and not before.
    """
    root = root_store.make(session, day=day)
    return None if root is None else RootLine(day, root.number, root.hash)


def newest(session: Session) -> RootLine | None:
    """The root made last, by its own day."""
    root = root_store.newest(session)
    return None if root is None else RootLine(date.fromisoformat(root.day), root.number, root.hash)


def append(path: Path, found: Line) -> None:
    """Add a line to a file, safely on disk before this returns."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("ab", buffering=0) as file:
        file.write(f"{found}\n".encode("ascii"))
        os.fsync(file.fileno())


def read(text: str) -> list[Line]:
    """The lines of a file's text. Raises UnreadableHeads."""
    return [_read(number, line) for number, line in enumerate(text.splitlines(), 1) if line.strip()]


def _read(number: int, line: str) -> Line:
    found: Line
    try:
        day, place, hash_ = line.split()
        if place.startswith(_ROOT):
            found = RootLine(date.fromisoformat(day), int(place.removeprefix(_ROOT)), hash_)
        else:
            found = Head(date.fromisoformat(day), int(place), hash_)
    except ValueError as error:
        raise UnreadableHeads(number) from error
    if len(hash_) != len(GENESIS):
        raise UnreadableHeads(number)
    return found


def verify(session: Session, lines: Iterable[Line]) -> Iterator[BrokenRow]:
    """Name every line that the books no longer come to."""
    for each in lines:
        if isinstance(each, RootLine):
            standing, about, row = root_store.hash_of(session, each.number), f"root {each.number}", 0
        elif each.sequence == 0:
            continue
        else:
            standing, about, row = _closed_row(session, each.sequence), f"row {each.sequence}", each.sequence
        if standing is None:
            yield BrokenRow(row, f"{about} stood there on {each.day} and is gone")
        elif standing != each.hash:
            yield BrokenRow(row, f"{about} is another than it was on {each.day}")


def _closed_row(session: Session, sequence: int) -> str | None:
    rows = foundation_tables.journal
    return session.scalar(select(rows.c.hash).where(rows.c.sequence == sequence, rows.c.chain == CLOSED))
