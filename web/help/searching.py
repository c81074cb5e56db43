"""Looking for words in the documents of help: which sections speak of them, the likeliest first.

Convention: a section begins at its heading and ends at the next one. Every word that is asked for stands in what is
found, in any form that begins alike: *fakturor* finds *fakturan*, *invoices* finds *invoiced*. A word in a heading
weighs more than one in the text, and a guide more than other documents.
"""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from foundation.text import Language
from web.help.library import GUIDES, Library, address_of, language_of
from web.help.rendering import slug

QUERY_MAX: Final = 100
FOUND_MAX: Final = 30
_WORD: Final = re.compile(r"\w+")
_HEADING: Final = re.compile(r"^(#{1,6}) +(.+?)[ #]*$")
_FENCE: Final = re.compile(r"^\s*(```|~~~)")
_MARKUP: Final = re.compile(r"<[^>\n]+>|!?\[|\]\([^)\s]*\)|[`*|]|^[#>-]+ ", re.MULTILINE)
# The end of a word changes in both languages; its beginning, so long, stays.
_ENDING: Final = 2
_SHORTEST: Final = 4
_TITLE_WEIGHS: Final = 12
_GUIDE_WEIGHS: Final = 2
_WHOLE_WEIGHS: Final = 1000
_EXCERPT: Final = 180


@dataclass(frozen=True, slots=True)
class Section:
    """A part of a document with its words; `document` is what the whole is called."""

    name: str
    document: str
    title: str
    id: str
    text: str
    title_words: frozenset[str]
    words: Counter[str]

    @property
    def address(self) -> str:
        """Where it stands in the portal."""
        return f"{address_of(self.name)}#{self.id}"


@dataclass(frozen=True, slots=True)
class Found:
    """A section that speaks of what was asked for, with some of what it says."""

    section: Section
    excerpt: str


def search(library: Library, query: str, language: Language) -> Sequence[Found]:
    """The sections with all the words, likeliest first, at most thirty; guides in this language alone.

    Nothing is found for more than a hundred signs: no section has so many words, and asking costs.
    """
    asked = [_stem(word) for word in words_of(query)] if len(query) <= QUERY_MAX else []
    if not asked:
        return []
    weighed = [
        (weight, section)
        for section in _sections(library)
        if not _in_another(section.name, language) and (weight := _weight(section, asked))
    ]
    # Who asks for a rule, a code or a heading by its whole name wants that one, and not those that begin alike.
    whole = query.strip().lower()
    weighed = [(weight + _WHOLE_WEIGHS * (each.title.lower() == whole), each) for weight, each in weighed]
    weighed.sort(key=lambda each: (-each[0], each[1].name, each[1].id))
    return [Found(section, _excerpt(section, asked)) for _, section in weighed[:FOUND_MAX]]


def words_of(text: str) -> list[str]:
    """The words of a text, in small letters."""
    return _WORD.findall(text.lower())


def sections_of(library: Library, name: str) -> Iterator[Section]:
    """The sections of one document, with the addresses that its page has."""
    document = ""
    lines: list[str] = []
    taken: dict[str, int] = {}
    in_code = False
    found: list[tuple[str, list[str]]] = []
    for line in library.text(name).splitlines():
        if _FENCE.match(line):
            in_code = not in_code
        heading = None if in_code else _HEADING.match(line)
        if heading is None:
            lines.append(line)
            continue
        title = _MARKUP.sub("", heading[2]).strip()
        document = document or title
        lines = []
        found.append((title, lines))
    for title, kept in found:
        own = slug(title)
        count = taken[own] = taken.get(own, -1) + 1
        text = " ".join(_MARKUP.sub(" ", "\n".join(kept)).split())
        yield Section(
            name,
            document,
            title,
            f"{own}_{count}" if count else own,
            text,
            frozenset(words_of(title)),
            Counter(words_of(text)),
        )


@lru_cache(maxsize=4)
def _sections(library: Library) -> Sequence[Section]:
    return [section for name in library.names for section in sections_of(library, name)]


def _in_another(name: str, language: Language) -> bool:
    return name.startswith(f"{GUIDES}/") and language_of(name) != language


def _stem(word: str) -> str:
    return word[: max(_SHORTEST, len(word) - _ENDING)] if len(word) > _SHORTEST else word


def _weight(section: Section, asked: Sequence[str]) -> int:
    """How much the section speaks of it; nothing where one word is missing."""
    total = 0
    for stem in asked:
        in_title = _in_title(section, stem)
        # A long text is not about a word because it has it often.
        in_text = min(5, sum(count for word, count in section.words.items() if word.startswith(stem)))
        if not in_title and not in_text:
            return 0
        total += _TITLE_WEIGHS * in_title + in_text
    return total * (_GUIDE_WEIGHS if section.name.startswith(f"{GUIDES}/") else 1)


def _in_title(section: Section, stem: str) -> bool:
    return any(word.startswith(stem) for word in section.title_words)


def _excerpt(section: Section, asked: Sequence[str]) -> str:
    """Some of the text around the first word that was asked for; the beginning where the title has them all."""
    text = section.text
    if all(_in_title(section, stem) for stem in asked):
        asked = ()
    first = min(
        (
            word.start()
            for word in _WORD.finditer(text.lower())
            if any(word[0].startswith(stem) for stem in asked)
        ),
        default=0,
    )
    begin = 0 if first < _EXCERPT // 3 else text.find(" ", first - _EXCERPT // 3) + 1
    shown = text[begin : begin + _EXCERPT]
    return f"{'… ' if begin else ''}{shown}{' …' if begin + _EXCERPT < len(text) else ''}"
