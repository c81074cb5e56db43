"""Every route of the application before the walls all have in common: sign-in, form token, origin, cache, headers.

The rows are the tables of `tests/support/pages/routes_<area>.py`, and a route that stands in none fails. What is asked
with a session is a page; what programs ask, by other means, stands in `PROGRAMS` with how they prove who they are.
Who of the signed in may have what is the crawl's matter (tests/browser/test_crawl.py).
"""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final

import httpx
import pytest
from sqlalchemy import select

from accounts.identity import BUYER_SIDE, Person
from billing.migrations.schema import METADATAS
from tests.support.pages.all_routes import AREAS, STAFF, SUPPLIER, routes_of, table, table_in
from tests.support.pages.browser import Site, session_cookie
from tests.support.pages.routes import Route
from tests.support.pages.visitor import Visitor, visitor
from tests.support.stories.demo_books import demo_site
from web.csrf import TOKEN_FIELD

PROGRAMS: Final[Mapping[str, str]] = {
    "GET /api/v1/openapi.json": "nothing is secret in it",
    "GET /livez": "nothing is secret in it",
    "GET /readyz": "nothing is secret in it",
    "GET /metrics": "the network lets the watching machine in alone",
    "POST /api/v1/validate": "anybody may; nothing is kept",
    "GET /api/v1/problems": "nothing is secret in it",
    "POST /api/v1/token": "the client's secret, or its signature",
    "GET /api/v1/orders": "a supplier's key or token",
    "GET /api/v1/orders/{number}": "a supplier's key or token",
    "GET /api/v1/orders/{number}/order.xml": "a supplier's key or token",
    "GET /api/v1/placements": "a supplier's key or token",
    "GET /api/v1/placements/{reference:path}": "a supplier's key or token",
    "POST /api/v1/placements/{reference:path}/informative-reports": "a supplier's key or token",
    "GET /api/v1/placements/{reference:path}/informative-reports/{number}": "a supplier's key or token",
    "POST /api/v1/placements/{reference:path}/informative-reports/{number}/withdraw": "a supplier's key or token",
    "GET /api/v1/tutors": "a supplier's key or token",
    "PUT /api/v1/placements/{reference:path}/tutor": "a supplier's key or token",
    "POST /api/v1/placements/tutors": "a supplier's key or token",
    "GET /api/v1/reports": "a supplier's key or token",
    "GET /api/v1/reports/{reference:path}/{month}": "a supplier's key or token",
    "POST /api/v1/reports": "a supplier's key or token",
    "POST /api/v1/reports/bulk": "a supplier's key or token",
    "POST /api/v1/reports/{reference:path}/{month}/corrections": "a supplier's key or token",
    "GET /api/v1/receipts": "a supplier's key or token",
    "GET /api/v1/orders/{number}/lines/{line}/receipts": "a supplier's key or token",
    "GET /api/v1/orders/{number}/objections": "a supplier's key or token",
    "POST /api/v1/orders/{number}/objections": "a supplier's key or token",
    "GET /api/v1/orders/{number}/objections/{objection}": "a supplier's key or token",
    "POST /api/v1/orders/{number}/objections/{objection}/withdraw": "a supplier's key or token",
    "GET /api/v1/lines-to-invoice": "a supplier's key or token",
    "POST /api/v1/invoices/bulk": "a supplier's key or token",
    "POST /api/v1/invoices": "a supplier's key or token",
    "POST /api/v1/invoices/preview": "a supplier's key or token",
    "GET /api/v1/webhooks": "a client's key or token",
    "POST /api/v1/webhooks": "a client's key or token",
    "GET /api/v1/webhooks/{number}": "a client's key or token",
    "PATCH /api/v1/webhooks/{number}": "a client's key or token",
    "DELETE /api/v1/webhooks/{number}": "a client's key or token",
    "POST /api/v1/webhooks/{number}/secrets": "a client's key or token",
    "DELETE /api/v1/webhooks/{number}/secrets/{secret}": "a client's key or token",
    "GET /api/v1/webhooks/{number}/deliveries": "a client's key or token",
    "POST /api/v1/webhooks/{number}/redeliver": "a client's key or token",
    "POST /api/v1/webhooks/{number}/test": "a client's key or token",
    "GET /api/v1/sandbox": "a test client's key or token",
    "POST /api/v1/sandbox/reset": "a test client's key or token",
    "POST /api/v1/sandbox/orders": "a test client's key or token",
    "POST /api/v1/sandbox/advance": "a test client's key or token",
    "GET /api/v1/sandbox/inbox": "a test client's key or token",
    "GET /api/v1/sandbox/inbox/{number}/message.xml": "a test client's key or token",
    "POST /api/v1/sandbox/messages": "a test client's key or token",
    "GET /api/v1/invoices": "a supplier's key or token",
    "GET /api/v1/invoices/{invoice_id:int}": "a supplier's key or token",
    "GET /api/v1/invoices/{invoice_id:int}/document.xml": "a supplier's key or token",
    "GET /api/v1/invoices/{invoice_id:int}/document.pdf": "a supplier's key or token",
    "GET /api/v1/invoices/outgoing": "a supplier's key or token",
    "GET /api/v1/invoices/outgoing/{made_id:int}": "a supplier's key or token",
    "DELETE /api/v1/invoices/outgoing/{made_id:int}": "a supplier's key or token",
    "GET /api/v1/answers": "a supplier's key or token",
    "GET /api/v1/answers/{answer_id:int}": "a supplier's key or token",
    "GET /api/v1/answers/{answer_id:int}/answer.xml": "a supplier's key or token",
    "GET /api/v1/payments": "a supplier's key or token",
    "GET /api/v1/payments/{payment}": "a supplier's key or token",
    "GET /api/v1/payments/{payment}/remittance.pdf": "a supplier's key or token",
    "GET /api/v1/claims": "a supplier's key or token",
    "GET /api/v1/claims/{number}": "a supplier's key or token",
    "GET /api/v1/claims/{number}/letters/{position:int}.pdf": "a supplier's key or token",
    "POST /api/v1/claims/{number}/dispute": "a supplier's key or token",
    "GET /api/v1/price-lists": "a supplier's key or token",
    "GET /api/v1/articles": "a supplier's key or token",
    "GET /api/v1/settings": "a supplier's key or token",
    "PATCH /api/v1/settings": "a supplier's key or token",
    "GET /api/v1/events": "a system's key",
    "GET /api/v1/service-figures": "a system's key",
    "POST /api/v1/events": "a system's key",
    "POST /api/v1/ledger/answers": "a system's key",
    "GET /api/v1/documents": "a system's key",
    "GET /api/v1/documents/{number}": "a system's key",
    "GET /api/v1/documents/{number}/document.xml": "a system's key",
    "GET /api/v1/exceptions": "a system's key",
    "GET /api/v1/statement": "a system's key",
    "GET /api/v1/vouchers": "a system's key",
    "GET /api/v1/vouchers.si": "a system's key",
    "GET /api/v1/register": "a system's key",
    "POST /api/v1/register/check": "a system's key",
    "POST /api/v1/register/difference": "a system's key",
    "POST /api/v1/register/loads": "a system's key",
    "GET /api/v1/register/loads/{number}": "a system's key",
    "POST /api/v1/register/loads/{number}/withdraw": "a system's key",
    "GET /api/v1/audit/cases": "an auditor's key",
    "GET /api/v1/audit/cases/{reference}": "an auditor's key",
    "GET /api/v1/audit/cases/{reference}/case.zip": "an auditor's key",
    "GET /api/v1/audit/documents": "an auditor's key",
    "GET /api/v1/audit/documents/{number}": "an auditor's key",
    "GET /api/v1/audit/documents/{number}/document.xml": "an auditor's key",
    "GET /api/v1/audit/journal": "an auditor's key",
    "POST /api/v1/exports": "a supplier's key or token",
    "GET /api/v1/exports": "a supplier's key or token",
    "GET /api/v1/exports/{number}": "a supplier's key or token",
    "GET /api/v1/exports/{number}/export.zip": "a supplier's key or token",
    "POST /webhook/letters": "the access point's secret",
    "POST /sign-in/openid/logout": "the provider's signature on the logout token",
    "POST /sign-in/openid/{key}/logout": "the provider's signature on the logout token",
    "POST /mails/{token}": "our own signature on the link: a mail program presses it (RFC 8058)",
}
"""Routes that no form leads to, and what stands in a form token's place."""

