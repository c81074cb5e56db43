"""What one person says the bank did with a payment, as rows, until another confirms it or it is taken back."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Final

from sqlalchemy import Row, insert, select

from foundation import transitions
from foundation.sql import Session
from foundation.text import Text
from foundation.transitions import Transitions
from invoicing.payment.tables import transfer_note


class TransferSaid(StrEnum):
    """What the bank did."""

    PAID = "PAID"  # it left, though no file says so
    NOT_PAID = "NOT_PAID"  # it did not leave, and will not
    RETURNED = "RETURNED"  # it came back after it was noted as paid


SAID_WORDS: Final[Mapping[TransferSaid, Text]] = {
    TransferSaid.PAID: Text("Banken har betalat"),
    TransferSaid.NOT_PAID: Text("Banken har inte betalat och kommer inte att göra det"),
    TransferSaid.RETURNED: Text("Pengarna har kommit tillbaka"),
}
"""What people call each."""


class TransferNoteState(StrEnum):
    """How far a note has come."""

    NOTED = "NOTED"
    CONFIRMED = "CONFIRMED"
    TAKEN_BACK = "TAKEN_BACK"


NOTE_WORDS: Final[Mapping[TransferNoteState, Text]] = {
    TransferNoteState.NOTED: Text("Antecknad"),
    TransferNoteState.CONFIRMED: Text("Bekräftad"),
    TransferNoteState.TAKEN_BACK: Text("Återtagen"),
}
"""What people call each state."""

NOTE_FOLLOWS = Transitions(
    {TransferNoteState.NOTED: {TransferNoteState.CONFIRMED, TransferNoteState.TAKEN_BACK}},
    ends={TransferNoteState.CONFIRMED, TransferNoteState.TAKEN_BACK},
    words=NOTE_WORDS,
)


@dataclass(frozen=True, slots=True)
class TransferNote:
    """A note that waits: what it is about, what the bank did and on which day, why it is known, and who says so."""

    id: int
    about: str
    said: TransferSaid
    on_day: date
    reason: str
    noted_by: str
    noted_on: date


def add(
    session: Session, about: str, said: TransferSaid, *, on_day: date, reason: str, by: str, on: date
) -> None:
    """Keep what the first person says; the database refuses a second note of the payment while one waits."""
    row = {
        "about": about,
        "said": said,
        "on_day": on_day,
        "reason": reason,
        "noted_by": by,
        "noted_on": on,
        "state": TransferNoteState.NOTED,
    }
    session.execute(insert(transfer_note), row)


def waiting(session: Session) -> Sequence[TransferNote]:
    """The notes that wait for a second person, oldest first."""
    question = select(transfer_note).where(transfer_note.c.state == TransferNoteState.NOTED)
    return [_note(row) for row in session.execute(question.order_by(transfer_note.c.id))]


def waiting_of(session: Session, about: str) -> TransferNote | None:
    """The note of this payment that waits for a second person."""
    question = select(transfer_note).where(
        transfer_note.c.about == about, transfer_note.c.state == TransferNoteState.NOTED
    )
    row = session.execute(question).one_or_none()
    return _note(row) if row is not None else None


def end(session: Session, note: TransferNote, to: TransferNoteState, *, by: str) -> None:
    """Confirm a note that waits, or take it back; the database lets nobody confirm what they noted themselves."""
    transitions.move(
        session,
        transfer_note.c.state,
        transfer_note.c.id == note.id,
        NOTE_FOLLOWS,
        name=Text("Noteringen om %(name)s", name=note.about),
        was=TransferNoteState.NOTED,
        to=to,
        values={"ended_by": by},
    )


def _note(row: Row[tuple[object, ...]]) -> TransferNote:
    return TransferNote(
        id=row.id,
        about=row.about,
        said=TransferSaid(row.said),
        on_day=row.on_day,
        reason=row.reason,
        noted_by=row.noted_by,
        noted_on=row.noted_on,
    )
