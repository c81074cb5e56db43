"""One address, several buyers: whose a request is, and that nobody's session or message is taken for another's."""

import hashlib
import hmac
import re
from collections.abc import Iterator
from datetime import date

import httpx
import pytest
from prometheus_client.parser import text_string_to_metric_families
from sqlalchemy import select

from accounts import sessions
from accounts import store as account_store
from accounts.identity import Person
from accounts.mails import mail_links
from billing.server import books_watch
from billing.server.app import create_app
from billing.server.installation import Books, Installation
from billing.server.installation_app import InstallationApp
from foundation.database import Database
from operations.buyers import administration, buyer_store
from operations.buyers.model import BuyerState
from operations.mail import choice_store
from operations.mail.choices import MailChoice
from operations.mail.texts import MailKind
from operations.settings import Settings
from operations.tables import alarm
from peppol.documents import technical_responses
from peppol.exchange import outbox_store
from peppol.exchange import tables as exchange_tables
from peppol.identifiers import ParticipantId
from peppol.xml import codec
from tests.support.pages.all_routes import AREAS, STAFF, SUPPLIER, routes_of, table
from tests.support.pages.browser import account_of
from tests.support.servers.serving import NO_TLS, serving
from tests.support.servers.system_databases import CLOCK
from tests.support.stories.system import System
from tests.support.stories.two_buyers import FIRST, SECOND, TwoBuyers, two_buyers
from web.csrf import TOKEN_FIELD

REFERENCE, TOKEN, HOST = "100000101", "t0ken", "faktura.karlstad.example"
PAGE = {"Accept": "text/html"}


@pytest.fixture
def both(database_url: str) -> Iterator[TwoBuyers]:
    with two_buyers(database_url) as both:
        both.second.decide(REFERENCE)
        yield both


@pytest.fixture
def app(both: TwoBuyers) -> Iterator[InstallationApp]:
    given = {"database_url": both.url, "second_step": False, "webhook_token": TOKEN}
    settings = Settings.model_validate(given)
    app = InstallationApp(settings, clock=lambda: CLOCK)
    yield app
    app.close()


@pytest.fixture
def client(app: InstallationApp) -> Iterator[httpx.Client]:
    with (
        serving(app) as address,
        httpx.Client(base_url=address, timeout=60, trust_env=False, verify=NO_TLS, headers=PAGE) as client,
    ):
        yield client


def session_of(database: Database, person: Person = STAFF) -> str:
    number = account_of(database, person).account_id
    with database.writing() as session:
        return sessions.start(session, number, now=CLOCK)


def choose(client: httpx.Client, slug: str) -> None:
    assert client.get(f"/buyers/{slug}/").status_code == 303


def messages(system: System) -> int:
    with system.database.reading() as session:
        return len(session.execute(select(exchange_tables.inbox.c.id)).all())


def invoice_to(system: System) -> bytes:
    if system.told == 0:
        system.decide(REFERENCE)
    system.report(REFERENCE, "2026-01", on=date(2026, 2, 2))
    return codec.serialise(system.flip(system.order(REFERENCE).number, number="F-1", on=date(2026, 2, 3)))


def test_a_visitor_chooses_the_buyer_once_and_comes_to_where_he_was_going(client: httpx.Client) -> None:
    asked = client.get("/orders?state=OPEN")
    assert asked.status_code == 200
    assert "Välj köpare" in asked.text
    assert "Levererar du till flera av dem?" in asked.text
    chosen = f"/buyers/{SECOND}/orders?state=OPEN"
    assert f'href="{chosen}"' in asked.text
    led = client.get(chosen)
    assert (led.status_code, led.headers["location"]) == (303, "/orders?state=OPEN")
    signing_in = client.get("/sign-in")
    assert "Karlstads kommun" in signing_in.text
    assert "Byt köpare" in signing_in.text
    # The choice is there to be made again, and an address of nobody's asks too.
    assert "Välj köpare" in client.get("/buyers").text
    assert "Välj köpare" in client.get("/buyers/nobody/orders").text
    choose(client, FIRST)
    assert "Arbetsförmedlingen" in client.get("/sign-in").text


