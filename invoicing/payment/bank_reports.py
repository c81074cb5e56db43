"""What the bank says it did: a file marks payments paid, and what does not agree becomes a finding for a person.

A payment is found by its end-to-end id, or a whole proposal by the bank's batch reference where the bank
does not list its payments. The amount must be ours to the öre. The same file is one effect, and so is the
same payment told twice (a notice, then the statement).
"""

import csv
import hashlib
import io
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from enum import StrEnum

from sqlalchemy import Row, insert, select, update

from foundation import journal
from foundation.errors import Pair, Refused
from foundation.formatting import number_of
from foundation.money import Money
from foundation.sql import Session, rows_changed
from foundation.transitions import StepRefused
from invoicing.documents import store as document_store
from invoicing.payment import payment, proposals
from invoicing.payment import tables as payment_tables
from invoicing.payment.bank_files import camt
from invoicing.payment.bank_files.camt import Booked
from invoicing.payment.export import message_id
from invoicing.payment.payable import PayableKind
from invoicing.payment.payment import Claim, ClaimWay
from invoicing.payment.proposals import ProposalItem
from invoicing.payment.transfers import ItemState, ProposalState
from orders.register.register import Register
from peppol.explanations.explain import explain
from peppol.xml.gate_errors import GateRefused
from peppol.xml.iso20022 import BankFileRefused
from peppol.xml.literals import UnreadableDocument

CSV_MESSAGE = "csv"
_CSV_COLUMNS = ("end_to_end", "amount", "currency", "booked_on")
_ITEM, _FILE, _ENTRY = payment_tables.payment_item, payment_tables.bank_file, payment_tables.bank_entry


class BankReportResult(StrEnum):
    """What became of one movement."""

    PAID = "PAID"
    REPEAT = "REPEAT"  # told before
    NOT_OURS = "NOT_OURS"  # no payment of this house
    UNKNOWN = "UNKNOWN"  # our form of id, and no such payment
    AMOUNT = "AMOUNT"  # the bank booked another amount
    NOT_BOOKED = "NOT_BOOKED"  # announced only
    RETURNED = "RETURNED"  # the money came back before it was noted as paid
    RETURNED_AFTER_PAID = "RETURNED_AFTER_PAID"


QUIET = (BankReportResult.PAID, BankReportResult.REPEAT, BankReportResult.NOT_OURS)


class BankFileUnreadable(Refused):
    """The file is no statement, notice or table that we read; nothing was changed."""


@dataclass(frozen=True, slots=True)
class BankEntry:
    """One movement and what became of it."""

    id: int
    bank_file: int
    end_to_end: str
    amount: Money
    booked_on: date | None
    outcome: BankReportResult
    sentence_sv: str
    sentence_en: str
    handled_by: str
    note: str

    @property
    def is_open(self) -> bool:
        """Whether a person must still look at it."""
        return self.outcome not in QUIET and not self.handled_by


@dataclass(frozen=True, slots=True)
class BankFile:
    """A file of the bank and what it told. `repeated`: the very same file was read before."""

    id: int
    name: str
    message: str
    read_on: date
    read_by: str
    sha256: str
    told: tuple[BankEntry, ...]
    repeated: bool = False


def read_file(body: bytes) -> tuple[str, list[Booked]]:
    """Which message the bytes are and their movements: camt.053, camt.054 or CSV. Raises BankFileUnreadable.

    CSV has the columns end_to_end, amount, currency and booked_on; all its rows are payments booked.
    """
    try:
        if body.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"<"):
            return camt.movements(body)
        return CSV_MESSAGE, _from_csv(body)
    except GateRefused as refused:
        told = (explain(refused.finding, language).sentence for language in ("sv", "en"))
        raise BankFileUnreadable(*told) from None
    except (BankFileRefused, UnreadableDocument) as refused:
        swedish, _, english = str(refused).partition(" / ")
        raise BankFileUnreadable(swedish, english) from None


