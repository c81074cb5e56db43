"""A claim is written off by its second person; what was never credited is judged again, and stays paid where right."""

from datetime import date

from foundation.sql import Session
from invoicing.claims import claim_store, steps
from invoicing.documents import store as document_store
from invoicing.documents.journal import record
from invoicing.journal_actions import DocumentAction
from invoicing.model import InvoiceState
from invoicing.verdicts import verdicts
from invoicing.verdicts.request_withdrawal import WITHDRAWS
from orders.register.register import Register


def write_off(session: Session, register: Register, number: str, *, by: str, today: date) -> None:
    """Write the rest off. An invoice without a credit note is asked back no longer: it is judged as it stands now.

    Raises ClaimRefused, as for whoever asked for it.
    """
    steps.write_off(session, number, by=by, today=today)
    invoice = document_store.lock(session, claim_store.get(session, number).invoice_id)
    if invoice.state is not InvoiceState.CREDIT_REQUESTED:
        return
    stands = document_store.move(session, invoice, InvoiceState.IN_QUESTION, by=WITHDRAWS, codes=())
    told = {"state": InvoiceState.IN_QUESTION, "answered": stands.answered}
    record(session, stands, DocumentAction.CREDIT_REQUEST_UNDONE, actor=by, **told)
    verdicts.judge_again(session, register, stands, today=today, actor=by)
