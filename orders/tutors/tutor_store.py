"""Tutors of placements as the database holds them: one row an assignment, one of them standing for a placement."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Final

from sqlalchemy import Row, bindparam, insert, select

from foundation import transitions
from foundation.sql import Session
from foundation.text import Text
from foundation.transitions import Transitions
from orders.tutors.tutor_tables import tutor_assignment


class TutorState(StrEnum):
    """Whether an assignment stands, or another has taken its place."""

    STANDING = "STANDING"
    REPLACED = "REPLACED"


TUTOR_WORDS: Final[Mapping[TutorState, Text]] = {
    TutorState.STANDING: Text("Gäller", context="assignment"),
    TutorState.REPLACED: Text("Ersatt"),
}
"""What people call each state."""


TUTOR_FOLLOWS = Transitions(
    {TutorState.STANDING: {TutorState.REPLACED}},
    ends={TutorState.REPLACED},
    words=TUTOR_WORDS,
)


@dataclass(frozen=True, slots=True)
class Assignment:
    """One assignment; `standing` until another takes its place. `assigned_by` is an opaque id."""

    execution_reference: str
    tutor: str
    assigned_on: date
    assigned_by: str
    standing: bool


def standing(session: Session, references: Sequence[str]) -> dict[str, Assignment]:
    """The tutor each of the placements has now; those without one are left out."""
    rows = session.execute(_STANDING, {"references": list(references)})
    return {row.execution_reference: _assignment(row) for row in rows}


def history(session: Session, reference: str) -> list[Assignment]:
    """Every tutor the placement has had, oldest first."""
    return [_assignment(row) for row in session.execute(_HISTORY, {"reference": reference})]


def put(session: Session, reference: str, tutor: str, *, by: str, on: date) -> None:
    """Let a tutor stand for a placement, in the place of any before."""
    of_placement = _T.c.execution_reference == reference
    transitions.move_all(session, _T.c.state, of_placement, TUTOR_FOLLOWS, to=TutorState.REPLACED)
    session.execute(
        _ADD,
        {
            "execution_reference": reference,
            "tutor": tutor,
            "assigned_on": on,
            "assigned_by": by,
            "state": TutorState.STANDING,
        },
    )


# Prepared once: building a statement costs more than running it.
_T = tutor_assignment
_ADD = insert(_T)
_STANDING = select(_T).where(
    _T.c.state == TutorState.STANDING, _T.c.execution_reference.in_(bindparam("references", expanding=True))
)
_HISTORY = select(_T).where(_T.c.execution_reference == bindparam("reference")).order_by(_T.c.id)


def _assignment(row: Row[tuple[object, ...]]) -> Assignment:
    return Assignment(
        execution_reference=row.execution_reference,
        tutor=row.tutor,
        assigned_on=row.assigned_on,
        assigned_by=row.assigned_by,
        standing=row.state == TutorState.STANDING,
    )
