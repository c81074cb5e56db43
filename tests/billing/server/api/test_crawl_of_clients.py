"""Every operation of the machine API asked by every kind of client: nobody is told of what is another's.

An operation that stands in no row fails, so that none comes in unseen. On PostgreSQL both walls stand.
"""

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from typing import Any

import httpx
import pytest

from accounts.api_clients import clients
from accounts.api_clients.model import BUYER_SCOPES, SUPPLIER_SCOPES, ApiScope
from accounts.sealed_secrets import fresh_key
from billing.server.app import create_app
from billing.server.described.description import operations
from operations.settings import Settings
from orders.register.unit_scope import UnitScope
from tests.billing.server.api.crawl_rows import ROWS, ApiRow
from tests.support.servers.api import TODAY, a_client, api, bearing
from tests.support.servers.system_databases import CLOCK
from tests.support.stories.system import FYRBAKEN, LARKDRILLEN, System, a_system

REFERENCE = "100000101"
ANOTHERS = "100000202"


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of client: what it bears, the scopes that count, and whether the supplier's own is its own to see."""

    name: str
    key: str
    scopes: frozenset[ApiScope] = frozenset()
    owns: bool = False
    is_test: bool = False

    @property
    def comes_in(self) -> bool:
        """Whether its key is good for anything."""
        return bool(self.scopes)


@pytest.fixture
def system(database_url: str) -> Iterator[System]:
    with a_system(database_url) as system:
        system.decide(REFERENCE)
        system.report(REFERENCE, "2026-01", on=date(2026, 2, 2))
        system.decide(ANOTHERS, supplier=LARKDRILLEN)
        yield system


def kinds(system: System) -> list[Kind]:
    """Everybody there is, those who own nothing of it first: they change nothing for the others."""
    found = [Kind("nobody", ""), Kind("a wrong key", "rmk_nobodys")]
    yesterday = TODAY - timedelta(days=1)
    expired = a_client(system, *SUPPLIER_SCOPES, expires_on=yesterday)[1]
    number, ended = a_client(system, *SUPPLIER_SCOPES)
    with system.database.writing() as session:
        clients.end(session, FYRBAKEN, number, by="user-1", at=CLOCK)
    found += [Kind("one that has expired", expired), Kind("one that was ended", ended)]
    for scope in sorted(BUYER_SCOPES):
        found.append(Kind(f"the buyer's with {scope}", _key(system, scope, ""), frozenset({scope})))
    for scope in sorted(SUPPLIER_SCOPES):
        one = frozenset({scope})
        found.append(Kind(f"another supplier's with {scope}", _key(system, scope, LARKDRILLEN), one))
        elsewhere = a_client(system, scope, within=UnitScope(frozenset({"UV-999"})))[1]
        found.append(Kind(f"one of another unit with {scope}", elsewhere, one))
        test = a_client(system, scope, is_test=True)[1]
        found.append(Kind(f"a test client with {scope}", test, one, is_test=True))
    for scope in sorted(SUPPLIER_SCOPES):
        own = _key(system, scope, FYRBAKEN)
        found.append(Kind(f"the supplier's own with {scope}", own, frozenset({scope}), owns=True))
    return found


def test_every_operation_has_a_row() -> None:
    named = {operation["operationId"] for _, _, operation in operations(_described())}
    assert named - set(ROWS) == set(), (
        "say in crawl_rows.py who may ask it, and what of a supplier's it names"
    )
    assert set(ROWS) - named == set()


@pytest.mark.both_engines
def test_no_client_is_told_what_is_anothers(
    system: System, record_property: Callable[[str, object], None]
) -> None:
    order = system.order(REFERENCE).number
    leaks, came_in, asked = list[str](), set[str](), 0
    with api(system, secret_keys=fresh_key()) as portal:
        for kind in kinds(system):
            for path, method, operation in operations(_described()):
                row = ROWS[operation["operationId"]]
                answer = _ask(portal, kind, path, method, operation, order, asked)
                asked += 1
                if answer.is_success:
                    came_in.add(operation["operationId"])
                leaks += [
                    f"{operation['operationId']} asked by {kind.name}: {wrong}"
                    for wrong in _wrong(kind, row, operation, answer, order)
                ]
    assert leaks == [], "\n".join(leaks)
    # Whoever may was let in everywhere, or the rest would prove nothing.
    refused_as_written = {"validate_document", "request_token"}
    refused_as_written |= {name for name, row in ROWS.items() if row.of_client}
    assert set(ROWS) - came_in <= refused_as_written
    record_property("answers", asked)


def _wrong(
    kind: Kind, row: ApiRow, operation: Mapping[str, Any], answer: httpx.Response, order: str
) -> Iterator[str]:
    """What is wrong with an answer to this kind of client."""
    told, status = answer.text, answer.status_code
    if not (kind.owns or kind.scopes & BUYER_SCOPES) and (order in told or REFERENCE in told):
        yield f"is told of it ({status})"
    if status >= 500 and operation["operationId"] != "readyz":
        yield str(status)
    if not row.may:
        return
    if not kind.comes_in:
        if status not in (401, 429):
            yield f"{status} and no key that holds"
    elif not kind.scopes & row.may or (row.sandbox and not kind.is_test):
        if status != 403:
            yield f"{status} without the scope"
    elif row.of_client:
        if status != 404:
            yield f"{status} of what another client made"
    elif row.names_its_own and not row.sandbox:
        if (
            kind.owns
            and status >= 400
            and not answer.json().get("code", "").startswith(("ALREADY", "CANNOT"))
        ):
            yield f"{status} of its own: {told[:200]}"
        if not kind.owns and status != 404 and operation["operationId"] != "list_orders":
            yield f"{status} of another's"
    elif status >= 400 and row.sandbox is False:
        yield f"{status}, and it may: {told[:200]}"


def _ask(
    portal: httpx.Client,
    kind: Kind,
    path: str,
    method: str,
    operation: Mapping[str, Any],
    order: str,
    number: int,
) -> httpx.Response:
    row = ROWS[operation["operationId"]]
    headers = bearing(kind.key) if kind.key else {}
    if any(each["name"] == "Idempotency-Key" for each in operation.get("parameters", ())):
        headers["Idempotency-Key"] = f"crawl-{number}"
    if any(each["name"] == "If-Match" for each in operation.get("parameters", ())):
        headers["If-Match"] = "*"
    content = None
    if row.body is not None:
        headers["Content-Type"] = row.media_type
        written = row.body if isinstance(row.body, str) else json.dumps(row.body)
        content = _filled(written, order)
    for name, value in row.path.items():
        path = path.replace(f"{{{name}}}", _filled(value, order))
    query = {name: _filled(value, order) for name, value in row.query.items()}
    return portal.request(method, path, params=query, headers=headers, content=content)


def _filled(written: str, order: str) -> str:
    return written.replace("$ORDER", order).replace("$REFERENCE", REFERENCE)


def _key(system: System, scope: ApiScope, supplier: str) -> str:
    return a_client(system, scope, supplier=supplier)[1]


@cache
def _described() -> Mapping[str, Any]:
    return create_app(Settings(database_url="sqlite://")).openapi()
