"""The tutors of units as the database holds them: one row a code, active or closed."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Final

from sqlalchemy import ColumnElement, Row, insert, select, update

from foundation import transitions
from foundation.sql import Session
from foundation.text import Text
from foundation.transitions import Transitions
from orders.tutors.tutor_tables import unit_tutor


class UnitTutorState(StrEnum):
    """Whether placements may be given to the tutor."""

    ACTIVE = "ACTIVE"
    CLOSED = "CLOSED"


UNIT_TUTOR_WORDS: Final[Mapping[UnitTutorState, Text]] = {
    UnitTutorState.ACTIVE: Text("Kan väljas"),
    UnitTutorState.CLOSED: Text("Avslutad", context="tutor"),
}
"""What people call each state."""


UNIT_TUTOR_FOLLOWS = Transitions(
    {UnitTutorState.ACTIVE: {UnitTutorState.CLOSED}},
    ends={UnitTutorState.CLOSED},
    words=UNIT_TUTOR_WORDS,
    beside={UnitTutorState.CLOSED: {UnitTutorState.ACTIVE}},
)
UNIT_TUTOR_REOPENS = Transitions(
    {UnitTutorState.CLOSED: {UnitTutorState.ACTIVE}},
    ends={UnitTutorState.ACTIVE},
    words=UNIT_TUTOR_WORDS,
    beside=UNIT_TUTOR_FOLLOWS.follows,
)
"""The way back, for one who returns."""


@dataclass(frozen=True, slots=True)
class UnitTutor:
    """A tutor (handledare) of one unit, by a code. `person` is an opaque id of somebody with an account, or empty."""

    id: int
    supplier: str
    unit_id: str
    code: str
    person: str
    state: UnitTutorState
    added_on: date
    closed_on: date | None

    @property
    def is_active(self) -> bool:
        """Whether placements may be given to it."""
        return self.state is UnitTutorState.ACTIVE

    @property
    def name(self) -> Text:
        """What a refusal calls it."""
        return Text("Handledaren %(code)s vid %(unit_id)s", code=self.code, unit_id=self.unit_id)


def of_supplier(session: Session, supplier: str, units: Collection[str] | None = None) -> list[UnitTutor]:
    """A supplier's tutors, unit by unit, the active first; of these units alone where they are named."""
    question = select(unit_tutor).where(unit_tutor.c.supplier == supplier)
    if units is not None:
        question = question.where(unit_tutor.c.unit_id.in_(sorted(units)))
    order = (unit_tutor.c.unit_id, unit_tutor.c.state, unit_tutor.c.code)
    return [_tutor(row) for row in session.execute(question.order_by(*order))]


def of_person(session: Session, person: str) -> list[UnitTutor]:
    """The active tutors that are tied to a person."""
    this = (unit_tutor.c.person == person) & (unit_tutor.c.state == UnitTutorState.ACTIVE)
    return [_tutor(row) for row in session.execute(select(unit_tutor).where(this))]


def by_id(session: Session, supplier: str, tutor_id: int) -> UnitTutor | None:
    """One of the supplier's tutors, or None."""
    return _one(session, (unit_tutor.c.id == tutor_id) & (unit_tutor.c.supplier == supplier))


def by_code(session: Session, unit_id: str, code: str) -> UnitTutor | None:
    """The unit's tutor of this code, active or closed, or None."""
    return _one(session, (unit_tutor.c.unit_id == unit_id) & (unit_tutor.c.code == code))


def active_codes(session: Session, unit_ids: Iterable[str]) -> dict[str, list[str]]:
    """The codes that may be chosen at each unit, in their order."""
    wanted = sorted(set(unit_ids))
    found: dict[str, list[str]] = {each: [] for each in wanted}
    question = select(unit_tutor.c.unit_id, unit_tutor.c.code).where(
        unit_tutor.c.unit_id.in_(wanted), unit_tutor.c.state == UnitTutorState.ACTIVE
    )
    for row in session.execute(question.order_by(unit_tutor.c.code)):
        found[row.unit_id].append(row.code)
    return found


def add(session: Session, supplier: str, unit_id: str, code: str, *, person: str, on: date) -> None:
    """Add a tutor to a unit. Raises IntegrityError where the unit has the code."""
    row = {"supplier": supplier, "unit_id": unit_id, "code": code, "person": person, "added_on": on}
    session.execute(insert(unit_tutor), {**row, "state": UnitTutorState.ACTIVE})


def close(session: Session, tutor: UnitTutor, *, on: date) -> None:
    """Close a tutor. Raises StepRefused, or MovedMeanwhile where somebody else was first."""
    _move(session, tutor, UNIT_TUTOR_FOLLOWS, UnitTutorState.CLOSED, on)


def reopen(session: Session, tutor: UnitTutor) -> None:
    """Take a closed tutor up again. Raises StepRefused, or MovedMeanwhile where somebody else was first."""
    _move(session, tutor, UNIT_TUTOR_REOPENS, UnitTutorState.ACTIVE, None)


def _move(
    session: Session,
    tutor: UnitTutor,
    follows: Transitions[UnitTutorState],
    to: UnitTutorState,
    closed_on: date | None,
) -> None:
    transitions.move(
        session,
        unit_tutor.c.state,
        unit_tutor.c.id == tutor.id,
        follows,
        name=tutor.name,
        was=tutor.state,
        to=to,
        values={"closed_on": closed_on},
    )


def tie(session: Session, tutor_id: int, person: str) -> None:
    """Say which person with an account the tutor is; empty for none."""
    session.execute(update(unit_tutor).where(unit_tutor.c.id == tutor_id).values(person=person))


def _one(session: Session, this: ColumnElement[bool]) -> UnitTutor | None:
    row = session.execute(select(unit_tutor).where(this)).one_or_none()
    return _tutor(row) if row is not None else None


def _tutor(row: Row[tuple[object, ...]]) -> UnitTutor:
    return UnitTutor(
        id=row.id,
        supplier=row.supplier,
        unit_id=row.unit_id,
        code=row.code,
        person=row.person,
        state=UnitTutorState(row.state),
        added_on=row.added_on,
        closed_on=row.closed_on,
    )
