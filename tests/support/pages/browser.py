"""A real browser against a real server, for tests of pages.

Convention: the server is uvicorn on a free port with the database of the story, the browser is the distribution's
Chromium, headless. `browser_page` and `chromium` are fixtures of conftest.py. A page that writes an error to its
console, breaks the content policy or answers with a fault of ours fails its test at the end. Signing in lays the
session in the database and its cookie in the browser; only the tests of signing in itself go through the form.
"""

import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from importlib.resources import files
from pathlib import Path

from fastapi import FastAPI
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from accounts import sessions
from accounts import store as account_store
from accounts.identity import Person
from billing.server.app import create_app
from billing.tools.demo.people import HINT
from foundation.database import Database, utc_now
from foundation.periods import Clock
from operations.settings import Settings
from tests.support.pages.paper_page import PaperPage
from tests.support.servers.serving import serving
from tests.system_packages import BROWSERS

Opening = Callable[..., AbstractContextManager[Page]]
"""How somebody opens a fresh page: `a_page` of a browser, or `a_paper_page`."""

PICTURES = Path(os.environ.get("BILLING_TEST_PICTURES", "build/pictures"))
KEEPS_PICTURES = "BILLING_TEST_PICTURES" in os.environ
WIDTHS = (1280, 390)
_RULES = ("wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice")
# Every rule looks at every element; only what it found right is not described, which takes two thirds of the time.
_ASK_AXE = """async (tags) => {
  const found = await axe.run({runOnly: {type: "tag", values: tags}, resultTypes: ["violations"]});
  const place = (node) => node.target.join(" ");
  return found.violations.map((each) => `${each.id}: ${each.help} (${each.nodes.map(place).join(", ")})`);
}"""


@dataclass(slots=True)
class Site:
    """A served portal: its address, its application and its database."""

    address: str
    app: FastAPI

    @property
    def database(self) -> Database:
        """The database the pages read and write."""
        database: Database = self.app.state.database
        return database


@contextmanager
def served(app: FastAPI) -> Iterator[Site]:
    """The application on a free port of this machine, until the block ends."""
    with serving(app) as address:
        yield Site(address, app)
    app.state.database.close()


@contextmanager
def portal(
    database_url: str, *, clock: Clock = utc_now, business_clock: Clock | None = None, **settings: object
) -> Iterator[Site]:
    """The portal over the database at this URL. `settings` as in Settings."""
    given = Settings.model_validate({"database_url": database_url, **settings})
    hint = HINT if given.is_demo else None
    with served(create_app(given, clock=clock, business_clock=business_clock, sign_in_hint=hint)) as site:
        yield site


@contextmanager
def running_chromium() -> Iterator[Browser]:
    """The distribution's browser, headless; what the fixture `chromium` gives."""
    found = next((path for name in BROWSERS if (path := shutil.which(name))), None)
    assert found, "No Chromium: run `python -m tests.system_packages`."
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=found, args=["--no-sandbox", "--disable-dev-shm-usage"]
        )
        yield browser
        browser.close()


@contextmanager
def a_page(
    browser: Browser, *, javascript: bool = True, width: int = 1280, base_url: str | None = None
) -> Iterator[Page]:
    """A fresh page; without JavaScript where asked for."""
    context: BrowserContext = browser.new_context(
        java_script_enabled=javascript,
        viewport={"width": width, "height": 900},
        accept_downloads=True,
        base_url=base_url,
        locale="sv-SE",
    )
    context.set_default_timeout(15_000)
    page = context.new_page()
    complaints: list[str] = []
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on(
        "console",
        lambda message: (
            complaints.append(message.text)
            if message.type == "error" and "the server responded with a status of 4" not in message.text
            else None
        ),
    )
    try:
        yield page
        assert complaints == []
    finally:
        context.close()


def account_of(database: Database, person: Person, *, name: str = "") -> Person:
    """An account with the person's permissions and units; the person as the system will know him."""
    at = datetime.now(UTC)
    with database.writing() as session:
        number = account_store.add(
            session,
            organisation=person.organisation,
            sign_in_name=name or f"{person.id}@{person.organisation}.example",
            display_name=person.display_name,
            permissions=person.permissions,
            within=person.within,
            language=person.language,
            at=at,
            by="test",
            state=account_store.AccountState.ACTIVE,
        )
        made = account_store.by_id(session, number)
    assert made is not None
    return made.person


def session_cookie(site: Site, person: Person) -> str:
    """A session of the person, as the value of its cookie. Makes the account when `person.id` is of nobody."""
    with site.database.reading() as session:
        found = account_store.by_name(session, f"{person.id}@{person.organisation}.example")
    number = found.id if found is not None else account_of(site.database, person).account_id
    with site.database.writing() as session:
        return sessions.start(session, number, now=site.app.state.clock())


def sign_in(page: Page, site: Site, person: Person) -> None:
    """Let the browser be signed in as the person, whose account is made when there is none."""
    page.context.add_cookies(
        [{"name": "billing-session", "value": session_cookie(site, person), "url": site.address}]
    )


def axe(page: Page) -> list[str]:
    """What axe has to say against the page as it stands: one line a violation, with its places.

    A page on paper says of itself what can be told without drawing it.
    """
    if isinstance(page, PaperPage):
        return page.barriers()
    page.evaluate(_axe_script())
    found: list[str] = page.evaluate(_ASK_AXE, list(_RULES))
    return found


@cache
def _axe_script() -> str:
    return files("axe_playwright_python").joinpath("axe.min.js").read_text(encoding="utf-8")


def too_wide(page: Page) -> list[str]:
    """Elements that make the page scroll sideways; none at any width from 320 up, and none on paper."""
    if isinstance(page, PaperPage):
        return []
    found: list[str] = page.evaluate(
        """() => {
          const most = document.documentElement.clientWidth;
          if (document.documentElement.scrollWidth <= most) return [];
          return [...document.querySelectorAll("body *")]
            .filter((each) => each.getBoundingClientRect().right > most + 1)
            .map((each) => `${each.tagName}.${each.className}`).slice(0, 5);
        }"""
    )
    return found


def picture(page: Page, name: str, width: int = 1280) -> Path:
    """The whole page as a PNG of this width, below build/pictures."""
    PICTURES.mkdir(parents=True, exist_ok=True)
    path = PICTURES / f"{name}-{width}.png"
    before = page.viewport_size
    page.set_viewport_size({"width": width, "height": 900})
    page.screenshot(path=path, full_page=True)
    if before is not None:
        page.set_viewport_size(before)
    return path


def tab_to(page: Page, name: str, *, at_most: int = 80) -> None:
    """Press Tab until what has this label or text has the focus; fails where the keyboard never gets there."""
    for _ in range(at_most):
        page.keyboard.press("Tab")
        named: str = page.evaluate(
            """() => {
              const each = document.activeElement;
              return (each.labels?.[0]?.innerText ?? each.getAttribute("aria-label") ?? each.innerText ?? "").trim();
            }"""
        )
        if named == name:
            return
    raise AssertionError(f"The keyboard never reaches {name}.")
