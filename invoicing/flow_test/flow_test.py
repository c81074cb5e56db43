"""The test bench: a supplier tries its flow step by step, and the buyer's administrator confirms each step.

FILE_READ (the sample orders could be read), FLOW_TEST (a document of its own is valid), TEST_INVOICE (an
invoice and its credit note match), LIVE (REQ-29). What a step needs is counted from what was tried, not
from what somebody says. Nothing here touches real books.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum

from sqlalchemy import Row, Select, func, insert, select, update

from foundation import journal
from foundation.errors import Refused
from foundation.sql import Session, rows_changed
from invoicing.documents import reading as document_reading
from invoicing.documents.reading import Reading
from invoicing.flow_test import sample_orders
from invoicing.flow_test.tables import test_document, test_flow
from invoicing.matching.deviations import Match, Verdict
from invoicing.model import DocumentType, InvoiceContent
from invoicing.portal_invoicing.scope import SupplierActor
from orders.register.register import Register
from peppol.exchange import outbox

_NOTE_MAX = 500
SIZE_MAX = 10_000_000
A_DAY_MAX = 200
_A_DAY = timedelta(days=1)
_INVALID = "INVALID"


class FlowStep(StrEnum):
    """What a supplier is working on; LIVE is the end."""

    FILE_READ = "FILE_READ"
    FLOW_TEST = "FLOW_TEST"
    TEST_INVOICE = "TEST_INVOICE"
    LIVE = "LIVE"


FOLLOWS: Mapping[FlowStep, FlowStep] = {
    FlowStep.FILE_READ: FlowStep.FLOW_TEST,
    FlowStep.FLOW_TEST: FlowStep.TEST_INVOICE,
    FlowStep.TEST_INVOICE: FlowStep.LIVE,
}


class BenchRefused(Refused):
    """A step cannot be taken now, or a file cannot be tried; the sentence says what is missing."""


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
        return self.verdict != _INVALID

    @property
    def accepted(self) -> bool:
        """Whether it matched."""
        return self.verdict == Verdict.ACCEPT


@dataclass(frozen=True, slots=True)
class Shown:
    """A test document looked at: what was read, and the match where there is one."""

    tried: TriedDocument
    body: bytes
    reading: Reading
    match: Match | None


def flow_of(session: Session, supplier: str) -> FlowTest:
    """How far the supplier has come; the first step where nothing is noted."""
    row = session.execute(select(test_flow).where(test_flow.c.supplier == supplier)).one_or_none()
    return _flow(row) if row is not None else FlowTest(supplier)


def flows(session: Session) -> Sequence[FlowTest]:
    """Everybody who has begun: those who wait for a confirmation first, the longest waiting first."""
    rows = session.execute(select(test_flow).order_by(test_flow.c.asked.desc(), test_flow.c.changed_at))
    return [_flow(row) for row in rows]


def lacks(flow: FlowTest, tried: Sequence[TriedDocument]) -> tuple[str, str] | None:
    """What is still missing before the step can be confirmed, or None. Pure."""
    if flow.step is FlowStep.FLOW_TEST and not any(each.valid for each in tried):
        return (
            "Ladda först upp en fil från ert system som är giltig.",
            "First upload a file from your system that is valid.",
        )
    if flow.step is FlowStep.TEST_INVOICE:
        right = {each.document_type for each in tried if each.accepted}
        if DocumentType.INVOICE.value not in right:
            return (
                "Ladda först upp en testfaktura som stämmer med en av exempelordrarna.",
                "First upload a test invoice that agrees with one of the sample orders.",
            )
        if DocumentType.CREDIT_NOTE.value not in right:
            return (
                "Ladda sedan upp en kreditfaktura som krediterar hela testfakturan.",
                "Then upload a credit note that credits the whole test invoice.",
            )
    return None


def ask(session: Session, actor: SupplierActor, *, now: datetime) -> None:
    """The supplier says that its step is done. Raises BenchRefused with what is missing."""
    flow = flow_of(session, actor.supplier)
    if flow.step is FlowStep.LIVE:
        raise BenchRefused("Ni är redan igång.", "You are live already.")
    missing = lacks(flow, tried_by(session, actor.supplier))
    if missing is not None:
        raise BenchRefused(*missing)
    values = {"asked": True, "asked_by": actor.by, "changed_at": now, "note": ""}
    where = (test_flow.c.supplier == actor.supplier) & (test_flow.c.step == flow.step)
    if flow.changed_at is None:
        session.execute(insert(test_flow), {"supplier": actor.supplier, "step": flow.step, **values})
    elif rows_changed(session, update(test_flow).where(where).values(**values)) != 1:
        raise _changed_meanwhile()
    journal.record(session, actor.by, "bench.asked", f"supplier {actor.supplier}", step=flow.step)


def confirm(session: Session, supplier: str, step: FlowStep, *, by: str, now: datetime) -> FlowStep:
    """The buyer's administrator confirms the step the supplier asked about; what follows is returned."""
    follows = FOLLOWS.get(step)
    if follows is None:
        raise _changed_meanwhile()
    waiting = (test_flow.c.supplier == supplier) & (test_flow.c.step == step) & test_flow.c.asked
    values = {"step": follows, "asked": False, "changed_at": now, "confirmed_by": by, "note": ""}
    if rows_changed(session, update(test_flow).where(waiting).values(**values)) != 1:
        raise _changed_meanwhile()
    journal.record(session, by, "bench.confirmed", f"supplier {supplier}", step=step, follows=follows)
    return follows


