"""Made-up personal identity numbers, and the ways in which people, systems and accidents write them."""

from collections.abc import Callable, Mapping
from datetime import date

from hypothesis import strategies
from stdnum import luhn

Writing = Callable[[str], str]


def number(born: date, serial: int = 238, *, coordination: bool = False) -> str:
    """Twelve digits with a right check digit; of a samordningsnummer 60 is added to the day."""
    day = born.day + (60 if coordination else 0)
    ten = f"{born:%y%m}{day:02}{serial:03}"
    return f"{born.year // 100}{ten}{luhn.calc_check_digit(ten)}"


def _digits(first: int) -> Writing:
    return lambda twelve: "".join(chr(first + int(digit)) for digit in twelve)


def _between(sign: str) -> Writing:
    return lambda twelve: f"{twelve[2:8]}{sign}{twelve[8:]}"


WRITINGS: Mapping[str, Writing] = {
    "twelve digits": lambda twelve: twelve,
    "ten digits": lambda twelve: twelve[2:],
    "a hyphen": _between("-"),
    "a plus": _between("+"),
    "a blank": _between(" "),
    "a hard blank": _between("\u00a0"),
    "a thin blank": _between("\u2009"),
    "an en dash": _between("\u2013"),
    "an em dash": _between("\u2014"),
    "a hard hyphen": _between("\u2011"),
    "a minus sign": _between("\u2212"),
    "a full-width hyphen": _between("\uff0d"),
    "blanks around the hyphen": _between(" - "),
    "a line break after the hyphen": _between("-\n"),
    "an underscore": _between("_"),
    "a slash": _between("/"),
    "a soft hyphen": _between("\u00ad"),
    "a blank of no width": lambda twelve: f"{twelve[2:5]}\u200b{twelve[5:8]}-{twelve[8:]}",
    "the century and a hyphen": lambda twelve: f"{twelve[:8]}-{twelve[8:]}",
    "the century apart": lambda twelve: f"{twelve[:2]} {twelve[2:8]}-{twelve[8:]}",
    "a day as ISO 8601 has it": lambda twelve: f"{twelve[:4]}-{twelve[4:6]}-{twelve[6:8]}-{twelve[8:]}",
    "pairs": lambda twelve: f"{twelve[2:4]} {twelve[4:6]} {twelve[6:8]} {twelve[8:]}",
    "full-width digits": _digits(0xFF10),
    "Arabic digits": _digits(0x0660),
    "Devanagari digits": _digits(0x0966),
    "mathematical digits": _digits(0x1D7CE),
    "as a VAT number": lambda twelve: f"SE{twelve[2:]}01",
    "within words": lambda twelve: f"Deltagaren (pnr:{twelve[2:8]}-{twelve[8:]}) har börjat.",
    "with more after it": lambda twelve: f"{twelve[2:8]}-{twelve[8:]}-01",
    "next to letters": lambda twelve: f"pnr{twelve}x",
}
"""Each way of writing the twelve digits of a number."""

SIGNED = frozenset(
    {
        *("twelve digits", "a hyphen", "a plus", "an en dash", "an em dash", "a hard hyphen", "a minus sign"),
        *("a full-width hyphen", "blanks around the hyphen", "a line break after the hyphen"),
        *("the century and a hyphen", "the century apart", "a day as ISO 8601 has it", "a blank of no width"),
        *("full-width digits", "Arabic digits", "Devanagari digits", "mathematical digits"),
        *("within words", "with more after it", "next to letters"),
    }
)
"""The ways that nothing else is written in."""

SOMEBODY = number(date(1984, 3, 27))

numbers = strategies.builds(
    number,
    strategies.dates(date(1930, 1, 1), date(2010, 12, 31)),
    strategies.integers(1, 999),
    coordination=strategies.booleans(),
)
"""Numbers of people who may look for work."""

NOBODYS: Mapping[str, str] = {
    "an organisation number": "556012-5790",
    "an organisation number of an association": "802999-6066",
    "an authority's organisation number": "2021002114",
    "an organisation number in a VAT number": "SE556012579001",
    "an organisation number with the century before": "165560125790",
    "a VAT number that reads as a day from its second digit": "SE202507123401",
    "a location number (GLN)": "7300010000001",
    "a participant": "0088:7300010000001",
    "one of our orders": "2100000001",
    "one of our orders, much later": "2100660000",
    "an execution reference": "400000001",
    "a bankgiro number": "5050-1055",
    "a bankgiro number of seven": "123-4567",
    "a plusgiro number": "12 34 56-6",
    "an IBAN": "SE4550000000058398257466",
    "an IBAN in groups": "SE45 5000 0000 0583 9825 7466",
    "a mobile number": "070-123 45 67",
    "a mobile number as one": "0731234567",
    "a telephone number abroad": "+46701234567",
    "an OCR number": "9912346789001",
    "an OCR number of ten digits": "4000123458",
    "an invoice number": "F26-1401",
    "a day": "2026-11-30",
    "a period": "2026-01-01 - 2026-01-31",
    "a period with a dash": "2026-01-01–2026-12-31",
    "a moment": "2026-11-30T12:50:24.123456+01:00",
    "an identifier of a message": "12345678-1234-4123-8123-191212121212",
    "a number with a wrong check digit": "840327-2388",
    "an amount": "1234567.89",
    "a month that there is not": "841327-2385",
}
"""What looks a little like one and is none."""
