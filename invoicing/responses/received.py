"""A peer's answer about a document of ours takes effect: it closes or opens a message, and is kept in any case.

An MLS names the transmission it is about and an MLR the document; only the one we wrote to, or the holder of
an instance identifier, moves our message. An order response also shows that the order came through; what it
says of the order becomes an objection that people answer, and the order stays as it is. A word given for good is
not taken back by a later one, except that a delivery may be followed by a refusal.
"""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time

from foundation import journal
from foundation.sql import Session, moment_of, take_turns
from foundation.text import NO_TEXT, Text
from foundation.transitions import StepRefused
from foundation.written.fitted import within
from invoicing.journal_actions import DeskAction, InvoicingSubject, SupplierAction
from invoicing.responses import model as peer_responses
from invoicing.responses import objections
from invoicing.responses import store as response_store
from invoicing.responses.model import Meaning, PeerAnswer
from orders.journal_actions import OrdersSubject
from orders.objections import objecting
from orders.purchase_orders import order_store
from orders.register.parties import Supplier
from orders.register.register import Register
from peppol.envelope import envelope
from peppol.envelope.sender import Sender
from peppol.exchange import inbox, inbox_store, outbox, outbox_store, owed_answer_store
from peppol.exchange.inbox_store import InboundMessage
from peppol.exchange.outbox_store import OutboundMessage
from peppol.exchange.tables import InState, OutState, OwedState
from peppol.identifiers import DocumentKind
from peppol.journal_actions import ExchangeSubject, MessageAction

_CONFLICT = Text(
    "Svaret %(number)s har kommit förut med annat innehåll. Det första gäller och det nya är inte mottaget. Skicka det "
    "nya under ett eget nummer; är det samma svar behöver ni inte göra något."
)


@dataclass(frozen=True, slots=True)
class Recorded:
    """What became of an answer's message, and what the answer means; nothing for a repeat or a conflict."""

    state: InState
    reason: str = ""
    meaning: Meaning | None = None


@dataclass(frozen=True, slots=True)
class _About:
    """What an answer is about, found among our own: the message, the order, and what it means."""

    meaning: Meaning
    message: OutboundMessage | None = None
    order_number: str = ""
    execution_reference: str = ""


def receive(
    session: Session,
    register: Register,
    message: InboundMessage,
    answer: PeerAnswer,
    origin: Sender,
    *,
    today: date,
) -> Recorded:
    """Keep the answer and let it take effect; the message is settled here. Raises IntegrityError in a race."""
    take_turns(session, f"{answer.sender} {answer.kind} {answer.number}")
    earlier = response_store.message_of(session, answer)
    if earlier is not None:
        return _again(session, register, message, answer, origin, earlier)
    about = _about(session, register, answer, origin)
    if about.message is not None:
        _move(session, about.message, about.meaning, answer, today=today)
    key = response_store.add(
        session,
        answer,
        about.meaning,
        letter_id=message.id,
        instance_id=about.message.instance_id if about.message else "",
        order_number=about.order_number,
        received_on=today,
    )
    journal.record(
        session,
        journal.SYSTEM,
        SupplierAction.ANSWER_RECEIVED,
        OrdersSubject.ORDER.of(about.order_number) if about.order_number else InvoicingSubject.ANSWER.of(key),
        execution_reference=about.execution_reference,
        kind=answer.kind,
        code=answer.code,
        meaning=about.meaning,
        letter=str(message.id),
    )
    if answer.kind is DocumentKind.ORDER_RESPONSE and about.order_number:
        order = order_store.get(session, about.order_number)
        points = objections.points_of(answer, order)
        accepts = answer.code == peer_responses.ACCEPTED
        ended = objecting.answered_by_peer(
            session, order, points, accepts=accepts, answer_id=key, today=today
        )
        if ended is not None and ended.answer_id is not None:
            response_store.look_at(session, ended.answer_id, by=journal.SYSTEM, on=today)
    for_staff = about.meaning in peer_responses.FOR_STAFF
    reason = about.meaning.value if for_staff else ""
    inbox_store.settle(
        session,
        message.id,
        InState.HANDLED,
        kind=answer.kind,
        business_key=_business_key(answer),
        reason=reason,
        reason_text=peer_responses.sentences(about.meaning, answer.reference) if for_staff else NO_TEXT,
    )
    return Recorded(InState.HANDLED, reason, about.meaning)


def look_at(session: Session, answer_id: int, *, by: str, today: date) -> None:
    """Note that a person has dealt with an answer; one about an order is dealt with by answering its objection.

    Raises response_store.NoSuchAnswer and StepRefused.
    """
    held = response_store.by_id(session, answer_id)
    if held is not None and held.meaning in peer_responses.ABOUT_ORDERS and held.waits_for_staff:
        raise StepRefused(
            Text(
                "Svaret är en invändning mot order %(order)s. Svara på den, på sidan Invändningar eller med "
                "billing objections answer.",
                order=held.order_number,
            )
        )
    response_store.look_at(session, answer_id, by=by, on=today)
    journal.record(session, by, DeskAction.ANSWER_SEEN, InvoicingSubject.ANSWER.of(answer_id))


