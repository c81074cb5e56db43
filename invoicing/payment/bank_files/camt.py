"""What the bank tells of our account: statements (camt.053) and notices (camt.054), of any version.

Only what is needed to find a payment again, or the claim that a deposit is for, is read, by the structure all versions
share: amount, direction, whether it is booked and when, why it came back, and the references that we, the payer and the
bank gave. Whatever else the bank writes is left unread.
"""

from collections.abc import Sequence
from decimal import Decimal
from typing import Final

from foundation.text import Text, WrittenText
from invoicing.payment.bank_files.sent_names import message_number
from invoicing.payment.bank_files.told import Entry, Movement, Reason
from peppol.xml.bank_elements import BankElement

CONTENTS: Final = {
    "camt.053": ("BkToCstmrStmt", "Stmt"),
    "camt.054": ("BkToCstmrDbtCdtNtfctn", "Ntfctn"),
}
"""The messages read here: where their content stands, and each account's part of it."""

# Where a payer writes what the payment is for: ISO's structured reference, a document's number, or words.
_REFERENCES: Final = ("RmtInf/Strd/CdtrRefInf/Ref", "RmtInf/Strd/RfrdDocInf/Nb", "RmtInf/Ustrd")
_NOT_GIVEN: Final = ("NOTPROVIDED", "NOT PROVIDED", "NONREF")
_DIRECTIONS: Final = {"DBIT": True, "CRDT": False}


def entries(document: BankElement, message: str) -> tuple[Entry, ...]:
    """All lines of all accounts in the file, in their order. Raises UnreadableDocument."""
    content, report = CONTENTS[message[:8]]
    found = document.child(content)
    if found is None or not found.children(report):
        raise document.refuse(content, WrittenText(f"{content}/{report}"))
    return tuple(_entry(each) for each in found.children(f"{report}/Ntry"))


def _entry(entry: BankElement) -> Entry:
    given = entry.amount("Amt")
    if given is None:
        raise entry.refuse("Amt", Text("ett belopp med valuta"))
    amount, currency = given
    whole = Movement(
        end_to_end="",
        batch=entry.text("NtryDtls/Btch/PmtInfId", "NtryDtls/Btch/MsgId"),
        amount=amount,
        currency=currency,
        booked_on=entry.day("BookgDt"),
        debit=_direction(entry, default=None),
        booked=_status(entry) == "BOOK",
        count=_count(entry),
        reversal=entry.text("RvslInd") in ("true", "1"),
        references=entry.texts("AddtlNtryInf"),
        bank_reference=_named(entry.text("AcctSvcrRef")),
    )
    parts = entry.children("NtryDtls/TxDtls")
    movements = [_part(each, whole, alone=len(parts) == 1) for each in parts]
    return Entry(amount, currency, tuple(_merged(movements)) or (whole,), _charges(entry, parts, currency))


def _part(part: BankElement, whole: Movement, *, alone: bool) -> Movement:
    """One payment of a line. Its amount is the one booked, else the one we asked for, else the line's own."""
    given = part.amount("AmtDtls/TxAmt/Amt") or part.amount("Amt") or part.amount("AmtDtls/InstdAmt/Amt")
    amount, currency = given or (whole.amount if alone else None, whole.currency)
    known = [each for path in ("Refs/EndToEndId", "Refs/InstrId") if (each := _named(part.text(path)))]
    return Movement(
        end_to_end=known[0] if known else "",
        batch=part.text("Refs/PmtInfId") or whole.batch or part.text("Refs/MsgId"),
        amount=amount,
        currency=currency,
        booked_on=whole.booked_on,
        debit=_direction(part, default=whole.debit),
        booked=whole.booked,
        count=whole.count if alone and not known else 1,
        reversal=whole.reversal,
        reasons=reasons(part, "RtrInf", "Rsn"),
        references=(
            *(each for path in _REFERENCES for each in part.texts(path)),
            *(whole.references if alone else ()),
        ),
        bank_reference=_named(part.text("Refs/AcctSvcrRef")) or whole.bank_reference,
    )


def _named(text: str) -> str:
    """The reference, and nothing where the bank says that it has none."""
    return "" if text.upper() in _NOT_GIVEN else text


def _merged(movements: Sequence[Movement]) -> list[Movement]:
    """Parts without an id of ours, put together by their file: only all of them say which payments they are.

    Deposits stay apart: each has what its payer wrote, and is of no file of ours.
    """
    made: list[Movement] = []
    places: dict[tuple[str, str, bool], int] = {}
    for each in movements:
        key = (each.batch, each.currency, each.debit)
        if (
            each.end_to_end
            or not each.batch
            or (each.references and not each.debit and not message_number(each.batch))
        ):
            made.append(each)
        elif key not in places:
            places[key] = len(made)
            made.append(each)
        else:
            before = made[places[key]]
            unknown = before.amount is None or each.amount is None
            made[places[key]] = Movement(
                end_to_end="",
                batch=each.batch,
                amount=None if unknown else (before.amount or Decimal(0)) + (each.amount or Decimal(0)),
                currency=each.currency,
                booked_on=each.booked_on,
                debit=each.debit,
                booked=each.booked,
                count=before.count + each.count,
                reversal=each.reversal,
                reasons=before.reasons or each.reasons,
            )
    return made


def _direction(element: BankElement, *, default: bool | None) -> bool:
    """Whether money left. The direction is the line's own, also where it reverses an earlier one."""
    word = element.text("CdtDbtInd")
    if not word and default is not None:
        return default
    if word not in _DIRECTIONS:
        raise element.refuse("CdtDbtInd", WrittenText("DBIT, CRDT"))
    return _DIRECTIONS[word]


def _status(entry: BankElement) -> str:
    status = entry.text("Sts", "Sts/Cd", "Sts/Prtry")
    if not status:
        raise entry.refuse("Sts", WrittenText("BOOK, PDNG, INFO"))
    return status


def _count(entry: BankElement) -> int:
    said = entry.text("NtryDtls/Btch/NbOfTxs")
    return int(said) if said.isascii() and said.isdigit() and len(said) < 10 else 0


def _charges(entry: BankElement, parts: Sequence[BankElement], currency: str) -> Decimal:
    """What the bank took for itself: said of the whole line, or of its parts."""
    for places in ([entry], parts):
        found = [
            amount
            for place in places
            for charges in place.children("Chrgs")
            for amount in _charged(charges)
            if amount[1] == currency
        ]
        if found:
            return sum((value for value, _ in found), Decimal(0))
    return Decimal(0)


def _charged(charges: BankElement) -> list[tuple[Decimal, str]]:
    """From version 4 on charges have records; before, and beside them, a total."""
    total = charges.amount("TtlChrgsAndTaxAmt") or charges.amount("Amt")
    if total is not None:
        return [total]
    return [amount for each in charges.children("Rcrd") if (amount := each.amount("Amt"))]


def reasons(element: BankElement, place: str, reason: str) -> tuple[Reason, ...]:
    """The reasons given at `place`: the code of each, ISO's or the bank's own, and the words beside it."""
    return tuple(
        Reason(each.text(f"{reason}/Cd", f"{reason}/Prtry", reason), " ".join(each.texts("AddtlInf")))
        for each in element.children(place)
    )
