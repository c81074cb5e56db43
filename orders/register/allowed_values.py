"""What may stand in a register that is read now: characters people can see, and codes of the published lists. Pure.

Convention: this judges what is read or asked for, never what is stored. Books from before it still open with the
register they have.
"""

import unicodedata
from collections.abc import Iterator
from dataclasses import fields, is_dataclass

from foundation.text import Text
from peppol import codelists

Place = tuple[str | int, ...]

# Control characters, those without a width, private ones, unassigned ones, and ends of line and paragraph.
_UNSEEN = ("Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp")


def objections(value: object, place: Place = ()) -> Iterator[tuple[Place, Text]]:
    """Every place within a value of the register that no document of ours could carry, and why."""
    if is_dataclass(value) and not isinstance(value, type):
        for each in fields(value):
            if not each.name.startswith("_"):
                yield from objections(getattr(value, each.name), (*place, each.name))
    elif isinstance(value, tuple):
        for position, each in enumerate(value):
            yield from objections(each, (*place, position))
    elif isinstance(value, str):
        yield from ((place, sentence) for sentence in _of_text(value, str(place[-1]) if place else ""))


def _of_text(text: str, key: str) -> Iterator[Text]:
    # The character is named by its number: it cannot be seen, and nothing else of the text is repeated.
    unseen = sorted({f"U+{ord(each):04X}" for each in text if unicodedata.category(each) in _UNSEEN})
    if unseen:
        yield Text(
            "%(key)s har tecken som inte syns (%(unseen)s). Skriv om texten utan dem.",
            key=key,
            unseen=", ".join(unseen),
        )
    if key == "country" and text not in codelists.ISO3166:
        yield Text("Landet finns inte i ISO 3166. Skriv landets kod, till exempel SE.")
    if key == "currency" and text not in codelists.ISO4217:
        yield Text("Valutan finns inte i ISO 4217. Skriv valutans kod, till exempel SEK.")
    if key == "exemption_code" and text and text.upper() not in codelists.VATEX:
        yield Text(
            "Koden för undantag från moms (exemption_code) finns inte i VATEX-listan. Skriv en som gör det, "
            "eller bara ett skäl (exemption_reason)."
        )
