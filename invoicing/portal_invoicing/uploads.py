"""An invoice or credit note made elsewhere and taken in through the portal: looked at, then confirmed.

The file is kept at once and looked at with the eyes that will judge it: gate, rules, matching. Only what
the person confirms leaves, after ten minutes, with the bytes as they came.
"""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from foundation import journal
from foundation.errors import Refused
from foundation.sql import Session
from foundation.text import Text
from invoicing.documents import facts_loading
from invoicing.documents import reading as document_reading
from invoicing.documents.reading import Reading
from invoicing.journal_actions import InvoicingSubject, SupplierAction
from invoicing.matching.deviations import Match
from invoicing.matching.invoice_matching import match
from invoicing.matching.order_slices import orders_named
from invoicing.model import DocumentType, InvoiceContent
from invoicing.portal_invoicing import drafts, scope_queries, upload_store
from invoicing.portal_invoicing.scope import SupplierActor
from invoicing.verdicts import crediting
from orders.register.register import Register
from peppol.exchange import outbox
from peppol.xml.gate_errors import LIMITS

SIZE_MAX = LIMITS.bytes_max
A_DAY_MAX = 500
_A_DAY = timedelta(days=1)


class UploadRefused(Refused):
    """There is nothing to take in, or too much."""


class DocumentInvalid(UploadRefused):
    """The bytes are no valid invoice or credit note."""


class AnothersDocument(UploadRefused):
    """The document says that another supplier sends it."""


class OutsideUnits(UploadRefused):
    """The document is for an order of a unit that whoever sends it may not see."""


@dataclass(frozen=True, slots=True)
class Looked:
    """A file, what was read in it, its verdict, and why it may not be sent, if it may not."""

    id: int
    body: bytes
    sha256: str
    reading: Reading
    match: Match | None
    refusal: Text | None

    @property
    def sendable(self) -> InvoiceContent | None:
        """The document, where it may be sent."""
        return self.reading.invoice if self.refusal is None else None


def take_in(session: Session, actor: SupplierActor, body: bytes, *, now: datetime) -> int:
    """Keep a file as it came; its row id. Raises UploadRefused."""
    if not body:
        raise UploadRefused(Text("Välj en fil först."))
    if len(body) > SIZE_MAX:
        raise UploadRefused(
            Text(
                "Filen är större än %(most)s MB. Gör bilagorna mindre och försök igen.",
                most=SIZE_MAX // 1_000_000,
            )
        )
    if upload_store.count_since(session, actor.supplier, after=now - _A_DAY) >= A_DAY_MAX:
        raise UploadRefused(
            Text(
                "Ni har laddat upp %(most)s filer det senaste dygnet. Fortsätt i morgon, eller "
                "skicka över Peppol.",
                most=A_DAY_MAX,
            ),
        )
    digest = outbox.sha256_of(body)
    key = upload_store.keep(session, actor, body, sha256=digest, at=now)
    subject = InvoicingSubject.UPLOAD.of(key)
    journal.record(session, actor.by, SupplierAction.UPLOAD_TAKEN_IN, subject, sha256=digest[:16])
    return key


def look(
    session: Session, register: Register, actor: SupplierActor, upload_id: int, *, today: date
) -> Looked | None:
    """Look at a file of the supplier's; None where there is none. What it says takes no effect."""
    upload = upload_store.find(session, actor.supplier, upload_id)
    # One that has been disposed of is as one that never was.
    if upload is None or not upload.body or (actor.within is not None and upload.made_by != actor.by):
        return None
    reading = document_reading.Apart(register).read_message(upload.body, on=today)
    refusal: Text | None = None
    found: Match | None = None
    try:
        found = judged(session, register, sendable(session, actor, reading), today=today)
    except Refused as refused:
        refusal = refused.text
    return Looked(
        id=upload.id, body=upload.body, sha256=upload.sha256, reading=reading, match=found, refusal=refusal
    )


def judged(session: Session, register: Register, invoice: InvoiceContent, *, today: date) -> Match:
    """How a document would match now; nothing is locked, and nothing of it takes effect."""
    if invoice.document_type is DocumentType.CREDIT_NOTE:
        return crediting.judge(session, register, invoice, lock=False).match
    return match(invoice, facts_loading.facts_of(session, register, invoice, received_on=today, lock=False))


def sendable(session: Session, actor: SupplierActor, reading: Reading) -> InvoiceContent:
    """What was read, where the actor may send it: its own supplier's, for orders that it sees, of a number of its own.

    Raises DocumentInvalid, AnothersDocument, OutsideUnits, NumberTaken.
    """
    invoice = reading.invoice
    if invoice is None:
        raise DocumentInvalid(Text("Filen kan inte skickas förrän felen är rättade."))
    if invoice.supplier != actor.supplier:
        raise AnothersDocument(
            Text(
                "Filen är från en annan organisation än den ni är inloggade för. Kontrollera att ni "
                "valt rätt fil, och att ert organisationsnummer står i den."
            )
        )
    if not _within(session, actor, invoice):
        raise OutsideUnits(Text("Fakturan gäller en order för en enhet som ni inte har behörighet till."))
    drafts.check_number(session, actor.supplier, invoice.document_type, invoice.number)
    return invoice


def _within(session: Session, actor: SupplierActor, invoice: InvoiceContent) -> bool:
    return actor.within is None or scope_queries.sees_all(session, orders_named(invoice), actor.of_orders())
