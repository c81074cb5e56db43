"""A made-up person is written wherever suppliers, systems and visitors may write, and looked for wherever people look.

The books of the demo are sent messages with a name, and with a name and a personal identity number, in every place of
every kind of document and in names of files; forms, addresses and headers are tried with the number. Then every column,
log line, mail, figure, export, page and address is searched: `columns.toml` says which columns may hold what.
"""

import io
import json
import logging
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
import structlog
from lxml import etree
from sqlalchemy import select
from typer.testing import CliRunner

from accounts.identity import Permission, Person
from billing.cli.cli import app
from billing.server.observability.log import log_to_standard_error
from foundation.database import Database
from invoicing.documents.tables import invoice
from operations.event_loading import EventLine, load_events
from peppol.exchange import tables as exchange_tables
from peppol.exchange.bodies import body_store
from peppol.exchange.tables import InState
from peppol.identifiers import DocumentKind
from peppol.xml.gate_tree import CBC
from tests.orders.events.test_events import EXAMPLES, envelope
from tests.privacy.canaries import (
    BOTH,
    NAME,
    NUMBER,
    SHOWN_NAME,
    SHOWN_NUMBER,
    columns,
    columns_with,
    described,
    places,
    planted,
    texts_of,
)
from tests.support.pages.all_routes import AREAS, BUYER, ONES, table_in
from tests.support.pages.browser import Site, portal
from tests.support.pages.visitor import visitor
from tests.support.rules.schema_documents import a_document
from tests.support.stories.demo_books import books, last_day, noon

_P = Permission
_STAFF = frozenset({_P.FINANCE, _P.ATTEST, _P.AUDIT, _P.BUYER_ADMIN, _P.OFFICER})
_LINK = re.compile(r'(?:href|action|src)="(/[^"#]*)"')
_DIGITS = re.compile(r"\d+")


@dataclass(frozen=True, slots=True)
class Haunted:
    """Books that so many canaries were sent to: where they are, what was logged, the folder of post and mails."""

    canaries: int
    url: str
    database: Database
    logged: str
    folder: Path


@pytest.fixture(
    scope="module", params=[5, pytest.param(1, marks=pytest.mark.slow)], ids=["some", "every place"]
)
def haunted(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Haunted]:
    folder = tmp_path_factory.mktemp("haunted")
    url = books(folder)
    database = Database(url, clock=noon)
    _lay_canaries(database, folder / "post" / "inbox", every=request.param)
    settings = {"BILLING_MAIL_FOLDER": str(folder / "mail"), "BILLING_ALARM_MAIL": "drift@kopare.example"}
    arguments = [
        "--database",
        url,
        "work",
        "--once",
        "--folder",
        str(folder / "post"),
        "--on",
        str(last_day()),
    ]
    before = structlog.get_config()
    try:
        ran = CliRunner().invoke(app, arguments, env=settings)
    finally:
        structlog.configure(**before)
    assert ran.exit_code == 0, ran.output
    for kind, data in EXAMPLES.items():
        load_events(database, _haunted_events(kind, data))
    yield Haunted(len(list((folder / "post").rglob("*.xml"))), url, database, ran.output + ran.stderr, folder)
    database.close()


def _lay_canaries(database: Database, inbox: Path, *, every: int) -> None:
    """A message for each place, or every fifth, of a real invoice and credit note; one of each kind with many."""
    inbox.mkdir(parents=True)
    with database.reading() as session:
        table = exchange_tables.inbox
        handled = select(table).where(table.c.state == InState.HANDLED).order_by(table.c.id)
        read = body_store.beside(session, body_store.IN, handled)
        bodies = {str(row.kind): body or b"" for row, body in read}
    laid = 0
    for body in bodies.values():
        root = etree.fromstring(body)
        # The number of the document is the one place that stands in lists.
        own = [str(element.tag) for element in root.iter(tag=etree.Element)].index(f"{{{CBC}}}ID")
        for place in ((own, ""), *places(root)[::every]):
            for text in (BOTH, NAME):
                laid += 1
                letter = _renumbered(planted(body, place, text), f"K-{laid}")
                name = f"{laid:04} {BOTH}" if laid % 9 == 0 else f"{laid:04}"
                (inbox / f"{name}.xml").write_bytes(letter)
    for kind in DocumentKind:
        root = a_document(kind, full=True)
        for element in root.iter():
            if len(element) == 0:
                element.text = BOTH
        (inbox / f"{kind}.xml").write_bytes(etree.tostring(root))
    (inbox / "none.xml").write_bytes(BOTH.encode())


