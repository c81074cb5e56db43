"""What of a supplier something was told about since: what it takes to read its orders and documents and miss nothing.

Convention: the feed numbers an event once it is committed (decision 122), so whoever has read up to a number has missed
nothing before it, whatever was being written meanwhile. The feed is the buyer's, and is asked with everybody's rows;
what comes back is the numbers, the references and the documents of this supplier alone.
"""

from sqlalchemy import ColumnElement, Integer, Select, case, cast, func, or_, select

from foundation.sql import Session
from foundation.tables import journal
from invoicing.documents.tables import invoice
from invoicing.journal_actions import InvoicingSubject
from invoicing.portal_invoicing.scope import Scope
from operations.event_feed import change_queries
from operations.event_feed.change_queries import Changed
from operations.event_feed.tables import outbound_event
from orders.tables import placement, purchase_order

_EVENT = outbound_event.c


def of_orders(scope: Scope) -> Select[tuple[str]]:
    """The cases that have an order within the scope."""
    return select(purchase_order.c.execution_reference).where(scope.of_orders())


def of_placements(scope: Scope) -> Select[tuple[str]]:
    """The cases of the placements within the scope."""
    return select(placement.c.execution_reference).where(scope.of_placements())


def changed_after(session: Session, cases: Select[tuple[str]], cursor: int, *, limit: int) -> Changed:
    """Those of the cases that the first `limit` events about them after the cursor tell of.

    Raises CursorTooOld, CursorAhead.
    """
    among = _EVENT.execution_reference.in_(cases)
    return change_queries.changed_after(session, cursor, limit=limit, among=among)


def documents_changed_after(session: Session, scope: Scope, cursor: int, *, limit: int) -> Changed:
    """The same for its invoices and credit notes: their cases, and the documents themselves, which may be of no case.

    Raises CursorTooOld, CursorAhead.
    """
    own = select(invoice.c.execution_reference).where(
        scope.of_invoices(), invoice.c.execution_reference != ""
    )
    itself = (
        select(invoice.c.id)
        .where(invoice.c.id == _DOCUMENT_NAMED, scope.of_invoices())
        .correlate(journal)
        .scalar_subquery()
    )
    question = (
        select(_EVENT.sequence, _EVENT.execution_reference, itself.label("document_id"))
        .outerjoin(journal, journal.c.sequence == _EVENT.journal_sequence)
        .where(or_(_EVENT.execution_reference.in_(own), itself.is_not(None)))
    )
    return change_queries.told(session, question, cursor, limit=limit)


def _number_after(kind: InvoicingSubject) -> tuple[ColumnElement[bool], ColumnElement[int]]:
    """Whether a row of the journal is about a document of this kind, and then which."""
    named = f"{kind} "
    number = cast(func.substr(journal.c.subject, len(named) + 1), Integer)
    return journal.c.subject.startswith(named, autoescape=True), number


# What names no order of ours is told of without a case; the journal's row says which document it is about.
_DOCUMENT_NAMED = case(
    _number_after(InvoicingSubject.INVOICE), _number_after(InvoicingSubject.CREDIT_NOTE), else_=None
)