@pytest.mark.parametrize("rest", ["//evil.example", "/\\evil.example", "/%5Cevil.example", "/%0d%0aX: y"])
def test_no_choice_leads_to_another_site(client: httpx.Client, rest: str) -> None:
    led = client.get(f"/buyers/{FIRST}{rest}")
    assert re.fullmatch(r"/([^/\\].*)?", led.headers.get("location", "/"))


def test_a_host_name_is_one_buyers_and_leaves_no_choice(
    both: TwoBuyers, app: InstallationApp, client: httpx.Client
) -> None:
    with both.first.database.writing() as session:
        second = buyer_store.buyers(session)[1]
        administration.change(session, second, hosts=(HOST,), by="admin-1")
    # Known within seconds, without a restart; here the books are asked at once.
    app.installation.ask_again()
    page = client.get("/sign-in", headers={"Host": f"{HOST}:8000"})
    assert "Karlstads kommun" in page.text
    assert "Byt köpare" not in page.text
    choose(client, FIRST)
    assert "Karlstads kommun" in client.get("/sign-in", headers={"Host": HOST}).text
    assert client.get("/buyers", headers={"Host": HOST}).status_code == 404


@pytest.mark.both_engines
def test_staff_of_one_buyer_is_a_stranger_to_the_other_at_every_address(
    both: TwoBuyers, client: httpx.Client
) -> None:
    secret = session_of(both.first.database)
    open_to_all = {key for area in AREAS for key, route in table(area).items() if route.everybody}
    routes = [
        each for each in routes_of(create_app(Settings(database_url=both.url))) if each not in open_to_all
    ]
    assert len(routes) > 100
    choose(client, FIRST)
    client.cookies.set("billing-session", secret)
    assert client.get("/finance").status_code == 200
    choose(client, SECOND)
    # Under the name it had, and planted under the other buyer's.
    client.cookies.set(f"billing-{SECOND}-session", secret)
    token = hmac.new(secret.encode(), b"form", hashlib.sha256).hexdigest()
    origin = {"Origin": str(client.base_url).rstrip("/")}
    for each in routes:
        method, _, path = each.partition(" ")
        path = re.sub(r"\{number(:\w+)?\}", "2100000001", path)
        path = re.sub(r"\{[^}]*\}", "1", path)
        answer = (
            client.get(path)
            if method == "GET"
            else client.request(method, path, data={TOKEN_FIELD: token}, headers=origin)
        )
        assert answer.status_code in (303, 401, 404, 405, 422), (each, answer.status_code)
        if answer.status_code == 303:
            assert answer.headers["location"].startswith("/sign-in"), each
        assert REFERENCE not in answer.text
    choose(client, FIRST)
    assert client.get("/finance").status_code == 200


def test_somebody_is_signed_in_with_both_at_the_same_time(both: TwoBuyers, client: httpx.Client) -> None:
    client.cookies.set("billing-session", session_of(both.first.database))
    client.cookies.set(f"billing-{SECOND}-session", session_of(both.second.database))
    for slug, there in ((FIRST, False), (SECOND, True), (FIRST, False)):
        choose(client, slug)
        page = client.get("/finance")
        assert page.status_code == 200
        found = client.get(f"/finance/timeline/{REFERENCE}")
        assert (REFERENCE in found.text and found.status_code == 200) is there or found.status_code == 404


def test_a_form_is_ours_also_where_the_pages_have_an_address_with_the_buyers_name(both: TwoBuyers) -> None:
    settings = Settings(database_url=both.url, second_step=False, public_url="https://portal.example")
    app = InstallationApp(settings, clock=lambda: CLOCK)
    kept = {"__Host-billing-buyer": SECOND, f"__Host-billing-{SECOND}-visit": "a-visit"}
    token = hmac.new(b"a-visit", b"form", hashlib.sha256).hexdigest()
    with (
        serving(app) as address,
        httpx.Client(base_url=address, timeout=60, trust_env=False, verify=NO_TLS, headers=PAGE) as client,
    ):
        cookies = "; ".join(f"{name}={value}" for name, value in kept.items())
        for origin, status in (("https://portal.example", 422), ("https://other.example", 403)):
            sent = client.post(
                "/sign-in",
                data={TOKEN_FIELD: token, "name": "a@b.example", "password": "wrong"},
                headers={"Origin": origin, "Cookie": cookies},
            )
            assert sent.status_code == status
    app.close()


