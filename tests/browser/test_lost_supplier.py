"""Every page answers with the demo's books when the register has lost a supplier behind the system's back."""

from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from accounts.identity import SUPPLIER_SIDE, Person
from orders.register import store as register_store
from tests.support.pages.all_routes import AREAS, STAFF, SUPPLIER, table_in
from tests.support.pages.browser import Site, portal
from tests.support.pages.visitor import visitor
from tests.support.stories.demo_books import demo_site, noon
from tests.support.stories.paying import PayDesk
from tests.support.stories.smaller_register import with_other_price_lists, without
from tests.support.stories.system import FYRBAKEN, LARKDRILLEN, a_system, example_register

NOON = datetime(2026, 3, 5, 12, tzinfo=UTC)
ANOTHER = Person("crawl-another", "Någon Annan", LARKDRILLEN, SUPPLIER_SIDE, None)


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    folder: Path = tmp_path_factory.mktemp("lost")
    with demo_site(folder) as served:
        with served.database.writing() as session:
            register = with_other_price_lists(without(register_store.load(session), FYRBAKEN))
            register_store.save(session, register, at=noon(), actor="somebody")
        yield served


OF_ITS_UNITS = ("/economy/documents/examples/", "/tutors/")


@pytest.mark.parametrize(
    "person", [STAFF, SUPPLIER, ANOTHER], ids=["staff", "the lost one", "another supplier"]
)
def test_no_page_fails_because_one_supplier_is_lost(site: Site, person: Person) -> None:
    wrong, asked = [], 0
    with visitor(site, person) as each:
        for area in AREAS:
            for key, route in table_in(area, site.database).items():
                if (
                    not key.startswith("GET ")
                    or "/api/" in key
                    or not person.may(*(route.may or SUPPLIER_SIDE))
                ):
                    continue
                for address in route.own:
                    asked += 1
                    status = each.get(address).status_code
                    # What is Fyrbåken's does not exist for another supplier.
                    allowed = (200, 302, 303, 307, 404) if person is ANOTHER else (200, 302, 303, 307)
                    # Nothing can be tried out under prices that one does not have.
                    if status == 409 and person is SUPPLIER and address.startswith("/test-bench/orders/"):
                        continue
                    # Nor is there an example of a document, or a tutor, at units that the register has lost.
                    if status == 404 and person is SUPPLIER and address.startswith(OF_ITS_UNITS):
                        continue
                    if status not in allowed:
                        wrong.append(f"{status} {address}")
    assert wrong == []
    assert asked > 50


def test_the_page_of_payments_has_a_row_with_the_reason_and_pays_everybody_else(database_url: str) -> None:
    with a_system(database_url) as system:
        for number, reference, supplier in (
            ("F-1", "100000101", FYRBAKEN),
            ("L-1", "100000102", LARKDRILLEN),
        ):
            system.decide(reference, supplier=supplier)
            system.report(reference, "2026-01", on=date(2026, 2, 2))
            system.send_invoice(system.order(reference).number, number=number, on=date(2026, 2, 3))
        desk = PayDesk(system)
        before = desk.propose(on=date(2026, 3, 5))
        system.change_register(without(example_register(), FYRBAKEN))
        with (
            portal(database_url, clock=lambda: NOON, second_step=False) as site,
            visitor(site, STAFF) as each,
        ):
            shown = each.get(f"/finance/payments/proposals/{before.number}").text
            assert "Leverantören finns inte i registret" in shown
            assert each.post(f"/finance/payments/proposals/{before.number}/withdraw").status_code == 303
            listed = each.get("/finance/payments").text
            assert "Hålls kvar: betalas inte nu" in listed
            assert "Leverantören finns inte i registret" in listed
            made = each.follow(each.post("/finance/payments", {"pay_on": "2026-03-05"}))
            assert "L-1" in made
            assert "F-1" not in made
