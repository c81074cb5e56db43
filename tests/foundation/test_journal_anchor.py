"""The lines that are laid outside: written to the disk, read back, and held against chains and roots."""

import os
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from sqlalchemy import Executable, delete, insert, literal, select, text, update

from foundation import journal, journal_anchor
from foundation import tables as foundation_tables
from foundation.database import Database
from foundation.journal_anchor import Head, Line, RootLine, UnreadableHeads
from foundation.journal_chains import chain_store, root_store
from foundation.journal_chains.row_hashes import GENESIS, row_hash
from foundation.journal_chains.verification import BrokenRow
from tests.support.journal import Noted, Something
from tests.support.servers.system_databases import whole

DAYS = [date(2026, 3, day) for day in range(1, 5)]
OTHER = "f" * len(GENESIS)


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    database = whole(database_url)
    yield database
    database.close()


def note(database: Database, number: int) -> None:
    with database.writing() as session:
        journal.record(session, "officer-1", Noted.FIRST, Something.THING.of(number))


def made(database: Database, day: date) -> RootLine | None:
    with database.writing() as session:
        return journal_anchor.make(session, day=day)


@pytest.fixture
def lines(database: Database) -> list[Line]:
    """The newest root of each day, one row more a day; of the empty journal on the first there is none."""
    found: list[Line] = []
    for number, day in enumerate(DAYS):
        if number:
            note(database, number)
        line = made(database, day)
        assert (line is None) == (number == 0)
        if line is not None:
            found.append(line)
    return found


@pytest.fixture
def closed(database: Database) -> list[Line]:
    """Three rows that an earlier version wrote into its one chain, and the head it wrote outside after each."""
    rows, previous, heads = [], GENESIS, list[Line]()
    for number in (1, 2, 3):
        row: dict[str, object] = {
            "sequence": number,
            "at": "2026-03-01T08:00:00.000000+00:00",
            "actor": "officer-1",
            "action": "noted.first",
            "subject": f"thing {number}",
            "execution_reference": "",
            "detail": "{}",
        }
        previous = row_hash(previous, row)
        rows.append({**row, "hash": previous})
        heads.append(Head(DAYS[number], number, previous))
    with database.writing() as session:
        session.execute(insert(foundation_tables.journal), rows)
        head = {"chain": "", "position": 3, "hash": previous}
        session.execute(insert(foundation_tables.journal_chain), head)
        chain_store.catch_up(session)
    return [Head(DAYS[0], 0, GENESIS), *heads]


def verified(database: Database, lines: list[Line]) -> list[BrokenRow]:
    with database.reading() as session:
        assert list(journal.verify(session)) == []
        return list(journal_anchor.verify(session, lines))


@pytest.mark.both_engines
def test_lines_that_the_books_come_to_are_silent(database: Database, lines: list[Line]) -> None:
    assert [str(each)[:17] for each in lines] == [f"{day} root-{n}" for n, day in enumerate(DAYS[1:], 1)]
    assert verified(database, lines) == []


@pytest.mark.both_engines
def test_the_heads_of_earlier_versions_hold_and_the_closed_chain_is_a_leaf_of_the_first_root(
    database: Database, closed: list[Line]
) -> None:
    note(database, 4)
    root = made(database, DAYS[-1])
    assert root is not None
    assert verified(database, [*closed, root]) == []
    with database.reading() as session:
        proof = root_store.proof_of(session, "")
        assert proof is not None
        assert (proof.head.hash, proof.root.number) == (closed[-1].hash, 1)
        assert proof.holds()
        assert [row.sequence for row in journal.rows(session)] == [1, 2, 3, 4]


ROWS, CHAINS = foundation_tables.journal, foundation_tables.journal_chain
CLOSED_HEAD = update(CHAINS).where(CHAINS.c.chain == "")

TAMPERED: dict[str, tuple[Executable, str]] = {
    "changed": (update(ROWS).where(ROWS.c.sequence == 2).values(actor="x"), "row 2 does not carry the hash"),
    "removed": (delete(ROWS).where(ROWS.c.sequence == 2), "row 2 is missing: the next row is 3"),
    "cut off": (
        delete(ROWS).where(ROWS.c.sequence == 3),
        "the head of the closed chain says 3 rows, the chain ends at row 2",
    ),
    "another head": (
        CLOSED_HEAD.values(hash=GENESIS),
        "the head of the closed chain says 3 rows, the chain ends at row 3",
    ),
    "a head too far": (
        CLOSED_HEAD.values(position=4),
        "the head of the closed chain says 4 rows, the chain ends at row 3",
    ),
    "no head": (
        delete(CHAINS).where(CHAINS.c.chain == ""),
        "the head of the closed chain says 0 rows, the chain ends at row 3",
    ),
    "added": (
        insert(ROWS).from_select(
            [each.name for each in ROWS.columns],
            select(
                *(literal(4).label("sequence") if each.name == "sequence" else each for each in ROWS.columns)
            ).where(ROWS.c.sequence == 3),
        ),
        "row 4 does not carry the hash",
    ),
}


