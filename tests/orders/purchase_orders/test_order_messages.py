"""The order as a message: valid, in the shape of the buyer's own, silent about the participant, never changed."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest
from lxml import etree
from sqlalchemy import delete, select, update
from sqlalchemy.exc import DBAPIError

from foundation import tables as foundation_tables
from orders import tables as order_tables
from orders.register.agreements import ExecutionReferenceSlot
from orders.register.parties import Channel
from orders.register.pricing import PriceList
from orders.terms import ArticleKind
from peppol.exchange import outbox_store
from peppol.exchange import tables as exchange_tables
from peppol.identifiers import DocumentKind
from peppol.validation import validation
from tests.support.stories.system import (
    FYRBAKEN,
    LARKDRILLEN,
    TALLKOTTEN,
    System,
    a_system,
    decision,
    example_register,
    outcome,
)
from tests.support.stories.takeover import taken_over

REFERENCE = "100000101"
NEXT = "100000102"


@pytest.fixture
def system(database_url: str) -> Iterator[System]:
    with a_system(database_url) as system:
        yield system


def texts(root: etree._Element, path: str) -> list[str]:
    """What stands at a path of local names, as `Delivery/Shipment/ID`."""
    steps = "/".join(f"*[local-name()='{name}']" for name in path.split("/"))
    found = root.xpath(steps)
    assert isinstance(found, list)
    return [str(each.text) for each in found if isinstance(each, etree._Element)]


def test_the_order_goes_out_valid_in_the_shape_of_the_buyers_own(system: System) -> None:
    system.decide(REFERENCE, start=date(2026, 1, 15), decided_on=date(2026, 1, 8), decision_id="5435235")
    number = system.order(REFERENCE).number
    with system.database.reading() as session:
        (message,) = outbox_store.messages_out(session, kind=DocumentKind.ORDER)
    assert (message.document_id, message.sender, message.receiver) == (
        number,
        "0007:2021002114",
        "0007:5599991014",
    )
    report = validation.validate(message.body, on=date(2026, 1, 8))
    assert (report.kind, report.findings) == (DocumentKind.ORDER, ())
    root = report.root
    assert root is not None
    expected = {
        "CustomizationID": ["urn:fdc:peppol.eu:poacc:trns:order:3"],
        "ProfileID": ["urn:fdc:peppol.eu:poacc:bis:order_only:3"],
        "ID": [number],
        "IssueDate": ["2026-01-08"],
        "DocumentCurrencyCode": ["SEK"],
        "ValidityPeriod/EndDate": ["2026-07-14"],
        "OriginatorDocumentReference/ID": ["5435235"],
        "Contract/ID": ["AVT-1001"],
        "BuyerCustomerParty/Party/EndpointID": ["2021002114"],
        "BuyerCustomerParty/Party/PartyIdentification/ID": ["2021002114"],
        "BuyerCustomerParty/Party/PartyLegalEntity/CompanyID": ["2021002114"],
        "BuyerCustomerParty/Party/Contact/ElectronicMail": ["ekonomistod@kopare.example"],
        "SellerSupplierParty/Party/EndpointID": ["5599991014"],
        "SellerSupplierParty/Party/PartyLegalEntity/CompanyID": ["5599991014"],
        "AccountingCustomerParty/Party/PostalAddress/StreetName": ["Fakturaexempel 2"],
        "Delivery/DeliveryLocation/ID": ["UV-101"],
        "Delivery/RequestedDeliveryPeriod/StartDate": ["2026-01-15"],
        "Delivery/RequestedDeliveryPeriod/EndDate": ["2026-07-14"],
        "Delivery/DeliveryParty/PartyName/Name": ["Fyrbåken Umeå"],
        "Delivery/Shipment/ID": ["NA"],
        "Delivery/Shipment/TransportHandlingUnit/ShippingMarks": [REFERENCE],
        "AnticipatedMonetaryTotal/LineExtensionAmount": ["11875.00"],
        "AnticipatedMonetaryTotal/PayableAmount": ["11875.00"],
        "TaxTotal": [],
        "OrderLine/LineItem/ID": ["001", "002", "003", "004", "005", "006", "007"],
        "OrderLine/LineItem/Quantity": ["12", "20", "22", "20", "19", "22", "10"],
        "OrderLine/LineItem/Price/PriceAmount": ["95.00"] * 7,
        "OrderLine/LineItem/Item/Name": ["Grundersättning"] * 7,
        "OrderLine/LineItem/Item/SellersItemIdentification/ID": ["166"] * 7,
    }
    assert {path: texts(root, path) for path in expected} == expected
    starts = texts(root, "OrderLine/LineItem/Delivery/RequestedDeliveryPeriod/StartDate")
    assert (starts[0], starts[1], starts[-1]) == ("2026-01-15", "2026-02-01", "2026-07-01")


def test_nothing_on_an_order_tells_of_the_participant_or_the_level(system: System) -> None:
    system.decide(REFERENCE, start=date(2026, 1, 15), decided_on=date(2026, 1, 8))
    with system.database.reading() as session:
        (message,) = outbox_store.messages_out(session, kind=DocumentKind.ORDER)
    root = etree.fromstring(message.body)
    told = {etree.QName(each).localname for each in root.iter()}
    assert not told & {"OriginatorCustomerParty", "Person", "Note", "BuyerReference", "Telephone"}
    # The only words are the buyer's, the supplier's, the unit's and the article's.
    contacts = root.xpath("//*[local-name()='Contact']/*")
    assert isinstance(contacts, list)
    assert [each.text for each in contacts if isinstance(each, etree._Element)] == [
        "Ekonomistöd",
        "ekonomistod@kopare.example",
    ]


def test_the_execution_reference_may_stand_as_the_originators_document_instead(database_url: str) -> None:
    slot = ExecutionReferenceSlot.ORIGINATOR_DOCUMENT_REFERENCE
    with a_system(database_url, register=example_register(execution_reference_slot=slot)) as system:
        system.decide(REFERENCE)
        with system.database.reading() as session:
            (message,) = outbox_store.messages_out(session, kind=DocumentKind.ORDER)
    root = etree.fromstring(message.body)
    assert texts(root, "OriginatorDocumentReference/ID") == [REFERENCE]
    assert texts(root, "Delivery/Shipment/ID") == []


def test_a_supplier_without_an_address_on_the_network_reads_its_order_in_the_portal(system: System) -> None:
    system.decide(REFERENCE, supplier=TALLKOTTEN)
    with system.database.reading() as session:
        (row,) = session.execute(select(exchange_tables.outbox.c.receiver, exchange_tables.outbox.c.state))
    assert tuple(row) == ("", "IN_PORTAL")


def test_one_with_an_address_that_takes_its_orders_in_the_portal_is_not_written_to(system: System) -> None:
    """Never both for one order (REQ-45): the address is for answers and invoices then."""
    register = example_register()
    in_portal = tuple(
        replace(each, channel=Channel.PORTAL) if each.organisation_number == FYRBAKEN else each
        for each in register.suppliers
    )
    system.change_register(replace(register, suppliers=in_portal))
    assert system.register.supplier(FYRBAKEN).participant_id is not None
    system.decide(REFERENCE)
    with system.database.reading() as session:
        (row,) = session.execute(select(exchange_tables.outbox.c.receiver, exchange_tables.outbox.c.state))
    assert tuple(row) == ("", "IN_PORTAL")


def test_what_is_ordered_of_somebody_who_was_taken_over_goes_to_the_successor(system: System) -> None:
    system.decide(REFERENCE)
    register = taken_over()
    system.change_register(register)
    told = {"execution_reference": REFERENCE, "code": "SPRAK", "approved_on": "2026-04-10"}
    system.must("supplement.approved", told, on=date(2026, 4, 10))
    first, second = system.orders(REFERENCE)
    assert (first.supplier, second.supplier) == (FYRBAKEN, LARKDRILLEN)
    assert second.contract_id == first.contract_id
    with system.database.reading() as session:
        before, after = outbox_store.messages_out(session, kind=DocumentKind.ORDER)
    assert (before.recipient, after.recipient) == (FYRBAKEN, LARKDRILLEN)
    assert after.receiver == register.supplier(LARKDRILLEN).participant_id != before.receiver
    root = validation.validate(after.body, on=date(2026, 4, 10)).root
    assert root is not None
    company = "SellerSupplierParty/Party/PartyLegalEntity/CompanyID"
    assert texts(root, company) == [LARKDRILLEN]


def test_an_order_that_would_break_a_rule_is_no_order_and_the_next_is_one(database_url: str) -> None:
    register = example_register()
    # No XML can carry a control character.
    broken = tuple(_renamed(each, "Ersättning\u0001") for each in register.price_lists)
    with a_system(database_url, register=replace(register, price_lists=broken)) as system:
        assert "break XSD" in system.refuses("placement.decided", decision(REFERENCE), on=date(2026, 1, 1))
        system.change_register(register)
        system.decide(NEXT)
        # The number of the one that is none is gone with it on PostgreSQL.
        assert system.order(NEXT).number == ("2100000001" if system.database.is_sqlite else "2100000002")
        assert [each.number for each in system.orders(REFERENCE)] == []


def _renamed(prices: PriceList, name: str) -> PriceList:
    basic = tuple(
        replace(each, name=name) if each.article is ArticleKind.BASIC else each for each in prices.articles
    )
    return replace(prices, articles=basic)


def test_the_database_itself_refuses_to_change_or_remove_an_order(system: System) -> None:
    system.decide(REFERENCE)
    changes = (
        update(order_tables.purchase_order).values(amount=Decimal("1.00")),
        update(order_tables.order_line).values(quantity=Decimal("1.00")),
        delete(order_tables.order_line),
        delete(order_tables.purchase_order),
        delete(foundation_tables.journal),
    )
    for change in changes:
        with pytest.raises(DBAPIError, match="append-only"), system.database.writing() as session:
            session.execute(change)
    assert system.order(REFERENCE).lines[0].quantity.value == 20


def test_no_order_ends_before_it_is_issued(system: System) -> None:
    """A result approved days after it fell due, and a decision told after its period: valid the day they are sent."""
    system.decide(REFERENCE, start=date(2025, 10, 1), decided_on=date(2025, 9, 24))
    system.interrupt(REFERENCE, on=date(2026, 2, 2))
    told = outcome(REFERENCE, started_on=date(2026, 2, 3))
    system.must("outcome.approved", told, on=date(2026, 2, 12))
    system.must("placement.decided", decision(NEXT, end=date(2026, 1, 31)), on=date(2026, 2, 12))
    with system.database.reading() as session:
        sent = outbox_store.messages_out(session, kind=DocumentKind.ORDER)
        roots = [etree.fromstring(message.body) for message in sent]
    late = [root for root in roots if texts(root, "IssueDate") == ["2026-02-12"]]
    assert len(late) == 3
    assert [texts(root, "ValidityPeriod/EndDate") for root in late] == [["2026-02-12"]] * 3
    # When it was earned or is to be delivered stays as it is.
    assert [texts(root, "Delivery/RequestedDeliveryPeriod/EndDate") for root in late] == [
        ["2026-02-03"],
        ["2026-02-03"],
        ["2026-01-31"],
    ]
