"""Every way to tamper with the journal behind the system's back, one at a time on both engines, and what names it.

Each is what a master of the database could do: the triggers are taken away first. `OUTSIDE` are those who make all anew
so that it fits: they are seen against a line that was written outside, and only there.
"""

from collections.abc import Callable, Iterator
from datetime import date
from typing import Final

import pytest
from sqlalchemy import ColumnElement, delete, insert, select, text, update

from foundation import journal, journal_anchor
from foundation import tables as foundation_tables
from foundation.database import Database
from foundation.journal_anchor import RootLine
from foundation.journal_chains import root_store, roots
from foundation.journal_chains.row_hashes import GENESIS, ChainHead, row_hash
from foundation.sql import Session
from tests.support.journal import Noted, Something
from tests.support.servers.system_databases import filled

ROWS, CHAINS = foundation_tables.journal, foundation_tables.journal_chain
ROOTS, LEAVES = foundation_tables.journal_root, foundation_tables.journal_leaf
ONE, TWO = "case 100000101", "case 100000102"
DAYS: Final = [date(2026, 3, day) for day in (1, 2)]

Tampering = Callable[[Session], object]


def fill(database: Database) -> None:
    """Two cases of four rows and one row about no case; a root after half of it, one after more, and then some rows."""
    for number in range(1, 5):
        for case in ("100000101", "100000102"):
            with database.writing() as session:
                subject = Something.THING.of(number)
                journal.record(session, "officer-1", Noted.FIRST, subject, execution_reference=case)
        if number == 1:
            with database.writing() as session:
                journal.record(session, "officer-1", Noted.FIRST, Something.THING.of(7))
        if number in (2, 3):
            with database.writing() as session:
                root_store.make(session, day=DAYS[number - 2])


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    database = filled(database_url, "two chains and two roots", fill)
    yield database
    database.close()


def lines(session: Session) -> list[RootLine]:
    """What was written outside of the two roots."""
    return [
        RootLine(day, root.number, root.hash)
        for day, (root, _) in zip(DAYS, root_store.each(session), strict=True)
    ]


def told_after(database: Database, tamper: Tampering) -> tuple[list[str], list[str]]:
    """What the books say of themselves after that, and what the lines outside say of them."""
    with database.reading() as session:
        outside = lines(session)
        assert list(journal.verify(session)) == []
        assert list(journal_anchor.verify(session, outside)) == []
    with database.writing() as session:
        for table in (ROWS, CHAINS, ROOTS, LEAVES):
            if database.is_sqlite:
                triggers = text("SELECT name FROM sqlite_master WHERE type = 'trigger' AND tbl_name = :table")
                for name in session.scalars(triggers, {"table": table.name}).all():
                    session.execute(text(f'DROP TRIGGER "{name}"'))
            else:
                session.execute(text(f"ALTER TABLE {table.name} DISABLE TRIGGER ALL"))
        if database.is_sqlite:
            session.execute(text("PRAGMA defer_foreign_keys=ON"))
        tamper(session)
        leaves_of_none = ~LEAVES.c.root.in_(select(ROOTS.c.number))
        if database.is_sqlite and session.execute(select(LEAVES).where(leaves_of_none)).first():
            # SQLite holds the key at the commit: what is left of it is asked for before.
            said = [each.sentence for each in journal.verify(session)]
            against = [each.sentence for each in journal_anchor.verify(session, outside)]
            session.execute(delete(LEAVES).where(leaves_of_none))
            return said, against
    with database.reading() as session:
        return (
            [each.sentence for each in journal.verify(session)],
            [each.sentence for each in journal_anchor.verify(session, outside)],
        )


def at(chain: str, position: int) -> tuple[ColumnElement[bool], ...]:
    return (ROWS.c.chain == chain, ROWS.c.position == position)


def changed(chain: str, position: int, **values: object) -> Tampering:
    return lambda session: session.execute(update(ROWS).where(*at(chain, position)).values(**values))


def removed(chain: str, *positions: int) -> Tampering:
    def remove(session: Session) -> None:
        session.execute(delete(ROWS).where(ROWS.c.chain == chain, ROWS.c.position.in_(positions)))

    return remove


def added(chain: str, position: int, **values: object) -> Tampering:
    """A row put in beside the chain, as like another as can be."""

    def add(session: Session) -> None:
        row = session.execute(select(ROWS).where(*at(chain, 1))).one()._asdict()
        session.execute(insert(ROWS), {**row, "sequence": 1_000, "position": position, **values})

    return add


def swapped(session: Session) -> None:
    """What two rows of a chain say is exchanged, with their hashes."""
    held = {row.position: row._asdict() for row in session.execute(select(ROWS).where(ROWS.c.chain == ONE))}
    for here, there in ((2, 3), (3, 2)):
        other = {name: held[there][name] for name in ("at", "actor", "action", "subject", "detail", "hash")}
        session.execute(update(ROWS).where(*at(ONE, here)).values(**other))