HEADERS: Final[Mapping[str, str]] = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=()",
    "Strict-Transport-Security": "max-age=31536000; includeSubDomains",
}
"""On every answer, in these words; Cache-Control and the content policy are looked at apart."""

# These may be kept: a browser would fetch them with every page anew.
KEPT_FOR_A_WHILE: Final = frozenset(
    {"GET /api/v1/openapi.json", "GET /api/v1/problems", "GET /help/images/overview.png"}
)
_PARAMETER: Final = re.compile(r"\{(\w+)(?::\w+)?\}")


@dataclass
class Forger:
    """Somebody whose browser sends forms that no page of ours has shown him, and what came of it."""

    each: Visitor
    stranger: Visitor
    answers: list[httpx.Response] = field(default_factory=list)

    def forged(self, path: str, form: Mapping[str, str]) -> Iterator[tuple[str, httpx.Response]]:
        """The same press with one proof missing or false at a time."""
        own, token = {"Origin": self.each.site.address}, {TOKEN_FIELD: self.each.token}
        ways: Mapping[str, tuple[Mapping[str, str], Mapping[str, str]]] = {
            "without a token": (own, {}),
            "with an empty token": (own, {TOKEN_FIELD: ""}),
            "with another's token": (own, {TOKEN_FIELD: self.stranger.token}),
            "from nowhere": ({}, token),
            "from elsewhere": ({"Origin": "https://elsewhere.example"}, token),
            "from another site": ({**own, "Sec-Fetch-Site": "cross-site"}, token),
        }
        for way, (headers, proof) in ways.items():
            yield way, self.each.client.post(path, data={**form, **proof}, headers=headers)
        plain = {**own, "Content-Type": "text/plain"}
        body = f"{TOKEN_FIELD}={self.each.token}"
        yield "as plain text", self.each.client.post(path, content=body, headers=plain)


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    with demo_site(tmp_path_factory.mktemp("matrix")) as served:
        yield served


