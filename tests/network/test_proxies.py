"""The portal behind nginx and Caddy, configured as docs/operating.md prints it: nothing is lost on the way."""

import re
import socket
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import httpx
import pytest
from playwright.sync_api import Browser
from sqlalchemy import func, select
from starlette.types import ASGIApp, Receive, Scope, Send

from billing.server.app import create_app
from billing.tools.demo import people
from foundation.database import Database
from foundation.observability.request_ids import HEADER
from operations.settings import Settings
from peppol.exchange.tables import inbox
from tests.support.servers.proxies import PROXIES, free_port
from tests.support.servers.server_certificate import server_certificate
from tests.support.servers.serving import serving
from tests.support.stories import demo_books

TOKEN = {"X-Token": "hemligt-och-langt"}
ALVA = "alla@fyrbaken.example"


@dataclass
class Noted:
    """Notes who each request comes from, as the portal sees it."""

    app: ASGIApp
    seen: list[tuple[str, str, str]] = field(default_factory=list)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            self.seen.append((scope["path"], scope["client"][0], scope["scheme"]))
        await self.app(scope, receive, send)


@dataclass
class Behind:
    """The portal as it is reached through the proxy, and past it."""

    proxy: str
    address: str
    trust: ssl.SSLContext
    noted: Noted
    database: Database

    def client(self, *, http2: bool = True) -> httpx.Client:
        return httpx.Client(
            base_url=self.address, verify=self.trust, http2=http2, trust_env=False, timeout=60
        )

    def messages(self) -> int:
        with self.database.reading() as session:
            return session.scalar(select(func.count()).select_from(inbox)) or 0


@contextmanager
def portal_behind(name: str, folder: Path) -> Iterator[Behind]:
    certificate = server_certificate(folder / "tls")
    port = free_port()
    address = f"https://127.0.0.1:{port}"
    given = Settings.model_validate(
        {
            "database_url": demo_books.books(folder),
            "public_url": address,
            "second_step": False,
            "webhook_token": TOKEN["X-Token"],
        }
    )
    noted = Noted(create_app(given, clock=demo_books.noon))
    database: Database = noted.app.state.database  # type: ignore[attr-defined]
    with serving(noted) as upstream, PROXIES[name](folder / name, upstream, port, certificate):
        trust = ssl.create_default_context(cafile=str(certificate.authority))
        yield Behind(name, address, trust, noted, database)
    database.close()


@pytest.fixture(scope="module", params=sorted(PROXIES))
def behind(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Behind]:
    with portal_behind(request.param, tmp_path_factory.mktemp(request.param)) as each:
        yield each


def test_a_supplier_signs_in_and_sends_a_file_in_a_browser_over_http_2(
    behind: Behind, chromium: Browser, tmp_path: Path
) -> None:
    large = tmp_path / "faktura.xml"
    large.write_bytes(b"<Invoice>" + b" " * (20_000_000 - 20) + b"</Invoice>")
    context = chromium.new_context(ignore_https_errors=True, base_url=behind.address, locale="sv-SE")
    context.set_default_timeout(30_000)
    try:
        page = context.new_page()
        page.goto("/sign-in")
        page.get_by_label("E-postadress").fill(ALVA)
        page.get_by_label("Lösenord").fill(people.PASSWORD)
        page.get_by_role("button", name="Logga in").click()
        page.wait_for_url("**/")
        protocol = page.evaluate("performance.getEntriesByType('navigation')[0].nextHopProtocol")
        assert protocol == "h2"
        assert all(each["secure"] for each in context.cookies())
        page.goto("/test-bench")
        page.get_by_label("Fil", exact=True).set_input_files(large)
        page.get_by_role("button", name="Prova filen").click()
        # The largest file there may be comes whole, and is answered by us: it is no invoice.
        page.wait_for_url("**/test-bench/documents/*")
        page.get_by_role("button", name="Logga ut").click()
        page.wait_for_url("**/sign-in")
    finally:
        context.close()


