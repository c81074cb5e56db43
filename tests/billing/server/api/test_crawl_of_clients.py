"""Every operation of the machine API asked by every kind of client: nobody is told of what is another's.

An operation that stands in no row fails, so that none comes in unseen. On PostgreSQL both walls stand.
"""

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
from tests.billing.server.api import crawl_world
from tests.billing.server.api.crawl_rows import ROWS, ApiRow
from tests.support.servers.api import TODAY, a_client, an_auditor, api
from tests.support.servers.system_databases import CLOCK
from tests.support.stories.system import FYRBAKEN, LARKDRILLEN, System, a_system

ITS_OWN = ("ORDER", "REFERENCE", "CASE")


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of client: what it bears, the scopes that count, and whether the supplier's own is its to see.

    `is_within`: it is kept to some units.
    """

    name: str
    key: str
    scopes: frozenset[ApiScope] = frozenset()
    owns: bool = False
    is_test: bool = False
    is_within: bool = False

    @property
    def comes_in(self) -> bool:
        """Whether its key is good for anything."""
        return bool(self.scopes)


@pytest.fixture
def system(database_url: str) -> Iterator[System]:
    with a_system(database_url) as system:
        crawl_world.happen(system)
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
    elsewhen = an_auditor(system, date(2019, 1, 1), date(2019, 12, 31))[1]
    found.append(Kind("an auditor of another year", elsewhen, frozenset({ApiScope.AUDIT_READ})))
    for scope in sorted(SUPPLIER_SCOPES):
        one = frozenset({scope})
        found.append(Kind(f"another supplier's with {scope}", _key(system, scope, LARKDRILLEN), one))
        elsewhere = a_client(system, scope, within=UnitScope(frozenset({"UV-102"})))[1]
        found.append(Kind(f"one of another unit with {scope}", elsewhere, one, is_within=True))
        test = a_client(system, scope, is_test=True)[1]
        found.append(Kind(f"a test client with {scope}", test, one, is_test=True))
    for scope in sorted(BUYER_SCOPES):
        key = _key(system, scope, "")
        found.append(Kind(f"the buyer's with {scope}", key, frozenset({scope}), owns=True))
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
    leaks, came_in, asked = list[str](), set[str](), 0
    with api(system, secret_keys=fresh_key()) as portal:
        values = crawl_world.named(system, portal)
        for kind in kinds(system):
            for path, method, operation in operations(_described()):
                row = ROWS[operation["operationId"]]
                answer = crawl_world.ask(portal, kind.key, path, method, operation, values, f"crawl-{asked}")
                asked += 1
                if answer.is_success:
                    came_in.add(operation["operationId"])
                leaks += [
                    f"{operation['operationId']} asked by {kind.name}: {wrong}"
                    for wrong in _wrong(kind, row, operation, answer, values)
                ]
    assert leaks == [], "\n".join(leaks)
    # Whoever may was let in everywhere, or the rest would prove nothing.
    refused_as_written = {"validate_document", "request_token", "withdraw_register_load"}
    refused_as_written |= {name for name, row in ROWS.items() if row.of_client}
    assert set(ROWS) - came_in <= refused_as_written
    record_property("answers", asked)


def _wrong(
    kind: Kind, row: ApiRow, operation: Mapping[str, Any], answer: httpx.Response, values: Mapping[str, str]
) -> Iterator[str]:
    """What is wrong with an answer to this kind of client."""
    told, status = answer.text, answer.status_code
    if not kind.owns and any(values[each] in told for each in ITS_OWN) and not row.row_by_row:
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
    elif row.of_all and kind.is_within:
        if status != 403:
            yield f"{status} for one who sees some units"
    elif row.row_by_row:
        refused = [(each["refusal"] or {}).get("code") for each in answer.json()["results"]]
        if not kind.owns and refused != ["NOT_THERE"]:
            yield f"another's: {told[:200]}"
    elif row.names_its_own and not row.sandbox:
        if kind.owns and status >= 400 and status != 409:
            yield f"{status} of its own: {told[:200]}"
        if not kind.owns and status != 404 and not (kind.is_test and row.numbered_anew):
            yield f"{status} of another's"
    elif status >= 400 and status != 409 and not row.sandbox:
        yield f"{status}, and it may: {told[:200]}"


def _key(system: System, scope: ApiScope, supplier: str) -> str:
    if scope is ApiScope.AUDIT_READ:
        return an_auditor(system, date(2025, 1, 1), date(2026, 12, 31))[1]
    return a_client(system, scope, supplier=supplier)[1]


@cache
def _described() -> Mapping[str, Any]:
    return create_app(Settings(database_url="sqlite://")).openapi()
