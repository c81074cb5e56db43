"""The documents that help is made of: where they lie, what they are called, and what they say.

Convention: a document is called by its path in `docs/` without its ending, such as `operating` or `guides/sv/supplier`.
A guide is there in several languages, `guides/<language>/<guide>`, and has one address whatever the language. What
is written from the program itself (the API, the problem codes, the rules) is a document like any other, made when it
is asked for; a file of the same name tells readers of the repository where to find it. A link to a file outside the
documents becomes the path of that file: nobody has it at hand there.
"""

import posixpath
import re
from collections.abc import Callable, Mapping, Sequence
from functools import cached_property
from importlib.resources import files
from pathlib import Path
from typing import Final

from foundation.errors import NotThere
from foundation.text import ENGLISH, SWEDISH, Language

GUIDES: Final = "guides"
INDEX: Final = "index"
_ENDING: Final = ".md"
_PICTURES: Final = "images"
_LINK_OR_CODE: Final = re.compile(
    r"(?ms)^(?P<fence>```|~~~).*?^(?P=fence)[ \t]*$"
    r"|(?<!!)\[(?P<label>[^\]\n]*(?:\n[^\]\n]+)?)\]\((?P<target>[^)\s]+)\)"
    r"|`+[^`\n]+`+"
)
_ELSEWHERE: Final = ("http://", "https://", "mailto:", "#")


def installed_documents() -> Path:
    """The folder of the documents: inside the package where the wheel is installed, else that of the checkout."""
    packed = Path(str(files("web"))) / "help" / "docs"
    return packed if packed.is_dir() else Path(str(files("web"))).parent / "docs"


class Library:
    """All documents of one folder, and those that are `written` from the program. Read once, when first asked for."""

    def __init__(self, folder: Path, written: Mapping[str, Callable[[], str]] | None = None) -> None:
        self.folder = folder
        self._written = dict(written or {})
        self._texts: dict[str, str] = {}

    @cached_property
    def names(self) -> Sequence[str]:
        """Every document, in the order of their names."""
        lying = {
            path.relative_to(self.folder).as_posix().removesuffix(_ENDING)
            for path in self.folder.rglob(f"*{_ENDING}")
        }
        return sorted(lying | set(self._written))

    def text(self, name: str) -> str:
        """What a document says, as Markdown, its links leading to documents alone. Raises NotThere."""
        if name not in self.names:
            raise NotThere
        if name not in self._texts:
            made = self._written.get(name)
            said = made() if made else (self.folder / f"{name}{_ENDING}").read_text(encoding="utf-8")
            self._texts[name] = self._kept_inside(name, said)
        return self._texts[name]

    def picture(self, name: str) -> Path:
        """The file of a picture. Raises NotThere."""
        path = self.folder / _PICTURES / name
        if "/" in name or not path.is_file():
            raise NotThere
        return path

    def named(self, asked: str, language: Language) -> str:
        """The document that an address asks for; of a guide the one in this language. Raises NotThere."""
        name = asked.strip("/") or GUIDES
        guide = INDEX if name == GUIDES else name.removeprefix(f"{GUIDES}/")
        tried = [f"{GUIDES}/{each}/{guide}" for each in (language, SWEDISH, ENGLISH)]
        found = next((each for each in (name, *tried, f"{name}/{INDEX}") if each in self.names), None)
        if found is None:
            raise NotThere
        return found

    def _kept_inside(self, name: str, text: str) -> str:
        """The text with every link to a file that is no document told as its path; code stays as it is."""
        return _LINK_OR_CODE.sub(lambda found: self._link(name, found) if found["target"] else found[0], text)

    def _link(self, name: str, found: re.Match[str]) -> str:
        target = found["target"]
        if target.startswith(_ELSEWHERE):
            return found[0]
        path, _, part = target.partition("#")
        led = posixpath.normpath(posixpath.join(posixpath.dirname(name), path))
        if f"{led}/{INDEX}" in self.names:
            return f"[{found['label']}]({posixpath.join(path, INDEX)}{_ENDING}{'#' + part if part else ''})"
        if led.removesuffix(_ENDING) in self.names or led.startswith(f"{_PICTURES}/"):
            return found[0]
        place = re.sub(r"^(\.\./)+", "", led) if led.startswith("..") else f"docs/{led}"
        label = found["label"].strip("`")
        return f"`{place}`" if label == posixpath.basename(place) else f"{found['label']} (`{place}`)"


def language_of(name: str) -> Language:
    """The language a document is written in: a guide's own, English otherwise.

    >>> language_of("guides/sv/supplier"), language_of("operating")
    ('sv', 'en')
    """
    top, _, rest = name.partition("/")
    return rest.partition("/")[0] if top == GUIDES and "/" in rest else ENGLISH


def address_of(name: str) -> str:
    """Where a document stands in the portal; the same for a guide in every language.

    >>> address_of("guides/sv/supplier"), address_of("guides/en/index"), address_of("decisions/index")
    ('/help/guides/supplier', '/help', '/help/decisions')
    """
    parts = name.split("/")
    if parts[0] == GUIDES and len(parts) > 2:
        parts = [GUIDES, *parts[2:]]
    if parts[-1] == INDEX:
        parts.pop()
    return "/help" if parts in ([], [GUIDES]) else f"/help/{'/'.join(parts)}"