def _renumbered(body: bytes, number: str) -> bytes:
    """The document under a number of its own, unless that is where the canary sits."""
    own = etree.fromstring(body).findtext("{*}ID", "")
    if NAME in own:
        return body
    return body.replace(f"<cbc:ID>{own}</cbc:ID>".encode(), f"<cbc:ID>{number}</cbc:ID>".encode(), 1)


def _haunted_events(kind: str, data: object) -> Iterator[EventLine]:
    """The event with the canary in each of its texts in turn, and in each field of its envelope."""
    written = json.dumps(envelope(kind))
    for at, text in enumerate(sorted(set(re.findall(r'"([^"\\]*)"', written)))):
        yield EventLine(f"{kind}:{at}", written.replace(f'"{text}"', json.dumps(BOTH)))


def test_every_column_says_what_it_may_hold() -> None:
    """A new column stands in tests/privacy/columns.toml, or here is where somebody asks what may be in it."""
    there = {(column.table.name, column.name) for column in columns()}
    assert sorted(there - set(described())) == [], "in no row of columns.toml"
    assert sorted(set(described()) - there) == [], "in columns.toml, but in no table"
    assert set(described().values()) == {"document", "words", "secret", ""}


def test_the_canaries_came_in(haunted: Haunted) -> None:
    held = columns_with(haunted.database, SHOWN_NUMBER)
    assert {("inbox_body", "body"), ("invoice", "content"), ("inbox", "transport_id")} <= set(held)
    with haunted.database.reading() as session:
        states = set(session.scalars(select(exchange_tables.inbox.c.state)))
    assert {InState.HANDLED, InState.QUARANTINED, InState.CONFLICT} <= states


def test_a_number_stands_in_documents_alone(
    haunted: Haunted, record_property: Callable[[str, object], None]
) -> None:
    may = described()
    held = columns_with(haunted.database, SHOWN_NUMBER)
    found = {place: text for place, text in held.items() if may[place] != "document"}
    record_property("canaries", haunted.canaries)
    record_property("found", len(found))
    assert found == {}


def test_a_name_stands_in_documents_and_words_alone(haunted: Haunted) -> None:
    may = described()
    held = columns_with(haunted.database, SHOWN_NAME)
    assert {place: text for place, text in held.items() if may[place] not in ("document", "words")} == {}


def test_neither_is_logged_or_mailed_or_stands_in_the_name_of_a_file(haunted: Haunted) -> None:
    assert "message arrived" in haunted.logged
    assert SHOWN_NAME.search(haunted.logged) is None
    assert SHOWN_NUMBER.search(haunted.logged) is None
    mails = [path for path in (haunted.folder / "mail").rglob("*") if path.is_file()]
    assert mails
    for path in (*mails, *(haunted.folder / "post" / "outbox").rglob("*")):
        assert SHOWN_NAME.search(str(path)) is None
    for path in mails:
        assert SHOWN_NAME.search(path.read_text(encoding="utf-8")) is None, path


