"""Answers we owe, as the database holds them: noted, found by what they are about, moved, told of once."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Row, func, insert, select, text, update

from foundation import transitions, written_together
from foundation.sql import Session, among, moment_of
from foundation.text import Text
from peppol.exchange.tables import OWED, OWED_FOLLOWS, OwedState, owed_answer

_O = owed_answer.c
_OPEN = text(f"owed_answer.{OWED}")


@dataclass(frozen=True, slots=True)
class OwedAnswer:
    """An answer that somebody has still to get: about what, of which kind, and why it could not be written.

    `said` are a person's own words that it was to carry, as whoever writes it keeps them.
    """

    id: int
    about: str
    kind: str
    state: OwedState
    error: str
    made_at: datetime | None
    attempts: int
    said: str = ""

    @property
    def letter_id(self) -> int | None:
        """The message to us it is about, where it is about one."""
        sort, _, number = self.about.partition(" ")
        return int(number) if sort == "letter" else None

    @property
    def document_id(self) -> int | None:
        """The invoice or credit note it is about, where it is about one."""
        sort, _, number = self.about.partition(" ")
        return int(number) if sort == "invoice" else None


def note(
    session: Session, about: str, state: OwedState, *, kind: str = "", error: str = "", said: str = ""
) -> bool:
    """Note that an answer is owed; whether it is so first now. One that was owed before says why once more.

    Words that it was to carry stay until there are others.
    """
    held = open_about(session, about)
    if held is None:
        row = {"about": about, "kind": kind, "state": state, "error": error, "said": said}
        session.execute(insert(owed_answer), {**row, "made_at": moment_of(session)})
        return True
    told = {
        "kind": kind or held.kind,
        "error": error,
        "attempts": held.attempts + 1,
        "said": said or held.said,
    }
    if held.state is OwedState.DUE and state is OwedState.STUCK:
        _move(session, held, state, **told)
        return True
    # What is stuck stays so until a person looks; it says why it is now.
    session.execute(update(owed_answer).where(_O.id == held.id).values(**told))
    return False


def open_about(session: Session, about: str) -> OwedAnswer | None:
    """The answer that is owed about something, or None."""
    row = session.execute(select(owed_answer).where(_OPEN, _O.about == about)).one_or_none()
    return None if row is None else _owed(row)


def numbered(session: Session, number: int) -> OwedAnswer | None:
    """One of them, whatever has become of it, kept from others until the transaction ends."""
    row = session.execute(select(owed_answer).where(_O.id == number).with_for_update()).one_or_none()
    return None if row is None else _owed(row)


def in_state(session: Session, state: OwedState, *, limit: int = 200) -> Sequence[OwedAnswer]:
    """Those that a worker is to write, or that could not be written; the oldest first."""
    question = select(owed_answer).where(_OPEN, _O.state == state).order_by(_O.id).limit(limit)
    return [_owed(row) for row in session.execute(question)]


def count(session: Session, state: OwedState) -> int:
    """How many are in a state of those that are owed."""
    question = select(func.count()).select_from(owed_answer).where(_OPEN, _O.state == state)
    return session.execute(question).scalar_one()


def given(session: Session, about: str, *, said: str | None = None) -> None:
    """Note that an answer about this was given, where one was owed.

    With `said` only where that one was to carry no words, or these: an answer without them leaves them owed.
    """
    written_together.write(session, _all_given, (about, said), into=owed_answer)


def _all_given(session: Session, rows: Sequence[tuple[str, str | None]]) -> None:
    for words in dict.fromkeys(said for _, said in rows):
        owed = among(session, _O.about, [about for about, said in rows if said == words]) & _OPEN
        if words is not None:
            owed &= _O.said.in_(("", words))
        transitions.move_all(session, _O.state, owed, OWED_FOLLOWS, to=OwedState.GIVEN)


def lay_aside(session: Session, owed: OwedAnswer, *, by: str, reason: str) -> None:
    """Note that a person has decided that no answer is needed. Raises StepRefused."""
    _move(session, owed, OwedState.LAID_ASIDE, ended_by=by, reason=reason)


def _move(session: Session, owed: OwedAnswer, to: OwedState, **values: object) -> None:
    name = Text("Svar %(number)s", number=owed.id)
    transitions.move(
        session, _O.state, _O.id == owed.id, OWED_FOLLOWS, name=name, was=owed.state, to=to, values=values
    )


def _owed(row: Row[Any]) -> OwedAnswer:
    state = OwedState(row.state)
    return OwedAnswer(row.id, row.about, row.kind, state, row.error, row.made_at, row.attempts, said=row.said)
