"""The messages of a month that went over the network, ours and those to us, with the beginning of each one's bytes."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Column, Label, LargeBinary, func, select, type_coerce

from foundation.sql import Session
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
    question = select(outbox.c.kind, _beginning(outbox.c.body)).where(
        outbox.c.receiver != "", outbox.c.sent_at >= first, outbox.c.sent_at < end
    )
    for row in session.execute(question.execution_options(yield_per=_AT_A_TIME)):
        # Of no bytes at all SQLite cuts nothing, which is no bytes either.
        yield Exchanged(row.kind, row.beginning or b"")


def received(session: Session, first: datetime, end: datetime) -> Iterator[Exchanged]:
    """The messages that came to us, repeats and those that became nothing among them: each was transmitted."""
    question = select(inbox.c.kind, _beginning(inbox.c.body)).where(
        inbox.c.received_at >= first,
        inbox.c.received_at < end,
        ~inbox.c.transport_id.startswith(PORTAL, autoescape=True),
        inbox.c.kind != _EVENT,
    )
    for row in session.execute(question.execution_options(yield_per=_AT_A_TIME)):
        # Of no bytes at all SQLite cuts nothing, which is no bytes either.
        yield Exchanged(row.kind, row.beginning or b"")


def _beginning(body: Column[Any]) -> Label[bytes]:
    return type_coerce(func.substr(body, 1, _BEGINNING), LargeBinary).label("beginning")