@pytest.mark.parametrize("of_each", [0, pytest.param(60, marks=pytest.mark.slow)], ids=["first", "linked"])
def test_no_page_export_figure_or_address_shows_a_number(of_each: int, haunted: Haunted) -> None:
    """What all of the buyer's people but one may read; `of_each`: so many of a shape, by links."""
    who = Person("granskare", "Någon Annan", BUYER, _STAFF)
    with portal(haunted.url, clock=noon, second_step=False) as site, visitor(site, who) as finance:
        waiting = [
            *(
                "/metrics",
                "/finance",
                "/finance?part=letters",
                "/finance?part=held",
                "/finance/reconciliation",
            ),
            *(
                "/finance/reconciliation?by=execution_reference",
                "/finance/audit?q=400000001",
                "/finance/post",
            ),
            "/finance/reconciliation/case/400000001",
            *(f"/finance/letters/{number}" for number in _newest(haunted, 8)),
            *(address for number in _with_canary(haunted) for address in _of_document(number)),
            *(address for area in AREAS for address in _first_addresses(area, site)),
        ]
        asked: set[str] = set()
        shapes: dict[str, int] = {}
        shown: dict[str, str] = {}
        while waiting:
            address = waiting.pop(0).replace("&amp;", "&")
            shape = _DIGITS.sub("#", address)
            if address in asked or (shapes.get(shape, 0) >= of_each and of_each):
                continue
            asked.add(address)
            shapes[shape] = shapes.get(shape, 0) + 1
            answer = finance.get(address)
            assert answer.status_code < 500, address
            for name, text in texts_of(answer.content, f"{address} {answer.headers}"):
                found = SHOWN_NUMBER.search(text) or SHOWN_NUMBER.search(name)
                if found:
                    shown.setdefault(shape, text[max(0, found.start() - 200) : found.end() + 20])
            if of_each and "text/html" in answer.headers.get("content-type", ""):
                waiting += [each for each in _LINK.findall(answer.text) if not each.startswith("/static")]
    assert shown == {}
    assert len(asked) > 100


def _newest(haunted: Haunted, many: int) -> list[int]:
    table = exchange_tables.inbox
    with haunted.database.reading() as session:
        return list(session.scalars(select(table.c.id).order_by(table.c.id.desc()).limit(many)))


def _with_canary(haunted: Haunted) -> list[int]:
    """The documents whose own number is the canary."""
    with haunted.database.reading() as session:
        question = select(invoice.c.id).where(invoice.c.number.contains(NAME)).order_by(invoice.c.id)
        return list(session.scalars(question))


def _of_document(number: int) -> Iterator[str]:
    for part in ("", "/credit", "/xml", "/pdf", "/files/0"):
        yield f"/finance/documents/{number}{part}"
    yield f"/finance/reconciliation/invoices/{number}/xml"
    yield f"/finance/documents/{number + 1}"


def _first_addresses(area: str, site: Site) -> Iterator[str]:
    for key, route in table_in(area, site.database).items():
        if key.startswith("GET "):
            yield from route.own[:1]


def test_a_message_apart_is_opened_with_a_reason_that_the_journal_keeps(haunted: Haunted) -> None:
    protecting = Person("petra", "Någon Annan", BUYER, frozenset({_P.PROTECTED}))
    (number,) = _newest(haunted, 1)
    with portal(haunted.url, clock=noon, second_step=False) as site, visitor(site, protecting) as petra:
        before = petra.get(f"/finance/letters/{number}")
        assert "Öppna meddelandet" in before.text
        assert SHOWN_NUMBER.search(before.text) is None
        assert petra.get(f"/finance/letters/{number}/raw").status_code == 404
        refused = petra.post(f"/finance/letters/{number}/reveal", {"reason": " "})
        assert SHOWN_NUMBER.search(refused.text) is None
        opened = petra.post(f"/finance/letters/{number}/reveal", {"reason": "Svar till leverantören"})
        assert SHOWN_NUMBER.search(opened.text)
        assert SHOWN_NUMBER.search(petra.get(f"/finance/letters/{number}").text) is None
    kept = columns_with(haunted.database, re.compile("Svar till leverantören"))
    assert set(kept) == {("journal", "detail")}


