"""The machine API against its last release: nothing that clients were made by is taken from them unsaid."""

import copy
import json
import re
from collections.abc import Callable, Mapping
from typing import Any, Final

import pytest

from tests.billing.server.described.breaking import broken
from tests.support.project import FIXTURES, PROJECT

RELEASES: Final = FIXTURES / "openapi"
ACCEPTED: Final[Mapping[str, str]] = {
    f"{operation} is called {name}, and was {before}": "operations had the framework's names, which no client used"
    for operation, name, before in (
        ("POST /api/v1/validate", "validate_document", "validate_document_api_v1_validate_post"),
        ("GET /livez", "livez", "livez_livez_get"),
        ("GET /readyz", "readyz", "readyz_readyz_get"),
        ("GET /metrics", "metrics", "metrics_metrics_get"),
    )
}
"""What is broken on purpose since the last release, and why; the release notes say so."""


def now() -> dict[str, Any]:
    told: dict[str, Any] = json.loads((PROJECT / "docs" / "openapi.json").read_text(encoding="utf-8"))
    return told


def last_release() -> str:
    """The newest version of the change log with a day."""
    found = re.search(r"^## ([\d.]+) – \d", (PROJECT / "CHANGELOG.md").read_text("utf-8"), re.MULTILINE)
    assert found
    return found[1]


def test_nothing_is_broken_since_the_last_release() -> None:
    kept = RELEASES / f"{last_release()}.json"
    assert kept.exists(), f"keep docs/openapi.json of the release as {kept.name}"
    assert sorted(broken(json.loads(kept.read_text("utf-8")), now())) == sorted(ACCEPTED)


def _less(change: Callable[[dict[str, Any]], None]) -> list[str]:
    after = copy.deepcopy(now())
    change(after)
    return broken(now(), after)


def _orders(described: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = described["paths"]["/api/v1/orders"]["get"]
    return found


def _schema(described: dict[str, Any], name: str) -> dict[str, Any]:
    found: dict[str, Any] = described["components"]["schemas"][name]
    return found


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda now: now["paths"].pop("/api/v1/orders"), "GET /api/v1/orders is gone"),
        (lambda now: _orders(now).update(operationId="x"), "GET /api/v1/orders is called x"),
        (lambda now: _orders(now)["parameters"].pop(), "GET /api/v1/orders no longer takes limit"),
        (lambda now: _orders(now)["parameters"][0].update(required=True), "GET /api/v1/orders requires"),
        (
            lambda now: _orders(now)["parameters"][-1]["schema"].update(maximum=10),
            "GET /api/v1/orders limit maximum is 10",
        ),
        (
            lambda now: _orders(now)["responses"].update({"200": {"description": "", "content": {}}}),
            "GET /api/v1/orders 200 no longer comes as application/json",
        ),
        (
            lambda now: _schema(now, "ToldOrder")["properties"].pop("unit"),
            "GET /api/v1/orders 200.orders[] no longer tells unit",
        ),
        (
            lambda now: _schema(now, "ToldOrder")["properties"]["unit"].update(type="integer"),
            "GET /api/v1/orders 200.orders[].unit is integer, and was string",
        ),
        (
            lambda now: _schema(now, "ToldOrder")["required"].remove("unit"),
            "GET /api/v1/orders 200.orders[] tells unit only sometimes",
        ),
        (
            lambda now: _schema(now, "InvoicedLine")["required"].append("number"),
            "POST /api/v1/invoices body requires number",
        ),
        (
            lambda now: _schema(now, "InvoicedLine")["properties"]["line"].update(pattern="x"),
            "POST /api/v1/invoices body.line follows another pattern",
        ),
        (
            lambda now: now["paths"]["/api/v1/invoices"]["post"]["requestBody"]["content"][
                "application/json"
            ]["schema"]["oneOf"].pop(),
            "POST /api/v1/invoices body is never CreditedInvoice",
        ),
        (lambda now: now["paths"]["/livez"]["get"].update(security=[{}]), "GET /livez wants a key"),
    ],
)
def test_what_is_taken_from_clients_is_told(change: Callable[[dict[str, Any]], None], said: str) -> None:
    found = _less(change)
    assert any(each.startswith(said) for each in found), found


def test_what_is_added_breaks_nobody() -> None:
    def add(described: dict[str, Any]) -> None:
        _schema(described, "ToldOrder")["properties"]["more"] = {"type": "string"}
        _schema(described, "ToldOrder")["required"].append("more")
        _orders(described)["parameters"].append(
            {"name": "more", "in": "query", "required": False, "schema": {"type": "string"}}
        )
        _orders(described)["responses"]["418"] = {"description": ""}
        described["paths"]["/api/v1/more"] = {"get": _orders(described)}

    assert _less(add) == []
