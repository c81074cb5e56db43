"""What happens to invoices, credit notes, payments and claims, as events. Pure: a row and the facts in, events out."""

from collections.abc import Iterator, Sequence
from typing import TypeVar

from foundation.journal_entries import JournalEntry
from invoicing.journal_actions import InvoicingSubject
from invoicing.model import InvoiceState
from invoicing.payment.payment_store import ClaimWay
from operations.event_feed import data as feed_data
from operations.event_feed.contract import ToTell
from operations.event_feed.fact_queries import PaymentFacts
from operations.event_feed.facts import Facts

_S = InvoiceState
Told = TypeVar("Told", bound=feed_data.DocumentTold)


def received(entry: JournalEntry, facts: Facts) -> Iterator[ToTell]:
    """A document came, and what it was judged to be."""
    yield ToTell(f"{_kind(entry)}.received", _about(feed_data.DocumentReceived, entry, facts))
    yield from judged(entry, facts)


def judged(entry: JournalEntry, facts: Facts) -> Iterator[ToTell]:
    """The state a document was judged to have."""
    detail = entry.detail or {}
    state = _S(detail["state"])
    if state is _S.PARKED and facts.documents[int(entry.subject.key)].state is _S.SETTLED:
        return  # a credit note that has met its invoice at once has not waited
    yield from _state(entry, facts, state, detail.get("codes", "").split())


def stands_again(entry: JournalEntry, facts: Facts) -> Iterator[ToTell]:
    """The state a document has after a press was undone."""
    document = facts.documents[int(entry.subject.key)]
    yield from _state(entry, facts, document.state, document.codes)


def paid(entry: JournalEntry, facts: Facts) -> Iterator[ToTell]:
    """An invoice was paid; where it had been credited before, its supplier owes it back."""
    payment = facts.payments_of[int(entry.subject.key)]
    told = _about(
        feed_data.InvoicePaid,
        entry,
        facts,
        payment_number=payment.number,
        amount_paid=payment.amount,
        paid_on=payment.paid_on,
    )
    yield ToTell("invoice.paid", told)
    if (entry.detail or {}).get("state") == _S.CREDITED:
        yield _claim(entry, facts, payment)


def credited(entry: JournalEntry, facts: Facts) -> Iterator[ToTell]:
    """An invoice was credited in whole; where it had been paid, its supplier owes it back."""
    credit = int((entry.detail or {})["credit"])
    told = _about(feed_data.InvoiceCredited, entry, facts, credit_note=credit)
    yield ToTell("invoice.credited", told)
    payment = facts.payments_of.get(int(entry.subject.key))
    if payment is not None:
        yield _claim(entry, facts, payment)


def settled(entry: JournalEntry, facts: Facts) -> Iterator[ToTell]:
    """A credit note has met its invoice."""
    invoice = int((entry.detail or {})["invoice"])
    yield ToTell("credit_note.settled", _about(feed_data.CreditNoteSettled, entry, facts, invoice=invoice))


def credit_requested(entry: JournalEntry, facts: Facts) -> Iterator[ToTell]:
    """The supplier is asked to credit an invoice and send a new one."""
    codes = (entry.detail or {}).get("codes", "").split()
    told = _about(feed_data.DocumentInQuestion, entry, facts, codes=codes)
    yield ToTell("invoice.credit_requested", told)


def accepted_in_part(entry: JournalEntry, facts: Facts) -> Iterator[ToTell]:
    """Some lines of an invoice are accepted, and the supplier is asked to credit the others."""
    codes = (entry.detail or {}).get("codes", "").split()
    told = _about(feed_data.DocumentInQuestion, entry, facts, codes=codes)
    yield ToTell("invoice.accepted_in_part", told)


def credit_request_withdrawn(entry: JournalEntry, facts: Facts) -> Iterator[ToTell]:
    """The supplier is no longer asked."""
    yield ToTell("invoice.credit_request_withdrawn", _about(feed_data.DocumentTold, entry, facts))


def claim_settled(entry: JournalEntry, facts: Facts) -> Iterator[ToTell]:
    """The supplier has given back what it owed."""
    payment = facts.payments[entry.subject.key]
    back = payment.settled
    assert back is not None  # noqa: S101 - it is settled before the journal says so
    told = feed_data.ClaimSettled(
        execution_reference=back.execution_reference or None,
        document=payment.invoice_id,
        payment_number=payment.number,
        amount=back.amount,
        currency=payment.currency,
        how=ClaimWay(back.how),
        settled_on=back.on,
    )
    yield ToTell("claim.settled", told)


def _state(entry: JournalEntry, facts: Facts, state: InvoiceState, codes: Sequence[str]) -> Iterator[ToTell]:
    kind = _kind(entry)
    match state:
        case _S.ACCEPTED | _S.PAID:
            # What was paid and came into question stands again as paid: it is accepted, and was paid before.
            yield ToTell("invoice.accepted", _about(feed_data.DocumentTold, entry, facts))
        case _S.PARKED | _S.ON_HOLD:
            told = _about(feed_data.DocumentWaiting, entry, facts, state=state, codes=codes)
            yield ToTell(f"{kind}.waiting", told)
        case _S.IN_QUESTION:
            yield ToTell(
                f"{kind}.in_question", _about(feed_data.DocumentInQuestion, entry, facts, codes=codes)
            )
        case _S.PARTLY_ACCEPTED | _S.CREDIT_REQUESTED | _S.CREDITED | _S.SETTLED:
            return  # each has a row of its own


def _claim(entry: JournalEntry, facts: Facts, payment: PaymentFacts) -> ToTell:
    document = facts.documents[int(entry.subject.key)]
    told = feed_data.ClaimTold(
        execution_reference=document.execution_reference or None,
        document=payment.invoice_id,
        payment_number=payment.number,
        amount=payment.amount,
        currency=payment.currency,
    )
    return ToTell("claim.raised", told)


def _kind(entry: JournalEntry) -> str:
    return "credit_note" if entry.subject.kind is InvoicingSubject.CREDIT_NOTE else "invoice"


def _about(said: type[Told], entry: JournalEntry, facts: Facts, **more: object) -> Told:
    """What every event about a document says of it, and what this one says; its supplier's own text is left out."""
    number = int(entry.subject.key)
    document = facts.documents[number]
    return said.model_validate(
        {
            "execution_reference": document.execution_reference or None,
            "document": number,
            "order_number": document.order_number if document.order_number in facts.orders else None,
            "amount_net": document.amount_net,
            "amount_vat": document.amount_vat,
            "amount_payable": document.amount_payable,
            "currency": document.currency,
            "received_on": document.received_on,
            "pays_on": document.pays_on,
            **more,
        }
    )
