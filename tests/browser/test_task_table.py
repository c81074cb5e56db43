"""The table of tasks, done in a real browser: each is finished, in no more presses than the table allows."""

import os
import re
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import date
from functools import partial
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

from accounts.identity import Permission
from invoicing.model import InvoiceState
from invoicing.payment import proposal_store
from tests.browser.test_desk_pages import Clock, Office, january, received
from tests.browser.test_pay_pages import ATTESTER, DAY, OFFICER, REFERENCE, Desks
from tests.support.pages import portal_walks
from tests.support.pages.browser import a_page, portal
from tests.support.pages.counted_presses import Hand
from tests.support.pages.portal_walks import ALVA, TODAY, Books, opened_books
from tests.support.project import PROJECT
from tests.support.stories.bills import billed
from tests.support.stories.paying import DEBTOR
from tests.support.stories.system import System, a_system

TABLE = PROJECT / "docs" / "tasks.md"
_ROW = re.compile(
    r"^\| (?P<task>[^|]+) \| `(?P<begins>[^`]+)` \| (?P<allowed>\d+) \| (?P<counted>\d+) \|$", re.M
)
_S = InvoiceState


@dataclass(frozen=True, slots=True)
class Task:
    """A row of the table."""

    name: str
    begins_at: str
    allowed: int
    counted: int


def tasks() -> dict[str, Task]:
    """The rows of the table, by what is done."""
    rows = _ROW.finditer(TABLE.read_text(encoding="utf-8"))
    return {
        row["task"]: Task(row["task"], row["begins"], int(row["allowed"]), int(row["counted"]))
        for row in rows
    }


@dataclass
class Story:
    """Where a task is done: the hand that does it, a database, and how many there are where it is done to many."""

    hand: Hand
    url: str
    chromium: Browser
    many: int
    landed: str = ""


def supplier(story: Story, books: Books) -> Hand:
    story.landed = story.hand.lands(books.site, ALVA)
    return story.hand


def line_name(books: Books) -> str:
    order = books.system.order(portal_walks.REFERENCE).number
    return f"Gör faktura av order {order} rad 001"


def finds_what_to_invoice(story: Story) -> None:
    with opened_books(story.url) as books:
        hand = supplier(story, books)
        order = books.system.order(portal_walks.REFERENCE).number
        hand.reads("Rader att fakturera", f"{order} / 001", f"{order} / 002")


def invoices_one_line(story: Story) -> None:
    with opened_books(story.url) as books:
        hand = supplier(story, books)
        hand.press("link", line_name(books))
        hand.press("button", "Skicka fakturan")
        hand.reads("1 dokument är på väg")
        books.minutes_later()
        assert books.states() == {"F26-0001": _S.ACCEPTED}


def invoices_one_line_by_keyboard(story: Story) -> None:
    with opened_books(story.url) as books:
        hand = supplier(story, books)
        hand.skip()
        hand.tab_to("Gör faktura")
        hand.key("Enter")
        hand.reads("Köparens prövning godkänner den direkt.")
        hand.skip()
        hand.tab_to("Skicka fakturan")
        hand.key("Enter")
        hand.reads("1 dokument är på väg")
        books.minutes_later()
        assert books.states() == {"F26-0001": _S.ACCEPTED}


