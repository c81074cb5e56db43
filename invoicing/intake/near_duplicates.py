"""A second invoice that looks like the first: a note for people, never a refusal.

The same number with other content is a conflict and never comes so far. What is noted here is
another number with the same supplier, amount, day and order. The order is part of it: a supplier
with a hundred participants sends a hundred invoices of the same amount on the same day, and a
warning that is always there is read by nobody. Two months of one order are two lines, and no copies.
"""

from sqlalchemy import bindparam, select

from foundation.sql import Session, moment_of
from invoicing.documents import tables as document_tables
from invoicing.model import SupplierInvoice
from peppol.exchange import inbox

NEAR_DUPLICATE = "NEAR_DUPLICATE"

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
_LINES = select(_part.c.invoice_id, _part.c.order_number, _part.c.line_id)


def note(session: Session, letter_id: int, invoice: SupplierInvoice) -> list[str]:
    """Lay a note on the message about the documents it may be a copy of; their numbers, oldest first."""
    given = {
        "supplier": invoice.supplier,
        "order_number": invoice.order_number,
        "document_type": invoice.document_type,
        "issued_on": invoice.issued_on,
        "amount_payable": invoice.amount_payable.amount,
        "before": invoice.id,
    }
    alike = session.execute(_ALIKE, given).all()
    if not alike:
        return []
    lines: dict[int, set[tuple[str, str]]] = {}
    of_these = _LINES.where(_part.c.invoice_id.in_([invoice.id, *(row.id for row in alike)]))
    for invoice_id, order_number, line_id in session.execute(of_these):
        lines.setdefault(invoice_id, set()).add((order_number, line_id))
    own = lines.get(invoice.id, set())
    alike = [row for row in alike if not own or row.id not in lines or own & lines[row.id]]
    moment = moment_of(session)
    if not alike or moment is None:
        return []
    numbers = [str(row.number) for row in alike]
    inbox.note(
        session,
        letter_id,
        NEAR_DUPLICATE,
        other=alike[-1].letter_id,
        at=moment,
        sv=f"{invoice.number} liknar {', '.join(numbers)}: samma leverantör, order, dag och belopp.",
        en=f"{invoice.number} resembles {', '.join(numbers)}: the same supplier, order, day and amount.",
    )
    return numbers
