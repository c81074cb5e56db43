"""The circuit breaker of an access point: one row for each way, out and in, shared by all workers.

Closed: everybody sends. Open: after some failures in a row to reach the access point nobody
does, until one worker is let through with one message (the probe); what it meets decides. So an
access point that is down is asked now and then, by one message, and messages keep their attempts.

The way in has a circuit of its own: collecting that fails says nothing of handing over, which may go to another host,
and a listing that is refused must not hold up what can be sent. An open circuit says what for: our word for the fault,
at which host, and what was asked of it.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from foundation.backoff import Ladder
from foundation.sql import Session
from peppol.exchange import access_point_store

FAILURES_TO_OPEN: Final = 3
"""So many failures in a row to reach an access point, and it is left alone."""

PROBES: Final = Ladder((timedelta(minutes=1), timedelta(minutes=5), timedelta(minutes=15)))
"""The rest before the first, second, and every later probe."""


class Admission(StrEnum):
    """What a worker may do with an access point now."""

    FREELY = "FREELY"
    PROBE = "PROBE"  # one message, to see whether it answers again
    NOT_NOW = "NOT_NOW"


@dataclass(frozen=True, slots=True)
class Miss:
    """What kept us from an access point: our word for it, at which host, what was asked of it, and what it said."""

    code: str
    host: str = ""
    verb: str = ""
    answer: str = ""


@dataclass(frozen=True, slots=True)
class Turn:
    """What a round meant to the breaker: it opened, it closed, or it stayed as it was."""

    opened: bool = False
    closed: bool = False
    is_open: bool = False


def way_in(name: str) -> str:
    """The row of an access point's way in; the way out has the access point's own name.

    >>> way_in("sftp")
    'sftp/in'
    """
    return f"{name}{_IN}"


_IN: Final = "/in"


def is_way_in(name: str) -> bool:
    """Whether a row is about a way in."""
    return name.endswith(_IN)


def point_of(name: str) -> str:
    """The access point that a row is about."""
    return name.removesuffix(_IN)


def admit(session: Session, name: str, *, now: datetime, lease: timedelta) -> Admission:
    """Whether messages may be sent through the access point now; a probe is given to one worker alone."""
    access_point_store.add_if_new(session, name)
    if not access_point_store.is_open(session, name):
        return Admission.FREELY
    longest = max(lease, PROBES.steps[-1])
    probes = access_point_store.take_probe(session, name, now=now, until=now + lease, longest=longest)
    return Admission.PROBE if probes else Admission.NOT_NOW


def reached(session: Session, name: str, *, now: datetime) -> Turn:
    """The access point answered: whatever it said, it is there."""
    closed = access_point_store.close(session, name)
    access_point_store.note_reached(session, name, now=now)
    return Turn(closed=closed)


def missed(session: Session, name: str, failures: int, miss: Miss, *, now: datetime) -> Turn:
    """The access point could not be reached, so many times in a row; `miss` is the last of them."""
    row = access_point_store.locked(session, name)
    total = row.failures + failures
    opens = row.opened_at is None and total >= FAILURES_TO_OPEN
    is_open = opens or row.opened_at is not None
    probes = 0 if opens else row.probes + 1
    noted: dict[str, object] = {
        "failures": total,
        "answer": miss.answer,
        "code": miss.code,
        "host": miss.host[:255],
        "verb": miss.verb,
    }
    if is_open:
        noted |= {"probes": probes, "probe_at": now + PROBES.rest_without_end(probes + 1)}
    if opens:
        noted["opened_at"] = now
    access_point_store.change(session, name, **noted)
    return Turn(opened=opens, is_open=is_open)
