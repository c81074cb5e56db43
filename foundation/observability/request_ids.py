"""The id a request goes by: in its answer, on its error page, in every line of the log, and in the journal's rows.

Convention: whoever passes a request on to us may name it (`X-Request-Id`), and what traces it (`traceparent`, W3C Trace
Context). Both are letters, digits and `._-` of a certain length or they are not used; nor is one that holds what
looks like a personal identity number. Nothing is ever decided by an id. Ours is fifteen letters in threes of five that
can be said on the telephone: no vowels, so no words, and no digits, so nothing that looks like a number of somebody's.
"""

import re
import secrets
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar, copy_context
from typing import Final, ParamSpec, TypeVar

import structlog

from foundation import personal_numbers

P = ParamSpec("P")
T = TypeVar("T")

HEADER: Final = "X-Request-Id"
DETAIL: Final = "request_id"
"""What the journal's rows call it."""

_LETTERS: Final = "BCDFGHJKLMNPQRSTVWXZ"
_GROUPS: Final = 3
_GROUP: Final = 5
_IDS: Final = len(_LETTERS) ** (_GROUPS * _GROUP)
_GIVEN: Final = re.compile(r"[0-9A-Za-z][0-9A-Za-z._-]{7,63}", re.ASCII)
# What proxies make: 128 random bits. Among so many, ten digits after one another are some person's now and then.
_RANDOM: Final = re.compile(r"[0-9a-f]{32}")
_TRACEPARENT: Final = re.compile(
    r"(?P<version>[0-9a-f]{2})-(?P<trace>[0-9a-f]{32})-[0-9a-f]{16}-[0-9a-f]{2}(?P<more>-.*)?", re.ASCII
)
_NO_TRACE: Final = "0" * 32

_CURRENT: Final[ContextVar[str]] = ContextVar("request_id", default="")


def new_id() -> str:
    """An id of our own: 64 bits, such as BCDFG-HJKLM-NPQRS."""
    left, letters = secrets.randbelow(_IDS), list[str]()
    for _ in range(_GROUPS * _GROUP):
        left, place = divmod(left, len(_LETTERS))
        letters.append(_LETTERS[place])
    return "-".join("".join(letters[each * _GROUP : (each + 1) * _GROUP]) for each in range(_GROUPS))


def accepted(given: str) -> str:
    """The id a request brought, or one of ours where it brought none that may be used.

    >>> accepted("5f1c0d7a9b3e4f60a1b2c3d4e5f60718")
    '5f1c0d7a9b3e4f60a1b2c3d4e5f60718'
    >>> accepted("19121212-1212") == "19121212-1212"
    False
    """
    return given if _GIVEN.fullmatch(given) and not _names_somebody(given) else new_id()


def trace_of(traceparent: str) -> str:
    """The trace id of a `traceparent`; empty where it is none that may be used.

    >>> trace_of("00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01")
    '4bf92f3577b34da6a3ce929d0e0e4736'
    """
    found = _TRACEPARENT.fullmatch(traceparent) if len(traceparent) <= 200 else None
    # Version ff is forbidden, and version 00 ends after its flags.
    if found is None or found["version"] == "ff" or (found["version"] == "00" and found["more"]):
        return ""
    trace = found["trace"]
    return "" if trace == _NO_TRACE or _names_somebody(trace) else trace


def current() -> str:
    """The id of the request this is done for; empty where it is none."""
    return _CURRENT.get()


@contextmanager
def identified(request_id: str, trace_id: str = "") -> Iterator[None]:
    """What is done and logged meanwhile is done for this request."""
    named = {"request_id": request_id} | ({"trace_id": trace_id} if trace_id else {})
    token = _CURRENT.set(request_id)
    try:
        with structlog.contextvars.bound_contextvars(**named):
            yield
    finally:
        _CURRENT.reset(token)


def in_detail(detail: Mapping[str, str]) -> dict[str, str]:
    """What a row of the journal says besides, with the request it was written in."""
    request_id = _CURRENT.get()
    return {**detail, DETAIL: request_id} if request_id else dict(detail)


def carried(function: Callable[P, T]) -> Callable[P, T]:
    """The function as it may be called in other threads: for the same request and run as here."""
    context = copy_context()

    def called(*arguments: P.args, **named: P.kwargs) -> T:
        # A context is entered by one thread at a time.
        return context.copy().run(function, *arguments, **named)

    return called


def _names_somebody(text: str) -> bool:
    if personal_numbers.is_written_out(text):
        return True
    return _RANDOM.fullmatch(text) is None and personal_numbers.found_in(text)
