"""What a webhook endpoint is, what is sent to it, and how long it is tried: values and tables of states.

Convention: an endpoint is a supplier's, or the buyer's for an empty organisation. A message is one event at one
endpoint, an attempt one try to hand it over.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from foundation.backoff import Ladder
from foundation.text import Text
from foundation.transitions import Transitions
from orders.register.unit_scope import UnitScope

SECRETS_MOST: Final = 2
"""So many secrets of an endpoint hold at once, and each message is signed with all of them."""

ENDPOINTS_MOST: Final = 20
"""So many endpoints one organisation may have at once."""

RESTS: Final = Ladder.doubling(timedelta(seconds=30), longest=timedelta(hours=4))
"""How long a message rests after each failure; the last step goes on until the message is given up."""

GIVEN_UP_AFTER: Final = timedelta(days=3)
"""So long after its first attempt a message is tried."""

IN_A_ROW: Final = 5
"""After so many failures in a row, whatever they were, the whole endpoint rests; where nobody answers, at once."""

REST_MOST: Final = timedelta(hours=4)
"""No endpoint rests longer, whatever its Retry-After asks for."""

TEST: Final = "webhook.test"
"""The type of the message that the test button sends; it is tried once."""


class EndpointState(StrEnum):
    """Whether messages are sent to an endpoint."""

    ACTIVE = "ACTIVE"
    DISABLED = "DISABLED"
    ENDED = "ENDED"


ENDPOINT_WORDS: Final[Mapping[EndpointState, Text]] = {
    EndpointState.ACTIVE: Text("Aktiv", context="webhook"),
    EndpointState.DISABLED: Text("Avstängd", context="webhook"),
    EndpointState.ENDED: Text("Borttagen", context="webhook"),
}
"""What people call each state."""

ENDPOINT_FOLLOWS = Transitions(
    {
        EndpointState.ACTIVE: {EndpointState.DISABLED, EndpointState.ENDED},
        EndpointState.DISABLED: {EndpointState.ACTIVE, EndpointState.ENDED},
    },
    ends={EndpointState.ENDED},
    remedy=Text("Gör en ny webhook."),
    words=ENDPOINT_WORDS,
)
"""What is disabled waits and loses nothing; what has ended stays so."""


class DisabledFor(StrEnum):
    """Why an endpoint was disabled."""

    BY_HAND = "BY_HAND"
    FAILING = "FAILING"
    GONE = "GONE"


DISABLED_WORDS: Final[Mapping[DisabledFor, Text]] = {
    DisabledFor.BY_HAND: Text("Någon har stängt av den."),
    DisabledFor.FAILING: Text("Inget har gått fram på tre dygn."),
    DisabledFor.GONE: Text("Mottagaren svarade 410 (Gone): adressen finns inte mer."),
}
"""What is said of it on pages and in mails."""


class MessageState(StrEnum):
    """How far a message has come at its endpoint."""

    WAITING = "WAITING"
    DELIVERED = "DELIVERED"
    FAILED = "FAILED"


MESSAGE_WORDS: Final[Mapping[MessageState, Text]] = {
    MessageState.WAITING: Text("Väntar", context="webhook"),
    MessageState.DELIVERED: Text("Framme", context="webhook"),
    MessageState.FAILED: Text("Gick inte fram", context="webhook"),
}
"""What people call each state."""

_SENT: Final = {MessageState.WAITING: frozenset({MessageState.DELIVERED, MessageState.FAILED})}
_AGAIN: Final = dict.fromkeys(
    (MessageState.DELIVERED, MessageState.FAILED), frozenset({MessageState.WAITING})
)

MESSAGE_FOLLOWS = Transitions(
    _SENT,
    ends={MessageState.DELIVERED, MessageState.FAILED},
    words=MESSAGE_WORDS,
    beside=_AGAIN,
)
"""What sending makes of a message."""

REDELIVERY_FOLLOWS = Transitions(
    _AGAIN,
    ends={MessageState.WAITING},
    words=MESSAGE_WORDS,
    beside=_SENT,
)
"""What has come to its end is sent again where somebody says so, under the same id."""


@dataclass(frozen=True, slots=True)
class Endpoint:
    """Where messages go, and how it fares. `types` empty: every type; `within` None: all units."""

    id: int
    organisation: str
    name: str
    url: str
    within: UnitScope | None
    types: tuple[str, ...]
    client_id: int | None
    state: EndpointState
    cursor: int
    version: int
    made_at: datetime
    made_by: str
    failures: int
    failing_since: datetime | None
    rests_until: datetime | None
    delivered_at: datetime | None
    disabled_at: datetime | None
    disabled_for: str
    missed_from: int | None
    missed_to: int | None

    @property
    def is_buyers(self) -> bool:
        """Whether it is one of the buyer's own systems."""
        return not self.organisation

    @property
    def is_failing(self) -> bool:
        """Whether its last attempt failed."""
        return self.failing_since is not None

    def takes_messages(self, now: datetime) -> bool:
        """Whether more than tests are sent to it now: it is active, and does not rest."""
        rests = self.rests_until is not None and self.rests_until > now
        return self.state is EndpointState.ACTIVE and not rests

    def wants(self, type_: str) -> bool:
        """Whether messages of this type are sent to it: it names the type, or its topic as `invoice.*`."""
        topic = type_.partition(".")[0]
        return not self.types or type_ in self.types or f"{topic}.*" in self.types


@dataclass(frozen=True, slots=True)
class WebhookSecret:
    """One secret of an endpoint, without the secret itself."""

    id: int
    endpoint_id: int
    place: int
    made_at: datetime
    made_by: str


@dataclass(frozen=True, slots=True)
class WebhookMessage:
    """One event at one endpoint; `body` is what is sent, byte for byte, each time."""

    id: int
    endpoint_id: int
    sequence: int | None
    event_id: str
    type: str
    execution_reference: str
    at: datetime
    body: str
    state: MessageState
    attempts: int
    first_tried_at: datetime | None
    due_at: datetime | None
    closed_at: datetime | None

    @property
    def is_test(self) -> bool:
        """Whether the test button made it."""
        return self.type == TEST


@dataclass(frozen=True, slots=True)
class Attempt:
    """One try: the status of the answer, or the fault that kept it away, and how long it took."""

    number: int
    at: datetime
    status: int | None
    fault: str
    milliseconds: int
    answer: str

    @property
    def is_success(self) -> bool:
        """Whether the receiver has taken the message."""
        return self.status is not None and 200 <= self.status < 300
