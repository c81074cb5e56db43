"""When PostgreSQL vacuums the tables that change most: queues, leases, heads and series, long before a fifth is dead.

A row of a queue is changed several times on its way, and what it was lies there until a vacuum: the questions of every
worker and every page go past it. Who has set something for one of these tables keeps it.
"""

from typing import Final

from sqlalchemy import Connection, Table

from accounts import tables as account_tables
from foundation import tables as foundation_tables
from operations import tables as job_tables
from operations.background import tables as background_tables
from operations.event_feed import tables as feed_tables
from operations.mail import tables as mail_tables
from peppol.exchange import tables as exchange_tables

_TABLES: Final[tuple[Table, ...]] = (
    exchange_tables.inbox,
    exchange_tables.outbox,
    exchange_tables.receiver_queue,
    exchange_tables.access_point,
    mail_tables.mail,
    job_tables.job_run,
    background_tables.background_task,
    feed_tables.outbound_feed,
    foundation_tables.books_mark,
    foundation_tables.books_tick,
    foundation_tables.journal_chain,
    feed_tables.outbound_waiting,
    foundation_tables.number_series,
    account_tables.web_session,
    account_tables.wrong_try,
)
BUSIEST: Final[tuple[str, ...]] = tuple(each.name for each in _TABLES)
"""Tables whose rows are changed again and again, by name."""

SETTINGS: Final = {
    "autovacuum_vacuum_scale_factor": "0.02",
    "autovacuum_vacuum_threshold": "200",
    "autovacuum_analyze_scale_factor": "0.02",
}
"""A fiftieth of a table, instead of PostgreSQL's fifth and tenth."""

_UNTOUCHED: Final = """
SELECT c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE n.nspname = current_schema() AND c.relkind = 'r' AND c.relname = ANY(%(names)s)
AND NOT EXISTS (SELECT 1 FROM unnest(c.reloptions) AS each WHERE starts_with(each, 'autovacuum_'))
ORDER BY c.relname
"""


def install(connection: Connection) -> list[str]:
    """Set it for those of the tables that nobody has set anything for; their names. Nothing on SQLite.

    Nobody who reads or writes waits for it.
    """
    if connection.dialect.name != "postgresql":
        return []
    found = list(connection.exec_driver_sql(_UNTOUCHED, {"names": list(BUSIEST)}).scalars())
    settings = ", ".join(f"{name} = {value}" for name, value in SETTINGS.items())
    for name in found:
        connection.exec_driver_sql(f"ALTER TABLE {name} SET ({settings})")
    return found
