"""Builds the documents as a site of its own, strictly. Run: python -m tests.site.building [build/site]

Convention: the documents are those of /help, the ones written from the program among them. Two things are made
otherwise: a list has an empty line above it, which Python-Markdown wants, and there is a first page.
"""

import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

from billing.server.app import create_app
from billing.server.help.help_pages import library_of
from operations.settings import Settings
from web.help.library import Library

CONFIGURATION: Final = Path(__file__).with_name("mkdocs.yml")
_ITEM: Final = re.compile(r"^(?:[-*]|\d+\.) ")
_FENCE: Final = re.compile(r"^\s*(```|~~~)")
_COLOUR: Final = re.compile(r"\x1b\[[0-9;]*m")
_FIRST_PAGE: Final = """\
# Rusta och matcha: order och faktura

[Hjälp på svenska](guides/sv/index.md) för leverantörer, ekonomer och handläggare.

[Help in English](guides/en/index.md) for suppliers, finance staff, vendors, operators and developers.
"""


class NotBuilt(Exception):
    """The site was not built, or not without a warning; what the builder said."""


def program_library() -> Library:
    """The documents of the program as it is, without books."""
    app = create_app(Settings(database_url="sqlite://"))
    try:
        return library_of(app)
    finally:
        app.state.database.close()


def build(library: Library, into: Path, configuration: str = "") -> str:
    """The site, whole, in the folder `into`, which is made anew; what was said meanwhile. Raises NotBuilt."""
    with TemporaryDirectory() as place:
        work = Path(place)
        _prepare(library, work / "docs")
        given = configuration or CONFIGURATION.read_text(encoding="utf-8")
        (work / CONFIGURATION.name).write_text(given, encoding="utf-8")
        command = [sys.executable, "-m", "zensical", "build", "--strict", "--config-file", CONFIGURATION.name]
        done = subprocess.run(command, cwd=work, capture_output=True, text=True, check=False, timeout=300)
        said = _COLOUR.sub("", done.stdout + done.stderr)
        if done.returncode != 0 or "arning" in said:
            raise NotBuilt(said)
        shutil.rmtree(into, ignore_errors=True)
        shutil.copytree(work / "site", into)
    return said


def _prepare(library: Library, docs: Path) -> None:
    shutil.copytree(library.folder / "images", docs / "images")
    (docs / "index.md").write_text(_FIRST_PAGE, encoding="utf-8")
    for name in library.names:
        path = docs / f"{name}.md"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("\n".join(_with_room(library.text(name).splitlines())) + "\n", encoding="utf-8")


def _with_room(lines: list[str]) -> Iterator[str]:
    """The lines, with an empty one above each list that follows upon a line of text."""
    before, in_code = "", False
    for line in lines:
        if _FENCE.match(line):
            in_code = not in_code
        follows_text = before.strip() and not before.startswith(" ") and not _ITEM.match(before)
        if not in_code and _ITEM.match(line) and follows_text:
            yield ""
        yield line
        before = line


if __name__ == "__main__":
    target = Path(sys.argv[1]) if len(sys.argv) > 1 else Path("build/site")
    print(build(program_library(), target))
    print(target)
