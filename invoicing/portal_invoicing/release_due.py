"""Letting go of what suppliers sent from the portal, once it can no longer be undone.

Each bundle leaves in a transaction of its own; two workers at once let it leave once. A bundle that
fails stays where it is and is tried again at the next tick; the log names it.
"""

from datetime import datetime

import structlog

from foundation.database import Database
from invoicing.portal_invoicing import portal_document_store
from invoicing.portal_invoicing import release as portal_leaving
from invoicing.portal_invoicing.sending import UNDO
from orders.register import store as register_store

_AT_ONCE = 200
_log = structlog.get_logger("portal")


def release_due(database: Database, now: datetime) -> int:
    """Put every document whose time has come into the mailbox; how many left."""
    with database.writing() as session:
        portal_document_store.begin_holds_anew(session, now=now, hold=UNDO)
    with database.reading() as session:
        due = portal_document_store.due_bundles(session, now=now, limit=_AT_ONCE)
    left = 0
    for bundle, supplier in due:
        try:
            with database.writing() as session:
                register = register_store.load(session)
                left += len(portal_leaving.release(session, register, supplier, bundle, now=now))
        except Exception as error:
            _log.error("document not released", bundle=bundle, error=type(error).__name__)
    with database.writing() as session:
        portal_document_store.settle_read(session)
    return left
