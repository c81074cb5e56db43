"""The options every command has, whether written before the command or after it."""

from dataclasses import dataclass
from typing import Annotated

import typer

from foundation.errors import Language

DatabaseOption = Annotated[
    str | None,
    typer.Option("--database", metavar="URL", help="Databasens adress / address of the database"),
]
LanguageOption = Annotated[
    Language | None, typer.Option("--lang", help="Meningarnas språk / language of the sentences")
]
TraceOption = Annotated[
    bool, typer.Option("--trace", hidden=True, help="Visa var ett fel uppstod / show where an error arose")
]


@dataclass(frozen=True, slots=True)
class Given:
    """The common options written before the command."""

    database: str | None = None
    language: Language | None = None
