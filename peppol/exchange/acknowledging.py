"""Who sends the message level status (MLS) of what comes: our access point by itself, or we through it.

The network wants one MLS for each transmission, from the receiving side (Peppol Network Policy 1.0). Some access points
send it by themselves; then none of ours is ever written, and the supplier hears of a refusal by MLR or in the portal.
Where we send it, `outbox.acknowledges` lets the database refuse a second one.
"""

from collections.abc import Mapping
from enum import StrEnum
from typing import Final

from foundation.sql import Session, fact_of

_FACT: Final = "acknowledger"


class Acknowledger(StrEnum):
    """Who acknowledges what comes from the network."""

    OURSELVES = "OURSELVES"
    ACCESS_POINT = "ACCESS_POINT"


BY_KIND: Final[Mapping[str, Acknowledger]] = {
    "": Acknowledger.OURSELVES,
    "folder": Acknowledger.OURSELVES,
    "sftp": Acknowledger.OURSELVES,
    "phase4": Acknowledger.OURSELVES,
    "simulator": Acknowledger.OURSELVES,
    # phoss-ap answers every transmission after its own checks and its forwarding (MlsHandler, since 0.9).
    "phoss": Acknowledger.ACCESS_POINT,
}
"""Who it is for each kind of access point, unless the installation says otherwise."""


def facts_for(kind: str, sends_mls: bool | None) -> Mapping[str, object]:
    """What every session is told: who acknowledges, by the kind of access point or as the installation says."""
    if sends_mls is None:
        return {_FACT: BY_KIND[kind]}
    return {_FACT: Acknowledger.ACCESS_POINT if sends_mls else Acknowledger.OURSELVES}


def acknowledger(session: Session) -> Acknowledger:
    """Who acknowledges here; we ourselves where nobody has said."""
    found = fact_of(session, _FACT)
    return found if isinstance(found, Acknowledger) else Acknowledger.OURSELVES