def take_in(
    session: Session,
    register: Register,
    body: bytes,
    *,
    name: str,
    by: str,
    today: date,
    now: datetime,
) -> BankFile:
    """Keep the file and let it take effect, once. Raises BankFileUnreadable."""
    digest = hashlib.sha256(body).hexdigest()
    before = session.execute(select(_FILE.c.id).where(_FILE.c.sha256 == digest)).scalar_one_or_none()
    if before is not None:
        return get(session, before, repeated=True)
    message, movements = read_file(body)
    row = {
        "sha256": digest,
        "name": name[:120],
        "message": message,
        "body": body,
        "read_on": today,
        "read_at": now,
        "read_by": by,
    }
    file_id: int = session.execute(insert(_FILE).returning(_FILE.c.id), row).scalar_one()
    touched: set[str] = set()
    for position, movement in enumerate(movements, 1):
        outcome, sentences = _effect(session, register, movement, by=by, today=today, touched=touched)
        session.execute(
            insert(_ENTRY),
            {
                "bank_file": file_id,
                "position": position,
                "end_to_end": (movement.end_to_end or movement.batch)[:35],
                "amount": movement.amount.quantize(Decimal("0.01")),
                "currency": movement.currency,
                "booked_on": movement.booked_on,
                "outcome": outcome,
                "sentence_sv": sentences[0],
                "sentence_en": sentences[1],
            },
        )
    for number in sorted(touched):
        _finish(session, number)
    journal.record(
        session, by, "bank.read", f"bank file {file_id}", sha256=digest, entries=str(len(movements))
    )
    return get(session, file_id)


def get(session: Session, file_id: int, *, repeated: bool = False) -> BankFile:
    """A file with everything it told. Raises BankFileUnreadable where there is none."""
    row = session.execute(select(_FILE).where(_FILE.c.id == file_id)).one_or_none()
    if row is None:
        raise BankFileUnreadable("Det finns ingen sådan bankfil.", "There is no such bank file.")
    entries = session.execute(select(_ENTRY).where(_ENTRY.c.bank_file == file_id).order_by(_ENTRY.c.position))
    return BankFile(
        row.id,
        row.name,
        row.message,
        row.read_on,
        row.read_by,
        row.sha256,
        tuple(map(_told, entries)),
        repeated,
    )


def files(session: Session, *, limit: int = 50) -> Sequence[BankFile]:
    """The newest files with what they told."""
    ids = session.scalars(select(_FILE.c.id).order_by(_FILE.c.id.desc()).limit(limit)).all()
    return [get(session, each) for each in ids]


def open_findings(session: Session) -> Sequence[BankEntry]:
    """What the bank told that a person has not dealt with, oldest first."""
    question = (
        select(_ENTRY).where(_ENTRY.c.outcome.not_in(QUIET), _ENTRY.c.handled_by == "").order_by(_ENTRY.c.id)
    )
    return [_told(row) for row in session.execute(question)]


def handle(session: Session, entry_id: int, *, by: str, note: str) -> None:
    """A person has dealt with a finding and says how. Raises BankFileUnreadable where somebody else has."""
    said = " ".join(note.split())[:500]
    if not said:
        raise BankFileUnreadable("Skriv vad du gjorde.", "Write what you did.")
    change = update(_ENTRY).where(
        _ENTRY.c.id == entry_id, _ENTRY.c.handled_by == "", _ENTRY.c.outcome.not_in(QUIET)
    )
    if rows_changed(session, change.values(handled_by=by, note=said)) != 1:
        raise BankFileUnreadable(
            "Någon annan har redan hanterat raden.", "Somebody has dealt with it already."
        )
    journal.record(session, by, "bank.handled", f"bank entry {entry_id}")


_NONE: Pair = ("", "")


