"""Putting the house together over one database: all tables, all series, one clock."""

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import MetaData, inspect

import invoicing.answer_tables
import invoicing.bench_tables
import invoicing.change_tables
import invoicing.exception_tables
import invoicing.payment_tables
import invoicing.portal_tables
import invoicing.retention_tables
import invoicing.tables  # its tables join the counting room's description
from orders import journal, series, tables, tutor_tables
from orders.database import Clock, Database, utc_now
from peppol import mailbox
from supplier_portal import account_tables, invoice_mails, mail_tables, row_security, visits, work_tables

METADATAS: tuple[MetaData, ...] = (mailbox.metadata, tables.metadata)
# Named so that their tables join the description as well.
AUDIT_ROOM = (
    invoicing.tables.invoice,
    invoicing.answer_tables.peer_answer,
    invoicing.portal_tables.portal_document,
    invoicing.change_tables.change_request,
    invoicing.bench_tables.test_document,
    invoicing.exception_tables.desk_item,
    invoicing.retention_tables.disposal,
    invoicing.payment_tables.payment_proposal,
)
SUPPLIERS_ROOM = (tutor_tables.tutor_assignment, visits.portal_visit)
FRONT = (account_tables.account, mail_tables.mail, work_tables.job_run, invoice_mails.journal_mark)


def open_house(url: str, *, create: bool = False, clock: Clock = utc_now) -> Database:
    """The database at `url`, brought up to date where `create` asks for it. Raises DatabaseUnusable."""
    database = Database(url, clock=clock)
    if create:
        bring_up_to_date(database)
    return database


def bring_up_to_date(database: Database) -> None:
    """Make an empty database whole, or let one that has tables grow to the newest revision."""
    with database.engine.begin() as connection:
        scripts = _config()
        if inspect(connection).has_table(tables.purchase_order.name):
            scripts.attributes["connection"] = connection
            command.upgrade(scripts, "head")
        else:
            for metadata in METADATAS:
                metadata.create_all(connection)
            newest = ScriptDirectory.from_config(scripts)
            MigrationContext.configure(connection).stamp(newest, "head")
        row_security.install(connection, METADATAS)
    with database.writing() as session:
        journal.start(session)
        series.start(session)


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    return config
