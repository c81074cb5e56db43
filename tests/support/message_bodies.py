"""The bytes of messages as the books have them, each beside its message."""

from datetime import UTC, datetime

from sqlalchemy import delete, select

from foundation.sql import Session
from peppol.exchange.bodies import body_store, object_store
from peppol.exchange.bodies.object_storage import ObjectPlace
from peppol.exchange.bodies.object_store import StoredBody
from peppol.exchange.bodies.tables import BodyKind, body_object, outbox_body
from peppol.exchange.tables import InState, inbox


def bodies_in(session: Session, *states: InState) -> list[bytes]:
    """The bytes of the messages to us that have some, in the order they came; in one of these states where given."""
    question = select(inbox).order_by(inbox.c.id)
    if states:
        question = question.where(inbox.c.state.in_(states))
    return [body for _, body in body_store.beside(session, body_store.IN, question) if body is not None]


def without_bytes_out(session: Session) -> None:
    """Take away the bytes of all our messages, for a story that is told anew: what lies elsewhere may go from here."""
    for number, day in session.execute(select(outbox_body.c.letter, outbox_body.c.day)).all():
        place = ObjectPlace("none", str(number))
        stored = StoredBody(BodyKind.OUT, number, day, place, "0" * 64, 0)
        object_store.add(session, stored, at=datetime(2026, 1, 1, tzinfo=UTC))
    session.execute(delete(outbox_body))
    session.execute(delete(body_object))
