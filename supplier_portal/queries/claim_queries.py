"""The buyer's claims on a supplier that the person may see, and on which day each is about to be set off."""

from collections.abc import Mapping, Sequence
from datetime import date

from sqlalchemy import select

from foundation.sql import Session
from invoicing.claims import claim_store
from invoicing.claims.claim_states import CLAIM_FOLLOWS, ClaimState
from invoicing.claims.claim_store import SupplierClaim
from invoicing.documents import tables as document_tables
from invoicing.payment import tables as payment_tables
from invoicing.payment.payable import PayableKind
from invoicing.payment.transfers import LIVE
from invoicing.portal_invoicing.scope import Scope

_INVOICE, _ITEM = document_tables.invoice, payment_tables.payment_item
# What one of the buyer's people only thinks of is not the supplier's to read, nor what came of it.
_SHOWN = tuple(each for each in CLAIM_FOLLOWS.follows if each not in (ClaimState.ASKED, ClaimState.WITHDRAWN))


def listed(session: Session, scope: Scope) -> Sequence[SupplierClaim]:
    """The claims on the supplier about invoices the person may see: those that stand first, each the newest first."""
    found = claim_store.listed(session, states=_SHOWN, supplier=scope.supplier)
    ids = [each.invoice_id for each in found]
    seen = set(session.scalars(select(_INVOICE.c.id).where(scope.of_invoices(), _INVOICE.c.id.in_(ids))))
    mine = [each for each in reversed(found) if each.invoice_id in seen]
    return sorted(mine, key=lambda each: each.is_ended)


def find(session: Session, scope: Scope, invoice_id: int) -> SupplierClaim | None:
    """The claim about an invoice, or None where there is none that the person may see."""
    return next((each for each in listed(session, scope) if each.invoice_id == invoice_id), None)


def set_off_on(session: Session, claims: Sequence[SupplierClaim]) -> Mapping[int, date]:
    """The day of the payment that each of these open claims is about to be taken off, by its invoice."""
    proposal = payment_tables.payment_proposal
    ids = [each.invoice_id for each in claims if not each.is_ended]
    question = (
        select(_ITEM.c.invoice_id, proposal.c.pay_on)
        .join(proposal, proposal.c.number == _ITEM.c.proposal)
        .where(_ITEM.c.invoice_id.in_(ids), _ITEM.c.kind == PayableKind.CREDIT, _ITEM.c.state.in_(LIVE))
    )
    return {row.invoice_id: row.pay_on for row in session.execute(question)}
