"""The buyer's claims on a supplier that the person may see."""

from collections.abc import Sequence

from sqlalchemy import select

from foundation.sql import Session, among
from invoicing.claims import claim_store
from invoicing.claims.claim_states import CLAIM_FOLLOWS, ClaimState
from invoicing.claims.claim_store import NoClaim, SupplierClaim
from invoicing.documents import tables as document_tables
from invoicing.portal_invoicing.scope import Scope

_INVOICE = document_tables.invoice
_SHOWN = tuple(each for each in CLAIM_FOLLOWS.follows if each is not ClaimState.ASKED)


def listed(session: Session, scope: Scope) -> Sequence[SupplierClaim]:
    """The claims on the supplier about invoices the person may see: those that stand first, each the newest first."""
    found = claim_store.listed(session, states=_SHOWN, supplier=scope.supplier, newest_first=True)
    return sorted(_seen(session, scope, found), key=lambda each: each.is_ended)


def of_invoice(session: Session, scope: Scope, invoice_id: int) -> Sequence[SupplierClaim]:
    """The claims about one invoice that the person may see, the latest last; what was withdrawn was claimed too."""
    return _seen(session, scope, claim_store.all_of_invoice(session, invoice_id))


def numbered(session: Session, scope: Scope, number: str) -> SupplierClaim | None:
    """The claim of this number, where the person may see it."""
    try:
        found = claim_store.get(session, number)
    except NoClaim:
        return None
    return next(iter(_seen(session, scope, [found])), None)


def _seen(session: Session, scope: Scope, claims: Sequence[SupplierClaim]) -> list[SupplierClaim]:
    ids = {each.invoice_id for each in claims}
    question = select(_INVOICE.c.id).where(scope.of_invoices(), among(session, _INVOICE.c.id, ids))
    seen = set(session.scalars(question)) if ids else set()
    return [
        each
        for each in claims
        # What one of the buyer's people only thinks of is not the supplier's to read, nor what came of it. What it has
        # read, and had a letter about, does not vanish when it is withdrawn.
        if each.supplier == scope.supplier
        and each.invoice_id in seen
        and each.state is not ClaimState.ASKED
        and each.was_raised
    ]
