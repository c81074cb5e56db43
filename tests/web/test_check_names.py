"""Every check of a match has a name that people read, in both languages."""

import ast
from pathlib import Path

from foundation.text import Language
from tests.support.project import PROJECT
from web.verdict_words import CHECK_NAMES, check_name

_MAKERS = ("check", "not_looked_at", "Check", "Group")


def names_in(source: Path) -> set[str]:
    """The first words of every call that makes a check or a branch; what follows a number is left out."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(source.read_text(encoding="utf-8"))):
        if (
            isinstance(node, ast.Call)
            and isinstance(node.func, ast.Name)
            and node.func.id in _MAKERS
            and node.args
        ):
            first = node.args[0]
            if isinstance(first, ast.JoinedStr):
                first = first.values[0]
            if isinstance(first, ast.Constant) and isinstance(first.value, str):
                found.add(first.value.strip())
    return found


def test_every_check_has_a_name_that_people_read() -> None:
    names = set().union(*(names_in(file) for file in (PROJECT / "invoicing").rglob("*.py")))
    assert {"order", "buyer", "type", "vat"} <= names
    assert sorted(names - CHECK_NAMES.keys()) == []


def test_a_name_is_said_in_each_language() -> None:
    assert check_name("order line 001").in_language(Language("sv")) == "orderrad 001"
    assert check_name("type").in_language(Language("en")) == "document type"
