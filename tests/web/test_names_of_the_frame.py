"""What the frame of every page calls is no page's own word: a page that took it would answer with a fault of ours."""

import ast
from collections.abc import Iterator

from jinja2 import nodes

from foundation.text import SWEDISH
from tests.support.project import PROJECT
from web.templating import environment

FRAME = ("base.html", "failure.html", "held.html")
FRONTS = ("accounts", "finance_desk", "supplier_portal", "web", "billing")


def called() -> set[str]:
    """The helpers that the frame calls by their bare names."""
    templates = environment(SWEDISH)
    assert templates.loader is not None
    found = set[str]()
    for name in FRAME:
        source, *_ = templates.loader.get_source(templates, name)
        calls = templates.parse(source).find_all(nodes.Call)
        found |= {each.node.name for each in calls if isinstance(each.node, nodes.Name)}
    return found & set(templates.globals)


def given() -> Iterator[tuple[str, str]]:
    """Each word that a module renders a page with, by name or as a key of a dict, beside the module."""
    for front in FRONTS:
        for path in sorted((PROJECT / front).rglob("*.py")):
            module = path.relative_to(PROJECT).as_posix()
            tree = ast.parse(path.read_text(encoding="utf-8"))
            for each in ast.walk(tree):
                if isinstance(each, ast.Call) and getattr(each.func, "id", "") == "render":
                    yield from ((module, key.arg) for key in each.keywords if key.arg)
                    inner = (node for key in each.keywords if key.arg is None for node in ast.walk(key.value))
                    for node in inner:
                        if isinstance(node, ast.Dict):
                            keys = (key for key in node.keys if isinstance(key, ast.Constant))
                            yield from ((module, str(key.value)) for key in keys)


def test_no_page_takes_a_word_that_the_frame_calls() -> None:
    words = called()
    assert {"ngettext", "said", "static"} <= words
    told = list(given())
    assert len(told) > 400
    assert [f"{module}: {word}" for module, word in told if word in words] == []
