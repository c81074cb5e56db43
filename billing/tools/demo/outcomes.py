"""What the demo's cases came to, read from the books, beside what they should come to.

What is looked at is named by a word and the thing, such as `invoice 5599991014 F26-101` or
`orders 400000001`; each word has its question below, answered in one short line of text. An
invoice's answer is its whole way: the states it passed, with the codes of its deviations.
"""

import json
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass

from billing.tools.demo import placement_outcomes
from billing.tools.demo.demo_queries import claims_settled
from billing.tools.demo.placement_outcomes import NOTHING
from billing.tools.demo.story import StoryCase
from foundation import journal
from foundation.sql import Session
from foundation.text import Text, WrittenText
from invoicing.documents import store as document_store
from invoicing.journal_actions import DocumentAction, document_subject
from invoicing.matching.deviations import Match
from invoicing.model import DocumentType, SupplierInvoice
from invoicing.payment import payment_store
from invoicing.reconciliation import entry_queries
from invoicing.reconciliation.statement import StatementKey, reconcile
from operations import message_queries
from orders.events import store as event_store
from orders.events.store import EventState
from peppol.exchange import outbox_store
from peppol.identifiers import DocumentKind

_THEN = " > "
# The steps of a document that say their state by their name.
_STEPS: Mapping[str, str] = {
    DocumentAction.CREDIT_REQUESTED: "CREDIT_REQUESTED",
    DocumentAction.INVOICE_CREDITED: "CREDITED",
    DocumentAction.CREDIT_SETTLED: "SETTLED",
    DocumentAction.INVOICE_PAID: "PAID",
}
_JUDGED = (DocumentAction.INVOICE_RECEIVED, DocumentAction.INVOICE_JUDGED, DocumentAction.CREDIT_JUDGED)


@dataclass(frozen=True, slots=True)
class ExpectedOutcome:
    """One thing of a case: what it should be and what it is."""

    name: Text
    about: str
    expected: str
    actual: str

    @property
    def as_expected(self) -> bool:
        """Whether it came to what it should."""
        return self.expected == self.actual


def outcomes(session: Session, cases: Iterable[StoryCase]) -> Iterator[ExpectedOutcome]:
    """Everything the cases look at, in their order."""
    books = _Books(session)
    for case in cases:
        for about, expected in case.expected:
            word, _, thing = about.partition(" ")
            if word in placement_outcomes.QUESTIONS:
                actual = placement_outcomes.QUESTIONS[word](session, thing)
            else:
                question = _QUESTIONS.get(word)
                actual = question(books, thing) if question else f"{word}?"
            yield ExpectedOutcome(WrittenText(case.name, case.name_en), about, expected, actual)


class _Books:
    """The books of the story, opened once."""

    def __init__(self, session: Session) -> None:
        self.session = session
        self.messages = {message.transport_id: message for message in message_queries.messages_in(session)}
        self.steps: dict[str, list[str]] = defaultdict(list)
        for row in journal.rows(session):
            step = _step(str(row.action), json.loads(str(row.detail)))
            if step:
                self.steps[str(row.subject)].append(step)

    def document(self, thing: str, document_type: DocumentType) -> SupplierInvoice | None:
        """The document named by its supplier and its number."""
        supplier, _, number_given = thing.partition(" ")
        return document_store.by_key(self.session, supplier, document_type, number_given)


def _step(action: str, detail: Mapping[str, str]) -> str:
    """One step on a document's way; empty for what is none."""
    if action in _STEPS:
        return _STEPS[action]
    if action not in _JUDGED:
        return ""
    # A credit note is laid down before it is paired in the same breath: that is no step of its own.
    if detail["state"] == "PARKED" and not detail["codes"]:
        return ""
    return f"{detail['state']} {detail['codes']}".strip()


def _way(books: _Books, invoice: SupplierInvoice | None) -> str:
    if invoice is None:
        return NOTHING
    steps = books.steps[str(document_subject(invoice.document_type, invoice.id))]
    if not steps or steps[-1].split()[0] != invoice.state:
        steps = [*steps, f"({invoice.state})"]
    return _THEN.join(steps)


def _invoice(books: _Books, thing: str) -> str:
    return _way(books, books.document(thing, DocumentType.INVOICE))


def _credit(books: _Books, thing: str) -> str:
    return _way(books, books.document(thing, DocumentType.CREDIT_NOTE))


def _answers(books: _Books, thing: str) -> str:
    """The Invoice Responses about an invoice, in the order they were sent."""
    invoice = books.document(thing, DocumentType.INVOICE)
    if invoice is None:
        return NOTHING
    messages = outbox_store.messages_out(
        books.session, kind=DocumentKind.INVOICE_RESPONSE, about=f"invoice {invoice.id}"
    )
    return " ".join(message.document_id.rpartition("-")[2] for message in messages) or NOTHING


def _paid_on(books: _Books, thing: str) -> str:
    invoice = books.document(thing, DocumentType.INVOICE)
    return str(invoice.paid_on) if invoice is not None and invoice.paid_on is not None else NOTHING


def _reason(books: _Books, thing: str) -> str:
    """The variant of the gravest deviation: which outside an invoice without an order belongs to."""
    invoice = books.document(thing, DocumentType.INVOICE)
    if invoice is None:
        return NOTHING
    return _gravest(document_store.matches(books.session, invoice.id)[-1][1])


def _message(books: _Books, thing: str) -> str:
    message = books.messages.get(thing)
    if message is None:
        return NOTHING
    reason = message.reason if message.reason != message.state else ""
    return f"{message.state} {reason}".strip()


def _event(books: _Books, thing: str) -> str:
    """What became of everything that came under an event's id."""
    found = [
        state.value
        for state in EventState
        for stored in event_store.in_state(books.session, state)
        if stored.event_id == thing
    ]
    return " ".join(found) or NOTHING


def _statement(books: _Books, thing: str) -> str:
    """The statement of one execution reference, all of it in one row."""
    total = reconcile(
        entry_queries.entries(books.session, execution_reference=thing),
        by=(StatementKey.EXECUTION_REFERENCE,),
    ).total
    return (
        f"received {total.received.amount}, paid {total.paid.amount}, "
        f"not approved {total.not_approved.amount}, open {total.open.amount}"
    )


def _claim(books: _Books, thing: str) -> str:
    """What is owed back for an invoice of this number, or how it was given back."""
    supplier, _, number_given = thing.partition(" ")
    owed = [
        str(each.amount.amount)
        for each in payment_store.claims(books.session)
        if (each.supplier, each.invoice_number) == (supplier, number_given)
    ]
    return ", ".join((*owed, *claims_settled(books.session, supplier, number_given))) or NOTHING


def _told(books: _Books, thing: str) -> str:
    """The variant of the gravest deviation of an invoice's first judgement."""
    invoice = books.document(thing, DocumentType.INVOICE)
    return _gravest(document_store.matches(books.session, invoice.id)[0][1]) if invoice else NOTHING


def _gravest(match: Match) -> str:
    return max(match.deviations, key=lambda deviation: deviation.weight).variant or NOTHING


_QUESTIONS: Mapping[str, Callable[[_Books, str], str]] = {
    "invoice": _invoice,
    "credit": _credit,
    "answers": _answers,
    "paid": _paid_on,
    "reason": _reason,
    "letter": _message,
    "event": _event,
    "statement": _statement,
    "claim": _claim,
    "told": _told,
}
