"""What was given back of a claim, part by part, as the database holds it: added to, and never changed."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import func, insert, select

from foundation.money import Money, rounded
from foundation.sql import Session
from invoicing.claims import tables as claim_tables
from invoicing.claims.claim_states import OF_INTEREST, OWED_AGAIN, PartWay
from invoicing.claims.claim_store import SupplierClaim

_PART = claim_tables.claim_part


@dataclass(frozen=True, slots=True)
class ClaimPart:
    """A part of a claim: how it was given back, when, and what the bank calls it where it came over the bank."""

    position: int
    how: PartWay
    amount: Money
    amount_net: Money
    on_day: date
    first_by: str
    second_by: str
    reference: str

    @property
    def counts(self) -> bool:
        """Whether it lessens what is owed; interest does not."""
        return self.how not in OF_INTEREST

    @property
    def signed(self) -> Money:
        """What it lessens what is owed by: below zero where it is owed again."""
        return -self.amount if self.how in OWED_AGAIN else self.amount


def net_of(claim: SupplierClaim, amount: Money) -> Money:
    """How much of a part is without VAT, in proportion; the last part is what the others leave."""
    share = claim.amount_net.amount * amount.amount / claim.amount.amount
    return Money(rounded(share), amount.currency)


def add(
    session: Session,
    claim: SupplierClaim,
    amount: Money,
    amount_net: Money,
    *,
    how: PartWay,
    first_by: str,
    second_by: str,
    on: date,
    reference: str,
) -> None:
    """Keep a part, after those that are there."""
    last = session.execute(
        select(func.max(_PART.c.position)).where(_PART.c.claim == claim.number)
    ).scalar_one()
    row = {
        "claim": claim.number,
        "position": (last or 0) + 1,
        "invoice_id": claim.invoice_id,
        "supplier": claim.supplier,
        "how": how,
        "amount": amount.amount,
        "amount_net": amount_net.amount,
        "currency": amount.currency,
        "on_day": on,
        "first_by": first_by,
        "second_by": second_by,
        "reference": reference,
    }
    session.execute(insert(_PART), row)


def of(session: Session, number: str) -> Sequence[ClaimPart]:
    """The parts of a claim, in order."""
    question = select(_PART).where(_PART.c.claim == number).order_by(_PART.c.position)
    return [
        ClaimPart(
            position=row.position,
            how=PartWay(row.how),
            amount=Money(row.amount, row.currency),
            amount_net=Money(row.amount_net, row.currency),
            on_day=row.on_day,
            first_by=row.first_by,
            second_by=row.second_by,
            reference=row.reference,
        )
        for row in session.execute(question)
    ]
