"""Informative reports as the database holds them: filed, read or withdrawn, and what the officer's list asks for."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any, Final

from sqlalchemy import Row, Select, func, insert, select

from foundation import transitions
from foundation.sql import Session
from foundation.text import Text
from foundation.transitions import Transitions
from orders import tables as order_tables
from orders.placements.informative.informative_tables import informative_report
from orders.terms import InformativeKind

_PLACEMENT = order_tables.placement


class InformativeState(StrEnum):
    """Whether the buyer has read it."""

    UNREAD = "UNREAD"
    READ = "READ"
    WITHDRAWN = "WITHDRAWN"


INFORMATIVE_WORDS: Final[Mapping[InformativeState, Text]] = {
    InformativeState.UNREAD: Text("Inte läst"),
    InformativeState.READ: Text("Läst"),
    InformativeState.WITHDRAWN: Text("Återtagen", context="informative"),
}
"""What people call each state."""


INFORMATIVE_FOLLOWS = Transitions(
    {InformativeState.UNREAD: {InformativeState.READ, InformativeState.WITHDRAWN}},
    ends={InformativeState.READ, InformativeState.WITHDRAWN},
    remedy=Text("Ladda om sidan för att se hur det står till."),
    words=INFORMATIVE_WORDS,
    beside={InformativeState.READ: {InformativeState.UNREAD}},  # by who read it by mistake
)
# Apart from INFORMATIVE_FOLLOWS on purpose: only the person who read by mistake lets it wait again.
INFORMATIVE_UNDOES = Transitions(
    {InformativeState.READ: {InformativeState.UNREAD}},
    ends={InformativeState.UNREAD, InformativeState.WITHDRAWN},
    words=INFORMATIVE_WORDS,
    beside=INFORMATIVE_FOLLOWS.follows,
)
"""What undoing a reading leads to."""


@dataclass(frozen=True, slots=True)
class InformativeReport:
    """One informative report (informativ rapport): what a supplier told of a placement, in a code (REQ-54, REQ-57).

    `settled_on` and `settled_by` say when it was read or withdrawn, and by whom.
    """

    id: int
    execution_reference: str
    supplier: str
    unit_id: str
    kind: InformativeKind
    state: InformativeState
    filed_on: date
    filed_by: str
    settled_on: date | None = None
    settled_by: str = ""

    @property
    def name(self) -> Text:
        """What a refusal calls it."""
        return Text("Den informativa rapporten %(number)s", number=self.id)


def add(session: Session, reference: str, kind: InformativeKind, *, by: str, on: date) -> int:
    """Keep a report that waits to be read; its number."""
    row = {
        "execution_reference": reference,
        "kind": kind,
        "state": InformativeState.UNREAD,
        "filed_on": on,
        "filed_by": by,
    }
    number: int = session.execute(
        insert(informative_report).returning(informative_report.c.id), row
    ).scalar_one()
    return number


def move(
    session: Session,
    report: InformativeReport,
    to: InformativeState,
    *,
    by: str = "",
    on: date | None = None,
    table: Transitions[InformativeState] = INFORMATIVE_FOLLOWS,
) -> None:
    """Move a report on. Raises StepRefused where it may not be, MovedMeanwhile where somebody was first."""
    transitions.move(
        session,
        informative_report.c.state,
        informative_report.c.id == report.id,
        table,
        name=report.name,
        was=report.state,
        to=to,
        values={"settled_by": by, "settled_on": on},
    )


def find(session: Session, number: int) -> InformativeReport | None:
    """The report with this number."""
    return next(iter(_reports(session, _all().where(informative_report.c.id == number))), None)


def by_ids(session: Session, ids: Collection[int]) -> dict[int, InformativeReport]:
    """The reports with these numbers, by number."""
    if not ids:
        return {}
    return {each.id: each for each in _reports(session, _all().where(informative_report.c.id.in_(ids)))}


def of_placement(session: Session, reference: str) -> list[InformativeReport]:
    """What was told of one placement, the newest first."""
    of_it = informative_report.c.execution_reference == reference
    return _reports(session, _all().where(of_it).order_by(informative_report.c.id.desc()))


def unread_of(session: Session, reference: str, kind: InformativeKind) -> InformativeReport | None:
    """The report of the kind that waits to be read."""
    waits = (
        informative_report.c.execution_reference == reference,
        informative_report.c.kind == kind,
        informative_report.c.state == InformativeState.UNREAD,
    )
    return next(iter(_reports(session, _all().where(*waits))), None)


def listed(
    session: Session, state: InformativeState, *, reference: str = "", limit: int = 200, offset: int = 0
) -> list[InformativeReport]:
    """The reports in a state: those that wait by age, the others the newest first."""
    question = _all().where(informative_report.c.state == state)
    if reference:
        question = question.where(informative_report.c.execution_reference == reference)
    number = informative_report.c.id
    order = number if state is InformativeState.UNREAD else number.desc()
    return _reports(session, question.order_by(order).limit(limit).offset(offset))


def count(session: Session, state: InformativeState, *, reference: str = "") -> int:
    """How many there are in a state."""
    question = select(func.count()).where(informative_report.c.state == state)
    if reference:
        question = question.where(informative_report.c.execution_reference == reference)
    return session.execute(question).scalar_one()


def unread_by_placement(session: Session, references: Sequence[str]) -> dict[str, int]:
    """How many wait to be read, of each of these placements that has any."""
    reference = informative_report.c.execution_reference
    question = (
        select(reference, func.count())
        .where(reference.in_(references), informative_report.c.state == InformativeState.UNREAD)
        .group_by(reference)
    )
    return {found: many for found, many in session.execute(question)}


def _all() -> Select[Any]:
    return select(informative_report, _PLACEMENT.c.supplier, _PLACEMENT.c.unit_id).join(
        _PLACEMENT, _PLACEMENT.c.execution_reference == informative_report.c.execution_reference
    )


def _reports(session: Session, question: Select[Any]) -> list[InformativeReport]:
    return [_report(row) for row in session.execute(question)]


def _report(row: Row[Any]) -> InformativeReport:
    return InformativeReport(
        id=row.id,
        execution_reference=row.execution_reference,
        supplier=row.supplier,
        unit_id=row.unit_id,
        kind=InformativeKind(row.kind),
        state=InformativeState(row.state),
        filed_on=row.filed_on,
        filed_by=row.filed_by,
        settled_on=row.settled_on,
        settled_by=row.settled_by,
    )
