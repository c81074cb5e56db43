"""The bank's files and what they told, as the database holds them: kept once, and handled by a person once."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Final

from sqlalchemy import ColumnElement, Row, insert, select, update

from foundation import journal
from foundation.money import Money
from foundation.sql import Session, among, rows_changed
from foundation.text import Text, WrittenText
from foundation.written.fitted import shown, within
from invoicing.claims import tables as claim_tables
from invoicing.documents import tables as document_tables
from invoicing.payment import tables as payment_tables
from invoicing.payment.bank_files.movements import BankFileUnreadable
from invoicing.payment.bank_files.told import NAME_LONGEST, Movement

_FILE, _ENTRY = payment_tables.bank_file, payment_tables.bank_entry
_BATCH = 500
# What stands as a note where the day announced has come.
_COME = "✓"


class BankReportResult(StrEnum):
    """What became of one movement."""

    PAID = "PAID"
    REPEAT = "REPEAT"  # told before
    NOT_OURS = "NOT_OURS"  # no payment of this buyer
    UNKNOWN = "UNKNOWN"  # our form of id, and no such payment
    AMOUNT = "AMOUNT"  # the bank booked another amount
    NOT_BOOKED = "NOT_BOOKED"  # announced only
    AHEAD = "AHEAD"  # booked on a day that has not come
    CHARGES = "CHARGES"  # what the bank took for itself
    ACCEPTED = "ACCEPTED"  # the bank will carry it out
    PENDING = "PENDING"  # the bank has it and has not decided
    REFUSED = "REFUSED"  # the bank will not carry it out
    BOOKED_AFTER_REFUSED = "BOOKED_AFTER_REFUSED"
    BOOKED_TWICE = "BOOKED_TWICE"  # by two lines of statements
    RETURNED = "RETURNED"  # the money came back before it was noted as paid
    RETURNED_AFTER_PAID = "RETURNED_AFTER_PAID"
    DEPOSIT = "DEPOSIT"  # a supplier pays back, and it is noted on its claim
    DEPOSIT_UNNOTED = "DEPOSIT_UNNOTED"  # for a claim, and a person says whether it is noted there
    DEPOSIT_UNMATCHED = "DEPOSIT_UNMATCHED"  # for a claim, and cannot be noted there as it is
    DEPOSIT_TAKEN_BACK = "DEPOSIT_TAKEN_BACK"  # the bank takes a deposit back


QUIET = (
    BankReportResult.PAID,
    BankReportResult.REPEAT,
    BankReportResult.NOT_OURS,
    BankReportResult.NOT_BOOKED,
    BankReportResult.AHEAD,
    BankReportResult.CHARGES,
    BankReportResult.ACCEPTED,
    BankReportResult.PENDING,
    BankReportResult.DEPOSIT,
)
"""What asks nothing of a person."""


WAITING_SINCE: Final = (
    select(_FILE.c.read_on)
    .join(_ENTRY, _ENTRY.c.bank_file == _FILE.c.id)
    .where(_ENTRY.c.outcome.not_in(QUIET), _ENTRY.c.handled_by == "")
)
"""The days on which what still waits for a person was read."""


@dataclass(frozen=True, slots=True)
class PaidFor:
    """An invoice that a payment of ours is for."""

    invoice_id: int
    number: str
    supplier: str


@dataclass(frozen=True, slots=True)
class BankEntry:
    """One movement and what became of it.

    `claim` is the number of the claim that a deposit is for, and `claimed_for` the invoice which that claim is of.
    """

    id: int
    bank_file: int
    end_to_end: str
    amount: Money
    booked_on: date | None
    outcome: BankReportResult
    sentence: Text
    handled_by: str
    note: str
    claim: str | None = None
    bank_reference: str = ""
    claimed_for: int | None = None
    paid_for: tuple[PaidFor, ...] = ()

    @property
    def transfer(self) -> str:
        """The transfer of ours it names; nothing where it names none, or a whole file."""
        return self.end_to_end if self.paid_for else ""

    @property
    def is_open(self) -> bool:
        """Whether a person must still look at it."""
        return self.outcome not in QUIET and not self.handled_by

    @property
    def may_be_noted(self) -> bool:
        """Whether it is a deposit that a person may note on the claim it is for."""
        return self.is_open and self.outcome is BankReportResult.DEPOSIT_UNNOTED and self.claim is not None


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


def file_with(session: Session, sha256: str) -> int | None:
    """The file with these very bytes, if it was read before."""
    return session.execute(select(_FILE.c.id).where(_FILE.c.sha256 == sha256)).scalar_one_or_none()


def add_file(
    session: Session, body: bytes, *, sha256: str, name: str, message: str, by: str, on: date, at: datetime
) -> int:
    """Keep a file as it came; its row id."""
    row = {
        "sha256": sha256,
        "name": shown(name, 120),
        "message": message,
        "body": body,
        "read_on": on,
        "read_at": at,
        "read_by": by,
    }
    file_id: int = session.execute(insert(_FILE).returning(_FILE.c.id), row).scalar_one()
    return file_id


def add_entry(
    session: Session,
    file_id: int,
    position: int,
    movement: Movement,
    outcome: BankReportResult,
    told: Text,
    claim: str | None = None,
) -> None:
    """Keep what became of one movement of a file."""
    session.execute(
        insert(_ENTRY),
        {
            "bank_file": file_id,
            "position": position,
            "end_to_end": within(movement.end_to_end or movement.batch, NAME_LONGEST),
            "amount": (movement.amount or Decimal(0)).quantize(Decimal("0.01")),
            "currency": movement.currency,
            "booked_on": movement.booked_on,
            "outcome": outcome,
            "sentence_sv": told.sv,
            "sentence_en": told.en,
            "claim": claim,
            "bank_reference": within(movement.bank_reference, NAME_LONGEST),
        },
    )


def get(session: Session, file_id: int, *, repeated: bool = False) -> BankFile:
    """A file with everything it told. Raises BankFileUnreadable where there is none."""
    row = session.execute(select(_FILE).where(_FILE.c.id == file_id)).one_or_none()
    if row is None:
        raise BankFileUnreadable(Text("Det finns ingen sådan bankfil."))
    entries = session.execute(select(_ENTRY).where(_ENTRY.c.bank_file == file_id).order_by(_ENTRY.c.position))
    return BankFile(
        id=row.id,
        name=row.name,
        message=row.message,
        read_on=row.read_on,
        read_by=row.read_by,
        sha256=row.sha256,
        told=tuple(_with_invoices(session, list(map(_told, entries)))),
        repeated=repeated,
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
    return _with_invoices(session, [_told(row) for row in session.execute(question)])


def told_of(session: Session, end_to_end: str) -> Sequence[BankEntry]:
    """What the bank has told of one payment by its own id, oldest first."""
    question = select(_ENTRY).where(_ENTRY.c.end_to_end == end_to_end).order_by(_ENTRY.c.id)
    return [_told(row) for row in session.execute(question)]


def days_booked(session: Session, end_to_end: str) -> set[date]:
    """The days on which statements have booked a payment by its own id, as paid or once more."""
    question = (
        select(_ENTRY.c.booked_on)
        .join(_FILE, _FILE.c.id == _ENTRY.c.bank_file)
        .where(
            _ENTRY.c.end_to_end == end_to_end,
            _ENTRY.c.outcome.in_((BankReportResult.PAID, BankReportResult.REPEAT)),
            _FILE.c.message.startswith("camt.053"),
        )
    )
    return {day for day in session.scalars(question) if day is not None}


def set_handled(session: Session, entry_id: int, *, by: str, note: str) -> bool:
    """Note that a person has dealt with a finding, and how; False where it is open no longer."""
    change = update(_ENTRY).where(
        _ENTRY.c.id == entry_id, _ENTRY.c.handled_by == "", _ENTRY.c.outcome.not_in(QUIET)
    )
    return rows_changed(session, change.values(handled_by=by, note=note)) == 1


def close_announced(session: Session, end_to_ends: Sequence[str]) -> None:
    """Note of what was announced ahead of its day that it has come."""
    for start in range(0, len(end_to_ends), _BATCH):
        ahead = _ENTRY.c.end_to_end.in_(end_to_ends[start : start + _BATCH]) & _is_ahead()
        session.execute(update(_ENTRY).where(ahead).values(handled_by=journal.SYSTEM, note=_COME))


def ahead(session: Session, *, on: date) -> Sequence[BankEntry]:
    """What the bank announced for a day that has come, oldest first."""
    question = select(_ENTRY).where(_is_ahead(), _ENTRY.c.booked_on <= on).order_by(_ENTRY.c.id)
    return [_told(row) for row in session.execute(question)]


def set_come(session: Session, entry: BankEntry) -> None:
    """Note of one announcement that its day has come."""
    one = (_ENTRY.c.id == entry.id) & _is_ahead()
    session.execute(update(_ENTRY).where(one).values(handled_by=journal.SYSTEM, note=_COME))


def set_outcome(session: Session, entry: BankEntry, outcome: BankReportResult, told: Text) -> None:
    """Note what one announcement came to on its day, where that was not what was announced."""
    one = (_ENTRY.c.id == entry.id) & _is_ahead()
    values = {"outcome": outcome, "sentence_sv": told.sv, "sentence_en": told.en}
    session.execute(update(_ENTRY).where(one).values(values))


def _is_ahead() -> ColumnElement[bool]:
    return (_ENTRY.c.outcome == BankReportResult.AHEAD) & (_ENTRY.c.handled_by == "")


def _with_invoices(session: Session, entries: Sequence[BankEntry]) -> list[BankEntry]:
    """The rows with what each payment of ours, and each deposit, is for."""
    item, invoice = payment_tables.payment_item, document_tables.invoice
    names = sorted({each.end_to_end for each in entries if each.end_to_end})
    found: dict[str, list[PaidFor]] = {}
    for start in range(0, len(names), _BATCH):
        question = (
            select(item.c.end_to_end, invoice.c.id, invoice.c.number, invoice.c.supplier)
            .join(invoice, invoice.c.id == item.c.invoice_id)
            .where(item.c.end_to_end.in_(names[start : start + _BATCH]))
            .order_by(item.c.id)
        )
        for row in session.execute(question):
            found.setdefault(row.end_to_end, []).append(PaidFor(row.id, row.number, row.supplier))
    claimed = _claimed_for(session, entries)
    return [
        replace(
            each,
            paid_for=tuple(found.get(each.end_to_end, ())),
            claimed_for=claimed.get(each.claim) if each.claim else None,
        )
        for each in entries
    ]


def _claimed_for(session: Session, entries: Sequence[BankEntry]) -> dict[str, int]:
    """The invoices of the claims that deposits are for."""
    claim = claim_tables.claim
    numbers = sorted({each.claim for each in entries if each.claim})
    question = select(claim.c.number, claim.c.invoice_id).where(among(session, claim.c.number, numbers))
    return {row.number: row.invoice_id for row in session.execute(question)}


def _told(row: Row[tuple[object, ...]]) -> BankEntry:
    return BankEntry(
        id=row.id,
        bank_file=row.bank_file,
        end_to_end=row.end_to_end,
        amount=Money(row.amount, row.currency),
        booked_on=row.booked_on,
        outcome=BankReportResult(row.outcome),
        sentence=WrittenText(row.sentence_sv, row.sentence_en),
        handled_by=row.handled_by,
        note=row.note,
        claim=row.claim,
        bank_reference=row.bank_reference,
    )
