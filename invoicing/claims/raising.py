"""A claim is raised: by the credit of a paid invoice, or by two of the buyer's people before any credit note has come.

What was paid for an invoice is claimed whole, as a paid invoice is credited whole (REQ-37). A credit note that comes
after makes no second claim.
"""

from datetime import date
from typing import Final

from foundation import journal
from foundation.errors import Refused
from foundation.sql import Session
from foundation.text import Text
from foundation.written import kept_words
from invoicing.claims import claim_store, owed_queries, withdrawing
from invoicing.claims.claim_states import CLAIM_FOLLOWS, OPEN, RECLAIMED, ClaimCause, ClaimState
from invoicing.claims.claim_store import SupplierClaim
from invoicing.documents import store as document_store
from invoicing.documents.journal import record
from invoicing.journal_actions import ClaimAction, DocumentAction, InvoicingSubject
from invoicing.model import InvoiceState, SupplierInvoice
from invoicing.payment import repayment_store
from orders.purchase_orders import line_store

# A paid invoice stands so until it is credited.
_PAID: Final = (InvoiceState.PAID, InvoiceState.IN_QUESTION, InvoiceState.CREDIT_REQUESTED)


class ClaimRefused(Refused):
    """The claim cannot be raised, or the step is not this person's."""


def raise_for_credit(session: Session, invoice: SupplierInvoice, *, today: date) -> None:
    """A paid invoice is credited: its supplier owes what it was paid, unless that is claimed or given back already."""
    before = claim_store.of_invoice(session, invoice.id)
    if before is not None and before.state is not ClaimState.ASKED:
        return
    if before is not None:
        # The credit note says itself what was asked of a second person.
        withdrawing.withdraw(session, before, by=journal.SYSTEM, on=today)
    paid = owed_queries.paid(session, invoice.id)
    number = claim_store.add(
        session,
        invoice_id=invoice.id,
        supplier=invoice.supplier,
        cause=ClaimCause.CREDIT,
        amount=paid.amount,
        amount_net=paid.amount_net,
        state=ClaimState.RAISED,
        raised_on=today,
    )
    journal.record(session, journal.SYSTEM, ClaimAction.RAISED, InvoicingSubject.CLAIM.of(number))


def ask(
    session: Session, invoice_id: int, *, cause: ClaimCause, reason: str, by: str, today: date
) -> SupplierClaim:
    """Say that what was paid for an invoice is to be claimed back, as the first person. Raises ClaimRefused."""
    reason = kept_words.kept(reason, ClaimRefused, asked=Text("Skriv varför. Skälet sparas."))
    invoice = document_store.lock(session, invoice_id)
    if cause is ClaimCause.CREDIT:
        raise ClaimRefused(Text("En kredit reser fordran av sig själv när den kommer. Välj en annan orsak."))
    if invoice.paid_on is None or invoice.state not in _PAID:
        raise ClaimRefused(
            Text(
                "%(name)s har läget ”%(state)s”. Bara det som är betalt och inte krediterat kan krävas tillbaka.",
                name=invoice.name,
                state=invoice.state_word,
            )
        )
    before = claim_store.of_invoice(session, invoice_id)
    if before is not None:
        raise ClaimRefused(Text("Det finns redan en fordran för fakturan: %(number)s.", number=before.number))
    paid = owed_queries.paid(session, invoice_id)
    number = claim_store.add(
        session,
        invoice_id=invoice_id,
        supplier=invoice.supplier,
        cause=cause,
        amount=paid.amount,
        amount_net=paid.amount_net,
        state=ClaimState.ASKED,
        raised_on=today,
        asked_by=by,
        reason=reason,
    )
    subject = InvoicingSubject.CLAIM.of(number)
    journal.record(session, by, ClaimAction.ASKED, subject, cause=cause, reason=reason)
    return claim_store.get(session, number)


def confirm(session: Session, number: str, *, by: str, today: date) -> SupplierClaim:
    """Raise what another person asked for: the supplier owes it from now, and is asked for a credit note."""
    claim = claim_store.get(session, number)
    line_store.lock_orders(
        session, set(document_store.orders_of(session, document_store.by_id(session, claim.invoice_id)))
    )
    invoice = document_store.lock(session, claim.invoice_id)
    # Of a claim that is disputed, or ended, RAISED is where an answer leads, or what is owed again.
    if claim.state is not ClaimState.ASKED:
        raise CLAIM_FOLLOWS.refusal(claim.name, claim.state, ClaimState.RAISED)
    if by == claim.asked_by:
        raise ClaimRefused(Text("Den andra personen måste vara en annan än den första."))
    claim_store.move(session, claim, ClaimState.RAISED, confirmed_by=by, raised_on=today)
    if invoice.state is not InvoiceState.CREDIT_REQUESTED:
        asked = document_store.move(session, invoice, InvoiceState.CREDIT_REQUESTED, by=RECLAIMED)
        line_store.drop_claims(session, invoice.id)
        codes = " ".join(invoice.codes)
        record(
            session, asked, DocumentAction.CREDIT_REQUESTED, actor=by, answered=invoice.answered, codes=codes
        )
    journal.record(session, by, ClaimAction.CONFIRMED, InvoicingSubject.CLAIM.of(number))
    return claim_store.get(session, number)


def decline(session: Session, number: str, *, by: str, today: date) -> None:
    """Take away what was asked for and not confirmed: whoever asked may, and so may another."""
    claim = claim_store.get(session, number)
    if claim.state is not ClaimState.ASKED:
        raise ClaimRefused(
            Text("%(name)s är redan rest. Skriv av den i stället, med en andra person.", name=claim.name)
        )
    withdrawing.withdraw(session, claim, by=by, on=today)


def withdraw_for(session: Session, invoice_id: int, *, today: date) -> bool:
    """The invoice is right after all: its claim is withdrawn, where nothing was given back of it.

    False where something was, a deposit is noted, or it lies in a proposal: then the invoice is credited and sent anew.
    """
    claim = claim_store.of_invoice(session, invoice_id)
    if claim is None:
        return True
    has_moved = (
        bool(claim.given_back.amount)
        or bool(owed_queries.set_off_in(session, invoice_id))
        or invoice_id in repayment_store.waiting(session, [invoice_id])
    )
    if has_moved or claim.state not in (*OPEN, ClaimState.ASKED):
        return False
    withdrawing.withdraw(session, claim, by=journal.SYSTEM, on=today)
    return True
