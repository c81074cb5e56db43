"""From order to invoice in a real browser: one line, forty lines, undo, credit and correct, upload, test bench."""

import re
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from pathlib import Path
from threading import Barrier

import httpx
import pytest
from playwright.sync_api import Page

from foundation.formatting import number_of
from invoicing.flow_test import sample_orders
from invoicing.model import InvoiceState
from invoicing.portal_invoicing import flipping
from invoicing.portal_invoicing.flipping import Numbered
from orders.register import store as register_store
from peppol.xml import codec
from tests.support.pages.browser import (
    KEEPS_PICTURES,
    WIDTHS,
    Opening,
    axe,
    picture,
    session_cookie,
    sign_in,
    too_wide,
)
from tests.support.pages.paper_page import expect
from tests.support.pages.portal_walks import (
    ADMIN,
    ALVA,
    CILLA,
    REFERENCE,
    TODAY,
    Books,
    at,
    choose,
    opened_books,
    press,
    tick_all,
)
from tests.support.servers.serving import NO_TLS
from tests.support.stories.bills import billed
from tests.support.stories.portal import key
from tests.support.stories.system import FYRBAKEN, LARKDRILLEN


@pytest.fixture
def books(database_url: str) -> Iterator[Books]:
    with opened_books(database_url) as opened:
        yield opened


@pytest.fixture
def june(books: Books) -> tuple[str, str]:
    return books.system.order(REFERENCE).number, "001"


def looks_right(page: Page, name: str) -> None:
    """axe has nothing to say, nothing is cut at 320, and the page has been pictured where pictures are kept."""
    assert axe(page) == []
    page.set_viewport_size({"width": 320, "height": 800})
    assert too_wide(page) == []
    page.set_viewport_size({"width": 1280, "height": 900})
    if KEEPS_PICTURES:
        for width in WIDTHS:
            assert picture(page, name, width).exists()


# One line -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_a_line_becomes_an_invoice_with_two_presses_and_is_received(
    books: Books, june: tuple[str, str], browser_page: Page
) -> None:
    page = at(browser_page, books, "/to-invoice")
    looks_right(page, "flip-list")
    tick_all(page)
    assert [each.is_checked() for each in page.locator("input[name=line]").all()] == [True, True]
    page.get_by_role("link", name=re.compile("^Gör faktura")).first.click()
    expect(page.get_by_role("heading", name="Faktura F26-0001")).to_be_visible()
    expect(page.get_by_text("Köparens prövning godkänner den direkt.")).to_be_visible()
    looks_right(page, "flip-one")
    press(page, "Skicka fakturan")
    expect(page.get_by_role("heading", name="1 dokument är på väg")).to_be_visible()
    looks_right(page, "flip-sent")
    books.minutes_later()
    page.goto(f"{books.site.address}/invoices")
    page.get_by_role("link", name="F26-0001").click()
    expect(page.get_by_role("heading", name="Betalas 2026-12-21")).to_be_visible()
    looks_right(page, "flip-invoice")
    with page.expect_download() as pdf:
        page.get_by_role("link", name="PDF").click()
    assert Path(pdf.value.path()).read_bytes().startswith(b"%PDF-")
    with page.expect_download() as xml:
        page.get_by_role("link", name="XML", exact=True).click()
    assert b"F26-0001" in Path(xml.value.path()).read_bytes()


@pytest.mark.slow
@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_with_the_keyboard_alone_and_in_english(
    books: Books, june: tuple[str, str], browser_page: Page
) -> None:
    page = at(browser_page, books, "/to-invoice")
    reach(page, "English")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="To invoice")).to_be_visible()
    assert axe(page) == []
    reach(page, "Make invoice")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="The invoice as it will be")).to_be_visible()
    assert axe(page) == []
    reach(page, "Send the invoice")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="1 document is on its way")).to_be_visible()
    assert axe(page) == []
    reach(page, "Undo")
    page.keyboard.press("Enter")
    expect(page.get_by_text("Undone: F26-0001. The buyer has seen nothing.")).to_be_visible()
    books.minutes_later()
    assert books.states() == {}


def reach(page: Page, name: str) -> None:
    """Go with the tabulator until what has the focus begins with `name`."""
    for _ in range(60):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.innerText || ''").startswith(name):
            return
    raise AssertionError(f"The keyboard never reaches {name}.")


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_without_javascript(books: Books, june: tuple[str, str], opening: Opening) -> None:
    with opening(javascript=False, width=390) as page:
        at(page, books, "/to-invoice")
        page.locator("input[name=line]").first.check()
        press(page, "Granska valda")
        press(page, "Skicka 1 faktura")
        expect(page.get_by_role("heading", name="1 dokument är på väg")).to_be_visible()


