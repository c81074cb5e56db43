"""SIE 4 import files (type 4I): vouchers for the buyer's ledger, in code page 437. Pure.

The format is the SIE group's 4B: one record a line, texts in quotation marks, days as YYYYMMDD, amounts with a
point, and for each row the list of its objects: the number of the dimension and the object in it. A file holds one
financial year (#RAR). A character that code page 437 lacks is written as its nearest kin, never left out.
"""

import unicodedata
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from bookkeeping.coding import Dimension
from bookkeeping.vouchers import Voucher, VoucherRow
from foundation.periods import Period
from foundation.product import PRODUCT

SIE_TYPE = "application/x-sie"
SERIES = "R"
_CODE_PAGE = "cp437"


@dataclass(frozen=True, slots=True)
class SieHead:
    """What stands above the vouchers. `chart` is SIE's name of the chart (#KPTYP), empty where it has none."""

    company: str
    organisation_number: str
    made_on: date
    account_name: Callable[[str], str]
    chart: str = ""
    account_letter: Callable[[str], str] = lambda _: ""
    object_names: Mapping[str, Mapping[str, str]] = field(default_factory=dict)


def financial_year(day: date, starts_in: int = 1) -> Period:
    """The financial year of a day, where years begin on the first of that month.

    >>> str(financial_year(date(2026, 3, 31), 7))
    '2025-07-01/2026-06-30'
    """
    first = date(day.year if day.month >= starts_in else day.year - 1, starts_in, 1)
    return Period(first, date.fromordinal(first.replace(year=first.year + 1).toordinal() - 1))


def by_year(vouchers: Sequence[Voucher], starts_in: int = 1) -> Mapping[Period, Sequence[Voucher]]:
    """The vouchers of each financial year, the oldest year first."""
    found: dict[Period, list[Voucher]] = {}
    for each in sorted(vouchers, key=lambda voucher: voucher.booked_on):
        found.setdefault(financial_year(each.booked_on, starts_in), []).append(each)
    return found


def sie_bytes(vouchers: Sequence[Voucher], head: SieHead, year: Period) -> bytes:
    """The file of one year. The same vouchers and day give the same bytes; vouchers must have their numbers."""
    rows = [row for voucher in vouchers for row in voucher.rows]
    number = head.organisation_number
    lines = [
        "#FLAGGA 0",
        "#FORMAT PC8",
        "#SIETYP 4",
        f"#PROGRAM {_quoted(PRODUCT.sv)} 1",
        f"#GEN {_day(head.made_on)}",
        f"#FNAMN {_quoted(head.company)}",
        f"#ORGNR {number[:6]}-{number[6:]}",
        f"#RAR 0 {_day(year.start)} {_day(year.end)}",
        *([f"#KPTYP {head.chart}"] if head.chart else []),
    ]
    for account in sorted({row.account for row in rows}):
        lines.append(f"#KONTO {account} {_quoted(head.account_name(account))}")
        if letter := head.account_letter(account):
            lines.append(f"#KTYP {account} {letter}")
    lines += _dimensions(rows, head.object_names)
    for voucher in vouchers:
        lines += _voucher(voucher)
    return "".join(f"{line}\r\n" for line in lines).encode(_CODE_PAGE)


def _dimensions(rows: Sequence[VoucherRow], names: Mapping[str, Mapping[str, str]]) -> Iterable[str]:
    """The dimensions that are used, and each object in them."""
    for dimension in Dimension:
        used = sorted({row.coding.of(dimension) for row in rows} - {""})
        if used:
            yield f"#DIM {dimension.sie_number} {_quoted(dimension.words.sv)}"
        for code in used:
            name = names.get(dimension.value, {}).get(code, code)
            yield f"#OBJEKT {dimension.sie_number} {_quoted(code)} {_quoted(name)}"


def _voucher(voucher: Voucher) -> Iterable[str]:
    day = _day(voucher.booked_on)
    yield f"#VER {_quoted(SERIES)} {voucher.number} {day} {_quoted(voucher.said)}"
    yield "{"
    for row in voucher.rows:
        yield f"#TRANS {row.account} {_objects(row)} {row.amount:.2f} {day} {_quoted(voucher.said)}"
    yield "}"


def _objects(row: VoucherRow) -> str:
    held = ((each.sie_number, row.coding.of(each)) for each in Dimension)
    return "{" + " ".join(f"{number} {_quoted(code)}" for number, code in held if code) + "}"


def _day(day: date) -> str:
    return day.strftime("%Y%m%d")


def _quoted(text: str) -> str:
    """A text field: control characters gone, quotation marks escaped, characters within the code page."""
    kept = "".join(_kin(each) for each in " ".join(text.split()) if each.isprintable())
    escaped = kept.replace("\\", "/").replace('"', '\\"')
    return f'"{escaped}"'


def _kin(character: str) -> str:
    for each in (character, _DASHES.get(character, ""), unicodedata.normalize("NFD", character)[0]):
        if each:
            try:
                each.encode(_CODE_PAGE)
            except UnicodeEncodeError:
                continue
            return each
    return "?"


_DASHES = {"–": "-", "—": "-", "”": "'", "’": "'", "…": "."}
