"""What people read: a text stands in the code in Swedish, and a catalogue a language says it in every other one.

A catalogue is the files `locale/<language>/*.po` of the folders at the top; the Swedish text is the msgid. A language
is there as soon as `web` has a folder for it: the code names none but Swedish, which is written first, and English,
which stands beside it wherever both are carried (messages, command line, columns). What a catalogue lacks is shown in
Swedish, and a test finds it first.

A value stands in a text as `%(name)s`; a percent sign that is meant is doubled. Decision 37 tells why.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from gettext import GNUTranslations, NullTranslations
from importlib.resources import files
from importlib.resources.abc import Traversable
from io import BytesIO
from typing import Final

Language = str
"""A language by its code in ISO 639-1, one of `languages()`."""

SWEDISH: Final[Language] = "sv"
ENGLISH: Final[Language] = "en"

FOLDERS: Final = (
    "foundation",
    "peppol",
    "orders",
    "invoicing",
    "audit",
    "bookkeeping",
    "operations",
    "accounts",
    "web",
    "supplier_portal",
    "finance_desk",
    "billing",
)
"""The folders that have texts; a test holds them to the folders there are."""


@dataclass(frozen=True, slots=True, init=False)
class Text:
    """One text for people, in whatever language they read: what it says, and the values that stand in it.

    A value may be a text of its own. Two texts are equal when they say the same with the same values. `context` parts
    texts that are one in Swedish and two in another language (msgctxt).

    >>> closed = Text("Ordern %(number)s är stängd.", number="4711")
    >>> closed.sv
    'Ordern 4711 är stängd.'
    """

    message: str
    context: str
    values: tuple[tuple[str, object], ...]

    def __init__(self, message: str, /, *, context: str = "", **values: object) -> None:
        object.__setattr__(self, "message", message)
        object.__setattr__(self, "context", context)
        object.__setattr__(self, "values", tuple(values.items()))

    def in_language(self, language: Language) -> str:
        """The text as whoever reads this language reads it."""
        return filled(translated(self.message, language, self.context), dict(self.values), language)

    def with_values(self, **values: object) -> "Text":
        """The text with these values besides, for one that stands in a table of texts."""
        made = Text(self.message, context=self.context)
        object.__setattr__(made, "values", (*self.values, *values.items()))
        return made

    @property
    def sv(self) -> str:
        """The text in Swedish."""
        return self.in_language(SWEDISH)

    @property
    def en(self) -> str:
        """The text in English, which stands beside Swedish in messages, logs and columns."""
        return self.in_language(ENGLISH)

    def both(self, between: str = " / ") -> str:
        """Swedish first and English beside it, once where the two are the same."""
        return between.join(dict.fromkeys((self.sv, self.en)))

    def __bool__(self) -> bool:
        return bool(self.message)

    def __str__(self) -> str:
        return self.sv


@dataclass(frozen=True, slots=True, init=False)
class CountedText(Text):
    """A text that says how many: one wording for one, another for another number, as each language has them.

    >>> CountedText("%(count)s rad", "%(count)s rader", count=2).sv
    '2 rader'
    """

    many: str
    count: int

    def __init__(self, one: str, many: str, /, *, count: int, **values: object) -> None:
        Text.__init__(self, one)
        object.__setattr__(self, "values", tuple(values.items()))
        object.__setattr__(self, "many", many)
        object.__setattr__(self, "count", count)

    def in_language(self, language: Language) -> str:
        """The text as whoever reads this language reads it."""
        template = translations(language).ngettext(self.message, self.many, self.count)
        return filled(template, {"count": self.count, **dict(self.values)}, language)


@dataclass(frozen=True, slots=True, init=False)
class JoinedText(Text):
    """Texts after one another, with the same sign between them in every language; what is empty is left out."""

    between: str
    parts: Sequence[Text]

    def __init__(self, between: str, parts: Iterable[Text], /) -> None:
        said = tuple(part for part in parts if part)
        Text.__init__(self, between.join(part.message for part in said))
        object.__setattr__(self, "between", between)
        object.__setattr__(self, "parts", said)

    def in_language(self, language: Language) -> str:
        """The parts as whoever reads this language reads them."""
        return self.between.join(part.in_language(language) for part in self.parts)


@dataclass(frozen=True, slots=True, init=False)
class WrittenText(Text):
    """A text as it was written down once in Swedish and English, or words that belong to no language.

    Columns hold such texts: what was said then stays as it was said. Another language reads the Swedish.

    >>> WrittenText("Fel belopp.", "Wrong amount.").en
    'Wrong amount.'
    """

    english: str

    def __init__(self, swedish: str, english: str | None = None, /) -> None:
        Text.__init__(self, swedish)
        object.__setattr__(self, "english", swedish if english is None else english)

    def in_language(self, language: Language) -> str:
        """The text as it was written in this language, otherwise in Swedish."""
        return self.english if language == ENGLISH else self.message


NO_TEXT: Final = WrittenText("")
"""Nothing to say."""


def translated(message: str, language: Language, context: str = "") -> str:
    """What a Swedish text is in a language, its values not yet filled in."""
    if not message or language == SWEDISH:
        return message
    if context:
        return translations(language).pgettext(context, message)
    return translations(language).gettext(message)


def filled(template: str, values: dict[str, object], language: Language) -> str:
    """The template with its values in it: a text or an amount is said in the same language, a number written in it.

    >>> filled("%(amount)s är över %(limit)s.", {"amount": Decimal("2612.50"), "limit": Decimal("2500.00")}, SWEDISH)
    '2 612,50 är över 2 500,00.'
    """
    return template % {name: _said(value, language) for name, value in values.items()}


def _said(value: object, language: Language) -> object:
    if isinstance(value, Decimal):
        return number_in(value, language)
    say = getattr(value, "in_language", None)
    return value if say is None else say(language)


_DIGITS_MOST = 40


def number_in(value: Decimal, language: Language) -> str:
    """A number with the decimals it has, in a sentence: 2 612,50, or 2,612.50.

    One of another's making may be too long to write out, and stands as it was written.

    >>> number_in(Decimal("1E+999999999"), SWEDISH)
    '1E+999999999'
    """
    if not value.is_finite() or abs(value.adjusted()) > _DIGITS_MOST:
        return str(value)
    written = f"{value:,f}"
    return in_swedish(written) if language == SWEDISH else written


def in_swedish(written: str) -> str:
    """The signs of a number as they are in Swedish: thousands apart by a space, decimals after a comma."""
    return written.replace(",", " ").replace(".", ",")


@cache
def languages() -> tuple[Language, ...]:
    """All languages the system speaks: Swedish first, then those that have a catalogue."""
    others = {folder.name for folder in (files("web") / "locale").iterdir() if folder.is_dir()}
    return (SWEDISH, *sorted(others - {SWEDISH}))


def language_of(code: str | None) -> Language:
    """The language of a code that came from outside; Swedish for what is none of ours."""
    return code if code is not None and code in languages() else SWEDISH


@cache
def translations(language: Language) -> NullTranslations:
    """The catalogue of a language, of all folders together; of Swedish an empty one."""
    if language == SWEDISH:
        return NullTranslations()
    # Only whoever reads another language than Swedish needs them: the command line's help answers without.
    from babel.messages.catalog import Catalog
    from babel.messages.mofile import write_mo
    from babel.messages.pofile import read_po

    together = Catalog(locale=language)
    for path in text_files(language):
        with path.open("rb") as file:
            for message in read_po(file, locale=language):
                if message.id:
                    together.add(message.id, message.string, flags=message.flags, context=message.context)
    compiled = BytesIO()
    write_mo(compiled, together)
    compiled.seek(0)
    return GNUTranslations(compiled)


def text_files(language: Language) -> tuple[Traversable, ...]:
    """The files `locale/<language>/*.po` of every folder that has some."""
    folders = (files(folder) / "locale" / language for folder in FOLDERS)
    return tuple(
        file
        for folder in folders
        if folder.is_dir()
        for file in sorted(folder.iterdir(), key=lambda each: each.name)
        if file.name.endswith(".po")
    )
