"""An invoice that says who somebody is: its bytes come out by no address, and it lies in no press of many alike."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from accounts.identity import Permission, Person
from finance_desk.pages import bulk
from invoicing.model import InvoiceState, SupplierInvoice
from tests.support.pages.all_routes import BUYER, ONES
from tests.support.pages.browser import Site, portal
from tests.support.pages.visitor import Visitor, text_of, visitor
from tests.support.stories.bills import billed
from tests.support.stories.system import System, a_system

NOON = datetime(2026, 2, 10, 12, tzinfo=UTC)
PERSON = "121212-1212"
"""Tolvan Tolvansson of the Swedish Tax Agency's own examples."""

_P = Permission
READERS = [ONES[each] for each in (_P.FINANCE, _P.ATTEST, _P.AUDIT)]
TRUSTED = Person("user-9", "Någon", BUYER, frozenset({_P.FINANCE, _P.PROTECTED}))
REFERENCES = {"F-1": "100000101", "F-2": "100000102"}
FEBRUARY = date(2026, 2, 3)


@pytest.fixture
def system(database_url: str) -> Iterator[System]:
    with a_system(database_url) as system:
        for reference in REFERENCES.values():
            system.decide(reference)
            system.report(reference, "2026-01", on=date(2026, 2, 2))
        yield system


@pytest.fixture
def site(system: System, database_url: str) -> Iterator[Site]:
    with portal(database_url, clock=lambda: NOON, second_step=False) as site:
        yield site


@pytest.fixture
def apart(system: System) -> SupplierInvoice:
    """It asks for more days than were received, and says of whom."""
    return in_question(system, "F-1", note=f"Avser {PERSON}")


def in_question(system: System, number: str, *, note: str = "Januari") -> SupplierInvoice:
    written = system.flip(system.order(REFERENCES[number]).number, number=number, on=FEBRUARY)
    invoice = system.send(replace(billed(written, days="25"), note=note), on=FEBRUARY)
    assert invoice.state is InvoiceState.IN_QUESTION
    return invoice


def addresses(invoice: SupplierInvoice) -> list[str]:
    """Every way to the bytes of a document, or to what was read of it."""
    return [
        f"/finance/reconciliation/invoices/{invoice.id}/xml",
        f"/finance/documents/{invoice.id}/xml",
        f"/finance/documents/{invoice.id}",
        f"/finance/letters/{invoice.letter_id}/raw",
        f"/finance/letters/{invoice.letter_id}",
    ]


@pytest.mark.parametrize("reader", READERS, ids=lambda each: each.id)
def test_nobody_reads_who_is_named_in_it(
    site: Site, system: System, apart: SupplierInvoice, reader: Person
) -> None:
    other = in_question(system, "F-2")
    with visitor(site, reader) as desk:
        for address in addresses(apart):
            answer = desk.get(address)
            assert PERSON not in answer.text, address
            if address.endswith(("/xml", "/raw")):
                assert answer.status_code == 404, address
        for address in addresses(other):
            if address.endswith(("/xml", "/raw")):
                assert b"Januari" in desk.get(address).content, address


def test_who_may_opens_it_once_with_a_reason(site: Site, apart: SupplierInvoice) -> None:
    with visitor(site, TRUSTED) as desk:
        for address in addresses(apart):
            assert PERSON not in desk.get(address).text, address
        shown = desk.post(f"/finance/letters/{apart.letter_id}/reveal", {"reason": "Fråga från leverantören"})
        assert PERSON in shown.text
        assert desk.post(f"/finance/letters/{apart.letter_id}/reveal", {"reason": " "}).status_code == 409


def test_it_lies_in_no_press_of_many_alike(site: Site, system: System, apart: SupplierInvoice) -> None:
    other = in_question(system, "F-2")

    def foreseen(desk: Visitor, asked: str) -> list[str]:
        shown = text_of(desk.get(f"/finance/bulk?kind=ASK_CREDIT&{asked}"))
        return [number for number in ("F-1", "F-2") if number in shown]

    with visitor(site, READERS[0]) as desk:
        assert foreseen(desk, f"id={apart.id}&id={other.id}") == ["F-2"]
        assert foreseen(desk, "all=1&cause=QUANTITY") == ["F-2"]
        assert desk.get(f"/finance/bulk?kind=ASK_CREDIT&id={apart.id}").status_code == 409


def test_more_rows_than_a_press_takes_are_refused_and_none_is_left_off(
    site: Site, system: System, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = in_question(system, "F-2")
    monkeypatch.setattr(bulk, "MOST", 0)
    with visitor(site, READERS[0]) as desk:
        told = desk.get(f"/finance/bulk?kind=ASK_CREDIT&id={other.id}")
    assert (told.status_code, "högst 0 rader åt gången: 1 är valda" in text_of(told)) == (409, True)
