"""Vouchers as CSV for ledgers that do not read SIE: a layout as a file, a column chosen for each dimension. Pure."""

import csv
import io
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import cache
from importlib.resources import files
from typing import Final

from bookkeeping.vouchers import Voucher, VoucherRow
from foundation.spreadsheets import guarded

NAMES: Final = ("unit4", "raindance")
SERIES: Final = "R"


@dataclass(frozen=True, slots=True)
class Layout:
    """How a ledger wants its file. A column is its name and which field of a row it holds."""

    key: str
    separator: str
    decimal: str
    day: str
    encoding: str
    columns: Sequence[tuple[str, str]]

    def renamed(self, names: Mapping[str, str]) -> "Layout":
        """The same with other names for the columns of these fields; a field with no name is left out."""
        renamed = ((names.get(held, name), held) for name, held in self.columns)
        return replace(self, columns=tuple((name, held) for name, held in renamed if name))


@cache
def layout(key: str) -> Layout:
    """The layout of that name, one of `NAMES`.

    >>> layout("unit4").renamed({"cost_centre": "dim_3", "appropriation": ""}).columns[5:7]
    (('dim_3', 'cost_centre'), ('dim_2', 'activity'))
    """
    read = tomllib.loads((files("bookkeeping.layouts") / f"{key}.toml").read_text(encoding="utf-8"))
    columns = tuple((name, held) for name, held in read.pop("columns"))
    return Layout(key=key, columns=columns, **read)


def csv_of(vouchers: Sequence[Voucher], wanted: Layout, *, currency: str) -> bytes:
    """The file: one line a row, the columns' names first."""
    text = io.StringIO(newline="")
    lines = csv.writer(text, delimiter=wanted.separator, lineterminator="\r\n")
    lines.writerow([name for name, _ in wanted.columns])
    for voucher in vouchers:
        for row in voucher.rows:
            fields = _fields(voucher, row, wanted, currency)
            lines.writerow([fields[held] for _, held in wanted.columns])
    return text.getvalue().encode(wanted.encoding, errors="replace")


def _fields(voucher: Voucher, row: VoucherRow, wanted: Layout, currency: str) -> dict[str, str]:
    def amount(value: Decimal) -> str:
        return f"{value:.2f}".replace(".", wanted.decimal)

    return {
        "series": SERIES,
        "number": voucher.number,
        "accounting_date": voucher.booked_on.strftime(wanted.day),
        "event_date": (voucher.event_on or voucher.booked_on).strftime(wanted.day),
        "period": f"{voucher.booked_on:%Y%m}",
        "account": row.account,
        "cost_centre": guarded(row.cost_centre),
        "activity": guarded(row.activity),
        "appropriation": guarded(row.appropriation),
        "counterparty": guarded(row.counterparty),
        "currency": currency,
        "amount": amount(row.amount),
        "debit": amount(row.amount) if row.amount > 0 else "",
        "credit": amount(-row.amount) if row.amount < 0 else "",
        "text": guarded(voucher.said),
    }
