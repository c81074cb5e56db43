"""Replies that never come through, by four doors: asked again under the same key, the answer and the effect are one.

The client sends its request and hangs up: at once, while the server works; or when the answer has come, unread. Then
it tries again, as a browser, a decision system, a supplier's system and an access point do, with the same key: of the
form, of the event, of the request, of the envelope.
"""

import json
import socket
import uuid
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from urllib.parse import urlencode, urlsplit

import httpx
import pytest
from sqlalchemy import func, select

from invoicing.portal_invoicing.portal_states import PortalState
from invoicing.portal_invoicing.tables import portal_document
from orders.tables import purchase_order
from peppol.exchange import tables as exchange_tables
from peppol.exchange.tables import InState
from tests.bar.seeds import chance
from tests.bar.world import check_world
from tests.billing.server.test_events_api import a_key, bearing, decided
from tests.billing.server.test_webhook import TOKEN, enveloped
from tests.support.pages.all_routes import SUPPLIER
from tests.support.pages.browser import Site, portal
from tests.support.pages.visitor import visitor
from tests.support.servers.access_points import order
from tests.support.servers.api import a_client
from tests.support.servers.system_databases import CLOCK
from tests.support.stories.system import System, a_system
from web.csrf import TOKEN_FIELD

MANY = pytest.mark.parametrize("many", [17, pytest.param(170, marks=pytest.mark.nightly)])
MANY_REQUESTS = pytest.mark.parametrize("many", [17, pytest.param(500, marks=pytest.mark.nightly)])


@dataclass(frozen=True, slots=True)
class Asked:
    """A request that may be sent again as it is."""

    path: str
    headers: Mapping[str, str]
    body: bytes

    def hang_up(self, address: str, *, unread: bool) -> None:
        """Send it, and close the connection without reading the answer; or before there is one."""
        place = urlsplit(address)
        told = {"Host": place.netloc, "Content-Length": str(len(self.body)), **self.headers}
        head = f"POST {self.path} HTTP/1.1\r\n" + "".join(f"{name}: {it}\r\n" for name, it in told.items())
        with socket.create_connection((place.hostname or "", place.port or 0), timeout=30) as line:
            line.sendall(head.encode() + b"\r\n" + self.body)
            if unread:
                line.recv(1)

    def ask(self, client: httpx.Client) -> tuple[int, str, bytes]:
        """The answer of a try that comes through: its status, where it leads, what it says."""
        answer = client.post(self.path, content=self.body, headers=dict(self.headers))
        return answer.status_code, answer.headers.get("location", ""), answer.content


@pytest.fixture
def system(database_url: str) -> Iterator[System]:
    with a_system(database_url) as system:
        yield system


@pytest.fixture
def site(system: System) -> Iterator[Site]:
    url = system.database.url.render_as_string(hide_password=False)
    with portal(
        url, clock=lambda: CLOCK, second_step=False, webhook_token=TOKEN, api_requests=100_000
    ) as site:
        yield site


def _cut_then_come_through(
    site: Site, client: httpx.Client, asked: list[Asked]
) -> list[tuple[int, str, bytes]]:
    """Each once or twice without its answer, and then twice with it: the last two answers must be the same."""
    among, answers = chance("replies"), []
    for each in asked:
        for _ in range(among.randint(1, 2)):
            each.hang_up(site.address, unread=among.random() < 0.5)
    for each in asked:
        first = each.ask(client)
        while first[0] == 409 and b"IN_FLIGHT" in first[2]:  # what was cut off is still being worked on
            first = each.ask(client)
        again = each.ask(client)
        assert first[:2] == again[:2]
        answers += [again]
    return answers


