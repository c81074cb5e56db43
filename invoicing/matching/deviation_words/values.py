"""The values of a deviation as people write them in a sentence: numbers, units, VAT categories, accounts."""

import re
from collections.abc import Callable, Mapping
from decimal import Decimal

from foundation.formatting import number, unbroken
from foundation.identifiers import hidden_in, visible
from foundation.periods import month_in
from foundation.text import JoinedText, Text, WrittenText
from foundation.units import unit_name
from invoicing.matching import payee_accounts
from invoicing.matching.deviations import Deviation, DeviationCode

# With decimals: what has none may as well be an order number.
_NUMBER = re.compile(r"-?[0-9]{1,12}\.[0-9]{1,4}")
# A number alone, or one reckoned with: 95.00 / 10, 2945.00 x 25 %.
_CALCULATION = re.compile(r"-?[0-9]{1,12}\.[0-9]{1,4}( [x/] [0-9]{1,12}(\.[0-9]{1,4})?( %)?)?")
_PERIOD = re.compile(r"(\d{4}-\d\d-\d\d)/(\d{4}-\d\d-\d\d)")


# What these found and expected is reckoned; all others name something, which is written as it came: invoice 2026.10.
_RECKONED = frozenset(
    {
        DeviationCode.LATE_PAYMENT_CLAIM,
        DeviationCode.QUANTITY,
        DeviationCode.PRICE,
        DeviationCode.AMOUNT,
        DeviationCode.VAT_RATE,
        DeviationCode.VAT_AMOUNT,
        DeviationCode.F_TAX,
        DeviationCode.CREDIT_AMOUNT,
    }
)
_REFERENCE_RECKONED = frozenset({DeviationCode.VAT_AMOUNT, DeviationCode.F_TAX})


def _reckoned(value: str) -> Text:
    """A number in Swedish as people write it in a sentence: 1 347,50."""
    if _CALCULATION.fullmatch(value):
        return WrittenText(_NUMBER.sub(_in_swedish, value).replace(" x ", " × "), value.replace(" x ", " × "))
    return _named(value)


def _named(value: str) -> Text:
    """A period for people; an identifier as it came, also where it looks like a number, hidden signs named."""
    period = _PERIOD.fullmatch(value)
    if period is not None:
        return WrittenText(" – ".join(period.groups()))
    hidden = hidden_in(value)
    if not hidden:
        return WrittenText(value)
    return Text(
        "%(value)s (med dolt tecken: %(hidden)s)",
        value=visible(value),
        hidden=JoinedText(", ", (each.text for each in hidden)),
    )


def _unit(code: str) -> Text:
    """A unit as people say it, with its code, which is what stands in the document: dagar (DAY)."""
    name = unit_name(code, Decimal(2))
    return WrittenText(code) if name.sv == code else Text("%(unit)s (%(code)s)", unit=name, code=code)


def _vat_category(code: str) -> Text:
    """A VAT category (UNCL5305) as people say it, with its code, which is what stands in the document."""
    name = _VAT_CATEGORIES.get(code)
    return WrittenText(code) if name is None else Text("%(name)s (%(code)s)", name=name, code=code)


def _accounts(listed: str) -> Text:
    """Payment accounts as people write them: bankgiro 599-9107."""
    return _named(_ACCOUNT.sub(_account, listed))


def _account(found: re.Match[str]) -> str:
    return payee_accounts.as_written(found[1], found[2])


_VAT_CATEGORIES = {
    "S": Text("skattepliktigt", context="vat category"),
    "E": Text("momsfritt", context="vat category"),
    "Z": Text("nollsats", context="vat category"),
    "AE": Text("omvänd skattskyldighet", context="vat category"),
    "K": Text("leverans inom EU", context="vat category"),
    "G": Text("export utanför EU", context="vat category"),
    "O": Text("utanför momsens område", context="vat category"),
}
_ACCOUNT = re.compile(r"\b(BANKGIRO|PLUSGIRO|IBAN) ([0-9A-Z][0-9A-Z-]{1,40}[0-9A-Z])\b")
_SPECIAL: Mapping[DeviationCode, Callable[[str], Text]] = {
    DeviationCode.UNIT: _unit,
    DeviationCode.VAT_CATEGORY: _vat_category,
    DeviationCode.PAYEE_ACCOUNT: _accounts,
}
"""The codes whose values are codes themselves, and how those are said."""


def _in_swedish(number_found: re.Match[str]) -> str:
    whole, _, decimals = number_found.group().partition(".")
    sign = "-" if whole == "-0" else ""
    return f"{sign}{unbroken(number(Decimal(whole)))},{decimals}"


def written_as(deviation: Deviation) -> Callable[[str], Text]:
    """How what this deviation found and expected is written."""
    code = deviation.code
    # A line of a credit is told by its order line; what the credit adds to its lines is a sum.
    added = code is DeviationCode.CREDIT_LINE and deviation.variant == "adjustment"
    return _SPECIAL.get(code, _reckoned if code in _RECKONED or added else _named)


def reference_of(deviation: Deviation) -> Text:
    """What this deviation refers to, as people write it."""
    # What is not received is referred to by the month of its report.
    if deviation.code is DeviationCode.NOT_RECEIVED and (month := month_in(deviation.reference)):
        return Text("%(month)s", month=month)
    write = _reckoned if deviation.code in _REFERENCE_RECKONED else _named
    return write(deviation.reference)
