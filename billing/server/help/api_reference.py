"""The reference of the machine API as a document of help, from the description that programs read."""

from collections.abc import Iterator, Mapping, Sequence
from itertools import groupby
from typing import Any, Final

_HEAD: Final = """\
# API reference

Every operation of the machine API, from its OpenAPI description, which lies at `/api/v1/openapi.json` of every
installation. How to sign in, read pages, and send things once stands in [the machine API](api.md), the meaning of each
problem in [the problem codes](problem-codes.md).
"""
_METHODS: Final = ("get", "put", "post", "delete", "patch")

Described = Mapping[str, Any]


def page(description: Described) -> str:
    """The whole page, of an OpenAPI 3.1 description."""
    operations = [
        (str((operation.get("tags") or ["other"])[0]), path, method, operation)
        for path, item in description["paths"].items()
        for method, operation in item.items()
        if method in _METHODS
    ]
    lines = [_HEAD]
    for tag, group in groupby(sorted(operations, key=lambda each: each[0]), key=lambda each: each[0]):
        lines.append(f"## {tag.capitalize()}\n")
        for _, path, method, operation in group:
            lines += _operation(path, method, operation)
    return "\n".join((*lines, *_schemas(description)))


def _operation(path: str, method: str, operation: Described) -> Iterator[str]:
    yield f"### {operation.get('summary', path)}\n"
    yield f"`{method.upper()} {path}`\n"
    if operation.get("description"):
        yield f"{operation['description']}\n"
    if operation.get("security"):
        yield "Needs a client's key or a token.\n"
    yield from _parameters(operation.get("parameters", ()))
    for media, content in operation.get("requestBody", {}).get("content", {}).items():
        yield f"Body: `{media}`{_of(content.get('schema', {}))}.\n"
    yield "| Answer | What it is |"
    yield "|---|---|"
    for status, answer in sorted(operation["responses"].items()):
        shapes = [_of(each.get("schema", {})) for each in answer.get("content", {}).values()]
        yield f"| {status} | {_cell(answer.get('description', ''))}{next(iter(shapes), '')} |"
    yield ""


def _parameters(parameters: Sequence[Described]) -> Iterator[str]:
    if not parameters:
        return
    yield "| Parameter | Where | Needed | What it is |"
    yield "|---|---|---|---|"
    for each in parameters:
        told = each.get("description") or each.get("schema", {}).get("description", "")
        needed = "yes" if each.get("required") else "no"
        yield f"| `{each['name']}` | {each['in']} | {needed} | {_cell(told)} |"
    yield ""


def _schemas(description: Described) -> Iterator[str]:
    schemas = description.get("components", {}).get("schemas", {})
    yield "## Shapes\n"
    for name, schema in sorted(schemas.items()):
        yield f"### {name}\n"
        if schema.get("description"):
            yield f"{schema['description'].strip()}\n"
        fields = schema.get("properties", {})
        if schema.get("enum"):
            yield f"One of {', '.join(f'`{each}`' for each in schema['enum'])}.\n"
        if fields:
            needed = set(schema.get("required", ()))
            yield "| Field | Type | Needed | What it is |"
            yield "|---|---|---|---|"
            for field, told in fields.items():
                said = _cell(told.get("description", ""))
                yield f"| `{field}` | {_type(told)} | {'yes' if field in needed else 'no'} | {said} |"
            yield ""


def _of(schema: Described) -> str:
    """In brackets what it has the shape of, where that is one of those told below."""
    told = _type(schema)
    return f" ({told})" if "[" in told else ""


def _type(schema: Described) -> str:
    """The type in words; one that has a name leads to where it is told."""
    if "$ref" in schema:
        name = str(schema["$ref"]).rpartition("/")[2]
        return f"[{name}](#{name.lower()})"
    for several in ("anyOf", "oneOf", "allOf"):
        if several in schema:
            return " or ".join(dict.fromkeys(_type(each) for each in schema[several]))
    if schema.get("type") == "array":
        return f"list of {_type(schema.get('items', {}))}"
    if "enum" in schema:
        return ", ".join(f"`{each}`" for each in schema["enum"])
    kind = str(schema.get("type", "any"))
    return f"{kind} ({schema['format']})" if "format" in schema else kind


def _cell(text: str) -> str:
    """A text in a table: on one line, its bars escaped."""
    return " ".join(text.split()).replace("|", "\\|")
