"""What a file of the bank's tells, whichever form it has: camt.053, camt.054 or a table in CSV."""

import csv
import io
from datetime import date
from decimal import InvalidOperation

from foundation.errors import Refused
from foundation.formatting import number_of
from foundation.text import Text
from invoicing.payment.bank_files import camt
from invoicing.payment.bank_files.camt import Booked
from peppol.explanations.explain import explained
from peppol.validation import apart
from peppol.xml.gate_errors import GateRefused
from peppol.xml.iso20022 import BankFileRefused
from peppol.xml.literals import UnreadableDocument

CSV_MESSAGE = "csv"
_CSV_COLUMNS = ("end_to_end", "amount", "currency", "booked_on")


class BankFileUnreadable(Refused):
    """The file is no statement, notice or table that we read; nothing was changed."""


def read_file(body: bytes) -> tuple[str, list[Booked]]:
    """Which message the bytes are and their movements: camt.053, camt.054 or CSV; read in a process apart.

    CSV has the columns end_to_end, amount, currency and booked_on; all its rows are payments booked.

    Raises BankFileUnreadable, WorkEnded, WorkFailed, NoneFree.
    """
    told = apart.checked(_read_or_refused, body)
    if isinstance(told, Text):
        raise BankFileUnreadable(told)
    return told


def _read_or_refused(body: bytes) -> tuple[str, list[Booked]] | Text:
    """What the file tells, or the sentence it is refused with: no exception finds its way between processes."""
    try:
        return _read(body)
    except BankFileUnreadable as refused:
        return refused.text


def _read(body: bytes) -> tuple[str, list[Booked]]:
    try:
        if body.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"<"):
            return camt.movements(body)
        return CSV_MESSAGE, _from_csv(body)
    except GateRefused as refused:
        raise BankFileUnreadable(explained(refused.finding)) from None
    except (BankFileRefused, UnreadableDocument) as refused:
        raise BankFileUnreadable(refused.text) from None


def _from_csv(body: bytes) -> list[Booked]:
    try:
        text = body.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise BankFileUnreadable(Text("Filen är inte text i UTF-8. Spara den som CSV i UTF-8.")) from None
    delimiter = ";" if ";" in text.partition("\n")[0] else ","
    reader = csv.DictReader(io.StringIO(text), delimiter=delimiter)
    lacking = [name for name in _CSV_COLUMNS if name not in (reader.fieldnames or ())]
    if lacking:
        raise BankFileUnreadable(Text("Kolumner saknas: %(columns)s.", columns=", ".join(lacking)))
    return [_csv_row(row, number) for number, row in enumerate(reader, 2)]


def _csv_row(row: dict[str, str], number: int) -> Booked:
    try:
        amount = number_of(row["amount"] or "")
        if not amount.is_finite() or amount <= 0 or amount >= 10**13 or amount != round(amount, 2):
            raise ValueError(amount)
        booked_on = date.fromisoformat((row["booked_on"] or "").strip())
    except (InvalidOperation, ValueError):
        raise BankFileUnreadable(
            Text(
                "Rad %(row_number)s: beloppet eller dagen går inte att läsa. Skriv 1250,00 och ÅÅÅÅ-MM-DD.",
                row_number=number,
            ),
        ) from None
    return Booked(
        end_to_end=(row["end_to_end"] or "").strip(),
        batch="",
        amount=amount,
        currency=(row["currency"] or "").strip(),
        booked_on=booked_on,
        debit=True,
        booked=True,
        servicer="",
    )
