"""No form is taken without its token and without coming from our own site: asked of every route that takes one."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from fastapi.routing import APIRoute

from tests.support.pages.all_routes import _flat
from tests.support.pages.browser import Site, portal
from tests.support.pages.visitor import Visitor, visitor
from tests.support.servers.system_databases import migrated
from web.csrf import TOKEN_FIELD

API = "/api/"
"""Whatever lies below is asked with a key in a header: no cookie opens it."""

MACHINES = {
    "/webhook/letters",
    *("/sign-in/openid/logout", "/sign-in/openid/{key}/logout"),
    "/mails/{token}",
}
"""What machines send, with a key or a signed link of their own instead of a cookie that a browser would bring along."""


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    url = f"sqlite:///{tmp_path_factory.mktemp('forms') / Path('billing.sqlite')}"
    migrated(url).close()
    with portal(url, second_step=False) as served:
        yield served


@pytest.fixture
def somebody(site: Site) -> Iterator[Visitor]:
    with visitor(site) as somebody:
        yield somebody


def forms(site: Site) -> list[str]:
    """Every address a form can be sent to, with 1 where a number or a name stands."""
    found = [
        each.path
        for each in _flat(site.app.routes)
        if isinstance(each, APIRoute)
        and not (each.methods or set()) <= {"GET", "HEAD"}
        and each.path not in MACHINES
        and not each.path.startswith(API)
    ]
    assert len(found) > 100
    return [re.sub(r"\{[^}]+\}", "1", path) for path in found]


def let_through(site: Site, somebody: Visitor, form: dict[str, str], headers: dict[str, str]) -> list[str]:
    """The addresses that answer otherwise than that this is no form of ours."""
    return [
        f"{path}: {status}"
        for path in forms(site)
        if (status := somebody.client.post(path, data=form, headers=headers).status_code) != 403
    ]


@pytest.mark.parametrize("token", [{}, {TOKEN_FIELD: ""}, {TOKEN_FIELD: "0" * 64}], ids=str)
def test_no_form_is_taken_without_its_token(site: Site, somebody: Visitor, token: dict[str, str]) -> None:
    assert somebody.token
    assert let_through(site, somebody, token, {"Origin": site.address}) == []


@pytest.mark.parametrize(
    "origin",
    [
        {},
        {"Origin": "https://elsewhere.example"},
        {"Origin": "null"},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
    ],
    ids=str,
)
def test_no_form_is_taken_from_elsewhere(site: Site, somebody: Visitor, origin: dict[str, str]) -> None:
    assert let_through(site, somebody, {TOKEN_FIELD: somebody.token}, origin) == []


def test_a_form_of_ours_is_taken(site: Site, somebody: Visitor) -> None:
    """The others would also pass where everything is refused."""
    answer = somebody.enter("ingen@fyrbaken.example", "fel lösenord")
    assert answer.status_code == 422
