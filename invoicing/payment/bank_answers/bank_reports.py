"""What the bank answers: a file marks payments paid, refused or accepted, and what does not agree is for a person.

The same file is one effect, and so is the same payment told twice (a notice, then the statement).
"""

import hashlib
from datetime import date, datetime

from foundation import journal
from foundation.sql import Session
from foundation.text import Text
from foundation.written import kept_words
from invoicing.journal_actions import InvoicingSubject, PaymentAction
from invoicing.payment.bank_answers import (
    bank_report_store,
    deposit_effects,
    deposit_store,
    movement_effects,
    status_effects,
    transfer_steps,
)
from invoicing.payment.bank_answers.bank_report_store import BankEntry, BankFile, BankReportResult
from invoicing.payment.bank_answers.deposit_store import Deposit
from invoicing.payment.bank_answers.told_rows import Reading
from invoicing.payment.bank_files import movements
from invoicing.payment.bank_files.movements import BankFileUnreadable
from invoicing.payment.bank_files.told import Movement
from orders.register.register import Register


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
    before = bank_report_store.file_with(session, digest)
    if before is not None:
        return bank_report_store.get(session, before, repeated=True)
    report = movements.read_file(body)
    file_id = bank_report_store.add_file(
        session, body, sha256=digest, name=name, message=report.message, by=by, on=today, at=now
    )
    reading = Reading(session, register, by, today, report.message)
    _let_ahead_come(reading)
    told = [each for entry in report.entries for each in movement_effects.take_effect(reading, entry)]
    if report.original:
        told += status_effects.take_effect(reading, report)
    for position, each in enumerate(told, 1):
        bank_report_store.add_entry(
            session, file_id, position, each.movement, each.outcome, each.sentence, each.claim
        )
    _finish(reading)
    subject = InvoicingSubject.BANK_FILE.of(file_id)
    journal.record(session, by, PaymentAction.BANK_READ, subject, sha256=digest, entries=str(len(told)))
    return bank_report_store.get(session, file_id)


def come_to_their_day(session: Session, register: Register, *, today: date) -> int:
    """Let what the bank announced ahead of its day be paid, now that the day has come; how many payments."""
    reading = Reading(session, register, journal.SYSTEM, today)
    paid = _let_ahead_come(reading)
    _finish(reading)
    return paid


def _let_ahead_come(reading: Reading) -> int:
    paid = 0
    for entry in bank_report_store.ahead(reading.session, on=reading.today):
        told = movement_effects.take_effect_alone(reading, _movement(entry))
        paid += told.outcome is BankReportResult.PAID
        if told.outcome in (BankReportResult.PAID, BankReportResult.REPEAT):
            bank_report_store.set_come(reading.session, entry)
        else:
            # A deposit is noted now. Or something else has happened between: that is for a person, as any line is.
            bank_report_store.set_outcome(reading.session, entry, told.outcome, told.sentence)
    return paid


def _movement(entry: BankEntry) -> Movement:
    """What was announced, as it is on its day."""
    return Movement(
        end_to_end=entry.end_to_end if "-" in entry.end_to_end else "",
        batch=entry.end_to_end,
        amount=entry.amount.amount,
        currency=entry.amount.currency,
        booked_on=entry.booked_on,
        debit=entry.claim is None,
        booked=True,
        count=0,
        references=(entry.claim,) if entry.claim else (),
        bank_reference=entry.bank_reference,
    )


def _finish(reading: Reading) -> None:
    for number in sorted(reading.touched):
        transfer_steps.finish(reading.session, number)


def note_deposit(session: Session, entry_id: int, *, by: str, today: date) -> Deposit:
    """A person notes a deposit on the claim it is for, as the first of two. Raises Refused."""
    deposit = deposit_store.left_to_note(session, entry_id)
    deposit_effects.note_by_hand(session, deposit, by=by, today=today)
    handle(session, entry_id, by=by, note=Text("Noterad på fordran %(number)s.", number=deposit.claim).sv)
    return deposit


def handle(session: Session, entry_id: int, *, by: str, note: str) -> None:
    """A person has dealt with a finding and says how. Raises BankFileUnreadable where somebody else has."""
    said = kept_words.kept(note, BankFileUnreadable, asked=Text("Skriv vad du gjorde."))
    if not bank_report_store.set_handled(session, entry_id, by=by, note=said):
        raise BankFileUnreadable(Text("Någon annan har redan hanterat raden."))
    journal.record(session, by, PaymentAction.BANK_HANDLED, InvoicingSubject.BANK_ENTRY.of(entry_id))
