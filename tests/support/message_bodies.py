"""The bytes of messages as the books have them, each beside its message."""

from sqlalchemy import select

from foundation.sql import Session
from peppol.exchange.bodies import body_store
from peppol.exchange.tables import InState, inbox


def bodies_in(session: Session, *states: InState) -> list[bytes]:
    """The bytes of the messages to us that have some, in the order they came; in one of these states where given."""
    question = select(inbox).order_by(inbox.c.id)
    if states:
        question = question.where(inbox.c.state.in_(states))
    return [body for _, body in body_store.beside(session, body_store.IN, question) if body is not None]
