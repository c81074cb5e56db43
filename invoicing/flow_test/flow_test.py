"""The test bench: a supplier tries its flow step by step, and the buyer's administrator confirms each step.

FILE_READ (the sample orders could be read), FLOW_TEST (a document of its own is valid), TEST_INVOICE (an
invoice and its credit note match), LIVE (REQ-29). What a step needs is counted from what was tried, not
from what somebody says. Nothing here touches real books.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from foundation import journal
from foundation.errors import Refused
from foundation.sql import Session
from foundation.text import Text
from foundation.written import kept_words
from invoicing.documents import reading as document_reading
from invoicing.documents.reading import Reading
from invoicing.flow_test import flow_test_store, sample_orders
from invoicing.flow_test.flow_test_store import FLOW_FOLLOWS, INVALID, FlowStep, FlowTest, TriedDocument
from invoicing.journal_actions import InvoicingSubject, SupplierAction
from invoicing.matching.deviations import Match
from invoicing.model import DocumentType, InvoiceContent
from invoicing.portal_invoicing.scope import SupplierActor
from orders.register.register import Register
from peppol.exchange import outbox
from peppol.xml.gate_errors import LIMITS

SIZE_MAX = LIMITS.bytes_max
A_DAY_MAX = 200
_A_DAY = timedelta(days=1)


class BenchRefused(Refused):
    """A step cannot be taken now, or a file cannot be tried; the sentence says what is missing."""


@dataclass(frozen=True, slots=True)
class Shown:
    """A test document looked at: what was read, and the match where there is one."""

    tried: TriedDocument
    body: bytes
    reading: Reading
    match: Match | None


def lacks(flow: FlowTest, tried: Sequence[TriedDocument]) -> Text | None:
    """What is still missing before the step can be confirmed, or None. Pure."""
    if flow.step is FlowStep.FLOW_TEST and not any(each.valid for each in tried):
        return Text("Ladda först upp en fil från ert system som är giltig.")
    if flow.step is FlowStep.TEST_INVOICE:
        right = {each.document_type for each in tried if each.accepted}
        if DocumentType.INVOICE.value not in right:
            return Text("Ladda först upp en testfaktura som stämmer med en av exempelordrarna.")
        if DocumentType.CREDIT_NOTE.value not in right:
            return Text("Ladda sedan upp en kreditfaktura som krediterar hela testfakturan.")
    return None


def ask(session: Session, actor: SupplierActor, *, now: datetime) -> None:
    """The supplier says that its step is done. Raises BenchRefused with what is missing."""
    flow = flow_test_store.flow_of(session, actor.supplier)
    if flow.step is FlowStep.LIVE:
        raise BenchRefused(Text("Ni är redan igång."))
    missing = lacks(flow, flow_test_store.tried_by(session, actor.supplier))
    if missing is not None:
        raise BenchRefused(missing)
    if not flow_test_store.ask(session, flow, by=actor.by, at=now):
        raise _changed_meanwhile()
    subject = InvoicingSubject.SUPPLIER.of(actor.supplier)
    journal.record(session, actor.by, SupplierAction.BENCH_ASKED, subject, step=flow.step)


def confirm(session: Session, supplier: str, step: FlowStep, *, by: str, now: datetime) -> FlowStep:
    """The buyer's administrator confirms the step the supplier asked about; what follows is returned."""
    follows = next(iter(FLOW_FOLLOWS.follows[step]), None)
    if follows is None:
        raise _changed_meanwhile()
    if not flow_test_store.confirm(session, supplier, step, follows=follows, by=by, at=now):
        raise _changed_meanwhile()
    subject = InvoicingSubject.SUPPLIER.of(supplier)
    journal.record(session, by, SupplierAction.BENCH_CONFIRMED, subject, step=step, follows=follows)
    return follows


def send_back(session: Session, supplier: str, step: FlowStep, *, by: str, note: str, now: datetime) -> None:
    """The administrator wants something more, and says what."""
    told = kept_words.kept(note, BenchRefused, asked=Text("Skriv vad som saknas."))
    if not flow_test_store.send_back(session, supplier, step, note=told, at=now):
        raise _changed_meanwhile()
    subject = InvoicingSubject.SUPPLIER.of(supplier)
    journal.record(session, by, SupplierAction.BENCH_SENT_BACK, subject, step=step)


def try_out(
    session: Session, register: Register, actor: SupplierActor, body: bytes, *, now: datetime, today: date
) -> int:
    """Keep a test document with what came of it; its row id. Raises BenchRefused for no or too much content."""
    if not body:
        raise BenchRefused(Text("Välj en fil först."))
    if len(body) > SIZE_MAX:
        raise BenchRefused(
            Text(
                "Filen är större än %(most)s MB. Gör bilagorna mindre och försök igen.",
                most=SIZE_MAX // 1_000_000,
            )
        )
    if flow_test_store.count_tried(session, actor.supplier, after=now - _A_DAY) >= A_DAY_MAX:
        raise BenchRefused(
            Text(
                "Ni har provat %(most)s filer det senaste dygnet. Fortsätt i morgon.",
                most=A_DAY_MAX,
            ),
        )
    reading = document_reading.Apart(register).read_message(body, on=today)
    found = judged(session, register, actor.supplier, reading)
    verdict = found.verdict if found else INVALID
    key = flow_test_store.keep(
        session,
        actor.supplier,
        by=actor.by,
        at=now,
        document_type=reading.invoice.document_type if reading.invoice else "",
        number=reading.invoice.number if reading.invoice else "",
        verdict=verdict,
        sha256=outbox.sha256_of(body),
        body=body,
    )
    subject = InvoicingSubject.TEST_DOCUMENT.of(key)
    journal.record(session, actor.by, SupplierAction.BENCH_TRIED, subject, verdict=verdict)
    return key


def show(
    session: Session, register: Register, supplier: str, document_id: int, *, today: date
) -> Shown | None:
    """A test document of the supplier's, read and matched as it would be today; None for somebody else's."""
    found = flow_test_store.find(session, supplier, document_id)
    if found is None:
        return None
    tried, body = found
    reading = document_reading.Apart(register).read_message(body, on=today)
    return Shown(tried, body, reading, judged(session, register, supplier, reading))


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


def _credited(
    session: Session, register: Register, supplier: str, credit: InvoiceContent
) -> InvoiceContent | None:
    """The test invoice a credit note names, as it was tried last."""
    if len(credit.credits) != 1:
        return None
    found = flow_test_store.newest_valid(session, supplier, credit.credits[0].number)
    if found is None:
        return None
    body, made_at = found
    return document_reading.Apart(register).read_message(body, on=made_at.date()).invoice


def _changed_meanwhile() -> BenchRefused:
    return BenchRefused(Text("Någon annan har ändrat läget. Ladda om sidan och se hur det står."))
