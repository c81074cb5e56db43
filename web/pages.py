"""What every page stands on: its router, its rendering, its database and day, and the way back after a POST.

Convention: a handler is a plain function (it runs beside the event loop), reads with
`with database_of(request).reading() as session:`, changes with `.writing()`, and returns `render(...)` for a question
or `see_other(...)` after a change. What must not be is raised: `Refused` becomes a kind page with its sentence
(409), `NotThere` a page that says the thing does not exist (404), whether it never was or belongs to another.
"""

import base64
import binascii
import json
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, timedelta
from functools import partial
from typing import Final, TypeVar
from urllib.parse import urlencode

from fastapi import APIRouter, Depends, Request, Response
from fastapi.responses import HTMLResponse, RedirectResponse
from sqlalchemy.exc import SQLAlchemyError
from starlette.types import Receive, Scope, Send

from accounts import sessions, tokens
from accounts.identity import Person
from foundation import text
from foundation.database import Database
from foundation.periods import stockholm_date
from foundation.text import SWEDISH, Language, Text
from invoicing.decisions import protected_store
from orders.register import store as register_store
from peppol.xml.gate_errors import LIMITS
from web import cookies, i18n, navigation
from web.access import instant_of, session_of
from web.budgets import Budgets
from web.csrf import FIELDS_MAX, guarded
from web.frame import news
from web.frame.brand import brand_of, organisation_of
from web.frame.look import look_of
from web.frame.waiting import MenuCounts
from web.guards import kept_back
from web.guards.own_paths import own_path, page_at, page_before
from web.help import help_links
from web.lists import addresses, columns, view_store
from web.lists.view_store import SavedView
from web.portal_buyer import buyer_of
from web.templating import FORM_TOKEN, environment

_Row = TypeVar("_Row")
BODY_MAX: Final = LIMITS.bytes_max + 1_000_000
"""The most a form may bring, in bytes: the largest document the gate lets in, and the fields around it."""


# Beside the languages of a message; no language is called so.
_IS_SHORT: Final = "is_short"

_MINUTE: Final = timedelta(minutes=1)

LINES_MOST: Final = 200
"""So many lines of one document, and so many remarks on it, a page shows at once; the others follow page by page."""


def pages_router(prefix: str = "") -> APIRouter:
    """A router for pages: whatever is sent to it is checked, and none of it is part of the API's description."""
    return APIRouter(
        prefix=prefix,
        dependencies=[Depends(guarded)],
        default_response_class=HTMLResponse,
        include_in_schema=False,
        max_body_size=BODY_MAX,
        form_limits={"max_fields": FIELDS_MAX, "max_files": 20},
    )


def budgets_of(request: Request) -> Budgets:
    """How much of this process each caller may take, and has taken."""
    budgets: Budgets = request.app.state.budgets
    return budgets


def database_of(request: Request) -> Database:
    """The database this installation works with; for somebody at a supplier, with those rows only
    that the person may see."""
    return database_within(request, getattr(request.state, "person", None))


def database_within(request: Request, person: Person | None) -> Database:
    """The database with the rows that this person may see, whoever it is that asks."""
    database = whole_database_of(request)
    if person is None or person.is_buyer:
        return database
    within = person.within
    places = None if within is None else (within.units, within.addresses)
    return database.for_supplier(person.organisation, places, predecessors=person.predecessors)


def whole_database_of(request: Request) -> Database:
    """The database with everybody's rows, also for somebody at a supplier: for what the system itself does then.

    What a supplier's page reads or changes goes through `database_of`. For a test client it is its sandbox.
    """
    database: Database = getattr(request.state, "sandbox", None) or request.app.state.database
    return database


def today_of(request: Request) -> date:
    """The business day: today in Sweden, or the day a demo stands at."""
    return stockholm_date(database_of(request).clock())


def language_of(request: Request, person: Person | None = None) -> Language:
    """The language of the answer: the person's, otherwise what was chosen here, otherwise what the browser prefers."""
    if person is not None:
        return person.language
    chosen = cookies.read(request, cookies.LANGUAGE)
    return text.language_of(chosen or i18n.preferred(request.headers.get("Accept-Language", "")))