def _effect(
    session: Session, register: Register, movement: Booked, *, by: str, today: date, touched: set[str]
) -> tuple[BankReportResult, Pair]:
    items, ours = _items_of(session, movement)
    if not items:
        if not ours:
            return BankReportResult.NOT_OURS, _NONE
        return BankReportResult.UNKNOWN, (
            f"Banken nämner {movement.end_to_end or movement.batch}, som vi inte har skickat.",
            f"The bank names {movement.end_to_end or movement.batch}, which we did not send.",
        )
    name = movement.end_to_end or movement.batch
    states = {item.state for item in items}
    if not movement.booked:
        return BankReportResult.NOT_BOOKED, (
            f"{name} är aviserad men inte bokförd. Vänta på kontoutdraget.",
            f"{name} is announced and not booked. Wait for the statement.",
        )
    if not movement.debit:
        return _returned(session, items, states, name, by=by, touched=touched)
    expected = _sum(items)
    if (movement.amount, movement.currency) != (expected.amount, expected.currency):
        return BankReportResult.AMOUNT, (
            f"{name}: banken bokförde {movement.amount} {movement.currency}, vi skickade {expected}. "
            "Fråga banken; betalningen står kvar som exporterad.",
            f"{name}: the bank booked {movement.amount} {movement.currency}, we sent {expected}. "
            "Ask the bank; the payment stays exported.",
        )
    if states == {ItemState.PAID}:
        return BankReportResult.REPEAT, _NONE
    if states != {ItemState.EXPORTED}:
        return BankReportResult.UNKNOWN, (
            f"{name} kom tillbaka tidigare och står nu som betald. Fråga banken.",
            f"{name} came back earlier and is told as paid now. Ask the bank.",
        )
    paid_on = movement.booked_on or today
    for item in items:
        _note(session, register, item, paid_on)
        _step(session, item, ItemState.PAID)
        touched.add(item.proposal)
    return BankReportResult.PAID, _NONE


def _items_of(session: Session, movement: Booked) -> tuple[list[ProposalItem], bool]:
    """The items the movement is about, and whether its id has our form."""
    name = movement.end_to_end
    ids: list[int] = []
    if name:
        sent = _ITEM.c.state.in_((ItemState.EXPORTED, ItemState.PAID, ItemState.RETURNED))
        ids = list(
            session.scalars(select(_ITEM.c.id).where(_ITEM.c.end_to_end == name, sent).order_by(_ITEM.c.id))
        )
    elif movement.batch.startswith(message_id("")):
        number = movement.batch.removeprefix(message_id(""))
        sent = _ITEM.c.state.in_((ItemState.EXPORTED, ItemState.PAID))
        ids = list(
            session.scalars(select(_ITEM.c.id).where(_ITEM.c.proposal == number, sent).order_by(_ITEM.c.id))
        )
    items = [proposals.item_of(session, each) for each in ids]
    return items, (name or movement.batch).startswith(message_id("3"))


def _returned(
    session: Session,
    items: list[ProposalItem],
    states: set[ItemState],
    name: str,
    *,
    by: str,
    touched: set[str],
) -> tuple[BankReportResult, Pair]:
    """The money came back: what was only exported may be proposed again; what was noted as paid needs a person."""
    if states == {ItemState.RETURNED}:
        return BankReportResult.REPEAT, _NONE
    if states != {ItemState.EXPORTED}:
        return BankReportResult.RETURNED_AFTER_PAID, (
            f"{name} har kommit tillbaka efter att den noterats som betald. Ta kontakt med leverantören.",
            f"{name} came back after it was noted as paid. Get in touch with the supplier.",
        )
    for item in items:
        _step(session, item, ItemState.RETURNED)
        touched.add(item.proposal)
        journal.record(session, by, "payment.returned", f"proposal {item.proposal}", item=str(item.id))
    return BankReportResult.RETURNED, (
        f"{name} kunde inte betalas ut. Kontrollera kontot; fakturan föreslås för betalning igen.",
        f"{name} could not be paid out. Check the account; the invoice is proposed for payment again.",
    )


