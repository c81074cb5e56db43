"""Whom a try to sign in is counted with: a stranger with all other strangers, a known browser alone.

Convention: a stranger's try counts for the name from his client, for the client, and for the name from everywhere. So
one place is slowed, many names from one place, and one name from many places. A browser that is known has a count of
its own instead, and none of that reaches it. Whoever comes in takes his own mistakes back from what he shares.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from accounts import tokens
from accounts.guessing import guessed_accounts, known_devices, rate_limit
from accounts.guessing.rate_limit import GuessedByMany, Limit, TooOften
from foundation.sql import Session


@dataclass(frozen=True, slots=True)
class Lane:
    """The keys a try is counted for: its own, which a right one empties, and those shared with others."""

    own: str
    shared: Sequence[tuple[str, Limit]] = ()


def lane_of(session: Session, name: str, client: str, device: str, *, now: datetime) -> Lane:
    """The lane of a try with this name, from this client and from the browser with this secret."""
    if known_devices.is_known(session, name, device, now=now):
        return Lane(f"sign-in {name} device {tokens.fingerprint(device)}")
    return stranger(name, client)


def stranger(name: str, client: str) -> Lane:
    """The lane of whoever is not known."""
    return Lane(
        f"sign-in {name} {client}",
        (
            (f"sign-in {client}", rate_limit.ONE_CLIENT),
            (guessed_accounts.key_of(name), rate_limit.STRANGERS),
        ),
    )


def count(session: Session, lane: Lane, *, now: datetime) -> None:
    """Count a try for every key of its lane. Raises TooOften; the caller's transaction then counts it for none."""
    rate_limit.count(session, lane.own, rate_limit.ONE_NAME, now=now)
    for key, limit in lane.shared:
        try:
            rate_limit.count(session, key, limit, now=now)
        except TooOften as wait:
            if limit is rate_limit.STRANGERS:
                raise GuessedByMany(wait.seconds) from None
            raise


def came_in(session: Session, lane: Lane) -> None:
    """The right password has come: forget the tries of the lane, and take them back from what is shared."""
    own_tries = rate_limit.forget(session, lane.own)
    for key, _ in lane.shared:
        rate_limit.take_back(session, key, own_tries)
