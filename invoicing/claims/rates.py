"""Entering the reference rate of a half-year: one person writes the Riksbank's figure, another confirms it.

A rate that came with the program or was confirmed before is replaced the same way. Letters that were sent keep the
reckoning they were sent with.
"""

from datetime import date, datetime
from decimal import Decimal
from typing import Final

from foundation import journal
from foundation.errors import Refused
from foundation.sql import Session
from foundation.text import Text
from invoicing.claims import rate_store
from invoicing.claims.interest import half_year_of
from invoicing.claims.rate_store import RateState
from invoicing.journal_actions import ClaimAction, InvoicingSubject

_HALF: Final = Decimal("0.50")
_LOWEST, _HIGHEST = Decimal("-5.00"), Decimal("50.00")


class RateRefused(Refused):
    """The rate cannot be entered, or the step is not this person's."""


def ask(session: Session, *, valid_from: date, percent: Decimal, by: str, now: datetime) -> int:
    """Write a rate down; its number. It holds when another person has confirmed it. Raises RateRefused."""
    if valid_from != half_year_of(valid_from):
        raise RateRefused(
            Text("Referensräntan gäller ett halvår. Välj 1 januari eller 1 juli som första dag.")
        )
    if not _LOWEST <= percent <= _HIGHEST or percent % _HALF:
        raise RateRefused(
            Text(
                "Referensräntan är hela eller halva procent, till exempel 4,00 eller 2,50. Se efter hos Riksbanken."
            )
        )
    if rate_store.in_force(session).get(valid_from) == percent:
        raise RateRefused(Text("Det är den referensränta som redan gäller från %(day)s.", day=valid_from))
    if rate_store.of_half_year(session, valid_from, RateState.ASKED) is not None:
        raise RateRefused(
            Text("En referensränta från %(day)s väntar redan på en andra person.", day=valid_from)
        )
    made = rate_store.add(session, valid_from=valid_from, percent=percent, by=by, at=now)
    subject = InvoicingSubject.REFERENCE_RATE.of(made)
    journal.record(
        session, by, ClaimAction.RATE_ASKED, subject, valid_from=str(valid_from), percent=str(percent)
    )
    return made


def confirm(session: Session, rate_id: int, *, by: str) -> None:
    """Let the rate hold, as the second person; one that was confirmed before for the half-year is replaced."""
    rate = rate_store.get(session, rate_id)
    if rate.asked_by == by:
        raise RateRefused(Text("Den andra personen måste vara en annan än den första."))
    before = rate_store.of_half_year(session, rate.valid_from, RateState.STANDING)
    if before is not None:
        # Its own second person is another than its first; who replaces it may be that first.
        rate_store.move(session, before, RateState.REPLACED, by=_not(before.asked_by, by, rate.asked_by))
    rate_store.move(session, rate, RateState.STANDING, by=by)
    journal.record(session, by, ClaimAction.RATE_CONFIRMED, InvoicingSubject.REFERENCE_RATE.of(rate_id))


def refuse(session: Session, rate_id: int, *, by: str) -> None:
    """Take away what was written and not confirmed; whoever wrote it may, and so may another."""
    rate_store.move(session, rate_store.get(session, rate_id), RateState.REFUSED, by=by)
    journal.record(session, by, ClaimAction.RATE_REFUSED, InvoicingSubject.REFERENCE_RATE.of(rate_id))


def _not(person: str, *others: str) -> str:
    """The first of the others who is another than the person; two people stand behind the change, so there is one."""
    return next(each for each in others if each != person)
