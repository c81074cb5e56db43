"""Somebody with only the read permission sees the organisation's pages, finds nothing to press and changes nothing.

Over the whole table of routes: a page that a new form comes into, or a POST that forgets who may have it, fails here.
"""

import re
from collections.abc import Iterator

import pytest

from accounts.identity import Permission
from tests.support.pages.all_routes import AREAS, ONES, table_in
from tests.support.pages.browser import Site
from tests.support.pages.visitor import Visitor, text_of, visitor
from tests.support.stories.demo_books import demo_site

READS = ONES[Permission.VIEW]
OWN = re.compile(
    r"/(account|sign-|language|link|forgotten|session|views|notifications|apply|exports/everything)"
)
"""What everybody may press: their own account, signing in and out, views, the language, what is read, a copy of it."""
FORM = re.compile(r'<form[^>]*method="post"[^>]*action="([^"]*)"')


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    with demo_site(tmp_path_factory.mktemp("reading"), is_demo=True) as served:
        yield served


@pytest.fixture(scope="module")
def reader(site: Site) -> Iterator[Visitor]:
    with visitor(site, READS) as opened:
        yield opened


def test_every_press_is_refused_with_a_sentence(site: Site, reader: Visitor) -> None:
    pressed = 0
    for area in AREAS:
        for key, route in table_in(area, site.database).items():
            method, _, path = key.partition(" ")
            if (
                method != "POST"
                or route.everybody
                or OWN.match(path)
                or path.startswith(("/api/", "/webhook"))
            ):
                continue
            address = (*route.own, *route.foreign, re.sub(r"\{[^}]*\}", "1", path))[0]
            answer = reader.post(address, route.form)
            pressed += 1
            assert answer.status_code == 403, key
            assert "Du har läsbehörighet" in text_of(answer), key
    assert pressed > 60


def test_every_page_is_seen_and_has_nothing_to_press(site: Site, reader: Visitor) -> None:
    seen = 0
    for area in AREAS:
        for key, route in table_in(area, site.database).items():
            if not key.startswith("GET ") or not route.page or Permission.VIEW not in route.may:
                continue
            for address in route.own:
                answer = reader.client.get(address, follow_redirects=True)
                assert answer.status_code == 200, address
                offered = [each for each in FORM.findall(answer.text) if not OWN.match(each)]
                assert offered == [], address
                seen += 1
    assert seen > 25


def test_what_changes_something_is_not_even_offered_as_a_link(reader: Visitor) -> None:
    for address in ("/", "/reports", "/to-invoice", "/invoices", "/orders/2100000019", "/test-bench"):
        page = reader.get(address).text
        assert "/invoices/upload" not in page, address
        assert "/reports/due" not in page, address
        assert "/to-invoice/line/" not in page, address
