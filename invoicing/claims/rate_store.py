"""Reference rates as the database holds them: entered by one, confirmed by another, and replaced the same way."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any, Final

from sqlalchemy import Row, insert, select

from foundation import transitions
from foundation.errors import Refused
from foundation.sql import Session
from foundation.text import Text
from foundation.transitions import Transitions
from invoicing.claims.published_rates import PUBLISHED
from invoicing.claims.tables import reference_rate


class RateState(StrEnum):
    """How far a rate has come that somebody entered."""

    ASKED = "ASKED"
    STANDING = "STANDING"
    REPLACED = "REPLACED"
    REFUSED = "REFUSED"


RATE_WORDS: Final[Mapping[RateState, Text]] = {
    RateState.ASKED: Text("Väntar på en andra person"),
    RateState.STANDING: Text("Gäller", context="reference rate"),
    RateState.REPLACED: Text("Ersatt"),
    RateState.REFUSED: Text("Borttagen"),
}
"""What people call each state."""

RATE_FOLLOWS = Transitions(
    {
        RateState.ASKED: {RateState.STANDING, RateState.REFUSED},
        RateState.STANDING: {RateState.REPLACED},
    },
    ends={RateState.REPLACED, RateState.REFUSED},
    words=RATE_WORDS,
)


@dataclass(frozen=True, slots=True)
class ReferenceRate:
    """The rate of one half-year, in percent a year, as somebody entered it."""

    id: int
    valid_from: date
    percent: Decimal
    state: RateState
    asked_by: str
    ended_by: str


class NoRate(Refused):
    """There is no such rate."""

    def __init__(self) -> None:
        super().__init__(Text("Det finns ingen sådan referensränta. Se dem med billing rates list."))


def in_force(session: Session) -> dict[date, Decimal]:
    """The rate of every half-year that is known: what two people entered before what came with the program."""
    question = select(reference_rate.c.valid_from, reference_rate.c.percent)
    entered = session.execute(question.where(reference_rate.c.state == RateState.STANDING))
    return {**PUBLISHED, **{row.valid_from: row.percent for row in entered}}


def listed(session: Session) -> Sequence[ReferenceRate]:
    """Every rate that somebody entered, the newest half-year first."""
    newest = (reference_rate.c.valid_from.desc(), reference_rate.c.id.desc())
    return [_rate(row) for row in session.execute(select(reference_rate).order_by(*newest))]


def get(session: Session, rate_id: int) -> ReferenceRate:
    """One of them. Raises NoRate."""
    row = session.execute(select(reference_rate).where(reference_rate.c.id == rate_id)).one_or_none()
    if row is None:
        raise NoRate
    return _rate(row)


def of_half_year(session: Session, valid_from: date, state: RateState) -> ReferenceRate | None:
    """The rate of a half-year in this state, one of those of which there is at most one."""
    question = select(reference_rate).where(
        reference_rate.c.valid_from == valid_from, reference_rate.c.state == state
    )
    row = session.execute(question).one_or_none()
    return _rate(row) if row is not None else None


def add(session: Session, *, valid_from: date, percent: Decimal, by: str, at: datetime) -> int:
    """Keep what the first person entered; its number."""
    row = {
        "valid_from": valid_from,
        "percent": percent,
        "state": RateState.ASKED,
        "asked_by": by,
        "asked_at": at,
    }
    made: int = session.execute(insert(reference_rate).returning(reference_rate.c.id), row).scalar_one()
    return made


def move(session: Session, rate: ReferenceRate, to: RateState, *, by: str) -> None:
    """Move one on; refused where somebody else moved it first."""
    transitions.move(
        session,
        reference_rate.c.state,
        reference_rate.c.id == rate.id,
        RATE_FOLLOWS,
        name=Text("Referensräntan från %(day)s", day=rate.valid_from),
        was=rate.state,
        to=to,
        values={"ended_by": by},
    )


def _rate(row: Row[Any]) -> ReferenceRate:
    return ReferenceRate(
        id=row.id,
        valid_from=row.valid_from,
        percent=row.percent,
        state=RateState(row.state),
        asked_by=row.asked_by,
        ended_by=row.ended_by,
    )
