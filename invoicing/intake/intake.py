"""Invoices and credit notes coming in: from stored bytes to a state and an answer.

The bytes lie in the mailbox, committed, before anything here looks at them. Reading and
validating happen outside the write transaction (`documents.read`); `receive` is the
transaction. Whatever a document says, it ends in exactly one state and nothing is lost.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Final

from foundation import journal
from foundation.journal import SYSTEM
from foundation.observability import tracing
from foundation.personal_numbers import masked
from foundation.sql import Session, take_turns
from foundation.text import Text
from foundation.written.fitted import within
from invoicing.documents import facts_loading
from invoicing.documents import store as document_store
from invoicing.documents.journal import record
from invoicing.documents.reading import UNREADABLE, Reading
from invoicing.intake import message_answers, technical_refusals
from invoicing.intake.asked_ahead import AskedAhead
from invoicing.intake.turns import turn_of
from invoicing.journal_actions import DocumentAction
from invoicing.matching.deviations import UNREGISTERED, DeviationCode, Match, Weight
from invoicing.matching.invoice_matching import match
from invoicing.matching.order_slices import has_order_number, orders_named
from invoicing.model import DocumentType, InvoiceContent, InvoiceState, SupplierInvoice, pays_on
from invoicing.responses import responding
from invoicing.verdicts import accepting_in_part, crediting
from invoicing.verdicts.verdicts import STATE_OF, case_of, judge_again, parts_of, take_lines
from orders.register.register import Register
from peppol.documents.technical_responses import Ground
from peppol.envelope import envelope
from peppol.exchange import inbox, inbox_store, owed_answer_store
from peppol.exchange.inbox_store import InboundMessage
from peppol.exchange.tables import InState, OwedState
from peppol.journal_actions import ExchangeSubject, MessageAction


@dataclass(frozen=True, slots=True)
class IntakeResult:
    """What became of a message: its state in the mailbox, and the document in our books, if it became one."""

    letter_id: int
    message_state: InState
    invoice: SupplierInvoice | None = None
    reason: str = ""
    touched_others: bool = False
    """Whether it may have changed more than what it names itself: what was asked for others before is old."""


def receive(
    session: Session,
    register: Register,
    message: InboundMessage,
    reading: Reading,
    *,
    today: date,
    ahead: AskedAhead | None = None,
) -> IntakeResult:
    """Let a read message become an invoice or credit note in our books, or lie in quarantine with its reason.

    It is taken already (`inbox_store.take`). `ahead` is what was asked for it with others of its group. Raises
    IntegrityError when another document with the same number was kept in the meantime: tried again, it finds that one.
    """
    content = reading.invoice
    if content is None:
        return _not_taken(session, register, message, reading, today=today)
    if ahead is None:
        take_turns(session, turn_of(content))
        supplier = document_store.supplier_key(content)
        earlier = document_store.by_key(session, supplier, content.document_type, content.number)
    else:
        earlier = ahead.earlier
    if earlier is not None:
        return _conflict(session, register, message, reading, content, earlier)
    if content.document_type is DocumentType.CREDIT_NOTE:
        invoice, touched_others = _take_credit(session, register, message, content, today=today), True
    else:
        invoice, touched_others = _take_invoice(session, register, message, content, today=today, ahead=ahead)
    if reading.reason:
        # The envelope was odd and the document is not: it is handled, and the message says who should look.
        _settle(session, message, reading, InState.HANDLED)
    technical_refusals.confirm(session, register, message, reading.origin, today=today)
    return IntakeResult(message.id, InState.HANDLED, invoice, touched_others=touched_others)


def _not_taken(
    session: Session, register: Register, message: InboundMessage, reading: Reading, *, today: date
) -> IntakeResult:
    """What is no document that we take lies in quarantine and is refused; where our reading failed, it is ours."""
    broken = any(each.fatal for each in reading.findings)
    origin = reading.origin
    supplier = technical_refusals.whose(register, origin)
    if reading.reason == UNREADABLE and not broken:
        _settle(session, message, reading, InState.FAILED, supplier=supplier)
        owed_answer_store.note(session, inbox.about(message.id), OwedState.DUE)
        subject = ExchangeSubject.MESSAGE.of(message.id)
        journal.record(session, SYSTEM, MessageAction.FAILED, subject, error=UNREADABLE)
        return IntakeResult(message.id, InState.FAILED, reason=reading.reason)
    _settle(session, message, reading, InState.QUARANTINED, supplier=supplier)
    ground = Ground(reading.reason, reading.reason_text)
    technical_refusals.refuse(
        session,
        register,
        message,
        reading.kind,
        reading.findings,
        origin,
        today=today,
        ground=ground,
        counts=reading.counts,
    )
    return IntakeResult(message.id, InState.QUARANTINED, reason=reading.reason)


def _settle(
    session: Session, message: InboundMessage, reading: Reading, state: InState, *, supplier: str = ""
) -> None:
    inbox_store.settle(
        session,
        message.id,
        state,
        kind=reading.kind or "",
        reason=reading.reason,
        reason_text=reading.reason_text,
        supplier=supplier,
    )


def _take_invoice(
    session: Session,
    register: Register,
    message: InboundMessage,
    content: InvoiceContent,
    *,
    today: date,
    ahead: AskedAhead | None,
) -> tuple[SupplierInvoice, bool]:
    """The invoice as it was kept, and whether that may have changed more than what it names."""
    with tracing.span("match") as span:
        facts = facts_loading.facts_of(
            session,
            register,
            content,
            received_on=message.received_on,
            ahead=ahead.orders if ahead is not None else None,
        )
        result = match(content, facts)
        span.tell(verdict=result.verdict.value, deviations=len(result.deviations))
    parts = parts_of(content, facts)
    order_number, reference = case_of(parts, facts)
    # The answer this verdict gives is noted at once; the row is written again only where it turns out otherwise.
    told = responding.code_for(STATE_OF[result.verdict], result.deviations, register.policy)
    noted = told if facts.supplier is not None else ""
    invoice = _keep(
        session, register, message, content, result, reference=reference, today=today, answered=noted
    )
    told_before = message_answers.acknowledged_before(session, message)
    invoice = _acknowledged(session, register, replace(invoice, answered=told_before), today=today)
    document_store.add_parts(session, invoice.id, parts)
    if order_number and not has_order_number(content):
        # Its lines name their orders, and the document none: it is kept by the first.
        document_store.set_order(
            session,
            invoice.id,
            order_number=order_number,
            execution_reference=reference,
            named=orders_named(content),
        )
        invoice = replace(invoice, order_number=order_number)
    has_lines = take_lines(session, content, facts, result.verdict, invoice.id, today=today)
    if not has_lines:
        # Another invoice took the line between our look and our hand.
        invoice = judge_again(session, register, invoice, today=today)
        noted = invoice.answered
        result = document_store.matches(session, invoice.id)[-1][1]
    credit_waits = ahead is None or ahead.credit_waits
    settled = crediting.settle_waiting(session, register, invoice, today=today) if credit_waits else None
    if settled is not None and settled.state is InvoiceState.CREDITED:
        document_store.set_answered(session, invoice.id, invoice.answered)
        return replace(settled, answered=invoice.answered), True
    if settled is not None:
        # Some of it was credited before it came: the rest was judged again, and told where that came to another state.
        if settled.answered != noted:
            return settled, True
        invoice = replace(settled, answered=invoice.answered)
        result = document_store.matches(session, invoice.id)[-1][1]
    answered = responding.answer(
        session,
        register,
        invoice,
        responding.code_for(invoice.state, result.deviations, register.policy),
        result.deviations,
        today=today,
        supplier=facts.supplier,
        fingerprint=message.sha256,
    )
    if answered != noted:
        document_store.set_answered(session, invoice.id, answered)
    invoice = replace(invoice, answered=answered)
    # What our own register has lost is nothing for the supplier to credit, and a claim is a person's to judge.
    is_ours = any(
        each.variant == UNREGISTERED or each.code is DeviationCode.LATE_PAYMENT_CLAIM
        for each in result.deviations
    )
    touched_others = settled is not None or not has_lines
    if is_ours or not register.policy.asks_by_itself(_questioned(result) or invoice.codes):
        return invoice, touched_others
    asked = _asked_back(session, register, invoice, today=today)
    return asked, touched_others or asked != invoice


def _asked_back(
    session: Session, register: Register, invoice: SupplierInvoice, *, today: date
) -> SupplierInvoice:
    """The invoice with credit asked for without a person: of the lines that deviate alone, where the policy says so."""
    policy = register.policy
    if invoice.state not in (InvoiceState.IN_QUESTION, InvoiceState.PARKED):
        return invoice
    before = policy.partial_before_receipt
    if accepting_in_part.possible(session, register, invoice, before_receipt=before) is not None:
        return accepting_in_part.accept_in_part(
            session, register, invoice, by=SYSTEM, today=today, before_receipt=before
        )
    waits = accepting_in_part.possible(session, register, invoice, before_receipt=True) is not None
    if invoice.state is InvoiceState.PARKED or waits:
        # What is not received yet is waited for first.
        return invoice
    return crediting.ask_for_credit(session, register, invoice, by=SYSTEM, today=today)


def _questioned(result: Match) -> list[str]:
    """The codes that put a document in question; its notes are left out."""
    return [each.code.value for each in result.deviations if each.weight is Weight.QUESTION]


def _take_credit(
    session: Session, register: Register, message: InboundMessage, credit: InvoiceContent, *, today: date
) -> SupplierInvoice:
    with tracing.span("match") as span:
        judged = crediting.judge(session, register, credit)
        span.tell(verdict=judged.match.verdict.value, deviations=len(judged.match.deviations))
    credited = judged.facts.credited
    reference = credited.execution_reference if credited is not None else ""
    invoice = _keep(session, register, message, credit, judged.match, reference=reference, today=today)
    told_before = message_answers.acknowledged_before(session, message)
    if told_before:
        document_store.set_answered(session, invoice.id, told_before)
    invoice = _acknowledged(session, register, replace(invoice, answered=told_before), today=today)
    return crediting.take_effect(session, register, invoice, judged, today=today)


def _acknowledged(
    session: Session, register: Register, invoice: SupplierInvoice, *, today: date
) -> SupplierInvoice:
    """The document with its arrival answered, where that is agreed: before the verdict, so that AB goes first."""
    supplier = facts_loading.registered(register, invoice.supplier)
    answered = responding.acknowledge(session, register, invoice, today=today, supplier=supplier)
    return replace(invoice, answered=answered)


def _keep(
    session: Session,
    register: Register,
    message: InboundMessage,
    content: InvoiceContent,
    result: Match,
    *,
    reference: str,
    today: date,
    answered: str = "",
) -> SupplierInvoice:
    """Keep the document in the state its match gives."""
    state = STATE_OF[result.verdict]
    if content.document_type is DocumentType.CREDIT_NOTE and state is InvoiceState.ACCEPTED:
        # It becomes SETTLED with its pair, in this same transaction.
        state = InvoiceState.PARKED
    invoice = document_store.add(
        session,
        content,
        letter_id=message.id,
        received_on=message.received_on,
        pays_on=pays_on(
            content.issued_on,
            received_on=message.received_on,
            terms_days=register.policy.payment_terms_days,
            runs_from=register.policy.payment_runs_from,
        ),
        execution_reference=reference,
        state=state,
        codes=result.codes,
        answered=answered,
    )
    document_store.add_match(session, invoice.id, result, made_on=today, policy=register.policy)
    told = {"state": invoice.state, "codes": " ".join(invoice.codes), "letter": str(message.id)}
    record(session, invoice, DocumentAction.INVOICE_RECEIVED, **told)
    return invoice


def _conflict(
    session: Session,
    register: Register,
    message: InboundMessage,
    reading: Reading,
    invoice: InvoiceContent,
    earlier: SupplierInvoice,
) -> IntakeResult:
    """The same supplier, type and number with other bytes: both are kept, the first one stands, the sender is told.

    The same document in a new envelope is no conflict: it is the first one once more. So are the bytes of a conflict.
    """
    # Two messages of one number are rare; only then is a document taken out of its envelope in here.
    same = envelope.same_document(message.body, inbox_store.body_of(session, earlier.letter_id) or b"")
    repeated = earlier.letter_id if same else inbox_store.conflict_with(session, message.sha256)
    if repeated is not None:
        inbox_store.settle(
            session,
            message.id,
            InState.REPEAT,
            kind=reading.kind or "",
            business_key=_business_key(invoice),
            reason="REPEAT",
            repeats=repeated,
        )
        return IntakeResult(message.id, InState.REPEAT, reason="REPEAT")
    supplier = document_store.supplier_key(invoice)
    inbox_store.settle(
        session,
        message.id,
        InState.CONFLICT,
        kind=reading.kind or "",
        business_key=_business_key(invoice),
        reason="CONFLICT",
        reason_text=_NUMBER_TAKEN[invoice.document_type].with_values(
            number=masked(invoice.number), first_on=earlier.issued_on, received_on=earlier.received_on
        ),
        repeats=earlier.letter_id,
        supplier=supplier if facts_loading.registered(register, supplier) is not None else "",
    )
    owed_answer_store.note(session, inbox.about(message.id), OwedState.DUE)
    return IntakeResult(message.id, InState.CONFLICT, reason="CONFLICT")


_NUMBER_TAKEN: Final[Mapping[DocumentType, Text]] = {
    DocumentType.INVOICE: Text(
        "Fakturanummer %(number)s är redan använt: fakturan med det numret är daterad %(first_on)s, kom "
        "%(received_on)s och gäller. Den nya är inte mottagen. Ge den ett nytt nummer och skicka den igen; är det "
        "samma faktura behöver ni inte göra något."
    ),
    DocumentType.CREDIT_NOTE: Text(
        "Kreditfakturanummer %(number)s är redan använt: kreditfakturan med det numret är daterad %(first_on)s, kom "
        "%(received_on)s och gäller. Den nya är inte mottagen. Ge den ett nytt nummer och skicka den igen; är det "
        "samma kreditfaktura behöver ni inte göra något."
    ),
}


def _business_key(invoice: InvoiceContent) -> str:
    return within(f"{document_store.supplier_key(invoice)} {invoice.document_type} {invoice.number}", 200)
