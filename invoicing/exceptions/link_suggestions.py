"""Which order line a document may be for, and which invoice a credit note may credit: ranked, never linked alone.

Only received and unoccupied lines of the supplier, or of those it has taken over, are candidates. What speaks for a
candidate is told in words, so that a person can judge; the one with most for it comes first.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from foundation.money import Money
from foundation.periods import Month
from foundation.sql import Session
from foundation.text import Text
from invoicing.documents import store as document_store
from invoicing.exceptions import link_queries
from invoicing.exceptions.link_queries import InvoiceCandidate, LineCandidate
from invoicing.model import InvoiceContent, InvoiceState, SupplierInvoice
from orders.register.register import Register

_LOOKED_AT = 400
_SHOWN = 5


@dataclass(frozen=True, slots=True)
class LineSuggestion:
    """An order line a document may be for; `weight` ranks, `because` says why."""

    order_number: str
    line_id: str
    execution_reference: str
    month: Month
    received: Money
    weight: int
    because: tuple[Text, ...]


@dataclass(frozen=True, slots=True)
class CreditSuggestion:
    """An invoice a credit note may credit."""

    number: str
    execution_reference: str
    amount: Money
    state: InvoiceState
    weight: int
    because: tuple[Text, ...]


def lines(session: Session, register: Register, invoice: SupplierInvoice) -> Sequence[LineSuggestion]:
    """The order lines an invoice may be for, best first."""
    content = document_store.content(session, invoice.id)
    found = [
        _line(each, invoice, content)
        for each in link_queries.open_lines(
            session, invoice, content, suppliers=_in_whose_place(register, invoice), limit=_LOOKED_AT
        )
    ]
    return sorted(found, key=lambda each: (-each.weight, each.order_number, each.line_id))[:_SHOWN]


def _in_whose_place(register: Register, document: SupplierInvoice) -> tuple[str, ...]:
    """The sender of a document, and those it had taken over when it was issued (E-33)."""
    return document.supplier, *register.predecessors(document.supplier, document.issued_on)


def _line(each: LineCandidate, invoice: SupplierInvoice, content: InvoiceContent) -> LineSuggestion:
    days = [
        day for line in content.lines if line.period for day in (line.period.start, line.period.end) if day
    ]
    quantity = {line.quantity.value for line in content.lines}
    speaks: list[tuple[int, Text]] = []
    if each.order_number == content.order_number:
        speaks.append((50, Text("samma order")))
    if each.execution_reference in content.references:
        speaks.append((40, Text("samma genomförandereferens")))
    if each.received == invoice.amount_net:
        speaks.append((30, Text("samma belopp som inleveransen")))
    if days and all(Month.of(day) == each.month for day in days):
        speaks.append((20, Text("perioden är samma månad")))
    elif not days and Month.of(content.issued_on) in (each.month, each.month.next):
        speaks.append((5, Text("daterad månaden efter")))
    if each.quantity in quantity:
        speaks.append((5, Text("samma antal som beställt")))
    return LineSuggestion(
        order_number=each.order_number,
        line_id=each.line_id,
        execution_reference=each.execution_reference,
        month=each.month,
        received=each.received,
        weight=sum(weight for weight, _ in speaks),
        because=tuple(words for _, words in speaks),
    )


def credits(session: Session, register: Register, invoice: SupplierInvoice) -> Sequence[CreditSuggestion]:
    """The invoices a credit note may credit, best first."""
    content = document_store.content(session, invoice.id)
    found = [
        _credit(each, invoice, content)
        for each in link_queries.creditable(
            session, invoice, content, suppliers=_in_whose_place(register, invoice), limit=_LOOKED_AT
        )
    ]
    return sorted(found, key=lambda each: (-each.weight, each.number))[:_SHOWN]


def _credit(each: InvoiceCandidate, invoice: SupplierInvoice, content: InvoiceContent) -> CreditSuggestion:
    speaks: list[tuple[int, Text]] = []
    if each.amount.amount == invoice.amount_payable.amount:
        speaks.append((40, Text("samma belopp")))
    if each.order_number and each.order_number == content.order_number:
        speaks.append((20, Text("samma order")))
    if each.state == InvoiceState.CREDIT_REQUESTED:
        speaks.append((30, Text("kredit är begärd för den")))
    return CreditSuggestion(
        number=each.number,
        execution_reference=each.execution_reference,
        amount=each.amount,
        state=each.state,
        weight=sum(weight for weight, _ in speaks),
        because=tuple(words for _, words in speaks),
    )
