"""Numbers of parties: check digits and formats by scheme (PEPPOL-COMMON-R040 to R057).

The same rules stand in the post-award transactions and in BIS Billing. They are asked
of endpoints (BT-34, BT-49), party identifiers (BT-29, BT-46, BT-60) and company numbers
(BT-30, BT-47, BT-61) that name a scheme; a number without a scheme is not judged.

The pure checks come first, one per kind of number; `register_party_numbers` puts the
rules into a book, within the pattern the book names.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from peppol.findings import Severity
from peppol.rules.engine.rulebook import FATAL, WARNING, Book, Broken, RuleVerdict, Test
from peppol.rules.engine.tree import Node
from peppol.rules.engine.xpath import is_integer

_DIGITS: Final = re.compile(r"[0-9]+")
_LETTERS: Final = re.compile(r"[A-Za-z]*")
_DOUBLED: Final = "0246813579"
PLACES: Final = "cbc:EndpointID | cac:PartyIdentification/cbc:ID | cbc:CompanyID"
"""Where numbers stand that name their scheme."""

# No number is longer; what a sender wrote that is, is not kept.
_REMEMBERED_LENGTH: Final = 40
_DUTCH_VAT: Final = r"NL[0-9]{9}B[0-9]{2}"
_ABN_WEIGHTS: Final = (10, 1, 3, 5, 7, 9, 11, 13, 15, 17, 19)


def is_gln(number: str) -> bool:
    """GS1: digits, the last of which is the check digit with weights 3, 1 from the right (0088).

    The length is not asked for, so shorter GS1 numbers pass as published.
    """
    if not _DIGITS.fullmatch(number):
        return False
    weighed = sum(int(digit) * (1 if place % 2 else 3) for place, digit in enumerate(reversed(number[:-1])))
    return (10 - weighed % 10) % 10 == int(number[-1])


def is_swedish_organisation_number(number: str) -> bool:
    """Luhn over the first ten digits; what stands behind them is not looked at (0007, SE-R-013)."""
    if not _DIGITS.fullmatch(number) or len(number) < 10:
        return False
    # A doubled digit above nine counts as the sum of its two, so all of the table's are single.
    doubled = sum([int(_DOUBLED[int(digit)]) for digit in number[0:9:2]])
    return (10 - (doubled + sum(map(int, number[1:9:2]))) % 10) % 10 == int(number[9])


def has_mod11_check_digit(number: str) -> bool:
    """Norwegian organisation numbers: weights 2 to 7 from the right, remainder of eleven (0192).

    Digits are expected; anything else is simply not valid.
    """
    if not _DIGITS.fullmatch(number) or int(number) == 0:
        return False
    weighed = sum(int(digit) * (place % 6 + 2) for place, digit in enumerate(reversed(number[:-1])))
    return (11 - weighed % 11) % 11 == int(number[-1])


def is_norwegian_organisation_number(number: str) -> bool:
    """Nine digits with a mod-11 check digit (0192)."""
    return len(number) == 9 and has_mod11_check_digit(number)


def is_belgian_enterprise_number(number: str) -> bool:
    """Ten digits; the last two are 97 less the remainder of the first eight (0208)."""
    return _matches(r"[0-9]{10}", number) and int(number[8:]) == 97 - int(number[:8]) % 97


def is_australian_business_number(number: str) -> bool:
    """Eleven digits; the first less one, weighed and summed, divides by 89 (0151)."""
    if not _matches(r"[0-9]{11}", number):
        return False
    digits = [int(digit) for digit in number]
    digits[0] -= 1
    return sum(digit * weight for digit, weight in zip(digits, _ABN_WEIGHTS, strict=True)) % 89 == 0


def is_danish_cvr(number: str) -> bool:
    """Eight digits, with or without DK before them (0184)."""
    return _matches(r"(DK)?[0-9]{8}", number)


def is_italian_office_code(code: str) -> bool:
    """Codice IPA: six letters or digits (0201)."""
    return _matches(r"[A-Za-z0-9]{6}", code)


def is_italian_tax_code(code: str) -> bool:
    """Codice fiscale: eleven digits, or sixteen characters in the pattern of persons (0210, 9907).

    Of the sixteen only letters and digits in their places are asked for, not the check letter.
    """
    if len(code) == 11:
        return is_integer(code)
    if len(code) != 16:
        return False
    letters = code[:6] + code[8] + code[15]
    numbers = (code[6:8], code[9:11], code[14])
    return _LETTERS.fullmatch(letters) is not None and all(is_integer(number) for number in numbers)


def is_italian_vat_number(number: str) -> bool:
    """After IT eleven digits with their check digit; numbers of other countries pass (0211)."""
    if number[:2] not in ("IT", "it"):
        return True
    digits = number[2:]
    if not _matches(r"[0-9]{11}", digits):
        return False
    return (
        sum(int(_DOUBLED[int(digit)] if place % 2 else digit) for place, digit in enumerate(digits)) % 10 == 0
    )


def _matches(pattern: str, text: str) -> bool:
    return re.fullmatch(pattern, text) is not None


@dataclass(frozen=True, slots=True)
class _Scheme:
    """One scheme: the rule that judges its numbers and what a good number looks like.

    The Danish tests look at the text as written, the others at the text without outer blanks.
    """

    code: str
    rule: str
    valid: Callable[[str], bool]
    meaning: str
    severity: Severity = FATAL
    as_written: bool = False


def _format(pattern: str) -> Callable[[str], bool]:
    return lambda number: _matches(pattern, number)


def _is_whole_swedish_number(number: str) -> bool:
    return len(number) == 10 and is_swedish_organisation_number(number)


_SCHEMES: Final = (
    # Swedish first: a number is held against the schemes in this order.
    _Scheme(
        "0007",
        "R049",
        _is_whole_swedish_number,
        "ten digits, the last a Luhn check digit (Swedish organisation)",
    ),
    _Scheme("0088", "R040", is_gln, "digits, the last a GS1 check digit (GLN)"),
    _Scheme("0192", "R041", is_norwegian_organisation_number, "nine digits with a mod-11 check (Norway)"),
    _Scheme("0184", "R042", is_danish_cvr, "eight digits, or DK and eight digits (CVR)", as_written=True),
    _Scheme("0096", "R052", _format(r"[0-9]{10}"), "ten digits (Danish P number)", as_written=True),
    _Scheme(
        "0198", "R053", _format(r"DK[0-9]{8}"), "DK and eight digits (Danish SE number)", as_written=True
    ),
    _Scheme("0208", "R043", is_belgian_enterprise_number, "ten digits with a mod-97 check (Belgium)"),
    _Scheme("0201", "R044", is_italian_office_code, "six letters or digits (IPA)", WARNING),
    _Scheme(
        "0210", "R045", is_italian_tax_code, "eleven digits, or sixteen characters in their pattern", WARNING
    ),
    _Scheme(
        "9907", "R046", is_italian_tax_code, "eleven digits, or sixteen characters in their pattern", WARNING
    ),
    _Scheme("0211", "R047", is_italian_vat_number, "IT and eleven digits with a check digit", WARNING),
    _Scheme("0151", "R050", is_australian_business_number, "eleven digits with a mod-89 check (ABN)"),
    _Scheme("0106", "R054", _format(r"[0-9]{8}"), "eight digits (Dutch KVK)", WARNING),
    _Scheme("0190", "R055", _format(r"[0-9]{20}"), "twenty digits (Dutch OIN)", WARNING),
    _Scheme("9944", "R056-1", _format(_DUTCH_VAT), "NL, nine digits, B and two digits (Dutch VAT)", WARNING),
)
_ESTABLISHMENT: Final = _Scheme(
    "0217", "R057", _format(r"[0-9]{12}"), "twelve digits (Dutch establishment)", WARNING
)


def register_party_numbers(book: Book, pattern: str) -> None:
    """Put the number rules into the book; each number is judged by the first rule that fits it."""
    for scheme in _SCHEMES:
        _register(book, pattern, scheme)
    registrations = book.context("cac:PartyTaxScheme/cbc:CompanyID", pattern=pattern, when=_is_dutch_vat)
    meaning = "A VAT number that begins with NL (BT-31, BT-48, BT-63) is NL, nine digits, B and two digits."
    registrations.add("PEPPOL-COMMON-R056-2", number_test(_format(_DUTCH_VAT)), meaning, WARNING)
    _register(book, pattern, _ESTABLISHMENT)


def _register(book: Book, pattern: str, scheme: _Scheme) -> None:
    # R046 alone is published for addresses only: 9907 is no scheme of party identifiers.
    places = "cbc:EndpointID" if scheme.code == "9907" else PLACES
    context = book.context(places, pattern=pattern, by=_scheme, case=scheme.code)
    test = number_test(scheme.valid, as_written=scheme.as_written)
    meaning = f"A number of scheme {scheme.code} is {scheme.meaning}."
    context.add(f"PEPPOL-COMMON-{scheme.rule}", test, meaning, scheme.severity)


def _scheme(number: Node) -> str | None:
    return number.attributes.get("schemeID")


def vat_number_that(begins: Callable[[str], bool]) -> Callable[[Node], bool]:
    """The condition that a registration is one for VAT and its number begins so."""

    def is_one(number: Node) -> bool:
        scheme = number.above.value_of("cac:TaxScheme", "cbc:ID") if number.above is not None else ""
        return scheme == "VAT" and begins(number.value)

    return is_one


_is_dutch_vat: Final = vat_number_that(lambda number: number.startswith("NL"))


def number_test(valid: Callable[[str], bool], *, as_written: bool = False) -> Test:
    """A test of a number: of its text without outer blanks, or as it is written."""

    # The same few parties stand in document after document.
    known = lru_cache(maxsize=256)(valid)

    def number_test(node: Node) -> RuleVerdict:
        number = node.text if as_written else node.value
        is_valid = known if len(number) <= _REMEMBERED_LENGTH else valid
        return None if is_valid(number) else Broken(found=number)

    return number_test
