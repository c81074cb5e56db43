"""The machine API, asked by schemathesis what its own description promises: by nobody, and by a system with a key.

Requests that follow the description and requests that do not; whatever comes back must be an answer that is
described, in a form that is described, and never a fault of ours. Where an operation takes nothing, one request is
all there is to ask.
"""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from datetime import date
from pathlib import Path
from typing import Any, Final

import pytest
import schemathesis
from fastapi import FastAPI
from hypothesis import HealthCheck, Phase, given, seed, settings
from schemathesis import Case, GenerationMode
from schemathesis.core.failures import FailureGroup
from schemathesis.core.result import Ok
from schemathesis.specs.openapi.checks import ignored_auth

from billing.server.app import create_app
from operations.settings import Settings
from tests.bar import seeds
from tests.billing.server.test_events_api import a_key
from tests.support.servers.api import a_client, an_auditor
from tests.support.servers.system_databases import CLOCK
from tests.support.stories.system import System, a_system

TAKES_NOTHING: Final = frozenset(
    {
        *("GET /livez", "GET /readyz", "GET /metrics", "GET /api/v1/problems"),
        *("GET /api/v1/register", "GET /api/v1/exports"),
    }
)
ABOUT_ONE_THING: Final[Mapping[str, int]] = {
    "GET /api/v1/orders/{number}": 404,
    "GET /api/v1/orders/{number}/order.xml": 404,
    "POST /api/v1/invoices": 404,
    "POST /api/v1/invoices/preview": 404,
    "POST /api/v1/token": 401,
    "GET /api/v1/documents/{number}": 404,
    "GET /api/v1/documents/{number}/document.xml": 404,
    "GET /api/v1/vouchers.si": 404,
    "POST /api/v1/register/difference": 409,
    "POST /api/v1/register/loads": 409,
    "GET /api/v1/register/loads/{number}": 404,
    "POST /api/v1/register/loads/{number}/withdraw": 404,
    "POST /api/v1/exports": 202,
    "GET /api/v1/exports/{number}": 404,
    "GET /api/v1/exports/{number}/export.zip": 404,
    "GET /api/v1/audit/cases/{reference}": 404,
    "GET /api/v1/audit/cases/{reference}/case.zip": 404,
    "GET /api/v1/audit/documents/{number}": 404,
    "GET /api/v1/audit/documents/{number}/document.xml": 404,
}
"""What names one thing, or somebody: a request that is made up comes in and finds nothing."""
MODES: Final = (GenerationMode.POSITIVE, GenerationMode.NEGATIVE)

BOOKS_BEGIN: Final = date(2025, 1, 1)
WITHOUT: Final = [ignored_auth]
"""It asks again by nobody and by a made-up key, which soon waits as a guesser does; who comes in is tried elsewhere."""


@pytest.fixture
def system(tmp_path: Path) -> Iterator[System]:
    with a_system(f"sqlite:///{tmp_path / 'billing.sqlite'}") as system:
        yield system


@pytest.fixture
def application(system: System) -> FastAPI:
    url = system.database.url.render_as_string(hide_password=False)
    return create_app(Settings(database_url=url), clock=lambda: CLOCK, database=system.database)


@pytest.mark.parametrize("examples", [4, pytest.param(200, marks=pytest.mark.nightly)])
def test_every_operation_answers_as_it_is_described(
    system: System,
    application: FastAPI,
    examples: int,
    record_property: Callable[[str, object], None],
) -> None:
    roles: Mapping[str, Mapping[str, str]] = {
        "nobody": {},
        "a system": {"Authorization": f"Bearer {a_key(system)}"},
        "an auditor's program": {
            "Authorization": f"Bearer {an_auditor(system, BOOKS_BEGIN, CLOCK.date())[1]}"
        },
        "a supplier's program": {"Authorization": f"Bearer {a_client(system)[1]}"},
        "a wrong key": {"Authorization": "Bearer nobody's"},
    }
    description = schemathesis.openapi.from_asgi("/api/v1/openapi.json", application)
    asked: Counter[str] = Counter()
    statuses: Counter[tuple[str, int]] = Counter()
    for found in description.get_all_operations():
        assert isinstance(found, Ok), found
        operation = found.ok()
        for role, headers in roles.items():
            for mode in MODES:
                if operation.label in TAKES_NOTHING and mode is GenerationMode.NEGATIVE:
                    continue

                def ask(case: Case[Any]) -> None:
                    answer = case.call(headers=dict(headers))  # noqa: B023 - asked within this turn of the loop
                    asked[operation.label] += 1  # noqa: B023
                    statuses[operation.label, answer.status_code] += 1  # noqa: B023
                    try:
                        given_again = dict(headers)  # noqa: B023
                        case.validate_response(answer, headers=given_again, excluded_checks=WITHOUT)
                    except FailureGroup as failed:
                        pytest.fail(f"{operation.label} asked by {role}: {failed}")  # noqa: B023

                strategy = operation.as_strategy(generation_mode=mode)
                thorough = settings(
                    max_examples=examples,
                    deadline=None,
                    database=None,
                    phases=(Phase.generate,),
                    suppress_health_check=list(HealthCheck),
                )
                seed(seeds.seed())(thorough(given(case=strategy)(ask)))()
    assert {status for _, status in statuses if status >= 500} == set(), statuses
    varied = {label: count for label, count in asked.items() if label not in TAKES_NOTHING}
    assert len(varied) >= 3
    # Some of each must have come in, or nothing but refusals was looked at.
    for label in varied:
        assert statuses[label, ABOUT_ONE_THING.get(label, 200)] > 0, (label, statuses)
    assert system.broken() == []
    record_property("operations", len(asked))
    record_property("examples_an_operation", min(varied.values()))
