"""The shapes of the machine API in help: on which page each is told, its fields, and types in words that lead there."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, Final

from billing.server.described.description import operations
from web.help.rendering import slug

SHARED: Final = "shapes"
"""The page of the shapes that several areas use."""

Described = Mapping[str, Any]


def homes(description: Described) -> Mapping[str, str]:
    """The page that tells each shape, by the shape's name, in the order of the alphabet."""
    schemas = description.get("components", {}).get("schemas", {})
    users: dict[str, set[str]] = {name: set() for name in sorted(schemas)}
    for _, _, operation in operations(description):
        for name in _reached(operation, schemas):
            users[name].add(slug((operation.get("tags") or [""])[0]))
    return {name: next(iter(pages)) if len(pages) == 1 else SHARED for name, pages in users.items()}


def led(homes: Mapping[str, str], page: str, name: str) -> str:
    """Where a page leads to for a shape."""
    home = homes.get(name, SHARED)
    return f"#{name.lower()}" if home == page else f"{home}.md#{name.lower()}"


def told(
    description: Described, names: Sequence[str], homes: Mapping[str, str], page: str, *, level: int = 3
) -> Iterator[str]:
    """The shapes of these names as sections of a page."""
    schemas = description["components"]["schemas"]
    for name in names:
        schema = schemas[name]
        yield f"{'#' * level} {name}\n"
        if schema.get("description"):
            yield f"{schema['description'].strip()}\n"
        if schema.get("enum"):
            yield f"One of {', '.join(f'`{each}`' for each in schema['enum'])}.\n"
        yield from _fields(schema, lambda other: led(homes, page, other))


def _fields(schema: Described, leads: Callable[[str], str]) -> Iterator[str]:
    fields = schema.get("properties", {})
    if not fields:
        return
    needed = set(schema.get("required", ()))
    yield "| Field | Type | Needed | What it is |"
    yield "|---|---|---|---|"
    for field, described in fields.items():
        said = cell(described.get("description", ""))
        yield f"| `{field}` | {type_of(described, leads)} | {'yes' if field in needed else 'no'} | {said} |"
    yield ""


def type_of(schema: Described, leads: Callable[[str], str]) -> str:
    """The type in words; one that has a name leads to where it is told."""
    if "$ref" in schema:
        name = str(schema["$ref"]).rpartition("/")[2]
        return f"[{name}]({leads(name)})"
    for several in ("anyOf", "oneOf", "allOf"):
        if several in schema:
            return " or ".join(dict.fromkeys(type_of(each, leads) for each in schema[several]))
    if schema.get("type") == "array":
        return f"list of {type_of(schema.get('items', {}), leads)}"
    if "enum" in schema:
        return ", ".join(f"`{each}`" for each in schema["enum"])
    kind = str(schema.get("type", "any"))
    return f"{kind} ({schema['format']})" if "format" in schema else kind


def cell(text: str) -> str:
    """A text in a table: on one line, its bars escaped."""
    return " ".join(text.split()).replace("|", "\\|")


def _reached(part: object, schemas: Mapping[str, Any]) -> set[str]:
    """The shapes that a part of the description refers to, and those that they refer to."""
    found: set[str] = set()
    left = list(_referred(part))
    while left:
        name = left.pop()
        if name not in found and name in schemas:
            found.add(name)
            left += _referred(schemas[name])
    return found


def _referred(part: object) -> Iterator[str]:
    if isinstance(part, list):
        for each in part:
            yield from _referred(each)
    elif isinstance(part, dict):
        if isinstance(part.get("$ref"), str):
            yield part["$ref"].rpartition("/")[2]
        for name, each in part.items():
            if name != "example":
                yield from _referred(each)
