"""What is booked of an invoice already: its rows as they were coded, and by which version of the rules."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Row, Select, String, cast, select

from bookkeeping import tables
from bookkeeping.vouchers import Voucher, VoucherKind, VoucherRow
from foundation.sql import Session
from invoicing.documents import tables as document_tables

_VOUCHER, _ROW = tables.voucher, tables.voucher_row
_AT_A_TIME = 500
_OF_INVOICE = (VoucherKind.ARRIVAL, VoucherKind.INVOICE)


@dataclass(slots=True)
class BookedInvoice:
    """What is booked of an invoice: its rows, and by which version of the rules each kind of voucher was coded."""

    rows: list[VoucherRow] = field(default_factory=list)
    kinds: dict[VoucherKind, int | None] = field(default_factory=dict)

    def add(self, voucher: Voucher) -> None:
        """Count a voucher about the invoice in."""
        self.kinds[voucher.kind] = voucher.rules
        self.rows += voucher.rows

    @property
    def debt_rules(self) -> int | None:
        """The version that coded the debt: that of the arrival, where it was booked."""
        return self.kinds.get(VoucherKind.ARRIVAL, self.kinds.get(VoucherKind.INVOICE))

    @property
    def cost_rules(self) -> int | None:
        """The version that coded the cost."""
        return self.kinds.get(VoucherKind.INVOICE)


def booked(session: Session, invoices: Sequence[int]) -> dict[int, BookedInvoice]:
    """What is booked of each of these invoices; those that nothing is booked of are left out."""
    found: dict[int, BookedInvoice] = {}
    for start in range(0, len(invoices), _AT_A_TIME):
        for row in _rows(session, invoices[start : start + _AT_A_TIME]):
            of_invoice = found.setdefault(row.invoice_id, BookedInvoice())
            of_invoice.kinds[VoucherKind(row.kind)] = row.rules
            of_invoice.rows.append(row_of(row))
    return found


def row_of(row: Row[Any]) -> VoucherRow:
    """A row of a voucher as the database holds it."""
    return VoucherRow(
        row.account, row.amount, row.cost_centre, row.activity, row.appropriation, row.counterparty
    )


def _rows(session: Session, invoices: Sequence[int]) -> Iterator[Row[Any]]:
    invoice, part = document_tables.invoice, document_tables.partial_credit
    whole = select(invoice.c.id.label("invoice_id"), _VOUCHER.c.kind, _VOUCHER.c.rules, _ROW).join(
        _VOUCHER, _VOUCHER.c.about == cast(invoice.c.id, String)
    )
    yield from _of(session, whole.where(invoice.c.id.in_(invoices), _VOUCHER.c.kind.in_(_OF_INVOICE)))
    parts = select(part.c.invoice_id, _VOUCHER.c.kind, _VOUCHER.c.rules, _ROW).join(
        _VOUCHER, _VOUCHER.c.about == cast(part.c.credit_id, String)
    )
    in_part = _VOUCHER.c.kind == VoucherKind.PARTIAL_CREDIT
    yield from _of(session, parts.where(part.c.invoice_id.in_(invoices), in_part))


def _of(session: Session, question: Select[Any]) -> Iterator[Row[Any]]:
    rows = question.join(_ROW, _ROW.c.voucher == _VOUCHER.c.number)
    yield from session.execute(rows.order_by(_ROW.c.voucher, _ROW.c.position))
