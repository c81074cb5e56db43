"""Making the tables of a new database, and letting the tables of an older release grow to this one's.

Convention: only those who make or upgrade a database come here; all others open it with `schema.open_database`.
"""

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import inspect

from billing.migrations import row_security
from billing.migrations.schema import METADATAS
from foundation import books_mark, journal, number_series
from foundation.database import Database, utc_now
from foundation.periods import Clock
from operations.event_feed import store as feed_store
from orders import tables as order_tables


def open_migrated(url: str, *, clock: Clock = utc_now) -> Database:
    """The database at `url`, made where it is empty and brought up to date. Raises DatabaseUnusable."""
    database = Database(url, clock=clock)
    bring_up_to_date(database)
    return database


def bring_up_to_date(database: Database) -> None:
    """Make an empty database whole, or let one that has tables grow to the newest revision."""
    with database.engine.begin() as connection:
        scripts = _config()
        if inspect(connection).has_table(order_tables.purchase_order.name):
            scripts.attributes["connection"] = connection
            command.upgrade(scripts, "head")
        else:
            for metadata in METADATAS:
                metadata.create_all(connection)
            newest = ScriptDirectory.from_config(scripts)
            MigrationContext.configure(connection).stamp(newest, "head")
        row_security.install(connection, METADATAS)
    # Books that are held after a restore may have to grow before anybody can go through them.
    with database.for_recovery().writing() as session:
        journal.start(session)
        number_series.start(session)
        books_mark.start(session)
        feed_store.start(session)


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent))
    return config