def test_what_is_too_large_is_answered_by_us_and_beyond_that_by_the_proxy(behind: Behind) -> None:
    before = behind.messages()
    # Over HTTP/2 this client sends all there is before it reads an answer that came early.
    with behind.client(http2=False) as asking:
        over = b"x" * 21_100_000
        ours = asking.post("/api/v1/validate", content=over, headers={"Content-Type": "application/xml"})
        assert (ours.status_code, "application/problem+json" in ours.headers["content-type"]) == (413, True)
        theirs = asking.post("/api/v1/validate", content=b"x" * 23_500_000)
        assert theirs.status_code == 413
        # nginx looks at the length first; Caddy passes on what comes, until we have said that it is too much.
        assert ("problem" in theirs.headers.get("content-type", "")) is (behind.proxy == "caddy")
        # A message of an access point may be larger than any page's form.
        taken = asking.post("/webhook/letters", content=b"<a>" + b" " * 30_000_000 + b"</a>", headers=TOKEN)
        assert taken.status_code == 200
    assert behind.messages() == before + 1


def test_the_proxy_names_each_request_whatever_the_visitor_called_it(behind: Behind) -> None:
    with behind.client() as asking:
        told = [asking.get("/livez", headers={HEADER: "of-the-visitor"}).headers[HEADER] for _ in range(2)]
    assert len({*told, "of-the-visitor"}) == 3
    # Of the proxy's making, not of ours.
    assert all(re.fullmatch(r"[0-9a-f-]{32,36}", each) for each in told)


def test_who_asks_is_known_and_cannot_be_made_up(behind: Behind) -> None:
    made_up = {"X-Forwarded-For": "203.0.113.9", "X-Forwarded-Proto": "http", "Forwarded": "for=203.0.113.9"}
    with behind.client() as asking:
        assert asking.get("/livez", headers=made_up).http_version == "HTTP/2"
        assert behind.noted.seen[-1] == ("/livez", "127.0.0.1", "https")
        told = asking.head("/sign-in")
        assert (told.status_code, told.content) == (200, b"")
        assert told.headers["Strict-Transport-Security"]
        assert asking.get("/metrics").status_code == 404


def test_a_proxy_that_is_not_named_is_not_believed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As set: 127.0.0.1 where nothing is; where another is named, it alone."""
    noted = Noted(create_app(Settings(database_url=f"sqlite:///{tmp_path / 'b.sqlite'}")))
    says = {"X-Forwarded-For": "203.0.113.9", "X-Forwarded-Proto": "https"}
    for believed, seen in (("127.0.0.1", ("203.0.113.9", "https")), ("192.0.2.1", ("127.0.0.1", "http"))):
        monkeypatch.setenv("FORWARDED_ALLOW_IPS", believed)
        with serving(noted) as address:
            httpx.get(f"{address}/livez", headers=says, trust_env=False)
        assert noted.seen[-1][1:] == seen
    noted.app.state.database.close()  # type: ignore[attr-defined]


@pytest.mark.parametrize("sent", [0, 1_000, 3_000_000])
def test_a_sender_that_leaves_in_the_middle_has_sent_nothing(behind: Behind, sent: int) -> None:
    before = behind.messages()
    _begin(behind, 5_000_000, sent)
    with behind.client(http2=False) as asking:
        assert asking.get("/livez").status_code == 200
        body = b"<a>" + b"." * 5_000_000 + str(sent).encode() + b"</a>"
        assert asking.post("/webhook/letters", content=body, headers=TOKEN).status_code == 200
    assert behind.messages() == before + 1


def _begin(behind: Behind, length: int, sent: int) -> None:
    """Begin to hand a message over, and hang up."""
    host, port = behind.address.removeprefix("https://").split(":")
    head = (
        f"POST /webhook/letters HTTP/1.1\r\nHost: {host}:{port}\r\nX-Token: {TOKEN['X-Token']}\r\n"
        f"Content-Length: {length}\r\n\r\n"
    )
    with (
        socket.create_connection((host, int(port)), timeout=20) as plain,
        behind.trust.wrap_socket(plain, server_hostname=host) as secured,
    ):
        secured.sendall(head.encode() + b"x" * sent)
