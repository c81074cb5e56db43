"""What another supplier has: its requests, its documents, its tutors; and what a number may do to a header."""

from collections.abc import Iterator

import pytest

from accounts.identity import Permission, Person
from invoicing.supplier_changes import change_request_store
from orders.register.unit_scope import UnitScope
from peppol.xml import codec
from supplier_portal.pages.forms import as_file
from tests.support.pages.portal_walks import ALVA, CILLA, REFERENCE, TODAY, Books, opened_books
from tests.support.pages.visitor import Visitor, text_of, visitor
from tests.support.stories.system import FYRBAKEN


@pytest.fixture
def books(database_url: str) -> Iterator[Books]:
    with opened_books(database_url) as opened:
        yield opened


@pytest.fixture
def alva(books: Books) -> Iterator[Visitor]:
    with visitor(books.site, ALVA) as opened:
        yield opened


@pytest.fixture
def cilla(books: Books) -> Iterator[Visitor]:
    """She works at another supplier."""
    with visitor(books.site, CILLA) as opened:
        yield opened


def test_a_request_is_withdrawn_by_whoever_it_is_of(alva: Visitor, cilla: Visitor, books: Books) -> None:
    form = {"kind": "ADD_ACCOUNT", "scheme": "BANKGIRO", "number": "991-2346"}
    assert alva.post("/settings/changes", form).status_code == 303

    def states() -> list[str]:
        with books.database.reading() as session:
            return [str(each.state) for each in change_request_store.listed(session, supplier=FYRBAKEN)]

    asked = states()
    for number in (1, 2, 0, 2**31):
        assert cilla.post(f"/settings/changes/{number}/withdraw").status_code == 404
    assert states() == asked
    assert alva.post("/settings/changes/1/withdraw").status_code == 303
    assert states() != asked


def test_a_file_of_another_suppliers_is_neither_shown_nor_sent(
    alva: Visitor, cilla: Visitor, books: Books
) -> None:
    """Whoever takes in a file that is not theirs reads that it is not, and nothing of what it says."""
    order = books.system.order(REFERENCE).number
    document = books.system.flip(order, "001", number="F-1", on=TODAY)
    body = codec.serialise(document)
    for hand, is_own in ((cilla, False), (alva, True)):
        files = {"file": ("f.xml", body, "text/xml")}
        answer = hand.client.post(
            "/invoices/upload",
            data={"form_token": hand.token},
            files=files,
            headers={"Origin": hand.site.address},
        )
        assert answer.status_code == 303
        path = answer.headers["location"]
        assert ("Grundersättning" in text_of(hand.get(path))) is is_own
        sent = hand.post(f"{path}/send", {"form_key": "a" * 32})
        assert sent.status_code == (303 if is_own else 409)
    # Nor is what one has taken in there for the other.
    assert cilla.get("/invoices/upload/2").status_code == 404
    assert alva.get("/invoices/upload/1").status_code == 404


def test_a_tutor_is_seen_by_the_people_of_its_unit(alva: Visitor, cilla: Visitor, books: Books) -> None:
    unit = books.system.placement(REFERENCE).unit.id
    assert alva.post("/tutors", {"unit": unit, "code": "handledare-7"}).status_code == 303
    for name, units, status in (("b", None, 200), ("d", {unit}, 200), ("e", {"UV-999"}, 404)):
        within = None if units is None else UnitScope(frozenset(units))
        colleague = Person(f"user-{name}", "Bo Ek", FYRBAKEN, frozenset({Permission.ASSIGN}), within)
        with visitor(books.site, colleague) as bo:
            assert bo.get("/tutors/1").status_code == status
            assert ("handledare-7" in bo.get("/tutors").text) is (status == 200)
    assert cilla.get("/tutors/1").status_code == 404
    for press in ("close", "reopen", "person"):
        assert cilla.post(f"/tutors/1/{press}", {"person": "user-c"}).status_code == 404
    assert cilla.post("/tutors", {"unit": unit, "code": "handledare-8"}).status_code == 404
    assert "handledare-8" not in alva.get("/tutors").text


@pytest.mark.parametrize(
    ("number", "name"),
    [
        ("F-1001", "F-1001.xml"),
        ('F"; filename="x.exe', "F___filename__x.exe.xml"),
        ("F\r\nSet-Cookie: a=b", "F__Set-Cookie__a_b.xml"),
        ("../../etc/passwd", ".._.._etc_passwd.xml"),
        ("Fåkt\u202e1", "F_kt_1.xml"),
    ],
)
def test_the_name_of_a_file_holds_the_harmless_signs_of_a_number_alone(number: str, name: str) -> None:
    told = as_file(b"<a/>", "application/xml", f"{number}.xml").headers["content-disposition"]
    assert told == f'attachment; filename="{name}"'
