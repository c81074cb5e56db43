"""A table of payments booked, as a bank's web page or a spreadsheet saves it in CSV.

Columns end_to_end, amount, currency and booked_on, in any order, in Swedish too; the currency may be left out and is
then kronor. Saved as UTF-8, UTF-16 or Windows' letters, with semicolon, comma or tab between. Rows of nothing are left
out. Where some amount is below zero, what is below zero left the account and the rest came to it; else all of it left.
"""

import csv
import io
import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Final

from foundation.errors import Refused
from foundation.text import CountedText, Text
from invoicing.payment.bank_files.told import Entry, Movement

_NAMES: Final[Mapping[str, tuple[str, ...]]] = {
    "end_to_end": ("end_to_end", "endtoendid", "end to end id", "betalningsreferens", "referens"),
    "amount": ("amount", "belopp"),
    "currency": ("currency", "valuta"),
    "booked_on": ("booked_on", "bokförd", "bokföringsdag", "bokföringsdatum", "booking date"),
}
_SIGNS: Final = re.compile(r"(?P<before>[-+−–]?)(?P<digits>[0-9.,]+)(?P<after>[-−–]?)")
_BLANKS: Final = re.compile(r"[\s\u00a0\u2007\u2009\u202f']|(?i:kr|sek)\.?$")
_CURRENCY: Final = re.compile(r"[A-Z]{3}", re.ASCII)
_DAY: Final = re.compile(r"(\d{4})[-/.]?(\d{2})[-/.]?(\d{2})(?:[ T].*)?", re.ASCII)
_AMOUNT_MAX: Final = Decimal(10**13)


class TableUnreadable(Refused):
    """The file is no table of payments that we read; nothing was changed."""


def entries(body: bytes) -> tuple[Entry, ...]:
    """The table's rows, each a line of the account. Raises TableUnreadable with the row of the file."""
    reader = csv.reader(io.StringIO(_text_of(body), newline=""), delimiter=_delimiter(body))
    rows = ((reader.line_num, row) for row in reader if any(cell.strip() for cell in row))
    header = next(rows, (0, []))
    if header[1] and header[1][0].lower().startswith("sep="):
        header = next(rows, (0, []))
    places = _places(header[1])
    found = [_movement(row, places, number) for number, row in rows]
    # A bank writes what left below zero; a person often writes it without a sign.
    signed = any(not plain for _, plain in found)
    movements = [replace(each, debit=not (signed and plain)) for each, plain in found]
    return tuple(Entry(each.amount or Decimal(0), each.currency, (each,)) for each in movements)


def amount_of(text: str) -> Decimal:
    """An amount as people and banks write it, with its sign. Raises ValueError.

    >>> amount_of("1 234,50"), amount_of("−1.234,50 kr"), amount_of("2612,50-"), amount_of("1,234.50")
    (Decimal('1234.50'), Decimal('-1234.50'), Decimal('-2612.50'), Decimal('1234.50'))
    """
    written = _SIGNS.fullmatch(_BLANKS.sub("", text))
    if written is None:
        raise ValueError(text)
    digits = written["digits"]
    mark = max(digits.rfind(","), digits.rfind("."))
    if mark >= 0:
        digits = re.sub(r"[.,]", "", digits[:mark]) + "." + digits[mark + 1 :]
    value = Decimal(digits)
    if value >= _AMOUNT_MAX or value != round(value, 2):
        raise ValueError(text)
    return -value if written["before"] in ("-", "−", "–") or written["after"] else value


def _text_of(body: bytes) -> str:
    if body.startswith((b"\xff\xfe", b"\xfe\xff")):
        return body.decode("utf-16", "replace")
    try:
        return body.decode("utf-8-sig")
    except UnicodeDecodeError:
        # No other letters are left that a Swedish spreadsheet saves.
        return body.decode("cp1252", "replace")


def _delimiter(body: bytes) -> str:
    lines = _lines(_text_of(body))
    first = next(lines, "")
    if first.lower().startswith("sep=") and len(first) > 4:
        return first[4]
    return max(";\t,", key=first.count)


def _lines(text: str) -> Iterator[str]:
    return (line for line in text.splitlines() if line.strip())


def _places(header: list[str]) -> dict[str, int]:
    """In which column each value stands."""
    written = [cell.strip().lower() for cell in header]
    places = {
        name: written.index(known)
        for name, names in _NAMES.items()
        if (known := next((each for each in names if each in written), None)) is not None
    }
    lacking = [name for name in _NAMES if name not in places and name != "currency"]
    if lacking:
        raise TableUnreadable(
            CountedText(
                "Bankfilens första rad saknar kolumnen %(columns)s. Den ska ha end_to_end, amount och booked_on, "
                "gärna currency. Är filen bankens kontoutdrag, be banken om camt.053.",
                "Bankfilens första rad saknar kolumnerna %(columns)s. Den ska ha end_to_end, amount och booked_on, "
                "gärna currency. Är filen bankens kontoutdrag, be banken om camt.053.",
                count=len(lacking),
                columns=", ".join(lacking),
            )
        )
    return places


def _movement(row: list[str], places: Mapping[str, int], number: int) -> tuple[Movement, bool]:
    """The row's movement, and whether its amount stands without a minus."""
    said = {name: row[place].strip() if place < len(row) else "" for name, place in places.items()}
    try:
        amount = amount_of(said["amount"])
        written = _DAY.fullmatch(said["booked_on"])
        day = date(*map(int, written.groups()[:3])) if written else None
    except ValueError:
        amount, day = Decimal(0), None
    if not amount or day is None:
        raise TableUnreadable(
            Text(
                "Bankfilens rad %(row_number)s: beloppet eller bokföringsdagen går inte att läsa. Skriv 1250,00 och "
                "ÅÅÅÅ-MM-DD, eller be banken om kontoutdraget som camt.053.",
                row_number=number,
            )
        )
    currency = (said.get("currency") or "SEK").upper()
    if not _CURRENCY.fullmatch(currency):
        raise TableUnreadable(
            Text(
                "Bankfilens rad %(row_number)s: valutan ska vara tre bokstäver, till exempel SEK. Rätta den, eller be "
                "banken om kontoutdraget som camt.053.",
                row_number=number,
            )
        )
    movement = Movement(
        end_to_end=said["end_to_end"],
        batch="",
        amount=abs(amount),
        currency=currency,
        booked_on=day,
        debit=True,
        booked=True,
    )
    return movement, amount > 0
