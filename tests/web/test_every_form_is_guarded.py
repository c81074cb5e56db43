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

MACHINES = {
    *("/api/v1/validate", "/api/v1/events", "/api/v1/ledger/answers", "/webhook/letters"),
    *("/api/v1/token", "/api/v1/invoices", "/api/v1/invoices/preview"),
    *(
        "/api/v1/webhooks",
        "/api/v1/webhooks/{number}/secrets",
        "/api/v1/webhooks/{number}/test",
        "/api/v1/webhooks/{number}/redeliver",
        "/api/v1/webhooks/{number}",
        "/api/v1/webhooks/{number}/secrets/{secret}",
        "/api/v1/sandbox/orders",
        "/api/v1/sandbox/advance",
        "/api/v1/sandbox/messages",
        "/api/v1/sandbox/reset",
        "/api/v1/placements/{reference:path}/informative-reports",
        "/api/v1/placements/{reference:path}/informative-reports/{number}/withdraw",
        "/api/v1/placements/{reference:path}/tutor",
        "/api/v1/placements/tutors",
        "/api/v1/reports",
        "/api/v1/reports/bulk",
        "/api/v1/reports/{reference:path}/{month}/corrections",
        "/api/v1/orders/{number}/objections",
        "/api/v1/orders/{number}/objections/{objection}/withdraw",
        "/api/v1/invoices/bulk",
    ),
    *("/api/v1/register/check", "/api/v1/register/difference", "/api/v1/register/loads"),
    *("/api/v1/register/loads/{number}/withdraw", "/api/v1/exports"),
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
