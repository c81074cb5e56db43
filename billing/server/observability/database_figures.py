"""Figures of the database itself: what vacuum leaves, what grows, whether partitions stand ready, how queues move."""

from collections.abc import Iterator
from datetime import date, datetime

from prometheus_client.core import Metric

from billing.server.observability import database_queries
from billing.server.observability.metric_families import by, one
from foundation.periods import stockholm_date
from foundation.sql import Session


def figures(session: Session, now: datetime) -> Iterator[Metric]:
    """All of them, from one view of the books."""
    yield from _vacuuming(session)
    yield from _partitions(session, stockholm_date(now))
    yield by(
        "billing_queue_oldest_seconds",
        "Since the oldest row of a queue waits; 0 when none does.",
        "queue",
        [
            (queue, max(0.0, (now - since).total_seconds()) if since is not None else 0.0)
            for queue, since in database_queries.oldest_waiting(session).items()
        ],
    )


def _vacuuming(session: Session) -> Iterator[Metric]:
    tables = database_queries.tables(session)
    yield by(
        "billing_dead_rows",
        "Rows of the busiest and the large tables that are gone and not vacuumed yet (PostgreSQL).",
        "table",
        [(each.name, each.dead) for each in tables],
    )
    yield by(
        "billing_last_vacuum_seconds",
        "When a busy or large table was vacuumed last, in seconds since 1970 (PostgreSQL).",
        "table",
        [(each.name, each.vacuumed_at) for each in tables if each.vacuumed_at is not None],
    )
    yield by(
        "billing_table_bytes",
        "How large the busiest and the large tables and partitions are with their indexes (PostgreSQL).",
        "table",
        [(each.name, each.size) for each in tables],
    )
    yield one(
        "billing_oldest_transaction_seconds",
        "For how long the oldest open transaction of others has lasted; 0 when there is none.",
        database_queries.oldest_transaction_seconds(session),
    )
    yield one(
        "billing_transaction_ids_used",
        "Transactions since the oldest row that is not frozen; PostgreSQL stops at two billion.",
        database_queries.transaction_ids_used(session),
    )


def _partitions(session: Session, today: date) -> Iterator[Metric]:
    stands = database_queries.divided(session, today)
    yield by(
        "billing_partitions_ready",
        "Partitions that stand ready for the rows to come (PostgreSQL).",
        "table",
        [(name, each.ready) for name, each in stands.items()],
    )
    yield by(
        "billing_default_partition_rows",
        "Rows for which no partition was made (PostgreSQL).",
        "table",
        [(name, each.default_rows) for name, each in stands.items()],
    )