def _about(session: Session, register: Register, answer: PeerAnswer, origin: Sender) -> _About:
    match answer.kind:
        case DocumentKind.ORDER_RESPONSE:
            return _about_order(session, register, answer, origin)
        case DocumentKind.MLS:
            # Its sender is an access point, which we do not know; knowing the identifier is its proof.
            found = outbox_store.message_named(session, answer.reference.lower())
            return _about_message(session, found, answer)
        case DocumentKind.MLR:
            return _about_document(session, register, answer, origin)
    return _About(Meaning.NOT_EXPECTED)


def _about_order(session: Session, register: Register, answer: PeerAnswer, origin: Sender) -> _About:
    order = order_store.find(session, answer.reference)
    if order is None:
        return _About(Meaning.UNKNOWN)
    supplier = _supplier_of(register, answer, origin)
    if supplier is None or supplier.organisation_number != order.supplier:
        return _About(Meaning.STRANGER)
    messages = list(outbox_store.messages_out(session, kind=DocumentKind.ORDER, document_id=order.number))
    return _About(
        peer_responses.meaning_of_order_answer(answer),
        messages[-1] if messages else None,
        order.number,
        order.execution_reference,
    )


def _about_document(session: Session, register: Register, answer: PeerAnswer, origin: Sender) -> _About:
    """The message an MLR is about: the newest with that document number that went to its sender."""
    named = [
        each for each in outbox_store.messages_out(session, document_id=answer.reference) if each.receiver
    ]
    if not named:
        # Some answer with the identifier of the envelope instead of the document's number.
        one = outbox_store.message_named(session, answer.reference.lower())
        named = [one] if one is not None else []
    if not named:
        return _About(Meaning.UNKNOWN)
    address = origin.sender or answer.sender
    supplier = _supplier_of(register, answer, origin)
    theirs = [
        each
        for each in named
        if each.receiver == address
        or (supplier is not None and each.recipient == supplier.organisation_number)
    ]
    return _about_message(session, theirs[-1], answer) if theirs else _About(Meaning.STRANGER)


def _about_message(session: Session, message: OutboundMessage | None, answer: PeerAnswer) -> _About:
    if message is None:
        return _About(Meaning.UNKNOWN)
    meaning = peer_responses.meaning_of_technical_answer(answer)
    order = (
        order_store.find(session, message.document_id) if message.kind == DocumentKind.ORDER.value else None
    )
    if order is None:
        return _About(meaning, message)
    return _About(meaning, message, order.number, order.execution_reference)


def _move(
    session: Session, message: OutboundMessage, meaning: Meaning, answer: PeerAnswer, *, today: date
) -> None:
    """Let the answer say its word about our message; only a word that changes something is journalled."""
    if answer.code == peer_responses.TAKEN_OVER and answer.kind is not DocumentKind.ORDER_RESPONSE:
        return
    state = OutState.REJECTED if meaning is Meaning.REJECTED else OutState.DELIVERED
    at = moment_of(session) or datetime.combine(today, time(), UTC)
    words = peer_responses.in_short(" ".join((answer.words, *(line.words for line in answer.lines))))
    said = words if state is OutState.REJECTED else f"{answer.kind} {answer.code}"
    was = outbox.verdict(session, message.instance_id, state, answer=said, at=at)
    if was is not None:
        journal.record(
            session,
            journal.SYSTEM,
            MessageAction.REJECTED if state is OutState.REJECTED else MessageAction.DELIVERED,
            ExchangeSubject.MESSAGE_OUT.of(message.sequence),
            was=was,
            kind=message.kind,
            document=message.document_id,
        )


def _supplier_of(register: Register, answer: PeerAnswer, origin: Sender) -> Supplier | None:
    """The supplier that answers: by the envelope where there is one, else by the document's own endpoint."""
    address = origin.sender or answer.sender
    for supplier in register.suppliers:
        if address in (*supplier.endpoints, f"0007:{supplier.organisation_number}"):
            return supplier
    return None


def _again(
    session: Session,
    register: Register,
    message: InboundMessage,
    answer: PeerAnswer,
    origin: Sender,
    earlier: int,
) -> Recorded:
    """The same answer once more is a repeat; the same number with other content a conflict, both kept and told."""
    same = envelope.same_document(message.body, inbox_store.body_of(session, earlier) or b"")
    repeated = earlier if same else inbox_store.conflict_with(session, message.sha256)
    state = InState.CONFLICT if repeated is None else InState.REPEAT
    supplier = _supplier_of(register, answer, origin)
    inbox_store.settle(
        session,
        message.id,
        state,
        kind=answer.kind,
        business_key=_business_key(answer),
        reason=state.value,
        reason_text=NO_TEXT if repeated is not None else _CONFLICT.with_values(number=answer.number),
        repeats=earlier if repeated is None else repeated,
        supplier=supplier.organisation_number if supplier is not None and repeated is None else "",
    )
    if repeated is None:
        owed_answer_store.note(session, inbox.about(message.id), OwedState.DUE)
    return Recorded(state, state.value)


def _business_key(answer: PeerAnswer) -> str:
    return within(f"{answer.sender} {answer.kind} {answer.number}", 200)
