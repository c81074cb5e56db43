"""Walks of a supplier's pages in a browser: the books behind a served portal, and what hands do there.

Convention: the story is Fyrbåken's placement of June 2026 with two months received, seen in November; the clock is
moved by people, and the worker does its round when they say so.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta

from playwright.sync_api import Page

from accounts.identity import Permission, Person
from foundation.database import Database
from invoicing.documents import store as document_store
from invoicing.intake.queue import read_arrived
from invoicing.model import InvoiceState
from invoicing.portal_invoicing.release_due import release_due
from tests.support.pages.browser import Site, portal, sign_in
from tests.support.stories.system import FYRBAKEN, LARKDRILLEN, System, a_system

REFERENCE = "100000101"
NOW = datetime(2026, 11, 21, 8, 0, tzinfo=UTC)
TODAY = NOW.date()
_P = Permission
ALVA = Person("user-a", "Alva Lind", FYRBAKEN, frozenset({_P.REPORT, _P.ADMINISTER}))
CILLA = Person("user-c", "Cilla Ås", LARKDRILLEN, frozenset({_P.REPORT, _P.ADMINISTER}))
ADMIN = Person("user-x", "Administratör", "2021002114", frozenset({_P.BUYER_ADMIN}))


class Books:
    """The books behind a served portal, with a clock that people move."""

    def __init__(self, system: System, site: Site, clock: list[datetime]) -> None:
        self.system = system
        self.site = site
        self._clock = clock

    @property
    def database(self) -> Database:
        return self.site.database

    def minutes_later(self, minutes: int = 11) -> None:
        """Time goes by, and the worker does its round."""
        self._clock[0] += timedelta(minutes=minutes)
        release_due(self.database, self._clock[0])
        list(read_arrived(self.database, today=TODAY))

    def states(self) -> dict[str, InvoiceState]:
        with self.database.reading() as session:
            return {invoice.number: invoice.state for invoice in document_store.listed(session)}


@contextmanager
def opened_books(url: str) -> Iterator[Books]:
    """The story told into the database at `url`, and the portal over it."""
    with a_system(url) as system:
        system.decide(REFERENCE, start=date(2026, 6, 1))
        for month, on in (("2026-06", date(2026, 7, 2)), ("2026-07", date(2026, 8, 3))):
            system.report(REFERENCE, month, on=on)
        clock = [NOW]
        with portal(url, clock=lambda: clock[0], second_step=False) as site:
            yield Books(system, site, clock)


def at(page: Page, books: Books, path: str, person: Person = ALVA) -> Page:
    """The page at a path, for somebody who is signed in."""
    sign_in(page, books.site, person)
    page.goto(f"{books.site.address}{path}")
    return page


def press(page: Page, name: str) -> None:
    """Press the button with this text."""
    page.get_by_role("button", name=name, exact=True).click()


def tick_all(page: Page) -> None:
    """Tick every line, with the box that ticks them all where the browser's script shows it."""
    of_all = page.get_by_role("checkbox", name="Välj alla rader")
    for each in [of_all] if of_all.is_visible() else page.locator("input[name=line]").all():
        each.check()


def choose(page: Page, body: bytes) -> None:
    """Choose a file in the page's form."""
    page.set_input_files("input[name=file]", {"name": "f.xml", "mimeType": "text/xml", "buffer": body})