def test_no_form_address_or_header_carries_a_number_in(
    haunted: Haunted, capfd: pytest.CaptureFixture[str]
) -> None:
    other = NUMBER.replace("-", "–")
    lines = io.StringIO()
    listening = logging.StreamHandler(lines)
    logging.getLogger().addHandler(listening)
    before, held = structlog.get_config(), columns_with(haunted.database, SHOWN_NUMBER)
    log_to_standard_error()
    try:
        with portal(haunted.url, clock=noon, second_step=False) as site:
            taken = list(_forms_taken(site, other))
            with visitor(site, ONES[_P.FINANCE]) as finance:
                for address in (
                    f"/finance?q={other}",
                    f"/orders/{other}",
                    f"/{other}",
                    f"/finance/audit?q={NAME}",
                ):
                    headers = [
                        (name, BOTH.encode()) for name in (b"User-Agent", b"Referer", b"X-Forwarded-For")
                    ]
                    answer = finance.client.get(address, headers=headers)
                    assert answer.status_code in (200, 303, 404, 409), address
                document = b"<a>" + BOTH.encode()
                finance.client.post(
                    "/api/v1/validate", content=document, headers={b"User-Agent": BOTH.encode()}
                )
                finance.client.post("/api/v1/events", content=BOTH.encode())
    finally:
        logging.getLogger().removeHandler(listening)
        structlog.configure(**before)
    assert [each for each in taken if each] == []
    assert len(taken) > 60, "so many forms refuse it"
    printed = capfd.readouterr()
    for logged in (lines.getvalue(), printed.out, printed.err):
        assert SHOWN_NUMBER.search(logged) is None
        assert SHOWN_NAME.search(logged) is None
    assert set(columns_with(haunted.database, SHOWN_NUMBER)) == set(held)


def _forms_taken(site: Site, text: str) -> Iterator[str]:
    """Each form that was tried with the text in one of its fields: empty where it refused it for what it is."""
    turn = 0
    for area in AREAS:
        for key, route in table_in(area, site.database).items():
            if not key.startswith("POST ") or "api" in key or "webhook" in key or key.endswith("/logout"):
                continue
            who = next((ONES[each] for each in sorted(route.may)), None)
            address = (route.foreign or (key.removeprefix("POST "),))[0]
            if "{" in address:
                continue
            turn += 1
            fields = [*route.form, "reason", "text", "note", "call_back", "reference"]
            name = fields[turn % len(fields)]
            with visitor(site, who) as person:
                answer = person.post(address, {**route.form, name: text})
                if answer.status_code == 404:
                    continue  # What is another's is not there, and nothing of the form is read.
                # The number of a thing is no text: what is none is refused, and not told again.
                is_refused = name == "number" and answer.status_code == 409 and text not in answer.text
                is_seen = is_refused or "personnummer" in answer.text
                yield "" if is_seen else f"{key} {name}: {answer.status_code}"


def test_what_lets_somebody_in_is_kept_nowhere(haunted: Haunted) -> None:
    password, session_key = "kanarie-hemligt-losen-1", ""
    lines = io.StringIO()
    listening = logging.StreamHandler(lines)
    logging.getLogger().addHandler(listening)
    try:
        with portal(haunted.url, clock=noon, is_demo=True) as site, visitor(site) as stranger:
            for name in ("alla@fyrbaken.example", "ingen@ingenstans.example"):
                assert password not in stranger.enter(name, password).text
            stranger.get(f"/link/{password}")
            stranger.post("/forgotten", {"name": "alla@fyrbaken.example"})
            stranger.enter("alla@fyrbaken.example", "rusta-och-matcha-demo")
            session_key = stranger.cookie("session")
            assert session_key
            assert session_key not in stranger.get("/").text
    finally:
        logging.getLogger().removeHandler(listening)
    shell = ["--database", haunted.url]
    asked = ["clients", "make", "Prov", "--may", "events:write", "--by", "drift-a"]
    proposed = CliRunner().invoke(app, [*shell, *asked])
    number = re.search(r"\d+", proposed.output)
    assert number is not None, proposed.output
    confirmed = CliRunner().invoke(app, [*shell, "people", "confirm", number[0], "--by", "drift-b"])
    assert confirmed.exit_code == 0, confirmed.output
    made = CliRunner().invoke(app, [*shell, "clients", "secret", "1", "--by", "drift-a"])
    key = re.search(r"rmk_\S+", made.output)
    assert key is not None, made.output
    for secret in (password, session_key, "rusta-och-matcha-demo", key[0]):
        assert columns_with(haunted.database, re.compile(re.escape(secret))) == {}
        assert secret not in lines.getvalue()