def send_back(session: Session, supplier: str, step: FlowStep, *, by: str, note: str, now: datetime) -> None:
    """The administrator wants something more, and says what."""
    told = " ".join(note.split())[:_NOTE_MAX]
    if not told:
        raise BenchRefused("Skriv vad som saknas.", "Write what is missing.")
    waiting = (test_flow.c.supplier == supplier) & (test_flow.c.step == step) & test_flow.c.asked
    values = {"asked": False, "changed_at": now, "note": told}
    if rows_changed(session, update(test_flow).where(waiting).values(**values)) != 1:
        raise _changed_meanwhile()
    journal.record(session, by, "bench.sent_back", f"supplier {supplier}", step=step)


def try_out(
    session: Session, register: Register, actor: SupplierActor, body: bytes, *, now: datetime, today: date
) -> int:
    """Keep a test document with what came of it; its row id. Raises BenchRefused for no or too much content."""
    if not body:
        raise BenchRefused("Välj en fil först.", "Choose a file first.")
    if len(body) > SIZE_MAX:
        raise BenchRefused(
            "Filen är större än 10 MB. Skicka en mindre fil.",
            "The file is larger than 10 MB. Send a smaller one.",
        )
    since = (test_document.c.supplier == actor.supplier) & (test_document.c.made_at > now - _A_DAY)
    if (
        session.execute(select(func.count()).select_from(test_document).where(since)).scalar_one()
        >= A_DAY_MAX
    ):
        raise BenchRefused(
            f"Ni har provat {A_DAY_MAX} filer det senaste dygnet. Fortsätt i morgon.",
            f"You have tried {A_DAY_MAX} files in the last day. Go on tomorrow.",
        )
    reading = document_reading.read_message(body, on=today, register=register)
    found = judged(session, register, actor.supplier, reading)
    row = {
        "supplier": actor.supplier,
        "made_by": actor.by,
        "made_at": now,
        "document_type": reading.invoice.document_type if reading.invoice else "",
        "number": reading.invoice.number if reading.invoice else "",
        "verdict": found.verdict if found else _INVALID,
        "sha256": outbox.sha256_of(body),
        "body": body,
    }
    key: int = session.execute(insert(test_document).returning(test_document.c.id), row).scalar_one()
    journal.record(session, actor.by, "bench.tried", f"test document {key}", verdict=str(row["verdict"]))
    return key


def show(
    session: Session, register: Register, supplier: str, document_id: int, *, today: date
) -> Shown | None:
    """A test document of the supplier's, read and matched as it would be today; None for somebody else's."""
    mine = (test_document.c.id == document_id) & (test_document.c.supplier == supplier)
    row = session.execute(select(test_document).where(mine)).one_or_none()
    if row is None:
        return None
    reading = document_reading.read_message(row.body, on=today, register=register)
    return Shown(_tried(row), row.body, reading, judged(session, register, supplier, reading))


def judged(session: Session, register: Register, supplier: str, reading: Reading) -> Match | None:
    """How a test document matches; None where it is invalid or names another supplier."""
    invoice = reading.invoice
    if invoice is None or is_foreign(invoice, supplier):
        return None
    if invoice.document_type is DocumentType.CREDIT_NOTE:
        return sample_orders.judge_credit(register, invoice, _credited(session, register, supplier, invoice))
    return sample_orders.judge(register, supplier, invoice)


def is_foreign(invoice: InvoiceContent, supplier: str) -> bool:
    """Whether the document names another legal entity than the supplier."""
    return (invoice.supplier or supplier) != supplier


def tried_by(session: Session, supplier: str, *, limit: int = 200) -> Sequence[TriedDocument]:
    """What the supplier tried, newest first."""
    question = _TRIED.where(test_document.c.supplier == supplier).limit(limit)
    return [_tried(row) for row in session.execute(question)]


def _credited(
    session: Session, register: Register, supplier: str, credit: InvoiceContent
) -> InvoiceContent | None:
    """The test invoice a credit note names, as it was tried last."""
    if len(credit.credits) != 1:
        return None
    named = (
        select(test_document.c.body, test_document.c.made_at)
        .where(
            test_document.c.supplier == supplier,
            test_document.c.number == credit.credits[0].number,
            test_document.c.verdict != _INVALID,
        )
        .order_by(test_document.c.id.desc())
        .limit(1)
    )
    row = session.execute(named).one_or_none()
    if row is None:
        return None
    return document_reading.read_message(row.body, on=row.made_at.date(), register=register).invoice


def _changed_meanwhile() -> BenchRefused:
    return BenchRefused(
        "Någon annan har ändrat läget. Ladda om sidan och se hur det står.",
        "Somebody else changed how it stands. Reload the page and look.",
    )


_TRIED: Select[tuple[object, ...]] = select(
    *(column for column in test_document.c if column.name != "body")
).order_by(test_document.c.id.desc())


def _flow(row: Row[tuple[object, ...]]) -> FlowTest:
    return FlowTest(row.supplier, FlowStep(row.step), row.asked, row.asked_by, row.changed_at, row.note)


def _tried(row: Row[tuple[object, ...]]) -> TriedDocument:
    return TriedDocument(row.id, row.supplier, row.made_at, row.document_type, row.number, row.verdict)
