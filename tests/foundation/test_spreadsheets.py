"""Lists as files: no text becomes a formula, and what was written can be read back as it was."""

import csv
import io
import zipfile
from datetime import date, datetime
from decimal import Decimal

from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl import load_workbook

from foundation.money import Money
from foundation.spreadsheets import CellKind, CellValue, Dialect, SheetColumn, csv_of, guarded, xlsx_of

COLUMNS = (
    SheetColumn("Text"),
    SheetColumn("Dag", CellKind.DAY),
    SheetColumn("Belopp", CellKind.AMOUNT),
    SheetColumn("Antal", CellKind.WHOLE),
)
TEXTS = st.one_of(
    st.text(max_size=30),
    st.builds(
        lambda lead, rest: lead + rest, st.sampled_from("=+-@\t\r\n＝＋－＠\x00"), st.text(max_size=20)
    ),
)
ROWS = st.lists(
    st.tuples(
        TEXTS,
        st.none() | st.dates(date(1990, 1, 1), date(2099, 12, 31)),
        st.builds(Money, st.decimals(Decimal("-99999.99"), Decimal("99999.99"), places=2)),
        st.integers(0, 10**6),
    ),
    max_size=8,
)
Rows = list[tuple[str, date | None, Money, int]]
_DANGEROUS = tuple("=+-@\t\r\n＝＋－＠")


@given(ROWS, st.sampled_from(Dialect))
def test_no_text_of_a_csv_begins_as_a_formula_and_every_row_comes_back(rows: Rows, dialect: Dialect) -> None:
    body = b"".join(csv_of(COLUMNS, rows, dialect))
    assert body.startswith(b"\xef\xbb\xbf") is (dialect is Dialect.SWEDISH)
    text = body.decode("utf-8-sig" if dialect is Dialect.SWEDISH else "utf-8")
    read = list(
        csv.reader(io.StringIO(text, newline=""), delimiter=";" if dialect is Dialect.SWEDISH else ",")
    )
    assert read[0] == ["Text", "Dag", "Belopp", "Antal"]
    assert len(read) == len(rows) + 1
    for (given_text, day, money, count), cells in zip(rows, read[1:], strict=True):
        assert not cells[0].startswith(_DANGEROUS)
        assert cells[0].removeprefix("'") == guarded(given_text).removeprefix("'")
        assert cells[1] == (day.isoformat() if day else "")
        assert Decimal(cells[2].replace(",", ".")) == money.amount
        assert cells[3] == str(count)


@settings(max_examples=settings().max_examples // 2)
@given(ROWS)
def test_a_workbook_holds_days_as_days_amounts_as_numbers_and_formulas_as_text(rows: Rows) -> None:
    body = b"".join(xlsx_of("Lista", COLUMNS, rows))
    sheet = load_workbook(io.BytesIO(body)).active
    assert sheet is not None
    read = list(sheet.iter_rows(min_row=2))
    assert len(read) == len(rows)
    for (given_text, day, money, count), cells in zip(rows, read, strict=True):
        assert cells[0].data_type != "f"
        if given_text.startswith("=") and given_text.isprintable():
            assert cells[0].value == given_text
        assert cells[1].value == (datetime(day.year, day.month, day.day) if day else None)  # noqa: DTZ001
        assert Decimal(str(cells[2].value)).quantize(Decimal("0.01")) == money.amount
        assert cells[3].value == count


def test_a_long_list_is_written_in_pieces_as_it_is_read() -> None:
    read = 0

    def rows() -> object:
        nonlocal read
        for number in range(1_000):
            read += 1
            yield (str(number),)

    pieces = csv_of((SheetColumn("Nummer"),), rows(), Dialect.PLAIN)  # type: ignore[arg-type]
    assert next(pieces) == b"Nummer\r\n"
    assert read == 0
    next(pieces)
    assert read == 200
    assert len(list(pieces)) == 4


def test_swedish_excel_and_programs_get_their_own_decimals() -> None:
    row: tuple[CellValue, ...] = ("A;B", date(2026, 3, 1), Money.of("-1234.50"), 2)
    assert b"".join(csv_of(COLUMNS, [row], Dialect.SWEDISH)).endswith(b'"A;B";2026-03-01;-1234,50;2\r\n')
    assert b"".join(csv_of(COLUMNS, [row], Dialect.PLAIN)).endswith(b"A;B,2026-03-01,-1234.50,2\r\n")


def test_the_same_rows_give_the_same_workbook_whenever_it_is_made() -> None:
    row: tuple[CellValue, ...] = ("=HYPERLINK(1)", date(2026, 3, 1), Money.of("-1234.50"), 2)
    body = b"".join(xlsx_of("Lista", COLUMNS, [row]))
    assert b"".join(xlsx_of("Lista", COLUMNS, [row])) == body
    # Nothing in it tells when it was made.
    with zipfile.ZipFile(io.BytesIO(body)) as parts:
        assert {each.date_time for each in parts.infolist()} == {(1980, 1, 1, 0, 0, 0)}
    properties = load_workbook(io.BytesIO(body)).properties
    assert (properties.created, properties.modified) == (datetime(1980, 1, 1), datetime(1980, 1, 1))  # noqa: DTZ001
