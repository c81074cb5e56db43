"""The messages of a month that went over the network, ours and those to us, with the beginning of each one's bytes."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Select, select

from foundation.sql import Session
from peppol.exchange.bodies import body_store
from peppol.exchange.bodies.body_store import IN, OUT, Bodies
from peppol.exchange.tables import inbox, outbox

# A document names its process among its first elements; an envelope of a few thousand bytes may come before it.
_BEGINNING: Final = 16_384
_AT_A_TIME: Final = 500
PORTAL: Final = "portal/"
"""What the place of a message begins with that was made in the portal: it never was on the network."""
_EVENT: Final = "event"


@dataclass(frozen=True, slots=True)
class Exchanged:
    """A message that went over the network: its kind, empty where it is not known, and how its bytes begin."""

    kind: str
    beginning: bytes


def sent(session: Session, first: datetime, end: datetime) -> Iterator[Exchanged]:
    """Our messages that an access point took at or after the first moment and before the other."""
    question = select(outbox.c.kind, outbox.c.sequence, outbox.c.issued_on).where(
        outbox.c.receiver != "", outbox.c.sent_at >= first, outbox.c.sent_at < end
    )
    yield from _exchanged(session, OUT, question)


def received(session: Session, first: datetime, end: datetime) -> Iterator[Exchanged]:
    """The messages that came to us, repeats and those that became nothing among them: each was transmitted."""
    question = select(inbox.c.kind, inbox.c.id, inbox.c.received_on).where(
        inbox.c.received_at >= first,
        inbox.c.received_at < end,
        ~inbox.c.transport_id.startswith(PORTAL, autoescape=True),
        inbox.c.kind != _EVENT,
    )
    yield from _exchanged(session, IN, question)


def _exchanged(session: Session, bodies: Bodies, question: Select[Any]) -> Iterator[Exchanged]:
    for rows in session.execute(question.execution_options(yield_per=_AT_A_TIME)).partitions():
        days = {number: day for _, number, day in rows}
        begins = body_store.beginnings(session, bodies, days, length=_BEGINNING)
        yield from (Exchanged(kind, begins.get(number, b"")) for kind, number, _ in rows)
