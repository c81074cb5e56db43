"""Minutes before a session ends its pages say so; a press keeps it alive, and what was written stays on the page."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

import pytest
from playwright.sync_api import Page, expect

from accounts import sessions
from accounts.identity import Permission
from tests.support.pages.all_routes import ONES
from tests.support.pages.browser import Site, axe, sign_in, too_wide
from tests.support.pages.portal_walks import ALVA
from tests.support.pages.visitor import visitor
from tests.support.stories.demo_books import demo_site, noon

MINUTE = timedelta(minutes=1)


@dataclass(slots=True)
class Clock:
    """The server's clock, which stands until somebody moves it."""

    now: datetime

    def __call__(self) -> datetime:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock(noon())


@pytest.fixture
def site(tmp_path_factory: pytest.TempPathFactory, clock: Clock) -> Iterator[Site]:
    with demo_site(tmp_path_factory.mktemp("ending"), is_demo=True) as served:
        served.app.state.clock = clock
        yield served


def test_asking_how_long_is_left_is_no_use_of_the_session_and_pressing_is(site: Site, clock: Clock) -> None:
    with visitor(site, ONES[Permission.REPORT]) as supplier:
        assert 'data-minutes-left="60" data-warned-before="5"' in supplier.get("/invoices").text
        for _ in range(2):
            clock.now += 20 * MINUTE
            told = supplier.get("/session").json()
        assert told == {"seconds_left": 20 * 60, "is_last": False}
        assert supplier.post("/session", {}).json() == {"seconds_left": 60 * 60, "is_last": False}
        clock.now += sessions.IDLE
        assert supplier.get("/session").json()["seconds_left"] == 0
        assert supplier.post("/session", {}).headers["Location"].startswith("/sign-in")


def test_the_last_minutes_of_twelve_hours_cannot_be_kept(site: Site, clock: Clock) -> None:
    with visitor(site, ONES[Permission.REPORT]) as supplier:
        for _ in range(14):
            clock.now += 50 * MINUTE
            told = supplier.post("/session", {}).json()
        assert told == {"seconds_left": 20 * 60, "is_last": True}


def pass_time(page: Page, clock: Clock, minutes: int) -> None:
    """So much time for the server and in the page, whose timers go off meanwhile."""
    clock.now += minutes * MINUTE
    page.clock.run_for(minutes * 60_000)


def test_the_page_warns_in_place_and_keeps_the_session_and_the_text(
    site: Site, clock: Clock, browser_page: Page
) -> None:
    browser_page.clock.install(time=clock.now)
    sign_in(browser_page, site, ALVA)
    browser_page.goto(f"{site.address}/invoices")
    browser_page.locator("#filter-q").fill("F26-14")
    warning = browser_page.locator(".session-ends")
    pass_time(browser_page, clock, 50)
    expect(warning).to_be_hidden()
    pass_time(browser_page, clock, 6)
    expect(warning).to_contain_text("Du loggas ut kl.")
    assert browser_page.evaluate("document.activeElement.id") == "filter-q", "the focus stays where it was"
    assert axe(browser_page) == []
    browser_page.set_viewport_size({"width": 390, "height": 844})
    assert not too_wide(browser_page)
    warning.get_by_role("button", name="Fortsätt vara inloggad").click()
    expect(warning).to_be_hidden()
    pass_time(browser_page, clock, 20)
    assert browser_page.locator("#filter-q").input_value() == "F26-14"
    answer = browser_page.request.get(f"{site.address}/session")
    assert answer.json()["seconds_left"] == 40 * 60, "it holds since the press"
    pass_time(browser_page, clock, 41)
    expect(warning).to_contain_text("Du är utloggad.")
