"""Spans: what is done for a request, a run or a message, how long it took, and within what.

Convention: code says `with tracing.span("message sent", attempt=2)` and knows no more. Whoever watches sets a `Tracer`
(`billing.server.observability.telemetry`); without one a span costs a look at a variable. An attribute is a number of
ours, a code or a count: never what somebody wrote, and no name, number or address of anybody (decision 125). What an
error says may hold such, so a span that ends with one tells its kind alone.

A process apart has no tracer: it notes its spans (`Noted`), and whoever asked tells them as its own.
"""

import time
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final, Protocol

Attribute = str | int | float | bool


class SpanKind(StrEnum):
    """Which side of a conversation a span is."""

    INTERNAL = "INTERNAL"
    SERVER = "SERVER"
    CLIENT = "CLIENT"


class Span(Protocol):
    """What is being done."""

    @property
    def traceparent(self) -> str:
        """What ties what is done later to this (W3C Trace Context); empty where nothing is watched."""

    def tell(self, **attributes: Attribute) -> None:
        """What is known of it now."""

    def name(self, name: str) -> None:
        """What it is called, where that is known only at its end."""

    def fail(self, why: str) -> None:
        """It went wrong: a code or a kind of error, never its words."""


@dataclass(frozen=True, slots=True)
class NotedSpan:
    """A span that was noted in another process: its moments in nanoseconds since 1970, its parent's place or -1."""

    name: str
    began: int
    ended: int
    parent: int
    attributes: tuple[tuple[str, Attribute], ...] = ()


class Tracer(Protocol):
    """Who makes spans of what is done."""

    def span(
        self, name: str, side: SpanKind, parent: str, attributes: dict[str, Attribute]
    ) -> AbstractContextManager[Span]:
        """A span within the one that is under way, or after `parent` where that is given."""

    def noted(self, spans: Sequence[NotedSpan]) -> None:
        """Spans of a process apart, as within the one that is under way."""


class _Nothing:
    """A span that nobody watches."""

    __slots__ = ()
    traceparent: Final = ""

    def __enter__(self) -> Span:
        return self

    def __exit__(self, *ended: object) -> None:
        """Nothing was under way."""

    def tell(self, **attributes: Attribute) -> None:
        """Nobody hears."""

    def name(self, name: str) -> None:
        """Nobody hears."""

    def fail(self, why: str) -> None:
        """Nobody hears."""


_NOTHING: Final = _Nothing()
_tracer: list[Tracer] = []


def use(tracer: Tracer | None) -> None:
    """Let this process be watched by `tracer`; None: by nobody."""
    _tracer[:] = [] if tracer is None else [tracer]


def is_watched() -> bool:
    """Whether anybody makes spans of what this process does."""
    return bool(_tracer)


def span(
    name: str, *, side: SpanKind = SpanKind.INTERNAL, parent: str = "", **attributes: Attribute
) -> AbstractContextManager[Span]:
    """What is done in the block, as a span of the one under way; `parent` is the `traceparent` of what it follows from.

    An attribute without a point in its name is one of ours: who watches sees it as `billing.<name>`.
    """
    if not _tracer:
        return _NOTHING
    return _tracer[0].span(name, side, parent, attributes)


def noted(spans: Sequence[NotedSpan]) -> None:
    """Tell what a process apart noted while it was asked."""
    if _tracer and spans:
        _tracer[0].noted(spans)


_WITHIN: Final[ContextVar[int]] = ContextVar("within", default=-1)


@dataclass(slots=True)
class Noting:
    """The tracer of a process that has nobody to tell: it notes its spans, for whoever asked for the work."""

    spans: list[NotedSpan] = field(default_factory=list)

    @contextmanager
    def span(
        self, name: str, side: SpanKind, parent: str, attributes: dict[str, Attribute]
    ) -> Iterator[Span]:
        """Note it when it has ended."""
        place = len(self.spans)
        began = time.time_ns()
        self.spans.append(NotedSpan(name, began, began, _WITHIN.get()))
        within = _WITHIN.set(place)
        one = _NotedNow(name, attributes)
        try:
            yield one
        finally:
            _WITHIN.reset(within)
            self.spans[place] = NotedSpan(
                one.called, began, time.time_ns(), _WITHIN.get(), tuple(one.attributes.items())
            )

    def noted(self, spans: Sequence[NotedSpan]) -> None:
        """A process apart asks none."""


@dataclass(slots=True)
class _NotedNow:
    """A span that is being noted."""

    called: str
    attributes: dict[str, Attribute]
    traceparent: str = ""

    def tell(self, **attributes: Attribute) -> None:
        """Note it."""
        self.attributes.update(attributes)

    def name(self, name: str) -> None:
        """Note it."""
        self.called = name

    def fail(self, why: str) -> None:
        """Note it as an attribute: who asked hears of the error itself."""
        self.attributes["error.type"] = why
