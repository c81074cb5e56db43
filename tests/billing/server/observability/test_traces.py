"""Traces reach a real receiver: a request is one tree, and so is an invoice's way; nobody is named in them."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
from lxml import etree
from structlog.testing import capture_logs
from typer.testing import CliRunner

from accounts.identity import Permission
from billing.cli.cli import app
from billing.server import observability
from billing.server.observability import telemetry
from foundation.observability import tracing
from foundation.text import SWEDISH
from peppol.xml import codec
from tests.privacy.canaries import NAME, NUMBER, SHOWN_NAME, SHOWN_NUMBER
from tests.support.pages.all_routes import ONES
from tests.support.pages.browser import portal
from tests.support.pages.visitor import visitor
from tests.support.servers.otlp_receiver import OtlpReceiver, otlp_receiver
from tests.support.stories.system import System, a_system

DAY = date(2026, 2, 3)
REFERENCE = "100000101"
TRACE = "4bf92f3577b34da6a3ce929d0e0e4736"
NOTE = "{urn:oasis:names:specification:ubl:schema:xsd:CommonBasicComponents-2}Note"
LOADED = """
import anyio, sys
# The framework brings the interface itself, which is no more than names.
PAID = ("opentelemetry.sdk", "opentelemetry.exporter", "opentelemetry.proto", "google.protobuf")
from billing.cli.cli import app
from billing.server.app import create_app, life
from operations.settings import Settings

async def lives():
    async with life(create_app(Settings())):
        pass

anyio.run(lives)
app(["work", "--once"], standalone_mode=False)
print(*sorted(name for name in sys.modules if name.startswith(PAID)))
"""


@pytest.fixture(scope="module")
def receiver() -> Iterator[OtlpReceiver]:
    with otlp_receiver() as receiver:
        yield receiver


@pytest.fixture
def collector(receiver: OtlpReceiver, monkeypatch: pytest.MonkeyPatch) -> OtlpReceiver:
    """The receiver, empty, and the environment that names it."""
    receiver.spans.clear()
    receiver.raw = b""
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", receiver.endpoint)
    return receiver


@pytest.fixture
def system(database_url: str) -> Iterator[System]:
    with a_system(database_url) as system:
        system.decide(REFERENCE)
        system.report(REFERENCE, "2026-01", on=date(2026, 2, 2))
        yield system


def haunted(invoice: bytes) -> bytes:
    """The invoice with somebody's name and number in its note."""
    root = etree.fromstring(invoice)
    note = next(root.iter(NOTE), None)
    if note is None:
        note = etree.Element(NOTE)
        place = next(i for i, each in enumerate(root) if str(each.tag).endswith("}InvoiceTypeCode"))
        root.insert(place + 1, note)
    note.text = f"{NAME} {NUMBER}"
    return etree.tostring(root)


def test_a_request_is_one_tree_known_by_its_route_and_by_whoever_sent_it(
    system: System, database_url: str, collector: OtlpReceiver
) -> None:
    with portal(database_url, second_step=False) as site, visitor(site, ONES[Permission.FINANCE]) as finance:
        headers = {"traceparent": f"00-{TRACE}-00f067aa0ba902b7-01"}
        asked = f"/finance/letters/4711?name={NUMBER}&who={NAME}"
        answer = finance.client.get(asked, headers=headers)
        finance.client.get(f"/nowhere/{NUMBER}")
        finance.client.get("/livez")
    assert not tracing.is_watched()
    (page,) = collector.named("GET /finance/letters/{number}")
    assert (page.trace_id, page.parent_id, page.service) == (TRACE, "00f067aa0ba902b7", "billing-serve")
    assert page.attributes["http.response.status_code"] == answer.status_code
    assert page.attributes["billing.request_id"] == answer.headers["x-request-id"]
    statements = [each for each in collector.within(page) if each.name.startswith("SELECT")]
    assert len(statements) > 1
    assert {each.trace_id for each in statements} == {TRACE}
    assert statements[0].attributes["db.system.name"] == database_url.partition(":")[0].partition("+")[0]
    # An address of nobody's is told without what was written in it, and whoever watches is not watched.
    assert [each.attributes["http.route"] for each in collector.named("GET")] in ([""], [])
    assert "livez" not in collector.raw.decode("latin-1")
    _nobody_is_named(collector)


def test_an_invoices_way_is_one_tree_from_its_bytes_to_the_books(
    system: System, database_url: str, collector: OtlpReceiver, tmp_path: Path
) -> None:
    folder = tmp_path / "post"
    (folder / "inbox").mkdir(parents=True)
    invoice = codec.serialise(system.flip(system.order(REFERENCE).number, number="F-1", on=DAY))
    (folder / "inbox" / f"{NUMBER}.xml").write_bytes(haunted(invoice))
    words = (
        "--database",
        database_url,
        "work",
        "--once",
        "--folder",
        str(folder),
        "--on",
        str(DAY),
    )
    ran = CliRunner().invoke(app, words, env={"BILLING_MAIL_FOLDER": str(tmp_path / "mail")})
    assert ran.exit_code == 0, ran.output
    (read,) = collector.named("message read")
    below = collector.within(read)
    names = [each.name for each in below]
    assert (read.parent_id, read.service) == ("", "billing-work")
    assert {each.trace_id for each in below} == {read.trace_id}
    # In a process apart, and then in ours.
    assert {"parse", "validate", "message received", "match"} <= set(names)
    assert any(each.startswith("INSERT") for each in names)
    received = next(each for each in below if each.name == "message received")
    assert received.attributes["billing.state"] == "HANDLED"
    match = next(each for each in below if each.name == "match")
    assert match.parent_id == received.span_id
    sent = collector.named("message sent")
    assert {each.attributes["billing.kind"] for each in sent} == {"order", "invoice-response"}
    assert all(any(child.name == "submit" for child in collector.within(each)) for each in sent)
    assert collector.named("job alarms")[0].attributes["billing.state"] == "DONE"
    _nobody_is_named(collector)


