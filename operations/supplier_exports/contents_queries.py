"""What the books hold of one supplier besides its orders and documents: receipts, reports, and rows of the journal.

Convention: rows as they are kept, as plain values by name. Who at the buyer did something is not told, and neither is
why the buyer's people wrote what they wrote; what a row of the journal is about must be the supplier's own.
"""

from collections.abc import Iterator, Mapping, Set
from typing import Any, Final

from sqlalchemy import Select, select

from foundation import journal
from foundation import tables as foundation_tables
from foundation.sql import Session
from invoicing.documents import tables as document_tables
from invoicing.journal_actions import InvoicingSubject, SupplierAction
from invoicing.portal_invoicing.scope import Scope
from operations.event_feed.telling import TOLD
from orders import tables as order_tables
from orders.journal_actions import OrdersSubject

Told = Mapping[str, object]

_AT_ONCE: Final = 500
_ACTIONS: Final = frozenset({*(each.value for each in TOLD), *(each.value for each in SupplierAction)})
"""What is told of a case to others, and what the supplier does itself; how the buyer works is its own."""


def order_numbers(session: Session, scope: Scope) -> list[str]:
    """The numbers of all orders of the supplier."""
    order = order_tables.purchase_order
    return list(session.scalars(select(order.c.number).where(scope.of_orders()).order_by(order.c.number)))


def document_ids(session: Session, scope: Scope) -> list[int]:
    """The numbers in the books of all its invoices and credit notes."""
    invoice = document_tables.invoice
    return list(session.scalars(select(invoice.c.id).where(scope.of_invoices()).order_by(invoice.c.id)))


def receipts(session: Session, scope: Scope) -> Iterator[Told]:
    """Every receipt on its orders, and every one taken back."""
    receipt, order = order_tables.receipt, order_tables.purchase_order
    question = (
        select(receipt, order.c.currency)
        .join(order, order.c.number == receipt.c.order_number)
        .where(scope.of_orders())
        .order_by(receipt.c.id)
    )
    for row in _read(session, question):
        yield {
            "id": row.id,
            "order": row.order_number,
            "line": row.line_id,
            "execution_reference": row.execution_reference,
            "month": row.month,
            "quantity": f"{row.quantity:f}",
            "amount": f"{row.amount:.2f}",
            "currency": row.currency,
            "first": row.starts_on,
            "last": row.ends_on,
            "received_on": row.received_on,
            "reverses": row.reverses,
        }


def reports(session: Session, scope: Scope, *, own: Set[str]) -> Iterator[Told]:
    """Every version of every report, in coded form; `own` are its people and its programs."""
    report, placement = order_tables.periodic_report, order_tables.placement
    question = (
        select(report)
        .join(placement, placement.c.execution_reference == report.c.execution_reference)
        .where(scope.of_placements())
        .order_by(report.c.execution_reference, report.c.month, report.c.version)
    )
    for row in _read(session, question):
        yield {
            "execution_reference": row.execution_reference,
            "month": row.month,
            "version": row.version,
            "state": row.state,
            "filed_on": row.filed_on,
            "filed_by": _by(row.filed_by, own),
            "decided_on": row.decided_on,
            "activities": row.activities.split(),
            "reason": row.reason,
        }


def journal_rows(
    session: Session, scope: Scope, *, orders: Set[str], documents: Set[str], own: Set[str]
) -> Iterator[Told]:
    """The journal's rows about its cases, its orders and its documents; `own` are its people and its programs."""
    row_of, placement = foundation_tables.journal, order_tables.placement
    references = select(placement.c.execution_reference).where(scope.of_placements())
    question = (
        select(row_of)
        .where(row_of.c.execution_reference.in_(references), row_of.c.action.in_(_ACTIONS))
        .order_by(row_of.c.sequence)
    )
    for row in _read(session, question):
        if not _is_own(row.subject, orders, documents):
            continue
        yield {
            "sequence": row.sequence,
            "at": row.at,
            "action": row.action,
            "subject": row.subject,
            "execution_reference": row.execution_reference,
            "by": _by(row.actor, own),
            "hash": row.hash,
        }


def _by(actor: str, own: Set[str]) -> str:
    """Who did it, as the supplier is told."""
    if actor in own:
        return actor
    return "system" if actor == journal.SYSTEM else "buyer"


def _is_own(subject: str, orders: Set[str], documents: Set[str]) -> bool:
    """Whether what a row is about is the supplier's; a case, and what hangs on it alone, is by its reference."""
    kind, _, key = subject.partition(" ")
    if kind in (InvoicingSubject.INVOICE.value, InvoicingSubject.CREDIT_NOTE.value):
        return key in documents
    if kind == OrdersSubject.ORDER.value:
        return key.removeprefix("line ").partition("/")[0].strip() in orders
    return True


def _read(session: Session, question: Select[Any]) -> Iterator[Any]:
    for part in session.execute(question.execution_options(yield_per=_AT_ONCE)).partitions():
        yield from part
