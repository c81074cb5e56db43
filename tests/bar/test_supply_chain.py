"""What the product is built of: every package known by its sha256, none known to be unsafe, no forbidden call.

A call that is forbidden everywhere else stands in `ALLOWED` with its reason; one that is gone from there fails too.
"""

import ast
import re
from collections.abc import Callable, Iterator, Mapping
from typing import Final

import pytest

from tests.packaging import audit, licences
from tests.support import measures
from tests.support.product import folders, kept, modules
from tests.support.project import PROJECT

CLOCKS: Final = {
    ("datetime", "now"),
    ("datetime", "utcnow"),
    ("datetime", "today"),
    ("date", "today"),
    ("time", "time"),
}

ALLOWED: Final[Mapping[tuple[str, str], str]] = {
    (
        "huge_tree",
        "peppol/xml/gate.py",
    ): "on for documents beyond the parser's limit; the gate's own limits judge them",
    ("huge_tree", "peppol/xml/codec.py"): "indents what we have just written ourselves",
    ("huge_tree", "peppol/xml/shape.py"): "reads again what the gate has let through, within its limits",
    ("clock", "foundation/database.py"): "the clock that all others are given",
    ("clock", "peppol/access_points/folder.py"): "the clock of a tool that opens a folder without a database",
    (
        "clock",
        "peppol/lookup/directory.py",
    ): "how long an answer of the directory is kept, without a database",
    ("clock", "billing/tools/access_point_simulator/desk.py"): "a simulator of somebody else",
    (
        "clock",
        "foundation/disks/whole_files.py",
    ): "how old a file is, by the clock of the machine that wrote it",
    (
        "float",
        "peppol/rules/engine/numbers.py",
    ): "the published rules count as doubles, and the verdict must be theirs",
    ("float", "web/problems.py"): "a number of a JSON answer, none of money",
    ("float", "billing/server/metrics.py"): "a gauge of Prometheus",
    ("float", "billing/server/observability/database_queries.py"): "seconds of a gauge of Prometheus",
    ("clock", "billing/server/sandbox/books.py"): "how old a sandbox's file is, by the machine that wrote it",
    ("float", "operations/webhooks/connecting.py"): "seconds that a receiver asks us to wait, none of money",
    (
        "Markup",
        "web/help/rendering.py",
    ): "the project's own documents, made into a page by a library that escapes",
    ("Markup", "web/templating.py"): "fills an escaped sentence",
    ("Markup", "web/svg.py"): "puts together parts that it has escaped",
}


def forbidden(name: str) -> Iterator[tuple[str, int]]:
    """What a module does that only few may: which kind, and in which line."""
    for node in ast.walk(measures.tree(name)):
        match node:
            case ast.keyword(arg="recover" | "huge_tree" as named, value=value) if not _is_false(value):
                yield named, node.value.lineno
            case ast.Call(func=ast.Attribute(value=ast.Name(id="etree"), attr="parse" | "iterparse")):
                yield "etree.parse", node.lineno
            case ast.Call(func=ast.Name(id="float")):
                yield "float", node.lineno
            case ast.Call(func=ast.Name(id="Markup")):
                yield "Markup", node.lineno
            case ast.Call(func=ast.Attribute(value=ast.Name(id=of), attr=asked)) if (of, asked) in CLOCKS:
                yield "clock", node.lineno
            case ast.Constant(value=str(text)) if "local-name(" in text and not _is_docstring(node, name):
                yield "local-name", node.lineno


def _is_false(value: ast.expr) -> bool:
    return isinstance(value, ast.Constant) and value.value is False


def _is_docstring(node: ast.Constant, name: str) -> bool:
    documented = (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)
    return any(
        isinstance(each, documented)
        and each.body
        and isinstance(each.body[0], ast.Expr)
        and each.body[0].value is node
        for each in ast.walk(measures.tree(name))
    )


def test_no_module_makes_a_forbidden_call_but_those_with_a_reason(
    record_property: Callable[[str, object], None],
) -> None:
    found = [(kind, name, line) for name in modules() for kind, line in forbidden(name)]
    unknown = [f"{name}:{line} {kind}" for kind, name, line in found if (kind, name) not in ALLOWED]
    record_property("forbidden_calls", len(unknown))
    assert unknown == []
    assert {(kind, name) for kind, name, _ in found} == set(ALLOWED), "a reason outlived its call"


@pytest.mark.parametrize(
    ("line", "kind"),
    [
        ("etree.XMLParser(recover=True)", "recover"),
        ("etree.XMLParser(huge_tree=True)", "huge_tree"),
        ("etree.parse(path)", "etree.parse"),
        ("etree.iterparse(path)", "etree.parse"),
        ("amount = float(text)", "float"),
        ("now = datetime.now(UTC)", "clock"),
        ("day = date.today()", "clock"),
        ("seconds = time.time()", "clock"),
        ("""root.xpath("//*[local-name()='ID']")""", "local-name"),
        ("html = Markup(text)", "Markup"),
    ],
)
def test_each_forbidden_call_is_seen(line: str, kind: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(measures, "tree", lambda name: ast.parse(line))
    assert [found for found, _ in forbidden("planted.py")] == [kind]


def test_no_template_lets_anything_past_the_escaping() -> None:
    templates = [name for name in kept(*folders()) if "/templates/" in name]
    assert len(templates) > 50
    passing = re.compile(r"\|\s*safe\b|autoescape\s+false", re.IGNORECASE)
    found = [name for name in templates if passing.search((PROJECT / name).read_text(encoding="utf-8"))]
    assert found == []
    assert passing.search("{{ note | safe }}")


def test_every_package_of_the_lock_stands_in_the_bill_of_materials_with_its_sha256(
    record_property: Callable[[str, object], None],
) -> None:
    """A CycloneDX document, as an operator's scanner of packages reads it."""
    bom = audit.bill_of_materials()
    components = {each["name"]: each for each in bom["components"]}
    assert {name: each["version"] for name, each in components.items()} == licences.locked()
    assert bom["metadata"]["component"]["name"] == "rusta-matcha-billing"
    assert [name for name, each in components.items() if not each["licenses"][0]["expression"]] == []
    unknown = [
        name
        for name, each in components.items()
        if not any(
            content["alg"] == "SHA-256"
            for reference in each.get("externalReferences", ())
            for content in reference.get("hashes", ())
        )
    ]
    assert unknown == []
    record_property("packages", len(components))


@pytest.mark.nightly
def test_no_package_of_the_lock_is_known_to_be_unsafe(
    record_property: Callable[[str, object], None],
) -> None:
    try:
        found = audit.known_holes(licences.LOCK)
    except audit.AuditFailed as failure:
        pytest.skip(str(failure)[:160])
    if found.unasked:
        first = next(iter(found.unasked.values()))
        pytest.skip(f"{len(found.unasked)} packages could not be asked about, the first: {first[:80]}")
    record_property("known_unsafe", len(found.holes))
    assert found.holes == {}
