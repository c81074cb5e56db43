"""What is sent by mistake is answered kindly on both engines: never a fault of ours, never half done."""

from collections.abc import Iterator

import pytest

from invoicing.supplier_changes import change_request_store
from tests.support.pages.portal_walks import ALVA, REFERENCE, Books, opened_books
from tests.support.pages.visitor import Visitor, text_of, visitor
from tests.support.stories.system import FYRBAKEN

NO_KEY = 99_999_999_999_999_999_999
BEYOND = 2**31
BROKEN = {
    "nothing of XML": b"%PDF-1.7 en faktura",
    "half of it": b'<?xml version="1.0"?><Invoice xmlns="urn:oasis:names:specification:ubl:schema:xsd:Invoice-2"><a>',
    "a document type": b'<!DOCTYPE x [<!ENTITY a "b">]><x>&a;</x>',
    "null characters": b"<a>\x00</a>",
    "too deep": b"<a>" * 20_000,
    "another alphabet": '<?xml version="1.0" encoding="utf-16"?><Invoice/>'.encode("utf-16"),
}


@pytest.fixture
def books(database_url: str) -> Iterator[Books]:
    with opened_books(database_url) as opened:
        yield opened


@pytest.fixture
def alva(books: Books) -> Iterator[Visitor]:
    with visitor(books.site, ALVA) as opened:
        yield opened


@pytest.mark.both_engines
@pytest.mark.parametrize("number", [NO_KEY, BEYOND])
def test_a_number_that_no_row_can_have_is_not_there(alva: Visitor, number: int) -> None:
    for path in (
        f"/invoices/{number}",
        f"/invoices/refused/{number}",
        f"/invoices/upload/{number}",
        f"/to-invoice/document/{number}",
        f"/people/{number}",
        f"/test-bench/documents/{number}",
    ):
        assert alva.get(path).status_code == 404, path
    assert alva.post("/to-invoice/undo", {"bundle": f"{number}"}).status_code == 404


@pytest.mark.both_engines
def test_a_null_character_reaches_no_database(alva: Visitor) -> None:
    for path in ("/orders?text=%00", "/invoices?q=a%00b", "/orders/%00", "/to-invoice/sent/%00"):
        assert alva.get(path).status_code == 404, path
    told = alva.post(
        "/settings/changes",
        {"kind": "DETAILS", "name": "A\0B", "street": "G", "postal_code": "1", "city": "O"},
    )
    assert told.status_code == 409
    assert "osynligt tecken" in text_of(told)


@pytest.mark.parametrize("month", ["2026-13", "0000-01", "9999-12", "banan", "-1", ""])
def test_a_month_that_is_none_shows_the_list_as_if_none_was_asked(alva: Visitor, month: str) -> None:
    for page in ("/orders", "/reports", "/invoices", "/to-invoice", "/placements"):
        assert alva.get(f"{page}?month={month}&page=-7").status_code == 200, page
    if month:
        assert alva.get(f"/reports/{REFERENCE}/{month}").status_code == 404


@pytest.mark.parametrize("body", BROKEN.values(), ids=BROKEN.keys())
def test_a_broken_file_is_kept_and_explained(alva: Visitor, books: Books, body: bytes) -> None:
    for path in ("/invoices/upload", "/test-bench/upload"):
        sent = alva.client.post(
            path,
            data={"form_token": alva.token},
            files={"file": ("f.xml", body, "text/xml")},
            headers={"Origin": books.site.address},
        )
        told = alva.follow(sent)
        assert "Gör så här:" in told
    assert "Kan inte skickas" in text_of(alva.get("/invoices/refused"))


def test_long_texts_are_refused_where_they_were_written(alva: Visitor, books: Books) -> None:
    long = "x" * 100_000
    form = {"kind": "DETAILS", "name": long, "street": "G", "postal_code": "1", "city": "O"}
    told = alva.post("/settings/changes", form)
    assert told.status_code == 422
    assert "för lång" in text_of(told)
    assert alva.post("/settings/series", {"letters": long}).status_code == 422
    with books.database.reading() as session:
        assert change_request_store.listed(session, supplier=FYRBAKEN) == []


def test_more_lines_than_a_press_takes_are_refused_and_none_is_left_off(alva: Visitor) -> None:
    every = "&".join(f"line=210000{number}/001" for number in range(201))
    told = alva.get(f"/to-invoice/preview?{every}")
    assert (told.status_code, "högst 200 orderrader" in text_of(told)) == (409, True)


def test_a_double_press_and_the_back_button_ask_once(alva: Visitor, books: Books) -> None:
    form = {"kind": "ADD_ACCOUNT", "scheme": "BANKGIRO", "number": "991-2346"}
    assert [alva.post("/settings/changes", form).status_code for _ in range(2)] == [303, 422]
    key, line = "a" * 32, f"{books.system.order(REFERENCE).number}/001"
    answers = [alva.post("/to-invoice/send", {"line": line, "form_key": key}) for _ in range(3)]
    assert {each.headers["location"] for each in answers} == {f"/to-invoice/sent/{key}"}
    books.minutes_later()
    assert list(books.states()) == ["F26-0001"]
