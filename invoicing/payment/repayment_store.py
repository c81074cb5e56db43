"""Repayments as one person has noted them, until another confirms them or they are taken back."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import Final

from sqlalchemy import Select, insert, select

from foundation import transitions
from foundation.sql import Session, among
from foundation.text import Text
from foundation.transitions import Transitions
from invoicing.payment.tables import repayment_note


class RepaymentState(StrEnum):
    """How far a noted repayment has come."""

    NOTED = "NOTED"
    CONFIRMED = "CONFIRMED"
    TAKEN_BACK = "TAKEN_BACK"


REPAYMENT_WORDS: Final[Mapping[RepaymentState, Text]] = {
    RepaymentState.NOTED: Text("Antecknad"),
    RepaymentState.CONFIRMED: Text("Bekräftad"),
    RepaymentState.TAKEN_BACK: Text("Återtagen"),
}
"""What people call each state."""


REPAYMENT_FOLLOWS = Transitions(
    {RepaymentState.NOTED: {RepaymentState.CONFIRMED, RepaymentState.TAKEN_BACK}},
    ends={RepaymentState.CONFIRMED, RepaymentState.TAKEN_BACK},
    words=REPAYMENT_WORDS,
)


@dataclass(frozen=True, slots=True)
class RepaymentNote:
    """A repayment that one person has noted: the day the money came, and what the bank calls it."""

    id: int
    by: str
    on_day: date
    came_on: date
    reference: str
    amount: Decimal | None
    """None where all that was left came; what is above that is for late payment."""


def add(
    session: Session,
    invoice_id: int,
    *,
    by: str,
    on: date,
    came_on: date,
    reference: str,
    amount: Decimal | None = None,
) -> None:
    """Keep what the first person notes; the database refuses a second note of the claim while one stands."""
    row = {
        "invoice_id": invoice_id,
        "noted_by": by,
        "noted_on": on,
        "came_on": came_on,
        "reference": reference,
        "amount": amount,
        "state": RepaymentState.NOTED,
    }
    session.execute(insert(repayment_note), row)


def waiting(session: Session, ids: Sequence[int]) -> Mapping[int, RepaymentNote]:
    """The notes of these invoices' claims that wait for a second person, by invoice."""
    question = select(repayment_note).where(
        among(session, repayment_note.c.invoice_id, ids), repayment_note.c.state == RepaymentState.NOTED
    )
    return {
        row.invoice_id: RepaymentNote(
            id=row.id,
            by=row.noted_by,
            on_day=row.noted_on,
            came_on=row.came_on,
            reference=row.reference,
            amount=row.amount,
        )
        for row in session.execute(question)
    }


def noted() -> Select[int]:
    """The invoices whose claims have a deposit noted that waits for a second person."""
    return select(repayment_note.c.invoice_id).where(repayment_note.c.state == RepaymentState.NOTED)


def end(session: Session, note: RepaymentNote, to: RepaymentState, *, by: str) -> None:
    """Confirm a note that waits, or take it back; the database lets nobody confirm what they noted themselves."""
    transitions.move(
        session,
        repayment_note.c.state,
        repayment_note.c.id == note.id,
        REPAYMENT_FOLLOWS,
        name=Text("Återbetalningen"),
        was=RepaymentState.NOTED,
        to=to,
        values={"ended_by": by},
    )
