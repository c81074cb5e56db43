"""Who may have what of an invoice over orders of several units: all of it who may see every order, and else nothing."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date

import pytest
from sqlalchemy import select

from accounts import store as account_store
from accounts.identity import Permission
from accounts.store import AccountState
from billing.server import invoice_mails
from foundation.periods import Month
from foundation.sql import Session
from invoicing.documents import view as document_view
from invoicing.model import InvoiceState, SupplierInvoice
from invoicing.portal_invoicing import portal_document_store, uploads
from invoicing.portal_invoicing import queries as portal_queries
from invoicing.portal_invoicing.queries import InvoiceFilter
from invoicing.portal_invoicing.scope import SupplierActor
from operations.mail.tables import mail
from operations.timeline import timeline
from operations.timeline.model import Audience
from orders.register import store as register_store
from orders.register.unit_scope import UnitScope
from peppol.documents import billing
from peppol.exchange import inbox_store
from peppol.xml import codec
from supplier_portal.queries import account_entries, exports, waiting
from supplier_portal.queries import orders as order_queries
from supplier_portal.queries import placements as placement_queries
from supplier_portal.queries.account_entries import AccountFilter
from supplier_portal.queries.exports import What
from supplier_portal.queries.orders import OrderFilter
from tests.support.servers.system_databases import CLOCK
from tests.support.stories.bills import together
from tests.support.stories.portal import Desk
from tests.support.stories.system import FYRBAKEN, LARKDRILLEN, System, a_system, example_register

SOUTH, NORTH, OURS = "100000101", "100000102", "100000103"
NORTHERN = {
    "id": "UV-102",
    "name": "Norra",
    "address": {"street": "G 2", "postal_code": "111 11", "city": "Orten"},
}
CAME = date(2026, 2, 3)
SCOPES = {
    "whole": None,
    "both": UnitScope(frozenset({"UV-101", "UV-102"})),
    "south": UnitScope(frozenset({"UV-101"})),
    "north": UnitScope(frozenset({"UV-102"})),
    "address": UnitScope(addresses=frozenset({"UV-101"})),
    "nobody": UnitScope(),
}
MIXED_SEEN_BY, SOUTH_SEEN_BY = ("whole", "both"), ("whole", "both", "south", "address")


@pytest.fixture
def system(database_url: str) -> Iterator[System]:
    """Two units: M-1 is over an order of each, S-1 over one of the southern unit alone."""
    with a_system(database_url) as made:
        made.decide(SOUTH, start=date(2026, 1, 1), decided_on=date(2026, 1, 1))
        made.decide(NORTH, start=date(2026, 1, 1), decided_on=date(2026, 1, 1), unit=NORTHERN)
        made.decide(OURS, start=date(2026, 1, 1), decided_on=date(2026, 1, 1))
        for reference in (SOUTH, NORTH, OURS):
            made.report(reference, "2026-01", on=date(2026, 2, 2))
        made.change_register(example_register(several_orders=True, several_lines=True))
        made.send(mixed(made))
        made.send(january(made, OURS, number="S-1"))
        yield made


def january(system: System, reference: str, *, number: str = "F-0") -> billing.Invoice:
    return system.flip(system.order(reference).number, "001", number=number, on=CAME)


def mixed(system: System) -> billing.Invoice:
    """One invoice for January of the southern and the northern order; the document names the southern."""
    return together(january(system, SOUTH), january(system, NORTH), number="M-1")


def again(system: System, number: str) -> billing.Invoice:
    """The same under another number."""
    with system.database.reading() as session:
        letter = invoice_named(system, "M-1").letter_id
        document = document_view.document_of(inbox_store.body_of(session, letter) or b"")
    assert isinstance(document, billing.Invoice)
    return replace(document, id=number)


def actor(name: str, supplier: str = FYRBAKEN) -> SupplierActor:
    return SupplierActor(supplier, SCOPES[name], by="user-7")


def invoice_named(system: System, number: str) -> SupplierInvoice:
    with system.database.reading() as session:
        (found,) = portal_queries.listed(session, actor("whole"), InvoiceFilter(text=number)).invoices
    return found


def everywhere(
    session: Session, system: System, name: str, *, supplier: str = FYRBAKEN
) -> dict[str, set[str]]:
    """The numbers of the invoices that a person finds, by the place where they are found."""
    person = actor(name, supplier)
    listed = portal_queries.listed(session, person, InvoiceFilter())
    known = [invoice_named(system, number) for number in ("M-1", "S-1")]
    sheet = exports.sheet(
        session, system.register, person, What.INVOICES, lambda text: text.en, wanted=OrderFilter()
    )
    position = account_entries.standing(session, person, on=CAME, currency="SEK")
    rows = account_entries.every(
        session, person, AccountFilter(date(2026, 1, 1), date(2026, 12, 31)), opening=position.open.payable
    )
    return {
        "list": {each.number for each in listed.invoices},
        "page, XML, PDF and answers": {
            each.number for each in known if portal_queries.find(session, person, each.id)
        },
        "message": {
            each.number for each in known if portal_queries.of_message(session, person, each.letter_id)
        },
        "export": {str(row[0]) for row in sheet.rows},
        "statement": {row.document for row in rows},
        "links of order lines": {
            line.invoice_number
            for order in order_queries.listed(session, person, OrderFilter(), limit=50)
            for line in order_queries.lines_of(session, person, order.number)
            if line.invoice_seen
        },
        "timelines": {
            entry.document
            for reference in (SOUTH, NORTH, OURS)
            if (found := placement_queries.find(session, person, reference)) is not None
            for entry in timeline.of_placement(
                session,
                system.register,
                found,
                Audience.SUPPLIER,
                suppliers=person.suppliers,
                invoices_seen=person.of_invoices(),
            )
            if entry.path.startswith("/invoices/")
        },
    }


@pytest.mark.both_engines
@pytest.mark.parametrize("name", SCOPES)
def test_it_is_found_everywhere_by_who_may_see_all_its_orders_and_nowhere_by_others(
    system: System, name: str
) -> None:
    expected = {number for number, by in (("M-1", MIXED_SEEN_BY), ("S-1", SOUTH_SEEN_BY)) if name in by}
    within = SCOPES[name]
    places = (within.units, within.addresses) if within is not None else None
    walled = system.database.for_supplier(FYRBAKEN, places)
    for database in (system.database, walled):
        with database.reading() as session:
            found = everywhere(session, system, name)
        assert found == {each: expected for each in found}


def test_another_supplier_finds_neither(system: System) -> None:
    with system.database.reading() as session:
        found = everywhere(session, system, "whole", supplier=LARKDRILLEN)
    assert found == {each: set() for each in found}


@pytest.mark.both_engines
def test_ones_own_line_is_told_of_and_counted_though_the_invoice_is_not_seen(system: System) -> None:
    with system.database.reading() as session:
        order = system.order(NORTH)
        (line, *_) = order_queries.lines_of(session, actor("north"), order.number)
        assert (line.invoice_number, line.invoice_state, line.invoice_seen) == (
            "M-1",
            InvoiceState.ACCEPTED,
            False,
        )
        assert line.invoiced == order.lines[0].amount
        month = Month.of(order.lines[0].period.start)
        assert order_queries.lines_of(session, actor("north"), system.order(SOUTH).number) == ()
        sums = waiting.by_month(session, actor("north"), first=month, last=month)
        assert [each.invoiced for each in sums] == [order.lines[0].amount]


def test_a_mail_about_it_goes_to_who_may_see_all_its_orders(system: System) -> None:
    with system.database.writing() as session:
        for name, within in SCOPES.items():
            account_store.add(
                session,
                organisation=FYRBAKEN,
                sign_in_name=f"{name}@lev.example",
                display_name=name,
                permissions=frozenset({Permission.REPORT}),
                within=within,
                language="sv",
                at=CLOCK,
                by="test",
                state=AccountState.ACTIVE,
            )
    system.send(again(system, "M-2"))
    with system.database.writing() as session:
        invoice_mails.tell(session, CAME, CLOCK)
    with system.database.reading() as session:
        to = {each.partition("@")[0] for each in session.scalars(select(mail.c.to_address))}
    assert to == set(MIXED_SEEN_BY)


@pytest.mark.parametrize("name", ["south", "north", "both", "whole"])
def test_who_may_not_see_all_its_orders_cannot_upload_it(system: System, name: str) -> None:
    body = codec.serialise(again(system, "M-3"))
    with system.database.writing() as session:
        upload = uploads.take_in(session, actor(name), body, now=CLOCK)
        looked = uploads.look(session, register_store.load(session), actor(name), upload, today=CAME)
    assert looked is not None
    # One line is invoiced already; what stops the others is that the invoice is of a unit that is not theirs.
    assert ((looked.refusal is not None) and "enhet" in looked.refusal.sv) is (name in ("south", "north"))


@pytest.mark.both_engines
def test_a_credit_note_of_it_made_here_is_seen_before_it_leaves_by_the_same_people(system: System) -> None:
    row = Desk(system).credit(invoice_named(system, "M-1").id, new_invoice=False)
    (made,) = row.made
    for name, within in SCOPES.items():
        desk = Desk(system, within=within)
        with system.database.reading() as session:
            seen = portal_document_store.by_id(session, desk.actor, made.id) is not None
        assert seen is (name in MIXED_SEEN_BY), name
