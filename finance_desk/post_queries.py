"""What the page of the post asks of our messages: whose address the network did not know, and a message's bytes."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import func, select

from foundation.sql import Session
from peppol.access_points.protocol import PeerVerdict
from peppol.exchange.bodies import body_store
from peppol.exchange.bodies.body_store import OUT
from peppol.exchange.tables import OutState, outbox

_NOT_TAKEN = (PeerVerdict.OTHER_KINDS_ONLY.value, PeerVerdict.NOT_REGISTERED.value)


@dataclass(frozen=True, slots=True)
class TurnedAway:
    """How many messages lie in the portal for a supplier, since its address did not take them."""

    recipient: str
    receiver: str
    outcome: str
    many: int


def turned_away(session: Session) -> Sequence[TurnedAway]:
    """The suppliers whose address the network did not know, or that takes no such messages."""
    question = (
        select(outbox.c.recipient, outbox.c.receiver, outbox.c.outcome, func.count().label("many"))
        .where(outbox.c.state == OutState.IN_PORTAL, outbox.c.outcome.in_(_NOT_TAKEN))
        .group_by(outbox.c.recipient, outbox.c.receiver, outbox.c.outcome)
        .order_by(outbox.c.recipient)
    )
    return [
        TurnedAway(recipient=row.recipient, receiver=row.receiver, outcome=row.outcome, many=row.many)
        for row in session.execute(question)
    ]


def body_of(session: Session, sequence: int) -> bytes:
    """The bytes of a message of ours; none where there is no such message."""
    return body_store.of_message(session, OUT, sequence) or b""
