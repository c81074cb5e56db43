"""The application of an installation: one for each buyer, and in front of them the choice of whose a request is.

Convention: the host name decides where a buyer has one. Otherwise an address that begins with /buyers/SHORT-NAME/ does,
and leads a person on to the rest of it; otherwise what the visitor chose last; otherwise the start page asks. With one
buyer everything goes to its pages as if there were no choice. What is no buyer's (files of the pages, health, figures,
checking a document, messages pushed to us) needs none.
"""

from collections.abc import Callable
from functools import partial
from pathlib import Path
from threading import Lock
from typing import Any, Final

import structlog
from anyio import to_thread
from fastapi import FastAPI, Request
from fastapi.responses import RedirectResponse, Response
from sqlalchemy.exc import SQLAlchemyError
from starlette.types import ASGIApp, Receive, Scope, Send

from billing.server import metrics, serving, start_page, ways_in
from billing.server.app import HeaderMiddleware, budgets_for, create_app, life
from billing.server.help import help_pages
from billing.server.installation import Books, Installation
from billing.server.observability import requests
from billing.server.observability.log import log_to_standard_error
from foundation.database import Database, DatabaseUnusable, utc_now
from foundation.errors import Refused
from foundation.periods import Clock
from operations.settings import Settings
from web import cookies, failures, problems
from web.guards.own_paths import own_path
from web.guards.request_limits import RequestLimits
from web.portal_buyer import PortalBuyer
from web.problems import ProblemResponse
from web.refusals.problem_codes import ProblemCode
from web.static_files import FOLDER, MarkedFiles

_log = structlog.get_logger("installation")

_PREFIX: Final = "/buyers/"
_WATCHED: Final = ("/livez", "/readyz", "/metrics")
_NOBODYS: Final = ("/static/", "/webhook/", "/api/v1/validate", "/api/v1/openapi.json")
_MACHINES: Final = ("/api/", "/webhook/")
# What a mail program sends when its reader wants no more mails is not led on: it keeps no cookie.
_MAILS: Final = "/mails/"