def render(
    request: Request, person: Person | None, template: str, status: int = 200, **context: object
) -> Response:
    """The page made from a template, with the navigation, the message of the last step and a token for forms."""
    language = language_of(request, person)
    has_key = cookies.read(request, cookies.SESSION) or cookies.read(request, cookies.VISIT)
    visit = "" if has_key else tokens.secret()
    rendering = FORM_TOKEN.set(cookies.form_token(request, fresh_visit=visit))
    page = kept_back.PAGE.set(_kept_back(request, person, context))
    last_step, is_short = _last_step(request, language)
    try:
        body = (
            environment(language)
            .get_template(template)
            .render(
                person=person,
                navigation=navigation.entries(person),
                here=navigation.current(person, request.url.path),
                places_above=navigation.above(person, request.url.path),
                minutes_left=_minutes_left(request),
                minutes_warned=sessions.WARNED_BEFORE // _MINUTE,
                single_keys_off=cookies.read(request, cookies.SINGLE_KEYS) == cookies.OFF,
                path=own_path(_path_and_query(request)),
                answers_form=request.method not in ("GET", "HEAD") and page_before(request) != "",
                last_step=last_step,
                last_step_is_short=is_short,
                brand=brand_of(request),
                books_held=_books_held(request),
                demo=request.app.state.settings.is_demo,
                demo_day=today_of(request) if request.app.state.settings.is_demo else None,
                buyer=buyer_of(request),
                look=look_of(request),
                organisation=organisation_of(request, person),
                help_address=help_links.address_for(request),
                page_of=partial(Page.of, request, size=LINES_MOST),
                views_of=partial(_views, request, person),
                columns_of=partial(columns.of, request),
                menu_counts_of=partial(_menu_counts, request, person, language),
                news_of=partial(_news, request, person, status, language),
                **context,
            )
        )
    finally:
        FORM_TOKEN.reset(rendering)
        kept_back.PAGE.reset(page)
    response = HTMLResponse(body, status_code=status, headers={"Content-Language": language})
    if visit:
        cookies.put(request, response, cookies.VISIT, visit)
    if cookies.read(request, cookies.SAID):
        cookies.drop(request, response, cookies.SAID)
    return response


def _minutes_left(request: Request) -> int | None:
    """How many whole minutes the session of this page has left; None for somebody without one."""
    held = session_of(request)
    return (sessions.ends_at(held) - instant_of(request)) // _MINUTE if held is not None else None


def _views(request: Request, person: Person | None) -> Sequence[SavedView]:
    """The person's saved views of the list at this address; asked for where a template shows them."""
    if person is None:
        return ()
    with whole_database_of(request).reading() as session:
        return view_store.of_list(session, person.id, addresses.path_of(request))


def _menu_counts(request: Request, person: Person | None, language: Language) -> Mapping[str, str]:
    """How much waits for the person below each entry of the menu, by its path, as a page writes it."""
    if person is None or getattr(request.app.state, "database", None) is None:
        return {}
    try:
        today = today_of(request)
    except SQLAlchemyError:
        return {}
    counts = getattr(request.app.state, "menu_counts", None)
    if counts is None:
        counts = request.app.state.menu_counts = MenuCounts()
    pressed = bool(cookies.read(request, cookies.SAID))
    found = counts.of(database_within(request, person), person, today=today, anew=pressed)
    return {path: i18n.number(count, language) for path, count in found.items()}


def _news(request: Request, person: Person | None, status: int, language: Language) -> tuple[int, str]:
    """How many notifications the person has not seen, and the same as a page writes it.

    Those about this very page are seen by its being shown.
    """
    if person is None or getattr(request.app.state, "database", None) is None:
        return 0, ""
    database = database_within(request, person)
    is_opened = request.method == "GET" and status == 200
    count = news.unseen(database, person, request.url.path, is_opened=is_opened, at=database.clock())
    return count, i18n.number(count, language)


def _books_held(request: Request) -> bool:
    """Whether the books are held after a restore; the start page of several buyers has none of its own."""
    database: Database | None = getattr(request.app.state, "database", None)
    return database is not None and database.were_held


def _kept_back(
    request: Request, person: Person | None, context: Mapping[str, object]
) -> kept_back.KeptBack | None:
    """What the buyer's people are not shown; a supplier's own documents are its own.

    A page that somebody has opened with a reason is `revealed`. One of a document that was looked through, and is not
    handled apart, shows the identifiers in it.
    """
    if person is None or not person.is_buyer or context.get("revealed") is True:
        return None

    def known() -> frozenset[str]:
        with database_of(request).reading() as session:
            return register_store.load(session).organisation_numbers

    def shown(numbers: Collection[str]) -> Collection[str]:
        if context.get("looked_through") is True:
            return numbers
        with database_of(request).reading() as session:
            return protected_store.numbers_shown(session, list(numbers))

    return kept_back.KeptBack(today_of(request), known, shown)


@contextmanager
def keeping_back(request: Request, person: Person) -> Iterator[None]:
    """While a file is written for somebody: `kept_back` keeps what a page would."""
    page = kept_back.PAGE.set(_kept_back(request, person, {}))
    try:
        yield
    finally:
        kept_back.PAGE.reset(page)


