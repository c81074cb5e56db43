"""The pages that what was written in the search is the name of, or what they are for: those the person may open.

Convention: the table is the places of the fronts, the menu's entries among them. Each word that was written begins a
word of the page's label, or of its `words`, in any of the languages.
"""

import re
from typing import Final

from accounts.identity import Person
from foundation.text import Text, languages
from web import navigation
from web.fronts import Place
from web.search.model import Asked, Found, Hit

_WORD: Final = re.compile(r"\w+")
_LETTER: Final = re.compile(r"[^\W\d_]")


def pages(person: Person, asked: Asked) -> Found | None:
    """The pages that the person may open, those called so first; None where it is a number that was written."""
    if not _LETTER.search(asked.text):
        return None
    written = _words(asked.text)
    named: list[tuple[bool, Place, Place | None]] = []
    for each in navigation.places(person):
        by_label = _fits(written, each.label)
        if by_label or (each.words and _fits(written, each.label, each.words)):
            above = navigation.above(person, each.path.partition("?")[0])
            named.append((not by_label, each, above[0] if above else None))
    named.sort(key=lambda each: each[0])
    hits = [
        Hit(each.label, each.path, (above.label,) if above is not None else ()) for _, each, above in named
    ]
    return Found.of(Text("Sidor"), hits)


def _fits(written: list[str], *texts: Text) -> bool:
    for language in languages():
        known = [word for each in texts for word in _words(each.in_language(language))]
        if written and all(any(word.startswith(begun) for word in known) for begun in written):
            return True
    return False


def _words(text: str) -> list[str]:
    return [each.casefold() for each in _WORD.findall(text)]
