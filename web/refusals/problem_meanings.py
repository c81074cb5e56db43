"""What a code of a problem means, whatever was asked when it came: for whoever looks it up.

Convention: the sentence of a problem says what is wrong with the request at hand; the meaning of its code says what
all problems of that code have in common, and what to do. Every code has a meaning of its own, which a test sees to.
"""

from collections.abc import Mapping
from typing import Final

from foundation.text import Text
from web import problems
from web.refusals.meanings import accounts, invoicing, operations, orders, payments, requests

MEANINGS: Final[Mapping[str, Text]] = {
    **requests.MEANINGS,
    **accounts.MEANINGS,
    **orders.MEANINGS,
    **invoicing.MEANINGS,
    **payments.MEANINGS,
    **operations.MEANINGS,
}
"""The meaning of every code."""


def meaning_of(code: str, status: int) -> Text:
    """What a code means; of one that nobody has told, its status in words."""
    return MEANINGS.get(code) or problems.title_of(status)
