"""The reference of the machine API as documents of help: an index of all operations, and a page for each area.

Convention: an operation's area is its tag in the OpenAPI description. A shape is told on the page of the area that
alone uses it, otherwise among the shared shapes. The index keeps the addresses that operations and shapes have on their
pages, so that a link to the reference of one page, as it was once, comes to the row that leads on.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from typing import Final

from billing.server.help import api_operations, api_shapes
from billing.server.help.api_shapes import Described
from web.help.rendering import slug

FOLDER: Final = "api-reference"
AREAS: Final[Mapping[str, Sequence[str]]] = {
    "To begin": ("token", "problems", "validation", "sandbox"),
    "Suppliers' systems": (
        "orders",
        "objections",
        "receipts",
        "placements",
        "tutors",
        "reports",
        "invoices",
        "answers",
        "payments",
        "claims",
        "prices",
        "settings",
        "webhooks",
        "exports",
        "events",
    ),
    "The buyer's programs": (
        "documents",
        "exceptions",
        "finance",
        "ledger",
        "register",
        "service figures",
        "oversight",
    ),
    "Running the system": ("operation",),
}
"""Every area, in the order in which whoever connects a system meets them; written here, since to make the description
takes seconds and the names of documents are asked for by every page of help."""

_HEAD: Final = """\
# API reference

Every operation of the machine API, from its OpenAPI description, which lies at `/api/v1/openapi.json` of every
installation. How to sign in, read pages, and send things once stands in [the machine API](../api.md), the meaning of
each problem in [the problem codes](../problem-codes.md).
"""
_SHARED_HEAD: Final = """\
# Shared shapes

What several areas of [the machine API](index.md) send or answer with.

"""


def documents(described: Callable[[], Described]) -> Mapping[str, Callable[[], str]]:
    """Every document of the reference, by its name."""
    return {
        f"{FOLDER}/index": lambda: index(described()),
        f"{FOLDER}/{api_shapes.SHARED}": lambda: shared_shapes(described()),
        **{
            f"{FOLDER}/{slug(tag)}": partial(_told, described, tag) for tags in AREAS.values() for tag in tags
        },
    }


def index(description: Described) -> str:
    """Every operation with its method, its path and what it does, by area, and every shape."""
    lines = [_HEAD]
    told = {each["name"]: each.get("description", "") for each in description.get("tags", ())}
    for group, tags in AREAS.items():
        lines.append(f"## {group}\n")
        for tag in tags:
            lines += [f"### [{tag.capitalize()}]({slug(tag)}.md)\n", f"{told.get(tag, '')}\n"]
            lines += ["| Operation | What it does |", "|---|---|"]
            lines += [
                f'| `{method.upper()} {path}` | <a id="{place}"></a>[{summary}]({slug(tag)}.md#{place}) |'
                for path, method, operation in api_operations.of_area(description, tag)
                if (summary := str(operation.get("summary", path))) and (place := slug(summary))
            ]
            lines.append("")
    return "\n".join((*lines, *_shape_index(description)))


def area(description: Described, tag: str) -> str:
    """The page of an area: its operations, then the shapes that no other area uses."""
    told = next((each["description"] for each in description.get("tags", ()) if each["name"] == tag), "")
    homes = api_shapes.homes(description)
    lines = [f"# API: {tag}\n", f"{told}\n", "All areas: [API reference](index.md).\n"]
    for path, method, operation in api_operations.of_area(description, tag):
        lines += api_operations.told(path, method, operation, partial(api_shapes.led, homes, slug(tag)))
    own = [name for name, home in homes.items() if home == slug(tag)]
    if own:
        lines.append("## Shapes\n")
        lines += api_shapes.told(description, own, homes, slug(tag))
    return "\n".join(lines)


def shared_shapes(description: Described) -> str:
    """The page of the shapes that several areas use."""
    homes = api_shapes.homes(description)
    shared = [name for name, home in homes.items() if home == api_shapes.SHARED]
    return _SHARED_HEAD + "\n".join(api_shapes.told(description, shared, homes, api_shapes.SHARED, level=2))


def _told(described: Callable[[], Described], tag: str) -> str:
    return area(described(), tag)


def _shape_index(description: Described) -> Iterator[str]:
    """Every shape beside the area on whose page it is told."""
    homes = api_shapes.homes(description)
    names = {slug(tag): tag.capitalize() for tags in AREAS.values() for tag in tags}
    yield "## Shapes\n"
    yield "What is sent and answered with.\n"
    yield "| Told with | Shapes |"
    yield "|---|---|"
    for page, title in (*names.items(), (api_shapes.SHARED, "Several areas")):
        own = [(name, name.lower()) for name, home in homes.items() if home == page]
        if own:
            linked = " ".join(f'<a id="{place}"></a>[{name}]({page}.md#{place})' for name, place in own)
            yield f"| [{title}]({page}.md) | {linked} |"
