"""What must hold of documents made in the portal: no gap in anybody's numbers, and the bytes that left are those kept.

Part of the invariants that `checking.py` goes through.
"""

from collections.abc import Iterator

from sqlalchemy import select

from foundation.sql import Session
from invoicing.audit.body_store import PORTAL
from invoicing.audit.tables import disposed_body
from invoicing.portal_invoicing import numbering
from invoicing.portal_invoicing.numbering import OwnNumber
from invoicing.portal_invoicing.tables import own_series, portal_document, returned_number
from peppol.exchange.outbox import sha256_of
from peppol.exchange.tables import inbox


def own_series_without_gaps(session: Session) -> Iterator[tuple[str, str]]:
    """Every number of a supplier's series has its document or waits to be used again, and none does both."""
    for row in session.execute(select(own_series).order_by(own_series.c.supplier, own_series.c.series)).all():
        subject = f"own series {row.series}"
        made = set(
            session.scalars(
                select(portal_document.c.position).where(
                    portal_document.c.supplier == row.supplier,
                    portal_document.c.series == row.series,
                    portal_document.c.state.in_(numbering.KEPT),
                )
            )
        )
        free = set(
            session.scalars(
                select(returned_number.c.position).where(
                    returned_number.c.supplier == row.supplier, returned_number.c.series == row.series
                )
            )
        )
        for position in sorted(made & free):
            yield subject, f"{OwnNumber(row.series, position)} has a document and waits to be used again"
        for position in sorted(set(range(1, row.last + 1)) - made - free):
            number = OwnNumber(row.series, position)
            if not numbering.is_used(session, row.supplier, str(number)):
                yield subject, f"{number} is missing"
        if beyond := [position for position in (made | free) if position > row.last]:
            yield subject, f"it stands at {row.last}, and {max(beyond)} is used"


def bytes_left_as_kept(session: Session) -> Iterator[tuple[str, str]]:
    """What left the portal came into the mailbox byte for byte."""
    gone = disposed_body
    question = (
        select(
            portal_document.c.id,
            portal_document.c.sha256,
            portal_document.c.body,
            inbox.c.sha256.label("came"),
            gone.c.sha256.label("disposed"),
        )
        .outerjoin(gone, (gone.c.kind == PORTAL) & (gone.c.item_id == portal_document.c.id))
        .outerjoin(inbox, inbox.c.id == portal_document.c.letter_id)
        .where(portal_document.c.state.in_(("RELEASED", "READ")))
        .order_by(portal_document.c.id)
        .execution_options(yield_per=200)
    )
    for row in session.execute(question):
        bytes_are = row.disposed if not row.body and row.disposed else sha256_of(row.body)
        if not row.sha256 == row.came == bytes_are:
            yield f"portal document {row.id}", "the message it became has other bytes"
