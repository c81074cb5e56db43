"""Somebody limited to one address of a unit sees its cases alone: on every page, in every file, behind both walls.

The unit UV-101 has two addresses. What is decided for the one is not there for whoever is limited to the other, and
nothing that leads there is: no order, report, invoice, message or sum.
"""

import io
import re
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, date, datetime

import pytest
from sqlalchemy import func, select

from accounts.identity import SUPPLIER_SIDE, Permission, Person
from foundation.database import Database
from invoicing.portal_invoicing.scope import Scope
from orders.register.agreements import InconsistentRegister, UnitAddress
from orders.register.parties import Address
from orders.register.register import Register
from orders.register.unit_scope import UnitScope
from orders.tables import line_account, order_line, placement, purchase_order, receipt
from supplier_portal.queries import orders as order_queries
from supplier_portal.queries.orders import OrderFilter
from tests.support.pages.all_routes import table
from tests.support.pages.browser import Site, portal
from tests.support.pages.visitor import Visitor, visitor
from tests.support.stories.portal import Desk
from tests.support.stories.system import FYRBAKEN, System, a_system, decision, example_register

NOW = datetime(2026, 3, 10, 9, tzinfo=UTC)
HARBOUR = Address("Hamnplan 9", "Umeå", "903 26")
OURS, THEIRS, TOWN = "100000101", "100000102", "100000103"
ACTS = SUPPLIER_SIDE - {Permission.ADMINISTER}
AT_HARBOUR = UnitScope(addresses=frozenset({"UV-101-H"}))


def with_harbour() -> Register:
    """The example register, where the first unit has an address more."""
    register = example_register()
    units = tuple(
        replace(each, addresses=(UnitAddress("UV-101-H", HARBOUR),)) if each.id == "UV-101" else each
        for each in register.units
    )
    return replace(register, units=units)


def at(address_id: str) -> dict[str, object]:
    told = {"street": "Gatan 1", "postal_code": "111 11", "city": "Orten"}
    return {"id": "UV-101", "name": "Enheten", "address": told, "address_id": address_id}


@contextmanager
def two_addresses(url: str) -> Iterator[System]:
    """One placement at each address, and one at another unit: all with a month received and one invoiced."""
    with a_system(url, register=with_harbour()) as system:
        system.decide(OURS, unit=at("UV-101-H"))
        system.decide(THEIRS, unit=at("UV-101"))
        elsewhere = {
            "id": "UV-102",
            "name": "Enheten",
            "address": {"street": "X 1", "postal_code": "1", "city": "Y"},
        }
        system.decide(TOWN, unit=elsewhere)
        for place, reference in enumerate((OURS, THEIRS, TOWN)):
            system.report(reference, "2026-01", on=date(2026, 2, 2))
            system.report(reference, "2026-02", on=date(2026, 3, 2))
            system.send_invoice(
                system.order(reference).number, number=f"F-{place}{place}{place}", on=date(2026, 2, 3)
            )
        yield system


def test_the_order_goes_to_the_address_that_was_decided(database_url: str) -> None:
    with two_addresses(database_url) as system:
        assert system.placement(OURS).unit.address == HARBOUR
        assert system.placement(OURS).address_id == "UV-101-H"
        assert b"Hamnplan 9" in _order_body(system, OURS)
        assert b"Hamnplan 9" not in _order_body(system, THEIRS)


def _order_body(system: System, reference: str) -> bytes:
    with system.database.reading() as session:
        view = order_queries.view(session, Scope(FYRBAKEN), system.order(reference).number)
        assert view is not None
        assert view.message is not None
        return order_queries.body_of(session, view.message)


def test_an_address_that_is_written_is_found_and_one_that_is_not_the_units_is_refused(
    database_url: str,
) -> None:
    with a_system(database_url, register=with_harbour()) as system:
        written = {"street": "HAMNPLAN  9", "postal_code": "90326", "city": "umeå"}
        system.decide(OURS, unit={"id": "UV-101", "name": "Enheten", "address": written})
        assert system.placement(OURS).address_id == "UV-101-H"
        system.decide(THEIRS)
        assert system.placement(THEIRS).address_id == "UV-101"
        said = system.refuses("placement.decided", decision(TOWN, unit=at("UV-102")), on=date(2026, 1, 1))
        assert "UV-101, UV-101-H" in said


@pytest.mark.both_engines
@pytest.mark.parametrize("permission", [*sorted(ACTS), None], ids=str)
def test_every_page_and_file_shows_one_address_alone(
    database_url: str, permission: Permission | None
) -> None:
    permissions = ACTS if permission is None else frozenset({permission})
    with two_addresses(database_url) as system:
        own, foreign = (
            _words(system, OURS, "F-000"),
            _words(system, THEIRS, "F-111") | _words(system, TOWN, "F-222"),
        )
    person = Person("user-h", "Hanna Hamn", FYRBAKEN, permissions, AT_HARBOUR)
    with portal(database_url, clock=lambda: NOW) as site, visitor(site, person) as hanna:
        seen = "".join(_read(hanna, address) for address in _addresses(site, OURS))
        assert {each for each in own if each in seen} >= {OURS}
        assert [each for each in sorted(foreign) if each in seen] == []
        for reference in (THEIRS, TOWN):
            for address in _addresses(site, reference):
                if reference in address or _number(site, reference) in address:
                    assert hanna.get(address).status_code in (403, 404), address


