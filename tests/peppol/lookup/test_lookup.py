"""Whether somebody can receive a message: asked of a real register over HTTP, found through a real name server."""

import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from peppol.access_points.protocol import Capability, PeerVerdict
from peppol.identifiers import DocumentKind
from peppol.lookup.directory import FixedRegister, RegisterDirectory
from peppol.lookup.sml import Locator, host_name
from peppol.lookup.smp import NotUnderstood, read_group, read_metadata
from tests.support.servers.access_points import ANOTHER, SUPPLIER, Simulator, simulator
from tests.support.servers.name_server import name_server

ORDER = DocumentKind.ORDER.document_type_id
ORDER_ONLY, ORDERING, ADVANCED = DocumentKind.ORDER.profile_ids
NOBODY = "0007:5599993036"


class Watch:
    """A clock that is moved by hand."""

    def __init__(self) -> None:
        self.now = datetime(2026, 11, 21, 8, 0, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now


@pytest.fixture
def running(tmp_path: Path) -> Iterator[Simulator]:
    with simulator(tmp_path) as running:
        yield running


@pytest.fixture
def watch() -> Watch:
    return Watch()


@pytest.fixture
def directory(running: Simulator, watch: Watch) -> Iterator[RegisterDirectory]:
    directory = RegisterDirectory(FixedRegister(f"{running.address}/smp"), clock=watch, seconds=20)
    yield directory
    directory.close()


def verdict(directory: RegisterDirectory, who: str = SUPPLIER, process: str = ORDER_ONLY) -> PeerVerdict:
    return directory.lookup(who, ORDER, process).verdict


# What the register says ---------------------------------------------------------------------


def test_a_supplier_that_takes_orders_in_our_process(directory: RegisterDirectory, watch: Watch) -> None:
    found = directory.lookup(SUPPLIER, ORDER, ORDER_ONLY)
    assert (found.verdict, found.takes, found.asked_at) == (PeerVerdict.TAKES, True, watch.now)
    assert found.processes == (ORDER_ONLY, ORDERING)
    assert found.address.endswith("/as4")


def test_the_same_document_type_in_another_process_is_no_yes(directory: RegisterDirectory) -> None:
    found = directory.lookup(SUPPLIER, ORDER, ADVANCED)
    assert (found.verdict, found.takes) == (PeerVerdict.OTHER_KINDS_ONLY, False)
    assert found.processes == (ORDER_ONLY, ORDERING)


def test_a_supplier_that_takes_no_orders_at_all(directory: RegisterDirectory, running: Simulator) -> None:
    kinds = [[DocumentKind.INVOICE_RESPONSE, DocumentKind.INVOICE_RESPONSE.profile_ids[0]]]
    running.admin.put(f"/admin/participants/{ANOTHER}", json={"kinds": kinds}).raise_for_status()
    assert verdict(directory, ANOTHER) is PeerVerdict.OTHER_KINDS_ONLY


def test_an_address_nobody_has_registered(directory: RegisterDirectory) -> None:
    assert verdict(directory, NOBODY) is PeerVerdict.NOT_REGISTERED


# What is remembered -------------------------------------------------------------------------


def test_a_yes_is_remembered_for_an_hour(
    directory: RegisterDirectory, running: Simulator, watch: Watch
) -> None:
    assert verdict(directory) is PeerVerdict.TAKES
    running.admin.delete(f"/admin/participants/{SUPPLIER}").raise_for_status()
    watch.now += timedelta(minutes=59)
    assert verdict(directory) is PeerVerdict.TAKES
    watch.now += timedelta(minutes=2)
    assert verdict(directory) is PeerVerdict.NOT_REGISTERED


def test_a_no_is_remembered_for_ten_minutes_or_until_it_is_forgotten(
    directory: RegisterDirectory, running: Simulator, watch: Watch
) -> None:
    assert verdict(directory, NOBODY) is PeerVerdict.NOT_REGISTERED
    running.admin.put(f"/admin/participants/{NOBODY}", json={"role": "supplier"}).raise_for_status()
    watch.now += timedelta(minutes=9)
    assert verdict(directory, NOBODY) is PeerVerdict.NOT_REGISTERED
    directory.forget(NOBODY)
    assert verdict(directory, NOBODY) is PeerVerdict.TAKES


def test_doubt_is_asked_again_after_a_minute_and_never_turns_into_a_no(
    directory: RegisterDirectory, running: Simulator, watch: Watch
) -> None:
    for fault in ("down", "answer-500", "not-now", "lose-reply"):
        running.faults({"fault": fault, "on": ["lookup"]})
        found = directory.lookup(SUPPLIER, ORDER, ORDER_ONLY)
        assert (found.verdict, bool(found.words)) == (PeerVerdict.CANNOT_TELL, True)
        running.faults()
        watch.now += timedelta(seconds=59)
        assert verdict(directory) is PeerVerdict.CANNOT_TELL
        watch.now += timedelta(seconds=2)
        assert verdict(directory) is PeerVerdict.TAKES
        watch.now += timedelta(hours=2)


def test_a_register_that_is_not_there_leaves_us_in_doubt(watch: Watch) -> None:
    directory = RegisterDirectory(FixedRegister("http://127.0.0.1:9"), clock=watch, seconds=1)
    assert verdict(directory) is PeerVerdict.CANNOT_TELL
    directory.close()


# What a register may not do to us -----------------------------------------------------------

_SMP = "http://busdox.org/serviceMetadata/publishing/1.0/"
_ID = "http://busdox.org/transport/identifiers/1.0/"


def metadata(inside: str, *, who: str = SUPPLIER, kind: str = ORDER) -> bytes:
    return (
        f'<S:SignedServiceMetadata xmlns:S="{_SMP}" xmlns:i="{_ID}"><S:ServiceMetadata><S:ServiceInformation>'
        f'<i:ParticipantIdentifier scheme="iso6523-actorid-upis">{who}</i:ParticipantIdentifier>'
        f'<i:DocumentIdentifier scheme="busdox-docid-qns">{kind}</i:DocumentIdentifier>'
        f"<S:ProcessList>{inside}</S:ProcessList>"
        "</S:ServiceInformation></S:ServiceMetadata></S:SignedServiceMetadata>"
    ).encode()


def process(*, transport: str = "peppol-transport-as4-v2_0", dates: str = "") -> str:
    return (
        f'<S:Process><i:ProcessIdentifier scheme="cenbii-procid-ubl">{ORDER_ONLY}</i:ProcessIdentifier>'
        f'<S:ServiceEndpointList><S:Endpoint transportProfile="{transport}">{dates}</S:Endpoint>'
        "</S:ServiceEndpointList></S:Process>"
    )


def reading(body: bytes) -> object:
    return read_metadata(body, participant=SUPPLIER, document_type=ORDER)


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"not xml",
        metadata(process(), who=ANOTHER),
        metadata(process(), kind=DocumentKind.INVOICE.document_type_id),
        b'<!DOCTYPE x [<!ENTITY e "boom">]>' + metadata(process()),
        metadata(process()).replace(b"busdox.org", b"busdox.example"),
        metadata(process())[:-40],
        metadata("<a>" * 60 + "</a>" * 60),
        b'<ServiceGroup xmlns="http://busdox.org/serviceMetadata/publishing/1.0/"/>',
        metadata("x" * 1_000_001),
    ],
    ids=["empty", "text", "another", "kind", "doctype", "namespace", "cut", "deep", "group", "large"],
)
def test_an_answer_that_is_wrong_is_not_understood(body: bytes) -> None:
    with pytest.raises(NotUnderstood):
        reading(body)


