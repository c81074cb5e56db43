"""Pages of single documents say what is so: nothing whole that is a part, nothing out of order, no code for a word."""

import csv
import io
import re
from collections.abc import Iterator
from datetime import date
from decimal import Decimal

import pytest
from lxml import html
from sqlalchemy import select

from foundation.database import Database
from foundation.text import Text
from invoicing.documents import store as document_store
from invoicing.documents import tables as document_tables
from invoicing.model import DocumentType, InvoiceState
from invoicing.portal_invoicing.scope import SupplierActor
from invoicing.responses.response_documents import REJECTED
from peppol.documents import billing
from supplier_portal.queries.invoice_steps import InvoiceSteps, story
from tests.support.pages.all_routes import SUPPLIER
from tests.support.pages.browser import Site
from tests.support.pages.visitor import Visitor, text_of, visitor
from tests.support.stories.claiming import ClaimDesk, two_months
from tests.support.stories.demo_books import demo_site
from tests.support.stories.system import FYRBAKEN, a_system

ASKED = Text("Kreditfaktura och ny faktura begärd")
ASKED_ONLY = Text("Kreditfaktura begärd")
CLAIMED = Text("Beloppet krävt tillbaka, kreditfaktura begärd")
CODE = re.compile(r"\b(?:[A-Z]+_[A-Z_]+|C62|DAY|QUANTITY|PRICE|UV-\d+)\b")


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    with demo_site(tmp_path_factory.mktemp("single"), is_demo=True) as served:
        yield served


@pytest.fixture(scope="module")
def books(site: Site) -> Database:
    return site.database


@pytest.fixture(scope="module")
def alva(site: Site) -> Iterator[Visitor]:
    with visitor(site, SUPPLIER) as opened:
        yield opened


@pytest.fixture(scope="module")
def stories(books: Database) -> list[InvoiceSteps]:
    """Every invoice and credit note of the demo, as its supplier's page tells it."""
    with books.reading() as session:
        numbers = session.scalars(select(document_tables.invoice.c.id).order_by(document_tables.invoice.c.id))
        held = [document_store.by_id(session, each) for each in numbers.all()]
        actors = [SupplierActor(each.supplier, None, by="user-1") for each in held]
        return [story(session, actor, each) for actor, each in zip(actors, held, strict=True)]


def test_what_has_happened_is_told_in_order_and_what_is_expected_last(stories: list[InvoiceSteps]) -> None:
    assert len(stories) > 50
    for told in stories:
        happened = [each.on for each in told.steps if not each.expected]
        assert happened == sorted(happened), told.invoice.number
        assert [each.expected for each in told.steps] == sorted(each.expected for each in told.steps)


def test_credit_is_asked_for_on_the_day_the_answer_left(stories: list[InvoiceSteps]) -> None:
    asked = [
        (told.invoice.number, step.on, {each.issued_on for each in told.answers if each.code == REJECTED})
        for told in stories
        for step in told.steps
        if step.what == ASKED
    ]
    assert asked
    assert [each for each in asked if each[2] and each[1] not in each[2]] == []
    # It stays told where the credit has come since.
    credited = [
        told
        for told in stories
        if told.invoice.state is InvoiceState.CREDITED and any(each.code == REJECTED for each in told.answers)
    ]
    assert len(credited) > 3
    for told in credited:
        assert any(step.what in (ASKED, ASKED_ONLY) for step in told.steps), told.invoice.number


def test_what_two_people_claim_back_is_told_on_the_day_they_did(database_url: str) -> None:
    with a_system(database_url, begun=two_months) as system:
        desk = ClaimDesk(system)
        paid = desk.paid()
        desk.confirm(desk.ask(paid), on=date(2026, 5, 2))
        invoice = system.invoice(paid.id)
        assert invoice.state is InvoiceState.CREDIT_REQUESTED
        with system.database.reading() as session:
            steps = story(session, SupplierActor(FYRBAKEN, None, by="user-1"), invoice).steps
    claimed = [each.on for each in steps if each.what == CLAIMED]
    assert claimed == [date(2026, 5, 2)]
    assert steps[-1].what == CLAIMED, "after the payment that it claims back"


def test_a_credit_note_of_a_part_never_says_that_it_credits_all(
    stories: list[InvoiceSteps], site: Site, books: Database
) -> None:
    parts = [told for told in stories if any("del av" in each.what.sv for each in told.steps)]
    for told in parts:
        assert not any("i sin helhet" in each.what.sv for each in told.steps), told.invoice.number
    with visitor(site, SUPPLIER) as alva:
        for told in stories:
            if told.invoice.supplier == FYRBAKEN and told.invoice.document_type is DocumentType.CREDIT_NOTE:
                page = html.document_fromstring(alva.get(f"/invoices/{told.invoice.id}").text)
                papers = " ".join(each.text_content() for each in page.cssselect("article.paper"))
                assert re.search(r"(Krediterar|Hänvisar till) faktura", papers)
                assert "hela faktura" not in papers


