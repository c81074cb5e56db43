"""What the tellers know besides the journal's rows, and which of it some rows need."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from foundation.journal_entries import JournalEntry
from foundation.sql import Session
from invoicing.journal_actions import InvoicingSubject
from operations.event_feed import fact_queries
from operations.event_feed.fact_queries import DocumentFacts, OrderFacts, PaymentFacts, ReportFacts
from orders.journal_actions import OrdersSubject
from orders.objections import store as objection_store
from orders.objections.model import Objection
from orders.placements.informative import informative_store
from orders.placements.informative.informative_store import InformativeReport
from peppol.identifiers import DocumentKind
from peppol.journal_actions import ExchangeSubject

_DOCUMENTS = (InvoicingSubject.INVOICE, InvoicingSubject.CREDIT_NOTE)
_MESSAGES = (ExchangeSubject.MESSAGE, ExchangeSubject.MESSAGE_OUT)


@dataclass(frozen=True, slots=True)
class Facts:
    """What is known at the end of the transaction that tells."""

    reports: Mapping[tuple[str, str, int], ReportFacts] = field(default_factory=dict)
    orders: Mapping[str, OrderFacts] = field(default_factory=dict)
    planned: Mapping[int, str] = field(default_factory=dict)
    """The order that was placed of each planned one, by the plan's number."""

    informative: Mapping[int, InformativeReport] = field(default_factory=dict)
    objections: Mapping[int, Objection] = field(default_factory=dict)
    documents: Mapping[int, DocumentFacts] = field(default_factory=dict)
    payments: Mapping[str, PaymentFacts] = field(default_factory=dict)
    payments_of: Mapping[int, PaymentFacts] = field(default_factory=dict)
    """By invoice; those in `payments` are by their own number."""


def load(session: Session, entries: Sequence[JournalEntry]) -> Facts:
    """What these rows need, a question for each kind of thing they are about."""
    about = [entry.subject for entry in entries]
    documents = fact_queries.documents(session, {int(each.key) for each in about if each.kind in _DOCUMENTS})
    payments = fact_queries.payments(
        session, {each.key for each in about if each.kind is InvoicingSubject.PAYMENT}
    )
    orders = {order_of(entry) for entry in entries} | {each.order_number for each in documents.values()}
    return Facts(
        reports=fact_queries.reports(
            session,
            {entry.execution_reference for entry in entries if entry.subject.kind is OrdersSubject.REPORT},
        ),
        orders=fact_queries.orders(session, orders - {""}),
        planned=fact_queries.orders_planned(
            session, {int(each.key) for each in about if each.kind is OrdersSubject.PLANNED_ORDER}
        ),
        informative=informative_store.by_ids(
            session, {int(each.key) for each in about if each.kind is OrdersSubject.INFORMATIVE_REPORT}
        ),
        objections=objection_store.by_ids(
            session, {int(each.key) for each in about if each.kind is OrdersSubject.OBJECTION}
        ),
        documents=documents,
        payments=payments,
        payments_of=fact_queries.payments_of(session, documents),
    )


def order_of(entry: JournalEntry) -> str:
    """The number of the order that a row is about, or whose message it is about; "" for any other."""
    kind, key = entry.subject.kind, entry.subject.key
    if kind is OrdersSubject.ORDER:
        return key
    if kind is OrdersSubject.ORDER_LINE:
        return key.partition("/")[0]
    detail = entry.detail or {}
    if kind in _MESSAGES and detail.get("kind") == DocumentKind.ORDER:
        return detail.get("document", "")
    return ""
