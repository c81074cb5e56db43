"""What the benchmarks do and ask in the database they measure in, beside the product's own questions."""

from sqlalchemy import Table, func, select, text

from billing.migrations.schema import METADATAS
from foundation.sql import Session
from peppol.exchange import tables as exchange_tables
from peppol.exchange.tables import InState, OutState

MARK = "billing_bench"
"""The table that marks a database as emptied for measuring."""


def mark(session: Session) -> None:
    """Mark the database as one that may be emptied."""
    session.execute(text(f"CREATE TABLE IF NOT EXISTS {MARK} ()"))


def drop_tables(session: Session) -> None:
    """Remove every table of ours."""
    for metadata in METADATAS:
        for each in metadata.sorted_tables:
            # Views and policies that stand on a table go with it.
            session.execute(text(f"DROP TABLE IF EXISTS {each.name} CASCADE"))


def setting(session: Session, name: str) -> str:
    """What the server is set to."""
    return str(session.scalar(text(f"show {name}")))


def touch_queues(session: Session) -> None:
    """Read the receivers' queues once, so that a connection is made and warm."""
    session.execute(select(exchange_tables.receiver_queue)).all()


def count_out(session: Session, state: OutState) -> int:
    """How many of our messages are in this state."""
    return session.scalar(select(func.count()).where(exchange_tables.outbox.c.state == state)) or 0


def count_handled(session: Session) -> int | None:
    """How many messages to us have had their effect."""
    return session.scalar(select(func.count()).where(exchange_tables.inbox.c.state == InState.HANDLED))


def count(session: Session, table: Table) -> int:
    """How many rows a table has."""
    return int(session.execute(select(func.count()).select_from(table)).scalar_one())
