"""Whether a supplier's number stands in a series of its own: then it is no person's, though it may look like one.

Numbers of documents and payments are given one after the other, so a supplier's latest ones lie close together.
People's numbers do not: of fifty people, hardly ever four are born within the same ten days.
"""

from collections.abc import Iterable
from typing import Final

NEAR: Final = 10_000
"""So far apart at most are neighbours, without their check digits: ten days of birth, or 1,000 invoices between
two of ours where a digit of length stands last but one."""
NEIGHBOURS: Final = 3
"""So many others make a series."""
LATEST: Final = 50
"""So many of the supplier's documents are looked at."""


def is_in_series(number: str, others: Iterable[str]) -> bool:
    """Whether enough of the others, each counted once, are neighbours of the ten digits.

    >>> is_in_series("8403272381", ["8403272365", "8403272357", "8403272340", "8403272340"])
    True
    >>> is_in_series("8403272381", ["8403272365", "8403272381", "8403272381", "7105103478", "F-17"])
    False
    """
    own = _running(number)
    near = {other for other in others if _is_number(other) and 0 < abs(_running(other) - own) <= NEAR}
    return len(near) >= NEIGHBOURS


def _is_number(text: str) -> bool:
    return len(text) == 10 and text.isascii() and text.isdecimal()


def _running(number: str) -> int:
    return int(number[:-1])
