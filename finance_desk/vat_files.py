"""The basis for the compensation of VAT as a table of its vouchers for files, and as JSON of its sums."""

from collections.abc import Collection, Iterable

from bookkeeping.vat_compensation.basis import CompensationBasis, standing
from bookkeeping.vat_compensation.vat_queries import VatDocument
from finance_desk.sheets import Sheet
from foundation.formatting import Json
from foundation.money import Money
from foundation.spreadsheets import CellKind, SheetColumn

_COLUMNS = (
    SheetColumn("accounting_date", CellKind.DAY),
    SheetColumn("event_date", CellKind.DAY),
    SheetColumn("voucher"),
    SheetColumn("document", width=44),
    SheetColumn("account"),
    SheetColumn("appropriation"),
    SheetColumn("counterparty"),
    SheetColumn("standing", width=18),
    SheetColumn("vat", CellKind.AMOUNT),
    SheetColumn("currency", width=10),
)


def vat_sheet(documents: Iterable[VatDocument], *, left_out: Collection[str], currency: str) -> Sheet:
    """Each voucher of the month that has VAT, with whether it is requisitioned."""
    rows = (
        (
            each.booked_on,
            each.event_on,
            each.voucher,
            each.text,
            each.account,
            each.appropriation,
            each.counterparty,
            standing(each.account, is_refused=each.is_refused, left_out=left_out).value,
            Money(each.amount, currency),
            currency,
        )
        for each in documents
    )
    return Sheet("Moms att rekvirera", _COLUMNS, rows)


def basis_json(basis: CompensationBasis) -> Json:
    """The sums, what is left out, and whether it is final; amounts as text."""
    return {
        "month": str(basis.month),
        "final": basis.is_final,
        "amount": str(basis.amount.amount),
        "invoiced": str(basis.invoiced.amount),
        "credited": str(basis.credited.amount),
        "booked": str(basis.booked.amount),
        "unexplained": str(basis.unexplained.amount),
        "least": str(basis.least.amount),
        "awaiting": basis.awaiting,
        "currency": basis.booked.currency,
        "rows": [
            {
                "appropriation": row.appropriation,
                "counterparty": row.counterparty,
                "vouchers": row.count,
                "invoiced": str(row.invoiced.amount),
                "credited": str(row.credited.amount),
                "amount": str(row.amount.amount),
            }
            for row in basis.rows
        ],
        "left_out": [
            {
                "why": each.why.value,
                "account": each.account,
                "reason": each.reason,
                "documents": each.count,
                "amount": str(each.amount.amount),
            }
            for each in basis.left_out
        ],
    }
