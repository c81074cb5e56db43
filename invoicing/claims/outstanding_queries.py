"""How many claims there are in each state, and how much suppliers owe of them, without reading each."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date

from sqlalchemy import func, select

from foundation.money import Money
from foundation.sql import Session, amount
from invoicing.claims import part_queries
from invoicing.claims import tables as claim_tables
from invoicing.claims.claim_states import OPEN, ClaimState

_CLAIM, _PART = claim_tables.claim, claim_tables.claim_part


@dataclass(frozen=True, slots=True)
class Outstanding:
    """What is left of the claims that are owed, and of how many the day to pay has gone by."""

    amount: Money
    overdue: int


def count(session: Session, states: Collection[ClaimState]) -> int:
    """How many claims are in these states."""
    question = select(func.count()).select_from(_CLAIM).where(_CLAIM.c.state.in_(list(states)))
    return session.execute(question).scalar_one()


def outstanding(session: Session, *, currency: str, today: date) -> Outstanding:
    """What suppliers owe us in this currency, whatever is said about it."""
    owed = (_CLAIM.c.state.in_(OPEN), _CLAIM.c.currency == currency)
    overdue = func.count().filter(_CLAIM.c.due_on < today)
    claimed, late = session.execute(
        select(func.sum(_CLAIM.c.amount, type_=amount()), overdue).where(*owed)
    ).one()
    given_back = session.execute(
        select(func.sum(part_queries.signed(_PART.c.amount), type_=amount()))
        .join(_CLAIM, _CLAIM.c.number == _PART.c.claim)
        .where(*owed, part_queries.counts())
    ).scalar_one()
    nothing = Money.of("0.00", currency).amount
    return Outstanding(Money((claimed or nothing) - (given_back or nothing), currency), late)
