"""What lies at an access point and could not be fetched, or not be put away there, as the database holds it."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Row, func, select, text, update

from foundation import transitions
from foundation.sql import Session, add_new
from foundation.text import Text
from peppol.access_points import error_sentences
from peppol.exchange.tables import UNFETCHED, UNFETCHED_FOLLOWS, UnfetchedState, unfetched_arrival

_U = unfetched_arrival.c
_OPEN = text(f"unfetched_arrival.{UNFETCHED}")


@dataclass(frozen=True, slots=True)
class UnfetchedArrival:
    """One thing that has come and cannot be had: what it is called there, why, since when, and when it is tried again.

    `stored` where its bytes are ours and only the word of that does not get through.
    """

    id: int
    access_point: str
    reference: str
    version: str
    stored: bool
    state: UnfetchedState
    code: str
    said: str
    host: str
    tries: int
    first_at: datetime
    last_at: datetime
    due_at: datetime | None

    @property
    def sentence(self) -> Text:
        """Why, and what to do."""
        return error_sentences.sentence_of(self.code, host=self.host, words=self.said)


def open_at(session: Session, access_point: str) -> Mapping[str, UnfetchedArrival]:
    """What lies at an access point and could not be had, by its name there."""
    question = select(unfetched_arrival).where(_OPEN, _U.access_point == access_point)
    return {row.reference: _unfetched(row) for row in session.execute(question)}


def listed(session: Session, *, limit: int = 200) -> Sequence[UnfetchedArrival]:
    """What could not be had, at all access points, the oldest first."""
    question = select(unfetched_arrival).where(_OPEN).order_by(_U.id).limit(limit)
    return [_unfetched(row) for row in session.execute(question)]


def count(session: Session) -> int:
    """How many wait to be tried again."""
    waiting = (
        select(func.count()).select_from(unfetched_arrival).where(_OPEN, _U.state == UnfetchedState.WAITING)
    )
    return session.execute(waiting).scalar_one()


def numbered(session: Session, number: int) -> UnfetchedArrival | None:
    """One of them, whatever has become of it, kept from others until the transaction ends."""
    question = select(unfetched_arrival).where(_U.id == number).with_for_update()
    row = session.execute(question).one_or_none()
    return None if row is None else _unfetched(row)


def add(session: Session, **columns: object) -> None:
    """One that was met for the first time; nothing where another collector met it at the same time."""
    add_new(session, unfetched_arrival, [{"state": UnfetchedState.WAITING, **columns}])


def change(session: Session, number: int, **columns: object) -> None:
    """Note what was met of one that was known."""
    session.execute(update(unfetched_arrival).where(_U.id == number).values(**columns))


def move(session: Session, one: UnfetchedArrival, to: UnfetchedState, **values: object) -> None:
    """Move one to another state. Raises StepRefused."""
    name = Text("Hämtning %(number)s", number=one.id)
    transitions.move(
        session, _U.state, _U.id == one.id, UNFETCHED_FOLLOWS, name=name, was=one.state, to=to, values=values
    )


def end_all(session: Session, numbers: Collection[int], to: UnfetchedState) -> None:
    """Move those of them that are still open to an end. Their names, which strangers gave, are not kept."""
    if numbers:
        these = _U.id.in_(numbers)
        transitions.move_all(session, _U.state, these, UNFETCHED_FOLLOWS, to=to, values={"reference": ""})


def _unfetched(row: Row[Any]) -> UnfetchedArrival:
    return UnfetchedArrival(
        row.id,
        row.access_point,
        row.reference,
        row.version,
        row.stored,
        UnfetchedState(row.state),
        row.code,
        row.said,
        row.host,
        row.tries,
        row.first_at,
        row.last_at,
        row.due_at,
    )
