"""Closed months as the database holds them: who asked, who closed, who opened again, and how far it has come."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Any, Final

from sqlalchemy import Row, func, insert, select

from bookkeeping.tables import month_closing
from foundation import transitions
from foundation.errors import Refused
from foundation.periods import Month
from foundation.sql import Session, share_turn, take_turns
from foundation.text import Text
from foundation.transitions import Transitions


class ClosingState(StrEnum):
    """How far the closing of a month has come. What is closed stays so until a second person opens it again."""

    ASKED = "ASKED"
    CLOSED = "CLOSED"
    REOPEN_ASKED = "REOPEN_ASKED"
    REOPENED = "REOPENED"
    REFUSED = "REFUSED"


CLOSING_WORDS: Final[Mapping[ClosingState, Text]] = {
    ClosingState.ASKED: Text("Föreslagen stängd, väntar på en andra person"),
    ClosingState.CLOSED: Text("Stängd av två"),
    ClosingState.REOPEN_ASKED: Text("Stängd, begärd öppnad"),
    ClosingState.REOPENED: Text("Öppnad igen av två"),
    ClosingState.REFUSED: Text("Förslaget togs bort"),
}
"""What people call each state."""


CLOSING_FOLLOWS = Transitions(
    {
        ClosingState.ASKED: {ClosingState.CLOSED, ClosingState.REFUSED},
        ClosingState.CLOSED: {ClosingState.REOPEN_ASKED},
        ClosingState.REOPEN_ASKED: {ClosingState.REOPENED, ClosingState.CLOSED},
    },
    ends={ClosingState.REOPENED, ClosingState.REFUSED},
    words=CLOSING_WORDS,
    remedy=Text("Föreslå att månaden stängs på nytt om det behövs."),
)
LOCKED: Final = (ClosingState.CLOSED, ClosingState.REOPEN_ASKED)
STANDING: Final = (ClosingState.ASKED, *LOCKED)
_ABOUT: Final = "the ledger"


@dataclass(frozen=True, slots=True)
class MonthClosing:
    """One closing of a month, as it stands. `checklist` is how many of each thing were open when it was asked for."""

    id: int
    month: Month
    state: ClosingState
    checklist: Mapping[str, int]
    reason: str
    asked_by: str
    asked_at: datetime
    closed_by: str
    closed_at: datetime | None
    reopen_reason: str
    reopen_asked_by: str
    reopen_asked_at: datetime | None
    ended_by: str


class NoClosing(Refused):
    """There is no such closing."""

    def __init__(self) -> None:
        super().__init__(Text("Månaden är varken stängd eller föreslagen. Se dem med billing ledger months."))


def hold_still(session: Session) -> None:
    """Keep anybody from closing or opening a month until this transaction, which books, has ended."""
    share_turn(session, _ABOUT)


def alone(session: Session) -> None:
    """Wait for whoever books, and let nobody book until this transaction has ended."""
    take_turns(session, _ABOUT)


def closed_to(session: Session) -> date | None:
    """The last day of the last closed month; everything up to it is closed. None while nothing is."""
    question = select(func.max(month_closing.c.ends_on)).where(month_closing.c.state.in_(LOCKED))
    latest: date | None = session.execute(question).scalar_one()
    return latest


def add(
    session: Session, month: Month, *, checklist: Mapping[str, int], reason: str, by: str, at: datetime
) -> int:
    """Keep a proposal to close; its number. The database refuses a second of the month that stands."""
    row = {
        "month": str(month),
        "ends_on": month.period.end,
        "state": ClosingState.ASKED,
        "checklist": json.dumps(dict(checklist), sort_keys=True),
        "reason": reason,
        "asked_by": by,
        "asked_at": at,
    }
    number: int = session.execute(insert(month_closing).returning(month_closing.c.id), row).scalar_one()
    return number


def standing(session: Session, month: Month) -> MonthClosing | None:
    """The closing of the month that stands: proposed, closed or asked to be opened; None where there is none."""
    question = select(month_closing).where(
        month_closing.c.month == str(month), month_closing.c.state.in_(STANDING)
    )
    row = session.execute(question).one_or_none()
    return None if row is None else _closing(row)


def get(session: Session, month: Month) -> MonthClosing:
    """The closing of the month that stands. Raises NoClosing."""
    found = standing(session, month)
    if found is None:
        raise NoClosing
    return found


def listed(session: Session) -> Sequence[MonthClosing]:
    """Every closing there has been, the latest month first and the newest of each first."""
    order = (month_closing.c.ends_on.desc(), month_closing.c.id.desc())
    return [_closing(row) for row in session.execute(select(month_closing).order_by(*order))]


def move(session: Session, closing: MonthClosing, to: ClosingState, **values: object) -> None:
    """Move a closing on; refused where somebody else moved it first."""
    transitions.move(
        session,
        month_closing.c.state,
        month_closing.c.id == closing.id,
        CLOSING_FOLLOWS,
        name=Text("Månaden %(month)s", month=closing.month),
        was=closing.state,
        to=to,
        values=values,
    )


def _closing(row: Row[Any]) -> MonthClosing:
    return MonthClosing(
        id=row.id,
        month=Month.parse(row.month),
        state=ClosingState(row.state),
        checklist=json.loads(row.checklist),
        reason=row.reason,
        asked_by=row.asked_by,
        asked_at=row.asked_at,
        closed_by=row.closed_by,
        closed_at=row.closed_at,
        reopen_reason=row.reopen_reason,
        reopen_asked_by=row.reopen_asked_by,
        reopen_asked_at=row.reopen_asked_at,
        ended_by=row.ended_by,
    )
