"""Which invoices of its own a supplier's claim for late payment is about, with the day each was to be paid and was."""

import re

from sqlalchemy import select

from foundation.money import Money
from foundation.sql import Session
from invoicing.claims.late_payment_check import PaidInvoice
from invoicing.documents import tables as document_tables
from invoicing.model import DocumentType, InvoiceContent
from invoicing.payment import standing_queries

_INVOICE, _PAYMENT = document_tables.invoice, document_tables.payment
_MAYBE_A_NUMBER = re.compile(r"[^\s,;:()]*[0-9][^\s,;:()]*")
_MOST = 100


def named_in(session: Session, supplier: str, claim: InvoiceContent) -> list[PaidInvoice]:
    """The supplier's earlier invoices that the claim refers to, or that its note and lines name by their numbers."""
    said = " ".join((claim.note, *(f"{each.name} {each.note}" for each in claim.lines)))
    words = [each.rstrip(".") for each in _MAYBE_A_NUMBER.findall(said)]
    numbers = {each.number for each in claim.credits} or set(words[:_MOST])
    question = (
        select(_INVOICE, _PAYMENT.c.amount.label("paid"))
        .select_from(_INVOICE)
        .outerjoin(_PAYMENT, (_PAYMENT.c.invoice_id == _INVOICE.c.id) & standing_queries.payment_stands())
        .where(
            _INVOICE.c.supplier == supplier,
            _INVOICE.c.number.in_(sorted(numbers - {claim.number})),
            _INVOICE.c.document_type == DocumentType.INVOICE,
        )
        .order_by(_INVOICE.c.id)
    )
    return [
        PaidInvoice(
            number=row.number,
            amount=Money(row.paid or row.amount_payable - row.credited_payable, row.currency),
            pays_on=row.pays_on,
            paid_on=row.paid_on,
        )
        for row in session.execute(question)
    ]
