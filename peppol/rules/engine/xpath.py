"""Readings of XPath 2 that the published rules lean on and Python has not.

`number()` reads a double and calls the unreadable NaN, "castable as" asks about a
text without failing, a date is a calendar day. Each function says for a text what the
published test would make of it; none of them raises.
"""

import re
from decimal import Decimal
from functools import lru_cache
from typing import Final

from peppol.rules.engine.dates import day_of

_DOUBLE: Final = re.compile(
    r"[ \t\r\n]*([+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]{1,3})?)[ \t\r\n]*"
)
_ENDLESS: Final = frozenset({"INF", "-INF"})
_INTEGER: Final = re.compile(r"[ \t\r\n]*[+-]?[0-9]+[ \t\r\n]*")
_LONGEST: Final = 400


@lru_cache(maxsize=4096)
def number_of(text: str) -> Decimal | None:
    """What `number()` reads, exactly and not as a float; None where XPath answers NaN.

    Unlike xs:decimal this takes an exponent ("1e3") and INF.
    """
    if len(text) > _LONGEST:
        return None
    double = _DOUBLE.fullmatch(text)
    if double is not None:
        return Decimal(double[1])
    word = text.strip(" \t\r\n")
    return Decimal(word.replace("INF", "Infinity")) if word in _ENDLESS else None


def is_number(text: str) -> bool:
    """Whether `string(number(text))` is something else than NaN."""
    return number_of(text) is not None


def is_integer(text: str) -> bool:
    """Whether `text castable as xs:integer` holds: digits with an optional sign, blanks around."""
    return _INTEGER.fullmatch(text) is not None


def is_plain_date(text: str) -> bool:
    """Whether the text is ten characters long and a day of the calendar: YYYY-MM-DD."""
    return len(text) == 10 and day_of(text) is not None
