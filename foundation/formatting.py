"""Amounts, quantities, days, periods and outside text written for people, the same in both languages: the Swedish way.

Convention: what the reader's language decides on a page (amounts, numbers, names of months) is written by `web.i18n`,
and what a file or a document prescribes where that is made.
"""

import unicodedata
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal

from foundation.money import Money, Quantity
from foundation.periods import STOCKHOLM, Period
from foundation.text import SWEDISH, CountedText, JoinedText, Language, Text, WrittenText, in_swedish
from foundation.units import unit_name

Json = str | int | bool | None | Sequence["Json"] | Mapping[str, "Json"]


# Control characters, and the invisible ones that turn the direction of writing around.
_UNPRINTABLE = ("Cc", "Cf", "Cs", "Zl", "Zp")


def kronor(money: Money) -> str:
    """An amount as Swedes write it; another currency than SEK is named.

    >>> kronor(Money.of("11590.00")), kronor(Money.of("-0.50", "EUR"))
    ('11 590,00', '-0,50 EUR')
    """
    text = in_swedish(f"{money.amount:,.2f}")
    return text if money.currency == "SEK" else f"{text} {money.currency}"


def number(value: Decimal) -> str:
    """A quantity without meaningless decimals.

    >>> number(Decimal("21.0000")), number(Decimal("0.5000"))
    ('21', '0,5')
    """
    text = in_swedish(f"{value:,f}")
    return text.rstrip("0").rstrip(",") if "," in text else text


def quantity_in_words(quantity: Quantity) -> Text:
    """A quantity as one reads it.

    >>> quantity_in_words(Quantity.days(14)).sv
    '14 dagar'
    """
    value = WrittenText(number(quantity.value))
    return JoinedText(" ", (value, unit_name(quantity.unit, quantity.value)))


class AmountText(Text):
    """An amount without its currency, in a sentence: with the decimal sign of whoever reads it.

    >>> said = Text("Skillnaden är %(amount)s SEK.", amount=AmountText(Decimal("1055.00")))
    >>> said.sv
    'Skillnaden är 1 055,00 SEK.'
    """

    def __init__(self, amount: Decimal, /) -> None:
        Text.__init__(self, f"{amount:,.2f}")

    def in_language(self, language: Language) -> str:
        """The amount with two decimals."""
        return in_swedish(self.message) if language == SWEDISH else self.message


def seconds_text(count: int) -> Text:
    """How long to wait, in a sentence.

    >>> seconds_text(1).sv, seconds_text(20).en
    ('1 sekund', '20 seconds')
    """
    return CountedText("%(count)s sekund", "%(count)s sekunder", count=count)


def price(value: Decimal) -> str:
    """A price with at least two decimals.

    >>> price(Decimal("95.0000")), price(Decimal("0.1250"))
    ('95,00', '0,125')
    """
    whole, _, decimals = in_swedish(f"{value:,f}").partition(",")
    return f"{whole},{decimals.rstrip('0').ljust(2, '0')}"


def unbroken(text: str) -> str:
    """The text with spaces that a line does not break at, for a sentence or a picture."""
    return text.replace(" ", "\N{NO-BREAK SPACE}")


def number_of(text: str) -> Decimal:
    """A number as people write it, with comma or point. Raises InvalidOperation for anything else.

    >>> number_of("1 250,50")
    Decimal('1250.50')
    """
    return Decimal(text.replace("\N{NO-BREAK SPACE}", "").replace(" ", "").replace(",", "."))


def plain(text: str) -> str:
    """The text on one line, with everything a terminal would obey instead of show written as �."""
    one_line = text.replace("\n", " ")
    if one_line.isascii() and one_line.isprintable():
        return one_line
    return "".join("�" if unicodedata.category(sign) in _UNPRINTABLE else sign for sign in one_line)


def day(value: date | datetime | None) -> str:
    """A day as 2026-11-21, in both languages; nothing for none."""
    if isinstance(value, datetime):
        value = value.astimezone(STOCKHOLM).date()
    return value.isoformat() if value is not None else ""


def period(value: Period) -> str:
    """A period as 2026-09-01 – 2026-09-30."""
    return f"{value.start.isoformat()} – {value.end.isoformat()}"


def moment(value: datetime | None) -> str:
    """An instant as 2026-11-21 14.05 in Swedish time."""
    return value.astimezone(STOCKHOLM).strftime("%Y-%m-%d %H.%M") if value is not None else ""
