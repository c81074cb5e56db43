"""How far a document made in the portal has come, and which of its states keep its number."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Final

from foundation.text import Text
from foundation.transitions import Transitions


class PortalState(StrEnum):
    """How far a document has come."""

    WAITING = "WAITING"
    RELEASED = "RELEASED"
    READ = "READ"
    UNDONE = "UNDONE"
    STOPPED = "STOPPED"


PORTAL_WORDS: Final[Mapping[PortalState, Text]] = {
    PortalState.WAITING: Text("På väg"),
    PortalState.RELEASED: Text("Skickad"),
    PortalState.READ: Text("Mottagen"),
    PortalState.UNDONE: Text("Ångrad"),
    PortalState.STOPPED: Text("Stoppad"),
}
"""What people call each state."""


PORTAL_FOLLOWS = Transitions(
    {
        PortalState.WAITING: {PortalState.RELEASED, PortalState.UNDONE, PortalState.STOPPED},
        PortalState.RELEASED: {PortalState.READ},
    },
    ends={PortalState.READ, PortalState.UNDONE, PortalState.STOPPED},
    words=PORTAL_WORDS,
)

KEEPS_NUMBER: Final = (PortalState.WAITING, PortalState.RELEASED, PortalState.READ)
"""In these states a document keeps its number; in the others it was given back."""
