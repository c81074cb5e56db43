"""One document of the finance desk with everything that belongs to it, asked together.

The document as it is judged, its order and lines without locking them, every judgement with the policy it
used, what people have done, the earlier invoices of its order line, and what else may be meant.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from sqlalchemy import Row

from foundation import journal
from foundation.sql import Session
from invoicing.decisions import store as decision_store
from invoicing.decisions.rules import Acceptance, ActionState, LineLink
from invoicing.decisions.store import Done
from invoicing.documents import facts_loading, order_facts_queries, suggesting
from invoicing.documents import store as document_store
from invoicing.exceptions import line_links, link_queries, queue_queries
from invoicing.exceptions import undo as exception_undo
from invoicing.exceptions.comparison import compare
from invoicing.exceptions.comparison_rows import ComparisonRow as Compared
from invoicing.exceptions.line_links import LineChoice
from invoicing.exceptions.link_queries import Earlier
from invoicing.exceptions.queue import QueueItem
from invoicing.journal_actions import document_subjects
from invoicing.matching import payee_accounts
from invoicing.matching.candidates import CreditSuggestion, LineSuggestion
from invoicing.matching.deviations import Match
from invoicing.matching.facts import OrderFacts
from invoicing.matching.order_slices import has_order_number
from invoicing.model import DocumentType, InvoiceContent, InvoiceState, SupplierInvoice
from orders.register.register import Register

_LINES_SHOWN: Final = 200
_LINKABLE = (InvoiceState.IN_QUESTION, InvoiceState.PARKED)


@dataclass(frozen=True, slots=True)
class Judged:
    """One judgement: its day, what it came to, and the fingerprint of the policy."""

    made_on: date
    match: Match
    policy: str


@dataclass(frozen=True, slots=True)
class Case:
    """Everything about one document."""

    invoice: SupplierInvoice
    item: QueueItem
    content: InvoiceContent
    order: OrderFacts | None
    judged: tuple[Judged, ...]
    compared: tuple[Compared, ...]
    actions: tuple[Done, ...]
    undoable: int | None
    acceptance: Acceptance | None
    link: LineLink | None
    earlier: tuple[Earlier, ...]
    credited_by: str
    lines: tuple[LineSuggestion, ...]
    line_choices: tuple[LineChoice, ...]
    credits: tuple[CreditSuggestion, ...]
    history: tuple[Row[Any], ...]

    @property
    def match(self) -> Match:
        """The latest judgement."""
        return self.judged[-1].match

    @property
    def is_credit(self) -> bool:
        """Whether it is a credit note."""
        return self.invoice.document_type is DocumentType.CREDIT_NOTE


def _first(count: int) -> slice:
    return slice(0, min(count, _LINES_SHOWN))


def case(
    session: Session, register: Register, invoice_id: int, *, shown: Callable[[int], slice] = _first
) -> Case | None:
    """The document with all that belongs to it, or None where there is no such document.

    `shown` says which of so many lines it is told for what they may be for; strangers decide how many there are.
    """
    item = queue_queries.item(session, invoice_id)
    if item is None:
        return None
    invoice = document_store.by_id(session, invoice_id)
    content = decision_store.as_judged(session, invoice_id)
    order = facts = None
    if invoice.document_type is DocumentType.INVOICE and has_order_number(content):
        order = order_facts_queries.order_facts(
            session, register, content.order_number, seller=invoice.supplier
        )
    # Only an invoice for several order lines is compared line by line, by all that it is judged by.
    if invoice.document_type is DocumentType.INVOICE and len(content.charging_lines) > 1:
        facts = facts_loading.facts_of(
            session, register, content, received_on=invoice.received_on, invoice_id=invoice_id, lock=False
        )
    supplier = facts_loading.registered(register, invoice.supplier)
    holding = supplier.on(invoice.pays_on).payment_accounts if supplier else ()
    registered = tuple(payee_accounts.as_written(each.scheme, each.number) for each in holding)
    matches = document_store.matches(session, invoice_id)
    policies = document_store.policies_used(session, invoice_id)
    judged = tuple(Judged(on, match, policy) for (on, match), policy in zip(matches, policies, strict=True))
    actions = tuple(decision_store.actions_of(session, invoice_id))
    standing = [each for each in actions if each.state is not ActionState.UNDONE][:1]
    undoable = (
        standing[0].id
        if standing and exception_undo.can_undo(standing[0], invoice.state, newest=True)
        else None
    )
    linkable = invoice.state in _LINKABLE
    own = document_store.content(session, invoice_id)
    is_credit = invoice.document_type is DocumentType.CREDIT_NOTE
    return Case(
        invoice=invoice,
        item=item,
        content=content,
        order=order,
        judged=judged,
        compared=compare(content, invoice, order, judged[-1].match, accounts=registered, facts=facts),
        actions=actions,
        undoable=undoable,
        acceptance=decision_store.acceptance_of(session, invoice_id, currency=invoice.currency),
        link=decision_store.link_of(session, invoice_id),
        earlier=tuple(link_queries.earlier_on_line(session, invoice.id, item.order_number, item.line_id)),
        credited_by=document_store.credited_by(session, invoice_id),
        lines=tuple(suggesting.lines(session, register, own)) if linkable and not is_credit else (),
        line_choices=(
            line_links.choices(session, register, own, content, shown) if linkable and not is_credit else ()
        ),
        credits=tuple(suggesting.credits(session, register, own)) if linkable and is_credit else (),
        history=tuple(journal.rows_about(session, *document_subjects(invoice))),
    )
