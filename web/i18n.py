"""Amounts, numbers and months as the reader's language writes them on pages, and what each language is called.

Convention: texts are `foundation.text`'s. Templates write `{{ _("Ordrar") }}`, or with a value
`{{ _("Order %(number)s", number=order.number) }}`; a text that comes from below is written `{{ refusal }}`, and
`said(refusal)` where something is done with it first.
"""

import re
from datetime import date
from decimal import Decimal
from functools import lru_cache
from typing import Final

from babel import Locale
from babel.dates import format_date
from babel.numbers import format_currency, format_decimal, get_decimal_symbol

from foundation.money import Money, Quantity
from foundation.periods import Month
from foundation.text import SWEDISH, Language, languages

_QVALUE: Final = re.compile(r"[01](\.[0-9]{0,3})?")
# Where a language is written in several ways, ours.
_TERRITORIES: Final = {SWEDISH: "sv_SE"}


def _locale(language: Language) -> str:
    return _TERRITORIES.get(language, language)


def preferred(header: str) -> Language:
    """The first language of ours that a browser prefers (Accept-Language); Swedish where it names none.

    >>> preferred("en-GB,en;q=0.9,sv;q=0.8"), preferred("de, sv;q=0.5"), preferred("en;q=0"), preferred("")
    ('en', 'sv', 'sv', 'sv')
    """
    weighed = []
    for place, part in enumerate(header.lower().split(",")):
        name, *parameters = (each.strip() for each in part.split(";"))
        weight = next((each.removeprefix("q=") for each in parameters if each.startswith("q=")), "1")
        language = name.partition("-")[0]
        if language in languages() and _QVALUE.fullmatch(weight) and Decimal(weight) > 0:
            weighed.append((-Decimal(weight), place, language))
    return min(weighed)[2] if weighed else SWEDISH


def language_choices() -> tuple[tuple[Language, str], ...]:
    """Every language with its name in itself: Svenska, English."""
    named = ((each, Locale.parse(each).get_display_name() or each) for each in languages())
    return tuple((each, name[:1].upper() + name[1:]) for each, name in named)


# The same few thousand amounts are written again and again, and Babel takes a tenth of a millisecond for each.
@lru_cache(maxsize=20_000)
def money(amount: Money, language: Language) -> str:
    """An amount as people write it: 11 970,00 kr, or SEK 11,970.00, with spaces that do not break."""
    form = None if language == SWEDISH else "¤¤\N{NO-BREAK SPACE}#,##0.00;¤¤\N{NO-BREAK SPACE}-#,##0.00"
    return format_currency(amount.amount, amount.currency, format=form, locale=_locale(language))


@lru_cache(maxsize=20_000)
def number(value: Decimal | int | Quantity, language: Language) -> str:
    """A number with grouped thousands; a quantity without the zeros it does not need."""
    plain = value.value if isinstance(value, Quantity) else value
    return format_decimal(plain, locale=_locale(language))


def price(value: Decimal, currency: str, language: Language) -> str:
    """A price as people write it, with more than two decimals only where it has them."""
    if value == round(value, 2):
        return money(Money(round(value, 2), currency), language)
    return f"{unit_price(value, language)} {currency}"


def unit_price(value: Decimal, language: Language) -> str:
    """A price without its currency, with two decimals and with every more that it has: 475,00, 0,12345."""
    return format_decimal(value, "#,##0.00########", _locale(language))


def decimal_sign(language: Language) -> str:
    """What stands before the decimals: a comma, or a point."""
    return get_decimal_symbol(_locale(language))


@lru_cache(maxsize=20_000)
def plain_amount(amount: Money, language: Language) -> str:
    """An amount without its currency, for wide tables: 11 970,00."""
    return format_decimal(amount.amount, format="#,##0.00", locale=_locale(language))


@lru_cache(maxsize=1000)
def month(value: Month | date | str, language: Language) -> str:
    """A month as november 2026, or November 2026; one that is told as 2026-11 too, and nothing for none."""
    if not value:
        return ""
    told = Month.parse(value) if isinstance(value, str) else value
    return (Month.of(told) if isinstance(told, date) else told).in_language(language)


@lru_cache(maxsize=1000)
def short_month(value: Month, language: Language) -> str:
    """A month's short name: sep, or Sep."""
    return format_date(value.period.start, "LLL", locale=_locale(language)).rstrip(".")
