"""Every area's table of routes, and the people the crawl and the walk ask with."""

import importlib
from collections.abc import Mapping
from pathlib import Path

from fastapi import FastAPI
from fastapi.routing import APIRoute
from starlette.routing import Mount
from starlette.routing import Route as PlainRoute

from accounts.identity import BUYER_SIDE, SUPPLIER_SIDE, Permission, Person
from foundation.database import Database
from orders.register.unit_scope import UnitScope
from tests.support.pages.routes import Route
from tests.support.stories.system import FYRBAKEN

BUYER = "2021002114"
AREAS = tuple(sorted(path.stem.removeprefix("routes_") for path in Path(__file__).parent.glob("routes_*.py")))


def table(area: str) -> Mapping[str, Route]:
    """The table of one area."""
    routes: Mapping[str, Route] = importlib.import_module(f"tests.support.pages.routes_{area}").ROUTES
    return routes


def table_in(area: str, database: Database) -> Mapping[str, Route]:
    """The table of one area, its addresses with the numbers that rows have in these books."""
    with database.reading() as session:
        return {key: route.in_books(session) for key, route in table(area).items()}


def routes_of(app: FastAPI) -> list[str]:
    """All routes of the application, as "GET /path"; mounted files are not routes."""
    found: list[str] = []
    for each in _flat(app.routes):
        if isinstance(each, APIRoute | PlainRoute):
            found += [f"{method} {each.path}" for method in sorted(each.methods or ()) if method != "HEAD"]
        else:
            assert isinstance(each, Mount), each
    return found


def _flat(routes: object) -> list[object]:
    """The framework keeps an included router whole: taken apart into its routes."""
    found: list[object] = []
    for each in routes:  # type: ignore[attr-defined]
        router = getattr(each, "original_router", None)
        found += _flat(router.routes) if router is not None else [each]
    return found


def _person(name: str, permissions: frozenset[Permission], within: UnitScope | None = None) -> Person:
    organisation = BUYER if permissions & BUYER_SIDE else FYRBAKEN
    return Person(f"crawl-{name}", "Någon Annan", organisation, permissions, within)


ONES = {each: _person(each.lower(), frozenset({each})) for each in Permission}
"""Somebody with each permission alone, at Fyrbåken or at the buyer."""

ELSEWHERE = _person(
    "elsewhere",
    SUPPLIER_SIDE - {Permission.ADMINISTER},
    UnitScope(frozenset({"UV-999"})),
)
"""Somebody of Fyrbåken whose unit has nothing."""

SUPPLIER = _person("supplier", SUPPLIER_SIDE)
STAFF = _person("staff", BUYER_SIDE)
