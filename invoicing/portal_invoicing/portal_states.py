"""How far a document made in the portal has come, and which of its states keep its number."""

from enum import StrEnum
from typing import Final

from foundation.transitions import Transitions


class PortalState(StrEnum):
    """How far a document has come."""

    WAITING = "WAITING"
    RELEASED = "RELEASED"
    READ = "READ"
    UNDONE = "UNDONE"
    STOPPED = "STOPPED"


PORTAL_FOLLOWS = Transitions(
    {
        PortalState.WAITING: {PortalState.RELEASED, PortalState.UNDONE, PortalState.STOPPED},
        PortalState.RELEASED: {PortalState.READ},
    },
    ends={PortalState.READ, PortalState.UNDONE, PortalState.STOPPED},
)

KEEPS_NUMBER: Final = (PortalState.WAITING, PortalState.RELEASED, PortalState.READ)
"""In these states a document keeps its number; in the others it was given back."""
