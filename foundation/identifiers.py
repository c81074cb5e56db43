"""Identifiers as people and systems write them: blanks around them, signs in them that nobody sees, text around them.

A blank is whatever takes room or none and is drawn as nothing: spaces of every width, line breaks, zero width
characters, byte order marks, marks of writing direction. Around an identifier it says nothing and is taken off; inside
one it makes two identifiers look the same, so there it is never taken off, but named.
"""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from foundation.text import JoinedText, Text, WrittenText

# Drawn as nothing, though Unicode counts them among letters and symbols.
_FILLERS: Final = frozenset("\u034f\u115f\u1160\u17b4\u17b5\u2800\u3164\uffa0")
_BLANK_CATEGORIES: Final = frozenset({"Cc", "Cf", "Zl", "Zp", "Zs"})
_DASHES: Final = frozenset("\u2010\u2011\u2012\u2013\u2014\u2015\u2212")
_NAMES: Final = {
    "\u00a0": Text("hårt blanksteg"),
    "\u00ad": Text("mjukt bindestreck"),
    "\u2009": Text("tunt blanksteg"),
    "\u2007": Text("sifferbrett blanksteg"),
    "\u200b": Text("nollbreddsblanksteg"),
    "\u200c": Text("nollbreddsskiljare"),
    "\u200d": Text("nollbreddsfogare"),
    "\u200e": Text("vänster-till-höger-märke"),
    "\u200f": Text("höger-till-vänster-märke"),
    "\u2011": Text("hårt bindestreck"),
    "\u2013": Text("tankstreck"),
    "\u202f": Text("smalt hårt blanksteg"),
    "\u2060": Text("ordfogare"),
    "\ufeff": Text("byteordningsmärke"),
    "\t": Text("tabb"),
    "\n": Text("radbrytning"),
    "\r": Text("radbrytning"),
}
_WORD: Final = re.compile(r"[^\W_]+")
_DIGITS: Final = re.compile(r"[0-9]+")
# Groups of digits that one number may be written in: 2100 000 023, 2100-000023, 2,100,000,023.
_GROUPED: Final = re.compile(r"[0-9]+(?:[ .,'\-/][0-9]+)+")
_SHORTEST, _LONGEST, _GROUPS = 4, 40, 6


@dataclass(frozen=True, slots=True)
class HiddenCharacter:
    """A character inside an identifier that is not seen, or is taken for another: what it is and what stands before."""

    character: str
    after: str

    @property
    def text(self) -> Text:
        """As U+200B nollbreddsblanksteg efter 2100."""
        code = f"U+{ord(self.character):04X}"
        name = _NAMES.get(self.character)
        what = JoinedText(" ", (WrittenText(code), name)) if name else WrittenText(code)
        if not self.after:
            return Text("%(character)s först", character=what)
        return Text("%(character)s efter %(before)s", character=what, before=self.after)


def is_blank(character: str) -> bool:
    """Whether a character is drawn as nothing."""
    if character == " ":
        return True
    return unicodedata.category(character) in _BLANK_CATEGORIES or character in _FILLERS


def trimmed(text: str) -> str:
    """The text without the blanks around it, of whatever kind.

    >>> trimmed("\\u200b2100000009\\u00a0\\n")
    '2100000009'
    """
    start, end = 0, len(text)
    while start < end and is_blank(text[start]):
        start += 1
    while start < end and is_blank(text[end - 1]):
        end -= 1
    return text[start:end]


def hidden_in(text: str) -> tuple[HiddenCharacter, ...]:
    """The characters that make the text look like another: blanks other than a space, dashes, signs of other widths."""
    return tuple(
        HiddenCharacter(character, visible(text[:place]))
        for place, character in enumerate(text)
        if _looks_like_another(character)
    )


def visible(text: str) -> str:
    """The text as it looks: what has no width left out, every other blank a space, every sign in its plain form.

    >>> visible("2100\\u200b000009")
    '2100000009'
    """
    return "".join(_plain(character) for character in text)


def numbers_in(text: str) -> tuple[str, ...]:
    """What in a text may be a number of ours, each once, the longest reading of a place first.

    A number has 4 to 40 letters and digits, one digit at least; up to six groups of digits may be one number.

    >>> numbers_in("PO: 2100000023,")
    ('2100000023',)
    >>> numbers_in("2100 000 023")
    ('2100', '2100000023', '2100000', '000023')
    """
    plain = visible(text)
    return tuple(dict.fromkeys(each for each in _readings(plain) if _SHORTEST <= len(each) <= _LONGEST))


def _readings(text: str) -> Iterator[str]:
    for word in _WORD.findall(text):
        digits = _DIGITS.findall(word)
        if digits:
            yield word
            for each in digits:
                yield each
                # A number of ours begins with no zero; programs fill up to a width.
                yield each.lstrip("0")
    for group in _GROUPED.findall(text):
        parts = _DIGITS.findall(group)
        for many in range(min(len(parts), _GROUPS), 1, -1):
            yield from ("".join(parts[start : start + many]) for start in range(len(parts) - many + 1))


def _looks_like_another(character: str) -> bool:
    return (not character.isascii() and _plain(character) != character) or character in "\t\n\r"


def _plain(character: str) -> str:
    if character.isascii():
        return " " if character.isspace() else character
    if character in _DASHES:
        return "-"
    if is_blank(character):
        return " " if character.isspace() else ""
    return unicodedata.normalize("NFKC", character)


# A key has one writing, plain digits without a zero first and at most nine of them, so that one row has one address.
# No engine is ever asked for a number it cannot hold.
KEY_DIGITS_MOST: Final = 9

_KEY: Final = re.compile(rf"[1-9][0-9]{{0,{KEY_DIGITS_MOST - 1}}}")


def key_in(text: str) -> int | None:
    """The key that is written there, or None.

    >>> key_in("17"), key_in("017"), key_in("-1"), key_in("0"), key_in("１２"), key_in("²"), key_in("9" * 5_000)
    (17, None, None, None, None, None, None)
    """
    return int(text) if _KEY.fullmatch(text) else None