def test_endpoints_of_other_transports_and_other_days_do_not_count() -> None:
    now = datetime(2026, 11, 21, tzinfo=UTC)

    def active(inside: str) -> list[bool]:
        found = read_metadata(metadata(inside), participant=SUPPLIER, document_type=ORDER)
        return [each.active(now) for each in found.endpoints]

    assert active(process(transport="busdox-transport-as2-ver1p0")) == []
    gone = "<S:ServiceExpirationDate>2026-01-01T00:00:00Z</S:ServiceExpirationDate>"
    later = "<S:ServiceActivationDate>2027-01-01T00:00:00+01:00</S:ServiceActivationDate>"
    assert active(process(dates=gone)) == active(process(dates=later)) == [False]
    assert active(process()) == [True]


def test_the_younger_form_of_the_same_answer_is_read_too() -> None:
    body = metadata(process()).replace(_SMP.encode(), b"http://docs.oasis-open.org/bdxr/ns/SMP/2016/05")
    body = body.replace(_ID.encode(), b"http://docs.oasis-open.org/bdxr/ns/SMP/2016/05")
    found = read_metadata(body, participant=SUPPLIER, document_type=ORDER)
    assert [each.process for each in found.endpoints] == [ORDER_ONLY]


def test_a_group_lists_the_document_types(running: Simulator) -> None:
    body = running.admin.get(f"/smp/iso6523-actorid-upis::{SUPPLIER}").content
    assert ORDER in read_group(body, participant=SUPPLIER)
    with pytest.raises(NotUnderstood):
        read_group(body, participant=ANOTHER)


