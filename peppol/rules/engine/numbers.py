"""Numbers in documents, read as the published rules read them and never as floats.

Where a published rule itself calculates in binary floating-point numbers (`plus_as_double`) or
cuts a quotient off (`quotient`), so do these functions: the rule decides, not what it meant.
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

BLANKS: Final = " \t\r\n"
_PLAIN: Final = re.compile(r"[ \t\r\n]*([+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+))[ \t\r\n]*").fullmatch
_LONGEST: Final = 60
_DIVIDED_TO: Final = 18
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


def quotient(dividend: Decimal, divisor: Decimal) -> Decimal:
    """`dividend` / `divisor` with as many decimals as the published rules have when Saxon divides.

    That is 18, or 18 more than the dividend has beyond the divisor, zeros at their ends not counted; half is
    rounded towards zero. Raises ZeroDivisionError for a divisor of zero.
    """
    above, above_exponent = _parts(dividend)
    below, below_exponent = _parts(divisor)
    decimals = max(_DIVIDED_TO, below_exponent - above_exponent + _DIVIDED_TO)
    whole, rest = divmod(above * 10 ** (above_exponent - below_exponent + decimals), below)
    magnitude = Decimal(whole + (2 * rest > below)).scaleb(-decimals, EXACT)
    return magnitude.copy_negate() if dividend.is_signed() != divisor.is_signed() else magnitude


def _parts(number: Decimal) -> tuple[int, int]:
    """The digits without zeros after the point, and the power of ten they are multiplied by; without the sign."""
    _, digits, exponent = number.normalize(EXACT).as_tuple()
    whole, power = int("".join(map(str, digits))), int(exponent)
    return (whole * 10**power, 0) if power > 0 else (whole, power)


def plus_as_double(text: str, step: int) -> Decimal | None:
    """The number in `text` plus `step`, added as binary floating-point numbers and then taken exactly.

    XPath adds so where a rule adds a whole number to an element before it casts the sum to xs:decimal. None when the
    text is no number.
    """
    return None if decimal_of(text) is None else Decimal(float(text.strip(BLANKS)) + step)


def hundredths(number: Decimal | None) -> Decimal | None:
    """`number` rounded to two decimals, half upwards (-0.005 becomes 0.00), as XPath's round does."""
    if number is None:
        return None
    return (number.scaleb(2) + _HALF).to_integral_value(ROUND_FLOOR).scaleb(-2)


def decimals_in(text: str) -> int:
    """How many characters follow the first point, which is what the published BR-DEC rules count."""
    return len(text.partition(".")[2])
