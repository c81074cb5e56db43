"""The numbers in the menu: by what the person may do, anew after a press, kept otherwise, and never in the way."""

from collections.abc import Iterator
from datetime import date

import pytest
from lxml import html
from sqlalchemy.exc import OperationalError

from accounts.identity import Permission
from finance_desk import waiting_queries
from foundation.sql import Session
from tests.support.pages.all_routes import ONES, STAFF, SUPPLIER
from tests.support.pages.browser import Site
from tests.support.pages.visitor import Visitor, visitor
from tests.support.stories.demo_books import demo_site
from web import fronts
from web.frame.waiting import MenuCounts, Waiting

_P = Permission


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    with demo_site(tmp_path_factory.mktemp("menu"), is_demo=True) as served:
        yield served


def counts(who: Visitor, address: str) -> dict[str, int]:
    page = html.document_fromstring(who.get(address).text)
    entries = page.cssselect("nav.main-nav.wide li:has(.count)")
    return {
        each.cssselect("a")[0].get("href", ""): int(
            "".join(sign for sign in each.cssselect(".count")[0].text_content() if sign.isdigit())
        )
        for each in entries
    }


def test_the_menu_adds_up_what_the_overview_counts(site: Site) -> None:
    with visitor(site, STAFF) as person:
        menu = counts(person, "/finance/overview")
        cards = html.document_fromstring(person.get("/finance/overview").text).cssselect("main li.card")
        told = sum(int(each.cssselect(".figure")[0].text_content()) for each in cards)
    assert menu["/finance"] > 0
    assert sum(menu.values()) == told


def test_who_may_only_look_has_no_numbers_and_each_has_its_own(site: Site) -> None:
    told = {}
    for permission in (_P.AUDIT, _P.VIEW, _P.OFFICER, _P.REPORT, _P.ASSIGN):
        with visitor(site, ONES[permission]) as person:
            told[permission] = set(counts(person, "/account"))
    assert told[_P.AUDIT] == told[_P.VIEW] == set()
    assert told[_P.OFFICER] <= {"/finance/reports", "/finance/objections"}
    assert "/to-invoice" in told[_P.REPORT]
    assert told[_P.ASSIGN] <= {"/placements"}


def test_no_page_of_its_own_words_is_disturbed(site: Site) -> None:
    # A page may call its own things numbers, counts and waiting.
    with visitor(site, SUPPLIER) as person:
        for address in ("/settings", "/to-invoice", "/invoices", "/"):
            assert counts(person, address)["/to-invoice"] > 0, address


def test_what_was_counted_is_kept_until_the_person_has_pressed_something(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    counted = list[str]()

    def counting(session: Session, person: object, today: date) -> list[Waiting]:
        del session, person, today
        counted.append("once")
        return []

    monkeypatch.setattr(fronts, "countings", lambda: iter([counting]))
    kept = MenuCounts()
    for anew in (False, False, True, False):
        kept.of(site.database, STAFF, today=date(2026, 11, 20), anew=anew)
    assert len(counted) == 2
    kept.of(site.database, STAFF, today=date(2026, 11, 21))
    assert len(counted) == 3


def test_a_count_that_fails_leaves_the_menu_without_numbers(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    def away(session: Session, person: object, today: date) -> list[Waiting]:
        del session, person, today
        raise OperationalError("select", {}, Exception("away"))

    monkeypatch.setattr(fronts, "countings", lambda: iter([away]))
    assert MenuCounts().of(site.database, STAFF, today=date(2026, 11, 20)) == {}


def test_a_stop_waits_for_another_and_not_for_who_asked(site: Site) -> None:
    with visitor(site, ONES[_P.FINANCE]) as first, visitor(site, STAFF) as second:
        before = counts(second, "/finance/overview").get("/finance/payments", 0)
        own = counts(first, "/finance/overview").get("/finance/payments", 0)
        asked = first.post("/finance/payments/stops", {"supplier": "5599992020", "reason": "DISPUTE"})
        assert asked.status_code == 303
        site.app.state.menu_counts = MenuCounts()
        assert counts(second, "/finance/overview")["/finance/payments"] == before + 1
        assert counts(first, "/finance/overview").get("/finance/payments", 0) == own
        assert "Betalningsstopp att bekräfta" in second.get("/finance/overview").text
        assert "Betalningsstopp att bekräfta" not in first.get("/finance/overview").text
    with site.database.reading() as session:
        found = waiting_queries.confirmations(session, STAFF)
    assert {kind.address for kind, many in found.items() if many} == {"/finance/payments/stops"}