def test_a_right_invoice_is_offered_no_new_one_like_it(stories: list[InvoiceSteps], alva: Visitor) -> None:
    offered: list[bool | None] = []
    for told in stories:
        if told.invoice.supplier != FYRBAKEN or not told.can_be_credited:
            continue
        page = alva.get(f"/invoices/{told.invoice.id}/correct")
        has_both = 'value="both"' in page.text
        if told.invoice.state in (InvoiceState.PAID, InvoiceState.ACCEPTED) and not told.invoice.codes:
            assert not has_both, told.invoice.number
            assert page.status_code == 200
            offered.append("skulle vara likadan" in text_of(page))
        elif has_both:
            offered.append(None)
    assert True in offered
    assert None in offered


def rows_of(alva: Visitor, name: str) -> list[dict[str, str]]:
    return list(
        csv.DictReader(
            io.StringIO(alva.get(f"/exports/{name}.csv").content.decode("utf-8-sig")), delimiter=";"
        )
    )


def test_a_file_says_words_and_the_day_of_payment_only_where_there_is_one(
    alva: Visitor, stories: list[InvoiceSteps]
) -> None:
    days = {
        told.invoice.number: told.invoice.state in (InvoiceState.PAID, InvoiceState.ACCEPTED)
        for told in stories
        if told.invoice.supplier == FYRBAKEN
    }
    invoices = rows_of(alva, "invoices")
    assert {bool(each["Betalas"]) for each in invoices} == {True, False}
    assert [each for each in invoices if each["Betalas"] and not days[each["Nummer"]]] == []
    for name in ("invoices", "orders", "to-invoice"):
        for row in rows_of(alva, name):
            told = {key: value for key, value in row.items() if key != "Enhetens id"}
            assert not [each for each in told.values() if CODE.search(each)], row
    assert {each["Mått"] for each in rows_of(alva, "to-invoice")} <= {
        "dag",
        "dagar",
        "st",
        "timme",
        "timmar",
    }
    assert {each["Enhetens id"][:3] for each in rows_of(alva, "orders")} == {"UV-"}


def test_a_number_that_is_no_invoice_of_the_list_leads_to_what_became_of_it(alva: Visitor) -> None:
    """One was refused when it came; the other was made here a moment ago, and has not left."""
    sent = alva.post("/to-invoice/send", {"line": "2100000042/001", "form_key": "b" * 32})
    assert "F26-0001" in alva.follow(sent)
    found = {
        number: [
            (link.text_content(), re.sub(r"/\d+$", "", link.get("href", "")))
            for link in html.document_fromstring(alva.get(f"/invoices?q={number}").text).cssselect(
                "main .found a"
            )
        ]
        for number in ("f26-4001", "F26-0001", "F26-9999")
    }
    assert found == {
        "f26-4001": [("F26-4001", "/invoices/refused")],
        "F26-0001": [("F26-0001", "/to-invoice/document")],
        "F26-9999": [],
    }
    # What is in the list is no other document besides.
    assert "main .found" not in alva.get("/invoices?q=F26-1403").text


def test_a_file_with_nothing_in_it_is_called_empty_and_no_file_is_asked_for(alva: Visitor) -> None:
    for path in ("/invoices/upload", "/test-bench/upload"):
        said = [text_of(alva.post(path, {}, files={"file": (name, b"")})) for name in ("faktura.xml", "")]
        assert "Filen är tom. Välj en fil med innehåll." in said[0]
        assert "Välj en fil först." in said[1]


def test_a_file_that_cannot_be_sent_is_not_called_kept_and_unsent(
    alva: Visitor, stories: list[InvoiceSteps]
) -> None:
    paid = next(each.invoice for each in stories if each.invoice.number == "F26-1403")
    again = alva.get(f"/invoices/{paid.id}/xml").content
    said = alva.follow(alva.post("/invoices/upload", {}, files={"file": ("faktura.xml", again)}))
    assert "Kan inte skickas" in said
    assert "Filen är läst. Den skickas inte." in said


def test_an_order_has_the_same_sums_in_the_list_as_on_its_own_page(alva: Visitor) -> None:
    # Without VAT in both; the list says itself that credit is taken off, the order shows it in a column.
    assert "Fakturerat efter kredit" in alva.get("/orders").text
    listed = rows_of(alva, "orders")
    assert len(listed) >= 20
    for row in listed:
        page = html.document_fromstring(alva.get(f"/orders/{row['Order']}").text)
        own = {
            str(each.get("data-name")): sum_of(each.text_content())
            for each in page.cssselect("table.lines tfoot td.num")
        }
        own["Fakturerat efter kredit"] = own.pop("Fakturerat") - own.pop("Krediterat")
        assert {name: sum_of(row[name]) for name in own} == own, row["Order"]
        assert set(own) == {"Beställt", "Levererat", "Fakturerat efter kredit", "Betalt"}


def sum_of(written: str) -> Decimal:
    return Decimal(re.sub(r"[^0-9,-]", "", written.replace("−", "-")).replace(",", ".") or "0")


def test_an_invoice_made_here_carries_the_execution_reference_where_it_is_sought_first(
    database_url: str,
) -> None:
    with a_system(database_url) as system:
        system.decide("100000101")
        system.report("100000101", "2026-01", on=date(2026, 2, 2))
        made = system.flip(system.order("100000101").number, "001", number="K-1", on=date(2026, 2, 3))
        assert isinstance(made, billing.Invoice)
        assert made.buyer_reference == "100000101"
        assert not system.send(made, on=date(2026, 2, 3)).codes
