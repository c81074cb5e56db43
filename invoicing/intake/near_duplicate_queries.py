"""Which documents of our books have the same supplier, order, day and amount, and which order lines they are for."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from sqlalchemy import bindparam, select

from foundation.sql import Session, among
from invoicing.documents import store as document_store
from invoicing.documents import tables as document_tables
from invoicing.model import DocumentType, InvoiceContent, SupplierInvoice

_invoice, _part = document_tables.invoice, document_tables.invoice_part
# Prepared once: building a statement costs more than running it.
_ALIKE = (
    select(_invoice.c.id, _invoice.c.number, _invoice.c.letter_id)
    .where(
        _invoice.c.supplier == bindparam("supplier"),
        _invoice.c.order_number == bindparam("order_number"),
        _invoice.c.document_type == bindparam("document_type"),
        _invoice.c.issued_on == bindparam("issued_on"),
        _invoice.c.amount_payable == bindparam("amount_payable"),
        _invoice.c.id < bindparam("before"),
    )
    .order_by(_invoice.c.id)
)
_ON_ORDERS = select(
    *(
        _invoice.c[name]
        for name in ("id", "number", "letter_id", "supplier", "order_number", "document_type")
    ),
    *(_invoice.c[name] for name in ("issued_on", "amount_payable")),
).order_by(_invoice.c.id)
_LINES = select(_part.c.invoice_id, _part.c.order_number, _part.c.line_id)


@dataclass(frozen=True, slots=True)
class Alike:
    """An earlier document that looks like another, and the message it came in."""

    id: int
    number: str
    letter_id: int


def alike(session: Session, invoice: SupplierInvoice) -> Sequence[Alike]:
    """The earlier documents that agree with this one in all but number, oldest first."""
    given = {
        "supplier": invoice.supplier,
        "order_number": invoice.order_number,
        "document_type": invoice.document_type,
        "issued_on": invoice.issued_on,
        "amount_payable": invoice.amount_payable.amount,
        "before": invoice.id,
    }
    return [Alike(row.id, row.number, row.letter_id) for row in session.execute(_ALIKE, given)]


Likeness = tuple[str, str, DocumentType, date, Decimal]
"""What near copies have in common: supplier, order, type, day and amount."""


def likeness(document: InvoiceContent) -> Likeness:
    """What a document that has not been kept yet may have in common with others."""
    supplier = document_store.supplier_key(document)
    amount = document.amount_payable.amount
    return supplier, document.order_number, document.document_type, document.issued_on, amount


def alike_on_orders(session: Session, order_numbers: Collection[str]) -> dict[Likeness, list[Alike]]:
    """The documents kept by these orders, oldest first, by what they have in common."""
    found: dict[Likeness, list[Alike]] = {}
    for row in session.execute(_ON_ORDERS.where(among(session, _invoice.c.order_number, order_numbers))):
        kind = DocumentType(row.document_type)
        its = (row.supplier, row.order_number, kind, row.issued_on, row.amount_payable)
        found.setdefault(its, []).append(Alike(row.id, row.number, row.letter_id))
    return found


def lines_of(session: Session, ids: Sequence[int]) -> dict[int, set[tuple[str, str]]]:
    """The order lines each document is for, order and line; one that is for none is left out."""
    lines: dict[int, set[tuple[str, str]]] = {}
    for row in session.execute(_LINES.where(_part.c.invoice_id.in_(ids))):
        lines.setdefault(row.invoice_id, set()).add((row.order_number, row.line_id))
    return lines