def moved_to_another_chain(session: Session) -> None:
    """The last row of one case becomes the last of another."""
    values = {"chain": TWO, "execution_reference": "100000102", "position": 5}
    session.execute(update(ROWS).where(*at(ONE, 4)).values(**values))


def numbers_exchanged(session: Session) -> None:
    """A row is shown before the one it follows on."""
    held = {row.position: row.sequence for row in session.execute(select(ROWS).where(ROWS.c.chain == ONE))}
    for position, sequence in ((2, -1), (3, held[2]), (2, held[3])):
        session.execute(update(ROWS).where(*at(ONE, position)).values(sequence=sequence))


def cut_off_with_its_head(session: Session, *, keep: int) -> None:
    """The end of a chain goes, and its head says so."""
    session.execute(delete(ROWS).where(ROWS.c.chain == ONE, ROWS.c.position > keep))
    last = session.execute(select(ROWS).where(*at(ONE, keep))).one()
    session.execute(update(CHAINS).where(CHAINS.c.chain == ONE).values(position=keep, hash=last.hash))


def chain_removed_with_its_head(session: Session) -> None:
    session.execute(delete(ROWS).where(ROWS.c.chain == ONE))
    session.execute(delete(CHAINS).where(CHAINS.c.chain == ONE))


def head(chain: str, **values: object) -> Tampering:
    return lambda session: session.execute(update(CHAINS).where(CHAINS.c.chain == chain).values(**values))


def root(number: int, **values: object) -> Tampering:
    return lambda session: session.execute(update(ROOTS).where(ROOTS.c.number == number).values(**values))


def leaf(chain: str, position: int, /, **values: object) -> Tampering:
    place = (LEAVES.c.chain == chain, LEAVES.c.position == position)
    return lambda session: session.execute(update(LEAVES).where(*place).values(**values))


def leaf_removed(session: Session) -> None:
    session.execute(delete(LEAVES).where(LEAVES.c.chain == ONE, LEAVES.c.position == 2))


def leaf_added(session: Session) -> None:
    values = {"root": 2, "place": 2, "chain": ONE, "position": 4, "hash": "f" * 64}
    session.execute(insert(LEAVES), values)


def leaves_exchanged(session: Session) -> None:
    """Two leaves of a root change places."""
    for before, place in ((0, 9), (1, 0), (9, 1)):
        session.execute(
            update(LEAVES).where(LEAVES.c.root == 1, LEAVES.c.place == before).values(place=place)
        )


INSIDE: Final[dict[str, tuple[Tampering, str]]] = {
    "a row changed": (changed(ONE, 2, actor="officer-2"), f"chain {ONE}: row 2 does not carry the hash"),
    "a row's moment changed": (
        changed(ONE, 4, at="2026-01-01"),
        f"chain {ONE}: row 4 does not carry the hash",
    ),
    "a row's hash changed": (changed(ONE, 3, hash=GENESIS), f"chain {ONE}: row 3 does not carry the hash"),
    "a row removed": (removed(ONE, 2), f"chain {ONE}: row 2 is missing, the next is 3"),
    "the first row removed": (removed(ONE, 1), f"chain {ONE}: row 1 is missing, the next is 2"),
    "the last row removed": (removed(ONE, 4), f"chain {ONE}: its head says 4 rows, it ends at row 3"),
    "all rows of a chain removed": (
        removed(ONE, 1, 2, 3, 4),
        f"chain {ONE}: its head says 4 rows, and none is",
    ),
    "a row added at the end": (added(ONE, 5), f"chain {ONE}: row 5 does not carry the hash"),
    "a row added after a gap": (added(ONE, 9), f"chain {ONE}: row 5 is missing, the next is 9"),
    "a row added before the first": (added(ONE, 0), f"chain {ONE}: row 1 is missing, the next is 0"),
    "two rows exchanged": (swapped, f"chain {ONE}: row 2 does not carry the hash"),
    "a row moved to another chain": (moved_to_another_chain, f"chain {TWO}: row 5 does not carry the hash"),
    "the numbers of two rows exchanged": (numbers_exchanged, f"chain {ONE}: row 3 has number"),
    "a row taken in by a root cut off": (
        lambda session: cut_off_with_its_head(session, keep=2),
        f"chain {ONE}: row 3 was taken in by root 2 and is gone",
    ),
    "a whole chain removed with its head": (
        chain_removed_with_its_head,
        f"chain {ONE}: row 2 was taken in by root 1 and is gone",
    ),
    "a head's hash changed": (
        head(ONE, hash=GENESIS),
        f"chain {ONE}: its head says 4 rows, it ends at row 4",
    ),
    "a head moved on": (head(ONE, position=5), f"chain {ONE}: its head says 5 rows, it ends at row 4"),
    "a head moved back": (head(ONE, position=3), f"chain {ONE}: its head says 3 rows, it ends at row 4"),
    "a head removed": (
        lambda session: session.execute(delete(CHAINS).where(CHAINS.c.chain == ONE)),
        f"chain {ONE}: its head says 0 rows, it ends at row 4",
    ),
    "a head without a chain": (
        lambda session: session.execute(insert(CHAINS), {"chain": "case 9", "position": 1, "hash": GENESIS}),
        "chain case 9: its head says 1 rows, and none is there",
    ),
    "a leaf's hash changed": (
        leaf(ONE, 2, hash=GENESIS),
        f"chain {ONE}: row 2 is another than root 1 took in",
    ),
    "a leaf's position changed": (leaf(ONE, 3, position=1), "root 2 is not what its leaves come to"),
    "a leaf of another chain": (
        leaf(ONE, 2, chain="case 9"),
        "chain case 9: row 2 was taken in by root 1 and is gone",
    ),
    "a leaf removed": (leaf_removed, "root 1 is not what its leaves come to"),
    "a leaf added": (leaf_added, "root 2 is not what its leaves come to"),
    "two leaves exchanged": (leaves_exchanged, "root 1 is not what its leaves come to"),
    "all leaves of a root removed": (
        lambda session: session.execute(delete(LEAVES).where(LEAVES.c.root == 1)),
        "root 1 is not what its leaves come to",
    ),
    "a root's day changed": (root(1, day="2026-01-01"), "root 1 does not carry the hash of its content"),
    "a root's tree changed": (root(2, tree=GENESIS), "root 2 does not carry the hash of its content"),
    "a root's count changed": (root(2, leaves=7), "root 2 does not carry the hash of its content"),
    "a root's hash changed": (root(1, hash="f" * 64), "root 2 does not follow on the root before it"),
    "the newest root's hash changed": (
        root(2, hash="f" * 64),
        "root 2 does not carry the hash of its content",
    ),
    "a root that follows on another": (
        root(2, previous=GENESIS),
        "root 2 does not follow on the root before",
    ),
    "a root removed": (
        lambda session: session.execute(delete(ROOTS).where(ROOTS.c.number == 1)),
        "root 1 is missing: the next root is 2",
    ),
    "the newest root removed, its leaves left": (
        lambda session: session.execute(delete(ROOTS).where(ROOTS.c.number == 2)),
        "root 2 is missing: its leaves are there",
    ),
}
"""What the books say of themselves."""


