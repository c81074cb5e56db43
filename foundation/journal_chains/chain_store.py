"""The chains' heads in the database: held in one order at the end of a transaction, and moved by one statement.

On PostgreSQL the chains that do not exist yet are made first, in the order of their names, and then those that exist
are held in that order too. Whoever holds one that exists makes no more; so nobody waits for another in a circle. SQLite
has one writer.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence

from sqlalchemy import func, select, text

from foundation import tables as foundation_tables
from foundation.journal_chains.row_hashes import GENESIS, ChainHead
from foundation.sql import Session, among

_CHAIN, _JOURNAL = foundation_tables.journal_chain, foundation_tables.journal

_MAKE = text(
    "INSERT INTO journal_chain (chain, position, hash)"
    " SELECT wanted, 0, :genesis FROM unnest(CAST(:chains AS varchar[])) AS wanted"
    " WHERE NOT EXISTS (SELECT 1 FROM journal_chain c WHERE c.chain = wanted)"
    ' ORDER BY wanted COLLATE "C" ON CONFLICT DO NOTHING'
)
_HOLD = text(
    "SELECT chain, position, hash FROM journal_chain WHERE chain = ANY(CAST(:chains AS varchar[]))"
    ' ORDER BY chain COLLATE "C" FOR UPDATE'
)
_MOVE = text(
    "UPDATE journal_chain SET position = moved.position, hash = moved.hash"
    " FROM unnest(CAST(:chains AS varchar[]), CAST(:before AS integer[]), CAST(:positions AS integer[]),"
    " CAST(:hashes AS varchar[])) AS moved(chain, before, position, hash)"
    " WHERE journal_chain.chain = moved.chain AND journal_chain.position = moved.before"
)
_MOVE_EACH = text(
    "INSERT INTO journal_chain (chain, position, hash) VALUES (:chain, :position, :hash)"
    " ON CONFLICT (chain) DO UPDATE SET position = excluded.position, hash = excluded.hash"
)
_SEQUENCES = text(
    "SELECT nextval('journal_sequence') AS sequence FROM generate_series(1, :count) ORDER BY sequence"
)
_CATCH_UP = text(
    "SELECT setval('journal_sequence', used) FROM (SELECT max(sequence) AS used FROM journal) AS rows"
    " WHERE used > (SELECT last_value - CASE WHEN is_called THEN 0 ELSE 1 END FROM journal_sequence)"
)
_LAST = select(func.coalesce(func.max(_JOURNAL.c.sequence), 0))


class HeadNotHeld(RuntimeError):
    """A chain's head is not there, or not this session's to move: a row about another supplier's case."""


class HeadMoved(RuntimeError):
    """A chain's head is not where it was when it was held: its places would be taken twice."""


def hold(session: Session, chains: Collection[str]) -> dict[str, ChainHead]:
    """The heads of these chains, nobody else's until the transaction ends. Raises HeadNotHeld."""
    names = sorted(set(chains))
    if session.dialect.name != "postgresql":
        found = session.execute(select(_CHAIN).where(among(session, _CHAIN.c.chain, names)))
        heads = {row.chain: ChainHead(row.chain, row.position, row.hash) for row in found}
        return {name: heads.get(name) or ChainHead(name, 0, GENESIS) for name in names}
    session.execute(_MAKE, {"chains": names, "genesis": GENESIS})
    held = {row.chain: ChainHead(*row) for row in session.execute(_HOLD, {"chains": names})}
    if len(held) != len(names):
        raise HeadNotHeld(", ".join(sorted(set(names) - held.keys())))
    return held


def next_sequences(session: Session, count: int) -> Sequence[int]:
    """The next `count` numbers of rows, increasing; asked when the heads are held, so that each chain follows them."""
    if session.dialect.name == "postgresql":
        return session.scalars(_SEQUENCES, {"count": count}).all()
    last = last_sequence(session)
    return range(last + 1, last + count + 1)


def move(session: Session, heads: Iterable[ChainHead], *, held: Mapping[str, ChainHead]) -> None:
    """Let the chains stand there, each from where it was `held`. Raises HeadMoved.

    So a place in a chain is taken once, though PostgreSQL has the key of places in each partition by itself.
    """
    moved = list(heads)
    if session.dialect.name != "postgresql":
        session.execute(
            _MOVE_EACH,
            [{"chain": each.chain, "position": each.position, "hash": each.hash} for each in moved],
        )
        return
    stood = session.execute(
        _MOVE,
        {
            "chains": [each.chain for each in moved],
            "before": [held[each.chain].position for each in moved],
            "positions": [each.position for each in moved],
            "hashes": [each.hash for each in moved],
        },
    )
    if stood.rowcount != len(moved):
        raise HeadMoved(", ".join(each.chain for each in moved))


def catch_up(session: Session) -> None:
    """Let the numbers of rows go on after those that are used, where rows were put back without their sequence."""
    if session.dialect.name == "postgresql":
        session.execute(_CATCH_UP)


def last_sequence(session: Session) -> int:
    """The number of the newest row, 0 in an empty journal."""
    last: int = session.execute(_LAST).scalar_one()
    return last
