"""How a function becomes a command: the database it opens, the language it answers in, and how refusals leave.

Convention: a command is a function that gets a `CommandContext` and its own arguments. It reads or
changes, prints, and returns; whatever stops it is raised and told here, in one place, as
`exit_codes` has it. Nothing but this module looks at the clock.
"""

import inspect
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from functools import wraps
from pathlib import Path
from typing import Annotated

import typer

from billing.cli.exit_codes import ExitCode, complain, stopped_by
from billing.cli.options import DatabaseOption, Given, LanguageOption, TraceOption
from billing.migrations.schema import open_database
from foundation.database import Database, utc_now
from foundation.periods import stockholm_date
from foundation.sql import Session
from foundation.text import SWEDISH, Language, Text
from operations.settings import Settings


@dataclass(frozen=True, slots=True)
class CommandContext:
    """What a command works with: the address of the database and the language it answers in."""

    url: str
    language: Language = SWEDISH

    def say(self, text: Text) -> str:
        """The text in the language asked for."""
        return text.in_language(self.language)

    @contextmanager
    def opened(self) -> Iterator[Database]:
        """The database, closed when the block ends. Raises DatabaseUnusable."""
        database = open_database(self.url)
        try:
            yield database
        finally:
            database.close()

    @contextmanager
    def reading(self) -> Iterator[Session]:
        """One consistent view of the database. Raises DatabaseUnusable."""
        with self.opened() as database, database.reading() as session:
            yield session

    @contextmanager
    def writing(self) -> Iterator[Session]:
        """One transaction, committed when the block ends well. Raises DatabaseUnusable."""
        with self.opened() as database, database.writing() as session:
            yield session


def command(app: typer.Typer, name: str) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """Make a function of a CommandContext and its own options the command `name` of `app`; common options are added."""

    def register(function: Callable[..., None]) -> Callable[..., None]:
        @wraps(function)
        def run(
            # Not `context`: that is the function's own, and its annotation comes along with the wrapping.
            given_by_typer: typer.Context,
            database: str | None,
            lang: Language | None,
            trace: bool,
            **given: object,
        ) -> None:
            before = given_by_typer.obj if isinstance(given_by_typer.obj, Given) else Given()
            language = lang or before.language or SWEDISH
            try:
                url = database or before.database or Settings().database_url
                function(CommandContext(url, language), **given)
            except (typer.Exit, typer.Abort, typer.BadParameter, BrokenPipeError):
                raise
            except KeyboardInterrupt:
                complain(Text("Avbruten.").in_language(language))
                raise typer.Exit(ExitCode.INTERRUPTED) from None
            except Exception as error:
                if trace:
                    raise
                raise typer.Exit(stopped_by(error, language)) from None

        own = list(inspect.signature(function, eval_str=True).parameters.values())[1:]
        common = inspect.signature(_common, eval_str=True).parameters.values()
        run.__signature__ = inspect.Signature(  # type: ignore[attr-defined]
            [each.replace(kind=inspect.Parameter.KEYWORD_ONLY) for each in (*own, *common)]
        )
        app.command(name)(run)
        return function

    return register


def _common(
    given_by_typer: typer.Context,
    database: DatabaseOption = None,
    lang: LanguageOption = None,
    trace: TraceOption = False,
) -> None:
    """The signature every command shares."""


def day(text: str) -> date:
    """A date on the command line; wrong usage for anything else."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise typer.BadParameter("Skriv ÅÅÅÅ-MM-DD / write YYYY-MM-DD.") from None


def today_or(on: date | None) -> date:
    """The day given, or today in Sweden: the command line is an entry point and may look at the clock."""
    return on if on is not None else stockholm_date(utc_now())


def bytes_of(path: Path, *, at_most: int = 20_000_001) -> bytes:
    """A file's bytes, at most one more than the gate lets in. Raises OSError."""
    with path.open("rb") as file:
        return file.read(at_most)


On = Annotated[
    date | None,
    typer.Option(
        "--on", "--today", parser=day, metavar="DATE", help="Dagen som gäller / the day that counts"
    ),
]
AsJson = Annotated[bool, typer.Option("--json", help="JSON i stället för tabell / JSON instead of a table")]
