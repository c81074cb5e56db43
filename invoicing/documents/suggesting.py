"""What a document that lacks a reference may be for: one ranking, told to its sender and shown at the finance desk.

Only the sender's own orders and invoices are looked at, and those of suppliers it has taken over (decision 58).
"""

from collections.abc import Sequence

from foundation.sql import Session
from invoicing.documents import candidate_queries
from invoicing.documents import store as document_store
from invoicing.matching import suggestions
from invoicing.matching.candidates import (
    CreditSuggestion,
    LineSuggestion,
    NamedOrder,
    Suggestion,
    numbers_given,
)
from invoicing.matching.credit_notes import credit_suggestions
from invoicing.model import InvoiceContent
from orders.register.register import Register

_SHOWN = 5


def orders(session: Session, register: Register, invoice: InvoiceContent) -> tuple[Suggestion, ...]:
    """The orders an invoice may be for, best first."""
    named, ranked = _lines(session, register, invoice)
    return suggestions.orders(invoice, named, ranked)


def lines(session: Session, register: Register, invoice: InvoiceContent) -> Sequence[LineSuggestion]:
    """The order lines an invoice may be for, best first."""
    return _lines(session, register, invoice)[1][:_SHOWN]


def credits(session: Session, register: Register, credit: InvoiceContent) -> Sequence[CreditSuggestion]:
    """The invoices a credit note may credit, best first."""
    suppliers, numbers = _suppliers(register, credit), numbers_given(credit)
    named = candidate_queries.named_orders(session, numbers, suppliers=suppliers)
    found = candidate_queries.creditable(
        session,
        suppliers=suppliers,
        numbers=numbers,
        references=_participants(named),
        amount_payable=credit.amount_payable,
    )
    return credit_suggestions.credits(credit, named, found)[:_SHOWN]


def _lines(
    session: Session, register: Register, invoice: InvoiceContent
) -> tuple[Sequence[NamedOrder], Sequence[LineSuggestion]]:
    suppliers = _suppliers(register, invoice)
    named = candidate_queries.named_orders(session, numbers_given(invoice), suppliers=suppliers)
    if named and not _participants(named):
        return named, ()
    candidates = candidate_queries.waiting_lines(
        session, suppliers=suppliers, references=_participants(named), amount_net=invoice.amount_net
    )
    return named, suggestions.lines(invoice, named, candidates)


def _participants(named: Sequence[NamedOrder]) -> frozenset[str]:
    return frozenset(each.execution_reference for each in named if each.theirs)


def _suppliers(register: Register, document: InvoiceContent) -> tuple[str, ...]:
    """The sender of a document, and those it had taken over when it was issued (E-33)."""
    sender = document_store.supplier_key(document)
    return sender, *register.predecessors(sender, document.issued_on)
