"""A vendor connects a supplier's system, from the first press to the payment: in a sandbox, by the generated client."""

from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, field, replace
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from accounts.api_clients import client_store
from accounts.sealed_secrets import fresh_key
from billing.tools.demo import people
from foundation.database import Database, utc_now
from foundation.money import Quantity, line_amount
from invoicing.documents import order_facts_queries
from invoicing.portal_invoicing import flipping
from invoicing.portal_invoicing.flipping import Numbered
from orders.register import store as register_store
from peppol.documents import billing
from peppol.xml import codec
from tests.billing.server.described import generated_client
from tests.support.pages.browser import Site
from tests.support.servers.webhook_receiver import URL, Receiver, receiving
from tests.support.stories.demo_books import demo_site, last_day

if TYPE_CHECKING:
    from playwright.sync_api import Page

    from tests.billing.server.described.vendor import SupplierSystem

# By the guide a person presses and writes so often; each takes a few seconds, and reading the page the rest.
STEPS_MOST = 16


@dataclass
class Person:
    """Somebody at a supplier who makes a client, and how often they press or write."""

    page: "Page"
    steps: int = field(default=0)

    def press(self, role: Any, name: str) -> None:  # noqa: ANN401 - a role of the browser's library
        self.steps += 1
        self.page.get_by_role(role, name=name).click()

    def write(self, label: str, text: str) -> None:
        self.steps += 1
        self.page.get_by_label(label).fill(text)

    def choose(self, label: str) -> None:
        self.steps += 1
        self.page.get_by_label(label).check()

    def makes_a_test_client(self, site: Site) -> str:
        """Signs in and makes a client for trials; its key, which is shown once."""
        self.page.goto(f"{site.address}/sign-in")
        self.write("E-postadress", "alla@fyrbaken.example")
        self.write("Lösenord", people.PASSWORD)
        self.press("button", "Logga in")
        self.page.wait_for_url(lambda url: "/sign-in" not in url)
        self.page.goto(f"{site.address}/clients")
        self.steps += 1
        self.press("link", "Gör en klient")
        self.write("Vilket system", "Ekonomisystemet, prov")
        self.choose("Prov i en egen sandlåda")
        self.choose("Redovisa och se")
        self.choose("Hela organisationen")
        self.write("Ditt lösenord, eller en kod du har nu", people.PASSWORD)
        self.press("button", "Gör klienten")
        return self.page.locator("main dd code").all_inner_texts()[-1]


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Site]:
    with demo_site(tmp_path, secret_keys=fresh_key()) as site:
        yield site


@pytest.fixture
def receiver(site: Site, tmp_path: Path) -> Iterator[Receiver]:
    """The vendor's own address for webhooks: over TLS, at the true hour, whatever day the demo stands at."""
    with receiving(tmp_path) as receiver:
        site.app.state.worker_turn.post = receiver.post()
        site.app.state.worker_turn.clock = utc_now
        yield receiver


@pytest.fixture
def client_made() -> Iterator[None]:
    with generated_client.importable():
        yield


def books_of(site: Site, key: str) -> Database:
    """The books of the sandbox that a key opens."""
    with site.database.reading() as session:
        (client,) = [each for each in client_store.active_of(session, "5599991014") if each.is_test]
    assert key.startswith(client.key_beginning)
    books: Database = site.app.state.sandboxes.of(client, site.database)
    return books


def of_their_own_making(books: Database, number: str, line: str, *, days: int) -> billing.Invoice:
    """The invoice of a line as the supplier's own program writes it, with so many days too many."""
    with books.reading() as session:
        register = register_store.load(session)
        facts = order_facts_queries.order_facts(session, register, number)
        assert facts is not None
        known = facts.lines[line]
        assert known.receipt is not None
        more = Quantity(known.receipt.quantity.value + Decimal(days), known.receipt.quantity.unit)
        amount = line_amount(more, known.line.price, currency=known.receipt.amount.currency)
        changed = replace(known, receipt=replace(known.receipt, quantity=more, amount=amount))
        return flipping.flip(
            facts,
            changed,
            supplier=register.supplier(facts.order.supplier),
            buyer=register.buyer,
            policy=register.policy,
            given=Numbered(f"EGEN-{line}-{days}", last_day()),
        )


