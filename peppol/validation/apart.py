"""Documents of others are checked in processes apart, each within an allowance that follows its size (decision 66).

Convention: everything that reads a document whose bytes somebody else chose goes through `checked`; what is read again
of documents we made ourselves does not.
"""

from collections.abc import Callable, Sequence
from contextvars import ContextVar
from dataclasses import replace
from datetime import date
from typing import Final, TypeVar

from foundation.apart.confined import Allowance, Processes
from peppol.envelope.opening import unwrap
from peppol.validation import validation
from peppol.validation.validation import ValidationResult

T = TypeVar("T")

AT_ONCE: Final = 3
"""So many documents are checked at the same time in one process of ours."""
_CPU_SECONDS: Final = 8
_CPU_SECONDS_PER_MB: Final = 6
_MEMORY_BYTES: Final = 400_000_000
_MEMORY_PER_BYTE: Final = 60
# A machine that does much else takes longer by the clock than the document takes of the processor.
_WALL_FACTOR: Final = 4
_WALL_SECONDS: Final = 30.0


def allowance_for(size: int) -> Allowance:
    """What checking a document of so many bytes may take: several times what any does (test_cost.py)."""
    cpu_seconds = _CPU_SECONDS + _CPU_SECONDS_PER_MB * size // 1_000_000
    return Allowance(
        cpu_seconds,
        _MEMORY_BYTES + _MEMORY_PER_BYTE * size,
        _WALL_SECONDS + _WALL_FACTOR * cpu_seconds,
    )


def _warm() -> None:
    """Load and compile what checking needs."""
    validation.validate(_SMALLEST, on=date(2026, 9, 1))


_SMALLEST: Final = b"""<Invoice xmlns="urn:oasis:names:specification:ubl:schema:xsd:Invoice-2"/>"""

CHECKS: Final = Processes(most=AT_ONCE, warm=_warm)
"""Where documents are checked."""

SPENT: Final[ContextVar[Callable[[float], object]]] = ContextVar("spent", default=float)
"""Who is told how many seconds of a processor a check took: whoever has asked for it, else nobody."""


def checked(
    work: Callable[..., T],
    body: bytes,
    *arguments: object,
    unwanted: Callable[[], bool] = bool,
) -> T:
    """What `work` makes of the bytes and the arguments, in a process apart; `SPENT` is told what it took.

    Raises WorkEnded, WorkFailed, NoneFree.
    """
    allowance = allowance_for(len(body))
    return CHECKS.run(work, body, *arguments, allowance=allowance, unwanted=unwanted, spent=SPENT.get())


def checked_together(work: Callable[..., T], bodies: Sequence[bytes], *arguments: object) -> T:
    """As `checked`, of some documents by one piece of work that has the allowance of all of them.

    Raises WorkEnded, WorkFailed, NoneFree; it is not said which of them was to blame.
    """
    allowance = allowance_for(sum(map(len, bodies)))
    return CHECKS.run(work, bodies, *arguments, allowance=allowance, spent=SPENT.get())


def validate(body: bytes, *, on: date) -> ValidationResult:
    """As `validation.validate`, apart; the result has no tree. Raises WorkEnded, WorkFailed, NoneFree."""
    return checked(_validated, body, on)


def validate_message(body: bytes, *, on: date) -> ValidationResult:
    """As `validate`, of the document in a message, with the places and lines of the document itself."""
    return checked(_validated_in_message, body, on)


def _validated_in_message(body: bytes, on: date) -> ValidationResult:
    return _validated(unwrap(body).payload or body, on)


def _validated(body: bytes, on: date) -> ValidationResult:
    return replace(validation.validate(body, on=on), root=None)
