"""What the invoices are called that somebody's notifications are about: those that the person may see."""

from collections.abc import Collection, Mapping

from sqlalchemy import select

from foundation.sql import Session, among
from invoicing.documents.tables import invoice
from invoicing.portal_invoicing.scope import Scope


def invoice_numbers(session: Session, scope: Scope, invoice_ids: Collection[int]) -> Mapping[int, str]:
    """The number of each of these invoices and credit notes that the scope holds."""
    question = select(invoice.c.id, invoice.c.number).where(
        among(session, invoice.c.id, invoice_ids), scope.of_invoices()
    )
    return {int(row.id): row.number for row in session.execute(question)} if invoice_ids else {}
