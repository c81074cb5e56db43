"""Making the tables of a new database, and letting the tables of an older release grow to this one's.

Convention: only those who make or upgrade a database come here; all others open it with `schema.open_database`.
Any number may come at once, as replicas that start together do: one makes or grows the tables in one transaction and
the others wait for its end, with a limit and a sentence. Who is killed in it has done nothing, and the next begins.
"""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final, TypeVar

import structlog
from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import inspect, text
from sqlalchemy.exc import OperationalError

from billing.migrations import row_security, vacuuming
from billing.migrations.revisions import refuse_newer
from billing.migrations.schema import METADATAS
from foundation import books_mark, number_series
from foundation.database import Database, DatabaseUnusable, utc_now
from foundation.engines import month_partitions, partitions, postgresql
from foundation.engines.options import DatabaseOptions
from foundation.journal_chains import chain_store
from foundation.periods import Clock, stockholm_date
from foundation.sql import Session
from foundation.text import Text
from invoicing.reconciliation import change_triggers_store, sum_store
from operations.checks import invariant_queries
from operations.event_feed import store as feed_store
from orders import tables as order_tables

_log = structlog.get_logger("migrations")

WAIT_SECONDS: Final = 600.0
"""So long is waited for another that makes or grows the same tables; a large database takes minutes."""

_Taken = TypeVar("_Taken")

_LOOK_EVERY: Final = 0.2
# One for the whole database, tried again and again: a wait inside the server would end with its lock_timeout.
_TRY: Final = text("SELECT pg_try_advisory_xact_lock(hashtextextended('billing migrations', 0))")


class MigrationElsewhere(DatabaseUnusable):
    """Another process makes or grows the tables and has not come to its end."""

    def __init__(self, seconds: float) -> None:
        super().__init__(
            Text(
                "En annan process har byggt om databasen i mer än %(seconds)s sekunder. Vänta tills den är klar och "
                "kör igen. Hänger den: avsluta den, så tas det den gjort tillbaka av sig självt.",
                seconds=int(seconds),
            )
        )


def open_migrated(url: str, *, clock: Clock = utc_now, options: DatabaseOptions | None = None) -> Database:
    """The database at `url`, made where it is empty and brought up to date. Raises DatabaseUnusable."""
    database = Database(url, clock=clock, options=options)
    try:
        bring_up_to_date(database)
    except BaseException:
        database.close()
        raise
    return database


def bring_up_to_date(database: Database, *, wait_seconds: float = WAIT_SECONDS) -> None:
    """Make an empty database whole, or let one that has tables grow to the newest revision. Raises DatabaseUnusable."""
    with _alone(database, wait_seconds) as connection:
        scripts = _config()
        if inspect(connection).has_table(order_tables.purchase_order.name):
            if inspect(connection).has_table("alembic_version"):
                refuse_newer(connection)
            scripts.attributes["connection"] = connection
            command.upgrade(scripts, "head")
        else:
            for metadata in METADATAS:
                metadata.create_all(connection)
            newest = ScriptDirectory.from_config(scripts)
            MigrationContext.configure(connection).stamp(newest, "head")
        row_security.install(connection, METADATAS, database.options.supplier_role)
        partitions.make_ahead(connection)
        month_partitions.make_all_ahead(connection, today=stockholm_date(database.clock()))
        vacuuming.install(connection)
        if change_triggers_store.install(connection):
            # What came before, or while they were away, was not noted.
            sum_store.mark_all(connection)
        number_series.start(connection)
        chain_store.catch_up(connection)
        for name, table in invariant_queries.NUMBERED.items():
            used = invariant_queries.number_last_used(connection, table)
            number_series.catch_up(connection, name, used=int(used or 0))
        books_mark.start(connection)
        feed_store.start(connection)


@contextmanager
def _alone(database: Database, wait_seconds: float) -> Iterator[Session]:
    """One transaction that nobody else has at once: SQLite's writer, or whoever holds PostgreSQL's advisory lock."""
    patience = _Patience(wait_seconds)
    if database.is_sqlite:
        # A file that others are just making is locked already when it is opened; beginning takes its write lock.
        with (
            patience.until_free(database.engine.connect) as connection,
            patience.until_free(connection.begin),
        ):
            yield connection
        return
    with database.engine.begin() as connection:
        while not connection.execute(_TRY).scalar_one():
            patience.wait()
        # A large table takes longer to change than anything else may take.
        postgresql.take_time(connection)
        yield connection


class _Patience:
    """Waiting for another, which is said once, until it has been too long."""

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self._ends = time.monotonic() + seconds
        self._told = False

    def wait(self) -> None:
        """A little while. Raises MigrationElsewhere when the time is over."""
        if time.monotonic() >= self._ends:
            raise MigrationElsewhere(self._seconds)
        if not self._told:
            self._told = True
            _log.info("waiting for another that brings the database up to date", at_most=self._seconds)
        time.sleep(_LOOK_EVERY)

    def until_free(self, take: Callable[[], _Taken]) -> _Taken:
        """What `take` gives as soon as SQLite no longer says that the file is locked."""
        while True:
            try:
                return take()
            except OperationalError as error:
                if "locked" not in str(error.orig):
                    raise
                self.wait()


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent))
    return config
