"""A proposal page by page: by supplier, filtered, attested within one's limit in one press, and what is left named."""

import re
from collections.abc import Iterator
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from accounts import store as account_store
from accounts.identity import Permission
from finance_desk.pages.payment_runs import proposal as proposal_page
from invoicing.payment import attest_right_store
from tests.support.pages.all_routes import ONES, STAFF
from tests.support.pages.browser import Site, portal
from tests.support.pages.visitor import Visitor, text_of, visitor
from tests.support.stories.many_to_pay import five_invoices
from tests.support.stories.system import FYRBAKEN, LARKDRILLEN, a_system

NOON = datetime(2026, 3, 5, 12, tzinfo=UTC)
SECOND = ONES[Permission.ATTEST]
ADDRESS = "/finance/payments/proposals/30000001"


@pytest.fixture
def site(database_url: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[Site]:
    monkeypatch.setattr(proposal_page, "ROWS_A_PAGE", 2)
    with (
        a_system(database_url, begun=five_invoices),
        portal(database_url, clock=lambda: NOON, second_step=False) as served,
    ):
        with visitor(served, STAFF) as officer, visitor(served, SECOND):
            assert officer.post("/finance/payments").headers["location"] == ADDRESS
        with served.database.writing() as session:
            account = account_store.by_name(session, f"{SECOND.id}@{SECOND.organisation}.example")
            assert account is not None
            attest_right_store.give(
                session,
                person=f"user-{account.id}",
                limit=Decimal("1781.25"),
                valid_from=date(2026, 1, 1),
                by="user-14",
                confirmed_by="user-15",
            )
        yield served


def documents(who: Visitor, query: str = "") -> list[str]:
    """The documents that a page of the proposal shows."""
    return re.findall(r'href="/finance/documents/\d+">([^<]+)</a>', who.get(f"{ADDRESS}{query}").text)


def seen(who: Visitor) -> str:
    """What the page shows, as its forms say it."""
    return str(re.findall(r'name="shown" value="(\w{64})"', who.get(ADDRESS).text)[0])


def test_every_row_stands_on_one_page_below_its_supplier(site: Site) -> None:
    with visitor(site, SECOND) as second:
        pages = [documents(second, f"?page={number}") for number in (1, 2, 3)]
        assert pages == [["F-1", "F-2"], ["F-3", "L-1"], ["L-2"]]
        assert documents(second, f"?supplier={LARKDRILLEN}") == ["L-1", "L-2"]
        middle = second.get(f"{ADDRESS}?page=2").text
        headings = [
            " ".join(re.sub("<[^>]+>", "", each).split())
            for each in re.findall(r'<tr class="group">.*?</tr>', middle)
        ]
        assert [each.partition(":")[0] for each in headings] == [
            "Fyrbåken Exempel AB",
            "Lärkdrillen Exempel AB",
        ]
        assert "3 rader, 4 987,50" in headings[0].replace("\u00a0", " ")


def test_the_reach_is_shown_before_and_all_within_it_attested_in_one_press(site: Site) -> None:
    with visitor(site, SECOND) as second:
        before = text_of(second.get(ADDRESS)).replace("\u00a0", " ")
        assert "Högst 1 781,25" in before
        assert "3 rader är inom din attesträtt" in before
        assert "2 rader är det inte: över din gräns" in before
        assert documents(second, "?show=outside") == ["F-1", "L-1"]
        pressed = second.post(f"{ADDRESS}/attest", {"every": "yes", "shown": seen(second)})
        after = second.get(pressed.headers["location"])
        (told,) = re.findall(r'<div class="notice (\w+) said" role="status"><p>([^<]+)</p>', after.text)
        assert told[0] == "note", "less than all is no success"
        assert told[1].startswith("3 rader är attesterade. 2 kunde du inte attestera.")
        assert documents(second, "?show=attested&page=2") == ["L-2"]
        assert documents(second, "?show=within") == []


def test_what_was_not_shown_is_not_attested(site: Site) -> None:
    with visitor(site, STAFF) as officer, visitor(site, SECOND) as second:
        before = seen(second)
        assert second.post(f"{ADDRESS}/attest", {"every": "yes"}).status_code == 409
        officer.post("/finance/payments/items/5/take-out")
        refused = second.post(f"{ADDRESS}/attest", {"every": "yes", "shown": before})
        assert refused.status_code == 409
        assert "har ändrats sedan du såg det" in text_of(refused)
        assert documents(second, "?show=attested") == []
        assert documents(second, "?show=out") == ["F-3"]


def test_chosen_rows_alone_are_attested_as_before(site: Site) -> None:
    with visitor(site, SECOND) as second:
        pressed = second.post(f"{ADDRESS}/attest", {"item": ["3"], "shown": seen(second)})
        after = second.get(pressed.headers["location"])
        assert 'class="notice good said"' in after.text
        assert documents(second, "?show=attested") == ["F-2"]


def test_whoever_may_not_attest_is_offered_no_reach(site: Site) -> None:
    with visitor(site, STAFF) as officer:
        page = officer.get(ADDRESS).text
        assert "Du har förberett förslaget" in page
        assert 'value="within"' not in page or "Attestera alla" not in page
        assert documents(officer, f"?supplier={FYRBAKEN}&show=nonsense") == ["F-1", "F-2"]
