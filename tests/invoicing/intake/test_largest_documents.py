"""One limit of size, 20 MB, and it holds: an invoice of the very limit comes in by every way and is judged."""

import re
import tracemalloc
from collections.abc import Iterator
from dataclasses import replace
from hashlib import sha256
from pathlib import Path

import httpx
import pytest

from billing.server.app import create_app
from foundation.text import SWEDISH
from invoicing.documents import reading, view
from invoicing.intake.intake import IntakeResult
from invoicing.model import InvoiceState
from invoicing.portal_invoicing import uploads
from operations.settings import Settings
from orders.register import store as register_store
from peppol.access_points.folder import FolderAccessPoint
from peppol.envelope.envelope import for_payload, wrap
from peppol.exchange import inbox_store, outbox_store
from peppol.exchange.receiving import Collected, Collector
from peppol.exchange.tables import InState
from peppol.identifiers import DocumentKind, ParticipantId
from peppol.validation import attachments, validation
from peppol.xml.gate import admit
from peppol.xml.gate_errors import ENVELOPE_MAX, LIMITS, MESSAGE_LIMITS, TEXT_MAX, GateRefused
from tests.support.project import PROJECT
from tests.support.servers.serving import NO_TLS, serving
from tests.support.servers.system_databases import CLOCK
from tests.support.stories.january import FEBRUARY, january, received_january
from tests.support.stories.largest import filled
from tests.support.stories.portal import Desk
from tests.support.stories.system import FYRBAKEN, System
from web.pages import BODY_MAX

MAX = LIMITS.bytes_max
SENDER, RECEIVER = ParticipantId.parse(f"0007:{FYRBAKEN}"), ParticipantId.parse("0007:2021002114")
TOKEN = "t0ken"
INSTANCE = "7a0c1f52-5d0b-4a5e-9d0c-2f6f3c1b8e11"


@pytest.fixture
def system(database_url: str) -> Iterator[System]:
    with received_january(database_url) as system:
        yield system


def enveloped(body: bytes) -> bytes:
    header = for_payload(body, sender=SENDER, receiver=RECEIVER, instance_id=INSTANCE, created_at=CLOCK)
    return wrap(body, header)


def is_accepted(system: System, became: IntakeResult) -> bool:
    """Whether the invoice is judged, and shown with its file whole."""
    assert became.invoice is not None, became
    with system.database.reading() as session:
        body = inbox_store.body_of(session, became.letter_id)
    assert body is not None
    assert view.paper_of(body).number == became.invoice.number
    (file,) = attachments.files_in(body)
    assert len(file.content) > MAX // 4 * 3 - 10_000
    return became.invoice.state is InvoiceState.ACCEPTED


def test_an_invoice_of_the_very_limit_is_read_in_little_time_and_memory(system: System) -> None:
    body = filled(january(system))
    assert len(body) == MAX
    tracemalloc.start()
    try:
        read = reading.read(body, on=FEBRUARY)
        _, most = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert (read.reason, read.findings) == ("", ())
    # The tree lies outside: libxml2 holds the text once.
    assert most < 6 * MAX


def test_one_byte_more_is_refused_with_the_limit_in_the_sentence(system: System) -> None:
    read = reading.read(filled(january(system), size=MAX + 1), on=FEBRUARY)
    assert read.reason == "GATE-SIZE"
    assert "20 000 000 byte" in read.reason_text.in_language(SWEDISH)
    with pytest.raises(uploads.UploadRefused, match="20 MB"), system.database.writing() as session:
        uploads.take_in(session, Desk(system).actor, b" " * (MAX + 1), now=CLOCK)


def test_it_comes_by_the_access_point_in_its_envelope(system: System, tmp_path: Path) -> None:
    message = enveloped(filled(january(system)))
    assert MAX < len(message) <= MESSAGE_LIMITS.bytes_max
    (tmp_path / "inbox").mkdir()
    (tmp_path / "inbox" / "f1.xml").write_bytes(message)
    collector = Collector(
        system.database.writing, FolderAccessPoint(tmp_path), lambda: CLOCK, lambda: FEBRUARY
    )
    assert collector.collect() == Collected(1, 0, 0)
    (became,) = system.read_messages(on=FEBRUARY)
    assert is_accepted(system, became)


def test_an_envelope_makes_no_room_for_a_larger_document(system: System) -> None:
    message = enveloped(filled(january(system))).replace(b"</cbc:Embedded", b" </cbc:Embedded")
    system.post(message, on=FEBRUARY)
    (became,) = system.read_messages(on=FEBRUARY)
    assert (became.message_state, became.reason) == (InState.QUARANTINED, "GATE-SIZE")


