"""The overview says what waits for this person, leads there in one press, and adds up to what other pages say."""

from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from lxml import html

from accounts.identity import Permission
from finance_desk.waiting_queries import CONFIRMATIONS
from foundation.formatting import number_of
from invoicing.payment import payable_store
from tests.operations.test_waiting_alarms import ALARMED
from tests.support.pages.all_routes import ONES, STAFF
from tests.support.pages.browser import Site
from tests.support.pages.visitor import Visitor, visitor
from tests.support.stories.demo_books import demo_site

HERE = "/finance/overview"


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Site]:
    with demo_site(tmp_path, is_demo=True) as served:
        yield served


def cards(who: Visitor) -> dict[str, int]:
    page = html.document_fromstring(who.get(HERE).text)
    return {
        each.cssselect("a")[0].get("href", ""): int(each.cssselect(".figure")[0].text_content())
        for each in page.cssselect("main li.card")
    }


def test_what_waits_leads_on_with_the_number_that_stands_there(site: Site) -> None:
    with visitor(site, STAFF) as person:
        found = cards(person)
        queue = html.document_fromstring(person.get("/finance").text)
        exceptions = queue.cssselect("nav.tabs a[aria-current] .count")[0].text_content()
        assert found["/finance?part=exceptions"] == int(exceptions)
        assert all(count > 0 for count in found.values())
        assert {address: person.get(address).status_code for address in found} == dict.fromkeys(found, 200)


@pytest.mark.parametrize("permission", [Permission.OFFICER, Permission.BUYER_ADMIN, Permission.AUDIT])
def test_nobody_is_told_of_what_another_does(site: Site, permission: Permission) -> None:
    with visitor(site, ONES[permission]) as person:
        found = cards(person)
        assert not [address for address in found if address.startswith("/finance?")]
        assert {address: person.get(address).status_code for address in found} == dict.fromkeys(found, 200)
        assert ("Betalningar de närmaste 30 dagarna" in person.get(HERE).text) == (
            permission is Permission.AUDIT
        )


def test_the_coming_days_add_up_and_the_picture_is_its_table(site: Site) -> None:
    with visitor(site, STAFF) as person:
        page = html.document_fromstring(person.get(HERE).text)
    with site.database.reading() as session:
        until = max(each.pays_on for each in payable_store.coming(session, until=_far()))
        days = payable_store.coming(session, until=until)
        many, amount = payable_store.due_sum(session, on=until)
    assert sum(each.count for each in days) == many > 0
    assert sum((each.amount.amount for each in days), Decimal(0)) == amount.amount
    rows = page.cssselect("figure table tbody td.num")
    told = [number_of(each.text_content().replace("kr", "")) for each in rows]
    pictures = page.cssselect("figure svg")
    assert len(pictures) == 2, "one for wide screens, one for narrow"
    for picture in pictures:
        ends = picture.cssselect("text.flow-sum")
        assert [number_of(each.text_content().replace("kr", "")) for each in ends] == told
    assert any(told)


def _far() -> date:
    return date(2100, 1, 1)


def test_whatever_is_alarmed_about_as_waiting_for_a_second_person_is_counted() -> None:
    alarmed = {(type(state), state) for state, alarm in ALARMED if alarm == "CONFIRMATIONS_WAITING"}
    counted = [(type(each.state), each.state) for kind in CONFIRMATIONS for each in kind.asked]
    assert len(counted) == len(set(counted))
    assert set(counted) == alarmed


def test_a_rate_waits_for_another_and_leads_to_where_it_is_confirmed(site: Site) -> None:
    with visitor(site, ONES[Permission.FINANCE]) as first, visitor(site, ONES[Permission.ATTEST]) as second:
        asked = first.post("/finance/payments/rates", {"valid_from": "2027-01-01", "percent": "2,00"})
        assert asked.status_code == 303
        assert cards(second)["/finance/payments/rates"] == 1
        assert "/finance/payments/rates" not in cards(first)
        assert second.get("/finance/payments/rates").status_code == 200
