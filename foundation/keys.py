"""The number of a row as people and programs write it: in an address, in a form, on the command line.

Convention: a key has one writing, plain digits without a zero first and at most nine of them, so that one row has
one address. What is written otherwise names no row. No engine is ever asked for a number it cannot hold.
"""

import re
from typing import Final

KEY_DIGITS_MOST: Final = 9

_KEY: Final = re.compile(rf"[1-9][0-9]{{0,{KEY_DIGITS_MOST - 1}}}")


def key_in(text: str) -> int | None:
    """The key that is written there, or None.

    >>> key_in("17"), key_in("017"), key_in("-1"), key_in("0"), key_in("１２"), key_in("²"), key_in("9" * 5_000)
    (17, None, None, None, None, None, None)
    """
    return int(text) if _KEY.fullmatch(text) else None