class InstallationApp:
    """Answers for every buyer of an installation, or for the one named by `only`. Close it with `close()`."""

    def __init__(
        self, settings: Settings, *, only: str = "", clock: Clock = utc_now, counts: Path | None = None
    ) -> None:
        self.installation = Installation(settings, clock=clock)
        self._only = only
        self._clock = clock
        self._counts = counts
        self._lock = Lock()
        self._apps: dict[str, tuple[Books, bool, FastAPI]] = {}
        self._saying_why: FastAPI | None = None
        self._budgets = budgets_for(settings)
        self._start = self._start_app()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on to whose it is."""
        if scope["type"] != "http":
            await self._start(scope, receive, send)
            return
        with requests.identified(scope):
            # Only asking the books takes time; mostly it is known who is served.
            if self.installation.is_fresh:
                answering = self._answering(scope)
            else:
                answering = await to_thread.run_sync(self._answering, scope)
            await answering(scope, receive, send)

    def close(self) -> None:
        """Give all connections back."""
        self.installation.close()
        if self._saying_why is not None:
            self._saying_why.state.database.close()

    # --- whose a request is -----------------------------------------------------------------------------------

    def _answering(self, scope: Scope) -> ASGIApp:
        """Who answers; changes the path of a machine's request that names its buyer."""
        try:
            every = [each for each in self.installation.all() if self._only in ("", each.slug)]
        except (SQLAlchemyError, Refused):
            # Who is served was never known: the pages say what is wrong with the only books we know of.
            return self._app(Books(None, self.installation.settings), several=False)
        served = [each for each in every if each.is_open]
        request = _Asked(scope)
        path: str = scope["path"]
        hosted = next((each for each in every if each.buyer and request.host in each.buyer.hosts), None)
        if hosted is not None:
            return (
                self._app(hosted, several=True) if hosted.is_open else self._told(start_page.closed, hosted)
            )
        if path.startswith(_PREFIX):
            return self._named(scope, every)
        if len(served) == 1:
            return self._app(served[0], several=False)
        if path in _WATCHED:
            return self._start
        if path.startswith(_NOBODYS):
            return self._app(served[0], several=True)
        chosen = cookies.read(request.of(self._start), cookies.BUYER)
        found = next((each for each in served if each.slug == chosen), None)
        if found is not None and path != "/buyers":
            return self._app(found, several=True)
        if path.startswith("/api/"):
            return _problem(ProblemResponse(ProblemCode.ADDRESS_UNKNOWN, start_page.NOT_CHOSEN_HERE))
        return self._start

    def _named(self, scope: Scope, every: list[Books]) -> ASGIApp:
        """Whose an address is that names its buyer: machines are answered there, people led on."""
        slug, _, rest = scope["path"].removeprefix(_PREFIX).partition("/")
        found = next((each for each in every if each.slug and each.slug == slug), None)
        if found is None:
            return self._start
        if not found.is_open:
            return self._told(start_page.closed, found)
        path = f"/{rest}"
        if path.startswith(_MACHINES) or (path.startswith(_MAILS) and scope["method"] == "POST"):
            scope["path"] = path
            scope["raw_path"] = scope.get("raw_path", b"").removeprefix(f"{_PREFIX}{slug}".encode())
            return self._app(found, several=True)
        # As it was sent: what was escaped in the address stays so.
        sent = scope.get("raw_path", path.encode()).decode("latin-1").removeprefix(f"{_PREFIX}{slug}") or "/"
        query = scope["query_string"].decode("latin-1")
        return self._led_to(found, f"{sent}?{query}" if query else sent)

    def _led_to(self, books: Books, path: str) -> ASGIApp:
        """The rest of the address, with the choice remembered."""
        response = RedirectResponse(own_path(path), status_code=303)

        async def lead(scope: Scope, receive: Receive, send: Send) -> None:
            cookies.put(_Asked(scope).of(self._start), response, cookies.BUYER, books.slug)
            await HeaderMiddleware(response)(scope, receive, send)

        return lead

    def _told(self, page: Callable[[Request, str], Response], books: Books) -> ASGIApp:
        """A page about a buyer that is not its own."""

        async def tell(scope: Scope, receive: Receive, send: Send) -> None:
            assert books.buyer is not None  # noqa: S101 - only a buyer with a row is closed or beside others
            response = page(_Asked(scope).of(self._start), books.buyer.name)
            await HeaderMiddleware(response)(scope, receive, send)

        return tell

    # --- the applications -------------------------------------------------------------------------------------

    def _app(self, books: Books, *, several: bool) -> ASGIApp:
        """The buyer's application, made when it is first asked for and again when its settings are others."""
        with self._lock:
            made = self._apps.get(books.slug)
            if made is None or made[:2] != (books, several):
                try:
                    # By the installation and not by itself: so they know their mark and refuse another's tables.
                    database = self.installation.database_of(books)
                except DatabaseUnusable as unusable:
                    _log.error("books not opened", buyer=books.slug, fault=type(unusable).__name__)
                    if books.buyer is None:
                        return self._unopened()
                    return self._told(start_page.not_ready, books)
                buyer = _portal_buyer(books, several)
                app = create_app(books.settings, clock=self._clock, database=database, buyer=buyer)
                if books.buyer is not None:
                    app.state.books_for = self.installation.route(database)
                    app.state.whose = partial(ways_in.whose, self.installation, books)
                    app.state.watched = self._watched
                app.state.request_limits = RequestLimits(
                    books.settings.api_requests, counts=self._counts, buyer=books.slug
                )
                # Buyers share the process, and so what strangers may take of it.
                app.state.budgets = self._budgets
                made = self._apps[books.slug] = (books, several, app)
            return made[2]

    def _unopened(self) -> FastAPI:
        """What answers, and says what is wrong, while the only books there are cannot be opened."""
        if self._saying_why is None:
            self._saying_why = create_app(self.installation.settings, clock=self._clock)
            self._saying_why.state.budgets = self._budgets
        return self._saying_why

    def _start_app(self) -> FastAPI:
        """The application of those who have not chosen."""
        app = FastAPI(
            openapi_url=None,
            docs_url=None,
            redoc_url=None,
            lifespan=life,
            telemetry=requests.NO_OTHER_TELEMETRY,
        )
        app.state.settings = self.installation.settings
        app.state.clock = self._clock
        app.mount("/static", MarkedFiles(directory=FOLDER), name="static")
        app.state.watched = self._watched
        app.state.budgets = self._budgets
        app.include_router(metrics.router)
        app.state.help_library = help_pages.library(self._description)
        app.include_router(help_pages.router)
        app.include_router(start_page.start_router(self._served))
        failures.add_failures(app)
        app.add_middleware(HeaderMiddleware)
        return app

    def _description(self) -> dict[str, Any]:
        """What the program says of its API, the same at every buyer."""
        app = create_app(self.installation.settings)
        try:
            return app.openapi()
        finally:
            app.state.database.close()

    def _served(self) -> list[Books]:
        return [each for each in self.installation.served() if self._only in ("", each.slug)]

    def _watched(self) -> list[metrics.Watched]:
        """Everybody's books, for health and figures; a buyer that is alone needs no label."""
        opened = [metrics.Watched(each.slug, self._opened(each)) for each in self._served()]
        if len(opened) == 1 and opened[0].database is not None:
            return [metrics.Watched("", opened[0].database)]
        return opened

    def _opened(self, books: Books) -> Database | None:
        try:
            return self.installation.database_of(books)
        except DatabaseUnusable:
            return None


def application() -> InstallationApp:
    """The application of the installation that the environment describes: what each process of many makes."""
    settings = Settings()
    # A process of several is begun afresh, and none of the command line's has run in it.
    log_to_standard_error()
    return InstallationApp(settings, only=settings.buyer, counts=serving.counted_in())


class _Asked:
    """What is looked at of a request before anybody answers it."""

    def __init__(self, scope: Scope) -> None:
        self._scope = scope

    @property
    def host(self) -> str:
        """The host asked for, without its port and in small letters."""
        given = next((value for name, value in self._scope["headers"] if name == b"host"), b"")
        name: str = given.decode("latin-1").casefold()
        return name if name.startswith("[") else name.partition(":")[0]

    def of(self, app: FastAPI) -> Request:
        """The request as an application gets it."""
        return Request({**self._scope, "app": app})


def _portal_buyer(books: Books, several: bool) -> PortalBuyer | None:
    if books.buyer is None or not several:
        return None
    mark = "" if books.buyer.is_first else books.slug
    return PortalBuyer(books.buyer.name, mark, can_change=not books.buyer.hosts)


def _problem(problem: ProblemResponse) -> ASGIApp:
    async def tell(scope: Scope, receive: Receive, send: Send) -> None:
        await HeaderMiddleware(problems.answer(Request(scope), problem))(scope, receive, send)

    return tell
