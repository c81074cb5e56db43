"""Repayments as one person has noted them, until another confirms them or they are taken back."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import Any, Final

from sqlalchemy import Row, Select, insert, select

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
    UNDO_ASKED = "UNDO_ASKED"  # one person says that the bank took the deposit back after it was confirmed
    UNDONE = "UNDONE"


REPAYMENT_WORDS: Final[Mapping[RepaymentState, Text]] = {
    RepaymentState.NOTED: Text("Antecknad"),
    RepaymentState.CONFIRMED: Text("Bekräftad"),
    RepaymentState.TAKEN_BACK: Text("Återtagen"),
    RepaymentState.UNDO_ASKED: Text("Sägs vara återtagen av banken"),
    RepaymentState.UNDONE: Text("Återtagen av banken"),
}
"""What people call each state."""


REPAYMENT_FOLLOWS = Transitions(
    {
        RepaymentState.NOTED: {RepaymentState.CONFIRMED, RepaymentState.TAKEN_BACK},
        RepaymentState.CONFIRMED: {RepaymentState.UNDO_ASKED},
        RepaymentState.UNDO_ASKED: {RepaymentState.UNDONE, RepaymentState.CONFIRMED},
    },
    ends={RepaymentState.TAKEN_BACK, RepaymentState.UNDONE},
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
    undone_on: date | None = None
    undo_asked_by: str = ""
    undo_reason: str = ""


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
    return {row.invoice_id: _note(row) for row in session.execute(question)}


def confirmed(session: Session, invoice_id: int) -> Sequence[RepaymentNote]:
    """The deposits that two people have confirmed of an invoice's claims and nobody says were taken back, in order."""
    return _in(session, invoice_id, RepaymentState.CONFIRMED)


def undo_asked(session: Session, invoice_id: int) -> Sequence[RepaymentNote]:
    """Those that one person says the bank took back, and that wait for another."""
    return _in(session, invoice_id, RepaymentState.UNDO_ASKED)


def _in(session: Session, invoice_id: int, state: RepaymentState) -> Sequence[RepaymentNote]:
    question = (
        select(repayment_note)
        .where(repayment_note.c.invoice_id == invoice_id, repayment_note.c.state == state)
        .order_by(repayment_note.c.id)
    )
    return [_note(row) for row in session.execute(question)]


def _note(row: Row[Any]) -> RepaymentNote:
    return RepaymentNote(
        id=row.id,
        by=row.noted_by,
        on_day=row.noted_on,
        came_on=row.came_on,
        reference=row.reference,
        amount=row.amount,
        undone_on=row.undone_on,
        undo_asked_by=row.undo_asked_by,
        undo_reason=row.undo_reason,
    )


def noted() -> Select[int]:
    """The invoices whose claims have a deposit noted that waits for a second person."""
    return select(repayment_note.c.invoice_id).where(repayment_note.c.state == RepaymentState.NOTED)


def end(session: Session, note: RepaymentNote, to: RepaymentState, *, by: str) -> None:
    """Confirm a note that waits, or take it back; the database lets nobody confirm what they noted themselves."""
    _move(session, note, RepaymentState.NOTED, to, ended_by=by)


def ask_undo(
    session: Session, note: RepaymentNote, *, by: str, on: date, undone_on: date, reason: str
) -> None:
    """Note that somebody says the bank took a confirmed deposit back."""
    _move(
        session,
        note,
        RepaymentState.CONFIRMED,
        RepaymentState.UNDO_ASKED,
        undo_asked_by=by,
        undo_asked_on=on,
        undone_on=undone_on,
        undo_reason=reason,
        undone_by="",
    )


def answer_undo(session: Session, note: RepaymentNote, to: RepaymentState, *, by: str) -> None:
    """Confirm it, or say that the deposit stands; the database lets nobody confirm what they said themselves."""
    if to is RepaymentState.UNDONE:
        _move(session, note, RepaymentState.UNDO_ASKED, to, undone_by=by)
    else:
        nothing = {"undo_asked_by": "", "undo_asked_on": None, "undone_on": None, "undo_reason": ""}
        _move(session, note, RepaymentState.UNDO_ASKED, to, **nothing)


def _move(
    session: Session, note: RepaymentNote, was: RepaymentState, to: RepaymentState, **values: object
) -> None:
    transitions.move(
        session,
        repayment_note.c.state,
        repayment_note.c.id == note.id,
        REPAYMENT_FOLLOWS,
        name=Text("Återbetalningen"),
        was=was,
        to=to,
        values=values,
    )
