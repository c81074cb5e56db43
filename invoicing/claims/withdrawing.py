"""A claim that was never owed is withdrawn, and a supplier that had been asked to pay is told so."""

from datetime import date

from foundation import journal
from foundation.sql import Session
from invoicing.claims import claim_store
from invoicing.claims.claim_states import ClaimState
from invoicing.claims.claim_store import SupplierClaim
from invoicing.documents import notice_store
from invoicing.documents.notice_store import NoticeKind
from invoicing.journal_actions import ClaimAction, InvoicingSubject


def withdraw(session: Session, claim: SupplierClaim, *, by: str, on: date) -> None:
    """Nothing is owed. The supplier has a mail where a letter had been sent."""
    claim_store.move(session, claim, ClaimState.WITHDRAWN, ended_by=by, ended_on=on)
    if claim.due_on is not None:
        notice_store.lay(session, claim.invoice_id, NoticeKind.CLAIM_WITHDRAWN)
    journal.record(session, by, ClaimAction.WITHDRAWN, InvoicingSubject.CLAIM.of(claim.number))