def invoices_two_hundred_lines(story: Story) -> None:
    with opened_books(story.url) as books:
        for number in range(story.many // 2 - 1):
            reference = f"10000{number + 2000}"
            books.system.decide(reference, start=date(2026, 6, 1))
            for month, on in (("2026-06", date(2026, 7, 2)), ("2026-07", date(2026, 8, 3))):
                books.system.report(reference, month, on=on)
        hand = supplier(story, books)
        hand.press("link", "Fakturera")
        hand.press("button", f"Granska alla ({story.many})")
        hand.press("button", f"Skicka {story.many} fakturor")
        hand.reads(f"{story.many} dokument är på väg")
        books.minutes_later()
        assert list(books.states().values()) == [_S.ACCEPTED] * story.many


def credits_and_corrects(story: Story) -> None:
    with opened_books(story.url) as books:
        june = books.system.order(portal_walks.REFERENCE).number, "001"
        wrong = books.system.send(billed(books.system.flip(*june, number="EGEN-1", on=TODAY), days="10"))
        books.system.ask_credit(wrong, on=TODAY)
        hand = supplier(story, books)
        hand.press("link", "EGEN-1")
        hand.press("link", "Kreditera och rätta i ett steg")
        hand.press("button", "Skicka kreditfaktura och ny faktura")
        hand.reads("2 dokument är på väg")
        books.minutes_later()
        assert books.states() == {"EGEN-1": _S.CREDITED, "F26-0001": _S.SETTLED, "F26-0002": _S.ACCEPTED}


def sees_how_an_invoice_stands(story: Story) -> None:
    with opened_books(story.url) as books:
        books.system.send_invoice(
            books.system.order(portal_walks.REFERENCE).number, number="EGEN-1", on=TODAY
        )
        hand = supplier(story, books)
        hand.search("EGEN-1")
        hand.reads("Faktura EGEN-1", "Betalas 2026-12-21")


def office_of(story: Story, stack: ExitStack, many: int) -> tuple[Office, list[int]]:
    """The finance desk with so many invoices of two days too many."""
    clock = Clock()
    system = stack.enter_context(a_system(story.url))
    site = stack.enter_context(portal(story.url, business_clock=clock))
    received(system, many)
    day = date(2026, 2, 3)
    sent = [system.send(january(system, each, f"F-{each}", days="22", on=day)).id for each in range(many)]
    office = Office(system, site, story.hand.page, clock)
    story.landed = story.hand.lands(site, office.person("frida", Permission.FINANCE))
    return office, sent


def decides_one_exception(story: Story) -> None:
    with ExitStack() as stack:
        office, (first, second) = office_of(story, stack, 2)
        story.hand.press("link", "F-0")
        story.hand.reads("Det här skickas", "Kreditera hela fakturan")
        story.hand.press("button", "Begär kredit och ny faktura, och visa nästa")
        story.hand.reads("Faktura F-1", "F-0: gjort. Du kan ångra på dess sida i 10 minuter")
        assert office.system.invoice(first).state is _S.CREDIT_REQUESTED
        assert office.system.invoice(second).state is _S.IN_QUESTION


def asks_many_alike_for_credit(story: Story) -> None:
    with ExitStack() as stack:
        office, sent = office_of(story, stack, story.many)
        hand = story.hand
        cause = hand.page.locator("a.chip", has_text="Fel antal").inner_text()
        hand.press("link", " ".join(cause.split()))
        hand.press("button", f"Pröva med alla {story.many}")
        hand.press("button", f"Gör det för {story.many} dokument")
        hand.reads("Rad för rad", "omgång 1")
        assert {office.system.invoice(each).state for each in sent} == {_S.CREDIT_REQUESTED}


def attests_within_the_limit(story: Story) -> None:
    with ExitStack() as stack:
        system: System = stack.enter_context(a_system(story.url))
        system.decide(REFERENCE)
        system.report(REFERENCE, "2026-01", on=date(2026, 2, 2))
        system.send_invoice(system.order(REFERENCE).number, number="F-1", on=date(2026, 2, 3))
        site = stack.enter_context(
            portal(story.url, business_clock=lambda: DAY, debtor_iban=DEBTOR.iban, debtor_bic=DEBTOR.bic)
        )
        desks = Desks(site, partial(a_page, story.chromium), stack)
        desks.give_right()
        officer = desks.of(OFFICER, "/finance/payments")
        officer.click("button:has-text('Gör betalningsförslag')")
        number = officer.url.rpartition("/")[2]
        story.landed = story.hand.lands(site, ATTESTER)
        story.hand.press("link", number)
        story.hand.press("button", "Attestera de valda")
        story.hand.reads("Förslaget kan skickas till banken.")
        with system.database.reading() as session:
            (overview,) = proposal_store.overviews(session, limit=1)
        assert overview.attested == overview.items == 1


STORIES: dict[str, Callable[[Story], None]] = {
    "find what to invoice": finds_what_to_invoice,
    "invoice one line": invoices_one_line,
    "invoice two hundred lines": invoices_two_hundred_lines,
    "credit and correct an invoice": credits_and_corrects,
    "decide one exception and go to the next": decides_one_exception,
    "ask forty alike for credit": asks_many_alike_for_credit,
    "attest within the limit": attests_within_the_limit,
    "see how an invoice stands by its number": sees_how_an_invoice_stands,
    "invoice one line by keyboard, in keys": invoices_one_line_by_keyboard,
}
# As many as the table says are done in `make test-slow`; a tenth or a fifth of them is as many presses.
MANY = {"invoice two hundred lines": (20, 200), "ask forty alike for credit": (8, 40)}


def test_each_row_of_the_table_has_its_story() -> None:
    assert list(tasks()) == list(STORIES)


@pytest.mark.parametrize("name", STORIES)
def test_a_task_is_done_in_as_many_presses_as_the_table_says(
    name: str, tmp_path: Path, browser_page: Page, chromium: Browser
) -> None:
    few, _ = MANY.get(name, (1, 1))
    does(name, few, tmp_path, browser_page, chromium)


@pytest.mark.slow
@pytest.mark.parametrize("name", MANY)
def test_so_is_a_task_with_as_many_as_it_names(
    name: str, tmp_path: Path, browser_page: Page, chromium: Browser
) -> None:
    _, all_of_them = MANY[name]
    does(name, all_of_them, tmp_path, browser_page, chromium)


def does(name: str, many: int, folder: Path, page: Page, chromium: Browser) -> None:
    """The task is done where the table says it begins, and counted as the table says."""
    story = Story(Hand(page), f"sqlite:///{folder / 'billing.sqlite'}", chromium, many)
    STORIES[name](story)
    pressed = story.hand.told()
    if os.environ.get("BILLING_WRITE_GOLDEN"):
        write(name, pressed)
    task = tasks()[name]
    assert story.landed == task.begins_at
    assert pressed <= task.allowed, f"{name}: {pressed} presses, and {task.allowed} are allowed"
    assert pressed == task.counted, f"{name}: {pressed} presses, and {TABLE.name} says {task.counted}"


def write(name: str, pressed: int) -> None:
    """Write the counted figure of a row anew."""

    def counted(row: re.Match[str]) -> str:
        if row["task"] != name:
            return row[0]
        return f"| {row['task']} | `{row['begins']}` | {row['allowed']} | {pressed} |"

    TABLE.write_text(_ROW.sub(counted, TABLE.read_text(encoding="utf-8")), encoding="utf-8")