@pytest.fixture(scope="module")
def answers() -> list[httpx.Response]:
    """Every answer the tests of this module have had."""
    return []


@pytest.fixture(scope="module")
def nobody(site: Site, answers: list[httpx.Response]) -> Iterator[Visitor]:
    with visitor(site) as each:
        each.client.event_hooks["response"].append(answers.append)
        yield each


@pytest.fixture(scope="module")
def people(site: Site, answers: list[httpx.Response]) -> Iterator[Mapping[Person, Visitor]]:
    """Somebody with everything a supplier may, and somebody with everything the buyer may."""
    with visitor(site, SUPPLIER) as supplier, visitor(site, STAFF) as staff:
        for each in (supplier, staff):
            each.client.event_hooks["response"].append(answers.append)
        yield {SUPPLIER: supplier, STAFF: staff}


def who_may(route: Route) -> Person:
    return STAFF if route.may and route.may <= BUYER_SIDE else SUPPLIER


def address_of(path: str) -> str:
    """An address of the route that names nothing there is."""
    return _PARAMETER.sub("1", path)


def pages(site: Site, method: str) -> Iterator[tuple[str, Route]]:
    """The routes of one method that are asked with a session, by their paths."""
    for area in AREAS:
        for key, route in table_in(area, site.database).items():
            asked, _, path = key.partition(" ")
            if asked == method and key not in PROGRAMS:
                yield path, route


def test_every_route_has_a_row_and_every_program_its_proof(
    site: Site, record_property: Callable[[str, object], None]
) -> None:
    known = set(routes_of(site.app))
    listed = {key for area in AREAS for key in table(area)}
    assert known - listed == set()
    assert set(PROGRAMS) - known == set()
    unproved = {
        key
        for key in known
        if key.partition(" ")[2].startswith(("/api/", "/webhook/")) and key not in PROGRAMS
    }
    assert unproved == set(), "programs ask it: say in PROGRAMS how they prove who they are"
    others = {key for key in known if key.partition(" ")[0] not in {"GET", "POST"}}
    assert others - set(PROGRAMS) == set(), "another method has no wall here, and no page uses one"
    record_property("routes", len(known))


def test_whoever_is_not_signed_in_is_led_to_signing_in(
    site: Site,
    nobody: Visitor,
    answers: list[httpx.Response],
    record_property: Callable[[str, object], None],
) -> None:
    before, wrong = len(answers), list[str]()
    for method in ("GET", "POST"):
        for path, route in pages(site, method):
            if route.everybody:
                continue
            address = address_of(path)
            answer = nobody.get(address) if method == "GET" else nobody.post(address, route.form)
            led = answer.headers.get("location", "")
            if answer.status_code != 303 or not led.startswith("/sign-in"):
                wrong.append(f"{method} {address} {answer.status_code} {led}")
            elif (back := httpx.URL(led).params.get("next", "/")) and not re.fullmatch(r"/(?![/\\]).*", back):
                wrong.append(f"{method} {address} would lead back to {back}")
    assert wrong == []
    record_property("answers", len(answers) - before)


