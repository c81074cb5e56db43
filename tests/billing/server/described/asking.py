"""Everything a program asks so that each operation has an example: all that the guide shows, and what it does not."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from datetime import date
from itertools import count
from uuid import UUID

import httpx

from accounts.api_clients.model import BUYER_SCOPES, SUPPLIER_SCOPES, ApiScope
from accounts.sealed_secrets import fresh_key
from billing.server.app import create_app
from billing.server.bodies.event_bodies import ONE
from billing.server.described.description import operations
from bookkeeping import booking
from bookkeeping.ledger_accounts import LedgerAccounts
from operations.settings import Settings
from orders.register import store as register_store
from peppol.xml import codec
from tests.billing.server.api import crawl_world
from tests.billing.server.api import test_guide as guide
from tests.billing.server.api.crawl_rows import ROWS
from tests.support.project import GOLDEN
from tests.support.servers.api import a_client, an_auditor, api, bearing
from tests.support.servers.system_databases import CLOCK
from tests.support.stories.system import System, decision, event_line

_AUDITORS = frozenset({ApiScope.AUDIT_READ})
_BUYERS = BUYER_SCOPES - _AUDITORS


def asked(fresh: Callable[[], AbstractContextManager[System]]) -> Iterator[httpx.Response]:
    """The answers, in the order they were asked for; `fresh` opens books with nothing in them."""
    for part in (_of_all, _of_resources, _of_documents, _of_the_buyers_guide, _of_whatever_else):
        with fresh() as system:
            yield from part(system)


def _of_all(system: System) -> Iterator[httpx.Response]:
    values = guide.told(system)
    _, key = a_client(system, *_BUYERS, supplier="")
    with api(system, secret_keys=fresh_key()) as portal:
        for _, _, answer in guide.answered(portal, values):
            yield answer
        yield from _of_a_supplier(portal, values)
        yield from _of_webhooks(portal, bearing(values["SECRET"]))
        yield from _of_a_test_client(system, portal)
        yield from _of_the_buyer(system, portal, bearing(key))
        yield from _of_anybody(portal)
        yield from _of_nobody(portal)


def _of_resources(system: System) -> Iterator[httpx.Response]:
    values = guide.told_of_resources(system)
    with api(system, now=guide.IN_NOVEMBER) as portal:
        for _, _, answer in guide.answered(portal, values, guide.RESOURCES):
            yield answer


def _of_documents(system: System) -> Iterator[httpx.Response]:
    values, files = guide.told_of_documents(system)
    with api(system) as portal:
        for _, _, answer in guide.answered(portal, values, guide.DOCUMENTS, files):
            yield answer


def _of_the_buyers_guide(system: System) -> Iterator[httpx.Response]:
    with api(system) as portal:
        for _, _, answer in guide.answered(portal, guide.told_of_the_buyer(system), guide.OF_THE_BUYER):
            yield answer


def _of_whatever_else(system: System) -> Iterator[httpx.Response]:
    """What no guide shows, asked by those whose it is, of the world of the crawl."""
    crawl_world.happen(system)
    supplier, buyer = a_client(system, *SUPPLIER_SCOPES)[1], a_client(system, *_BUYERS, supplier="")[1]
    auditor = an_auditor(system, date(2025, 1, 1), date(2026, 12, 31))[1]
    described = create_app(Settings(database_url="sqlite://")).openapi()
    with api(system, secret_keys=fresh_key()) as portal:
        values = crawl_world.named(system, portal)
        proposed = ""
        for number, (path, method, operation) in enumerate(operations(described)):
            row = ROWS[operation["operationId"]]
            if row.sandbox or row.of_client:
                continue
            key = supplier if row.may & SUPPLIER_SCOPES else auditor if row.may & _AUDITORS else buyer
            answer = crawl_world.ask(
                portal, key if row.may else "", path, method, operation, values, f"ask-{number}"
            )
            yield answer
            if operation["operationId"] == "propose_register_load":
                proposed = answer.headers["Location"]
        # A proposal is taken back by the client that made it.
        yield portal.post(f"{proposed}/withdraw", headers={**bearing(buyer), "Idempotency-Key": "ask-last"})


def _of_a_supplier(portal: httpx.Client, values: dict[str, str]) -> Iterator[httpx.Response]:
    mine = bearing(values["SECRET"])
    yield portal.get(f"/api/v1/orders/{values['ORDER']}/order.xml", headers=mine)
    yield portal.get("/api/v1/orders", params={"limit": "0"}, headers=mine)


def _of_webhooks(portal: httpx.Client, mine: dict[str, str]) -> Iterator[httpx.Response]:
    numbers = count(100)

    def keyed() -> dict[str, str]:
        return {**mine, "Idempotency-Key": str(UUID(int=next(numbers)))}

    wanted = {"name": "Ledger", "url": "https://hooks.example/rusta", "types": ["invoice.*"]}
    made = portal.post("/api/v1/webhooks", json=wanted, headers=keyed())
    yield made
    where = made.headers["Location"]
    yield portal.get("/api/v1/webhooks", headers=mine)
    yield portal.get(where, headers=mine)
    changed = {**keyed(), "If-Match": "*"}
    yield portal.patch(where, json={"types": ["invoice.*", "order.*"]}, headers=changed)
    another = portal.post(f"{where}/secrets", headers=keyed())
    yield another
    yield portal.delete(f"{where}/secrets/{another.json()['id']}", headers=keyed())
    yield portal.post(f"{where}/test", headers=keyed())
    yield portal.get(f"{where}/deliveries", headers=mine)
    between = {"since": "2026-11-01T00:00:00Z", "until": "2026-12-01T00:00:00Z"}
    yield portal.post(f"{where}/redeliver", json=between, headers=keyed())
    yield portal.delete(where, headers=keyed())


def _of_a_test_client(system: System, portal: httpx.Client) -> Iterator[httpx.Response]:
    _, secret = a_client(system, is_test=True)
    mine, sandbox = bearing(secret), "/api/v1/sandbox"
    keys = (str(UUID(int=number)) for number in count(20))
    yield portal.get(sandbox, headers=mine)
    wanted = {"months_received": 2}
    made = portal.post(f"{sandbox}/orders", json=wanted, headers={**mine, "Idempotency-Key": next(keys)})
    yield made
    (message,) = portal.get(f"{sandbox}/inbox", headers=mine).json()["messages"]
    yield portal.get(message["href"], headers=mine)
    yield portal.post(f"{sandbox}/advance", json={"days": 1}, headers={**mine, "Idempotency-Key": next(keys)})
    yield portal.get(f"{sandbox}/inbox", headers=mine)
    document = system.flip(system.order("100000101").number, number="F-7", on=CLOCK.date())
    xml = {**mine, "Content-Type": "application/xml"}
    yield portal.post(f"{sandbox}/messages", content=codec.serialise(document), headers=xml)
    yield portal.post(f"{sandbox}/reset", headers=mine)


def _of_the_buyer(system: System, portal: httpx.Client, theirs: dict[str, str]) -> Iterator[httpx.Response]:
    line = event_line("placement.decided", decision("100000102"), on=date(2026, 11, 20), event_id="evt-1")
    yield portal.post("/api/v1/events", content=line.text, headers={**theirs, "Content-Type": ONE})
    yield portal.get("/api/v1/events", params={"limit": "2"}, headers=theirs)
    _one_is_booked(system)
    said = [{"voucher": "50000001", "outcome": "BOOKED", "ledger_number": "A 1", "day": "2026-02-06"}]
    yield portal.post("/api/v1/ledger/answers", json=said, headers=theirs)
    yield portal.get("/api/v1/service-figures", params={"from": "2026-01", "to": "2026-02"}, headers=theirs)


def _of_anybody(portal: httpx.Client) -> Iterator[httpx.Response]:
    document = next(GOLDEN.glob("*.xml")).read_bytes()
    xml = {"Content-Type": "application/xml"}
    yield portal.post("/api/v1/validate", params={"lang": "en"}, content=document, headers=xml)
    for path in ("/api/v1/problems", "/livez", "/readyz", "/metrics"):
        yield portal.get(path)


def _of_nobody(portal: httpx.Client) -> Iterator[httpx.Response]:
    """What is answered to a program without a key."""
    yield portal.get("/api/v1/orders")


def _one_is_booked(system: System) -> None:
    document = system.send_invoice(system.order("100000101").number, number="F-1", on=date(2026, 2, 3))
    system.pay(on=document.pays_on)
    with system.database.writing() as session:
        register = register_store.load(session)
        booking.book(session, register, LedgerAccounts(), today=date(2026, 3, 5), by="user-6", now=CLOCK)