@pytest.mark.parametrize(
    "href",
    [
        "http://smp.example/iso6523-actorid-upis%3A%3Ax",
        "https://127.0.0.1/x",
        "https://[::1]/x",
        "https://localhost/x",
        "https://db.internal/x",
        "https://smp.example:8080/x",
        "https://smp.example:port/x",
        "https://someone@smp.example/x",
        "file:///etc/passwd",
        "",
    ],
)
def test_a_redirect_into_our_own_house_is_not_followed(href: str, watch: Watch) -> None:
    body = f'<S:ServiceMetadata xmlns:S="{_SMP}"><S:Redirect href="{href}"/></S:ServiceMetadata>'.encode()
    asked: list[str] = []

    with answering({"/": body}, asked) as address:
        directory = RegisterDirectory(FixedRegister(address), clock=watch, seconds=20)
        assert verdict(directory) is PeerVerdict.CANNOT_TELL
        directory.close()
    assert len(asked) == 1


# The locator --------------------------------------------------------------------------------


def test_a_participant_is_found_through_the_locator(running: Simulator, watch: Watch) -> None:
    naptr = f'100 10 "U" "Meta:SMP" "!^.*$!{running.address}/smp!" .'
    other = '10 10 "U" "Meta:OTHER" "!^.*$!https://wrong.example/!" .'
    zone = "sml.test"
    with name_server({host_name(SUPPLIER, zone): [other, naptr]}) as server:
        directory = RegisterDirectory(Locator(zone, server=server, seconds=20), clock=watch, seconds=20)
        assert verdict(directory) is PeerVerdict.TAKES
        assert verdict(directory, NOBODY) is PeerVerdict.NOT_REGISTERED
        directory.close()


@pytest.mark.parametrize(
    "record",
    [
        '100 10 "U" "Meta:SMP" "!^.*$!ftp://smp.example/!" .',
        '100 10 "U" "Meta:SMP" "!^a(.*)$!https://smp.example/\\\\1!" .',
        '100 10 "S" "Meta:SMP" "" smp.example.',
        '100 10 "U" "Meta:SMP" "!^.*$!http://smp.example/!" .',
        "",
    ],
    ids=["ftp", "pattern", "not-u", "plain-http", "server-failure"],
)
def test_a_locator_that_answers_oddly_leaves_us_in_doubt(record: str, watch: Watch) -> None:
    with name_server({host_name(SUPPLIER, "sml.test"): [record] if record else []}) as server:
        directory = RegisterDirectory(Locator("sml.test", server=server, seconds=2), clock=watch, seconds=1)
        found = directory.lookup(SUPPLIER, ORDER, ORDER_ONLY)
        assert (found.verdict, bool(found.words)) == (PeerVerdict.CANNOT_TELL, True)
        directory.close()


def test_a_capability_in_doubt_is_no_yes() -> None:
    assert not Capability(SUPPLIER, ORDER, ORDER_ONLY, PeerVerdict.CANNOT_TELL).takes


# Servers of the tests -----------------------------------------------------------------------


@contextmanager
def answering(bodies: Mapping[str, bytes], asked: list[str]) -> Iterator[str]:
    """A server that answers everything with the body under "/"."""
    from http.server import BaseHTTPRequestHandler, HTTPServer

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.append(self.path)
            self.send_response(200)
            self.send_header("Content-Type", "application/xml")
            self.end_headers()
            self.wfile.write(bodies["/"])

        def log_message(self, *_: object) -> None:
            pass

    server = HTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join(5)
