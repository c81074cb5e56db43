"""Tables as files for a spreadsheet: CSV the way Swedish Excel reads it or the plain way, and XLSX with types.

Convention: a column says what its values are (text, day, amount, quantity, whole number), so that a day is
a day and an amount a number wherever the format has them. Text never becomes a formula: in CSV an
apostrophe stands before what a spreadsheet would calculate, in XLSX the cell is text by its type. Rows
are written as they are read, some hundred at a time, so that memory stays flat. The same rows give the
same bytes: a workbook carries no clock, its parts are dated 1980.
"""

import csv
import io
import re
import shutil
import zipfile
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from enum import StrEnum
from itertools import islice
from tempfile import TemporaryFile
from typing import IO, Final

from foundation.money import Money

CellValue = str | int | date | Decimal | Money | None

CSV_TYPE: Final = "text/csv; charset=utf-8"
XLSX_TYPE: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_AT_A_TIME: Final = 200
_PIECE: Final = 65_536
_CALCULATED: Final = tuple("=+-@\t\r\n＝＋－＠")
_CONTROL: Final = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ufffe\uffff]")
_MODIFIED: Final = re.compile(rb"(<dcterms:modified[^>]*>)[^<]*")
_OLDEST: Final = (1980, 1, 1, 0, 0, 0)


class Dialect(StrEnum):
    """How a CSV file is written."""

    SWEDISH = "sv"  # semicolons, decimal comma, UTF-8 with a byte order mark: Excel opens it as it is
    PLAIN = "plain"  # commas, decimal point, UTF-8: for programs


class CellKind(StrEnum):
    """What the values of a column are."""

    TEXT = "text"
    DAY = "day"
    AMOUNT = "amount"
    QUANTITY = "quantity"
    WHOLE = "whole"


_FORMATS: Final = {
    CellKind.TEXT: "@",
    CellKind.DAY: "yyyy-mm-dd",
    CellKind.AMOUNT: "#,##0.00",
    CellKind.QUANTITY: "#,##0.####",
    CellKind.WHOLE: "0",
}


@dataclass(frozen=True, slots=True)
class SheetColumn:
    """One column: its heading, what its values are, and its width in characters in XLSX."""

    heading: str
    kind: CellKind = CellKind.TEXT
    width: int = 16


def csv_of(
    columns: Sequence[SheetColumn], rows: Iterable[Sequence[CellValue]], dialect: Dialect
) -> Iterator[bytes]:
    """The file in pieces, headings first."""
    swedish = dialect is Dialect.SWEDISH
    held = io.StringIO()
    writer = csv.writer(held, delimiter=";" if swedish else ",", lineterminator="\r\n")
    writer.writerow([guarded(column.heading) for column in columns])
    yield (b"\xef\xbb\xbf" if swedish else b"") + _taken(held)
    source = iter(rows)
    while part := list(islice(source, _AT_A_TIME)):
        writer.writerows([_written(value, swedish) for value in row] for row in part)
        yield _taken(held)


def csv_bytes(headings: Sequence[str], rows: Iterable[Sequence[CellValue]]) -> bytes:
    """A short table whole, as Swedish Excel reads it."""
    return b"".join(csv_of([SheetColumn(each) for each in headings], rows, Dialect.SWEDISH))


def xlsx_of(
    title: str, columns: Sequence[SheetColumn], rows: Iterable[Sequence[CellValue]]
) -> Iterator[bytes]:
    """The workbook in pieces: one sheet, its headings standing still and filtered."""
    # A sixth of a second to load; a command that writes no workbook should not pay for it.
    from openpyxl import Workbook
    from openpyxl.cell import WriteOnlyCell
    from openpyxl.styles import Font
    from openpyxl.utils import get_column_letter

    book = Workbook(write_only=True)
    book.properties.created = datetime(1980, 1, 1, tzinfo=UTC).replace(tzinfo=None)
    sheet = book.create_sheet(title[:31])
    sheet.freeze_panes = "A2"
    headings = []
    for index, column in enumerate(columns, 1):
        sheet.column_dimensions[get_column_letter(index)].width = column.width
        heading = WriteOnlyCell(sheet, column.heading)
        heading.font = Font(bold=True)
        headings.append(heading)
    sheet.append(headings)
    count = 1
    for row in rows:
        count += 1
        cells = []
        for column, value in zip(columns, row, strict=True):
            cell = WriteOnlyCell(sheet, _held(value))  # type: ignore[arg-type]
            if isinstance(value, str):
                cell.data_type = "s"  # otherwise a text that begins with = would be a formula
            cell.number_format = _FORMATS[column.kind]
            cells.append(cell if value is not None else None)
        sheet.append(cells)
    sheet.auto_filter.ref = f"A1:{get_column_letter(len(columns))}{count}"
    with TemporaryFile() as saved, TemporaryFile() as undated:
        book.save(saved)
        _without_clock(saved, undated)
        undated.seek(0)
        while piece := undated.read(_PIECE):
            yield piece


def guarded(text: str) -> str:
    """Text that no spreadsheet takes for a formula, without control characters.

    >>> guarded("=1+1"), guarded("F26-1401"), guarded("-7")
    ("'=1+1", 'F26-1401', "'-7")
    """
    clean = without_control(text)
    return f"'{clean}" if clean.startswith(_CALCULATED) else clean


def without_control(text: str) -> str:
    """Text without the characters that a workbook cannot hold."""
    return _CONTROL.sub("", text)


def _written(value: CellValue, swedish: bool) -> str:
    match value:
        case None:
            return ""
        case Money():
            return _decimal(value.amount, swedish)
        case Decimal():
            return _decimal(value, swedish)
        case date() | int():
            return str(value)
        case _:
            return guarded(value)


def _decimal(value: Decimal, swedish: bool) -> str:
    text = f"{value:f}"
    return text.replace(".", ",") if swedish else text


def _taken(held: io.StringIO) -> bytes:
    text = held.getvalue()
    held.seek(0)
    held.truncate()
    return text.encode()


def _held(value: CellValue) -> str | int | date | Decimal | None:
    """What a cell holds."""
    if isinstance(value, Money):
        return value.amount
    return without_control(value) if isinstance(value, str) else value


def _without_clock(saved: IO[bytes], undated: IO[bytes]) -> None:
    """The same parts in the same order, none of them dated by when it was made."""
    with zipfile.ZipFile(saved) as before, zipfile.ZipFile(undated, "w") as after:
        for name in before.namelist():
            part = zipfile.ZipInfo(name, _OLDEST)
            part.compress_type = zipfile.ZIP_DEFLATED
            part.external_attr = 0o600 << 16
            if name == "docProps/core.xml":
                after.writestr(part, _modified_never(before.read(name)))
                continue
            with before.open(name) as source, after.open(part, "w") as target:
                shutil.copyfileobj(source, target)


def _modified_never(properties: bytes) -> bytes:
    """The library writes the moment of saving, whatever it is told."""
    return _MODIFIED.sub(rb"\g<1>1980-01-01T00:00:00Z", properties)
