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
_AT_A_TIME = 500


def named_in(session: Session, supplier: str, claim: InvoiceContent) -> list[PaidInvoice]:
    """The supplier's earlier invoices that the claim refers to, or that its note and lines name by their numbers."""
    said = " ".join((claim.note, *(f"{each.name} {each.note}" for each in claim.lines)))
    words = (each.rstrip(".") for each in _MAYBE_A_NUMBER.findall(said))
    numbers = sorted(({each.number for each in claim.credits} or set(words)) - {claim.number})
    found: dict[int, PaidInvoice] = {}
    for start in range(0, len(numbers), _AT_A_TIME):
        question = (
            select(_INVOICE, _PAYMENT.c.amount.label("paid"))
            .select_from(_INVOICE)
            .outerjoin(_PAYMENT, (_PAYMENT.c.invoice_id == _INVOICE.c.id) & standing_queries.payment_stands())
            .where(
                _INVOICE.c.supplier == supplier,
                _INVOICE.c.number.in_(numbers[start : start + _AT_A_TIME]),
                _INVOICE.c.document_type == DocumentType.INVOICE,
            )
        )
        for row in session.execute(question):
            amount = Money(row.paid or row.amount_payable - row.credited_payable, row.currency)
            found[row.id] = PaidInvoice(row.number, amount, row.pays_on, row.paid_on)
    return [found[key] for key in sorted(found)]
