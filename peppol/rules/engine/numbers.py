"""Numbers in documents, read as the published rules read them and never as floats.

The published rules cast with xs:decimal, which stops the whole run when a text is
no number. Here such a text is simply not a number (None), and nothing compares with
it: the rule that needed the number does not hold. Sums with an unreadable part are
unreadable themselves.
"""

import re
from collections.abc import Iterable
from decimal import ROUND_FLOOR, Context, Decimal
from functools import lru_cache
from typing import Final

# Wide enough for a sum of a hundred thousand of the longest amounts without rounding.
EXACT: Final = Context(prec=80)

_PLAIN: Final = re.compile(r"[ \t\r\n]*([+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+))[ \t\r\n]*").fullmatch
_LONGEST: Final = 60
_HALF: Final = Decimal("0.5")


def decimal_of(text: str) -> Decimal | None:
    """The number xs:decimal reads in `text`, or None: no exponents, no NaN, no digit grouping.

    A text of more than 60 characters is not taken for a number.
    """
    if len(text) > _LONGEST:
        return None
    return _decimal_of(text)


@lru_cache(maxsize=8192)
def _decimal_of(text: str) -> Decimal | None:
    plain = _PLAIN(text)
    return Decimal(plain[1]) if plain is not None else None


def total(numbers: Iterable[Decimal | None]) -> Decimal | None:
    """The sum; zero for no numbers at all, None when one of them cannot be read."""
    result = Decimal(0)
    for number in numbers:
        if number is None:
            return None
        result += number
    return result


def hundredths(number: Decimal | None) -> Decimal | None:
    """`number` rounded to two decimals, half upwards (-0.005 becomes 0.00), as XPath's round does."""
    if number is None:
        return None
    return (number.scaleb(2) + _HALF).to_integral_value(ROUND_FLOOR).scaleb(-2)


def decimals_in(text: str) -> int:
    """How many characters follow the first point, which is what the published BR-DEC rules count."""
    return len(text.partition(".")[2])
