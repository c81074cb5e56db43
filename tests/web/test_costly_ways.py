"""Every way in over HTTP that has a stranger's document checked, or reads a file or a body: within whose budget.

Found by what a route's function can reach, so that a new one without a row fails.
"""

import inspect
import re
from collections.abc import Callable, Iterator
from functools import cache
from types import FunctionType, ModuleType

import httpx
import pytest
from fastapi import FastAPI
from fastapi.routing import APIRoute

from billing.server.app import create_app
from operations.settings import Settings
from peppol.validation import apart
from tests.support.pages.all_routes import SUPPLIER
from tests.support.pages.browser import Site, portal
from tests.support.pages.visitor import Visitor, text_of, visitor
from tests.support.project import PROJECT
from tests.support.servers.system_databases import filled
from tests.support.servers.without_server import asked
from tests.support.stories.system import FYRBAKEN, System, example_register
from web import pdf
from web.budgets import Caller
from web.costly import costly

ROOMS = (
    "accounts",
    "audit",
    "billing",
    "bookkeeping",
    "finance_desk",
    "invoicing",
    "operations",
    "peppol",
    "supplier_portal",
    "web",
)
BUDGETED = "the caller's budget"
REMEMBERED = "what a refused message calls itself is looked up once a content, apart, and remembered"
OF_THE_CLIENT = "the budget of the client, and its bytes limited for each request"
OF_THE_SANDBOX = "the budget of the client, in books that hold no more than a sandbox may"
WAYS = {
    "POST /api/v1/validate": BUDGETED,
    "POST /invoices/upload": BUDGETED,
    "GET /invoices/upload/{upload_id:int}": BUDGETED,
    "POST /invoices/upload/{upload_id:int}/send": BUDGETED,
    "POST /test-bench/upload": BUDGETED,
    "GET /test-bench/documents/{document_id:int}": BUDGETED,
    "GET /test-bench/documents/{document_id:int}/xml": BUDGETED,
    "GET /invoices": REMEMBERED,
    "GET /invoices/refused": BUDGETED,
    "GET /invoices/refused/{letter_id:int}": BUDGETED,
    "GET /invoices/{invoice_id:int}": BUDGETED,
    "GET /invoices/{invoice_id:int}/pdf": BUDGETED,
    "GET /invoices/{invoice_id:int}/files/{place:int}": BUDGETED,
    "POST /invoices/{invoice_id:int}/messages": BUDGETED,
    "GET /status/{token}": BUDGETED,
    "GET /invoices/{invoice_id:int}/correct": BUDGETED,
    "POST /invoices/{invoice_id:int}/correct": BUDGETED,
    "GET /to-invoice/document/{document_id:int}": BUDGETED,
    "GET /to-invoice/document/{document_id:int}/pdf": BUDGETED,
    "GET /orders/{number}/order.pdf": BUDGETED,
    "GET /economy/payments/{payment}/remittance.pdf": BUDGETED,
    "GET /economy/claims/{invoice_id}/letters/{position}.pdf": BUDGETED,
    "GET /": REMEMBERED,
    "GET /invoices/refused/{letter_id:int}/file": REMEMBERED,
    "GET /invoices/refused/{letter_id:int}/answer": REMEMBERED,
    "GET /admin/restore": "an administrator's alone, while restored books are held",
    "POST /admin/restore/go": "an administrator's alone, while restored books are held",
    "POST /admin/restore/end": "an administrator's alone, while restored books are held",
    "POST /api/v1/ledger/answers": "the budget of the key, and its bytes limited for each request",
    "POST /api/v1/events": "the budget of the key, and its bytes and seconds limited for each request",
    "GET /api/v1/service-figures": "the budget of the key; it reads no body, and its months are limited",
    "POST /api/v1/invoices": "the budget of the client, and its bytes limited for each request",
    "POST /api/v1/invoices/preview": "the budget of the client, and its bytes limited for each request",
    "POST /api/v1/webhooks": OF_THE_CLIENT,
    "PATCH /api/v1/webhooks/{number}": OF_THE_CLIENT,
    "DELETE /api/v1/webhooks/{number}": OF_THE_CLIENT,
    "POST /api/v1/webhooks/{number}/secrets": OF_THE_CLIENT,
    "DELETE /api/v1/webhooks/{number}/secrets/{secret}": OF_THE_CLIENT,
    "POST /api/v1/webhooks/{number}/test": OF_THE_CLIENT,
    "POST /api/v1/webhooks/{number}/redeliver": OF_THE_CLIENT,
    "POST /api/v1/sandbox/orders": OF_THE_SANDBOX,
    "POST /api/v1/sandbox/advance": OF_THE_SANDBOX,
    "POST /api/v1/sandbox/messages": OF_THE_SANDBOX,
    "POST /api/v1/placements/{reference:path}/informative-reports": OF_THE_CLIENT,
    "PUT /api/v1/placements/{reference:path}/tutor": OF_THE_CLIENT,
    "POST /api/v1/placements/tutors": OF_THE_CLIENT,
    "POST /api/v1/reports": OF_THE_CLIENT,
    "POST /api/v1/reports/bulk": OF_THE_CLIENT,
    "POST /api/v1/reports/{reference:path}/{month}/corrections": OF_THE_CLIENT,
    "POST /api/v1/placements/{reference:path}/informative-reports/{number}/withdraw": OF_THE_CLIENT,
    "POST /api/v1/orders/{number}/objections": OF_THE_CLIENT,
    "POST /api/v1/orders/{number}/objections/{objection}/withdraw": OF_THE_CLIENT,
    "POST /api/v1/invoices/bulk": OF_THE_CLIENT,
    "GET /api/v1/invoices/{invoice_id:int}/document.pdf": "the budget of the client",
    "GET /api/v1/payments/{payment}/remittance.pdf": "the budget of the client",
    "GET /api/v1/claims/{number}/letters/{position:int}.pdf": "the budget of the client",
    "GET /api/v1/invoices/outgoing/{made_id:int}": REMEMBERED,
    "DELETE /api/v1/invoices/outgoing/{made_id:int}": REMEMBERED,
    "POST /api/v1/claims/{number}/dispute": "its bytes limited for each request; it costs nothing else",
    "PATCH /api/v1/settings": "its bytes limited for each request; it costs nothing else",
    "POST /api/v1/register/check": "the budget of the client, and its bytes limited for each request",
    "POST /api/v1/register/difference": "the budget of the client, and its bytes limited for each request",
    "POST /api/v1/register/loads": "the budget of the client, and its bytes limited for each request",
    "POST /api/v1/register/loads/{number}/withdraw": "it reads no body and writes one row",
    "POST /api/v1/exports": "the budget of the client; one is made at a time, behind it",
    "POST /exports/everything": "one is made at a time, behind the page",
    "GET /api/v1/statement": "the budget of the client",
    "GET /api/v1/vouchers.si": "the budget of the client",
    "POST /api/v1/token": "its bytes limited for each request; wrong secrets are counted by address",
    "POST /webhook/letters": "a token or a signature, proved before anything is kept",
}
"""Each way in, and what keeps it from taking everything. The buyer's own people are counted in no budget."""
OF_THE_BUYER = "/finance"
OURS = tuple(f"{PROJECT / each}/" for each in ROOMS)