def _note(session: Session, register: Register, item: ProposalItem, paid_on: date) -> None:
    if item.kind is PayableKind.INVOICE:
        invoice = document_store.lock(session, item.invoice_id)
        payment.note_paid(
            session,
            register,
            invoice,
            prepared_by=item.prepared_by,
            attested_by=item.attested_by,
            today=paid_on,
        )
        return
    (claim,) = [each for each in payment.claims(session) if each.invoice_id == item.invoice_id]
    payment.settle_claim(
        session,
        Claim(claim.payment_number, item.invoice_id, claim.invoice_number, item.supplier, item.amount),
        how=ClaimWay.NETTED,
        first_by=item.prepared_by,
        second_by=item.attested_by,
        on=paid_on,
    )


def _step(session: Session, item: ProposalItem, to: ItemState) -> None:
    """Move one item on; the state it is in decides, so that two readers of the bank's files cannot both."""
    try:
        proposals.move_item(session, item, to)
    except StepRefused:
        raise BankFileUnreadable(
            "En annan bankfil ändrade betalningen just nu. Läs in filen igen.",
            "Another bank file changed the payment just now. Read the file again.",
        ) from None


def _finish(session: Session, number: str) -> None:
    """A proposal is paid when the bank has answered for everything in it."""
    proposal = proposals.get(session, number, lock=True)
    waiting = any(item.state is ItemState.EXPORTED for item in proposals.items(session, number))
    if proposal.state is ProposalState.EXPORTED and not waiting:
        proposals.move(session, proposal, ProposalState.PAID)
        journal.record(session, journal.SYSTEM, "payment.confirmed", f"proposal {number}")


def _sum(items: Sequence[ProposalItem]) -> Money:
    amount = Money.of("0.00", items[0].amount.currency)
    for item in items:
        amount = amount + item.amount if item.kind is PayableKind.INVOICE else amount - item.amount
    return amount


def _from_csv(body: bytes) -> list[Booked]:
    try:
        text = body.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise BankFileUnreadable(
            "Filen är inte text i UTF-8. Spara den som CSV i UTF-8.", "The file is not text in UTF-8."
        ) from None
    delimiter = ";" if ";" in text.partition("\n")[0] else ","
    reader = csv.DictReader(io.StringIO(text), delimiter=delimiter)
    lacking = [name for name in _CSV_COLUMNS if name not in (reader.fieldnames or ())]
    if lacking:
        raise BankFileUnreadable(
            f"Kolumner saknas: {', '.join(lacking)}.", f"Columns are missing: {', '.join(lacking)}."
        )
    return [_csv_row(row, number) for number, row in enumerate(reader, 2)]


def _csv_row(row: dict[str, str], number: int) -> Booked:
    try:
        amount = number_of(row["amount"] or "")
        if not amount.is_finite() or amount <= 0 or amount >= 10**13 or amount != round(amount, 2):
            raise ValueError(amount)
        booked_on = date.fromisoformat((row["booked_on"] or "").strip())
    except (InvalidOperation, ValueError):
        raise BankFileUnreadable(
            f"Rad {number}: beloppet eller dagen går inte att läsa. Skriv 1250,00 och ÅÅÅÅ-MM-DD.",
            f"Row {number}: the amount or the day cannot be read. Write 1250.00 and YYYY-MM-DD.",
        ) from None
    return Booked(
        (row["end_to_end"] or "").strip(),
        "",
        amount,
        (row["currency"] or "").strip(),
        booked_on,
        True,
        True,
        "",
    )


def _told(row: Row[tuple[object, ...]]) -> BankEntry:
    return BankEntry(
        row.id,
        row.bank_file,
        row.end_to_end,
        Money(row.amount, row.currency),
        row.booked_on,
        BankReportResult(row.outcome),
        row.sentence_sv,
        row.sentence_en,
        row.handled_by,
        row.note,
    )