def test_of_32_presses_over_http_on_one_line_one_makes_an_invoice(
    books: Books, june: tuple[str, str]
) -> None:
    cookie = session_cookie(books.site, ALVA)
    line = "/".join(june)
    start = Barrier(32)
    with httpx.Client(
        base_url=books.site.address, trust_env=False, verify=NO_TLS, cookies={"billing-session": cookie}
    ) as ask:
        form = ask.get(f"/to-invoice/line/{line}").text
    token = form.partition('name="form_token" value="')[2].partition('"')[0]
    shown = form.partition('name="form_key" value="')[2].partition('"')[0]

    def send(number: int) -> tuple[int, str]:
        with httpx.Client(
            base_url=books.site.address,
            trust_env=False,
            verify=NO_TLS,
            cookies={"billing-session": cookie},
            timeout=60,
        ) as client:
            start.wait()
            # Half of them are the same form pressed again and again, half are other tabs.
            fields = {"form_token": token, "form_key": shown if number % 2 else key(), "line": line}
            answer = client.post("/to-invoice/send", data=fields, headers={"Origin": books.site.address})
            return answer.status_code, answer.headers.get("location", "")

    with ThreadPoolExecutor(32) as pool:
        answers = list(pool.map(send, range(32)))
    assert {status for status, _ in answers} == {303}
    assert len({location for _, location in answers}) == 17
    books.minutes_later()
    assert books.states() == {"F26-0001": InvoiceState.ACCEPTED}


# Many lines -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_forty_lines_become_forty_invoices_with_one_press(books: Books, any_page: Page) -> None:
    for number in range(19):
        reference = f"1000002{number:02}"
        books.system.decide(reference, start=date(2026, 6, 1))
        for month, on in (("2026-06", date(2026, 7, 2)), ("2026-07", date(2026, 8, 3))):
            books.system.report(reference, month, on=on)
    page = at(any_page, books, "/to-invoice?month=2026-07")
    expect(page.locator("input[name=line]")).to_have_count(20)
    page.goto(f"{books.site.address}/to-invoice")
    tick_all(page)
    press(page, "Granska valda")
    expect(page.get_by_role("heading", name="Granska 40 fakturor")).to_be_visible()
    assert axe(page) == []
    press(page, "Skicka 40 fakturor")
    expect(page.get_by_role("heading", name="40 dokument är på väg")).to_be_visible()
    press(page, "Ångra F26-0040")
    expect(page.get_by_role("heading", name="39 dokument är på väg")).to_be_visible()
    books.minutes_later()
    states = books.states()
    assert len(states) == 39
    assert set(states.values()) == {InvoiceState.ACCEPTED}
    assert "F26-0040" not in states
    page.goto(f"{books.site.address}/invoices?page=2")
    expect(page.get_by_text("26–39 av 39")).to_be_visible()


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_a_row_that_was_taken_meanwhile_does_not_stop_the_others(
    books: Books, june: tuple[str, str], any_page: Page
) -> None:
    page = at(any_page, books, "/to-invoice/preview?all=1")
    books.system.send_invoice(*june, number="EGEN-1", on=TODAY)
    press(page, "Skicka 2 fakturor")
    expect(page.get_by_role("heading", name="1 dokument är på väg")).to_be_visible()
    expect(page.get_by_text("redan fakturerad med EGEN-1")).to_be_visible()
    assert axe(page) == []


# Credit and correct ---------------------------------------------------------------------------------


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_an_invoice_in_question_is_credited_and_corrected_in_one_step(
    books: Books, june: tuple[str, str], any_page: Page
) -> None:
    wrong = books.system.send(billed(books.system.flip(*june, number="EGEN-1", on=TODAY), days="10"))
    books.system.ask_credit(wrong, on=TODAY)
    page = at(any_page, books, "/invoices?standing=to-do")
    page.get_by_role("link", name="EGEN-1").click()
    expect(page.get_by_role("heading", name="Köparen begär en kreditfaktura")).to_be_visible()
    looks_right(page, "flip-in-question")
    page.get_by_role("link", name="Kreditera och rätta i ett steg").click()
    expect(page.get_by_role("heading", name="Kreditfaktura F26-0001")).to_be_visible()
    expect(page.get_by_role("heading", name="Faktura F26-0002")).to_be_visible()
    looks_right(page, "flip-correct")
    press(page, "Skicka kreditfaktura och ny faktura")
    expect(page.get_by_role("heading", name="2 dokument är på väg")).to_be_visible()
    # Ten days are taken off twenty-two: what is credited is subtracted.
    summed = [
        number_of(each.inner_text().replace("\N{MINUS SIGN}", "-").removesuffix("kr"))
        for each in page.locator("td.num").all()
    ]
    assert summed[0] < 0 < summed[1]
    assert summed[2] == summed[0] + summed[1]
    press(page, "Ångra F26-0001")
    books.minutes_later()
    assert books.states() == {"EGEN-1": InvoiceState.CREDIT_REQUESTED}
    page.goto(f"{books.site.address}/invoices/{wrong.id}/correct")
    press(page, "Skicka kreditfaktura och ny faktura")
    books.minutes_later()
    assert books.states() == {
        "EGEN-1": InvoiceState.CREDITED,
        "F26-0001": InvoiceState.SETTLED,
        "F26-0002": InvoiceState.ACCEPTED,
    }