@pytest.mark.both_engines
@pytest.mark.parametrize("name", TAMPERED)
def test_each_way_to_break_the_closed_chain_is_named(
    database: Database, closed: list[Line], name: str
) -> None:
    tamper, sentence = TAMPERED[name]
    with database.writing() as session:
        if database.is_sqlite:
            for verb in ("UPDATE", "DELETE"):
                session.execute(text(f"DROP TRIGGER journal_no_{verb}"))
        else:
            session.execute(text("ALTER TABLE journal DISABLE TRIGGER USER"))
        session.execute(tamper)
    with database.reading() as session:
        said = [each.sentence for each in journal.verify(session)]
    assert [each for each in said if each.startswith(sentence)] != [], said


@pytest.mark.parametrize("place", [0, 1, 2])
def test_a_root_that_is_another_is_named_with_the_day(
    database: Database, lines: list[Line], place: int
) -> None:
    told = [replace(each, hash=OTHER) if at == place else each for at, each in enumerate(lines)]
    sentence = f"root {place + 1} is another than it was on {DAYS[place + 1]}"
    assert verified(database, told) == [BrokenRow(0, sentence)]


def test_a_row_of_the_closed_chain_that_is_another_or_gone_is_named_with_the_day(
    database: Database, closed: list[Line]
) -> None:
    told = [replace(closed[2], hash=OTHER), Head(DAYS[-1], 4, OTHER)]
    assert [each.sentence for each in verified(database, told)] == [
        f"row 2 is another than it was on {DAYS[2]}",
        f"row 4 stood there on {DAYS[-1]} and is gone",
    ]


def test_a_root_that_is_gone_is_named_with_the_day(database: Database, lines: list[Line]) -> None:
    (broken,) = verified(database, [*lines, RootLine(DAYS[-1], 4, OTHER)])
    assert broken.sentence == f"root 4 stood there on {DAYS[-1]} and is gone"


@pytest.mark.both_engines
def test_a_root_takes_in_what_moved_and_nothing_else(database: Database) -> None:
    note(database, 1)
    note(database, 2)
    first, again = made(database, DAYS[0]), made(database, DAYS[1])
    assert first is not None
    assert again == replace(first, day=DAYS[1])
    note(database, 2)
    made(database, DAYS[2])
    leaves = foundation_tables.journal_leaf
    with database.reading() as session:
        taken = [
            tuple(row)
            for row in session.execute(select(leaves.c.root, leaves.c.position).order_by(*leaves.primary_key))
        ]
        assert root_store.moved(session) == []
    assert sorted(taken) == [(1, 1), (1, 1), (2, 2)]


def test_a_line_is_in_the_file_when_the_disk_is_waited_for(
    lines: list[Line], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path, waited = tmp_path / "outside" / "heads.txt", []
    flush = os.fsync

    def flushed(descriptor: int) -> None:
        waited.append(path.read_text(encoding="ascii"))
        flush(descriptor)

    monkeypatch.setattr(os, "fsync", flushed)
    told = [Head(DAYS[0], 7, OTHER), *lines]
    for each in told:
        journal_anchor.append(path, each)
    assert [text.splitlines() for text in waited] == [
        [str(each) for each in told[: place + 1]] for place in range(len(told))
    ]
    assert journal_anchor.read(path.read_text(encoding="ascii")) == told


@pytest.mark.parametrize(
    "line",
    [
        "2026-03-01 1",
        "2026-13-01 1 x",
        f"2026-03-01 one {OTHER}",
        f"2026-03-01 1 {OTHER}0",
        f"2026-03-01 root- {OTHER}",
        f"2026-03-01 root-1 {OTHER}0",
    ],
)
def test_a_line_that_is_no_head_is_named(line: str) -> None:
    with pytest.raises(UnreadableHeads, match="3"):
        journal_anchor.read(f"\n2026-03-01 1 {OTHER}\n{line}\n")