def test_what_is_too_large_is_kept_whole_refused_and_answered(system: System, tmp_path: Path) -> None:
    more = b" " * 1_000_000 + b"</cbc:Embedded"
    message = enveloped(filled(january(system))).replace(b"</cbc:Embedded", more)
    assert len(message) > MESSAGE_LIMITS.bytes_max
    (tmp_path / "inbox").mkdir()
    (tmp_path / "inbox" / "f1.xml").write_bytes(message)
    collector = Collector(
        system.database.writing, FolderAccessPoint(tmp_path), lambda: CLOCK, lambda: FEBRUARY
    )
    assert collector.collect() == Collected(1, 0, 0)
    (became,) = system.read_messages(on=FEBRUARY)
    assert (became.message_state, became.reason) == (InState.QUARANTINED, "GATE-SIZE")
    # Who asks for a message to change it holds its row.
    with system.database.writing() as session:
        kept = inbox_store.get(session, became.letter_id)
        (told,) = outbox_store.messages_out(session, about=f"letter {became.letter_id}")
    assert kept is not None
    assert (kept.body, kept.sha256) == (message, sha256(message).hexdigest())
    assert kept.instance_id == INSTANCE
    assert (told.kind, told.recipient) == (DocumentKind.MLR, FYRBAKEN)
    assert "Gör bilagorna mindre" in told.body.decode()
    # The very message once more is a repeat of it, and not cut into another.
    (tmp_path / "inbox" / "f2.xml").write_bytes(message)
    assert collector.collect() == Collected(0, 1, 0)


@pytest.mark.slow
def test_it_comes_over_http(system: System) -> None:
    given = {
        "database_url": system.database.url.render_as_string(hide_password=False),
        "webhook_token": TOKEN,
    }
    app = create_app(Settings.model_validate(given), clock=lambda: CLOCK)
    body = filled(january(system))
    with (
        serving(app) as address,
        httpx.Client(base_url=address, timeout=60, trust_env=False, verify=NO_TLS) as client,
    ):
        told = client.post("/api/v1/validate", content=body)
        assert (told.status_code, told.json()["valid"], told.json()["findings"]) == (200, True, [])
        pushed = client.post("/webhook/letters", content=enveloped(body), headers={"X-Token": TOKEN})
        assert pushed.status_code == 200
    app.state.database.close()
    (became,) = system.read_messages(on=FEBRUARY)
    assert is_accepted(system, became)


def test_it_comes_by_the_portal(system: System) -> None:
    desk = Desk(system)
    with system.database.writing() as session:
        upload = uploads.take_in(session, desk.actor, filled(january(system)), now=CLOCK)
    with system.database.reading() as session:
        found = uploads.look(session, register_store.load(session), desk.actor, upload, today=FEBRUARY)
    assert found is not None
    assert found.sendable is not None
    # A form brings the file and the fields around it.
    assert BODY_MAX > MAX


def test_only_a_file_may_be_longer_than_a_text(system: System) -> None:
    note = replace(january(system), note="x" * (TEXT_MAX + 1))
    read = reading.read(filled(note, size=TEXT_MAX + 100_000), on=FEBRUARY)
    assert read.reason == "GATE-TEXT"


@pytest.mark.parametrize(
    "filling", [b"<!--" + b"x" * 12_000_000 + b"-->", b"<?pad " + b"x" * 12_000_000 + b"?>"]
)
def test_what_is_taken_out_before_anything_is_read_may_be_long(system: System, filling: bytes) -> None:
    body = filled(january(system), size=100_000).replace(b"<cbc:ID>", filling + b"<cbc:ID>", 1)
    assert validation.validate(body, on=FEBRUARY).valid


def test_large_documents_are_not_let_in_deeper() -> None:
    deep = b"<a>" * 3000 + b"x" * (TEXT_MAX + 1) + b"</a>" * 3000
    with pytest.raises(GateRefused) as refused:
        admit(deep)
    assert refused.value.finding.rule == "GATE-DEPTH"


def test_the_pages_and_the_manual_name_the_limit() -> None:
    in_mb, in_bytes = f"{MAX // 1_000_000} MB", f"{MAX:_}".replace("_", " ")
    for template in ("upload", "bench"):
        page = PROJECT / "supplier_portal" / "templates" / "flip" / f"{template}.html"
        assert f"XML, högst {in_mb}." in page.read_text(encoding="utf-8")
    told = {
        "validation.md": (in_bytes, in_mb),
        "access-points.md": (in_bytes,),
    }
    for page_name, figures in told.items():
        text = (PROJECT / "docs" / page_name).read_text(encoding="utf-8")
        assert all(figure in text for figure in figures), page_name
    assert ENVELOPE_MAX < 1_000_000
    # What a proxy lets through is a little more than we take, so that we say what is too large, and why.
    manual = (PROJECT / "docs" / "operating.md").read_text(encoding="utf-8")
    let_through = [int(each) for each in re.findall(r"(?:client_max_body_size|max_size) (\d+)", manual)]
    assert let_through
    assert all(each * 1_000_000 > BODY_MAX for each in let_through)
