"""The pictures of README and help: the demo's portal, page by page. Run: python -m tests.pictures [docs/images]

Convention: the books are those `billing demo` plays, at the day its story ends, so that a picture changes only when
a page does. Each picture is one step of the walk in the README; the flip is really sent, and undone.
"""

import sys
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory

from playwright.sync_api import Page

from billing.tools.demo import people
from tests.support.pages.browser import a_page, running_chromium
from tests.support.stories.demo_books import demo_site

WIDTH, HEIGHT = 1280, 860
FLIPPED = "2100000042/001"


def _enter(page: Page, name: str) -> None:
    page.goto("/sign-in")
    page.get_by_label("E-postadress").fill(name)
    page.get_by_label("Lösenord").fill(people.PASSWORD)
    page.get_by_role("button", name="Logga in").click()
    page.wait_for_url(lambda url: "/sign-in" not in url)


def _leave(page: Page) -> None:
    page.get_by_role("button", name="Logga ut").click()
    page.wait_for_url("**/sign-in")


def take(page: Page, keep: Callable[[str], None]) -> None:
    """Walk through the demo; `keep` takes a picture of the page as it stands."""
    page.goto("/sign-in")
    keep("sign-in")
    _enter(page, "alla@fyrbaken.example")
    keep("overview")
    page.goto("/placements/400000014")
    keep("timeline")
    page.goto("/reports")
    keep("reports")
    page.goto("/to-invoice")
    keep("to-invoice")
    page.goto(f"/to-invoice/line/{FLIPPED}")
    keep("flip")
    page.goto("/invoices")
    keep("invoices")
    page.goto("/invoices/40")
    keep("invoice")
    page.goto("/test-bench")
    keep("test-bench")
    _leave(page)
    _enter(page, "ekonom@kopare.example")
    page.goto("/finance")
    keep("finance-queue")
    page.locator("table a.row-link").first.click()
    keep("finance-document")
    page.goto("/finance/reports")
    keep("finance-reports")
    page.goto("/finance/payments")
    keep("payments")
    page.goto("/finance/reconciliation")
    keep("reconciliation")
    _leave(page)
    _enter(page, "admin@kopare.example")
    page.goto("/admin")
    keep("applications")


def main(folder: Path) -> None:
    """Take all pictures into the folder."""
    folder.mkdir(parents=True, exist_ok=True)
    with (
        TemporaryDirectory() as books,
        demo_site(Path(books), is_demo=True) as site,
        running_chromium() as browser,
        a_page(browser, width=WIDTH, base_url=site.address) as page,
    ):
        page.set_viewport_size({"width": WIDTH, "height": HEIGHT})
        take(page, lambda name: _keep(page, folder / f"{name}.png"))


def _keep(page: Page, path: Path) -> None:
    page.screenshot(path=path)
    print(path)


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else Path("docs/images"))
