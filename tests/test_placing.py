"""A decision becomes an order: six months in lines of days, at the price of the decision day, sent once."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import pytest
from lxml import etree
from sqlalchemy import delete, select, update
from sqlalchemy.exc import DBAPIError

from orders import journal, stored_placements, tables
from orders.agreements import ExecutionReferenceSlot
from orders.contracts import PriceList, Register
from orders.model import Handling, LineState, Order, PlacementState
from orders.values import Article, CompensationLevel, InterruptionReason
from orders.workdays import DayConvention
from peppol import mailbox, validation
from peppol.identifiers import DocumentKind
from tests.house import (
    FYRBAKEN,
    GRYNINGEN,
    LARKDRILLEN,
    TALLKOTTEN,
    House,
    a_house,
    decision,
    example_register,
)

REFERENCE = "100000101"
NEXT = "100000102"


@pytest.fixture
def house(database_url: str) -> Iterator[House]:
    with a_house(database_url) as house:
        yield house


def days(order: Order) -> list[str]:
    return [f"{line.line_id} {line.quantity.value:.0f} {line.period}" for line in order.lines]


def with_convention(convention: DayConvention) -> Register:
    register = example_register()
    lists = tuple(replace(each, day_convention=convention) for each in register.price_lists)
    return replace(register, price_lists=lists)


# The basic order ----------------------------------------------------------------------------


def test_six_months_become_one_order_with_a_line_for_each_month(house: House) -> None:
    placement = house.decide(REFERENCE, start=date(2026, 1, 1), decided_on=date(2025, 12, 22))
    order = house.order(REFERENCE)
    assert days(order) == [
        "001 20 2026-01-01/2026-01-31",
        "002 20 2026-02-01/2026-02-28",
        "003 22 2026-03-01/2026-03-31",
        "004 20 2026-04-01/2026-04-30",
        "005 19 2026-05-01/2026-05-31",
        "006 22 2026-06-01/2026-06-30",
    ]
    assert {(line.article_number, line.article_name, line.quantity.unit) for line in order.lines} == {
        ("166", "Grundersättning", "DAY")
    }
    assert (order.number, order.article, order.execution_reference) == (
        "2100000001",
        Article.BASIC,
        REFERENCE,
    )
    assert placement.periods[0].order_number == order.number
    assert order.amount.amount == 123 * Decimal("92.00")


def test_a_start_in_the_middle_of_a_month_gives_seven_lines_cut_at_both_ends(house: House) -> None:
    house.decide(REFERENCE, start=date(2026, 1, 15), decided_on=date(2026, 1, 8))
    lines = days(house.order(REFERENCE))
    assert (lines[0], lines[-1]) == ("001 12 2026-01-15/2026-01-31", "007 10 2026-07-01/2026-07-14")


def test_leap_february_has_its_twenty_ninth_day(database_url: str) -> None:
    register = with_convention(DayConvention.CALENDAR)
    longer = tuple(
        replace(each, valid=replace(each.valid, end=date(2028, 12, 31))) for each in register.contracts
    )
    with a_house(database_url, register=replace(register, contracts=longer)) as house:
        house.decide(REFERENCE, start=date(2028, 2, 1))
        assert days(house.order(REFERENCE))[0] == "001 29 2028-02-01/2028-02-29"


def test_a_month_without_a_billable_day_is_left_out_and_the_lines_stay_in_sequence(house: House) -> None:
    # 31 January and 1 February 2026 are a Saturday and a Sunday.
    house.decide(REFERENCE, start=date(2026, 1, 31), end=date(2026, 3, 1))
    assert days(house.order(REFERENCE)) == ["001 20 2026-02-01/2026-02-28"]


def test_a_period_without_any_billable_day_is_not_ordered_and_takes_no_number(house: House) -> None:
    weekend = decision(REFERENCE, start=date(2026, 1, 31), end=date(2026, 2, 1))
    assert "no billable day" in house.refuses("placement.decided", weekend, on=date(2026, 1, 31))
    house.decide(NEXT)
    assert house.order(NEXT).number == "2100000001"


@pytest.mark.parametrize(
    ("convention", "may"),
    [(DayConvention.WORKDAYS, 19), (DayConvention.WEEKDAYS, 21), (DayConvention.CALENDAR, 31)],
)
def test_the_price_list_says_which_days_count(database_url: str, convention: DayConvention, may: int) -> None:
    with a_house(database_url, register=with_convention(convention)) as house:
        house.decide(REFERENCE, start=date(2026, 5, 1), end=date(2026, 5, 31))
        (line,) = house.order(REFERENCE).lines
        assert line.quantity.value == may
        # The receipt counts with the same function.
        house.report(REFERENCE, "2026-05", on=date(2026, 6, 1))
        assert house.days_received(REFERENCE) == [str(may)]


# Prices -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("level", "decided_on", "price"),
    [
        ("A", date(2026, 1, 2), "60.00"),
        ("B", date(2026, 1, 2), "80.00"),
        ("C", date(2026, 1, 2), "95.00"),
        ("C", date(2026, 1, 1), "95.00"),
        ("C", date(2025, 12, 31), "92.00"),
        ("A", date(2025, 12, 31), "58.00"),
    ],
)
def test_the_price_is_the_levels_on_the_decision_day_not_on_the_starting_day(
    house: House, level: str, decided_on: date, price: str
) -> None:
    house.decide(REFERENCE, level=level, start=date(2026, 1, 12), decided_on=decided_on)
    assert {line.price for line in house.order(REFERENCE).lines} == {Decimal(price)}


def test_a_contract_that_does_not_run_refuses_and_takes_no_number(house: House) -> None:
    early = decision(REFERENCE, start=date(2025, 1, 7), decided_on=date(2024, 12, 20))
    assert "AVT-1001" in house.refuses("placement.decided", early, on=date(2024, 12, 20))
    with house.database.reading() as session:
        assert stored_placements.find(session, REFERENCE) is None
        assert list(mailbox.letters_out(session)) == []
        assert "placement" not in " ".join(row.subject for row in journal.rows(session))
    house.decide(NEXT)
    assert house.order(NEXT).number == "2100000001"


def test_a_supplement_the_list_has_no_price_for_at_that_level_is_refused_and_takes_no_number(
    house: House,
) -> None:
    house.decide(REFERENCE, level="A")
    told = {"execution_reference": REFERENCE, "code": "SPRAK", "approved_on": "2026-02-02"}
    refusal = house.refuses("supplement.approved", told, on=date(2026, 2, 2))
    assert "no price" in refusal
    assert [order.number for order in house.orders(REFERENCE)] == ["2100000001"]


# What stays outside -------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("handling", "data"),
    [
        (Handling.LEGACY, decision(REFERENCE, continues_legacy=True)),
        (Handling.ESF, decision(REFERENCE, supplier=GRYNINGEN)),
        (Handling.PROTECTED, decision(REFERENCE, protected_identity=True)),
        (Handling.PROTECTED, decision(REFERENCE, protected_identity=True, continues_legacy=True)),
    ],
)
def test_legacy_esf_and_protected_placements_are_kept_and_never_ordered(
    house: House, handling: Handling, data: dict[str, object]
) -> None:
    house.must("placement.decided", data, on=date(2026, 1, 1))
    assert house.placement(REFERENCE).handling is handling
    assert house.orders(REFERENCE) == []
    report = {"execution_reference": REFERENCE, "month": "2026-01", "version": 1}
    told = {**report, "at": "2026-02-02T08:00:00+01:00", "by": "user-17"}
    assert "Nothing is reported here" in house.refuses("report.filed", told, on=date(2026, 2, 2))


def test_period_two_of_a_legacy_decision_stays_outside_too(house: House) -> None:
    house.decide(REFERENCE, continues_legacy=True)
    house.must("placement.period_two_decided", period_two(), on=date(2026, 6, 20))
    assert len(house.placement(REFERENCE).periods) == 2
    assert house.orders(REFERENCE) == []


def test_a_decision_for_another_suppliers_contract_area_or_unit_is_refused(house: House) -> None:
    wrong = decision(REFERENCE, supplier=FYRBAKEN, contract="AVT-2001")
    assert "AVT-2001" in house.refuses("placement.decided", wrong, on=date(2026, 1, 1))
    wrong = decision(REFERENCE, supplier=FYRBAKEN, delivery_area="LO-SYD")
    assert "LO-SYD" in house.refuses("placement.decided", wrong, on=date(2026, 1, 1))
    unit = {**decision(REFERENCE)["unit"], "id": "UV-201"}  # type: ignore[dict-item]
    wrong = decision(REFERENCE, supplier=FYRBAKEN, unit=unit)
    assert "another supplier" in house.refuses("placement.decided", wrong, on=date(2026, 1, 1))
    assert house.orders(REFERENCE) == []


# The same decision --------------------------------------------------------------------------


def test_the_same_decision_twice_is_refused_and_there_is_one_order(house: House) -> None:
    house.decide(REFERENCE, decision_id="5435235")
    again = decision(NEXT, decision_id="5435235")
    assert "already in" in house.refuses("placement.decided", again, on=date(2026, 1, 1))
    again = decision(REFERENCE, decision_id="5435236")
    assert "already used" in house.refuses("placement.decided", again, on=date(2026, 1, 1))
    assert len(house.orders(REFERENCE)) == 1


def test_a_decision_without_a_reference_gets_the_next_free_one(house: House) -> None:
    data = decision("100000001", decision_id="B-1")
    house.must("placement.decided", data, on=date(2026, 1, 1))
    without = {**decision("x", decision_id="B-2")}
    del without["execution_reference"]
    house.must("placement.decided", without, on=date(2026, 1, 1))
    with house.database.reading() as session:
        assert stored_placements.by_decision(session, ["B-2"]) == {"B-2": "100000002"}


# Period two ---------------------------------------------------------------------------------


def period_two(start: str = "2026-07-01", end: str = "2026-12-31") -> dict[str, object]:
    return {
        "decision_id": "B-two",
        "execution_reference": REFERENCE,
        "period": {"start": start, "end": end},
        "decided_on": "2026-06-20",
    }


def test_period_two_is_an_order_of_its_own_on_the_same_reference_at_its_own_decision_days_price(
    house: House,
) -> None:
    house.decide(REFERENCE, decided_on=date(2025, 12, 20))
    house.must("placement.period_two_decided", period_two(), on=date(2026, 6, 20))
    first, second = house.orders(REFERENCE)
    assert (first.number, second.number) == ("2100000001", "2100000002")
    assert {order.execution_reference for order in (first, second)} == {REFERENCE}
    assert (first.lines[0].price, second.lines[0].price) == (Decimal("92.00"), Decimal("95.00"))
    assert second.lines[0].line_id == "001"
    assert second.decision_id == "B-two"


def test_period_two_may_follow_after_a_gap_and_share_the_month_but_never_a_day(house: House) -> None:
    house.decide(REFERENCE, start=date(2026, 1, 8))
    early = period_two("2026-07-07", "2027-01-06")
    assert "before period 1 ends" in house.refuses(
        "placement.period_two_decided", early, on=date(2026, 6, 20)
    )
    house.must("placement.period_two_decided", period_two("2026-07-20", "2027-01-19"), on=date(2026, 6, 20))
    house.report(REFERENCE, "2026-07", on=date(2026, 8, 3))
    # Both orders have a line in July; the days of the gap are on neither.
    july = [line for order in house.orders(REFERENCE) for line in order.lines if line.period.start.month == 7]
    assert [str(line.period) for line in july] == ["2026-07-01/2026-07-07", "2026-07-20/2026-07-31"]
    assert house.days_received(REFERENCE)[6:8] == ["5", "10"]


def test_there_is_no_third_period(house: House) -> None:
    house.decide(REFERENCE)
    house.must("placement.period_two_decided", period_two(), on=date(2026, 6, 20))
    third = {**period_two("2027-01-01", "2027-06-30"), "decision_id": "B-three"}
    assert "already has two" in house.refuses("placement.period_two_decided", third, on=date(2026, 12, 20))


def test_period_two_of_an_unknown_placement_waits_for_it(house: House) -> None:
    refusal = house.refuses("placement.period_two_decided", period_two(), on=date(2026, 6, 20))
    assert "unknown" in refusal


# Change of provider -------------------------------------------------------------------------


def changed(last_day: date, **new: object) -> dict[str, object]:
    data = decision(
        NEXT,
        start=last_day + timedelta(days=1),
        **{"end": date(2026, 6, 30), "supplier": LARKDRILLEN, "decided_on": last_day, **new},  # type: ignore[arg-type]
    )
    return {"execution_reference": REFERENCE, "last_day": str(last_day), "placement": data}


def test_a_change_in_the_middle_of_a_month_gives_each_supplier_its_part(house: House) -> None:
    house.decide(REFERENCE)
    house.must("placement.provider_changed", changed(date(2026, 3, 13)), on=date(2026, 3, 10))
    old, new = house.placement(REFERENCE), house.placement(NEXT)
    assert (old.last_day, new.starts_on) == (date(2026, 3, 13), date(2026, 3, 14))
    assert new.periods[0].period.end == old.periods[0].period.end == date(2026, 6, 30)
    assert (new.follows, new.level, new.supplier) == (REFERENCE, CompensationLevel.C, LARKDRILLEN)
    assert old.interruption is not None
    assert old.interruption.reason is InterruptionReason.PROVIDER_CHANGE
    house.report(REFERENCE, "2026-03", on=date(2026, 4, 1))
    house.report(NEXT, "2026-03", on=date(2026, 4, 1))
    assert house.days_received(REFERENCE)[2] == "10"
    assert house.days_received(NEXT)[0] == "12"
    # Together they are the month: no day twice, none lost.
    assert house.order(REFERENCE).lines[2].quantity.value == 22


def test_a_month_received_before_the_change_is_received_again_with_the_days_that_remain(
    house: House,
) -> None:
    house.decide(REFERENCE)
    house.report(REFERENCE, "2026-03", on=date(2026, 3, 9))
    assert house.days_received(REFERENCE)[2] == "22"
    house.must("placement.provider_changed", changed(date(2026, 3, 13)), on=date(2026, 3, 10))
    assert house.days_received(REFERENCE)[2] == "10"


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (changed(date(2026, 3, 8)), "retroactive"),
        ({**changed(date(2026, 3, 13)), "last_day": "2026-03-12"}, "day before"),
        (changed(date(2026, 3, 13), end=date(2026, 7, 31)), "must end like the old one"),
        (changed(date(2026, 3, 13), level="B"), "level is C"),
    ],
)
def test_a_change_that_bills_a_day_twice_lengthens_or_changes_level_is_refused_whole(
    house: House, data: dict[str, object], reason: str
) -> None:
    house.decide(REFERENCE)
    assert reason in house.refuses("placement.provider_changed", data, on=date(2026, 3, 10))
    assert house.placement(REFERENCE).interruption is None
    with house.database.reading() as session:
        assert stored_placements.find(session, NEXT) is None
        # What was tried and refused left no trace in the journal either.
        actions = [row.action for row in journal.rows(session)]
    assert actions == ["register.loaded", "order.placed", "placement.decided"]


def test_a_change_before_the_first_day_cancels_the_old_placement(house: House) -> None:
    house.decide(REFERENCE, decided_on=date(2025, 12, 20))
    start = changed(date(2025, 12, 31), decided_on=date(2025, 12, 22))
    house.must("placement.provider_changed", start, on=date(2025, 12, 22))
    assert house.placement(REFERENCE).state is PlacementState.CANCELLED
    assert house.order(NEXT).period.start == date(2026, 1, 1)


# Cancellation -------------------------------------------------------------------------------


def test_a_cancelled_placement_has_all_its_lines_closed_and_its_order_unchanged(house: House) -> None:
    house.decide(REFERENCE, start=date(2026, 1, 15), decided_on=date(2026, 1, 8))
    before = house.order(REFERENCE)
    cancelled = {"execution_reference": REFERENCE, "reason": "NEVER_STARTED"}
    house.must("placement.cancelled", cancelled, on=date(2026, 1, 14))
    assert house.placement(REFERENCE).state is PlacementState.CANCELLED
    assert house.order(REFERENCE) == before
    assert {house.line(before.number, line.line_id).state for line in before.lines} == {LineState.CANCELLED}
    report = {"execution_reference": REFERENCE, "month": "2026-01", "version": 1}
    told = {**report, "at": "2026-02-02T08:00:00+01:00", "by": "user-17"}
    assert "CANCELLED" in house.refuses("report.filed", told, on=date(2026, 2, 2))


def test_from_the_first_day_on_it_cannot_be_cancelled_only_interrupted(house: House) -> None:
    house.decide(REFERENCE, start=date(2026, 1, 15), decided_on=date(2026, 1, 8))
    cancelled = {"execution_reference": REFERENCE, "reason": "NEVER_STARTED"}
    refusal = house.refuses("placement.cancelled", cancelled, on=date(2026, 1, 15))
    assert "Register an interruption" in refusal
    assert house.placement(REFERENCE).state is PlacementState.DECIDED


def test_nothing_can_be_reported_before_the_first_day_so_nothing_is_received_when_it_is_cancelled(
    house: House,
) -> None:
    house.decide(REFERENCE, start=date(2026, 1, 15), decided_on=date(2026, 1, 8))
    report = {"execution_reference": REFERENCE, "month": "2026-01", "version": 1}
    told = {**report, "at": "2026-01-14T08:00:00+01:00", "by": "user-17"}
    assert "has not begun" in house.refuses("report.filed", told, on=date(2026, 1, 14))


# The document -------------------------------------------------------------------------------


def texts(root: etree._Element, path: str) -> list[str]:
    """What stands at a path of local names, as `Delivery/Shipment/ID`."""
    steps = "/".join(f"*[local-name()='{name}']" for name in path.split("/"))
    found = root.xpath(steps)
    assert isinstance(found, list)
    return [str(each.text) for each in found if isinstance(each, etree._Element)]


def test_the_order_goes_out_valid_in_the_shape_of_the_buyers_own(house: House) -> None:
    house.decide(REFERENCE, start=date(2026, 1, 15), decided_on=date(2026, 1, 8), decision_id="5435235")
    number = house.order(REFERENCE).number
    with house.database.reading() as session:
        (letter,) = mailbox.letters_out(session, kind=DocumentKind.ORDER)
    assert (letter.document_id, letter.sender, letter.receiver) == (
        number,
        "0007:2021002114",
        "0007:5599991014",
    )
    report = validation.validate(letter.body, on=date(2026, 1, 8))
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


def test_nothing_on_an_order_tells_of_the_participant_or_the_level(house: House) -> None:
    house.decide(REFERENCE, start=date(2026, 1, 15), decided_on=date(2026, 1, 8))
    with house.database.reading() as session:
        (letter,) = mailbox.letters_out(session, kind=DocumentKind.ORDER)
    root = etree.fromstring(letter.body)
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
    with a_house(database_url, register=example_register(execution_reference_slot=slot)) as house:
        house.decide(REFERENCE)
        with house.database.reading() as session:
            (letter,) = mailbox.letters_out(session, kind=DocumentKind.ORDER)
    root = etree.fromstring(letter.body)
    assert texts(root, "OriginatorDocumentReference/ID") == [REFERENCE]
    assert texts(root, "Delivery/Shipment/ID") == []


def test_a_supplier_without_an_address_on_the_network_reads_its_order_in_the_portal(house: House) -> None:
    house.decide(REFERENCE, supplier=TALLKOTTEN)
    with house.database.reading() as session:
        (row,) = session.execute(select(mailbox.outbox.c.receiver, mailbox.outbox.c.state))
    assert tuple(row) == ("", "IN_PORTAL")


def test_an_order_that_would_break_a_rule_is_no_order_and_the_number_is_not_used(database_url: str) -> None:
    register = example_register()
    # No XML can carry a control character.
    broken = tuple(_renamed(each, "Ersättning\u0001") for each in register.price_lists)
    with a_house(database_url, register=replace(register, price_lists=broken)) as house:
        assert "break XSD" in house.refuses("placement.decided", decision(REFERENCE), on=date(2026, 1, 1))
        house.change_register(register)
        house.decide(NEXT)
        assert house.order(NEXT).number == "2100000001"


def _renamed(prices: PriceList, name: str) -> PriceList:
    basic = tuple(
        replace(each, name=name) if each.article is Article.BASIC else each for each in prices.articles
    )
    return replace(prices, articles=basic)


# Orders never change ------------------------------------------------------------------------


def test_the_database_itself_refuses_to_change_or_remove_an_order(house: House) -> None:
    house.decide(REFERENCE)
    changes = (
        update(tables.purchase_order).values(amount=Decimal("1.00")),
        update(tables.order_line).values(quantity=Decimal("1.00")),
        delete(tables.order_line),
        delete(tables.purchase_order),
        delete(tables.journal),
    )
    for change in changes:
        with pytest.raises(DBAPIError, match="append-only"), house.database.writing() as session:
            session.execute(change)
    assert house.order(REFERENCE).lines[0].quantity.value == 20
