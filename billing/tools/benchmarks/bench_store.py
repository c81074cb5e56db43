"""What the benchmarks do and ask in the database they measure in, beside the product's own questions."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Table, func, select, text

from billing.migrations.schema import METADATAS
from foundation.sql import Session
from foundation.tables import JOURNAL_SEQUENCE, NUMBER_SEQUENCES
from invoicing.documents import tables as document_tables
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
    for sequence in (JOURNAL_SEQUENCE, *NUMBER_SEQUENCES.values()):
        session.execute(text(f"DROP SEQUENCE IF EXISTS {sequence.name}"))


def slow_commits(session: Session, *, seconds: float) -> None:
    """Let every transaction that writes the journal sleep once as its commit begins, when all its locks are held."""
    session.execute(
        text(
            "CREATE OR REPLACE FUNCTION billing_bench_sleep() RETURNS trigger AS $$ BEGIN"
            " IF current_setting('billing_bench.slept', true) IS DISTINCT FROM txid_current()::text THEN"
            " PERFORM set_config('billing_bench.slept', txid_current()::text, true);"
            f" PERFORM pg_sleep({seconds:.6f}); END IF; RETURN NULL; END $$ LANGUAGE plpgsql"
        )
    )
    session.execute(
        text(
            "CREATE CONSTRAINT TRIGGER billing_bench_slow AFTER INSERT ON journal DEFERRABLE INITIALLY DEFERRED"
            " FOR EACH ROW EXECUTE FUNCTION billing_bench_sleep()"
        )
    )
    session.execute(text("CREATE TABLE IF NOT EXISTS billing_bench_row (held bigint)"))
    session.execute(text("TRUNCATE billing_bench_row"))
    session.execute(text("INSERT INTO billing_bench_row VALUES (0)"))


def hold_one_row(session: Session) -> None:
    """Change the one row that all change, and hold it until the commit."""
    session.execute(text("UPDATE billing_bench_row SET held = held + 1"))


def make_floor(session: Session) -> None:
    """A table to write bytes into as quickly as the engine can."""
    kind = "bytea" if session.dialect.name == "postgresql" else "blob"
    session.execute(text("DROP TABLE IF EXISTS billing_bench_floor"))
    session.execute(text(f"CREATE TABLE billing_bench_floor (number integer, body {kind})"))


def write_floor(session: Session, bodies: Sequence[bytes]) -> None:
    """Write bytes and nothing else."""
    session.execute(_FLOOR, [{"number": number, "body": body} for number, body in enumerate(bodies)])


def states(session: Session) -> dict[str, int]:
    """How many of suppliers' documents are in each state."""
    state = document_tables.invoice.c.state
    return {str(each): count for each, count in session.execute(select(state, func.count()).group_by(state))}


_FLOOR = text("INSERT INTO billing_bench_floor VALUES (:number, :body)")


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


def database_bytes(session: Session) -> int:
    """How large the database is."""
    return int(session.scalar(select(func.pg_database_size(func.current_database()))) or 0)


def spread_invoices(session: Session, count: int) -> Sequence[Any]:
    """So many invoices with their cases, evenly spread over the years."""
    invoice = document_tables.invoice
    newest = session.scalar(select(func.max(invoice.c.id))) or 0
    ids = [max(1, place * newest // count) for place in range(1, count + 1)]
    question = select(invoice.c.id, invoice.c.number, invoice.c.execution_reference)
    return session.execute(question.where(invoice.c.id.in_(ids)).order_by(invoice.c.id)).all()