@pytest.mark.both_engines
def test_a_message_for_the_second_buyer_through_the_firsts_way_in_lands_with_the_second(
    both: TwoBuyers, client: httpx.Client
) -> None:
    body = invoice_to(both.second)
    for address in ("/webhook/letters", f"/buyers/{FIRST}/webhook/letters"):
        told = client.post(address, content=body, headers={"X-Token": TOKEN})
        assert told.status_code == 200
    assert (messages(both.first), messages(both.second)) == (0, 2)
    unknown = body.replace(b"2120001850", b"2120001355")
    assert client.post("/webhook/letters", content=unknown, headers={"X-Token": TOKEN}).status_code == 200
    assert (messages(both.first), messages(both.second)) == (1, 2)


def test_a_status_for_our_service_provider_goes_to_whose_message_it_is_about(
    both: TwoBuyers, client: httpx.Client
) -> None:
    with both.second.database.reading() as session:
        (ordered,) = outbox_store.messages_out(session)
    provider = ParticipantId.parse("0242:000123")
    for about in (ordered.instance_id, "00000000-0000-4000-8000-000000000000"):
        status = technical_responses.mls(
            [], document_id="MLS-1", instance_id=about, sender=provider, receiver=provider, at=CLOCK
        )
        told = client.post("/webhook/letters", content=codec.serialise(status), headers={"X-Token": TOKEN})
        assert told.status_code == 200
    assert (messages(both.first), messages(both.second)) == (1, 1)


@pytest.mark.both_engines
def test_a_message_is_not_acknowledged_while_its_own_books_cannot_keep_it(
    both: TwoBuyers, app: InstallationApp, monkeypatch: pytest.MonkeyPatch
) -> None:
    to_second, to_first = invoice_to(both.second), invoice_to(both.first)
    elsewhere = "sqlite:////nowhere/at/all.sqlite"
    monkeypatch.setenv("BILLING_BUYER_KARLSTAD_DATABASE_URL", elsewhere)
    broken = InstallationApp(app.installation.settings, clock=lambda: CLOCK)
    with (
        serving(broken) as address,
        httpx.Client(base_url=address, timeout=60, trust_env=False, verify=NO_TLS) as other,
    ):
        refused = other.post("/webhook/letters", content=to_second, headers={"X-Token": TOKEN})
        assert (refused.status_code, refused.headers["Retry-After"]) == (503, "60")
        kept = other.post("/webhook/letters", content=to_first, headers={"X-Token": TOKEN})
        assert kept.status_code == 200
        ready = other.get("/readyz")
        assert (ready.status_code, ready.json()["buyers"]) == (
            200,
            {FIRST: "ok", SECOND: "does not answer"},
        )
        figures = _figures(other.get("/metrics").text)
        assert figures["billing_books_up"] == {FIRST: 1.0, SECOND: 0.0}
        assert set(figures["billing_letters_in"]) == {FIRST}
        assert other.get(f"/buyers/{FIRST}/sign-in").status_code == 303
        assert other.get("/sign-in", headers=PAGE).status_code == 200
        assert other.get(f"/buyers/{SECOND}/sign-in").status_code == 303
        page = other.get("/sign-in", headers=PAGE)
        assert (page.status_code, "Karlstads kommun" in page.text) == (503, True)
        books_watch.look(broken.installation, broken.installation.served())
        books_watch.look(broken.installation, broken.installation.served())
    broken.close()
    assert (messages(both.first), messages(both.second)) == (1, 0)
    with both.first.database.reading() as session:
        raised = [(row.kind, row.about) for row in session.execute(select(alarm))]
    assert raised == [("BOOKS_DOWN", SECOND)]


