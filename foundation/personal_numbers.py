"""Swedish personal identity numbers (personnummer, samordningsnummer) in a text, however they are written.

A number is known by its date, its length and its check digit; a samordningsnummer has 60 added to the day, and an
interim number a letter first among the last four. An organisation number has 20 or more where the month stands. What
people write is refused where it holds one; what comes from others is kept, and handled apart
(`peppol.validation.personal_data`).
"""

import re
import unicodedata
from collections.abc import Iterator
from datetime import date
from typing import Final

from stdnum import luhn

from foundation.errors import Refused
from foundation.text import Text


class PersonalNumber(Refused):
    """The text holds what looks like a personal identity number."""

    def __init__(self) -> None:
        super().__init__(
            Text(
                "Texten innehåller något som ser ut som ett personnummer. Skriv genomförandereferensen "
                "i stället."
            ),
        )


_DATE_AND_LAST: Final = r"""
    (?P<year>[0-9]{2})(?P<apart>[-./\ ]?)(?P<month>0[0-9]|1[0-2])(?P=apart)(?P<day>[0-36-9][0-9])
    (?P<sign>\ ?[-+_/:]\ ?|\ )?
    (?P<last>[0-9TRSUWXJKLMN][0-9]{3})(?![0-9])
    (?P<more>[-./:][0-9])?
    )"""
# Looked for from each place on, so that no reading of a text hides another that begins within it.
_FORMS: Final = (
    re.compile(r"(?<![0-9])(?=(?P<century>)" + _DATE_AND_LAST, re.VERBOSE),
    re.compile(r"(?<![0-9])(?=(?P<century>18|19|20)\ ?" + _DATE_AND_LAST, re.VERBOSE),
)
# A VAT number is SE, the ten digits of the organisation and 01; an identifier of a message is no number at all.
_VAT: Final = re.compile(r"SE ?([0-9]{10})01(?![0-9])")
_UUID: Final = re.compile(r"[0-9A-F]{8}(?:-[0-9A-F]{4}){3}-[0-9A-F]{12}")
_BLANKS: Final = re.compile(r"\s+")
# Two digits for the month and two for the day stand in every number, and no shorter text is one.
_DIGITS: Final = re.compile(r"[0-9]{2}")
SHORTEST: Final = 10
"""No text of fewer signs holds one."""
_COORDINATION: Final = 60
WORKING_AGES: Final = range(16, 71)
"""How old whoever takes part can be, in years that are begun."""


def numbers_in(text: str, *, on: date | None = None) -> Iterator[str]:
    """The ten digits of each thing in the text that looks like a personal identity number.

    With `on`, the day a document came, what begins with a day of that year or the year before is left out: numbers in
    a series that is made of days (20261130-0014) are common, and nobody born then looks for work.
    """
    if len(text) < SHORTEST:
        return
    plain = _plain(text)
    if _DIGITS.search(plain) is None:
        return
    plain = _VAT.sub(r" \1", _UUID.sub(" ", plain))
    for form in _FORMS:
        for found in form.finditer(plain):
            number = _number(found)
            if number and not (on is not None and _is_of_a_series(found, on)):
                yield number


def found_in(text: str) -> bool:
    """Whether the text holds what looks like a personal identity number."""
    return any(True for _ in numbers_in(text))


def masked(text: str) -> str:
    """The text, or where it holds what looks like a personal identity number a sign that there was one."""
    return "(…)" if found_in(text) else text


def refuse(text: str) -> None:
    """Raise PersonalNumber where the text holds one."""
    if found_in(text):
        raise PersonalNumber


def is_bare(text: str) -> bool:
    """Whether the text is ten digits and nothing else: how numbers of documents and payments are written, too."""
    plain = _plain(text).strip()
    return len(plain) == SHORTEST and plain.isdecimal()


def is_of_working_age(number: str, *, on: date) -> bool:
    """Whether somebody with these ten digits is of an age at which the service is given, on the day `on`.

    Without a century two people fit; one below 100 years is meant.
    """
    return (on.year - int(number[:2])) % 100 in WORKING_AGES


def is_written_out(text: str) -> bool:
    """Whether the text holds a number in a form that nothing else has: twelve digits, or ten with their sign."""
    plain = _UUID.sub(" ", _plain(text))
    found = (each for form in _FORMS for each in form.finditer(plain))
    return any(_is_written_out(each) and _number(each) for each in found)


def _number(found: re.Match[str]) -> str:
    """The ten digits where they are a person's, otherwise nothing; an interim number's letter counts as 1."""
    month, day, last = int(found["month"]), int(found["day"]), found["last"]
    written_out = _is_written_out(found)
    if found["apart"] and found["more"]:
        return ""  # a period of two days: 2026-01-01 - 2026-01-31
    if not last.isdecimal():
        if not written_out:
            return ""
        last = "1" + last[1:]
    # Where nobody knows the day of birth the month is 00 and the day 60; without a sign that is an order number.
    if month == 0 and not (day >= _COORDINATION and written_out):
        return ""
    if not (1 <= day <= 31 or _COORDINATION <= day <= _COORDINATION + 31):
        return ""
    digits = found["year"] + found["month"] + found["day"] + last
    return digits if luhn.is_valid(digits) else ""


def _is_of_a_series(found: re.Match[str], on: date) -> bool:
    """Whether it begins with a day of the year of `on` or the year before; a plus says that it is a century ago."""
    if "+" in _sign(found):
        return False
    century = int(found["century"] or on.year // 100)
    return century * 100 + int(found["year"]) in (on.year, on.year - 1)


def _is_written_out(found: re.Match[str]) -> bool:
    return bool(found["century"]) or "-" in _sign(found) or "+" in _sign(found)


def _sign(found: re.Match[str]) -> str:
    return "" if found["apart"] else found["sign"] or ""


def _plain(text: str) -> str:
    """The text with every digit, dash and blank as ASCII has it, capitals, and without what is not seen."""
    if not text.isascii():
        text = "".join(_as_ascii(character) for character in unicodedata.normalize("NFKC", text))
    return _BLANKS.sub(" ", text.upper())


def _as_ascii(character: str) -> str:
    if character.isascii():
        return character
    digit = unicodedata.digit(character, None)
    if digit is not None:
        return str(digit)
    category = unicodedata.category(character)
    if category == "Pd" or character == "\u2212":
        return "-"
    return "" if category in ("Cf", "Mn") else character
