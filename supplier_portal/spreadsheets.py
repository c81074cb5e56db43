"""Lists as files for a spreadsheet: CSV the way Swedish Excel reads it or the plain way, and XLSX with types.

Convention: a column says what its values are (text, day, amount, quantity, whole number), so that a day is
a day and an amount a number wherever the format has them. Text never becomes a formula: in CSV an
apostrophe stands before what a spreadsheet would calculate, in XLSX the cell is text by its type. Rows
are written as they are read, some hundred at a time, so that memory stays flat.
"""

import csv
import io
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum
from itertools import islice
from tempfile import TemporaryFile
from typing import Final

from openpyxl import Workbook
from openpyxl.cell import Cell, WriteOnlyCell
from openpyxl.styles import Font
from openpyxl.utils import get_column_letter

from invoicing.spreadsheets import guarded, without_control
from orders.values import Money

Value = str | int | date | Decimal | Money | None

_AT_A_TIME: Final = 200
_PIECE: Final = 65_536


class Dialect(StrEnum):
    """How a CSV file is written."""

    SWEDISH = "sv"  # semicolons, decimal comma, UTF-8 with a byte order mark: Excel opens it as it is
    PLAIN = "plain"  # commas, decimal point, UTF-8: for programs


class Kind(StrEnum):
    """What the values of a column are."""

    TEXT = "text"
    DAY = "day"
    AMOUNT = "amount"
    QUANTITY = "quantity"
    WHOLE = "whole"


_FORMATS: Final = {
    Kind.TEXT: "@",
    Kind.DAY: "yyyy-mm-dd",
    Kind.AMOUNT: "#,##0.00",
    Kind.QUANTITY: "#,##0.####",
    Kind.WHOLE: "0",
}


@dataclass(frozen=True, slots=True)
class Column:
    """One column: its heading, what its values are, and its width in characters in XLSX."""

    heading: str
    kind: Kind = Kind.TEXT
    width: int = 16


def csv_of(columns: Sequence[Column], rows: Iterable[Sequence[Value]], dialect: Dialect) -> Iterator[bytes]:
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


def xlsx_of(title: str, columns: Sequence[Column], rows: Iterable[Sequence[Value]]) -> Iterator[bytes]:
    """The workbook in pieces: one sheet, its headings standing still and filtered."""
    book = Workbook(write_only=True)
    sheet = book.create_sheet(title[:31])
    sheet.freeze_panes = "A2"
    for index, column in enumerate(columns, 1):
        sheet.column_dimensions[get_column_letter(index)].width = column.width
    count = 1
    sheet.append([_heading(sheet, column) for column in columns])
    for row in rows:
        count += 1
        sheet.append([_cell(sheet, column, value) for column, value in zip(columns, row, strict=True)])
    sheet.auto_filter.ref = f"A1:{get_column_letter(len(columns))}{count}"
    with TemporaryFile() as held:
        book.save(held)
        held.seek(0)
        while piece := held.read(_PIECE):
            yield piece


def _written(value: Value, swedish: bool) -> str:
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


def _heading(sheet: object, column: Column) -> Cell:
    cell = WriteOnlyCell(sheet, column.heading)  # type: ignore[arg-type]
    cell.font = Font(bold=True)
    return cell


def _cell(sheet: object, column: Column, value: Value) -> Cell | None:
    if value is None:
        return None
    content: object = value.amount if isinstance(value, Money) else value
    cell = WriteOnlyCell(sheet, without_control(content) if isinstance(content, str) else content)  # type: ignore[arg-type]
    if isinstance(content, str):
        cell.data_type = "s"  # otherwise a text that begins with = would be a formula
    cell.number_format = _FORMATS[column.kind]
    return cell
