"""Our spans as OpenTelemetry's, sent by OTLP over HTTP; statements of SQL among them, without their values.

Loaded by `telemetry` alone. Statements are told by our own listener: the library's instrumentation knows SQLAlchemy
below 2.1, and begins a trace for every look of an idle worker. Here a statement is a span only within one of ours.
"""

import logging
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from importlib import metadata
from threading import Thread
from typing import Any, Final

import structlog
from opentelemetry import context as otel_context
from opentelemetry import trace
from opentelemetry.sdk.resources import SERVICE_NAME, SERVICE_VERSION, Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor, ConsoleSpanExporter, SpanExporter
from opentelemetry.trace import StatusCode
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator
from sqlalchemy import Engine, event
from sqlalchemy.engine import Connection, ExecutionContext

from billing.server.observability.telemetry import TelemetryMissing
from foundation.errors import place_of
from foundation.formatting import plain
from foundation.observability.tracing import Attribute, NotedSpan, Span, SpanKind
from foundation.text import Text

_PROJECT: Final = "rusta-matcha-billing"
_PREFIX: Final = "billing."
_KINDS: Final = {
    SpanKind.INTERNAL: trace.SpanKind.INTERNAL,
    SpanKind.SERVER: trace.SpanKind.SERVER,
    SpanKind.CLIENT: trace.SpanKind.CLIENT,
}
_STATEMENT_MOST: Final = 2000
"""So many characters of a statement are told: an insert of many rows repeats itself."""
_SPAN: Final = "billing_span"
SECONDS_TO_SEND: Final = 2.0
"""So long the last spans may take: a worker ends within ten seconds."""
_log = structlog.get_logger("traces")
_CARRIED: Final = TraceContextTextMapPropagator()


def opened(service: str, exporter: str) -> "OpenTelemetryTracer":
    """A tracer that sends what `service` does. Raises TelemetryMissing for an exporter that there is none of."""
    told = Resource.create({SERVICE_VERSION: metadata.version(_PROJECT)})
    if str(told.attributes[SERVICE_NAME]).startswith("unknown_service"):
        # Nobody has named it by OTEL_SERVICE_NAME or OTEL_RESOURCE_ATTRIBUTES.
        told = told.merge(Resource({SERVICE_NAME: service}))
    # We end it ourselves, within a time.
    provider = TracerProvider(resource=told, shutdown_on_exit=False)
    _tell_in_our_log()
    provider.add_span_processor(BatchSpanProcessor(_exporter(exporter)))
    return OpenTelemetryTracer(provider)


class _OurLog(logging.Handler):
    """What OpenTelemetry's libraries complain of, as a line of our log."""

    def emit(self, record: logging.LogRecord) -> None:
        """Tell where it came from and what it says, which is about the receiver and nobody else."""
        _log.warning("traces not sent", by=record.name, said=plain(record.getMessage()))


def _tell_in_our_log() -> None:
    theirs = logging.getLogger("opentelemetry")
    if not any(isinstance(each, _OurLog) for each in theirs.handlers):
        theirs.addHandler(_OurLog(logging.WARNING))
        theirs.propagate = False


def _exporter(named: str) -> SpanExporter:
    match named:
        case "otlp":
            from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter

            return OTLPSpanExporter()
        case "console":
            return ConsoleSpanExporter()
        case _:
            raise TelemetryMissing(
                Text("OTEL_TRACES_EXPORTER är %(named)s. Skriv otlp, console eller none.", named=named)
            )


@dataclass(slots=True)
class _Now:
    """A span of OpenTelemetry's that is under way."""

    span: trace.Span

    @property
    def traceparent(self) -> str:
        """See `Span`."""
        carrier: dict[str, str] = {}
        _CARRIED.inject(carrier, trace.set_span_in_context(self.span, otel_context.Context()))
        return carrier.get("traceparent", "")

    def tell(self, **attributes: Attribute) -> None:
        """See `Span`."""
        self.span.set_attributes(_named(attributes))

    def name(self, name: str) -> None:
        """See `Span`."""
        self.span.update_name(name)

    def fail(self, why: str) -> None:
        """See `Span`."""
        self.span.set_attribute("error.type", why)
        self.span.set_status(StatusCode.ERROR)


