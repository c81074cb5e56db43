"""What PostgreSQL says of the books' tables and sessions, and how long each queue's oldest row has waited.

Nothing but the queues is asked of SQLite, which has no dead rows, no partitions and one writer.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

from sqlalchemy import ColumnElement, func, select, text

from billing.migrations.vacuuming import BUSIEST
from foundation.engines import month_partitions, partitions
from foundation.sql import Session
from operations.background.tables import background_task
from operations.background.tasks import TaskState
from operations.event_feed.tables import outbound_waiting
from operations.job_run_store import JobRunState
from operations.tables import job_run
from peppol.exchange.tables import OwedState, owed_answer

LARGE: Final = 10_000_000
"""From so many bytes on a table is told of by name."""

# A partition is told of by its own name: each is vacuumed by itself.
_TABLES: Final = text(
    "SELECT c.relname AS name, pg_total_relation_size(c.oid) AS size, s.n_dead_tup AS dead,"
    " extract(epoch FROM greatest(s.last_vacuum, s.last_autovacuum)) AS vacuumed_at"
    " FROM pg_stat_user_tables s JOIN pg_class c ON c.oid = s.relid"
    " WHERE s.schemaname = current_schema() AND c.relkind = 'r' ORDER BY c.relname"
)
_OLDEST_TRANSACTION: Final = text(
    "SELECT coalesce(max(extract(epoch FROM clock_timestamp() - xact_start)), 0) FROM pg_stat_activity"
    " WHERE datname = current_database() AND pid <> pg_backend_pid() AND backend_type = 'client backend'"
)
_TRANSACTION_IDS: Final = text("SELECT age(datfrozenxid) FROM pg_database WHERE datname = current_database()")


@dataclass(frozen=True, slots=True)
class TableStanding:
    """A table, or one partition: bytes with its indexes, rows that are gone and not vacuumed, and its last vacuum.

    `vacuumed_at` is in seconds since 1970, None where none was since the server's statistics began.
    """

    name: str
    size: int
    dead: int
    vacuumed_at: float | None

    @property
    def is_busy(self) -> bool:
        """Whether its rows are changed again and again."""
        return self.name in BUSIEST


def tables(session: Session) -> list[TableStanding]:
    """The busiest tables, and the large ones, by name."""
    if session.dialect.name != "postgresql":
        return []
    found = [
        TableStanding(
            row.name, row.size, row.dead, float(row.vacuumed_at) if row.vacuumed_at is not None else None
        )
        for row in session.execute(_TABLES)
    ]
    return [each for each in found if each.is_busy or each.size >= LARGE]


def oldest_transaction_seconds(session: Session) -> float:
    """For how long somebody else has had a transaction open in these books: what no vacuum gets past."""
    if session.dialect.name != "postgresql":
        return 0.0
    return float(session.execute(_OLDEST_TRANSACTION).scalar_one())


def transaction_ids_used(session: Session) -> int:
    """How many transactions ago the oldest row was written that no vacuum has frozen; the server stops at 2 billion."""
    if session.dialect.name != "postgresql":
        return 0
    return int(session.execute(_TRANSACTION_IDS).scalar_one())


@dataclass(frozen=True, slots=True)
class PartitionStanding:
    """How many partitions of a table are ready for the rows to come, and how many rows lie in none of their own."""

    ready: int
    default_rows: int


def divided(session: Session, today: date) -> Mapping[str, PartitionStanding]:
    """How each divided table stands, by ranges of its number and by month."""
    by_number = {
        name: PartitionStanding(stands.ready(division), stands.default_rows)
        for name, division in partitions.DIVIDED.items()
        if (stands := partitions.standing(session, division)) is not None
    }
    by_month = {
        name: PartitionStanding(
            sum(month > today for month in months), month_partitions.rows_in_rest(session, name)
        )
        for name in month_partitions.DIVIDED
        if (months := month_partitions.standing(session, name))
    }
    return {**by_number, **by_month}


def oldest_waiting(session: Session) -> Mapping[str, datetime | None]:
    """Since when the oldest row of each queue waits that has no figure of its own; None where nothing does."""
    waiting: Mapping[str, tuple[ColumnElement[datetime], ColumnElement[bool]]] = {
        "background_task": (background_task.c.asked_at, background_task.c.state == TaskState.WAITING),
        "job_run": (job_run.c.slot, job_run.c.state == JobRunState.FAILED),
        "outbound_waiting": (outbound_waiting.c.at, outbound_waiting.c.journal_sequence > 0),
        "owed_answer": (owed_answer.c.made_at, owed_answer.c.state == OwedState.DUE),
    }
    return {
        queue: session.scalar(select(func.min(moment, type_=moment.type)).where(waits))
        for queue, (moment, waits) in waiting.items()
    }
