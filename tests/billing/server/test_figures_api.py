"""The service's figures over HTTP: to a system whose key allows it, with the small counts left out."""

from collections.abc import Iterator

import httpx
import pytest

from accounts.api_clients.model import ApiScope
from tests.billing.server.test_events_api import a_key, portal
from tests.support.pages.browser import Site
from tests.support.pages.browser import portal as browser_portal
from tests.support.servers.serving import NO_TLS
from tests.support.stories.system import FYRBAKEN, LARKDRILLEN, STIGFINNAREN, System, a_system
from web.budgets import Caller

ADDRESS = "/api/v1/service-figures"


@pytest.fixture
def system(database_url: str) -> Iterator[System]:
    """In January six of Fyrbåken, seven of Lärkdrillen and two of Stigfinnaren."""
    with a_system(database_url) as system:
        for supplier, many in ((FYRBAKEN, 6), (LARKDRILLEN, 7), (STIGFINNAREN, 2)):
            for number in range(many):
                system.decide(f"1{supplier[-4:]}000{number}", supplier=supplier)
        yield system


@pytest.fixture
def client(system: System) -> Iterator[httpx.Client]:
    with portal(system) as client:
        yield client


def bearing(system: System, *scopes: ApiScope) -> dict[str, str]:
    return {"Authorization": f"Bearer {a_key(system, *scopes)}"}


@pytest.mark.both_engines
def test_the_figures_of_a_month_with_the_small_left_out(system: System, client: httpx.Client) -> None:
    headers = bearing(system, ApiScope.FIGURES_READ)
    asked = {"from": "2026-01", "to": "2026-01", "by": "supplier"}
    answer = client.get(ADDRESS, params=asked, headers=headers)
    assert answer.status_code == 200, answer.text
    told = answer.json()
    assert (told["service"], told["by"], told["from"], told["least_told"]) == (
        "rusta-och-matcha",
        "supplier",
        "2026-01",
        5,
    )
    assert [(row["key"], row["figures"]["ongoing"], row["figures"]["started"]) for row in told["rows"]] == [
        (FYRBAKEN, None, None),
        (LARKDRILLEN, 7, 7),
        (STIGFINNAREN, None, None),
    ]
    assert [row["figures"]["ongoing"] for row in told["whole"]] == [15]
    assert told["suppliers"]["approved"] == 5
    assert told["suppliers"]["unique_addresses"] == 6
    assert "execution" not in answer.text


def test_another_scope_no_key_and_what_has_no_answer(system: System, client: httpx.Client) -> None:
    assert client.get(ADDRESS).status_code == 401
    assert client.get(ADDRESS, headers=bearing(system, ApiScope.EVENTS_READ)).status_code == 403
    mine = bearing(system, ApiScope.FIGURES_READ)
    for params, status in (
        ({"from": "2026-02", "to": "2026-01"}, 409),
        ({"supplier": FYRBAKEN, "level": "C"}, 409),
        ({"service": "okand"}, 409),
        ({"from": "0000-01"}, 409),
        ({"from": "2026-13"}, 422),
        ({"by": "person"}, 422),
    ):
        answer = client.get(ADDRESS, params=params, headers=mine)
        assert (answer.status_code, answer.headers["Content-Type"]) == (status, "application/problem+json"), (
            params
        )


def test_a_key_that_has_read_its_part_of_the_minute_waits(system: System, database_url: str) -> None:
    mine = bearing(system, ApiScope.FIGURES_READ)
    with browser_portal(database_url) as site, visiting(site) as client:
        budgets, caller = site.app.state.budgets, Caller("client-1", is_stranger=False)
        assert client.get(ADDRESS, headers=mine).status_code == 200
        # What it took of a processor is noted to the key.
        assert budgets._callers[caller].cpu_seconds > 0
        budgets.spend(caller, 1_000)
        refused = client.get(ADDRESS, headers=mine)
        assert (refused.status_code, int(refused.headers["Retry-After"]) > 0) == (429, True)


def visiting(site: Site) -> httpx.Client:
    return httpx.Client(base_url=site.address, timeout=60, trust_env=False, verify=NO_TLS)