def test_from_a_client_made_in_the_browser_to_the_payment(
    site: Site,
    receiver: Receiver,
    client_made: None,
    any_page: "Page",
    record_property: Any,  # noqa: ANN401
) -> None:
    person = Person(any_page)
    key = person.makes_a_test_client(site)
    assert person.steps <= STEPS_MOST
    record_property("steps", person.steps)

    from tests.billing.server.described.vendor import SupplierSystem

    with closing(SupplierSystem(site.address, key)) as vendor:
        secret = vendor.listen(URL)
        number = vendor.be_given_an_order(4)
        assert vendor.orders() == [number]
        assert len(vendor.messages("order")) == 1
        _flips_a_line(vendor, number)
        _deviates_and_credits(vendor, books_of(site, key), number)
        _invoices_many(vendor, number)
        _is_paid(vendor, number)
        _was_told(receiver, secret)
        # Begun anew, there is nothing left of it.
        assert (vendor.begin_anew().orders, vendor.orders()) == (0, [])


def _flips_a_line(vendor: "SupplierSystem", number: str) -> None:
    shown = vendor.preview(f"{number}/001")
    assert (shown.would_be_made, shown.verdict) == (True, "ACCEPT")
    made = vendor.invoice(f"{number}/001", "first-line")
    assert vendor.invoice(f"{number}/001", "first-line") == made
    vendor.let_pass(minutes=15)
    assert vendor.order(number).lines[0].invoice_number == made.number
    told = vendor.told_of(made.number)
    assert (told.state, told.deviations) == ("ACCEPTED", [])
    assert told.pays_on is not None
    assert vendor.answers(told.id)[-1] == "AP"


def _deviates_and_credits(vendor: "SupplierSystem", books: Database, number: str) -> None:
    """A document of their own is sent by the API, and its credit note as over Peppol."""
    wrong = of_their_own_making(books, number, "002", days=2)
    vendor.send_own(codec.serialise(wrong))
    assert vendor.let_pass(minutes=15).webhooks_waiting == 0
    told = vendor.told_of(wrong.id)
    assert told.state == "CREDIT_REQUESTED"
    assert any(each.stops for each in told.deviations)
    assert told.why_not_paid
    assert b"RE</cbc:ResponseCode>" in vendor.messages("invoice-response")[-1]
    credit = flipping.credit_note_of(wrong, given=Numbered("EGEN-K", last_day()))
    assert vendor.send(codec.serialise(credit)).document_state == "SETTLED"
    again = vendor.invoice(f"{number}/002", "second-line")
    vendor.let_pass(minutes=15)
    assert vendor.order(number).lines[1].invoice_number == again.number


def _invoices_many(vendor: "SupplierSystem", number: str) -> None:
    """Of many lines each has an answer of its own."""
    made = vendor.invoice_many([f"{number}/003", f"{number}/001", f"{number}/004"])
    assert (made.done, made.refused) == (2, 1)
    vendor.let_pass(minutes=15)
    assert all(each.invoice_number for each in vendor.order(number).lines[:4])


def _is_paid(vendor: "SupplierSystem", number: str) -> None:
    vendor.let_pass(days=40)
    order = vendor.order(number)
    paid = [Decimal(each.amount_paid) for each in order.lines]
    assert paid[:4] == [Decimal(each.amount_received) for each in order.lines[:4]]
    assert sum(paid) == Decimal(order.amount_paid) > 0
    assert b"PD</cbc:ResponseCode>" in vendor.messages("invoice-response")[-1]
    found = vendor.payments()
    assert all(each.is_whole and each.parts for each in found)
    assert sum(Decimal(each.amount) for each in found) >= Decimal(order.amount_paid)


def _was_told(receiver: Receiver, secret: str) -> None:
    """Every message is proved by the vendor's own library, and the case's come in the order of what happened."""
    test, *told = [each.verified(secret) for each in receiver.came]
    assert test["type"] == "webhook.test"
    places: list[int] = [each["data"]["sequence"] for each in told]  # type: ignore[index]
    assert places == sorted(set(places))
    types = [str(each["type"]) for each in told]
    assert types[0] == "order.placed"
    for kind in ("invoice.accepted", "invoice.credit_requested", "invoice.paid"):
        assert kind in types, types