def routes(app: object) -> Iterator[APIRoute]:
    for each in app:  # type: ignore[attr-defined]
        router = getattr(each, "original_router", None)
        if router is not None:
            yield from routes(router.routes)
        elif isinstance(each, APIRoute):
            yield each


@cache
def source_of(function: Callable[..., object]) -> str:
    return inspect.getsource(function)


def reached(
    function: Callable[..., object], seen: dict[Callable[..., object], str]
) -> dict[Callable[..., object], str]:
    """The functions of ours that a function names, and those that these name, with their sources."""
    function = inspect.unwrap(function)
    if function in seen or not isinstance(function, FunctionType):
        return seen
    if not function.__code__.co_filename.startswith(OURS):
        return seen
    seen[function] = source = source_of(function)
    for dotted in set(re.findall(r"[A-Za-z_]\w*(?:\.[A-Za-z_]\w*)?", source)):
        first, _, second = dotted.partition(".")
        found = function.__globals__.get(first)
        if second and isinstance(found, ModuleType):
            found = getattr(found, second, None)
        if isinstance(found, FunctionType):
            reached(found, seen)
    return seen


def is_costly(route: APIRoute) -> bool:
    found = reached(route.endpoint, {})
    return not {apart.checked, pdf.pdf_of}.isdisjoint(found) or any(
        ".stream()" in source or "UploadFile" in source for source in found.values()
    )


@pytest.fixture(scope="module")
def app() -> FastAPI:
    return create_app(Settings(database_url="sqlite://"))


def test_every_costly_way_in_has_its_row(app: FastAPI) -> None:
    found = {
        f"{min(route.methods or ())} {route.path}"
        for route in routes(app.routes)
        if is_costly(route) and not route.path.startswith(OF_THE_BUYER)
    }
    # Some of the rows reach it through a method, which is not followed.
    assert found - set(WAYS) == set()
    assert len(found) > len(WAYS) / 2


def test_what_its_row_says_of_a_budget_is_so(app: FastAPI) -> None:
    kept = {
        f"{min(route.methods or ())} {route.path}"
        for route in routes(app.routes)
        if any(each.dependency is costly for each in route.dependencies)
    }
    # The API waits its turn itself: the document is held while it comes, and the work ends when the caller leaves.
    assert kept | {"POST /api/v1/validate"} == {way for way, what in WAYS.items() if what == BUDGETED}


@pytest.fixture
def site(database_url: str) -> Iterator[Site]:
    database = filled(
        database_url, "example register", lambda each: System(each).change_register(example_register())
    )
    database.close()
    with portal(database_url) as site:
        yield site


def uploaded(somebody: Visitor) -> httpx.Response:
    """A file of theirs in the test bench."""
    return somebody.client.post(
        "/test-bench/upload",
        files={"file": ("f.xml", b"<Invoice/>")},
        data={"form_token": somebody.token},
        headers={"Origin": somebody.site.address},
    )


def test_a_page_is_refused_over_budget_and_told_when_and_what_it_took_is_noted(site: Site) -> None:
    budgets = site.app.state.budgets
    caller = Caller(FYRBAKEN, is_stranger=False)
    with visitor(site, SUPPLIER) as somebody:
        assert uploaded(somebody).status_code == 303
        spent = budgets._callers[caller].cpu_seconds
        assert spent > 0
        budgets.spend(caller, 1_000)
        refused = uploaded(somebody)
        assert (refused.status_code, int(refused.headers["Retry-After"]) > 0) == (429, True)
        assert "Ni har prövat så mycket som går på en minut" in text_of(refused)
        # What checks nothing is not refused.
        assert somebody.get("/test-bench").status_code == 200
    assert asked(lambda: may_begin(budgets, Caller("5599992020", is_stranger=False)))


async def may_begin(budgets: object, caller: Caller) -> bool:
    async with budgets.turn(caller):  # type: ignore[attr-defined]
        return True
