"""What the papers and docstrings point to is there: every link and every path that is named."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from tests.support.product import folders, kept
from tests.support.project import PROJECT

LINK: Final = re.compile(r"\]\(([^)#\s]+)(?:#[^)]*)?\)")
PATH: Final = re.compile(rf"`((?:{'|'.join((*folders(), 'tests', 'fixtures', 'docs'))})/[\w./-]+)`")
ELSEWHERE: Final = ("http://", "https://", "mailto:")


def links(page: str) -> Iterator[tuple[str, Path]]:
    """(as written, where it leads) of every link to a file of the project."""
    for target in LINK.findall((PROJECT / page).read_text(encoding="utf-8")):
        if not target.startswith(ELSEWHERE):
            yield target, (PROJECT / page).parent / target


def paths(page: str) -> Iterator[tuple[str, Path]]:
    """(as written, where it leads) of every path from the top that stands between backticks."""
    for target in PATH.findall((PROJECT / page).read_text(encoding="utf-8")):
        yield target, PROJECT / target


def test_every_link_of_a_page_leads_somewhere() -> None:
    pages = [name for name in kept() if name.endswith(".md")]
    assert len(pages) > 40
    assert [f"{page}: {told}" for page in pages for told, place in links(page) if not place.exists()] == []


def test_every_path_that_is_named_is_there() -> None:
    pages = [name for name in kept() if name.endswith((".md", ".py", ".toml"))]
    named = [(page, told, place) for page in pages for told, place in paths(page)]
    assert len(named) > 200
    assert [f"{page}: {told}" for page, told, place in named if not place.exists()] == []