def test_no_form_is_taken_without_each_of_its_proofs(
    site: Site,
    people: Mapping[Person, Visitor],
    nobody: Visitor,
    answers: list[httpx.Response],
    record_property: Callable[[str, object], None],
) -> None:
    before, wrong, held = len(answers), list[str](), _books(site)
    forms = 0
    for path, route in pages(site, "POST"):
        if route.everybody:
            # Whoever is not signed in has a token of the visit; another's is the signed-in one's.
            forger = Forger(nobody, people[SUPPLIER])
        else:
            person = who_may(route)
            forger = Forger(people[person], people[STAFF if person is SUPPLIER else SUPPLIER])
        forms += 1
        for way, answer in forger.forged(address_of(path), route.form):
            if answer.status_code != 403:
                wrong.append(f"POST {path} {way}: {answer.status_code}")
    assert wrong == []
    assert _books(site) == held
    record_property("forms", forms)
    record_property("answers", len(answers) - before)


def test_a_wrong_session_is_nobodys_and_signing_out_ends_the_right_one(site: Site) -> None:
    with visitor(site, SUPPLIER) as each:
        kept = each.cookie("session")
        assert each.get("/orders").status_code == 200
        for wrong in (kept[:-1] + ("A" if kept[-1] != "A" else "B"), kept.upper(), "", "x" * 5_000):
            each.plant("session", wrong)
            assert each.get("/orders").status_code == 303, wrong[:50]
        each.plant("session", kept)
        assert each.post("/sign-out").status_code == 303
        each.plant("session", kept)
        assert each.get("/orders").status_code == 303
    assert session_cookie(site, SUPPLIER) != session_cookie(site, SUPPLIER)


def test_every_answer_has_the_headers_and_no_page_is_kept(
    site: Site,
    people: Mapping[Person, Visitor],
    nobody: Visitor,
    answers: list[httpx.Response],
    record_property: Callable[[str, object], None],
) -> None:
    """Good answers, redirects, refusals, what is not there, what is too much: the wall is around all of them."""
    before = len(answers)
    for path, route in pages(site, "GET"):
        person = who_may(route)
        asking = nobody if route.everybody else people[person]
        for address in (*route.own[:1], *route.foreign[:1], address_of(path)):
            asking.get(address)
    for program in PROGRAMS:
        method, _, path = program.partition(" ")
        nobody.client.request(method, path)
    for path in ("/nothing-here", "/orders/%00", "/static/nothing.css", "/sign-in?next=//elsewhere.example"):
        nobody.get(path)
    people[SUPPLIER].get("/finance")
    nobody.client.request("DELETE", "/orders")
    nobody.client.post("/sign-in", content=b"x" * 25_000_000)
    asked = answers[before:]
    assert {each.status_code for each in asked} >= {200, 303, 403, 404, 405, 413}
    wrong = [f"{each.request.method} {each.url} {told}" for each in asked for told in _lacking(each)]
    assert wrong == []
    record_property("answers", len(asked))


def _lacking(answer: httpx.Response) -> Iterator[str]:
    """What the wall of headers lacks on an answer."""
    for name, value in HEADERS.items():
        if answer.headers.get(name) != value:
            yield f"{name}: {answer.headers.get(name)}"
    policy = answer.headers.get("Content-Security-Policy", "")
    if "default-src 'none'" not in policy or "unsafe" in policy or "frame-ancestors 'none'" not in policy:
        yield f"Content-Security-Policy: {policy}"
    key = f"{answer.request.method} {answer.url.path}"
    if answer.headers.get("Cache-Control") != "no-store" and key not in KEPT_FOR_A_WHILE:
        yield f"Cache-Control: {answer.headers.get('Cache-Control')}"
    kind = answer.headers.get("Content-Type", "")
    if answer.content and (kind.startswith("text/") and "charset=utf-8" not in kind):
        yield f"Content-Type: {kind}"
    for cookie in answer.headers.get_list("Set-Cookie"):
        if "httponly" not in cookie.lower() or "samesite=" not in cookie.lower():
            yield f"Set-Cookie: {cookie.partition('=')[0]} lacks a flag"
    if "Server" in answer.headers:
        yield f"Server: {answer.headers['Server']}"


def _books(site: Site) -> dict[str, int]:
    """Every table as it stands, but for who is signed in and what was tried."""
    tables = [each for metadata in METADATAS for each in metadata.sorted_tables]
    with site.database.reading() as session:
        return {
            each.name: hash(tuple(session.execute(select(each).order_by(*each.primary_key)).all()))
            for each in tables
            if each.name not in ("portal_session",)
        }
