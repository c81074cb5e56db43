"""Which invoices are judged again: a person's choice, those since a day, and those whose order has come."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import or_, select

from foundation.money import Money
from foundation.sql import Session
from invoicing.documents import store as document_store
from invoicing.documents import tables as document_tables
from invoicing.matching import cures
from invoicing.matching.cures import Cure
from invoicing.model import DocumentType, InvoiceState
from orders import tables as order_tables


@dataclass(frozen=True, slots=True)
class JudgedInvoice:
    """An invoice that has been judged, and the codes of what deviated."""

    id: int
    number: str
    supplier: str
    received_on: date
    amount: Money
    codes: tuple[str, ...]
    state: InvoiceState


def received_since(session: Session, since: date, *, limit: int) -> Sequence[JudgedInvoice]:
    """The invoices that came since a day, newest first."""
    table = document_tables.invoice
    question = (
        select(
            table.c.id,
            table.c.number,
            table.c.supplier,
            table.c.received_on,
            table.c.amount_payable,
            table.c.currency,
            table.c.codes,
            table.c.state,
        )
        .where(table.c.document_type == DocumentType.INVOICE, table.c.received_on >= since)
        .order_by(table.c.received_on.desc(), table.c.id.desc())
        .limit(limit)
    )
    return [
        JudgedInvoice(
            id=row.id,
            number=row.number,
            supplier=row.supplier,
            received_on=row.received_on,
            amount=Money(row.amount_payable, row.currency),
            codes=tuple(row.codes.split()),
            state=InvoiceState(row.state),
        )
        for row in session.execute(question)
    ]


def known(session: Session, ids: Sequence[int]) -> Sequence[int]:
    """Those of the ids that are invoices of ours, the oldest first."""
    invoice = document_tables.invoice
    question = select(invoice.c.id).where(
        invoice.c.id.in_(ids), invoice.c.document_type == DocumentType.INVOICE
    )
    return sorted(session.scalars(question))


def whose_order_has_come(session: Session) -> Sequence[int]:
    """The invoices in question for an order that we did not have and now have, by arrival.

    What they lacked stands in their newest judgement: one that is in question for another of its orders is not among
    them. The question costs as much as there are invoices in question.
    """
    invoice, also, order = (
        document_tables.invoice,
        document_tables.invoice_order,
        order_tables.purchase_order,
    )
    lacking = (
        invoice.c.state == InvoiceState.IN_QUESTION,
        invoice.c.document_type == DocumentType.INVOICE,
        or_(*(invoice.c.codes.contains(code.value) for code in sorted(cures.codes_cured_by(Cure.ORDER)))),
    )
    own = select(invoice.c.id, order.c.number).join(order, order.c.number == invoice.c.order_number)
    others = (
        select(invoice.c.id, order.c.number)
        .join(also, also.c.invoice_id == invoice.c.id)
        .join(order, order.c.number == also.c.order_number)
    )
    come: dict[int, set[str]] = {}
    for row in session.execute(own.where(*lacking).union(others.where(*lacking))):
        come.setdefault(row.id, set()).add(row.number)
    judged = document_store.latest_matches(session, come) if come else {}
    curable = cures.codes_cured_by(Cure.ORDER)
    return sorted(
        each
        for each, match in judged.items()
        if any(one.code in curable and one.found in come[each] for one in match.deviations)
    )
