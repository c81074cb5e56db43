"""A supplier that has taken over another works with both one's orders in the portal, on both engines (E-33)."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from accounts.identity import Permission
from foundation.database import Database
from invoicing.documents import store as document_store
from invoicing.intake.queue import read_arrived
from invoicing.model import InvoiceState
from invoicing.portal_invoicing.release_due import release_due
from orders.purchase_orders import order_store
from tests.support.pages.browser import Site, portal
from tests.support.pages.portal_walks import ALVA, CILLA
from tests.support.pages.visitor import Visitor, text_of, visitor
from tests.support.stories.system import FYRBAKEN, LARKDRILLEN, System, a_system
from tests.support.stories.takeover import TAKEN_OVER, taken_over

OURS = "100000101"
NOON = datetime(2026, 4, 3, 12, tzinfo=UTC)


@contextmanager
def opened(url: str, clock: list[datetime]) -> Iterator[tuple[System, Site]]:
    """Fyrbåken's January and February are received; Lärkdrillen takes it over on 1 March, seen in April."""
    with a_system(url) as system:
        system.decide(OURS)
        for month, day in (("2026-01", date(2026, 2, 2)), ("2026-02", date(2026, 3, 2))):
            system.report(OURS, month, on=day)
        system.send_invoice(system.order(OURS).number, number="F-1", on=date(2026, 2, 3))
        system.change_register(taken_over())
        with portal(url, clock=lambda: clock[0], second_step=False) as site:
            yield system, site


@pytest.fixture
def clock() -> list[datetime]:
    return [NOON]


@pytest.fixture
def books(database_url: str, clock: list[datetime]) -> Iterator[tuple[System, Site]]:
    with opened(database_url, clock) as both:
        yield both


def shows(each: Visitor, path: str) -> str:
    answer = each.get(path)
    assert answer.status_code == 200, (path, text_of(answer))
    return answer.text


@pytest.mark.both_engines
def test_the_successor_sees_reports_and_invoices_what_was_the_old_ones(
    books: tuple[System, Site], clock: list[datetime]
) -> None:
    system, site = books
    number = system.order(OURS).number
    with visitor(site, CILLA) as cilla:
        for path in ("/orders", f"/orders/{number}", "/placements", f"/placements/{OURS}", "/invoices"):
            assert OURS in shows(cilla, path) or "F-1" in shows(cilla, path), path
        assert number in shows(cilla, "/to-invoice")
        assert "2026-03" in shows(cilla, "/reports/due")
        filed = cilla.post(f"/reports/{OURS}/2026-03", {"confirmed": "1", "version": "1", "activity": []})
        assert "Redovisningen för mars 2026 är lämnad" in cilla.follow(filed)
        sent = cilla.post("/to-invoice/send", {"form_key": "a" * 32, "line": [f"{number}/002"]})
        assert sent.status_code == 303, text_of(sent)
    clock[0] = NOON.replace(hour=13)
    release_due(system.database, clock[0])
    list(read_arrived(system.database, today=clock[0].date()))
    assert states(system.database)[(LARKDRILLEN, "002")] is InvoiceState.ACCEPTED


@pytest.mark.both_engines
def test_the_successor_has_tutors_of_its_own_at_the_units_it_took_over(books: tuple[System, Site]) -> None:
    _, site = books
    # She keeps the list and assigns from it.
    keeper = replace(CILLA, permissions=CILLA.permissions | {Permission.ASSIGN})
    with visitor(site, keeper) as cilla:
        added = cilla.post("/tutors", {"unit": "UV-101", "code": "handledare-9", "person": ""})
        assert "handledare-9" in cilla.follow(added)
        given = cilla.post(f"/placements/{OURS}/tutor", {"tutor": "handledare-9"})
        assert "handledare-9 är nu handledare" in cilla.follow(given)


def test_the_statement_of_account_is_each_ones_own(books: tuple[System, Site]) -> None:
    system, site = books
    system.pay(on=date(2026, 3, 10))
    number = system.order(OURS).number
    system.send(system.flip(number, "002", number="L-2", on=date(2026, 4, 2), supplier=LARKDRILLEN))
    with visitor(site, CILLA) as cilla:
        shown = shows(cilla, "/economy/statement")
        assert "L-2" in shown
        assert "F-1" not in shown
        assert "står på dess eget konto" in shown
    with visitor(site, ALVA) as alva:
        shown = shows(alva, "/economy/statement")
        assert "F-1" in shown
        assert "står på dess eget konto" not in shown


def states(database: Database) -> dict[tuple[str, str], InvoiceState]:
    with database.reading() as session:
        return {
            (each.supplier, document_store.content(session, each.id).order_lines[0]): each.state
            for each in document_store.listed(session)
        }


@pytest.mark.both_engines
def test_the_old_one_sees_its_own_up_to_the_day(books: tuple[System, Site]) -> None:
    system, site = books
    number = system.order(OURS).number
    with visitor(site, ALVA) as alva:
        assert "F-1" in shows(alva, "/invoices")
        assert number in shows(alva, "/to-invoice")
        assert "2026-03" not in shows(alva, "/reports/due")
        told = alva.post(f"/reports/{OURS}/2026-03", {"confirmed": "1", "version": "1"})
        assert told.status_code == 409
        assert "redovisas av efterträdaren" in text_of(told)


@pytest.mark.both_engines
def test_nothing_of_the_successors_own_is_the_old_ones_and_its_people_are_nobodys(
    books: tuple[System, Site],
) -> None:
    system, site = books
    system.decide("100000777", supplier=LARKDRILLEN, start=date(2026, 3, 1))
    order = system.order("100000777").number
    with visitor(site, ALVA) as alva, visitor(site, CILLA) as cilla:
        assert alva.get(f"/orders/{order}").status_code == 404
        assert shows(cilla, f"/orders/{order}")
        assert "Alva Lind" not in shows(cilla, "/people")


@pytest.mark.both_engines
def test_before_the_day_there_is_nothing_to_see(books: tuple[System, Site], clock: list[datetime]) -> None:
    system, site = books
    clock[0] = datetime(2026, 2, 20, 12, tzinfo=UTC)
    assert clock[0].date() < TAKEN_OVER
    with visitor(site, CILLA) as cilla:
        assert cilla.get(f"/orders/{system.order(OURS).number}").status_code == 404
        assert cilla.get(f"/placements/{OURS}").status_code == 404
    with system.database.reading() as session:
        assert order_store.of_placement(session, OURS)[0].supplier == FYRBAKEN
