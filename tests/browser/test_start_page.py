"""The start page of several buyers in a real browser: chosen by keyboard, read by everybody, at both widths."""

from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from playwright.sync_api import Page

from billing.server.installation_app import InstallationApp
from operations.settings import Settings
from tests.support.pages.browser import WIDTHS, axe
from tests.support.servers.serving import NO_TLS, serving
from tests.support.servers.system_databases import CLOCK
from tests.support.stories.two_buyers import two_buyers


@pytest.fixture
def address(tmp_path: Path) -> Iterator[str]:
    with two_buyers(f"sqlite:///{tmp_path / 'billing.sqlite'}") as both:
        app = InstallationApp(Settings(database_url=both.url, second_step=False), clock=lambda: CLOCK)
        with serving(app) as address:
            yield address
        app.close()


def test_a_visitor_chooses_by_keyboard_and_signs_in_where_the_matter_is(
    browser_page: Page, address: str
) -> None:
    page = browser_page
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 800})
        page.goto(f"{address}/buyers")
        assert axe(page) == []
        assert page.evaluate("document.documentElement.scrollWidth") <= width
    page.goto(f"{address}/orders")
    link = page.get_by_role("link", name="Välj Karlstads kommun")
    link.focus()
    page.keyboard.press("Enter")
    assert page.get_by_role("heading", level=1).inner_text() == "Logga in hos Karlstads kommun"
    assert page.url.endswith("/sign-in?next=%2Forders")
    assert axe(page) == []
    page.get_by_role("link", name="Byt köpare").click()
    assert page.get_by_role("heading", level=1).inner_text() == "Välj köpare"


def test_help_is_read_before_a_buyer_is_chosen(address: str) -> None:
    with httpx.Client(
        base_url=address, trust_env=False, verify=NO_TLS, headers={"Accept": "text/html"}
    ) as visitor:
        assert "Leverantörens ekonom" in visitor.get("/help").text
        assert "Glömt lösenordet?" in visitor.get("/help/guides/account").text
        assert "/api/v1/orders" in visitor.get("/help/api-reference").text.replace("<wbr>", "")
        assert visitor.get("/help/nothing").status_code == 404
