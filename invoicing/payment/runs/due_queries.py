"""Whether what a proposal was drawn up of is still to be paid, asked of thousands at once."""

from collections.abc import Sequence

from sqlalchemy import select

from foundation.sql import Session, among
from invoicing.documents import tables as document_tables
from invoicing.payment import held_back_queries, standing_queries
from invoicing.payment import tables as payment_tables
from invoicing.payment.payable import PayableKind, PaymentTerms
from invoicing.payment.payable_store import PayableKey
from invoicing.payment.transfers import LIVE
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
        lying = (_ITEM.c.state.in_(LIVE), among(session, _ITEM.c.invoice_id, ids))
        taken = {
            (row.invoice_id, PayableKind(row.kind))
            for row in session.execute(select(_ITEM.c.invoice_id, _ITEM.c.kind).where(*lying))
        }
        settled = payment_tables.claim_settled.c.invoice_id
        repaid = set(session.scalars(standing_queries.settled_claims().where(among(session, settled, ids))))
        for each in some:
            key = (each.invoice_id, each.kind)
            is_same = as_now.get(each.invoice_id) == (each.state, each.amount.amount)
            if (
                is_same
                and key not in taken
                and not (each.kind is PayableKind.CREDIT and each.invoice_id in repaid)
            ):
                found.add(key)
    return found


_AS_NOW = select(_INVOICE.c.id, _INVOICE.c.state, _INVOICE.c.amount_payable, _INVOICE.c.credited_payable)