def rows_after_the_root_cut_off(session: Session) -> None:
    cut_off_with_its_head(session, keep=3)


def newest_root_removed_whole(session: Session) -> None:
    session.execute(delete(LEAVES).where(LEAVES.c.root == 2))
    session.execute(delete(ROOTS).where(ROOTS.c.number == 2))


def all_made_anew(session: Session) -> None:
    """A row is another, and every hash after it, every head, leaf and root is made so that it fits."""
    previous: dict[str, str] = {}
    hashes: dict[tuple[str, int], str] = {}
    for row in session.execute(select(ROWS).order_by(ROWS.c.sequence)).mappings().all():
        content = {**row, "actor": "somebody-else"}
        chain, position = row["chain"], row["position"]
        previous[chain] = row_hash(previous.get(chain, GENESIS), content)
        hashes[chain, position] = previous[chain]
        session.execute(
            update(ROWS).where(*at(chain, position)).values(actor="somebody-else", hash=previous[chain])
        )
        session.execute(update(CHAINS).where(CHAINS.c.chain == chain).values(hash=previous[chain]))
    before = GENESIS
    for number in (1, 2):
        found = session.execute(select(LEAVES).where(LEAVES.c.root == number).order_by(LEAVES.c.place)).all()
        heads = [ChainHead(each.chain, each.position, hashes[each.chain, each.position]) for each in found]
        for each in heads:
            leaf(each.chain, each.position, hash=each.hash)(session)
        made = roots.over(heads, number=number, day=str(DAYS[number - 1]), previous=before)
        root(number, previous=before, tree=made.tree, hash=made.hash)(session)
        before = made.hash


OUTSIDE: Final[dict[str, tuple[Tampering, list[str]]]] = {
    "the newest root removed whole": (
        newest_root_removed_whole,
        ["root 2 stood there on 2026-03-02 and is gone"],
    ),
    "all of it made anew": (
        all_made_anew,
        ["root 1 is another than it was on 2026-03-01", "root 2 is another than it was on 2026-03-02"],
    ),
    # Between two roots nothing outside knows of a row: decision 120 says what that means.
    "a row that no root took in cut off": (rows_after_the_root_cut_off, []),
}
"""What fits inside, and what the lines outside say of it."""


@pytest.mark.both_engines
@pytest.mark.parametrize("name", INSIDE)
def test_the_books_name_what_was_tampered_with(database: Database, name: str) -> None:
    tamper, sentence = INSIDE[name]
    said, _ = told_after(database, tamper)
    assert [each for each in said if each.startswith(sentence)] != [], said


@pytest.mark.both_engines
@pytest.mark.parametrize("name", OUTSIDE)
def test_the_lines_outside_name_what_was_made_to_fit(database: Database, name: str) -> None:
    tamper, sentences = OUTSIDE[name]
    assert told_after(database, tamper) == ([], sentences)
