"""When PostgreSQL vacuums the tables that change most, and what room their pages keep for the next change.

A row of a queue is changed several times on its way, and what it was lies there until a vacuum: the questions of every
worker and every page go past it. A change that finds room on its own page and touches no indexed column makes no new
entry in any index (HOT, PostgreSQL 73.7), and what it leaves is taken up by whoever reads the page next. Who has set
something of a kind for one of these tables keeps all that was set of that kind.
"""

from collections.abc import Mapping
from typing import Final

from sqlalchemy import Connection, Table

from accounts import tables as account_tables
from foundation import tables as foundation_tables
from invoicing.reconciliation import tables as reconciliation_tables
from operations import tables as job_tables
from operations.background import tables as background_tables
from operations.event_feed import tables as feed_tables
from operations.mail import tables as mail_tables
from orders import tables as order_tables
from peppol.exchange import tables as exchange_tables

_SMALL: Final[tuple[Table, ...]] = (
    exchange_tables.receiver_queue,
    exchange_tables.access_point,
    job_tables.job_run,
    background_tables.background_task,
    feed_tables.outbound_feed,
    feed_tables.outbound_waiting,
    reconciliation_tables.statement_change,
    foundation_tables.books_mark,
    foundation_tables.books_tick,
    foundation_tables.number_series,
    account_tables.web_session,
    account_tables.wrong_try,
)
_GROWING: Final[tuple[Table, ...]] = (
    exchange_tables.inbox,
    exchange_tables.outbox,
    exchange_tables.owed_answer,
    mail_tables.mail,
    foundation_tables.journal_chain,
    order_tables.line_account,
)
BUSIEST: Final[tuple[str, ...]] = tuple(each.name for each in (*_SMALL, *_GROWING))
"""Tables whose rows are changed again and again, by name."""

_OF_SMALL: Final = {
    # A fiftieth of a table, instead of PostgreSQL's fifth and tenth.
    "autovacuum_vacuum_scale_factor": "0.02",
    "autovacuum_vacuum_threshold": "200",
    "autovacuum_analyze_scale_factor": "0.02",
    # A few pages: whoever cleans them need not rest in between.
    "autovacuum_vacuum_cost_delay": "0",
}
_OF_GROWING: Final = {
    # What changes are the newest rows, as many in the seventh year as in the first: a share of all would grow.
    "autovacuum_vacuum_scale_factor": "0.0",
    "autovacuum_vacuum_threshold": "5000",
    "autovacuum_analyze_scale_factor": "0.02",
}
SETTINGS: Final[Mapping[str, Mapping[str, str]]] = {
    **{each.name: _OF_SMALL for each in _SMALL},
    **{each.name: _OF_GROWING for each in _GROWING},
}
"""What is set of vacuuming, by table."""

FILLED: Final[Mapping[str, int]] = {
    **dict.fromkeys((each.name for each in _SMALL), 70),
    **dict.fromkeys((each.name for each in _GROWING), 85),
    # A short row that is changed twenty times in a case.
    foundation_tables.journal_chain.name: 70,
}
"""How full a page is made with new rows, in percent, by table; the rest is room for changes."""

_WITHOUT: Final = """
SELECT c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE n.nspname = current_schema() AND c.relkind = 'r' AND c.relname = ANY(%(names)s)
AND NOT EXISTS (SELECT 1 FROM unnest(c.reloptions) AS each WHERE starts_with(each, %(kind)s))
ORDER BY c.relname
"""


def install(connection: Connection) -> list[str]:
    """Set both for those of the tables that nobody has set it for; their names. Nothing on SQLite.

    Nobody who reads or writes waits for it.
    """
    if connection.dialect.name != "postgresql":
        return []
    wanted = {name: _as_options(settings) for name, settings in SETTINGS.items()}
    vacuumed = _set(connection, "autovacuum_", wanted)
    filled = _set(connection, "fillfactor", {name: f"fillfactor = {full}" for name, full in FILLED.items()})
    return sorted({*vacuumed, *filled})


def _set(connection: Connection, kind: str, wanted: Mapping[str, str]) -> list[str]:
    found = list(connection.exec_driver_sql(_WITHOUT, {"names": list(wanted), "kind": kind}).scalars())
    for name in found:
        connection.exec_driver_sql(f"ALTER TABLE {name} SET ({wanted[name]})")
    return found


def _as_options(settings: Mapping[str, str]) -> str:
    return ", ".join(f"{name} = {value}" for name, value in settings.items())
