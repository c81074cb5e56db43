"""Payments that left after the backup, one by one: taken up where the books had attested them, otherwise proposed upon.

A file that the books' own attested proposal would make again, byte for byte, left from it: the proposal is noted as
exported, and the bank's reports find its payments as they always do. Of every other payment is told what the bank says
of it and what to do; only whoever may have received one that did not come back is stopped.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from pathlib import Path
from typing import Final

from foundation import journal
from foundation.errors import Refused
from foundation.sql import Session
from foundation.text import Text
from invoicing.payment import export, export_store, proposal_store
from invoicing.payment.bank_files import movements
from invoicing.payment.bank_files.banks import BankName, PainVersion
from invoicing.payment.bank_files.movements import BankFileUnreadable
from invoicing.payment.bank_files.sent_names import message_id
from invoicing.payment.bank_files.told import BankReport, Movement
from invoicing.payment.export_store import FileKind
from invoicing.payment.files import Debtor
from invoicing.payment.transfers import ProposalState
from operations.restore.outside import PaymentsOutside, TransferOutside
from orders.register.register import Register
from peppol.exchange.outbox import sha256_of

_PREFIX: Final = message_id("")
_REJECTED: Final = "RJCT"


class BankWord(StrEnum):
    """What the bank has said of a payment in the files that lie there."""

    BOOKED = "BOOKED"
    RETURNED = "RETURNED"
    SILENT = "SILENT"


_PROPOSED: Final[Mapping[BankWord, Text]] = {
    BankWord.BOOKED: Text("banken har bokfört den: notera den som betald, och häv stoppet"),
    BankWord.RETURNED: Text("den kom tillbaka: inget är betalt, och fakturan föreslås igen som vanligt"),
    BankWord.SILENT: Text("banken har inte sagt något i filerna: fråga banken innan stoppet hävs"),
}


@dataclass(frozen=True, slots=True)
class PaymentLeft:
    """One transfer of a file that the books do not have. No suppliers: its account is nobody's in the register."""

    message_id: str
    end_to_end: str
    suppliers: frozenset[str]
    amount: Decimal
    currency: str
    about: tuple[str, ...]
    bank: BankWord

    @property
    def proposed(self) -> Text:
        """What to do about it."""
        return Text(
            "%(name)s: %(amount)s %(currency)s till %(supplier)s för %(about)s: %(proposed)s.",
            name=self.end_to_end,
            amount=self.amount,
            currency=self.currency,
            supplier=", ".join(sorted(self.suppliers)) or "?",
            about=", ".join(self.about),
            proposed=_PROPOSED[self.bank],
        )


def number_in(file: PaymentsOutside) -> int | None:
    """The number of the proposal that a file was made of, by the bank's name for it; None for what is not ours.

    >>> number_in(PaymentsOutside(Path("a.xml"), "", "RM30000001")), number_in(PaymentsOutside(Path(), "", "X"))
    (30000001, None)
    """
    number = file.message_id.removeprefix(_PREFIX)
    return int(number) if file.message_id.startswith(_PREFIX) and number.isdecimal() else None


def take_up(session: Session, register: Register, file: PaymentsOutside, *, by: str, now: datetime) -> bool:
    """Note the attested proposal that made this very file as exported; False where none did."""
    number = number_in(file)
    if number is None or not _is_attested(session, str(number)):
        return False
    return any(_is_made(session, register, file, bank, str(number), by=by, now=now) for bank in BankName)


def _is_made(
    session: Session,
    register: Register,
    file: PaymentsOutside,
    bank: BankName,
    number: str,
    *,
    by: str,
    now: datetime,
) -> bool:
    """Whether the proposal makes this very file, as the bank wants it; then it is exported."""
    try:
        with journal.attempt(session):
            version = PainVersion(file.message.rpartition(".")[2])
            debtor = Debtor(file.iban, file.bic, file.customer_id, bank, version)
            export.export(session, register, number, debtor=debtor, by=by, now=now)
            made = {
                sha256_of(export_store.named(session, each.id)[1])
                for each in export_store.about(session, number)
                if each.kind is FileKind.PAIN001
            }
            if made != {file.sha256}:
                raise _AnotherFile
    except (Refused, ValueError, _AnotherFile):
        return False
    return True


def payments(
    register: Register, files: Iterable[PaymentsOutside], reports: Sequence[BankReport]
) -> list[PaymentLeft]:
    """Every transfer of the files, with what the bank's own files say of it."""
    words, batches = _words(reports)
    return [
        _payment(register, file, transfer, words, batches.get(file.message_id, BankWord.SILENT))
        for file in files
        for transfer in file.transfers
    ]


def doubtful(payments: Iterable[PaymentLeft], everybody: Iterable[str]) -> set[str]:
    """Who may have been paid: whoever has the account of a payment that did not come back; all, where nobody has it."""
    every = set(everybody)
    return {
        supplier
        for each in payments
        if each.bank is not BankWord.RETURNED
        for supplier in (each.suppliers or every)
    }


def bank_says(folders: Sequence[Path]) -> Iterator[BankReport]:
    """What the bank's files in the folders tell: camt.053, camt.054 and pain.002; other files are passed over."""
    for folder in folders:
        for path in sorted(folder.rglob("*.xml")):
            try:
                yield movements.read_file(path.read_bytes())
            except BankFileUnreadable:
                continue


class _AnotherFile(Exception):
    """The proposal makes another file now than the one that lies there."""


def _is_attested(session: Session, number: str) -> bool:
    try:
        return proposal_store.get(session, number).state is ProposalState.ATTESTED
    except Refused:
        return False


def _payment(
    register: Register,
    file: PaymentsOutside,
    transfer: TransferOutside,
    words: Mapping[str, BankWord],
    otherwise: BankWord,
) -> PaymentLeft:
    holders = (
        each.organisation_number
        for each in register.suppliers
        if any(one.number == transfer.account for one in each.payment_accounts)
    )
    return PaymentLeft(
        file.message_id,
        transfer.end_to_end,
        frozenset(holders),
        transfer.amount,
        transfer.currency,
        transfer.about,
        words.get(transfer.end_to_end, otherwise),
    )


def _words(reports: Sequence[BankReport]) -> tuple[dict[str, BankWord], dict[str, BankWord]]:
    """What the bank says, by payment and by file of ours. What is booked says more than a status before it."""
    words: dict[str, BankWord] = {}
    batches: dict[str, BankWord] = {}
    for report in reports:
        for status in report.statuses:
            if status.code == _REJECTED and status.end_to_end:
                words.setdefault(status.end_to_end, BankWord.RETURNED)
            elif status.code == _REJECTED:
                batches.setdefault(report.original, BankWord.RETURNED)
    for movement in (each for report in reports for entry in report.entries for each in entry.movements):
        if movement.end_to_end:
            words[movement.end_to_end] = _word(movement)
        elif movement.batch:
            batches[movement.batch] = _word(movement)
    return words, batches


def _word(movement: Movement) -> BankWord:
    if not movement.booked:
        return BankWord.SILENT
    return BankWord.BOOKED if movement.debit else BankWord.RETURNED
