"""What the bank tells of our account: statements (camt.053.001.02) and notices (camt.054.001.02).

Only what is needed to find a payment again is read: amount, direction, whether it is booked and when, and
the references we gave. Whatever else the bank writes is let in by the schema and left unread.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Annotated, ClassVar

from invoicing.payment.bank_files.pain001 import CurrencyAmount
from peppol.xml import iso20022
from peppol.xml.gate_errors import GateRule, refuse
from peppol.xml.iso20022 import BankDocument, element


@element
class Moment:
    """A day, or an instant as text."""

    day: Annotated[date | None, "Dt"] = None
    instant: Annotated[str | None, "DtTm"] = None


@element
class References:
    """The numbers both ends gave a payment."""

    message: Annotated[str | None, "MsgId"] = None
    servicer: Annotated[str | None, "AcctSvcrRef"] = None
    payment_information: Annotated[str | None, "PmtInfId"] = None
    end_to_end: Annotated[str | None, "EndToEndId"] = None


@element
class TransactionAmount:
    """The amount of a part."""

    amount: Annotated[CurrencyAmount, "Amt"]


@element
class AmountDetails:
    """Which of a part's amounts was booked."""

    transaction: Annotated[TransactionAmount | None, "TxAmt"] = None


@element
class TransactionDetails:
    """One payment of an entry."""

    references: Annotated[References | None, "Refs"] = None
    amounts: Annotated[AmountDetails | None, "AmtDtls"] = None


@element
class Batch:
    """An entry for a whole file of payments."""

    payment_information: Annotated[str | None, "PmtInfId"] = None


@element
class EntryDetails:
    """What an entry is made of."""

    batch: Annotated[Batch | None, "Btch"] = None
    transactions: Annotated[tuple[TransactionDetails, ...], "TxDtls"] = ()


@element
class ReportEntry:
    """One line of the account."""

    amount: Annotated[CurrencyAmount, "Amt"]
    direction: Annotated[str, "CdtDbtInd"]
    status: Annotated[str, "Sts"]
    booked: Annotated[Moment | None, "BookgDt"] = None
    servicer: Annotated[str | None, "AcctSvcrRef"] = None
    details: Annotated[tuple[EntryDetails, ...], "NtryDtls"] = ()


@element
class AccountReport:
    """One account's statement or notice."""

    id: str
    entries: Annotated[tuple[ReportEntry, ...], "Ntry"] = ()


@element
class ReportHeader:
    """The message itself."""

    id: Annotated[str, "MsgId"]
    created: Annotated[str, "CreDtTm"]


@element
class Statement(BankDocument):
    """BankToCustomerStatement, version 2."""

    message: ClassVar[str] = "camt.053.001.02"
    content_name: ClassVar[str] = "BkToCstmrStmt"

    header: Annotated[ReportHeader, "GrpHdr"]
    reports: Annotated[tuple[AccountReport, ...], "Stmt"]


@element
class Notice(BankDocument):
    """BankToCustomerDebitCreditNotification, version 2."""

    message: ClassVar[str] = "camt.054.001.02"
    content_name: ClassVar[str] = "BkToCstmrDbtCdtNtfctn"

    header: Annotated[ReportHeader, "GrpHdr"]
    reports: Annotated[tuple[AccountReport, ...], "Ntfctn"]


@dataclass(frozen=True, slots=True)
class Booked:
    """One movement on our account: `debit` is money that left. `end_to_end` or else `batch` names our payment."""

    end_to_end: str
    batch: str
    amount: Decimal
    currency: str
    booked_on: date | None
    debit: bool
    booked: bool
    servicer: str


def movements(body: bytes) -> tuple[str, list[Booked]]:
    """Which message the file is and what it tells. Raises `GateRefused`, `BankFileRefused`, `UnreadableDocument`."""
    name = iso20022.message_of(body)
    document: Statement | Notice
    match name:
        case Statement.message:
            document = iso20022.parse(Statement, body)
        case Notice.message:
            document = iso20022.parse(Notice, body)
        case _:
            refuse(
                GateRule.KIND,
                location="/Document",
                line=1,
                found=name[:80],
                expected="camt.053.001.02, camt.054.001.02",
            )
    return name, [
        booked for report in document.reports for entry in report.entries for booked in _movements_of(entry)
    ]


def _movements_of(entry: ReportEntry) -> Iterator[Booked]:
    """An entry payment by payment; whole where the bank does not say what it is made of."""
    parts = [part for details in entry.details for part in details.transactions]
    batches = [details.batch.payment_information or "" for details in entry.details if details.batch]
    if not parts:
        yield _booked(entry, entry.amount, "", batches[0] if batches else "", entry.servicer or "")
    for part in parts:
        references = part.references or References()
        told = part.amounts.transaction if part.amounts else None
        alone = entry.amount if len(parts) == 1 else None
        amount = told.amount if told else alone
        end_to_end = references.end_to_end or ""
        yield _booked(
            entry,
            amount or CurrencyAmount(Decimal(0), entry.amount.ccy),
            "" if end_to_end == "NOTPROVIDED" else end_to_end,
            references.payment_information or (batches[0] if batches else ""),
            references.servicer or entry.servicer or "",
        )


def _booked(entry: ReportEntry, amount: CurrencyAmount, end_to_end: str, batch: str, servicer: str) -> Booked:
    moment = entry.booked
    day = moment.day if moment else None
    if day is None and moment is not None and moment.instant:
        day = date.fromisoformat(moment.instant[:10])
    # The direction is the entry's own, also where it reverses an earlier one.
    debit = entry.direction == "DBIT"
    return Booked(end_to_end, batch, amount.value, amount.ccy, day, debit, entry.status == "BOOK", servicer)
