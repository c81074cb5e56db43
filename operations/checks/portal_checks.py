"""What must hold of documents made in the portal: no gap in anybody's numbers, and the bytes that left are those kept.

Part of the invariants that `invariants.py` goes through.
"""

from foundation import number_series
from foundation.sql import Session
from invoicing.portal_invoicing import series_store
from invoicing.portal_invoicing.numbering import OwnNumber
from operations.checks import portal_check_queries
from operations.checks.payment_checks import Findings
from peppol.exchange.outbox import sha256_of


def own_series_without_gaps(session: Session) -> Findings:
    """Every number of a supplier's series has its document or waits to be used again, and none does both."""
    jumps = number_series.jumps(session)
    for row in portal_check_queries.own_series(session):
        subject = f"own series {row.series}"
        made = portal_check_queries.made_positions(session, row.supplier, row.series)
        free = portal_check_queries.free_positions(session, row.supplier, row.series)
        for position in sorted(made & free):
            yield subject, f"{OwnNumber(row.series, position)} has a document and waits to be used again"
        name = number_series.own_name(row.supplier, row.series)
        passed = {one for each in jumps if each.series == name for one in range(each.first, each.last + 1)}
        for position in sorted(set(range(1, row.last + 1)) - made - free - passed):
            number = OwnNumber(row.series, position)
            if not series_store.is_used(session, row.supplier, str(number)):
                yield subject, f"{number} is missing"
        if beyond := [position for position in (made | free) if position > row.last]:
            yield subject, f"it stands at {row.last}, and {max(beyond)} is used"


def bytes_left_as_kept(session: Session) -> Findings:
    """What left the portal came into the mailbox byte for byte."""
    for row in portal_check_queries.left_documents(session):
        bytes_are = row.disposed if not row.body and row.disposed else sha256_of(row.body)
        if not row.sha256 == row.came == bytes_are:
            yield f"portal document {row.id}", "the message it became has other bytes"
