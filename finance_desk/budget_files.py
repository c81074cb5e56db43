"""Commitments and the forecast as tables for files and as JSON: the same columns in the same order everywhere."""

from collections.abc import Sequence

from bookkeeping.budget.budget_keys import BudgetKey
from bookkeeping.budget.commitments import CommitmentRow, Commitments
from bookkeeping.budget.forecast import Forecast, ForecastRow
from finance_desk.sheets import Sheet
from foundation.formatting import Json
from foundation.spreadsheets import CellKind, CellValue, SheetColumn
from foundation.text import Text

COMMITTED = (
    ("ordered", Text("Beställt")),
    ("cancelled", Text("Kommer inte")),
    ("invoiced", Text("Fakturerat och godkänt")),
    ("received_not_invoiced", Text("Levererat, inte godkänt")),
    ("outstanding", Text("Utestående")),
    ("outstanding_later", Text("Varav efter årets slut")),
)
"""The amounts of a commitment; all but the last are what was ordered and its four parts."""

FORESEEN = (
    ("received", Text("Utfall hittills")),
    ("days", Text("Beställda dagar")),
    ("planned", Text("Planerade resultat")),
    ("next_stage", Text("Följande resultat")),
    ("amount", Text("Summa")),
)
"""The amounts of a forecast; the last is the sum of the others."""


def commitment_sheet(drawn: Commitments) -> Sheet:
    """Each row with its keys and amounts."""
    rows = ((*row.key, *_amounts(row, COMMITTED), row.ordered.currency) for row in drawn.rows)
    return Sheet("Åtaganden", _columns(drawn.keys, COMMITTED), rows)


def forecast_sheet(drawn: Forecast) -> Sheet:
    """Each month of each row."""
    rows = ((*row.key, str(row.month), *_amounts(row, FORESEEN), row.amount.currency) for row in drawn.cells)
    return Sheet("Prognos", _columns(drawn.keys, FORESEEN, "month"), rows)


def commitments_json(drawn: Commitments) -> Json:
    """Keys, rows and the total; amounts as text."""
    return {
        "keys": [key.value for key in drawn.keys],
        "rows": [{**_keys(drawn.keys, row.key), **_told(row, COMMITTED)} for row in drawn.rows],
        "total": _told(drawn.total, COMMITTED),
        "currency": drawn.total.ordered.currency,
    }


def forecast_json(drawn: Forecast) -> Json:
    """The assumptions, every month, every row's months, and the total; amounts as text."""
    return {
        "keys": [key.value for key in drawn.keys],
        "assumptions": {
            "delivered": drawn.rules.delivered,
            "planned": drawn.rules.planned,
            "next_stage": drawn.rules.next_stage,
        },
        "months": [{"month": str(row.month), **_told(row, FORESEEN)} for row in drawn.months],
        "rows": [
            {**_keys(drawn.keys, row.key), "month": str(row.month), **_told(row, FORESEEN)}
            for row in drawn.cells
        ],
        "total": _told(drawn.total, FORESEEN),
        "overdue": str(drawn.overdue.amount),
        "unpriced": drawn.unpriced,
        "currency": drawn.total.amount.currency,
    }


def _columns(keys: Sequence[BudgetKey], amounts: Sequence[tuple[str, Text]], *more: str) -> list[SheetColumn]:
    return [
        *(SheetColumn(key.value, width=22) for key in keys),
        *(SheetColumn(name) for name in more),
        *(SheetColumn(name, CellKind.AMOUNT) for name, _ in amounts),
        SheetColumn("currency", width=10),
    ]


def _amounts(row: CommitmentRow | ForecastRow, amounts: Sequence[tuple[str, Text]]) -> list[CellValue]:
    return [getattr(row, name) for name, _ in amounts]


def _told(row: CommitmentRow | ForecastRow, amounts: Sequence[tuple[str, Text]]) -> dict[str, Json]:
    return {name: str(getattr(row, name).amount) for name, _ in amounts}


def _keys(keys: Sequence[BudgetKey], values: Sequence[str]) -> dict[str, Json]:
    return {key.value: value for key, value in zip(keys, values, strict=True)}
