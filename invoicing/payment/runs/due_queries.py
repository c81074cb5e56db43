"""What is to be paid, counted, and whether what a proposal was drawn up of still is: asked of thousands at once."""

from collections.abc import Sequence
from datetime import date

from sqlalchemy import func, select

from foundation.money import Money
from foundation.sql import Session, among
from invoicing.claims import claim_store
from invoicing.claims import tables as claim_tables
from invoicing.claims.claim_states import STANDING
from invoicing.documents import tables as document_tables
from invoicing.model import DocumentType, InvoiceState
from invoicing.payment import held_back_queries, repayment_store
from invoicing.payment import tables as payment_tables
from invoicing.payment.payable import PayableKind, PaymentTerms
from invoicing.payment.payable_store import PayableKey
from invoicing.payment.transfers import UNDER_WAY, ItemState
from orders.register.register import Register

_INVOICE, _ITEM = document_tables.invoice, payment_tables.payment_item
_BATCH = 5_000


def still_due(session: Session, register: Register, payables: Sequence[PaymentTerms]) -> set[PayableKey]:
    """Those whose state and amount are as they were read, that lie in no proposal, and whose supplier is paid now."""
    held = held_back_queries.suppliers_held(session, register, {each.supplier for each in payables})
    found: set[PayableKey] = set()
    for start in range(0, len(payables), _BATCH):
        some = [each for each in payables[start : start + _BATCH] if each.supplier not in held]
        ids = [each.invoice_id for each in some]
        as_now = {
            row.id: (row.state, row.amount_payable - row.credited_payable)
            for row in session.execute(_AS_NOW.where(among(session, _INVOICE.c.id, ids)))
        }
        # What was taken off of a claim and paid is not in the way of what is owed again of it.
        is_paid = (_ITEM.c.state == ItemState.PAID) & (_ITEM.c.kind == PayableKind.INVOICE)
        lying = (_ITEM.c.state.in_(UNDER_WAY) | is_paid, among(session, _ITEM.c.invoice_id, ids))
        taken = {
            (row.invoice_id, PayableKind(row.kind))
            for row in session.execute(select(_ITEM.c.invoice_id, _ITEM.c.kind).where(*lying))
        }
        owed = _owed(session, [each.invoice_id for each in some if each.kind is PayableKind.CREDIT])
        for each in some:
            key = (each.invoice_id, each.kind)
            state, to_pay = as_now.get(each.invoice_id, (None, None))
            if each.kind is PayableKind.CREDIT:
                is_same = owed.get(each.invoice_id) == each.amount
            else:
                is_same = to_pay == each.amount.amount
            if is_same and state == each.state and key not in taken:
                found.add(key)
    return found


def _owed(session: Session, ids: Sequence[int]) -> dict[int, Money]:
    """What is left of the claims that may be taken off, which nobody gives back meanwhile."""
    claim = claim_tables.claim.c
    standing = (among(session, claim.invoice_id, ids), claim.state.in_(STANDING))
    # Whoever disputes, writes off or pays back a claim and whoever takes it off follow each other.
    session.execute(select(claim.number).where(*standing).order_by(claim.number).with_for_update())
    noted = repayment_store.waiting(session, ids)
    left = claim_store.open_amounts(session, ids, STANDING)
    return {each: amount for each, amount in left.items() if each not in noted}


def to_be_paid(
    session: Session, states: Sequence[InvoiceState], *, on: date, named: int
) -> tuple[int, Sequence[str]]:
    """How many invoices in these states have come to their day of payment, and the numbers of the first to arrive."""
    these = (
        _INVOICE.c.document_type == DocumentType.INVOICE,
        _INVOICE.c.state.in_(states),
        _INVOICE.c.pays_on <= on,
    )
    count = session.execute(select(func.count()).select_from(_INVOICE).where(*these)).scalar_one()
    first = select(_INVOICE.c.number).where(*these).order_by(_INVOICE.c.id).limit(named)
    return count, session.scalars(first).all()


_AS_NOW = select(_INVOICE.c.id, _INVOICE.c.state, _INVOICE.c.amount_payable, _INVOICE.c.credited_payable)
