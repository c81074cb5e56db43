"""Traces by OpenTelemetry (the extra `otel`), where its own variables ask for them; otherwise nothing of it is loaded.

`OTEL_EXPORTER_OTLP_ENDPOINT`, `OTEL_EXPORTER_OTLP_TRACES_ENDPOINT` or `OTEL_TRACES_EXPORTER` (otlp, console) ask;
`OTEL_SDK_DISABLED=true` and `OTEL_TRACES_EXPORTER=none` decline. Everything else (sampling, headers, resource, limits)
is OpenTelemetry's, and read by its own libraries. Figures are not exported: /metrics stays their one source, and a
collector reads it (its receiver `prometheus`).
"""

import os
from collections.abc import Callable, Mapping
from typing import Final

from foundation.errors import Refused
from foundation.observability import tracing
from foundation.text import Text

_ENDPOINTS: Final = ("OTEL_EXPORTER_OTLP_ENDPOINT", "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT")
_PROTOCOLS: Final = ("OTEL_EXPORTER_OTLP_TRACES_PROTOCOL", "OTEL_EXPORTER_OTLP_PROTOCOL")
_SPOKEN: Final = "http/protobuf"

SERVE: Final = "billing-serve"
WORK: Final = "billing-work"
"""What our processes call themselves, unless OTEL_SERVICE_NAME does."""

Stop = Callable[[], object]


class TelemetryMissing(Refused):
    """Traces are asked for and cannot be made."""


def is_wanted(environment: Mapping[str, str] = os.environ) -> bool:
    """Whether OpenTelemetry's variables ask for traces."""
    exporter = environment.get("OTEL_TRACES_EXPORTER", "").strip().lower()
    if environment.get("OTEL_SDK_DISABLED", "").strip().lower() == "true" or exporter == "none":
        return False
    return bool(exporter) or any(environment.get(each, "").strip() for each in _ENDPOINTS)


def require(environment: Mapping[str, str] = os.environ) -> None:
    """Tell before anything is begun what `start` would. Raises TelemetryMissing."""
    start(SERVE, environment)()


def start(service: str, environment: Mapping[str, str] = os.environ) -> Stop:
    """Let this process be traced as `service`, where it is asked for; gives what sends the last spans and ends it.

    Raises TelemetryMissing.
    """
    if not is_wanted(environment):
        return _nothing
    protocol = next((given for each in _PROTOCOLS if (given := environment.get(each, "").strip())), _SPOKEN)
    if protocol != _SPOKEN:
        raise TelemetryMissing(
            Text(
                "Spår skickas med OTLP över http/protobuf, och inte med %(protocol)s. Ta bort "
                "OTEL_EXPORTER_OTLP_PROTOCOL, och ange porten för HTTP, oftast 4318.",
                protocol=protocol,
            )
        )
    try:
        from billing.server.observability import opentelemetry_tracer
    except ImportError as missing:
        raise TelemetryMissing(
            Text(
                "OTEL-variablerna ber om spår, men tillägget saknas. Installera det (pip install "
                "'rusta-matcha-billing[otel]'), eller sätt OTEL_SDK_DISABLED=true."
            )
        ) from missing
    exporter = environment.get("OTEL_TRACES_EXPORTER", "otlp").strip().lower() or "otlp"
    tracer = opentelemetry_tracer.opened(service, exporter)
    tracing.use(tracer)

    def stop() -> None:
        tracing.use(None)
        tracer.close()

    return stop


def _nothing() -> None:
    """Nothing was begun."""
