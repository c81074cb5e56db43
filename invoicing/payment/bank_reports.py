"""What the bank says it did: a file marks payments paid, and what does not agree becomes a finding for a person.

The same file is one effect, and so is the same payment told twice (a notice, then the statement).
"""

import hashlib
from datetime import date, datetime

from foundation import journal
from foundation.sql import Session
from foundation.text import Text
from invoicing.journal_actions import InvoicingSubject, PaymentAction
from invoicing.payment import bank_report_effects, bank_report_store
from invoicing.payment.bank_files import movements
from invoicing.payment.bank_files.movements import BankFileUnreadable
from invoicing.payment.bank_report_store import BankFile
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
    message, told = movements.read_file(body)
    file_id = bank_report_store.add_file(
        session, body, sha256=digest, name=name, message=message, by=by, on=today, at=now
    )
    touched: set[str] = set()
    for position, movement in enumerate(told, 1):
        outcome, sentences = bank_report_effects.take_effect(
            session, register, movement, by=by, today=today, touched=touched
        )
        bank_report_store.add_entry(session, file_id, position, movement, outcome, sentences)
    for number in sorted(touched):
        bank_report_effects.finish(session, number)
    subject = InvoicingSubject.BANK_FILE.of(file_id)
    journal.record(session, by, PaymentAction.BANK_READ, subject, sha256=digest, entries=str(len(told)))
    return bank_report_store.get(session, file_id)


def handle(session: Session, entry_id: int, *, by: str, note: str) -> None:
    """A person has dealt with a finding and says how. Raises BankFileUnreadable where somebody else has."""
    said = " ".join(note.split())[:500]
    if not said:
        raise BankFileUnreadable(Text("Skriv vad du gjorde."))
    if not bank_report_store.set_handled(session, entry_id, by=by, note=said):
        raise BankFileUnreadable(Text("Någon annan har redan hanterat raden."))
    journal.record(session, by, PaymentAction.BANK_HANDLED, InvoicingSubject.BANK_ENTRY.of(entry_id))
