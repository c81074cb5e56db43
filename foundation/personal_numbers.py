"""Keeping personal numbers out of what people write: a reason, a comment, a question to a supplier.

A Swedish personal identity number (personnummer, or a samordningsnummer with 60 added to the day) is known
by its date, its length and its check digit. An organisation number has 20 or more where the month stands.
"""

import re

from stdnum import luhn

from foundation.errors import Refused
from foundation.text import Text

_FORM = re.compile(r"(?<!\d)((?:19|20)?(\d{2})(\d{2})(\d{2})[-+ ]?(\d{4}))(?!\d)")


class PersonalNumber(Refused):
    """The text holds what looks like a personal identity number."""

    def __init__(self) -> None:
        super().__init__(
            Text(
                "Texten innehåller något som ser ut som ett personnummer. Skriv genomförandereferensen "
                "i stället."
            ),
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


# Where a document has room for a person's own words. Identifiers are left out: chance makes them look like anything.
_WORDS = re.compile(
    rb"<(?:\w+:)?(?:Note|Description|Name|InstructionNote|PaymentNote|AdditionalInformation|DocumentDescription)"
    rb"(?:\s[^>]*)?>([^<]+)<"
)
_SURE = re.compile(r"(?<!\d)(?:\d{6}[-+]\d{4}|(?:19|20)\d{6}[-+]?\d{4})(?!\d)")


def written_in(body: bytes) -> bool:
    """Whether the words of a document hold what looks like a personal identity number."""
    for words in _WORDS.findall(body):
        text = words.decode("utf-8", errors="replace")
        if any(found_in(each) for each in _SURE.findall(text)):
            return True
    return False
