"""Paid: what was accepted and has left our account, noted once and told the supplier; and what it owes us back.

An invoice is paid 30 days after its date whatever it says. One person prepares the payment,
another attests it; nobody does both. The daily way is a proposal that is attested, exported and
confirmed by the bank (preparing, attesting, sending_payments, bank_answers); `pay` notes what two people
paid by other means. A paid invoice is answered PD. A credit of a paid invoice is a claim on the supplier,
until it is taken off a payment or repaid.
"""

from collections.abc import Sequence
from datetime import date

from foundation import number_series
from foundation.errors import Refused
from foundation.sql import Session
from foundation.text import Text
from invoicing.claims import claim_store, giving_back, raising
from invoicing.documents import facts_loading
from invoicing.documents import store as document_store
from invoicing.documents.journal import record
from invoicing.journal_actions import DocumentAction
from invoicing.model import FOLLOWS, InvoiceState, SupplierInvoice
from invoicing.payment import (
    attest_right_store,
    held_back_queries,
    payable_store,
    payment_stop_store,
    payment_store,
)
from invoicing.payment.attest_rights import check_not_barred, granted
from invoicing.payment.payable import PayableKind
from invoicing.payment.payment_store import Claim, ClaimWay, Payment
from invoicing.remittance.advice import Remittance
from invoicing.responses import responding, response_documents
from orders.register.register import Register


class SamePerson(Refused):
    """The one who attests a payment must be another than the one who prepared it."""

    def __init__(self) -> None:
        super().__init__(Text("Den som attesterar måste vara en annan än den som förberett betalningen."))


class HeldBack(Refused):
    """Nothing is paid to the invoice's supplier now."""

    def __init__(self, number: str, reason: Text) -> None:
        super().__init__(Text("%(number)s hålls kvar. %(reason)s", number=number, reason=reason))


class InProposal(Refused):
    """The invoice lies in a payment proposal and is paid there."""

    def __init__(self, number: str) -> None:
        super().__init__(
            Text(
                "%(number)s ligger i ett betalningsförslag. Betala den där, eller ta ut den ur "
                "förslaget först.",
                number=number,
            ),
        )


def due(session: Session, *, on: date) -> list[SupplierInvoice]:
    """The accepted invoices whose day of payment has come and that lie in no proposal, by day and arrival."""
    return document_store.by_ids(session, payable_store.due(session, on=on))


def pay(
    session: Session,
    register: Register,
    invoices: Sequence[SupplierInvoice],
    *,
    prepared_by: str,
    attested_by: str,
    today: date,
    tax_withheld: bool = False,
) -> list[Payment]:
    """Note accepted invoices as paid outside a bank file, and tell their suppliers.

    `tax_withheld` says that the tax was paid to the tax agency and the rest to the supplier, where that was decided.

    The attester's limits and scopes hold here too, from the day the first right to attest is given. Raises
    SamePerson, AttestRefused, HeldBack, or StepRefused for one that is not accepted now or lies in a proposal.
    """
    if not prepared_by or not attested_by or prepared_by == attested_by:
        raise SamePerson
    rights, substitutions = attest_right_store.rights(session), attest_right_store.substitutions(session)
    keys = [(invoice.id, PayableKind.INVOICE) for invoice in invoices]
    payables = payable_store.load(session, register, keys, pay_on=today, lock=True)
    payment_stop_store.hold_still(session)
    suppliers = {each.id: each.supplier for each in invoices}
    kept = held_back_queries.reasons(session, register, suppliers, on=today, tax_paid=tax_withheld)
    paid = []
    for each in invoices:
        invoice = document_store.lock(session, each.id)
        if invoice.state is not InvoiceState.ACCEPTED:
            raise invoice.worded(FOLLOWS).refusal(invoice.name, invoice.state, InvoiceState.PAID)
        if payable_store.lies_in_proposal(session, invoice.id):
            raise InProposal(invoice.number)
        if invoice.id in kept:
            raise HeldBack(invoice.number, kept[invoice.id])
        payable = payables.get((invoice.id, PayableKind.INVOICE))
        if payable is not None:
            check_not_barred(attested_by, payable.subject(prepared_by))
        if rights:
            subject = payables[invoice.id, PayableKind.INVOICE].subject(prepared_by)
            granted(attested_by, subject, rights, substitutions, on=today)
        paid.append(
            note_paid(
                session, register, invoice, prepared_by=prepared_by, attested_by=attested_by, today=today
            )
        )
    return paid


def note_paid(
    session: Session,
    register: Register,
    invoice: SupplierInvoice,
    *,
    prepared_by: str,
    attested_by: str,
    today: date,
    remittance: Remittance | None = None,
) -> Payment:
    """Note that the money has left. What was accepted is PAID; what came into question meanwhile stays so.

    `remittance` is what the bank payment that it left in is made of; None where it left by other means.
    """
    payment = Payment(
        number_series.next_number(session, number_series.PAYMENTS),
        invoice.id,
        invoice.supplier,
        invoice.amount_to_pay,
        today,
    )
    payment_store.add(session, payment, prepared_by=prepared_by, attested_by=attested_by)
    if invoice.state is InvoiceState.ACCEPTED:
        # The bank's statement shows one sum: an answer that names another says how that sum is made up.
        told = None
        if remittance is not None and remittance.says_more:
            told = response_documents.Announcement("NON", remittance.words.both())
        answered = responding.answer(
            session,
            register,
            invoice,
            response_documents.PAID,
            (),
            today=today,
            supplier=facts_loading.registered(register, invoice.supplier),
            announcement=told,
        )
        invoice = document_store.move(session, invoice, InvoiceState.PAID, answered=answered, paid_on=today)
    else:
        document_store.set_paid(session, invoice.id, today)
        if invoice.state is InvoiceState.CREDITED:
            # It was credited while the money was on its way.
            raising.raise_for_credit(session, invoice, today=today)
    record(
        session,
        invoice,
        DocumentAction.INVOICE_PAID,
        actor=attested_by,
        prepared_by=prepared_by,
        payment=payment.number,
        amount=str(payment.amount.amount),
        state=invoice.state,
    )
    return payment


def settle_claim(
    session: Session,
    claim: Claim,
    *,
    how: ClaimWay,
    first_by: str,
    second_by: str,
    on: date,
    reference: str = "",
) -> None:
    """Note that a supplier has given back what it owed, or a part of it. Raises SamePerson."""
    if not first_by or not second_by or first_by == second_by:
        raise SamePerson
    owed = claim_store.get(session, claim.number, lock=True)
    giving_back.give_back(
        session,
        owed,
        claim.amount,
        how=how,
        first_by=first_by,
        second_by=second_by,
        on=on,
        reference=reference,
    )
