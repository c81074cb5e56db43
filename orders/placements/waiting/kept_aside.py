"""Interruptions that could not be applied, each with what it would change as the books stand now."""

from collections.abc import Sequence
from dataclasses import dataclass

from foundation.sql import Session
from orders.events import late_store
from orders.events.data import InterruptionMoved, InterruptionRegistered
from orders.events.envelope import read_event
from orders.events.store import StoredEvent
from orders.placements import late_interruptions
from orders.placements import store as placement_store
from orders.placements.late_interruptions import ReceiptCut
from orders.register.register import Register


@dataclass(frozen=True, slots=True)
class KeptAside:
    """An event about an interruption that waits for a person. `cuts` is None where it is not late, but wrong."""

    event: StoredEvent
    supplier: str
    cuts: Sequence[ReceiptCut] | None


def late_interruptions_waiting(
    session: Session, register: Register, *, limit: int, offset: int = 0
) -> list[KeptAside]:
    """Those that wait, the oldest first."""
    events = late_store.interruptions(session, limit=limit, offset=offset)
    return [_with_cuts(session, register, event) for event in events]


def _with_cuts(session: Session, register: Register, event: StoredEvent) -> KeptAside:
    told = read_event(event.body).data
    placement = placement_store.find(session, event.execution_reference)
    cuts = (
        late_interruptions.would_change(session, register, told, told_on=event.told_on)
        if isinstance(told, InterruptionRegistered | InterruptionMoved)
        else None
    )
    return KeptAside(event, placement.supplier if placement else "", cuts)