def text_from(template: str, language: Language, **context: object) -> str:
    """What a template says without a page around it, such as the paper of a PDF."""
    return environment(language).get_template(template).render(**context)


def see_other(path: str, said: Text | None = None, *, is_short: bool = False) -> Response:
    """Where to go after a POST, always within the site, with a message shown once there.

    `is_short` says that less was done than was asked for: the message is not shown as of a success.
    """
    return _SeeOther(own_path(path), said, is_short=is_short)


class _SeeOther(RedirectResponse):
    """A redirect that carries a message; how its cookie is set depends on how the request came."""

    def __init__(self, path: str, said: Text | None, *, is_short: bool) -> None:
        super().__init__(path, status_code=303)
        self._said, self._is_short = said, is_short

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Add the message and answer."""
        if self._said is not None:
            # Who reads the page it leads to may have chosen another language on the way, or just signed in.
            in_each = {each: self._said.in_language(each) for each in text.languages()}
            told = {**in_each, _IS_SHORT: "yes"} if self._is_short else in_each
            packed = json.dumps(told, ensure_ascii=False).encode()
            value = base64.urlsafe_b64encode(packed).decode()
            cookies.put(Request(scope), self, cookies.SAID, value)
        await super().__call__(scope, receive, send)


_MANY_PAGES: Final = 4


@dataclass(frozen=True, slots=True)
class Page:
    """One page of a long list: which, how large, of how many rows, and the address it stands at.

    `name` is what the address calls it: two lists on one page have a name each.
    """

    number: int
    size: int
    total: int
    path: str
    query: Sequence[tuple[str, str]] = ()
    name: str = "page"

    @classmethod
    def of(cls, request: Request, total: int, *, size: int = 50, name: str = "page") -> "Page":
        """The page that the request asks for with `?page=`, or with another name, within what there is."""
        asked = request.query_params.get(name, "1")
        number = int(asked) if asked.isdecimal() and len(asked) < 9 else 1
        last = max(1, -(-total // size))
        query = tuple((key, value) for key, value in request.query_params.multi_items() if key != name)
        return cls(min(max(1, number), last), size, total, addresses.path_of(request), query, name)

    @property
    def first_row(self) -> int:
        """The number of the first row shown, from 1; 0 where there is none."""
        return self.offset + 1 if self.total else 0

    @property
    def last_row(self) -> int:
        """The number of the last row shown."""
        return min(self.total, self.number * self.size)

    @property
    def offset(self) -> int:
        """How many rows come before this page."""
        return (self.number - 1) * self.size

    @property
    def part(self) -> slice:
        """Where the page's own stand among all rows."""
        return slice(self.offset, self.offset + self.size)

    def rows(self, every: Sequence[_Row]) -> Sequence[_Row]:
        """The page's own of all rows."""
        return every[self.part]

    @property
    def previous(self) -> str:
        """The address of the page before; empty on the first."""
        return self._at(self.number - 1) if self.number > 1 else ""

    @property
    def next(self) -> str:
        """The address of the page after; empty on the last."""
        return self._at(self.number + 1) if self.last_row < self.total else ""

    @property
    def jumps(self) -> Sequence[tuple[int, str]]:
        """Pages to go to at once, with their addresses: both ends, those beside, and ten and a hundred away.

        Empty where the one before and the one after are all there is.
        """
        last = max(1, -(-self.total // self.size))
        if last < _MANY_PAGES:
            return ()
        near = {self.number + step for step in (-100, -10, -1, 0, 1, 10, 100)}
        return [(each, self._at(each)) for each in sorted({1, last} | near) if 1 <= each <= last]

    def _at(self, number: int) -> str:
        return f"{self.path}?{urlencode([*self.query, (self.name, str(number))])}"


def _last_step(request: Request, language: Language) -> tuple[str, bool]:
    """The message of the step before, and whether it did less than was asked for.

    The message is empty where there is none, or somebody else's hand is in it.
    """
    try:
        held = json.loads(base64.urlsafe_b64decode(cookies.read(request, cookies.SAID)))
    except (ValueError, binascii.Error):
        return "", False
    if not isinstance(held, dict):
        return "", False
    said = held.get(language, held.get(SWEDISH))
    return said if isinstance(said, str) else "", held.get(_IS_SHORT) == "yes"


def _path_and_query(request: Request) -> str:
    """Where a page may be shown again: itself, or the page whose form it answers."""
    if request.method != "GET":
        path, _, query = page_before(request).partition("?")
        page = page_at(request, path)
        return f"{page}?{query}" if query else page
    return f"{request.url.path}?{request.url.query}" if request.url.query else request.url.path
