"""What a webhook says: a thin event, which names what to read and holds nothing of it. Pure.

Convention (standard-webhooks 1.0): `type`, `timestamp`, and `data` with the execution reference, the event's place in
the feed and the address of the resource. Whoever wants to know more reads it there, with what it may read. A supplier's
endpoint is told nothing of how the buyer works.
"""

import json
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, Final

from operations.event_feed.contract import OUTBOUND_DATA, OutboundEvent
from operations.webhooks.model import TEST

_API: Final = "/api/v1"

BUYERS_OWN: Final = frozenset({"interruption.kept_aside", "event.laid_aside"})
"""What the buyer's people have in hand, and no supplier is told."""

SUPPLIER_TYPES: Final = frozenset(OUTBOUND_DATA) - BUYERS_OWN
"""What a supplier's endpoint may be told."""

_OF_ORDERS: Final = frozenset({"order", "receipt", "objection"})
OF_DOCUMENTS: Final = frozenset({"invoice", "credit_note", "claim"})
"""Topics that are about a supplier's document, and are told to whose it is."""


def topic_of(type_: str) -> str:
    """What a type is about.

    >>> topic_of("credit_note.settled")
    'credit_note'
    """
    return type_.partition(".")[0]


def types_for(organisation: str) -> frozenset[str]:
    """The types that an endpoint of this organisation may be told; of the buyer for an empty one."""
    return SUPPLIER_TYPES if organisation else frozenset(OUTBOUND_DATA)


def document_of(event: OutboundEvent) -> int | None:
    """Our own number of the document the event is about; None where it is about none."""
    return int(json.loads(event.data)["document"]) if topic_of(event.type) in OF_DOCUMENTS else None


def resource_of(event: OutboundEvent, *, to_buyer: bool) -> str:
    """Where what it is about is read: the order, the placement or the document; by the buyer, the event itself."""
    if to_buyer:
        return f"{_API}/events?after={event.sequence - 1}&limit=1"
    data: Mapping[str, Any] = json.loads(event.data)
    topic = topic_of(event.type)
    if topic in OF_DOCUMENTS:
        return f"{_API}/invoices/{data['document']}"
    if topic in _OF_ORDERS:
        return f"{_API}/orders/{data['order_number']}"
    return f"{_API}/placements/{event.execution_reference}"


def payload_of(event: OutboundEvent, *, to_buyer: bool) -> str:
    """The body of the event, as it is signed and sent."""
    about = {"execution_reference": event.execution_reference} if event.execution_reference else {}
    return _written(
        event.type,
        event.at,
        {**about, "sequence": event.sequence, "resource": resource_of(event, to_buyer=to_buyer)},
    )


def payload_of_test(endpoint: int, *, at: datetime) -> str:
    """The body of what the test button sends: about no case at all."""
    return _written(TEST, at, {"resource": f"{_API}/webhooks/{endpoint}"})


def _written(type_: str, at: datetime, data: Mapping[str, object]) -> str:
    moment = at.isoformat(timespec="microseconds").replace("+00:00", "Z")
    said = {"type": type_, "timestamp": moment, "data": data}
    return json.dumps(said, ensure_ascii=False, separators=(",", ":"))


Payload = Callable[[OutboundEvent], str]
