"""Order lines as the forms that invoice them write them: which are chosen, their sum, and what a review showed."""

import hashlib
from collections.abc import Sequence

from foundation.money import Money, total
from invoicing.portal_invoicing.queries import ReadyLine
from invoicing.portal_invoicing.sending import LineToInvoice


def lines_named(given: list[str]) -> list[LineToInvoice]:
    """Order lines as the forms write them, ORDER/LINE; anything else is left out."""
    pairs = (each.partition("/") for each in dict.fromkeys(given))
    return sorted((order, line) for order, _, line in pairs if order and line)


def sum_of(amounts: list[Money]) -> Money | None:
    """The sum, where there is one in one currency."""
    currencies = {each.currency for each in amounts}
    return total(amounts, currency=currencies.pop()) if len(currencies) == 1 else None


def fingerprint_of(lines: Sequence[ReadyLine]) -> str:
    """What a review showed, in short: every line and its amount."""
    told = "\n".join(f"{each.order_number}/{each.line_id} {each.amount}" for each in lines)
    return hashlib.sha256(told.encode()).hexdigest()
