"""Letters about claims, and what was said against and for them, as the database holds them: only added to."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import Table, func, insert, select

from foundation.money import Money
from foundation.sql import Session
from invoicing.claims import tables as claim_tables
from invoicing.claims.claim_store import SupplierClaim
from invoicing.claims.letters import ClaimLetter, LetterKind, spans_read, spans_written

_LETTER, _WORD = claim_tables.claim_letter, claim_tables.claim_word


@dataclass(frozen=True, slots=True)
class ClaimWord:
    """What one side said about a claim. `by_person` is an id."""

    position: int
    by_supplier: bool
    by_person: str
    on_day: date
    words: str


def add(session: Session, claim: SupplierClaim, letter: ClaimLetter) -> None:
    """Keep a letter as it is sent."""
    row = {
        "claim": claim.number,
        "position": letter.position,
        "supplier": claim.supplier,
        "kind": letter.kind,
        "sent_on": letter.sent_on,
        "due_on": letter.due_on,
        "amount": letter.amount.amount,
        "amount_given_back": letter.given_back.amount,
        "interest": letter.interest.amount.amount,
        "interest_rows": spans_written(letter.interest),
        "pay_to": letter.pay_to,
        "sent_by": letter.sent_by,
    }
    session.execute(insert(_LETTER), row)


def next_position(session: Session, claim: SupplierClaim) -> int:
    """Which letter of the claim the next is."""
    return _next(session, _LETTER, claim)


def letters(session: Session, claim: SupplierClaim) -> Sequence[ClaimLetter]:
    """The letters of a claim, in the order they were sent."""
    question = select(_LETTER).where(_LETTER.c.claim == claim.number).order_by(_LETTER.c.position)
    return [_letter(row, claim.amount.currency) for row in session.execute(question)]


def say(session: Session, claim: SupplierClaim, words: str, *, by: str, by_supplier: bool, on: date) -> None:
    """Keep what one side says."""
    row = {
        "claim": claim.number,
        "position": _next(session, _WORD, claim),
        "supplier": claim.supplier,
        "by_supplier": int(by_supplier),
        "by_person": by,
        "on_day": on,
        "words": words,
    }
    session.execute(insert(_WORD), row)


def said(session: Session, claim: SupplierClaim) -> Sequence[ClaimWord]:
    """What was said, in order."""
    question = select(_WORD).where(_WORD.c.claim == claim.number).order_by(_WORD.c.position)
    return [
        ClaimWord(row.position, bool(row.by_supplier), row.by_person, row.on_day, row.words)
        for row in session.execute(question)
    ]


def _next(session: Session, table: Table, claim: SupplierClaim) -> int:
    last: int | None = session.execute(
        select(func.max(table.c.position)).where(table.c.claim == claim.number)
    ).scalar_one()
    return (last or 0) + 1


def _letter(row: Any, currency: str) -> ClaimLetter:  # noqa: ANN401 - any row
    return ClaimLetter(
        position=row.position,
        kind=LetterKind(row.kind),
        sent_on=row.sent_on,
        due_on=row.due_on,
        amount=Money(row.amount, currency),
        given_back=Money(row.amount_given_back, currency),
        interest=spans_read(row.interest_rows, currency),
        pay_to=row.pay_to,
        sent_by=row.sent_by,
    )
