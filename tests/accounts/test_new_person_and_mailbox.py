"""A new person starts with nothing (issue 19, fault 25), and a demo shows its mails and its date (fault 31)."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from lxml import html

from accounts.api_clients import client_store
from accounts.api_clients.model import ApiScope
from billing.tools.demo.people import PASSWORD
from operations.webhooks import endpoint_store
from orders.register.unit_scope import UnitScope
from tests.support.pages.all_routes import STAFF, SUPPLIER
from tests.support.pages.browser import Site
from tests.support.pages.visitor import visitor
from tests.support.stories.demo_books import demo_site


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Site]:
    with demo_site(tmp_path, is_demo=True) as served:
        yield served


def test_nothing_is_chosen_for_a_new_person_and_nothing_is_given_unchosen(site: Site) -> None:
    with visitor(site, SUPPLIER) as person:
        page = html.document_fromstring(person.get("/people/new").text)
        assert page.cssselect("main input[type=checkbox], main input[type=radio]")
        assert page.cssselect("main input[checked]") == []
        asked = {"name": "Ny Person", "email": "ny@fyr.example", "permission": "REPORT"}
        refused = person.post("/people/new", asked)
        assert refused.status_code == 422
        assert "Välj minst en enhet eller adress, eller hela organisationen." in refused.text
        assert html.document_fromstring(refused.text).cssselect("input[name=scope][checked]") == []
    with visitor(site, STAFF) as person:
        page = html.document_fromstring(person.get("/admin/people/new").text)
        assert page.cssselect("main input[checked]") == []


CLIENT = {"name": "Ekonomisystemet", "may": str(ApiScope.VIEW), "current": PASSWORD}
WEBHOOK = {"name": "Ekonomisystemet", "url": "https://hooks.fyr.example/in", "current": PASSWORD}


@pytest.mark.parametrize(("base", "asked"), [("/clients", CLIENT), ("/clients/webhooks", WEBHOOK)])
def test_nothing_is_chosen_for_a_new_system_and_a_form_without_a_place_is_refused_there(
    site: Site, base: str, asked: dict[str, str]
) -> None:
    with visitor(site) as person:
        person.enter("alla@fyrbaken.example", PASSWORD)
        page = html.document_fromstring(person.get(f"{base}/new").text)
        assert page.cssselect("input[name=scope]")
        assert page.cssselect("input[name=scope][checked], input[type=checkbox][checked]") == []
        refused = person.post(f"{base}/new", asked)
        assert refused.status_code == 422
        told = html.document_fromstring(refused.text)
        assert [each.get("href") for each in told.cssselect("#error-summary a")] == ["#scope"]
        assert told.cssselect("#scope #scope-error")
        made = person.post(f"{base}/new", {**asked, "scope": "places", "place": "UV-101"})
        assert made.status_code == 200
    with site.database.reading() as session:
        store = client_store if base == "/clients" else endpoint_store
        assert [each.within for each in store.of_organisation(session, "5599991014")] == [
            UnitScope(frozenset({"UV-101"}))
        ]


@pytest.mark.parametrize("is_demo", [True, False], ids=["demo", "service"])
def test_a_demo_has_a_mailbox_and_says_its_date_and_a_service_has_none(tmp_path: Path, is_demo: bool) -> None:
    with demo_site(tmp_path, is_demo=is_demo) as site:
        reads_mailbox(site, is_demo=is_demo)


def reads_mailbox(site: Site, *, is_demo: bool) -> None:
    with visitor(site) as anybody:
        box = anybody.get("/demo/mailbox")
        foot = anybody.get("/sign-in").text
    assert box.status_code == (200 if is_demo else 404)
    assert ("/demo/mailbox" in foot) == is_demo
    assert ("I dag är 2026-11-20." in foot) == is_demo
    if is_demo:
        assert html.document_fromstring(box.text).cssselect("main details summary")
        assert "@" in box.text