def _nobody_is_named(collector: OtlpReceiver) -> None:
    told = collector.raw.decode("utf-8", "replace") + json.dumps(
        [each.attributes for each in collector.spans]
    )
    assert collector.spans
    assert (SHOWN_NAME.search(told), SHOWN_NUMBER.search(told)) == (None, None)
    # An exception's own words and its trace may name anybody.
    assert sum(each.events for each in collector.spans) == 0


def test_a_run_that_fails_says_the_kind_of_its_error_and_none_of_its_words(collector: OtlpReceiver) -> None:
    stop = telemetry.start("billing-test")
    with pytest.raises(ValueError, match="Kanarie"), tracing.span("job broken"), tracing.span("step"):
        raise ValueError(f"{NAME} {NUMBER}")
    stop()
    (job,), (step,) = collector.named("job broken"), collector.named("step")
    assert (job.has_failed, step.parent_id, step.attributes["error.type"]) == (
        True,
        job.span_id,
        "ValueError",
    )
    _nobody_is_named(collector)


def test_the_service_is_called_what_the_environment_calls_it(
    collector: OtlpReceiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OTEL_SERVICE_NAME", "af-billing")
    stop = telemetry.start("billing-test")
    with tracing.span("step"):
        pass
    stop()
    assert [each.service for each in collector.spans] == ["af-billing"]


def test_a_receiver_that_is_away_holds_nobody_up_and_is_told_in_our_log(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", "http://127.0.0.1:1")
    with capture_logs() as lines:
        stop = telemetry.start("billing-test")
        with tracing.span("step"):
            pass
        stop()
    assert "traces not sent" in {each["event"] for each in lines}
    assert not tracing.is_watched()


@pytest.mark.parametrize(
    ("environment", "wanted"),
    [
        ({}, False),
        ({"OTEL_SERVICE_NAME": "x"}, False),
        ({"OTEL_EXPORTER_OTLP_ENDPOINT": "http://c:4318"}, True),
        ({"OTEL_EXPORTER_OTLP_TRACES_ENDPOINT": "http://c:4318/v1/traces"}, True),
        ({"OTEL_TRACES_EXPORTER": "console"}, True),
        ({"OTEL_TRACES_EXPORTER": "none", "OTEL_EXPORTER_OTLP_ENDPOINT": "http://c:4318"}, False),
        ({"OTEL_SDK_DISABLED": "true", "OTEL_EXPORTER_OTLP_ENDPOINT": "http://c:4318"}, False),
    ],
)
def test_opentelemetrys_own_variables_ask_for_traces(environment: dict[str, str], wanted: bool) -> None:
    assert telemetry.is_wanted(environment) is wanted


@pytest.mark.parametrize(
    ("environment", "said"),
    [
        ({"OTEL_EXPORTER_OTLP_ENDPOINT": "http://c", "OTEL_EXPORTER_OTLP_PROTOCOL": "grpc"}, "oftast 4318"),
        ({"OTEL_TRACES_EXPORTER": "zipkin"}, "Skriv otlp, console eller none."),
    ],
)
def test_what_cannot_be_had_is_told_before_anything_is_begun(environment: dict[str, str], said: str) -> None:
    told = CliRunner().invoke(app, ["serve"], env=environment)
    assert (told.exit_code, said in " ".join(told.stderr.split())) == (1, True)


def test_without_the_extra_it_is_said_how_to_get_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delitem(sys.modules, "billing.server.observability.opentelemetry_tracer", raising=False)
    monkeypatch.delattr(observability, "opentelemetry_tracer", raising=False)
    monkeypatch.setitem(sys.modules, "opentelemetry.sdk.trace", None)
    with pytest.raises(telemetry.TelemetryMissing) as refused:
        telemetry.start("x", {"OTEL_EXPORTER_OTLP_ENDPOINT": "http://c:4318"})
    assert "rusta-matcha-billing[otel]" in refused.value.text.in_language(SWEDISH)


def test_nothing_of_it_is_loaded_unless_it_is_asked_for(database_url: str, tmp_path: Path) -> None:
    with a_system(database_url):
        pass
    others = {name: value for name, value in os.environ.items() if not name.startswith("OTEL_")}
    environment = {
        **others,
        "BILLING_DATABASE_URL": database_url,
        "BILLING_MAIL_FOLDER": str(tmp_path / "mail"),
    }
    done = subprocess.run(
        [sys.executable, "-c", LOADED],
        env=environment,
        capture_output=True,
        text=True,
        check=True,
        cwd=tmp_path,
    )
    assert done.stdout.split() == []


def test_a_span_nobody_watches_takes_no_notice() -> None:
    with tracing.span("x", parent="", rows=1) as span:
        span.tell(more=2)
        span.fail("NOTHING")
        span.name("y")
    assert span.traceparent == ""
