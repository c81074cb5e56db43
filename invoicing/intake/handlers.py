"""Who handles which kind of message: the table by which arrived messages are sorted.

A handler gets an open transaction, the message as stored and what was read of it outside the
transaction; it takes the message (`mailbox.take`), lets it have its effect, and says what became
of it, or None when somebody else had taken it. A kind that nobody handles, and bytes of no known
kind, lie in quarantine with their reason, where people see them; nothing is thrown away.
"""

from collections.abc import Callable, Mapping
from datetime import date

from foundation.sql import Session
from invoicing.documents.reading import Reading
from invoicing.intake import intake, near_duplicates, protecting
from invoicing.intake.intake import IntakeResult
from invoicing.responses import received as responses_received
from orders.register.register import Register
from peppol.exchange import inbox_store
from peppol.exchange.inbox_store import InboundMessage
from peppol.identifiers import DocumentKind

Handler = Callable[[Session, Register, InboundMessage, Reading, date], IntakeResult | None]


def _billing(
    session: Session, register: Register, message: InboundMessage, reading: Reading, today: date
) -> IntakeResult | None:
    outcome = intake.receive(session, register, message, reading, today=today)
    if outcome is not None and outcome.invoice is not None:
        near_duplicates.note(session, message.id, outcome.invoice)
    return outcome


def _answer(
    session: Session, register: Register, message: InboundMessage, reading: Reading, today: date
) -> IntakeResult | None:
    """A supplier's answer to a message of ours; one that breaks a rule lies in quarantine as any other message."""
    if reading.answer is None:
        return intake.receive(session, register, message, reading, today=today)
    if not inbox_store.take(session, message.id, kind=reading.answer.kind):
        return None
    became = responses_received.receive(
        session, register, message, reading.answer, reading.origin, today=today
    )
    return IntakeResult(message.id, became.state, reason=became.reason)


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
    """Let a read message have its effect. Raises IntegrityError when another message of its number just did."""
    handler = HANDLERS.get(reading.kind, _billing) if reading.kind is not None else _billing
    outcome = handler(session, register, message, reading, today)
    if outcome is not None:
        protecting.protect(session, message, reading.personal_numbers, outcome.invoice, today=today)
    return outcome
