"""Schemas that stand in several places of the description, moved to one and referred to from there. Pure.

A model that a route describes by hand (`model_json_schema()`) comes with all it refers to in `$defs`, as JSON Schema
has it. In an OpenAPI document one place holds them all, `components/schemas`; a generator of clients makes one class
of each that stands there, and one more of every copy that does not.
"""

import re
from collections.abc import Mapping
from typing import Any, Final

Described = dict[str, Any]
"""A part of the description, as JSON has it."""

_PLACE: Final = "#/components/schemas/"
_LOCAL: Final = "#/$defs/"
_MODEL: Final = re.compile(r"[A-Z][A-Za-z0-9]+")


def gathered(description: Described) -> Described:
    """The description with every named model in its components, once, and referred to wherever it stands."""
    known: Described = description.setdefault("components", {}).setdefault("schemas", {})
    found: Described = {}
    paths = _moved(description["paths"], known, found)
    schemas = {**known, **found}
    components = {**description["components"], "schemas": dict(sorted(schemas.items()))}
    return {**description, "paths": paths, "components": components}


def _moved(part: object, known: Mapping[str, Any], found: Described) -> Any:  # noqa: ANN401 - as JSON has it
    """A part of the description, its models moved to `found` where they are not `known`."""
    if isinstance(part, list):
        return [_moved(each, known, found) for each in part]
    if not isinstance(part, dict):
        return part
    if isinstance(part.get("$ref"), str) and part["$ref"].startswith(_LOCAL):
        return {**part, "$ref": _PLACE + part["$ref"].removeprefix(_LOCAL)}
    for name, each in part.get("$defs", {}).items():
        _keep(name, _moved(each, known, found), known, found)
    moved = {name: _moved(each, known, found) for name, each in part.items() if name != "$defs"}
    model = str(moved.get("title", ""))
    if _is_model(moved) and _keep(model, moved, known, found):
        return {"$ref": _PLACE + model}
    return moved


def _is_model(part: Mapping[str, Any]) -> bool:
    name = part.get("title")
    return part.get("type") == "object" and "properties" in part and _is_name(name)


def _is_name(name: object) -> bool:
    return isinstance(name, str) and _MODEL.fullmatch(name) is not None


def _keep(name: str, model: Described, known: Mapping[str, Any], found: Described) -> bool:
    """Keep the model under its name; False where another stands there, and this one stays where it is."""
    held = found.get(name, known.get(name))
    if held is None:
        found[name] = model
        return True
    return bool(held == model)
