"""What the order line of a document had before."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select

from foundation.money import Money
from foundation.sql import Session
from invoicing.documents import tables as document_tables
from invoicing.model import InvoiceState


@dataclass(frozen=True, slots=True)
class Earlier:
    """Another invoice of the same order line."""

    id: int
    number: str
    issued_on: date
    amount: Money
    state: InvoiceState


def earlier_on_line(session: Session, invoice_id: int, order_number: str, line_id: str) -> Sequence[Earlier]:
    """The other documents of an order line, oldest first; none where no line is named."""
    content, part = document_tables.invoice, document_tables.invoice_part
    if not line_id:
        return []
    question = (
        select(content)
        .join(part, part.c.invoice_id == content.c.id)
        .where(
            part.c.order_number == order_number,
            part.c.line_id == line_id,
            content.c.id != invoice_id,
        )
        .order_by(content.c.id)
    )
    return [
        Earlier(
            id=row.id,
            number=row.number,
            issued_on=row.issued_on,
            amount=Money(row.amount_payable, row.currency),
            state=InvoiceState(row.state),
        )
        for row in session.execute(question)
    ]
