"""The description of the machine API (OpenAPI 3.1): what the routes say of themselves, made whole for programs.

Convention: an operation is named as the function that answers it, and a group of operations is told by the first
sentence of the module they stand in. Examples are answers that were recorded (`examples.json`), put in where they
belong; a new resource needs nothing here.
"""

import json
import re
import sys
from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any, Final

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi
from fastapi.routing import APIRoute

from billing.server.described.components import Described, gathered
from billing.server.described.field_words import worded
from foundation.product import PRODUCT

EXAMPLES: Final = Path(__file__).with_name("examples.json")
"""What was asked and answered, by operation: recorded by the tests, and never written by hand."""

ADDRESS: Final = "/api/v1/openapi.json"

_ABOUT: Final = (
    "Orders, receipts, invoices, answers and payments between a public buyer and its suppliers, for their systems. "
    "What goes wrong is a problem document (RFC 9457); every write takes an `Idempotency-Key`. Amounts are decimals in "
    "text, dates are ISO 8601. Nothing here says who a participant is."
)
_SENTENCE: Final = re.compile(r"(.+?\.)(\s|$)", re.DOTALL)
_METHODS: Final = ("get", "post", "put", "patch", "delete")


class DescribedApp(FastAPI):
    """An application whose description is ours."""

    def openapi(self) -> dict[str, Any]:
        """The description, made once."""
        if not self.openapi_schema:
            self.openapi_schema = described(self)
        return self.openapi_schema


def operation_id(route: APIRoute) -> str:
    """What an operation is called: as the function that answers it."""
    return route.name


def described(app: FastAPI) -> Described:
    """The description of the application's routes that programs ask."""
    made = get_openapi(
        title=PRODUCT.en,
        version=app.version,
        openapi_version=app.openapi_version,
        description=_ABOUT,
        routes=app.routes,
        tags=[dict(each) for each in _tags(app)],
        servers=[{"url": "/", "description": "Where the description was read."}],
        contact={"name": PRODUCT.en},
        license_info={"name": "EUPL-1.2", "identifier": "EUPL-1.2"},
    )
    return _with_examples(worded(gathered(made)), recorded())


@cache
def recorded() -> Mapping[str, Any]:
    """The recorded examples by operation."""
    examples: Mapping[str, Any] = json.loads(EXAMPLES.read_text(encoding="utf-8"))
    return examples


def operations(description: Mapping[str, Any]) -> Iterator[tuple[str, str, Described]]:
    """Every operation with its path and its method."""
    for path, item in description["paths"].items():
        for method in _METHODS:
            if method in item:
                yield path, method, item[method]


def as_text(description: Mapping[str, Any]) -> str:
    """The description as the file in the repository holds it."""
    return json.dumps(description, ensure_ascii=False, indent=1) + "\n"


def _tags(app: FastAPI) -> Iterator[Mapping[str, str]]:
    """Each group of operations, with the first sentence of the module it was met in first."""
    told: set[str] = set()
    for route in _flat(app.routes):
        if not route.include_in_schema:
            continue
        for tag in map(str, route.tags):
            if tag not in told:
                told.add(tag)
                yield {"name": tag, "description": _first_sentence(route)}


def _flat(routes: Iterable[object]) -> Iterator[APIRoute]:
    """The framework keeps a router that is included whole: taken apart into its routes."""
    for each in routes:
        router = getattr(each, "original_router", None)
        if router is not None:
            yield from _flat(router.routes)
        elif isinstance(each, APIRoute):
            yield each


def _first_sentence(route: APIRoute) -> str:
    written = sys.modules[route.endpoint.__module__].__doc__ or ""
    found = _SENTENCE.match(" ".join(written.split()))
    return found[1] if found else written


def _with_examples(description: Described, examples: Mapping[str, Any]) -> Described:
    """The description with what was recorded of each operation: its parameters, its body, its answers."""
    for _, _, operation in operations(description):
        told = examples.get(operation["operationId"])
        if told is None:
            continue
        for parameter in operation.get("parameters", ()):
            if parameter["name"] in told["parameters"]:
                parameter["example"] = told["parameters"][parameter["name"]]
        _put(operation.get("requestBody", {}), told["body"])
        for status, answer in told["answers"].items():
            _put(operation["responses"].get(status, {}), answer)
    return description


def _put(place: Described, example: Mapping[str, Any]) -> None:
    """Put examples by media type where a body is described."""
    for media_type, written in example.items():
        if media_type in place.get("content", {}):
            place["content"][media_type]["example"] = written
