"""What a supplier owes is given back: set off, repaid or written off, in parts that end at zero to the öre.

Each part is a row with the two people behind it. The claim is settled with the last of them, and only then do the
books say that the invoice's money is back.
"""

from datetime import date

from foundation import journal
from foundation.errors import Refused
from foundation.money import Money
from foundation.sql import Session
from foundation.text import Text
from invoicing.claims import claim_store, part_store
from invoicing.claims.claim_states import ClaimState, PartWay
from invoicing.claims.claim_store import SupplierClaim
from invoicing.journal_actions import ClaimAction, InvoicingSubject, PaymentAction
from invoicing.payment import payment_store
from invoicing.payment.payment_store import ClaimWay


class PartRefused(Refused):
    """The amount is nothing, or more than what is owed."""


def give_back(
    session: Session,
    claim: SupplierClaim,
    amount: Money,
    *,
    how: ClaimWay,
    first_by: str,
    second_by: str,
    on: date,
    reference: str = "",
) -> bool:
    """Note a part of a claim as given back; whether that was the last of it. Raises PartRefused.

    The claim is one that is open, locked by its caller.
    """
    if amount.amount <= 0 or claim.left < amount:
        raise PartRefused(
            Text(
                "Beloppet ska vara högst %(left)s, det som är kvar av fordran %(number)s.",
                left=claim.left,
                number=claim.number,
            )
        )
    is_last = amount == claim.left
    net = claim.amount_net - claim.given_back_net if is_last else part_store.net_of(claim, amount)
    part_store.add(
        session,
        claim,
        amount,
        net,
        how=PartWay(how),
        first_by=first_by,
        second_by=second_by,
        on=on,
        reference=reference,
    )
    if not is_last:
        subject = InvoicingSubject.CLAIM.of(claim.number)
        journal.record(
            session,
            second_by,
            ClaimAction.PART_GIVEN_BACK,
            subject,
            how=how,
            first=first_by,
            amount=str(amount.amount),
        )
        return False
    ended = ClaimState.WRITTEN_OFF if how is ClaimWay.WRITTEN_OFF else ClaimState.SETTLED
    claim_store.move(session, claim, ended, ended_by=second_by, ended_on=on)
    payment_store.add_settled(
        session,
        payment_store.Claim(
            claim.payment_number, claim.invoice_id, claim.invoice_number, claim.supplier, claim.amount
        ),
        how=how,
        first_by=first_by,
        second_by=second_by,
        on=on,
    )
    subject = InvoicingSubject.PAYMENT.of(claim.payment_number)
    journal.record(session, second_by, PaymentAction.CLAIM_SETTLED, subject, how=how, first=first_by)
    return True


def owe_again(
    session: Session, invoice_id: int, *, end_to_end: str, first_by: str, second_by: str, on: date
) -> None:
    """The payment that a claim was taken off came back: that part is owed again, and the claim stands as raised."""
    found = claim_store.of_invoice(session, invoice_id)
    if found is None:
        return
    claim = claim_store.get(session, found.number, lock=True)
    (*_, part) = [
        each
        for each in part_store.of(session, claim.number)
        if each.how is PartWay.NETTED and each.reference == end_to_end
    ]
    part_store.add(
        session,
        claim,
        part.amount,
        part.amount_net,
        how=PartWay.RETURNED,
        first_by=first_by,
        second_by=second_by,
        on=on,
        reference=end_to_end,
    )
    claim_store.move(session, claim, ClaimState.RAISED, ended_by="", ended_on=None)


def pay_interest(
    session: Session,
    number: str,
    amount: Money,
    *,
    first_by: str,
    second_by: str,
    on: date,
    reference: str,
) -> None:
    """Note what came for late payment: beside the claim, which it does not lessen."""
    claim = claim_store.get(session, number, lock=True)
    part_store.add(
        session,
        claim,
        amount,
        amount,
        how=PartWay.INTEREST,
        first_by=first_by,
        second_by=second_by,
        on=on,
        reference=reference,
    )
    subject = InvoicingSubject.CLAIM.of(number)
    journal.record(
        session,
        second_by,
        ClaimAction.PART_GIVEN_BACK,
        subject,
        how=PartWay.INTEREST,
        first=first_by,
        amount=str(amount.amount),
    )
