"""The roots in the database: made over the chains that moved, asked for, and proofs that a chain was taken in."""

from collections.abc import Iterator
from datetime import date
from itertools import groupby
from operator import itemgetter

from sqlalchemy import Row, func, insert, select

from foundation import tables as foundation_tables
from foundation.engines.many_rows import insert_rows
from foundation.journal_chains import roots
from foundation.journal_chains.roots import Proof, Root
from foundation.journal_chains.row_hashes import GENESIS, ChainHead
from foundation.sql import Session, take_turns

_CHAIN, _ROOT = foundation_tables.journal_chain, foundation_tables.journal_root
_LEAF = foundation_tables.journal_leaf
_TAKEN_IN = select(_LEAF.c.root).where(_LEAF.c.chain == _CHAIN.c.chain, _LEAF.c.position == _CHAIN.c.position)
_MOVED = (_CHAIN.c.position > 0, ~_TAKEN_IN.exists())


def make(session: Session, *, day: date) -> Root | None:
    """A root over all chains that moved since the newest; where none did the newest; None of an empty journal."""
    take_turns(session, "journal root")
    before = newest(session)
    heads = sorted(moved(session), key=lambda each: each.chain)
    if not heads:
        return before
    number, previous = (1, GENESIS) if before is None else (before.number + 1, before.hash)
    root = roots.over(heads, number=number, day=str(day), previous=previous)
    session.execute(
        insert(_ROOT),
        {
            "number": root.number,
            "day": root.day,
            "previous": root.previous,
            "leaves": root.leaves,
            "tree": root.tree,
            "hash": root.hash,
        },
    )
    insert_rows(
        session,
        _LEAF,
        [
            {
                "root": root.number,
                "place": place,
                "chain": each.chain,
                "position": each.position,
                "hash": each.hash,
            }
            for place, each in enumerate(heads)
        ],
    )
    return root


def newest(session: Session) -> Root | None:
    """The root made last."""
    row = session.execute(select(_ROOT).order_by(_ROOT.c.number.desc()).limit(1)).one_or_none()
    return None if row is None else _root(row)


def moved(session: Session) -> list[ChainHead]:
    """The heads that no root has taken in."""
    question = select(_CHAIN).where(*_MOVED)
    return [ChainHead(row.chain, row.position, row.hash) for row in session.execute(question)]


def count_moved(session: Session) -> int:
    """How many heads no root has taken in."""
    return session.execute(select(func.count()).select_from(_CHAIN).where(*_MOVED)).scalar_one()


def proof_of(session: Session, chain: str) -> Proof | None:
    """That the newest root which took in the chain did so; None where none has yet."""
    newest_leaf = (
        select(_LEAF.c.root).where(_LEAF.c.chain == chain).order_by(_LEAF.c.position.desc()).limit(1)
    )
    number = session.scalar(newest_leaf)
    if number is None:
        return None
    root = _root(session.execute(select(_ROOT).where(_ROOT.c.number == number)).one())
    leaves = select(_LEAF).where(_LEAF.c.root == number).order_by(_LEAF.c.place)
    heads = [ChainHead(row.chain, row.position, row.hash) for row in session.execute(leaves)]
    return roots.proof_of(heads, chain, root)


def hash_of(session: Session, number: int) -> str | None:
    """The hash of the root with that number; None where there is none."""
    return session.scalar(select(_ROOT.c.hash).where(_ROOT.c.number == number))


def each(session: Session) -> Iterator[tuple[Root, str]]:
    """Every root with the hash that it carries, in their order."""
    for row in session.execute(select(_ROOT).order_by(_ROOT.c.number)):
        yield _root(row), row.hash


def leaves_of_each(session: Session) -> Iterator[tuple[int, list[ChainHead]]]:
    """The leaves of each root that has any, in the order of the roots; those of one root at a time."""
    question = select(_LEAF).order_by(_LEAF.c.root, _LEAF.c.place).execution_options(yield_per=2000)
    for number, rows in groupby(session.execute(question).mappings(), itemgetter("root")):
        yield number, [ChainHead(row["chain"], row["position"], row["hash"]) for row in rows]


def _root(row: Row[tuple[object, ...]]) -> Root:
    return Root(row.number, row.day, row.previous, row.leaves, row.tree)
