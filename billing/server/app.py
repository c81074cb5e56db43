"""The web application put together: its routers, its headers, and how a failed request leaves.

Convention: every answer, also to an address that does not exist and to a fault of ours,
carries the same strict headers, and every failure is a page or a problem document without a
traceback. What the operator needs to know of a fault is one line in the log.
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any, Final

import anyio
import structlog
from anyio import to_thread
from fastapi import Depends, FastAPI, Request
from starlette.datastructures import MutableHeaders
from starlette.requests import ClientDisconnect
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from accounts import passwords
from accounts.openid import directory_roles
from accounts.openid.provider_settings import providers_of
from accounts.pages import front as accounts
from accounts.sign_in import SignInHint
from billing.migrations.revisions import refuse_other
from billing.server import metrics, security_contact, webhook
from billing.server.api import (
    events_api,
    exports_api,
    figures_api,
    ledger_answers_api,
    orders_api,
    problems_api,
    sandbox_api,
    token_api,
)
from billing.server.api.buyers import audit_api, documents_api, exceptions_api, finance_api, register_api
from billing.server.api.documents import resources
from billing.server.api.suppliers import (
    filing_api,
    informative_api,
    objections_api,
    placements_api,
    ready_lines_api,
    receipts_api,
    reports_api,
    tutors_api,
)
from billing.server.api.validation_api import validation_router
from billing.server.api.webhooks import deliveries_api, webhooks_api
from billing.server.described.description import ADDRESS, DescribedApp, operation_id
from billing.server.help import help_pages
from billing.server.observability import requests, telemetry
from billing.server.sandbox import books as sandbox_books
from billing.server.sandbox.books import Sandboxes
from billing.server.sandbox.worker_turn import WorkerTurn, WorkerTurnMiddleware
from finance_desk.pages import front as finance_desk
from foundation import gc_tuning
from foundation.database import Database, utc_now
from foundation.errors import place_of
from foundation.observability import request_ids
from foundation.periods import Clock, stockholm_date
from operations.event_feed import feed
from operations.exchange_settings import facts_of
from operations.object_storage import opening as object_storage
from operations.settings import Settings
from peppol.validation import apart
from peppol.xml.gate_errors import LIMITS
from supplier_portal.pages import front as supplier_portal
from web import failures, fronts, templating
from web.budgets import Budgets, Share
from web.frame import session_end, shortcuts
from web.guards import over_budget
from web.guards.addresses import addressed
from web.guards.request_limits import RequestLimits
from web.guards.unread_bodies import UnreadBodyMiddleware
from web.lists import saved_views
from web.portal_buyer import PortalBuyer
from web.search import search_page
from web.static_files import FOLDER, MarkedFiles

HEADERS: Final = {
    "Content-Security-Policy": "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; "
    "font-src 'self'; connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    # Our own pages are told where a form came from; no other site ever is.
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=()",
    "Strict-Transport-Security": "max-age=31536000; includeSubDomains",
    "Cache-Control": "no-store",
}
"""Sent with every answer, unless the answer has its own."""

FRONTS: Final = (supplier_portal.FRONT, finance_desk.FRONT, accounts.FRONT)
"""In the order of the navigation."""

fronts.register(*FRONTS)
feed.follow_journal()


def create_app(
    settings: Settings,
    *,
    clock: Clock = utc_now,
    business_clock: Clock | None = None,
    sign_in_hint: SignInHint | None = None,
    database: Database | None = None,
    buyer: PortalBuyer | None = None,
) -> FastAPI:
    """The application of one buyer; `clock` tells which day's rules are in force.

    `database` and `buyer` come from an installation with several (`installation_app`), which also says where to a
    message of another's goes. Without them it is the one buyer's at the address of the settings.

    `business_clock` is for a demo, whose books stand at the day its story ends: everything about orders and
    invoices happens then, while sessions and codes keep the true time. So is `sign_in_hint`, which the
    sign-in page shows.

    Interactive documentation is left out, since it fetches scripts from elsewhere; the
    description itself is at /api/v1/openapi.json.
    """
    app = DescribedApp(
        version="1",
        openapi_url=ADDRESS,
        generate_unique_id_function=operation_id,
        docs_url=None,
        redoc_url=None,
        lifespan=life,
        dependencies=[Depends(addressed)],
        telemetry=requests.NO_OTHER_TELEMETRY,
    )
    app.state.settings = settings
    # What is wrong with the providers is told now, and not to the first who wants to sign in.
    directory_roles.checked(providers_of(settings))
    # Sessions and codes go by the clock of the books, unless a story's stands in for it there.
    app.state.clock = clock
    app.state.sign_in_hint = sign_in_hint
    opened = database or Database(
        settings.database_url, clock=business_clock or clock, options=settings.database_options
    )
    opened.refuse_other = refuse_other
    opened.facts = {**facts_of(settings), **object_storage.facts_of(settings)}
    app.state.database = opened
    if opened.has_true_clock:
        app.state.clock = opened.clock
    app.state.sandboxes = Sandboxes(sandbox_books.folder_of(settings, opened))
    app.state.worker_turn = WorkerTurn(settings, clock)
    app.state.buyer = buyer
    app.state.books_for = lambda body: opened
    # Which of what lies at a way that several buyers share is this one's; an installation of several says so.
    app.state.whose = lambda: None
    app.state.budgets = budgets_for(settings)
    app.state.request_limits = RequestLimits(settings.api_requests)
    app.state.watched = lambda: (metrics.Watched("", opened),)
    app.include_router(validation_router(lambda: stockholm_date(clock())))
    app.include_router(problems_api.router)
    app.include_router(token_api.router)
    app.include_router(orders_api.router)
    app.include_router(webhooks_api.router)
    app.include_router(deliveries_api.router)
    app.include_router(sandbox_api.router)
    # What hangs on a placement comes before the placement itself, whose reference may have slashes.
    for of_suppliers in (
        receipts_api,
        objections_api,
        informative_api,
        tutors_api,
        placements_api,
        filing_api,
        reports_api,
        ready_lines_api,
    ):
        app.include_router(of_suppliers.router)
    for router in resources.ROUTERS:
        app.include_router(router)
    app.include_router(exports_api.router)
    app.include_router(events_api.router)
    app.include_router(ledger_answers_api.router)
    app.include_router(figures_api.router)
    for each in (documents_api, exceptions_api, finance_api, register_api, audit_api):
        app.include_router(each.router)
    app.include_router(metrics.router)
    app.include_router(webhook.router)
    app.include_router(security_contact.router)
    app.include_router(help_pages.router)
    for framing in (search_page, saved_views, shortcuts, session_end):
        app.include_router(framing.router)
    app.mount("/static", MarkedFiles(directory=FOLDER), name="static")
    for front in FRONTS:
        for router in front.routers:
            app.include_router(router)
    failures.add_failures(app)
    app.add_middleware(WorkerTurnMiddleware, turn=lambda: app.state.worker_turn)
    app.add_middleware(HeaderMiddleware)
    app.add_middleware(UnreadBodyMiddleware)
    return app


def budgets_for(settings: Settings) -> Budgets:
    """What callers may take of this process; strangers never have the last place where documents are checked."""
    return Budgets(
        each=Share(2, settings.caller_cpu_seconds, settings.caller_bytes, 3 * LIMITS.bytes_max),
        strangers=Share(
            apart.AT_ONCE - 1,
            settings.strangers_cpu_seconds,
            settings.strangers_bytes,
            6 * LIMITS.bytes_max,
        ),
    )


@asynccontextmanager
async def life(app: FastAPI) -> AsyncIterator[None]:
    """From before the first visitor to after the last."""
    stop_tracing = telemetry.start(telemetry.SERVE)
    apart.CHECKS.prepare()
    templating.ready()
    passwords.ready()
    gc_tuning.settle()
    async with anyio.create_task_group() as tasks:
        tasks.start_soon(over_budget.watch, app)
        yield
        tasks.cancel_scope.cancel()
    sandboxes: Sandboxes | None = getattr(app.state, "sandboxes", None)
    if sandboxes is not None:
        sandboxes.close()
    await to_thread.run_sync(stop_tracing)


class HeaderMiddleware:
    """Around every request: names it, puts the headers on its answer and answers for what nobody else caught.

    A HEAD is answered as the GET of that address, without its body (RFC 9110, 9.3.2): what watches and what previews
    links ask so, of any address.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on; see the class."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        with requests.identified(scope) as request_id, requests.traced(scope) as span:
            await self._answer(scope, receive, send, request_id, span)

    async def _answer(
        self, scope: Scope, receive: Receive, send: Send, request_id: str, span: requests.RequestSpan
    ) -> None:
        begun = False
        head = scope["method"] == "HEAD"
        # What whoever answers wants beside the answer, such as how a client stands with its limit.
        told: dict[str, Any] = scope.setdefault("state", {})
        asked = {**scope, "method": "GET"} if head else scope

        async def with_headers(message: Message) -> None:
            nonlocal begun
            if message["type"] == "http.response.body" and head:
                message = {**message, "body": b""}
            if message["type"] == "http.response.start":
                begun = True
                headers = MutableHeaders(scope=message)
                for name, value in HEADERS.items():
                    headers.setdefault(name, value)
                headers.update(told.get("answer_headers", {}))
                headers[request_ids.HEADER] = request_id
                span.answered(asked, message["status"])
            await send(message)

        try:
            await self._app(asked, receive, with_headers)
        except ClientDisconnect:
            return  # there is nobody left to answer
        except Exception as error:
            structlog.get_logger().error(
                "request failed",
                method=scope["method"],
                path=scope["path"],
                fault=type(error).__name__,
                at=place_of(error),
            )
            if begun:
                raise
            await failures.fault(Request(asked))(asked, receive, with_headers)
