"""Tables as CSV and XLSX, with the same bytes for the same rows.

CSV is what Swedish spreadsheets open: semicolons, a decimal comma for people (`for_people`) or a point for
programs, UTF-8 with a byte order mark. A text that a spreadsheet would take for a formula is given an
apostrophe before it, in both forms. XLSX carries no clock: its parts are dated 1980.
"""

import csv
import io
import re
import zipfile
from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime
from decimal import Decimal

Cell = str | int | Decimal | date | None

CSV_TYPE = "text/csv; charset=utf-8"
XLSX_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_CALCULATED = tuple("=+-@\t\r\n＝＋－＠")
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ufffe\uffff]")
_OLDEST = (1980, 1, 1, 0, 0, 0)


def csv_bytes(header: Sequence[str], rows: Iterable[Sequence[Cell]]) -> bytes:
    """The table as CSV: semicolons, decimal comma, days as YYYY-MM-DD, UTF-8 with a byte order mark."""
    out = io.StringIO()
    writer = csv.writer(out, delimiter=";", lineterminator="\r\n")
    writer.writerow(header)
    for row in rows:
        writer.writerow([_text(cell) for cell in row])
    return "\ufeff".encode() + out.getvalue().encode()


def xlsx_bytes(title: str, header: Sequence[str], rows: Iterable[Sequence[Cell]]) -> bytes:
    """The table as a workbook of one sheet: amounts are numbers with two decimals, days are days."""
    # A third of a second to load; no other command should pay for it.
    from openpyxl import Workbook
    from openpyxl.styles import Font
    from openpyxl.utils import get_column_letter

    book = Workbook()
    book.properties.created = book.properties.modified = datetime(1980, 1, 1, tzinfo=UTC).replace(tzinfo=None)
    sheet = book.active
    assert sheet is not None  # noqa: S101 - a new workbook has one
    sheet.title = title[:31]
    sheet.append(list(header))
    for cell in sheet[1]:
        cell.font = Font(bold=True)
    sheet.freeze_panes = "A2"
    widths = [len(name) for name in header]
    for number, row in enumerate(rows, 2):
        for place, value in enumerate(row, 1):
            target = sheet.cell(row=number, column=place, value=_safe(value))
            if isinstance(value, Decimal):
                target.number_format = "#,##0.00"
            elif isinstance(value, date):
                target.number_format = "yyyy-mm-dd"
            widths[place - 1] = max(widths[place - 1], len(_text(value)))
    for place, width in enumerate(widths, 1):
        sheet.column_dimensions[get_column_letter(place)].width = min(60, width + 2)
    out = io.BytesIO()
    book.save(out)
    return _without_clock(out.getvalue())


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


def _safe(value: Cell) -> Cell:
    return guarded(value) if isinstance(value, str) else value


def _text(value: Cell) -> str:
    if value is None:
        return ""
    if isinstance(value, Decimal):
        return f"{value:f}".replace(".", ",")
    return str(_safe(value))


def _without_clock(body: bytes) -> bytes:
    """The same parts in the same order, none of them dated by when it was made."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(body)) as before, zipfile.ZipFile(out, "w") as after:
        for name in before.namelist():
            content = before.read(name)
            if name == "docProps/core.xml":
                # The library writes the moment of saving, whatever it is told.
                start, _, rest = content.partition(b"<dcterms:modified")
                _, closing, end = rest.partition(b"</dcterms:modified>")
                stamp = b' xsi:type="dcterms:W3CDTF">1980-01-01T00:00:00Z'
                content = start + b"<dcterms:modified" + stamp + closing + end
            part = zipfile.ZipInfo(name, _OLDEST)
            part.compress_type = zipfile.ZIP_DEFLATED
            part.external_attr = 0o600 << 16
            after.writestr(part, content)
    return out.getvalue()
