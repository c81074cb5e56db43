"""The heads of the journal that are laid outside: written to the disk, read back, and held against the chain."""

import os
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from foundation import journal, journal_anchor
from foundation.database import Database
from foundation.journal import GENESIS, BrokenRow
from foundation.journal_anchor import Head, UnreadableHeads
from tests.support.journal import Noted, Something
from tests.support.servers.system_databases import whole

DAYS = [date(2026, 3, day) for day in range(1, 5)]
OTHER = "f" * len(GENESIS)


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    database = whole(database_url)
    yield database
    database.close()


@pytest.fixture
def heads(database: Database) -> list[Head]:
    """The head of each day: of the empty chain first, and then of one row more a day."""
    found = []
    for number, day in enumerate(DAYS):
        if number:
            with database.writing() as session:
                journal.record(session, "officer-1", Noted.FIRST, Something.THING.of(number))
        with database.reading() as session:
            found.append(journal_anchor.head(session, day=day))
    return found


def verified(database: Database, heads: list[Head]) -> list[BrokenRow]:
    with database.reading() as session:
        return list(journal_anchor.verify(session, heads))


def test_heads_that_the_chain_goes_through_are_silent(database: Database, heads: list[Head]) -> None:
    assert [each.sequence for each in heads] == [0, 1, 2, 3]
    assert verified(database, heads) == []


@pytest.mark.parametrize("place", [1, 2, 3])
def test_a_row_that_is_another_is_named_with_the_day(
    database: Database, heads: list[Head], place: int
) -> None:
    told = [replace(each, hash=OTHER) if each.sequence == place else each for each in heads]
    (broken,) = verified(database, told)
    assert (broken.sequence, str(DAYS[place]) in broken.sentence) == (place, True)
    assert "is another" in broken.sentence


def test_a_row_that_is_gone_is_named_with_the_day(database: Database, heads: list[Head]) -> None:
    (broken,) = verified(database, [*heads, Head(DAYS[-1], 4, OTHER)])
    assert (broken.sequence, "is gone" in broken.sentence) == (4, True)


def test_a_head_is_in_the_file_when_the_disk_is_waited_for(
    heads: list[Head], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path, waited = tmp_path / "outside" / "heads.txt", []
    flush = os.fsync

    def flushed(descriptor: int) -> None:
        waited.append(path.read_text(encoding="ascii"))
        flush(descriptor)

    monkeypatch.setattr(os, "fsync", flushed)
    for each in heads:
        journal_anchor.append(path, each)
    assert [text.splitlines() for text in waited] == [
        [str(each) for each in heads[: place + 1]] for place in range(len(heads))
    ]
    assert journal_anchor.read(path.read_text(encoding="ascii")) == heads


@pytest.mark.parametrize(
    "line", ["2026-03-01 1", "2026-13-01 1 x", f"2026-03-01 one {OTHER}", f"2026-03-01 1 {OTHER}0"]
)
def test_a_line_that_is_no_head_is_named(line: str) -> None:
    with pytest.raises(UnreadableHeads, match="3"):
        journal_anchor.read(f"\n2026-03-01 1 {OTHER}\n{line}\n")