class OpenTelemetryTracer:
    """Makes spans of OpenTelemetry's. Close it with `close()`."""

    def __init__(self, provider: TracerProvider) -> None:
        self._provider = provider
        self._tracer = provider.get_tracer(_PROJECT)
        event.listen(Engine, "before_cursor_execute", self._begin_statement)
        event.listen(Engine, "after_cursor_execute", self._end_statement)
        event.listen(Engine, "handle_error", self._fail_statement)

    @contextmanager
    def span(
        self, name: str, side: SpanKind, parent: str, attributes: dict[str, Attribute]
    ) -> Iterator[Span]:
        """See `Tracer`."""
        follows = _CARRIED.extract({"traceparent": parent}, otel_context.Context()) if parent else None
        with self._tracer.start_as_current_span(
            name,
            context=follows,
            kind=_KINDS[side],
            attributes=_named(attributes),
            # What an error says may name somebody.
            record_exception=False,
            set_status_on_exception=False,
        ) as span:
            now = _Now(span)
            try:
                yield now
            except Exception as error:
                now.fail(type(error).__name__)
                span.set_attribute(f"{_PREFIX}at", place_of(error))
                raise

    def noted(self, spans: Sequence[NotedSpan]) -> None:
        """See `Tracer`."""
        made: list[trace.Span] = []
        for each in spans:
            within = trace.set_span_in_context(made[each.parent]) if each.parent >= 0 else None
            made.append(
                self._tracer.start_span(
                    each.name, within, attributes=_named(dict(each.attributes)), start_time=each.began
                )
            )
        for span, each in zip(made, spans, strict=True):
            span.end(each.ended)

    def close(self) -> None:
        """Send what is left, and hear no more of statements."""
        event.remove(Engine, "before_cursor_execute", self._begin_statement)
        event.remove(Engine, "after_cursor_execute", self._end_statement)
        event.remove(Engine, "handle_error", self._fail_statement)
        ending = Thread(target=self._provider.shutdown, name="last spans", daemon=True)
        ending.start()
        ending.join(SECONDS_TO_SEND)
        if ending.is_alive():
            # Whoever is told to end does, whether the receiver answers or not.
            _log.warning("traces not sent")

    # --- statements ---------------------------------------------------------------------------------------------

    def _begin_statement(
        self,
        connection: Connection,
        cursor: object,
        statement: str,
        parameters: object,
        context: ExecutionContext | None,
        many: bool,
    ) -> None:
        if context is None or not trace.get_current_span().is_recording():
            return
        operation = statement.lstrip().partition(" ")[0].upper()
        system = connection.dialect.name
        span = self._tracer.start_span(
            f"{operation} {system}",
            kind=trace.SpanKind.CLIENT,
            attributes={
                "db.system.name": system,
                "db.operation.name": operation,
                "db.query.text": statement[:_STATEMENT_MOST],
            },
        )
        setattr(context, _SPAN, span)

    def _end_statement(
        self,
        connection: Connection,
        cursor: object,
        statement: str,
        parameters: object,
        context: ExecutionContext | None,
        many: bool,
    ) -> None:
        span: trace.Span | None = getattr(context, _SPAN, None)
        if span is not None:
            span.end()

    def _fail_statement(self, failed: Any) -> None:  # noqa: ANN401 - SQLAlchemy's ExceptionContext
        span: trace.Span | None = getattr(failed.execution_context, _SPAN, None)
        if span is not None:
            _Now(span).fail(type(failed.original_exception).__name__)
            span.end()


def _named(attributes: Mapping[str, Attribute]) -> dict[str, Attribute]:
    return {name if "." in name else f"{_PREFIX}{name}": value for name, value in attributes.items()}
