"""Keeping personal numbers out of what people write: a reason, a comment, a question to a supplier.

A Swedish personal identity number (personnummer, or a samordningsnummer with 60 added to the day) is known
by its date, its length and its check digit. An organisation number has 20 or more where the month stands.
"""

import re

from stdnum import luhn

from orders.values import Refused

_FORM = re.compile(r"(?<!\d)((?:19|20)?(\d{2})(\d{2})(\d{2})[-+ ]?(\d{4}))(?!\d)")


class PersonalNumber(Refused):
    """The text holds what looks like a personal identity number."""

    def __init__(self) -> None:
        super().__init__(
            "Texten innehåller något som ser ut som ett personnummer. Skriv genomförandereferensen i stället.",
            "The text holds what looks like a personal identity number. Write the execution reference instead.",
        )


def found_in(text: str) -> bool:
    """Whether the text holds what looks like a personal identity number."""
    return any(
        1 <= int(month) <= 12 and 1 <= int(day) % 60 <= 31 and luhn.is_valid(year + month + day + last)
        for _, year, month, day, last in _FORM.findall(text)
    )


def refuse(text: str) -> None:
    """Raise PersonalNumber where the text holds one."""
    if found_in(text):
        raise PersonalNumber
