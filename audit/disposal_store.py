"""Disposals as the database holds them: what was proposed, who confirmed it, and the fingerprint of all that went."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Final

from sqlalchemy import insert, select

from audit.body_store import Removed
from audit.tables import disposal, disposal_case, disposed_body
from foundation import transitions
from foundation.engines.many_rows import insert_rows
from foundation.sql import Session
from foundation.text import Text
from foundation.transitions import Transitions


class DisposalState(StrEnum):
    """What came of a proposal to dispose of cases."""

    PROPOSED = "PROPOSED"
    DONE = "DONE"
    WITHDRAWN = "WITHDRAWN"


DISPOSAL_WORDS: Final[Mapping[DisposalState, Text]] = {
    DisposalState.PROPOSED: Text("Föreslagen"),
    DisposalState.DONE: Text("Genomförd"),
    DisposalState.WITHDRAWN: Text("Återtagen"),
}
"""What people call each state."""


DISPOSAL_FOLLOWS = Transitions(
    {DisposalState.PROPOSED: {DisposalState.DONE, DisposalState.WITHDRAWN}},
    ends={DisposalState.DONE, DisposalState.WITHDRAWN},
    words=DISPOSAL_WORDS,
)


@dataclass(frozen=True, slots=True)
class Disposal:
    """A proposal to dispose of cases, and what came of it."""

    id: int
    proposed_by: str
    proposed_on: date
    confirmed_by: str
    confirmed_on: date | None
    state: DisposalState
    protocol: str
    cases: tuple[tuple[str, date], ...]


def add(session: Session, cases: Sequence[tuple[str, date]], *, by: str, on: date) -> int:
    """Keep a proposal to dispose of these, each with the day until when it was kept; its number."""
    number: int = session.execute(
        insert(disposal).returning(disposal.c.id),
        {"proposed_by": by, "proposed_on": on, "state": DisposalState.PROPOSED},
    ).scalar_one()
    insert_rows(
        session,
        disposal_case,
        [{"disposal_id": number, "execution_reference": each, "keep_until": until} for each, until in cases],
    )
    return number


def lock_proposed(session: Session, number: int) -> str | None:
    """Who proposed it, locked until the transaction ends; None where it does not wait for an answer."""
    row = session.execute(select(disposal).where(disposal.c.id == number).with_for_update()).one_or_none()
    return row.proposed_by if row is not None and row.state == DisposalState.PROPOSED else None


def add_body(session: Session, number: int, removed: Removed) -> None:
    """Note whose bytes a disposal removed, and what they were."""
    kind, item_id, digest, size = removed
    session.execute(
        insert(disposed_body),
        {"kind": kind, "item_id": item_id, "disposal_id": number, "sha256": digest, "size": size},
    )


def confirm(session: Session, number: int, *, by: str, on: date, protocol: str) -> None:
    """Note that a proposed disposal is done, on whose word, and its protocol."""
    transitions.move(
        session,
        disposal.c.state,
        disposal.c.id == number,
        DISPOSAL_FOLLOWS,
        name=_name(number),
        was=DisposalState.PROPOSED,
        to=DisposalState.DONE,
        values={"confirmed_by": by, "confirmed_on": on, "protocol": protocol},
    )


def withdraw(session: Session, number: int) -> bool:
    """Take a proposal back; False where it does not wait for an answer."""
    return transitions.moved_first(
        session,
        disposal.c.state,
        disposal.c.id == number,
        DISPOSAL_FOLLOWS,
        name=_name(number),
        was=DisposalState.PROPOSED,
        to=DisposalState.WITHDRAWN,
    )


def newest_first(session: Session) -> Sequence[Disposal]:
    """Every disposal, whatever came of it."""
    question = select(disposal).order_by(disposal.c.id.desc())
    return [
        Disposal(**{**row, "state": DisposalState(row["state"])}, cases=tuple(cases_of(session, row["id"])))
        for row in session.execute(question).mappings()
    ]


def cases_of(session: Session, number: int) -> list[tuple[str, date]]:
    """What a disposal was proposed for, and until when each was kept."""
    question = select(disposal_case.c.execution_reference, disposal_case.c.keep_until).where(
        disposal_case.c.disposal_id == number
    )
    return [
        (row.execution_reference, row.keep_until)
        for row in session.execute(question.order_by(*disposal_case.primary_key))
    ]


def _name(number: int) -> Text:
    return Text("Gallring %(number)s", number=number)
