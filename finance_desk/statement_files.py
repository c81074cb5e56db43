"""The statement as files: CSV and JSON for programs, XLSX for those who reconcile in a spreadsheet.

One order of columns everywhere: the keys it is drawn up by, eight sums, what lies between them, the currency.
"""

from decimal import Decimal

from foundation.formatting import Json
from foundation.money import Money
from foundation.spreadsheets import CellKind, Dialect, SheetColumn, csv_of, xlsx_of
from foundation.text import Text
from invoicing.reconciliation.statement import Statement, StatementRow

AMOUNTS = (
    ("ordered", Text("Beställt")),
    ("cancelled", Text("Återkallat")),
    ("closed_unused", Text("Oanvänt")),
    ("committed", Text("Återstår")),
    ("received", Text("Levererat")),
    ("invoiced", Text("Fakturerat")),
    ("credited", Text("Krediterat")),
    ("approved", Text("Godkänt")),
    ("paid", Text("Betalt")),
    ("not_approved", Text("Levererat, inte godkänt")),
    ("in_question", Text("I fråga")),
    ("to_pay", Text("Att betala")),
    ("open", Text("Öppet")),
)
"""In this order; where the screen is narrow three stand above each other."""


def amounts_of(row: StatementRow) -> list[Money]:
    """The row's amounts in the order of AMOUNTS."""
    return [getattr(row, name) for name, _ in AMOUNTS]


def statement_csv(statement: Statement) -> str:
    """The statement as CSV: its keys, every column, and the currency."""
    return b"".join(csv_of(_columns(statement), _rows(statement), Dialect.PLAIN)).decode()


def statement_xlsx(statement: Statement) -> bytes:
    """The same as a workbook."""
    return b"".join(xlsx_of("Avstämning", _columns(statement), _rows(statement)))


def statement_json(statement: Statement) -> Json:
    """The same as JSON: keys, rows and the total; amounts as text."""
    return {
        "keys": [key.value for key in statement.keys],
        "rows": [
            {**dict(zip((key.value for key in statement.keys), row.key, strict=True)), **_row_json(row)}
            for row in statement.rows
        ],
        "total": _row_json(statement.total),
    }


def _columns(statement: Statement) -> list[SheetColumn]:
    keys = [SheetColumn(key.value, width=22) for key in statement.keys]
    return [
        *keys,
        *(SheetColumn(name, CellKind.AMOUNT) for name, _ in AMOUNTS),
        SheetColumn("currency", width=10),
    ]


def _rows(statement: Statement) -> list[list[str | Decimal]]:
    return [
        [*row.key, *(money.amount for money in amounts_of(row)), row.ordered.currency]
        for row in statement.rows
    ]


def _row_json(row: StatementRow) -> dict[str, Json]:
    amounts: dict[str, Json] = {
        name: str(money.amount) for (name, _), money in zip(AMOUNTS, amounts_of(row), strict=True)
    }
    return {**amounts, "currency": row.ordered.currency, "settled": row.settled}
