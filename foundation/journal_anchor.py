"""The journal's head kept outside the database, and the chain held against it.

A line is "day sequence hash" (`billing journal head`, and daily by the timetable). Whoever rewrites the whole
chain in the database gives every later row another hash; what was written elsewhere on the day does not follow.
"""

import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from sqlalchemy import select

from foundation import tables as foundation_tables
from foundation.errors import Refused
from foundation.journal import GENESIS, BrokenRow
from foundation.sql import Session
from foundation.text import Text


@dataclass(frozen=True, slots=True)
class Head:
    """Where the chain stood on a day: its last row and that row's hash."""

    day: date
    sequence: int
    hash: str

    def __str__(self) -> str:
        return f"{self.day} {self.sequence} {self.hash}"


class UnreadableHeads(Refused):
    """The file is not one of journal heads."""

    def __init__(self, line: int) -> None:
        super().__init__(
            Text(
                "Rad %(line)s är inte ett journalhuvud (dag, radnummer, kontrollsumma). Ange filen som "
                "skrevs.",
                line=line,
            ),
        )


def head(session: Session, *, day: date) -> Head:
    """Where the chain stands now."""
    row = session.execute(select(foundation_tables.journal_head)).one()
    return Head(day, row.sequence, row.hash)


def append(path: Path, found: Head) -> None:
    """Add a head to a file, safely on disk before this returns."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("ab", buffering=0) as file:
        file.write(f"{found}\n".encode("ascii"))
        os.fsync(file.fileno())


def read(text: str) -> list[Head]:
    """The heads of a file's text. Raises UnreadableHeads."""
    return [_read(number, line) for number, line in enumerate(text.splitlines(), 1) if line.strip()]


def _read(number: int, line: str) -> Head:
    try:
        day, sequence, hash_ = line.split()
        found = Head(date.fromisoformat(day), int(sequence), hash_)
    except ValueError as error:
        raise UnreadableHeads(number) from error
    if len(hash_) != len(GENESIS):
        raise UnreadableHeads(number)
    return found


def verify(session: Session, heads: Iterable[Head]) -> Iterator[BrokenRow]:
    """Name every head that the chain in the database no longer goes through."""
    for each in heads:
        if each.sequence == 0:
            continue
        question = select(foundation_tables.journal.c.hash).where(
            foundation_tables.journal.c.sequence == each.sequence
        )
        standing = session.scalar(question)
        if standing is None:
            yield BrokenRow(each.sequence, f"row {each.sequence} stood there on {each.day} and is gone")
        elif standing != each.hash:
            yield BrokenRow(each.sequence, f"row {each.sequence} is another than it was on {each.day}")
