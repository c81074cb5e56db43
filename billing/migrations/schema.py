"""Putting the house together over one database: the tables of all floors, and one clock."""

from pathlib import Path

from sqlalchemy import MetaData

import invoicing.answer_tables
import invoicing.bench_tables
import invoicing.change_tables
import invoicing.exception_tables
import invoicing.payment_tables
import invoicing.portal_tables
import invoicing.retention_tables
import invoicing.tables  # its tables join the counting room's description
from accounts import tables as account_tables
from billing.server import invoice_mails
from foundation.database import Clock, Database, DatabaseUnusable, utc_now
from operations import tables as job_tables
from operations.mail import tables as mail_tables
from orders import tables, tutor_tables
from peppol import mailbox
from supplier_portal.queries import visits

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
FRONT = (account_tables.account, mail_tables.mail, job_tables.job_run, invoice_mails.journal_mark)


def open_house(url: str, *, clock: Clock = utc_now) -> Database:
    """The database at `url`, as it is; `growing.open_grown` makes and brings up to date. Raises DatabaseUnusable.

    SQLite would make an empty file of a mistyped address; here that is told instead.
    """
    database = Database(url, clock=clock)
    file = database.url.database
    if database.is_sqlite and file and file != ":memory:" and not Path(file).exists():
        database.close()
        raise DatabaseUnusable(
            f"Det finns ingen databas i {file}. Kontrollera adressen, eller kör först: billing init",
            f"There is no database in {file}. Check the address, or run first: billing init",
        )
    return database
