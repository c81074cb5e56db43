"""Putting the house together over one database: all tables, all series, one clock."""

from sqlalchemy import MetaData

import invoicing.tables  # its tables join the counting room's description
from orders import series, tables
from orders.database import Clock, Database, utc_now
from peppol import mailbox

METADATAS: tuple[MetaData, ...] = (mailbox.metadata, tables.metadata)
AUDIT_ROOM = (invoicing.tables.invoice,)


def open_house(url: str, *, create: bool = False, clock: Clock = utc_now) -> Database:
    """The database at `url`, with its tables where `create` asks for them. Raises DatabaseUnusable."""
    database = Database(url, clock=clock)
    if create:
        database.create(*METADATAS)
        with database.writing() as session:
            series.start(session)
    return database
