"""What is tried to see whether an access point would do its work: step by step, sending nothing and taking nothing.

Convention: each step is the real thing as far as it goes: signing in, listing, and where files are written also
writing one and removing it. A step that fails says so in its own error; those after it are tried all the same, where
they can be.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol, runtime_checkable

from peppol.access_points.composed import Composed, NoInlet
from peppol.access_points.protocol import AccessPoint, AccessPointError


class ProbeStep(StrEnum):
    """What is tried."""

    SIGN_IN = "SIGN_IN"  # reach it, and be let in
    LIST = "LIST"  # what has come can be listed
    HAND_OVER = "HAND_OVER"  # a message would be taken: a file can be written in the outbox
    PUT_AWAY = "PUT_AWAY"  # what is stored can be moved or removed where it lay
    KEEP = "KEEP"  # what was stored can be laid where it is kept


@dataclass(frozen=True, slots=True)
class Probed:
    """How one step went: no error where it went well."""

    step: ProbeStep
    error: AccessPointError | None = None


@runtime_checkable
class CanBeProbed(Protocol):
    """A way out or in that can be tried."""

    def probe(self) -> Iterator[Probed]:
        """Each step in turn. Raises nothing that an access point does."""


def tried(step: ProbeStep, what: Callable[[], object]) -> Probed:
    """How one step goes."""
    try:
        what()
    except AccessPointError as error:
        return Probed(step, error)
    return Probed(step)


def probed(access_point: AccessPoint) -> Sequence[Probed]:
    """How each step goes, of the way out and then of the way in where that is another."""
    parts = (
        [access_point.outlet, access_point.inlet] if isinstance(access_point, Composed) else [access_point]
    )
    steps: list[Probed] = []
    for part in parts:
        if isinstance(part, CanBeProbed):
            steps += part.probe()
        elif not isinstance(part, NoInlet):
            steps.append(tried(ProbeStep.LIST, lambda: next(iter(access_point.inbound()), None)))
    return steps
