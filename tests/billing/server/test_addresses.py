"""Whatever stands in an address where a key belongs: every route answers that there is no such thing, and never fails.

The routes are those of the application itself, so a new one is under the door by itself.
"""

import re
from collections.abc import Iterator, Sequence
from typing import get_type_hints

import httpx
import pytest
from fastapi import FastAPI
from fastapi.routing import APIRoute

from billing.server.app import create_app
from operations.settings import Settings
from tests.support.pages.all_routes import _flat
from tests.support.servers import without_server
from tests.support.servers.serving import NO_TLS
from tests.support.servers.system_databases import migrated

NO_KEYS = (
    str(10**30),
    "9" * 5_000,
    str(2**31),
    str(2**63),
    "1000000000",
    "-1",
    "0",
    "007",
    "%EF%BC%91%EF%BC%92",  # １２
    "%C2%B2",  # ²
    "1e3",
    "1_0",
    "%2B1",
    "%201",
)


@pytest.fixture
def app(database_url: str) -> Iterator[FastAPI]:
    database = migrated(database_url)
    yield create_app(Settings(database_url=database_url), database=database)
    database.close()


def answers_to(app: FastAPI, asked: Sequence[tuple[str, str]]) -> list[httpx.Response]:
    """What each method and address is answered, by the application in this process."""

    async def all_of_them() -> list[httpx.Response]:
        transport = httpx.ASGITransport(app)
        async with httpx.AsyncClient(
            transport=transport, base_url="https://portal.example", verify=NO_TLS
        ) as client:
            return [await client.request(method, path) for method, path in asked]

    return without_server.asked(all_of_them)


def keyed_routes(app: FastAPI) -> list[tuple[str, str, str]]:
    """Each route with a key: its method, and its path before and after one of its keys, with others filled in."""
    found = []
    for route in _flat(app.routes):
        if not isinstance(route, APIRoute):
            continue
        types = get_type_hints(route.endpoint)
        for name in re.findall(r"\{(\w+)", route.path):
            if types[name] is not int:
                continue
            before, after = re.split(rf"\{{{name}[^}}]*\}}", route.path)
            others = [re.sub(r"\{\w+[^}]*\}", "1", part) for part in (before, after)]
            found += [
                (method, others[0], others[1]) for method in sorted(route.methods or ()) if method != "HEAD"
            ]
    return found


@pytest.mark.parametrize("each", [pytest.param(5), pytest.param(1, marks=pytest.mark.slow)])
def test_no_route_has_anything_under_what_is_no_key(app: FastAPI, each: int) -> None:
    """`make test` asks each route with every fifth writing, another fifth from route to route."""
    routes = keyed_routes(app)
    assert len(routes) > 80
    asked = [
        (method, f"{before}{key}{after}")
        for place, (method, before, after) in enumerate(routes)
        for key in NO_KEYS[place % each :: each]
    ]
    wrong = [
        (*request, answer.status_code)
        for request, answer in zip(asked, answers_to(app, asked), strict=True)
        if answer.status_code != 404
    ]
    assert wrong == []


def test_a_key_is_let_through_the_same_door(app: FastAPI) -> None:
    asked = [("GET", f"{before}17{after}") for method, before, after in keyed_routes(app) if method == "GET"]
    of_programs = [each for each in asked if each[1].startswith("/api/")]
    led_on = {answer.status_code for answer in answers_to(app, [*{*asked} - {*of_programs}])}
    assert led_on == {303}, "who has not signed in is led to where one does"
    told = {answer.status_code for answer in answers_to(app, of_programs)}
    assert told == {401}, "a program is told that nobody knows it"


def test_every_part_of_a_path_is_known_to_the_door(app: FastAPI) -> None:
    """It knows keys by the endpoint's own types; one that a dependency alone reads would pass it."""
    for route in _flat(app.routes):
        if isinstance(route, APIRoute):
            for name in re.findall(r"\{(\w+)", route.path):
                assert name in route.endpoint.__annotations__, (route.path, name)


@pytest.mark.parametrize(
    "path", ["/orders/%00", "/orders?state=%00", "/api/v1/feed?after=%00", "/livez?a=%00"]
)
def test_a_null_character_is_in_no_address(app: FastAPI, path: str) -> None:
    (answer,) = answers_to(app, [("GET", path)])
    assert answer.status_code == 404
    assert answer.headers["content-type"].startswith("application/problem+json")
