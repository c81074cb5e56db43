"""Documents of protected people (skyddade personuppgifter) and documents with personal data in them: handled apart.

Such a document is shown without its number and references, its content only to those with the permission who
say why; each time is one row in the journal. A document is protected when its case is handled by hand for that
reason, or when a person has marked it because it says who somebody is.
"""

from collections.abc import Sequence
from datetime import date

from sqlalchemy import insert, select
from sqlalchemy.exc import IntegrityError

from foundation import journal
from foundation.errors import Refused
from foundation.sql import Session
from invoicing.decisions import tables as decision_tables
from invoicing.documents import handler_store
from invoicing.documents.journal import record
from invoicing.model import SupplierInvoice

_TABLE = decision_tables.protected_document


def mark(session: Session, invoice: SupplierInvoice, *, by: str, on: date, reason: str) -> None:
    """Let a document be handled apart from now on; once marked it stays so."""
    try:
        with session.begin_nested():
            session.execute(
                insert(_TABLE),
                {"invoice_id": invoice.id, "marked_by": by, "marked_on": on, "reason": reason},
            )
    except IntegrityError:
        return
    record(session, invoice, "protected.marked", actor=by)


def is_protected(session: Session, invoice_id: int) -> bool:
    """Whether the document is handled apart."""
    return bool(among(session, [invoice_id]))


def among(session: Session, ids: Sequence[int]) -> frozenset[int]:
    """Those of the documents that are handled apart."""
    if not ids:
        return frozenset()
    return frozenset(session.scalars(select(_TABLE.c.invoice_id).where(_TABLE.c.invoice_id.in_(ids))))


def reveal(session: Session, invoice: SupplierInvoice, *, by: str, reason: str) -> None:
    """Note that a person opens a protected document, and why. Raises Refused without a reason."""
    if not reason.strip():
        raise Refused("Skriv varför du öppnar uppgifterna.", "Say why you open the details.")
    journal.record(session, by, "protected.revealed", f"invoice {invoice.id}", reason=reason)
    handler_store.note(session, invoice.id, by)
