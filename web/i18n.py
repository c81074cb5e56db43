"""The words of the pages, English in `locale/en/` of each front, and Swedish ways of writing days and amounts.

Convention: the Swedish text is the msgid. Templates write `{{ _("Ordrar") }}` or, with a value,
`{{ _("Order %(number)s", number=order.number) }}`; a literal percent sign is doubled there. Python on the pages
takes `_t = words(language)` and writes `_t("Ordrar")`. Sentences of the folders below come as pairs (Swedish,
English) and are picked by `pair`. Catalogues are read once at the start; a text without English shows in Swedish,
and a test finds it first.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from functools import cache, lru_cache
from importlib.resources import files
from importlib.resources.abc import Traversable
from typing import Final

from babel.dates import format_date, format_datetime
from babel.messages.pofile import read_po
from babel.numbers import format_currency, format_decimal

from foundation.errors import Language, Refused
from foundation.money import Money, Quantity
from foundation.periods import STOCKHOLM, Month
from web import fronts

Translate = Callable[[str], str]

_BABEL: Final = {"sv": "sv_SE", "en": "en"}


@dataclass(frozen=True, slots=True)
class Catalogue:
    """The texts of one language; Swedish is its own catalogue and empty."""

    single: dict[str, str] = field(default_factory=dict)
    plural: dict[tuple[str, str], tuple[str, str]] = field(default_factory=dict)

    def gettext(self, text: str) -> str:
        """The text in this language, or as it is."""
        return self.single.get(text, text)

    def ngettext(self, one: str, many: str, count: int) -> str:
        """The text for one or for another number."""
        forms = self.plural.get((one, many), (one, many))
        return forms[0] if count == 1 else forms[1]


def catalogue(language: Language) -> Catalogue:
    """The texts of the web and of every front that takes part, in a language."""
    return _catalogue(language, fronts.packages())


@cache
def _catalogue(language: Language, packages: Sequence[str]) -> Catalogue:
    found = Catalogue()
    if language == "sv":
        return found
    for path in text_files(language, packages):
        with path.open("rb") as file:
            for message in read_po(file, locale=language):
                if isinstance(message.id, tuple | list):
                    one, many = (str(each) for each in message.id)
                    first, others = (str(each) for each in message.string or ("", ""))
                    found.plural[one, many] = (first or one, others or many)
                elif message.id and message.string:
                    found.single[str(message.id)] = str(message.string)
    return found


def text_files(language: Language, packages: Sequence[str]) -> tuple[Traversable, ...]:
    """The files `locale/<language>/*.po` of these packages."""
    folders = (files(package) / "locale" / language for package in packages)
    return tuple(file for folder in folders for file in sorted(folder.iterdir(), key=lambda each: each.name))


def words(language: Language) -> Translate:
    """The function that puts a Swedish text of a page into `language`."""
    return catalogue(language).gettext


def pair(sentence: Refused | tuple[str, str], language: Language) -> str:
    """One of the two sentences that the folders below give."""
    if isinstance(sentence, Refused):
        sentence = (sentence.sentence_sv, sentence.sentence)
    return sentence[0 if language == "sv" else 1]


# The same few thousand amounts are written again and again, and Babel takes a tenth of a millisecond for each.
@lru_cache(maxsize=20_000)
def money(amount: Money, language: Language) -> str:
    """An amount as people write it: 11 970,00 kr, or SEK 11,970.00, with spaces that do not break."""
    form = None if language == "sv" else "¤¤\N{NO-BREAK SPACE}#,##0.00;¤¤\N{NO-BREAK SPACE}-#,##0.00"
    return format_currency(amount.amount, amount.currency, format=form, locale=_BABEL[language])


@lru_cache(maxsize=20_000)
def number(value: Decimal | int | Quantity, language: Language) -> str:
    """A number with grouped thousands; a quantity without the zeros it does not need."""
    plain = value.value if isinstance(value, Quantity) else value
    return format_decimal(plain, locale=_BABEL[language])


def price(value: Decimal, currency: str, language: Language) -> str:
    """A price as people write it, with more than two decimals only where it has them."""
    if value == round(value, 2):
        return money(Money(round(value, 2), currency), language)
    return f"{number(value, language)} {currency}"


@lru_cache(maxsize=20_000)
def plain_amount(amount: Money, language: Language) -> str:
    """An amount without its currency, for wide tables: 11 970,00."""
    return format_decimal(amount.amount, format="#,##0.00", locale=_BABEL[language])


@lru_cache(maxsize=1000)
def month(value: Month | date, language: Language) -> str:
    """A month as november 2026, or November 2026."""
    first = value if isinstance(value, date) else date(value.year, value.month, 1)
    return format_datetime(
        datetime(first.year, first.month, 1, tzinfo=STOCKHOLM), "LLLL yyyy", locale=_BABEL[language]
    )


@lru_cache(maxsize=1000)
def short_month(value: Month, language: Language) -> str:
    """A month's short name: sep, or Sep."""
    return format_date(value.period.start, "LLL", locale=_BABEL[language]).rstrip(".")
