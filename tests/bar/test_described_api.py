"""The machine API, asked by schemathesis what its own description promises, by every kind of client.

Requests that follow the description and requests that do not; whatever comes back must be an answer that is
described, in a form that is described, and never a fault of ours. Where an operation takes nothing, one request is
all there is to ask. Within an operation the kinds are drawn, those that may ask it twice as often.
"""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any, Final

import pytest
import schemathesis
from fastapi import FastAPI
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis.strategies import sampled_from
from schemathesis import Case, GenerationMode
from schemathesis.core.failures import FailureGroup
from schemathesis.core.parameters import ParameterLocation
from schemathesis.core.result import Ok
from schemathesis.specs.openapi.checks import (
    ignored_auth,
    negative_data_rejection,
    positive_data_acceptance,
)

from accounts.api_clients.model import BUYER_SCOPES, SUPPLIER_SCOPES, ApiScope
from billing.server.app import create_app
from billing.server.sandbox.books import folder_of
from operations.settings import Settings
from orders.register.unit_scope import UnitScope
from tests.bar import seeds
from tests.billing.server.api.crawl_rows import ROWS, ApiRow
from tests.support.servers.api import TODAY, a_client, an_auditor, with_tables
from tests.support.servers.system_databases import CLOCK
from tests.support.servers.webhook_receiver import takes_everything
from tests.support.stories.system import LARKDRILLEN, System, a_system

TAKES_NOTHING: Final = frozenset({"GET /livez", "GET /readyz", "GET /metrics", "GET /api/v1/problems"})
NOT_LOOKED_AT: Final = frozenset({400, 401, 403, 405, 406, 408, 413, 415, 422, 429})
"""Statuses of requests that came in to nothing: all others are of somebody who may, and of what was asked for."""
MODES: Final = (GenerationMode.POSITIVE, GenerationMode.NEGATIVE)

WITHOUT: Final = [ignored_auth]
"""It asks again by nobody and by a made-up key, which soon waits as a guesser does; who comes in is tried elsewhere."""

