"""Who handles which kind of message: the table by which arrived messages are sorted.

A handler gets an open transaction, the message as stored, taken already, what was read of it outside the
transaction, and what was asked of the books for it ahead; it lets the message have its effect and says what became
of it. A kind that nobody handles, and bytes of no known
kind, lie in quarantine with their reason, where people see them; nothing is thrown away.
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import date

from foundation import written_together
from foundation.observability import tracing
from foundation.sql import Session
from invoicing.documents import tables as document_tables
from invoicing.documents.reading import Reading
from invoicing.intake import asked_ahead, intake, near_duplicates, protecting
from invoicing.intake.asked_ahead import AskedAhead
from invoicing.intake.intake import IntakeResult
from invoicing.responses import received as responses_received
from orders.register.register import Register
from peppol.exchange import inbox_store
from peppol.exchange.inbox_store import InboundMessage
from peppol.identifiers import DocumentKind

Handler = Callable[[Session, Register, InboundMessage, Reading, date, AskedAhead | None], IntakeResult]


def _billing(
    session: Session,
    register: Register,
    message: InboundMessage,
    reading: Reading,
    today: date,
    ahead: AskedAhead | None,
) -> IntakeResult:
    outcome = intake.receive(session, register, message, reading, today=today, ahead=ahead)
    if outcome.invoice is not None:
        alike = ahead.alike if ahead is not None else None
        near_duplicates.note(session, message.id, outcome.invoice, alike=alike)
    return outcome


def _answer(
    session: Session,
    register: Register,
    message: InboundMessage,
    reading: Reading,
    today: date,
    ahead: AskedAhead | None,
) -> IntakeResult:
    """A supplier's answer to a message of ours; one that breaks a rule lies in quarantine as any other message."""
    if reading.answer is None:
        return intake.receive(session, register, message, reading, today=today, ahead=ahead)
    became = responses_received.receive(
        session, register, message, reading.answer, reading.origin, today=today
    )
    return IntakeResult(message.id, became.state, reason=became.reason, touched_others=True)


HANDLERS: Mapping[DocumentKind, Handler] = {
    DocumentKind.INVOICE: _billing,
    DocumentKind.CREDIT_NOTE: _billing,
    DocumentKind.ORDER_RESPONSE: _answer,
    DocumentKind.INVOICE_RESPONSE: _answer,
    DocumentKind.MLR: _answer,
    DocumentKind.MLS: _answer,
}
"""The handler of each kind of document that is more than kept."""


def handle(
    session: Session, register: Register, message: InboundMessage, reading: Reading, *, today: date
) -> IntakeResult | None:
    """Let a read message have its effect; None where another worker has handled it.

    Raises IntegrityError when another message of its number just was.
    """
    if not inbox_store.take(session, message.id, kind=_kind_of(reading)):
        return None
    return _handled(session, register, message, reading, today=today)


def handle_together(
    session: Session,
    register: Register,
    group: Sequence[tuple[InboundMessage, Reading]],
    *,
    today: date,
) -> list[IntakeResult]:
    """Let some read messages have their effects in their order, as `handle` does one after the other.

    What they need of the books is asked once for all of them, and what they write is written by kind. Those that
    another worker has handled are left out. Whatever it raises, it is not said of which message.
    """
    with written_together.gathered(session):
        taken = inbox_store.take_all(session, {message.id: _kind_of(reading) for message, reading in group})
        left = [(message, reading) for message, reading in group if message.id in taken]
        asked_ahead.take_turns(session, left)
        became: list[IntakeResult] = []
        ahead: Mapping[int, AskedAhead] | None = None
        for place, (message, reading) in enumerate(left):
            if ahead is None:
                ahead = asked_ahead.ask(session, register, left[place:])
                new = sum(each.earlier is None for each in ahead.values())
                written_together.reserve_numbers(session, document_tables.invoice.c.id, new)
            outcome = _handled(session, register, message, reading, today=today, ahead=ahead.get(message.id))
            if outcome.touched_others:
                ahead = None
            became.append(outcome)
    return became


def _handled(
    session: Session,
    register: Register,
    message: InboundMessage,
    reading: Reading,
    *,
    today: date,
    ahead: AskedAhead | None = None,
) -> IntakeResult:
    """Let a message that is taken become what it is, as what follows from its reading."""
    with tracing.span("message received", parent=reading.traceparent, message=message.id) as span:
        handler = HANDLERS.get(reading.kind, _billing) if reading.kind is not None else _billing
        outcome = handler(session, register, message, reading, today, ahead)
        protecting.protect(
            session,
            message,
            reading.personal_numbers,
            outcome.invoice,
            today=today,
            is_cleared=ahead.is_cleared if ahead is not None else None,
        )
        span.tell(state=outcome.message_state.value)
    return outcome


def _kind_of(reading: Reading) -> str:
    return reading.answer.kind if reading.answer is not None else reading.kind or ""
