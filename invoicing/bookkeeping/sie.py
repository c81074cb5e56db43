"""SIE 4 import files (type 4I): vouchers for the buyer's ledger, in code page 437. Pure.

The format is the SIE group's 4B: one record a line, texts in quotation marks, days as YYYYMMDD, amounts with a
point. A message that code page 437 lacks is written as its nearest kin, never left out of the voucher.
"""

import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from datetime import date

from foundation.product import PRODUCT
from invoicing.bookkeeping.vouchers import Voucher

SIE_TYPE = "application/x-sie"
SERIES = "R"
_CODE_PAGE = "cp437"


def sie_bytes(
    vouchers: Sequence[Voucher],
    *,
    company: str,
    organisation_number: str,
    made_on: date,
    account_names: Mapping[str, str],
) -> bytes:
    """The file. The same vouchers and day give the same bytes; vouchers must have their numbers."""
    used = sorted({row.account for voucher in vouchers for row in voucher.rows})
    lines = [
        "#FLAGGA 0",
        "#FORMAT PC8",
        "#SIETYP 4",
        f"#PROGRAM {_quoted(PRODUCT.sv)} 1",
        f"#GEN {_day(made_on)}",
        f"#FNAMN {_quoted(company)}",
        f"#ORGNR {organisation_number[:6]}-{organisation_number[6:]}",
        "#KPTYP BAS95",
        *(f"#KONTO {account} {_quoted(account_names.get(account, account))}" for account in used),
    ]
    for voucher in vouchers:
        lines += _voucher(voucher)
    return "".join(f"{line}\r\n" for line in lines).encode(_CODE_PAGE)


def _voucher(voucher: Voucher) -> Iterable[str]:
    day = _day(voucher.booked_on)
    yield f"#VER {_quoted(SERIES)} {voucher.number} {day} {_quoted(voucher.said)}"
    yield "{"
    for row in voucher.rows:
        yield f"#TRANS {row.account} {{}} {row.amount:.2f} {day} {_quoted(voucher.said)}"
    yield "}"


def _day(day: date) -> str:
    return day.strftime("%Y%m%d")


def _quoted(text: str) -> str:
    """A text field: control characters gone, quotation marks escaped, messages within the code page."""
    kept = "".join(_kin(each) for each in " ".join(text.split()) if each.isprintable())
    escaped = kept.replace("\\", "/").replace('"', '\\"')
    return f'"{escaped}"'


def _kin(message: str) -> str:
    for each in (message, _DASHES.get(message, ""), unicodedata.normalize("NFD", message)[0]):
        if each:
            try:
                each.encode(_CODE_PAGE)
            except UnicodeEncodeError:
                continue
            return each
    return "?"


_DASHES = {"–": "-", "—": "-", "”": "'", "’": "'", "…": "."}
