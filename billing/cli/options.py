"""The options every command has, whether written before the command or after it."""

from dataclasses import dataclass
from typing import Annotated

import typer

from foundation.text import Language, languages


def known_language(code: str) -> Language:
    """A language the system speaks. Raises ValueError for any other, which typer tells as wrong usage."""
    if code not in languages():
        raise ValueError(f"{code!r} is not one of {', '.join(map(repr, languages()))}.")
    return code


DatabaseOption = Annotated[
    str | None,
    typer.Option("--database", metavar="URL", help="Databasens adress / address of the database"),
]
BuyerOption = Annotated[
    str | None,
    typer.Option("--buyer", metavar="SLUG", help="Köparens kortnamn / the buyer's short name"),
]
LanguageOption = Annotated[
    Language | None,
    typer.Option(
        "--lang",
        parser=known_language,
        metavar=f"<{'|'.join(languages())}>",
        help="Meningarnas språk / language of the sentences",
    ),
]
TraceOption = Annotated[
    bool, typer.Option("--trace", hidden=True, help="Visa var ett fel uppstod / show where an error arose")
]


@dataclass(frozen=True, slots=True)
class Given:
    """The common options written before the command."""

    database: str | None = None
    buyer: str | None = None
    language: Language | None = None
