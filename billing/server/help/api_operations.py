"""One operation of the machine API as a section of help: what it takes and answers, and a recorded example."""

import json
from collections.abc import Callable, Iterator, Sequence
from typing import Final

from billing.server.described.description import operations
from billing.server.help.api_shapes import Described, cell, type_of

_KEY: Final = "Authorization: Bearer rmk_…"
_LINES_MOST: Final = 60
_JSON: Final = "json"
Led = Callable[[str], str]
"""Where the shape of a name is told, seen from the page."""


def of_area(description: Described, tag: str) -> Sequence[tuple[str, str, Described]]:
    """The operations of an area with path and method, in the order of the description."""
    return [each for each in operations(description) if (each[2].get("tags") or [""])[0] == tag]


def told(path: str, method: str, operation: Described, led: Led) -> Iterator[str]:
    """The section of one operation."""
    yield f"## {operation.get('summary', path)}\n"
    yield f"`{method.upper()} {path}`\n"
    if operation.get("description"):
        yield f"{operation['description']}\n"
    if operation.get("security"):
        yield "Needs a client's key or a token.\n"
    yield from _parameters(operation.get("parameters", ()), led)
    for media, content in operation.get("requestBody", {}).get("content", {}).items():
        yield f"Body: `{media}`{_of(content.get('schema', {}), led)}.\n"
    yield "| Answer | What it is |"
    yield "|---|---|"
    for status, answer in sorted(operation["responses"].items()):
        shapes = [_of(each.get("schema", {}), led) for each in answer.get("content", {}).values()]
        yield f"| {status} | {cell(answer.get('description', ''))}{next(iter(shapes), '')} |"
    yield ""
    yield from _example(path, method, operation)


def _parameters(parameters: Sequence[Described], led: Led) -> Iterator[str]:
    if not parameters:
        return
    yield "| Parameter | Where | Type | Needed | What it is |"
    yield "|---|---|---|---|---|"
    for each in parameters:
        schema = each.get("schema", {})
        said = cell(each.get("description") or schema.get("description", ""))
        needed = "yes" if each.get("required") else "no"
        yield f"| `{each['name']}` | {each['in']} | {type_of(schema, led)} | {needed} | {said} |"
    yield ""


def _of(schema: Described, led: Led) -> str:
    """In brackets what it has the shape of, where that is one that is told."""
    shape = type_of(schema, led)
    return f" ({shape})" if "[" in shape else ""


def _example(path: str, method: str, operation: Described) -> Iterator[str]:
    """What was asked and answered once, where that was recorded and can be read at a glance."""
    answers = sorted(each for each in operation["responses"] if each.startswith("2"))
    answered = next(
        (
            (status, media, content["example"])
            for status in answers
            for media, content in operation["responses"][status].get("content", {}).items()
            if "example" in content
        ),
        None,
    )
    if answered is None:
        return
    yield "An example:\n"
    yield "```http"
    yield f"{method.upper()} {_asked(path, operation)}"
    if operation.get("security"):
        yield _KEY
    yield from (f"{name}: {value}" for name, value in _given(operation, "header"))
    for media, content in operation.get("requestBody", {}).get("content", {}).items():
        if "example" in content:
            yield f"Content-Type: {media}\n"
            yield from _written(media, content["example"])
            break
    yield "```\n"
    status, media, example = answered
    yield f"`{status}` `{media}`\n"
    yield f"```{_JSON if _JSON in media else ''}"
    yield from _written(media, example)
    yield "```\n"


def _asked(path: str, operation: Described) -> str:
    """The address of the example, with what was given in it."""
    for name, value in _given(operation, "path"):
        path = path.replace(f"{{{name}}}", value)
    query = "&".join(f"{name}={value}" for name, value in _given(operation, "query"))
    return f"{path}?{query}" if query else path


def _given(operation: Described, where: str) -> Iterator[tuple[str, str]]:
    for each in operation.get("parameters", ()):
        if each["in"] == where and "example" in each:
            yield each["name"], str(each["example"])


def _written(media: str, example: object) -> Iterator[str]:
    """The example in lines, cut where it is long."""
    as_json = _JSON in media or not isinstance(example, str)
    text = json.dumps(example, ensure_ascii=False, indent=2) if as_json else str(example)
    lines = text.splitlines()
    yield from lines[:_LINES_MOST]
    if len(lines) > _LINES_MOST:
        yield "…"
