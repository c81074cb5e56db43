"""Credit notes for a part of an invoice, as the database holds them: rows that are only ever added.

What they come to stands on the invoice and on its parts too, so that what is left is known without adding up.
"""

from collections import defaultdict
from collections.abc import Sequence
from typing import Any

from sqlalchemy import Row, bindparam, insert, select, update

from foundation.errors import Refused
from foundation.money import Money
from foundation.sql import Session, rows_changed
from foundation.text import Text
from invoicing.documents import tables as document_tables
from invoicing.model import CreditedLine, PartialCredit

_INVOICE, _PART = document_tables.invoice, document_tables.invoice_part
_CREDIT, _LINE = document_tables.partial_credit, document_tables.partial_credit_line


class CreditedMeanwhile(Refused):
    """Another credit note took the same part of the invoice first."""

    def __init__(self) -> None:
        super().__init__(Text("En annan kreditfaktura kom emellan. Försök igen."))


def add(session: Session, credit: PartialCredit) -> None:
    """Note what a credit note takes back of an invoice. Raises CreditedMeanwhile where less than that is left."""
    session.execute(
        insert(_CREDIT),
        {
            "credit_id": credit.credit_id,
            "invoice_id": credit.invoice_id,
            "amount_net": credit.amount_net.amount,
            "amount_vat": credit.amount_vat.amount,
            "amount_payable": credit.amount_payable.amount,
            "settled_on": credit.settled_on,
        },
    )
    session.execute(
        insert(_LINE),
        [
            {
                "credit_id": credit.credit_id,
                "position": position,
                "invoice_line": line.invoice_line,
                "order_number": line.order_number,
                "line_id": line.line_id,
                "quantity": line.quantity,
                "amount_net": line.amount.amount,
            }
            for position, line in enumerate(credit.lines, 1)
        ],
    )
    net, paid = credit.amount_net.amount, credit.amount_payable.amount
    more = (
        update(_INVOICE)
        .where(
            _INVOICE.c.id == credit.invoice_id,
            _INVOICE.c.credited_net + net < _INVOICE.c.amount_net,
            _INVOICE.c.credited_payable + paid <= _INVOICE.c.amount_payable,
        )
        .values(
            credited_net=_INVOICE.c.credited_net + net, credited_payable=_INVOICE.c.credited_payable + paid
        )
    )
    if rows_changed(session, more) != 1:
        raise CreditedMeanwhile
    for line in credit.lines:
        _take_off_part(session, credit.invoice_id, line)


def _take_off_part(session: Session, invoice_id: int, line: CreditedLine) -> None:
    """Note it on the part of the invoice it belongs to; on the rest, where its line is none of ours."""
    on_line = (_PART.c.order_number == line.order_number) & (_PART.c.line_id == line.line_id)
    for where in (on_line, _PART.c.order_number == ""):
        of_part = (
            update(_PART)
            .where(
                _PART.c.invoice_id == invoice_id,
                where,
                _PART.c.credited_net + line.amount.amount <= _PART.c.amount_net,
            )
            .values(credited_net=_PART.c.credited_net + line.amount.amount)
        )
        if rows_changed(session, of_part) == 1:
            return
    raise CreditedMeanwhile


def is_for_a_part(session: Session, credit_id: int) -> bool:
    """Whether a settled credit note was for a part of its invoice."""
    question = select(_CREDIT.c.credit_id).where(_CREDIT.c.credit_id == credit_id)
    return session.execute(question).one_or_none() is not None


def of_invoice(session: Session, invoice_id: int) -> Sequence[PartialCredit]:
    """The credit notes for parts of an invoice, oldest first."""
    rows = session.execute(_OF_INVOICE, {"invoice": invoice_id}).all()
    if not rows:
        return ()
    ids = [row.credit_id for row in rows]
    lines: dict[int, list[CreditedLine]] = defaultdict(list)
    question = select(_LINE).where(_LINE.c.credit_id.in_(ids)).order_by(_LINE.c.credit_id, _LINE.c.position)
    currency = rows[0].currency
    for row in session.execute(question):
        lines[row.credit_id].append(_line(row, currency))
    return [_held(row, tuple(lines[row.credit_id])) for row in rows]


def about(session: Session, document_id: int) -> Sequence[PartialCredit]:
    """The credit notes for parts of this invoice, or what this credit note takes back of an invoice; oldest first."""
    invoice = select(_CREDIT.c.invoice_id).where(_CREDIT.c.credit_id == document_id)
    credited = session.scalar(invoice)
    if credited is None:
        return of_invoice(session, document_id)
    return [each for each in of_invoice(session, credited) if each.credit_id == document_id]


def _line(row: Row[Any], currency: str) -> CreditedLine:
    return CreditedLine(
        row.invoice_line, row.order_number, row.line_id, row.quantity, Money(row.amount_net, currency)
    )


def _held(row: Row[Any], lines: tuple[CreditedLine, ...]) -> PartialCredit:
    return PartialCredit(
        credit_id=row.credit_id,
        invoice_id=row.invoice_id,
        amount_net=Money(row.amount_net, row.currency),
        amount_vat=Money(row.amount_vat, row.currency),
        amount_payable=Money(row.amount_payable, row.currency),
        settled_on=row.settled_on,
        lines=lines,
    )


_OF_INVOICE = (
    select(_CREDIT, _INVOICE.c.currency)
    .join(_INVOICE, _INVOICE.c.id == _CREDIT.c.credit_id)
    .where(_CREDIT.c.invoice_id == bindparam("invoice"))
    .order_by(_CREDIT.c.credit_id)
)
