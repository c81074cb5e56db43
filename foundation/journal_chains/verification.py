"""The journal verified: every row against its chain, every chain against its head, every root against its leaves.

What each finds is a `BrokenRow`, which names the row, the chain or the root. What nobody can see from the inside (all
of it made anew) is seen against roots that were written outside (`foundation/journal_anchor.py`).
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, RowMapping, and_, or_, select

from foundation import tables as foundation_tables
from foundation.journal_chains import root_store, roots
from foundation.journal_chains.row_hashes import CLOSED, GENESIS, ChainHead, row_hash
from foundation.sql import Session

_JOURNAL, _CHAIN = foundation_tables.journal, foundation_tables.journal_chain
_LEAF = foundation_tables.journal_leaf
_COLUMNS = [each.name for each in _JOURNAL.columns]
_TOLD_EACH = 10_000

Tell = Callable[[int], None]
"""Called now and then with how many rows have been walked."""
Rows = Iterable[RowMapping]
Through = Callable[[Rows], Iterator[RowMapping]]


def telling(tell: Tell) -> Through:
    """What lets rows through as they are, of one walk after another, and says how many there have been."""
    walked = 0

    def through(rows: Rows) -> Iterator[RowMapping]:
        nonlocal walked
        for row in rows:
            walked += 1
            if walked % _TOLD_EACH == 0:
                tell(walked)
            yield row

    return through


@dataclass(frozen=True, slots=True)
class BrokenRow:
    """What does not fit: the `sequence` of the row it is about, 0 for a chain without rows or a root; and why."""

    sequence: int
    sentence: str


def closed_chain(session: Session, through: Through = iter) -> Iterator[BrokenRow]:
    """Walk the one chain of earlier versions, and name every row that was changed, removed or added outside it."""
    previous, expected = GENESIS, 1
    question = select(_JOURNAL).where(_JOURNAL.c.chain == CLOSED).order_by(_JOURNAL.c.sequence)
    for row in through(session.execute(question.execution_options(yield_per=2000)).mappings()):
        if row["sequence"] != expected:
            yield BrokenRow(row["sequence"], f"row {expected} is missing: the next row is {row['sequence']}")
            expected = row["sequence"]
        elif row_hash(previous, dict(row)) != row["hash"]:
            yield BrokenRow(row["sequence"], f"row {row['sequence']} does not carry the hash of its content")
        previous, expected = row["hash"], expected + 1
    last = expected - 1
    head = session.execute(select(_CHAIN).where(_CHAIN.c.chain == CLOSED)).one_or_none()
    known, carried = (0, GENESIS) if head is None else (head.position, head.hash)
    if (known, carried) != (last, previous):
        yield BrokenRow(last, f"the head of the closed chain says {known} rows, the chain ends at row {last}")


def chains(session: Session, through: Through = iter) -> Iterator[BrokenRow]:
    """Walk every chain, and name each row that was changed, removed, moved or added, and each head that is not its end.

    One pass in the order of chains and positions, each row with its chain's head beside it: nothing is held in memory.
    """
    question = (
        select(_JOURNAL, _CHAIN.c.position.label("head_position"), _CHAIN.c.hash.label("head_hash"))
        .outerjoin(_CHAIN, _CHAIN.c.chain == _JOURNAL.c.chain)
        .where(_JOURNAL.c.chain != CLOSED)
        .order_by(_JOURNAL.c.chain, _JOURNAL.c.position)
        .execution_options(yield_per=2000)
    )
    walk: _Walk | None = None
    for row in through(session.execute(question).mappings()):
        if walk is None or walk.chain != row["chain"]:
            if walk is not None:
                yield from walk.ended()
            walk = _Walk(dict(row))
        yield from walk.step(dict(row))
    if walk is not None:
        yield from walk.ended()
    yield from _heads_without_rows(session)


class _Walk:
    """The walk along one chain."""

    def __init__(self, first: Mapping[str, Any]) -> None:
        self.chain = first["chain"]
        self._head = ChainHead(self.chain, first["head_position"] or 0, first["head_hash"] or GENESIS)
        self._previous, self._expected, self._sequence = GENESIS, 1, 0

    def step(self, stored: Mapping[str, Any]) -> Iterator[BrokenRow]:
        row = {name: stored[name] for name in _COLUMNS}
        sequence, position = row["sequence"], row["position"]
        if position != self._expected:
            sentence = f"chain {self.chain}: row {self._expected} is missing, the next is {position}"
            yield BrokenRow(sequence, sentence)
        elif row_hash(self._previous, row) != row["hash"]:
            sentence = f"chain {self.chain}: row {position} does not carry the hash of its content"
            yield BrokenRow(sequence, sentence)
        elif sequence <= self._sequence:
            sentence = f"chain {self.chain}: row {position} has number {sequence}, after {self._sequence}"
            yield BrokenRow(sequence, sentence)
        self._previous, self._expected, self._sequence = row["hash"], position + 1, sequence

    def ended(self) -> Iterator[BrokenRow]:
        last = self._expected - 1
        if (self._head.position, self._head.hash) != (last, self._previous):
            yield BrokenRow(
                self._sequence,
                f"chain {self.chain}: its head says {self._head.position} rows, it ends at row {last}",
            )


def _heads_without_rows(session: Session) -> Iterator[BrokenRow]:
    row = select(_JOURNAL.c.sequence).where(_JOURNAL.c.chain == _CHAIN.c.chain)
    question = select(_CHAIN).where(_CHAIN.c.chain != CLOSED, ~row.exists()).order_by(_CHAIN.c.chain)
    for head in session.execute(question):
        yield BrokenRow(0, f"chain {head.chain}: its head says {head.position} rows, and none is there")


def taken_in(session: Session) -> Iterator[BrokenRow]:
    """Walk the roots with their leaves, and name each that does not come to its hash, and each row that is another.

    A leaf names its chain's row: whoever removed the row, or the whole chain with its head, left the leaf behind.
    """
    leaves = root_store.leaves_of_each(session)
    number, heads = next(leaves, (0, []))
    previous, expected = GENESIS, 1
    for root, carried in root_store.each(session):
        while number and number < root.number:
            yield BrokenRow(0, f"root {number} is missing: its leaves are there")
            number, heads = next(leaves, (0, []))
        mine: list[ChainHead] = []
        if number == root.number:
            mine = heads
            number, heads = next(leaves, (0, []))
        if root.number != expected:
            yield BrokenRow(0, f"root {expected} is missing: the next root is {root.number}")
        elif root.previous != previous:
            yield BrokenRow(0, f"root {root.number} does not follow on the root before it")
        if root.hash != carried:
            yield BrokenRow(0, f"root {root.number} does not carry the hash of its content")
        if not mine or roots.over(mine, number=root.number, day=root.day, previous=root.previous) != root:
            yield BrokenRow(0, f"root {root.number} is not what its leaves come to")
        previous, expected = carried, root.number + 1
    while number:
        yield BrokenRow(0, f"root {number} is missing: its leaves are there")
        number, _ = next(leaves, (0, []))
    yield from _leaves_without_rows(session)


def _leaves_without_rows(session: Session) -> Iterator[BrokenRow]:
    closed = and_(_LEAF.c.chain == CLOSED, _JOURNAL.c.chain == CLOSED)
    yield from _unlike(
        session, _LEAF.c.chain == CLOSED, and_(closed, _JOURNAL.c.sequence == _LEAF.c.position)
    )
    others = and_(_LEAF.c.chain == _JOURNAL.c.chain, _JOURNAL.c.chain != CLOSED)
    yield from _unlike(
        session, _LEAF.c.chain != CLOSED, and_(others, _JOURNAL.c.position == _LEAF.c.position)
    )


def _unlike(session: Session, leaves: ColumnElement[bool], same: ColumnElement[bool]) -> Iterator[BrokenRow]:
    """Of these leaves each whose row is not there, or is another."""
    question = (
        select(_LEAF, _JOURNAL.c.sequence.label("sequence"), _JOURNAL.c.hash.label("stands"))
        .outerjoin(_JOURNAL, same)
        .where(leaves, or_(_JOURNAL.c.hash.is_(None), _JOURNAL.c.hash != _LEAF.c.hash))
        .order_by(_LEAF.c.root, _LEAF.c.place)
    )
    for leaf in session.execute(question):
        row = f"chain {leaf.chain}: row {leaf.position}" if leaf.chain else f"row {leaf.position}"
        if leaf.stands is None:
            yield BrokenRow(0, f"{row} was taken in by root {leaf.root} and is gone")
        else:
            yield BrokenRow(leaf.sequence, f"{row} is another than root {leaf.root} took in")