# Upload, test bench, settings -----------------------------------------------------------------------


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_a_file_made_elsewhere_is_looked_at_and_sent(
    books: Books, june: tuple[str, str], any_page: Page
) -> None:
    body = codec.serialise(books.system.flip(*june, number="EGEN-1", on=TODAY))
    page = at(any_page, books, "/invoices/upload")
    press(page, "Läs filen")
    expect(page.get_by_role("alert")).to_contain_text("Välj en fil först.")
    looks_right(page, "flip-upload-nothing")
    choose(page, body.replace(b"</cbc:PayableAmount>", b"1</cbc:PayableAmount>"))
    press(page, "Läs filen")
    expect(page.get_by_text("Filen kan inte skickas förrän felen är rättade.")).to_be_visible()
    looks_right(page, "flip-upload-invalid")
    page.get_by_role("link", name="Välj en annan fil").click()
    choose(page, body.replace(FYRBAKEN.encode(), LARKDRILLEN.encode()))
    press(page, "Läs filen")
    expect(page.get_by_text("Filen är från en annan organisation")).to_be_visible()
    page.get_by_role("link", name="Välj en annan fil").click()
    choose(page, body)
    press(page, "Läs filen")
    expect(page.get_by_role("heading", name="Stämmer")).to_be_visible()
    looks_right(page, "flip-upload-right")
    foreign = page.url
    press(page, "Skicka")
    books.minutes_later()
    assert books.states() == {"EGEN-1": InvoiceState.ACCEPTED}
    sign_in(page, books.site, CILLA)
    page.goto(foreign)
    expect(page.get_by_role("heading", name="Det finns inte här")).to_be_visible()


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_a_supplier_goes_through_the_test_bench_and_the_administrator_confirms(
    books: Books, any_page: Page
) -> None:
    with books.database.reading() as session:
        register = register_store.load(session)
    sample = sample_orders.samples(register, FYRBAKEN)[sample_orders.BASIC].facts
    invoice = flipping.flip(
        sample,
        sample.lines["001"],
        supplier=register.supplier(FYRBAKEN),
        buyer=register.buyer,
        policy=register.policy,
        given=Numbered("T-1", TODAY),
    )
    page = at(any_page, books, "/test-bench")
    with page.expect_download() as sampled:
        page.get_by_role("link", name="Ladda ner XML TEST-GRUND").click()
    assert FYRBAKEN.encode() in Path(sampled.value.path()).read_bytes()
    looks_right(page, "bench-begin")
    step_done_and_confirmed(page, books)
    tries(page, books, codec.serialise(billed(invoice, days="3")))
    expect(page.get_by_role("heading", name="Stämmer inte")).to_be_visible()
    looks_right(page, "bench-document")
    step_done_and_confirmed(page, books)
    tries(page, books, codec.serialise(invoice))
    tries(page, books, codec.serialise(flipping.credit_note_of(invoice, given=Numbered("T-2", TODAY))))
    step_done_and_confirmed(page, books)
    expect(page.get_by_role("heading", name="Ni är igång")).to_be_visible()
    looks_right(page, "bench-live")
    assert books.states() == {}


def tries(page: Page, books: Books, body: bytes) -> None:
    page.goto(f"{books.site.address}/test-bench")
    choose(page, body)
    press(page, "Prova filen")


def step_done_and_confirmed(page: Page, books: Books) -> None:
    page.goto(f"{books.site.address}/test-bench")
    press(page, "Steget är klart")
    at(page, books, "/admin/test-bench", ADMIN)
    assert axe(page) == []
    page.get_by_role("button", name=re.compile("^Bekräfta steget")).click()
    at(page, books, "/test-bench")


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_settings_ask_for_changes_and_choose_the_series(books: Books, any_page: Page) -> None:
    page = at(any_page, books, "/settings")
    looks_right(page, "settings")
    page.get_by_text("Begär ett nytt konto").click()
    page.get_by_label("Nummer", exact=True).fill("991-2345")
    press(page, "Begär kontot")
    expect(page.get_by_role("alert")).to_contain_text("inte ett giltigt nummer")
    looks_right(page, "settings-wrong-account")
    page.get_by_label("Nummer", exact=True).fill("991-2346")
    press(page, "Begär kontot")
    expect(page.get_by_text("Nytt konto: Bankgiro")).to_be_visible()
    page.get_by_label("Numren börjar med").fill("RM")
    press(page, "Spara")
    expect(page.get_by_text("får numret RM26-0001")).to_be_visible()
    looks_right(page, "settings-asked")
