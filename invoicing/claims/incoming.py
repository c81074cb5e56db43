"""A deposit that the bank tells of is known by the claim's OCR number, and noted for a person to confirm.

The bank is the first of the two: its statement says that the money came, and a person confirms that it is what it
says. What cannot be noted is said in a sentence, and the bank's row waits for a person as any other.
"""

from dataclasses import dataclass
from datetime import date

from foundation import journal
from foundation.errors import Refused
from foundation.money import Money
from foundation.sql import Session
from foundation.text import NO_TEXT, Text
from invoicing.claims import claim_store
from invoicing.claims.claim_store import SupplierClaim
from invoicing.payment import repayments

_LONGEST = 80


@dataclass(frozen=True, slots=True)
class Deposit:
    """What a deposit is: of which claim, and why it could not be noted; no claim where none is meant."""

    claim: SupplierClaim | None
    problem: Text = NO_TEXT


def take_in(
    session: Session,
    *,
    references: tuple[str, ...],
    amount: Money,
    booked_on: date,
    bank_reference: str,
    today: date,
) -> Deposit:
    """Note a booked credit entry as the repayment of the claim that one of its references names."""
    named = (claim_store.called(session, each) for each in references if each)
    claim = next((each for each in named if each is not None), None)
    if claim is None:
        return Deposit(None)
    if amount.currency != claim.amount.currency:
        return Deposit(
            claim,
            Text(
                "Insättningen är i %(currency)s; fordran %(number)s är i %(wanted)s.",
                currency=amount.currency,
                number=claim.number,
                wanted=claim.amount.currency,
            ),
        )
    try:
        repayments.note(
            session,
            claim.invoice_id,
            by=journal.SYSTEM,
            came_on=booked_on,
            reference=(bank_reference or claim.ocr)[:_LONGEST],
            today=today,
            amount=amount,
        )
    except Refused as refused:
        return Deposit(claim, refused.text)
    return Deposit(claim)