def test_whatever_is_wrong_with_one_buyers_books_they_are_told_as_silent(
    both: TwoBuyers, app: InstallationApp, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The watch is of every buyer: a fault that nobody foresaw in one's books ends it for nobody."""
    installation, database_of = app.installation, Installation.database_of

    def faulty(installation: Installation, books: Books) -> Database:
        if books.slug == SECOND:
            raise ZeroDivisionError
        return database_of(installation, books)

    monkeypatch.setattr(Installation, "database_of", faulty)
    books_watch.look(installation, installation.served())
    with both.first.database.reading() as session:
        assert [row.about for row in session.execute(select(alarm))] == [SECOND]


def _figures(text: str) -> dict[str, dict[str, float]]:
    return {
        family.name: {each.labels["buyer"]: each.value for each in family.samples}
        for family in text_string_to_metric_families(text)
        # What a process does for whoever comes is no buyer's.
        if not family.name.startswith(("billing_checks_", "process_"))
    }


def test_every_figure_says_whose_it_is(client: httpx.Client) -> None:
    figures = _figures(client.get("/metrics").text)
    assert len(figures) > 8
    assert figures["billing_books_up"] == {FIRST: 1.0, SECOND: 1.0}
    assert figures["billing_journal_rows"][SECOND] > 0
    assert all(set(each) <= {FIRST, SECOND} for each in figures.values())
    checks = client.get("/metrics").text
    assert 'billing_checks_ended{why="cpu"} ' in checks
    assert 'billing_checks_refused{whose="strangers"} ' in checks


def test_a_program_is_told_to_name_the_buyer(client: httpx.Client) -> None:
    asked = client.post("/api/v1/events", content=b"", headers={"Accept": "application/json"})
    assert asked.status_code == 404
    assert "/buyers/" in asked.json()["detail"]
    named = client.post(f"/buyers/{SECOND}/api/v1/validate", content=b"<x/>", headers={"Accept": "*/*"})
    assert named.json()["valid"] is False
    assert client.post("/api/v1/validate", content=b"<x/>", headers={"Accept": "*/*"}).status_code == 200


def test_a_mail_programs_press_goes_to_the_buyer_in_the_link_and_is_led_nowhere(
    both: TwoBuyers, client: httpx.Client
) -> None:
    """A mail program keeps no cookie, and would follow a redirect as a GET (RFC 8058)."""
    database = both.second.database
    number = account_of(database, SUPPLIER).account_id
    with database.writing() as session:
        account = account_store.by_id(session, number)
        assert account is not None
        path = mail_links.make(session, account, MailKind.ORDERS, today=CLOCK.date())
    press = {"List-Unsubscribe": "One-Click"}
    # The first buyer knows nobody by the second's link.
    assert client.post(f"/buyers/{FIRST}{path}", data=press).status_code == 409
    assert client.post(f"/buyers/{SECOND}{path}", data=press).status_code == 200
    with database.reading() as session:
        assert choice_store.of(session, number)[MailKind.ORDERS] is MailChoice.NEVER
    # Whoever opens it in a browser is led to the buyer's pages.
    assert client.get(f"/buyers/{SECOND}{path}").headers["location"] == path


def test_a_closed_buyers_pages_say_so_and_the_other_is_alone(
    both: TwoBuyers, app: InstallationApp, client: httpx.Client
) -> None:
    with both.first.database.writing() as session:
        second = buyer_store.buyers(session)[1]
        administration.change(session, second, hosts=(HOST,), by="admin-1")
        buyer_store.move(session, second, BuyerState.CLOSED)
    app.installation.ask_again()
    gone = client.get("/", headers={"Host": HOST})
    assert (gone.status_code, "Karlstads kommun" in gone.text) == (410, True)
    assert client.get(f"/buyers/{SECOND}/orders").status_code == 410
    alone = client.get("/sign-in")
    assert alone.status_code == 200
    assert "Byt köpare" not in alone.text
    # What comes to it all the same is kept, in its own books.
    body = invoice_to(both.second)
    assert client.post("/webhook/letters", content=body, headers={"X-Token": TOKEN}).status_code == 200
    assert (messages(both.first), messages(both.second)) == (0, 1)


def test_the_start_page_is_read_in_the_language_that_was_chosen(client: httpx.Client) -> None:
    client.get("/")
    visit = client.cookies["billing-visit"]
    token = hmac.new(visit.encode(), b"form", hashlib.sha256).hexdigest()
    origin = {"Origin": str(client.base_url).rstrip("/")}
    sent = client.post("/language", data={TOKEN_FIELD: token, "language": "en", "next": "/"}, headers=origin)
    assert sent.status_code == 303
    assert "Choose a buyer" in client.get("/").text
    assert client.get("/accessibility").status_code == 200
    choose(client, SECOND)
    assert "Change buyer" in client.get("/sign-in").text