def _words(system: System, reference: str, invoice: str) -> set[str]:
    return {reference, system.order(reference).number, invoice}


def _number(site: Site, reference: str) -> str:
    with site.database.reading() as session:
        question = select(purchase_order.c.number).where(purchase_order.c.execution_reference == reference)
        return str(session.scalars(question).one())


def _addresses(site: Site, reference: str) -> list[str]:
    """What a supplier can ask for, from the tables of routes, about this placement and its order."""
    number, found = _number(site, reference), []
    given = {
        "reference:path": reference,
        "number": number,
        "order_number": number,
        "month": "2026-02",
        "line_id": "002",
    }
    for area in ("supplier", "flip"):
        for key, route in table(area).items():
            method, _, path = key.partition(" ")
            if method == "GET" and not path.startswith("/test-bench/"):
                filled = re.sub(r"\{([^}]*)\}", lambda name: given.get(name[1], "{"), path)
                found += [filled] if "{" not in filled else []
                found += [
                    each for each in route.own if not re.search(r"\d{8}|<", each) and "unit=" not in each
                ]
    return found


def _read(asks: Visitor, address: str) -> str:
    answer = asks.client.get(address, follow_redirects=True)
    assert answer.status_code in (200, 403), (address, answer.status_code)
    if answer.status_code != 200:
        return ""
    if zipfile.is_zipfile(io.BytesIO(answer.content)):
        with zipfile.ZipFile(io.BytesIO(answer.content)) as book:
            return "".join(book.read(name).decode() for name in book.namelist() if name.endswith(".xml"))
    return answer.text


@pytest.mark.both_engines
def test_presses_on_what_lies_at_another_address_find_nothing(database_url: str) -> None:
    with two_addresses(database_url) as system:
        number = system.order(THEIRS).number
    person = Person("user-h", "Hanna Hamn", FYRBAKEN, ACTS, AT_HARBOUR)
    with portal(database_url, clock=lambda: NOW) as site, visitor(site, person) as hanna:
        for address, form in (
            (f"/placements/{THEIRS}/tutor", {"tutor": "h-1"}),
            ("/placements/tutors", {"reference": THEIRS, "tutor": "h-1"}),
            (f"/reports/{THEIRS}/2026-03", {"version": "1", "confirmed": "1"}),
            ("/reports/due", {"due": f"{THEIRS}|2026-03|1", "confirmed": "1"}),
            ("/to-invoice/send", {"line": f"{number}/002", "form_key": "a" * 32}),
        ):
            assert hanna.post(address, form).status_code == 404, address


def test_a_desk_at_one_address_invoices_its_own(database_url: str) -> None:
    with two_addresses(database_url) as system:
        own = (system.order(OURS).number, "002")
        assert Desk(system, within=AT_HARBOUR).made(own).number == "F26-0001"


def test_a_whole_unit_holds_all_its_addresses(database_url: str) -> None:
    with two_addresses(database_url) as system, system.database.reading() as session:

        def seen(within: UnitScope | None, unit: str = "") -> int:
            return order_queries.count(session, Scope(FYRBAKEN, within), OrderFilter(unit=unit))

        assert seen(None) == 3
        assert seen(UnitScope(frozenset({"UV-101"}))) == 2
        assert seen(AT_HARBOUR) == 1
        assert seen(UnitScope(addresses=frozenset({"UV-101", "UV-101-H"}))) == 2
        assert seen(UnitScope(frozenset({"UV-102"}), frozenset({"UV-101-H"}))) == 2
        assert seen(AT_HARBOUR, "UV-102") == 0
        assert seen(UnitScope()) == 0


@pytest.mark.both_engines
def test_a_question_that_forgot_the_address_sees_nothing_of_another_on_postgresql(database_url: str) -> None:
    with two_addresses(database_url) as system:
        if system.database.is_sqlite:
            return
        limited = system.database.for_supplier(FYRBAKEN, (AT_HARBOUR.units, AT_HARBOUR.addresses))
        for each in (placement, purchase_order):
            assert _count(limited, each.c.execution_reference) == 1
            assert _count(system.database.for_supplier(FYRBAKEN), each.c.execution_reference) == 3
        for column in (order_line.c.order_number, line_account.c.order_number, receipt.c.execution_reference):
            assert _count(limited, column) == 1
        assert _count(system.database.for_supplier(FYRBAKEN, ((), ())), placement.c.execution_reference) == 0


def _count(database: Database, column: object) -> int:
    with database.reading() as session:
        return int(session.execute(select(func.count(func.distinct(column)))).scalar_one())


def test_two_addresses_with_one_id_are_refused() -> None:
    register = with_harbour()
    twice = tuple(
        replace(each, addresses=(UnitAddress("UV-101-H", HARBOUR),)) if each.id == "UV-102" else each
        for each in register.units
    )
    with pytest.raises(InconsistentRegister, match="UV-101-H"):
        replace(register, units=twice)


def test_a_unit_with_one_address_is_stored_as_before() -> None:
    plain, with_more = example_register(), with_harbour()
    assert '"addresses"' not in plain.to_json()
    assert Register.from_json(with_more.to_json()) == with_more