OF_RULES: Final = ("application/xml", "text/xml")
"""A document of these forms is held to published rules, which stand in no description: what is made up breaks them."""


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of client: what it sends to say who it is, and the scopes that its key holds for."""

    headers: Mapping[str, str]
    scopes: frozenset[ApiScope]
    is_test: bool = False


@pytest.fixture
def system(tmp_path: Path) -> Iterator[System]:
    with a_system(f"sqlite:///{tmp_path / 'billing.sqlite'}") as system:
        yield system


@pytest.fixture
def application(system: System, tmp_path: Path) -> FastAPI:
    url = system.database.url.render_as_string(hide_password=False)
    given = Settings(database_url=url, sandbox_folder=tmp_path / "sandboxes")
    with_tables(folder_of(given, system.database))
    app = create_app(given, clock=lambda: CLOCK, database=system.database)
    # What is made up names strangers' machines.
    app.state.worker_turn.post = takes_everything
    return app


def kinds_of_client(system: System) -> Mapping[str, Kind]:
    """Every kind of client, by what it is."""
    buyers = frozenset(BUYER_SCOPES) - {ApiScope.AUDIT_READ}
    _, auditors = an_auditor(system, date(2025, 1, 1), date(2026, 12, 31))
    yesterday = TODAY - timedelta(days=1)
    found = {
        "nobody": Kind({}, frozenset()),
        "a wrong key": Kind({"Authorization": "Bearer nobody's"}, frozenset()),
        "one that has expired": _kind(system, SUPPLIER_SCOPES, expires_on=yesterday, counts=False),
        "the buyer's": _kind(system, buyers, supplier=""),
        "an auditor": Kind({"Authorization": f"Bearer {auditors}"}, frozenset({ApiScope.AUDIT_READ})),
        "another supplier's": _kind(system, SUPPLIER_SCOPES, supplier=LARKDRILLEN),
        "one of another unit": _kind(system, SUPPLIER_SCOPES, within=UnitScope(frozenset({"UV-999"}))),
        "a test client": _kind(system, SUPPLIER_SCOPES, is_test=True),
    }
    return found | {f"with {scope}": _kind(system, frozenset({scope})) for scope in sorted(SUPPLIER_SCOPES)}


def _kind(system: System, scopes: frozenset[ApiScope], *, counts: bool = True, **given: Any) -> Kind:  # noqa: ANN401
    _, secret = a_client(system, *scopes, **given)
    may = scopes if counts else frozenset[ApiScope]()
    return Kind({"Authorization": f"Bearer {secret}"}, may, is_test=bool(given.get("is_test")))


def in_turn(kinds: Mapping[str, Kind], row: ApiRow) -> Sequence[str]:
    """Who asks an operation, those twice that may."""
    may = [
        name
        for name, kind in kinds.items()
        if not row.may or (kind.scopes & row.may and (kind.is_test or not row.sandbox))
    ]
    return [*may, *kinds]


def _lacks_its_key(case: Case[Any]) -> bool:
    """Whether what is wrong may be the key, which is put right as it is sent: then there is nothing to refuse."""
    return case.meta is not None and ParameterLocation.HEADER in case.meta.components


@pytest.mark.parametrize("examples", [15, pytest.param(100, marks=pytest.mark.slow)])
def test_every_operation_answers_as_it_is_described(
    system: System,
    application: FastAPI,
    examples: int,
    record_property: Callable[[str, object], None],
) -> None:
    kinds = kinds_of_client(system)
    description = schemathesis.openapi.from_asgi("/api/v1/openapi.json", application)
    asked: Counter[str] = Counter()
    statuses: Counter[tuple[str, int]] = Counter()
    for found in description.get_all_operations():
        assert isinstance(found, Ok), found
        operation = found.ok()
        turns = in_turn(kinds, ROWS[operation.definition.raw["operationId"]])
        for mode in MODES:
            if operation.label in TAKES_NOTHING and mode is GenerationMode.NEGATIVE:
                continue

            def ask(case: Case[Any], name: str) -> None:
                answer = case.call(headers=dict(kinds[name].headers))
                asked[operation.label] += 1  # noqa: B023 - asked within this turn of the loop
                statuses[operation.label, answer.status_code] += 1  # noqa: B023
                without = [*WITHOUT]
                # A document is held to rules that stand in no description, and nobody guesses the state of a thing.
                if case.media_type in OF_RULES or answer.status_code == 412:
                    without.append(positive_data_acceptance)
                if _lacks_its_key(case):
                    without.append(negative_data_rejection)
                if b"WEBHOOK_ADDRESS_REFUSED" in answer.content:
                    # No schema says which names lead to a public machine.
                    without.append(positive_data_acceptance)
                if b"KEY_USED_FOR_OTHER" in answer.content:
                    # What is made up comes up with the same Idempotency-Key now and then.
                    without.append(positive_data_acceptance)
                try:
                    given_again = dict(kinds[name].headers)
                    case.validate_response(answer, headers=given_again, excluded_checks=without)
                except FailureGroup as failed:
                    pytest.fail(f"{operation.label} asked by {name}: {failed}")  # noqa: B023

            strategy = operation.as_strategy(generation_mode=mode)
            thorough = settings(
                max_examples=max(examples, len(turns)),
                deadline=None,
                database=None,
                phases=(Phase.generate,),
                suppress_health_check=list(HealthCheck),
            )
            seed(seeds.seed())(thorough(given(case=strategy, name=sampled_from(turns))(ask)))()
    assert {status for _, status in statuses if status >= 500} == set(), statuses
    varied = {label: count for label, count in asked.items() if label not in TAKES_NOTHING}
    assert len(varied) >= 3
    # Some of each must have come in, or nothing but refusals was looked at.
    refused_alone = {
        label
        for label in varied
        if not any(each == label and status not in NOT_LOOKED_AT for each, status in statuses)
    }
    assert refused_alone <= {"POST /api/v1/token"}, statuses
    assert system.broken() == []
    record_property("operations", len(asked))
    record_property("examples_an_operation", min(varied.values()))