@pytest.mark.both_engines
@MANY
def test_a_form_whose_answer_was_lost_is_sent_again_and_made_one_invoice(
    system: System, site: Site, many: int, record_property: Callable[[str, object], None]
) -> None:
    references = [f"1000001{place:03}" for place in range(many)]
    for reference in references:
        system.decide(reference)
        system.report(reference, "2026-01", on=date(2026, 2, 2))
    with visitor(site, SUPPLIER) as each:
        headers = {
            "Cookie": f"billing-session={each.cookie('session')}",
            "Origin": site.address,
            "Content-Type": "application/x-www-form-urlencoded",
        }
        forms = [
            {
                TOKEN_FIELD: each.token,
                "line": f"{system.order(reference).number}/001",
                "form_key": uuid.uuid4().hex,
            }
            for reference in references
        ]
        asked = [Asked("/to-invoice/send", headers, urlencode(form).encode()) for form in forms]
        answers = _cut_then_come_through(site, each.client, asked)
    assert [(status, leads) for status, leads, _ in answers] == [
        (303, f"/to-invoice/sent/{form['form_key']}") for form in forms
    ]
    with site.database.reading() as session:
        made = session.scalars(
            select(portal_document.c.order_number).where(portal_document.c.state != PortalState.UNDONE)
        ).all()
    assert len(made) == len(set(made)) == many
    assert check_world(site.database) == []
    record_property("replies_cut", many)


@pytest.mark.both_engines
@MANY
def test_an_event_whose_answer_was_lost_is_told_again_and_places_one_order(
    system: System, site: Site, many: int, record_property: Callable[[str, object], None]
) -> None:
    headers = bearing(a_key(system))
    asked = [
        Asked("/api/v1/events", headers, json.dumps([decided(f"2000001{place:03}")]).encode())
        for place in range(many)
    ]
    with httpx.Client(base_url=site.address, trust_env=False, timeout=60) as client:
        answers = _cut_then_come_through(site, client, asked)
    assert {status for status, _, _ in answers} == {200}
    assert {json.loads(body)["results"][0]["result"] for _, _, body in answers} == {"repeated"}
    with site.database.reading() as session:
        assert session.scalar(select(func.count()).select_from(purchase_order)) == many
    assert check_world(site.database) == []
    record_property("replies_cut", many)


@pytest.mark.both_engines
@MANY_REQUESTS
def test_a_request_of_a_program_whose_answer_was_lost_is_sent_again_and_made_one_invoice(
    system: System, site: Site, many: int, record_property: Callable[[str, object], None]
) -> None:
    references = [f"3000001{place:03}" for place in range(many)]
    for reference in references:
        system.decide(reference)
        system.report(reference, "2026-01", on=date(2026, 2, 2))
    _, secret = a_client(system)
    asked = [
        Asked(
            "/api/v1/invoices",
            bearing(secret, "application/json") | {"Idempotency-Key": str(uuid.UUID(int=place))},
            json.dumps({"line": f"{system.order(reference).number}/001"}).encode(),
        )
        for place, reference in enumerate(references)
    ]
    with httpx.Client(base_url=site.address, trust_env=False, timeout=60) as client:
        answers = _cut_then_come_through(site, client, asked)
    assert {status for status, _, _ in answers} == {201}
    told = {json.loads(body)["number"] for _, _, body in answers}
    with site.database.reading() as session:
        made = session.scalars(select(portal_document.c.number)).all()
    assert set(made) == told
    assert len(made) == len(told) == many
    assert check_world(site.database) == []
    record_property("replies_cut", many)


@pytest.mark.both_engines
@MANY
def test_a_letter_whose_receipt_was_lost_is_pushed_again_and_stands_once(
    system: System, site: Site, many: int, record_property: Callable[[str, object], None]
) -> None:
    among = chance("letters")
    bodies = [
        enveloped(order(str(place)), str(uuid.UUID(int=among.getrandbits(128)))) for place in range(many)
    ]
    asked = [Asked("/webhook/letters", {"X-Token": TOKEN}, body) for body in bodies]
    with httpx.Client(base_url=site.address, trust_env=False, timeout=60) as client:
        answers = _cut_then_come_through(site, client, asked)
    assert {status for status, _, _ in answers} == {200}
    with site.database.reading() as session:
        inbox = exchange_tables.inbox
        first = session.scalars(select(inbox.c.instance_id).where(inbox.c.state == InState.ARRIVED)).all()
    assert len(first) == len(set(first)) == many
    assert check_world(site.database, is_quiet=False) == []
    record_property("replies_cut", many)
