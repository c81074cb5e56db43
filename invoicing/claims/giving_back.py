"""What a supplier owes is given back: set off, repaid or written off, in parts that end at zero to the öre.

Each part is a row with the two people behind it. The claim is settled with the last of them, and only then do the
books say that the invoice's money is back.
"""

from collections.abc import Sequence
from datetime import date
from typing import Final

from foundation import journal
from foundation.errors import Refused
from foundation.money import Money, total
from foundation.sql import Session
from foundation.text import Text
from invoicing.claims import claim_store, part_store
from invoicing.claims.claim_states import ClaimState, PartWay
from invoicing.claims.claim_store import SupplierClaim
from invoicing.claims.part_store import ClaimPart
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
    _reopen(session, claim, end_to_end=end_to_end, first_by=first_by, second_by=second_by, on=on)


def undo_repayment(
    session: Session,
    claim: SupplierClaim,
    *,
    came_on: date,
    reference: str,
    amount: Money | None,
    first_by: str,
    second_by: str,
    on: date,
) -> None:
    """The bank took a confirmed deposit back: what it gave back is owed again. Raises PartRefused where nothing is it.

    `amount` is what came, or None where it was all that was left. The claim is locked by its caller.
    """
    parts = _of_deposit(part_store.of(session, claim.number), came_on, reference, amount)
    if not parts:
        raise PartRefused(
            Text(
                "Ingen del av fordran %(number)s är den insättningen. Se dem på fordran.", number=claim.number
            )
        )
    for part in parts:
        part_store.add(
            session,
            claim,
            part.amount,
            part.amount_net,
            how=_UNDONE_AS[part.how],
            first_by=first_by,
            second_by=second_by,
            on=on,
            reference=reference,
        )
    _reopen(session, claim, end_to_end="", first_by=first_by, second_by=second_by, on=on)
    subject = InvoicingSubject.CLAIM.of(claim.number)
    journal.record(session, second_by, ClaimAction.OWED_AGAIN, subject, first=first_by, on=str(on))


def _of_deposit(
    parts: Sequence[ClaimPart], came_on: date, reference: str, amount: Money | None
) -> Sequence[ClaimPart]:
    """The latest parts that a deposit became: of the claim, and of interest where it held some. Pure."""
    known = [each for each in parts if (each.reference, each.on_day) == (reference, came_on)]
    interest = [each for each in known if each.how is PartWay.INTEREST]
    for repaid in reversed([each for each in known if each.how is PartWay.REPAID]):
        for more in ([], *([each] for each in interest)):
            together = [repaid, *more]
            if amount is None or total(each.amount for each in together) == amount:
                return together
    return ()


def _reopen(
    session: Session, claim: SupplierClaim, *, end_to_end: str, first_by: str, second_by: str, on: date
) -> None:
    """What had ended stands as raised again, and the books no longer say that the money is back."""
    if not claim.is_ended:
        return
    payment_store.reopen_claim(
        session, claim.invoice_id, end_to_end=end_to_end, first_by=first_by, second_by=second_by, on=on
    )
    claim_store.move(session, claim, ClaimState.RAISED, ended_by="", ended_on=None)


_UNDONE_AS: Final = {
    PartWay.REPAID: PartWay.REPAYMENT_RETURNED,
    PartWay.INTEREST: PartWay.INTEREST_RETURNED,
}


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
