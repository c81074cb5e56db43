"""How far each supplier has come with its own test of the flow, and what it tried, as the database holds them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final

from sqlalchemy import Row, Select, func, insert, select, update

from foundation import transitions
from foundation.sql import Session, rows_changed
from foundation.text import Text
from foundation.transitions import Transitions
from invoicing.flow_test.tables import test_document, test_flow
from invoicing.matching.deviations import Verdict

INVALID = "INVALID"
"""The verdict of a test document that the rules stopped."""


class FlowStep(StrEnum):
    """What a supplier is working on; LIVE is the end."""

    FILE_READ = "FILE_READ"
    FLOW_TEST = "FLOW_TEST"
    TEST_INVOICE = "TEST_INVOICE"
    LIVE = "LIVE"


FLOW_WORDS: Final[Mapping[FlowStep, Text]] = {
    FlowStep.FILE_READ: Text("Läs filerna"),
    FlowStep.FLOW_TEST: Text("Flödestest"),
    FlowStep.TEST_INVOICE: Text("Testfaktura"),
    FlowStep.LIVE: Text("Igång"),
}
"""What people call each state."""


FLOW_FOLLOWS = Transitions(
    {
        FlowStep.FILE_READ: {FlowStep.FLOW_TEST},
        FlowStep.FLOW_TEST: {FlowStep.TEST_INVOICE},
        FlowStep.TEST_INVOICE: {FlowStep.LIVE},
    },
    ends={FlowStep.LIVE},
    words=FLOW_WORDS,
)
"""One step follows on each, until the end."""


@dataclass(frozen=True, slots=True)
class FlowTest:
    """How far a supplier has come."""

    supplier: str
    step: FlowStep = FlowStep.FILE_READ
    asked: bool = False
    asked_by: str = ""
    changed_at: datetime | None = None
    note: str = ""


@dataclass(frozen=True, slots=True)
class TriedDocument:
    """A test document and what came of it; `verdict` is INVALID where the rules stopped it."""

    id: int
    supplier: str
    made_at: datetime
    document_type: str
    number: str
    verdict: str

    @property
    def valid(self) -> bool:
        """Whether the rules let it through."""
        return self.verdict != INVALID

    @property
    def accepted(self) -> bool:
        """Whether it matched."""
        return self.verdict == Verdict.ACCEPT


def flow_of(session: Session, supplier: str) -> FlowTest:
    """How far the supplier has come; the first step where nothing is noted."""
    row = session.execute(select(test_flow).where(test_flow.c.supplier == supplier)).one_or_none()
    return _flow(row) if row is not None else FlowTest(supplier)


def flows(session: Session) -> Sequence[FlowTest]:
    """Everybody who has begun: those who wait for a confirmation first, the longest waiting first."""
    rows = session.execute(select(test_flow).order_by(test_flow.c.asked.desc(), test_flow.c.changed_at))
    return [_flow(row) for row in rows]


def ask(session: Session, flow: FlowTest, *, by: str, at: datetime) -> bool:
    """Note that the supplier asks for its step to be confirmed; False where it stands at another step by now."""
    values = {"asked": True, "asked_by": by, "changed_at": at, "note": ""}
    if flow.changed_at is None:
        session.execute(insert(test_flow), {"supplier": flow.supplier, "step": flow.step, **values})
        return True
    at_step = (test_flow.c.supplier == flow.supplier) & (test_flow.c.step == flow.step)
    return rows_changed(session, update(test_flow).where(at_step).values(**values)) == 1


def confirm(
    session: Session, supplier: str, step: FlowStep, *, follows: FlowStep, by: str, at: datetime
) -> bool:
    """Let a step that was asked about become the one that follows; False where it waits no longer."""
    return transitions.moved_first(
        session,
        test_flow.c.step,
        (test_flow.c.supplier == supplier) & test_flow.c.asked,
        FLOW_FOLLOWS,
        name=Text("Flödestestet"),
        was=step,
        to=follows,
        values={"asked": False, "changed_at": at, "confirmed_by": by, "note": ""},
    )


def send_back(session: Session, supplier: str, step: FlowStep, *, note: str, at: datetime) -> bool:
    """Note what is missing in a step that was asked about; False where it waits no longer."""
    waiting = (test_flow.c.supplier == supplier) & (test_flow.c.step == step) & test_flow.c.asked
    values = {"asked": False, "changed_at": at, "note": note}
    return rows_changed(session, update(test_flow).where(waiting).values(**values)) == 1


def tried_by(session: Session, supplier: str, *, limit: int = 200) -> Sequence[TriedDocument]:
    """What the supplier tried, newest first."""
    question = _TRIED.where(test_document.c.supplier == supplier).limit(limit)
    return [_tried(row) for row in session.execute(question)]


def count_tried(session: Session, supplier: str, *, after: datetime) -> int:
    """How many documents the supplier tried after a moment."""
    since = (test_document.c.supplier == supplier) & (test_document.c.made_at > after)
    return session.execute(select(func.count()).select_from(test_document).where(since)).scalar_one()


def keep(
    session: Session,
    supplier: str,
    *,
    by: str,
    at: datetime,
    document_type: str,
    number: str,
    verdict: str,
    sha256: str,
    body: bytes,
) -> int:
    """Keep a test document with what came of it; its row id."""
    row = {"supplier": supplier, "made_by": by, "made_at": at, "document_type": document_type}
    row |= {"number": number, "verdict": verdict, "sha256": sha256, "body": body}
    key: int = session.execute(insert(test_document).returning(test_document.c.id), row).scalar_one()
    return key


def find(session: Session, supplier: str, document_id: int) -> tuple[TriedDocument, bytes] | None:
    """A test document of the supplier's and its bytes; None for somebody else's."""
    mine = (test_document.c.id == document_id) & (test_document.c.supplier == supplier)
    row = session.execute(select(test_document).where(mine)).one_or_none()
    return (_tried(row), row.body) if row is not None else None


def newest_valid(session: Session, supplier: str, number: str) -> tuple[bytes, datetime] | None:
    """The bytes of the supplier's valid document of this number that was tried last, and when it was."""
    named = (
        select(test_document.c.body, test_document.c.made_at)
        .where(
            test_document.c.supplier == supplier,
            test_document.c.number == number,
            test_document.c.verdict != INVALID,
        )
        .order_by(test_document.c.id.desc())
        .limit(1)
    )
    row = session.execute(named).one_or_none()
    return (row.body, row.made_at) if row is not None else None


_TRIED: Select[tuple[object, ...]] = select(
    *(column for column in test_document.c if column.name != "body")
).order_by(test_document.c.id.desc())


def _flow(row: Row[tuple[object, ...]]) -> FlowTest:
    return FlowTest(
        supplier=row.supplier,
        step=FlowStep(row.step),
        asked=row.asked,
        asked_by=row.asked_by,
        changed_at=row.changed_at,
        note=row.note,
    )


def _tried(row: Row[tuple[object, ...]]) -> TriedDocument:
    return TriedDocument(
        id=row.id,
        supplier=row.supplier,
        made_at=row.made_at,
        document_type=row.document_type,
        number=row.number,
        verdict=row.verdict,
    )
