"""Which request something is done for: the id it brought or was given, from the first line of code to the last.

Whoever is in front (the proxy) names a request by `X-Request-Id`; who does not is given a name. The first of our
applications that meets a request names it, and those behind it use the name.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Final

import structlog
from fastapi.telemetry import TelemetryConfig
from starlette.types import Scope

from foundation.observability import request_ids, tracing
from foundation.observability.tracing import Attribute, Span, SpanKind

_KNOWN: Final = "billing.request_id"

NO_OTHER_TELEMETRY: Final[TelemetryConfig] = {
    "tracing": False,
    "metrics": False,
    "logs": False,
    "operation_spans": False,
    "auto_configure": False,
}
"""The framework's own telling is off: it tells addresses as they were written, and the words of errors."""


@contextmanager
def identified(scope: Scope) -> Iterator[str]:
    """The request's id, which stands in what is logged and recorded meanwhile."""
    known = scope.get(_KNOWN)
    if known is not None:
        yield str(known)
        return
    request_id = request_ids.accepted(header_of(scope, b"x-request-id"))
    scope[_KNOWN] = request_id
    with request_ids.identified(request_id, request_ids.trace_of(header_of(scope, b"traceparent"))):
        yield request_id


# Who only looks whether we live asks every few seconds, and files of pages are asked for by the dozen.
_UNTRACED: Final = ("/livez", "/readyz", "/metrics", "/static/")


@dataclass(frozen=True, slots=True)
class RequestSpan:
    """A request as a span: known by its route's template, never by the address with what stands in it."""

    span: Span | None

    def answered(self, scope: Scope, status: int) -> None:
        """What came of it, once the route is known."""
        if self.span is None:
            return
        route = str(getattr(scope.get("route"), "path", ""))
        self.span.name(f"{scope['method']} {route}".strip())
        told: dict[str, Attribute] = {"http.route": route, "http.response.status_code": status}
        self.span.tell(**told)
        if status >= 500:
            self.span.fail(str(status))


@contextmanager
def traced(scope: Scope) -> Iterator[RequestSpan]:
    """The request as a span of whoever sent it, where anybody watches; its trace stands in the log too."""
    if not tracing.is_watched() or scope["path"].startswith(_UNTRACED):
        yield RequestSpan(None)
        return
    traceparent = header_of(scope, b"traceparent")
    known = request_ids.trace_of(traceparent)
    told: dict[str, Attribute] = {
        "http.request.method": scope["method"],
        "url.scheme": scope["scheme"],
        "request_id": request_ids.current(),
    }
    with tracing.span(
        scope["method"], side=SpanKind.SERVER, parent=traceparent if known else "", **told
    ) as span:
        trace_id = request_ids.trace_of(span.traceparent)
        with structlog.contextvars.bound_contextvars(**({"trace_id": trace_id} if trace_id else {})):
            yield RequestSpan(span)


def header_of(scope: Scope, name: bytes) -> str:
    """The header's value, by its name in small letters; empty where it is not there or stands there twice."""
    found = [value for given, value in scope["headers"] if given == name]
    return found[0].decode("latin-1") if len(found) == 1 else ""
