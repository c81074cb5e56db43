"""More lines than one press does at once: reviewed page by page, sent with one press, made behind the page."""

import re
from collections.abc import Iterator
from datetime import date

import pytest
from playwright.sync_api import Page, expect

from billing.server.background import background_work
from invoicing.portal_invoicing import sending
from operations.background import invoice_work
from operations.settings import Settings
from supplier_portal.pages import to_invoice
from tests.support.pages.browser import sign_in
from tests.support.pages.portal_walks import ALVA, CILLA, Books, opened_books
from tests.support.pages.visitor import Visitor, text_of, visitor
from tests.support.stories.portal import key

FIELD = re.compile(r'<input type="hidden" name="(\w+)" value="([^"]*)">')


@pytest.fixture
def books(database_url: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[Books]:
    monkeypatch.setattr(sending, "ROWS_MAX", 3)
    monkeypatch.setattr(to_invoice, "ROWS_MAX", 3)
    monkeypatch.setattr(to_invoice, "_ROWS_SHOWN", 2)
    monkeypatch.setattr(to_invoice, "_SHOWN", 4)
    monkeypatch.setattr(invoice_work, "PORTION", 2)
    with opened_books(database_url) as opened:
        for number in range(2):
            reference = f"1000002{number:02}"
            opened.system.decide(reference, start=date(2026, 6, 1))
            for month, on in (("2026-06", date(2026, 7, 2)), ("2026-07", date(2026, 8, 3))):
                opened.system.report(reference, month, on=on)
        yield opened


@pytest.fixture
def alva(books: Books) -> Iterator[Visitor]:
    with visitor(books.site, ALVA) as opened:
        yield opened


def a_worker_does_its_turn(books: Books, *, seconds: float = 60) -> None:
    background_work.run_one(books.database, Settings(), seconds=seconds)


def reviewed(alva: Visitor, address: str = "/to-invoice/preview?all=1") -> dict[str, str]:
    """The fields of the form under a review of all lines."""
    return dict(FIELD.findall(alva.get(address).text.partition("/to-invoice/send-all")[2]))


def test_a_list_of_six_says_six_and_every_line_is_on_one_of_its_pages(alva: Visitor) -> None:
    pages = [alva.get(f"/to-invoice?page={number}").text for number in (1, 2)]
    assert all("6 rader att fakturera" in page for page in pages)
    assert ["1–4 av 6" in pages[0], "5–6 av 6" in pages[1]] == [True, True]
    lines = [re.findall(r'name="line" value="([^"]+)"', page) for page in pages]
    assert (len(lines[0]), len(lines[1]), len({*lines[0], *lines[1]})) == (4, 2, 6)
    assert "Granska alla (6)" in pages[0]


def test_all_are_reviewed_page_by_page_and_summed_whole(alva: Visitor) -> None:
    first, last = (text_of(alva.get(f"/to-invoice/preview?all=1&page={page}")) for page in (1, 3))
    for page in (first, last):
        assert "Granska 6 fakturor" in page
        assert "Skicka alla 6 fakturor" in page
    assert ("F26-0001" in first, "F26-0006" in first) == (True, False)
    assert ("F26-0001" in last, "F26-0006" in last) == (False, True)


def test_the_page_of_work_that_goes_on_follows_it_without_being_loaded(
    books: Books, browser_page: Page
) -> None:
    page = browser_page
    sign_in(page, books.site, ALVA)
    page.goto(f"{books.site.address}/to-invoice/preview?all=1")
    page.get_by_role("button", name="Skicka alla 6 fakturor").click()
    expect(page.get_by_text("0 av 6 rader")).to_be_visible()
    page.evaluate("window.wasHere = true")
    a_worker_does_its_turn(books, seconds=0)
    expect(page.get_by_text("2 av 6 rader")).to_be_visible()
    for _ in range(3):
        a_worker_does_its_turn(books)
    expect(page.get_by_role("heading", name="Alla rader är gångna igenom")).to_be_visible()
    assert page.evaluate("window.wasHere === true")
    assert page.locator("[data-renews]").count() == 0


@pytest.mark.both_engines
def test_one_press_makes_all_of_them_behind_the_page(books: Books, alva: Visitor) -> None:
    form = reviewed(alva)
    answer = alva.post("/to-invoice/send-all", form)
    page = alva.get(answer.headers["location"])
    assert '<noscript><meta http-equiv="refresh" content="2"></noscript>' in page.text
    assert "0 av 6 rader" in text_of(page)
    a_worker_does_its_turn(books, seconds=0)
    assert "2 av 6 rader · 2 dokument" in text_of(alva.get(answer.headers["location"]))
    # The same form once more does nothing.
    assert alva.post("/to-invoice/send-all", form).headers["location"] == answer.headers["location"]
    for _ in range(3):
        a_worker_does_its_turn(books)
    page = alva.get(answer.headers["location"])
    assert "http-equiv" not in page.text
    assert "6 dokument är på väg" in text_of(page)
    assert "Alla rader är gångna igenom" in text_of(page)
    books.minutes_later()
    assert sorted(books.states()) == [f"F26-000{number}" for number in range(1, 7)]


def test_what_changed_since_the_review_is_reviewed_again(books: Books, alva: Visitor) -> None:
    form = reviewed(alva)
    books.system.report("100000200", "2026-08", on=date(2026, 9, 2))
    answer = alva.post("/to-invoice/send-all", form)
    assert "raderna har ändrats sedan ni granskade dem" in alva.follow(answer)
    a_worker_does_its_turn(books)
    books.minutes_later()
    assert books.states() == {}


def test_the_work_is_stopped_and_what_was_made_is_taken_back_in_one_press(
    books: Books, alva: Visitor
) -> None:
    page = alva.post("/to-invoice/send-all", reviewed(alva)).headers["location"]
    a_worker_does_its_turn(books, seconds=0)
    assert "Inga fler fakturor görs" in alva.follow(alva.post(f"{page}/stop"))
    a_worker_does_its_turn(books)
    assert "Arbetet är avbrutet" in text_of(alva.get(page))
    told = alva.follow(alva.post("/to-invoice/undo", {"press": page.rpartition("/")[2], "next": page}))
    assert "Ångrat: F26-0001, F26-0002." in told
    assert "6 rader att fakturera" in alva.get("/to-invoice").text


def test_all_that_waits_is_taken_back_in_one_press_though_not_all_is_named(
    books: Books, alva: Visitor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(to_invoice, "WAITING_SHOWN", 5)
    alva.post("/to-invoice/send-all", reviewed(alva))
    a_worker_does_its_turn(books)
    assert "De 5 senaste av 6 visas" in text_of(alva.get("/to-invoice"))
    alva.post("/to-invoice/undo", {"everything": "yes"})
    assert "6 rader att fakturera" in alva.get("/to-invoice").text


def test_another_supplier_sees_and_stops_nothing_of_it(books: Books, alva: Visitor) -> None:
    page = alva.post("/to-invoice/send-all", reviewed(alva)).headers["location"]
    with visitor(books.site, CILLA) as cilla:
        assert cilla.get(page).status_code == 404
        assert [cilla.post(f"{page}/{step}").status_code for step in ("stop", "again")] == [404, 404]
        stranger = {"form_key": key(), "fingerprint": "0" * 64}
        assert (
            cilla.post("/to-invoice/send-all", stranger).headers["location"].startswith("/to-invoice/preview")
        )
    assert "0 av 6 rader" in text_of(alva.get(page))
