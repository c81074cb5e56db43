"""How a function becomes a command: the books it opens, the language it answers in, and how refusals leave.

Convention: a command is a function that gets a `CommandContext` and its own arguments. It reads or
changes, prints, and returns; whatever stops it is raised and told here, in one place, as
`exit_codes` has it. Nothing but this module looks at the clock.
"""

import inspect
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation
from functools import wraps
from pathlib import Path
from typing import Annotated

import typer

from billing.cli.exit_codes import ExitCode, complain, stopped_by
from billing.cli.options import BuyerOption, DatabaseOption, Given, LanguageOption, TraceOption
from billing.server.installation import Installation
from foundation.database import Database, utc_now
from foundation.formatting import number_of
from foundation.periods import stockholm_date
from foundation.sql import Session
from foundation.text import SWEDISH, Language, Text
from operations.buyers.model import InstallationBuyer
from operations.settings import Settings


@dataclass(frozen=True, slots=True)
class CommandContext:
    """What a command works with: the installation, the buyer that was named, and the language it answers in.

    `installation_url` is the address of the installation's first books; `url`, `settings` and what is opened are those
    of the buyer the command is about.
    """

    installation_url: str
    language: Language = SWEDISH
    asked: str = ""

    def say(self, text: Text) -> str:
        """The text in the language asked for."""
        return text.in_language(self.language)

    @property
    def common(self) -> Settings:
        """The settings of the installation. Raises ValidationError where they cannot be used."""
        return Settings(database_url=self.installation_url) if self.installation_url else Settings()

    @property
    def settings(self) -> Settings:
        """The settings that hold for the buyer. Raises BuyerNotChosen."""
        with self._installation() as installation:
            return installation.books_of(self.asked).settings

    @property
    def url(self) -> str:
        """The address of the buyer's books. Raises BuyerNotChosen."""
        return self.settings.database_url

    @property
    def buyer(self) -> InstallationBuyer | None:
        """The row of the buyer the command is about; None where there are none. Raises BuyerNotChosen."""
        with self._installation() as installation:
            return installation.books_of(self.asked).buyer

    @contextmanager
    def opened(self) -> Iterator[Database]:
        """The buyer's books, closed when the block ends. Raises DatabaseUnusable, BuyerNotChosen."""
        with self._installation() as installation:
            yield installation.database_of(installation.books_of(self.asked))

    @contextmanager
    def reading(self) -> Iterator[Session]:
        """One consistent view of the books. Raises DatabaseUnusable, BuyerNotChosen."""
        with self.opened() as database, database.reading() as session:
            yield session

    @contextmanager
    def writing(self) -> Iterator[Session]:
        """One transaction, committed when the block ends well. Raises DatabaseUnusable, BuyerNotChosen."""
        with self.opened() as database, database.writing() as session:
            yield session

    @contextmanager
    def installation(self, *, takes_in: bool = False) -> Iterator[Installation]:
        """All buyers with their books, for a command that is about all of them; closed when the block ends.

        With `takes_in` it takes messages in, which closed books keep too; otherwise nothing in them changes.
        """
        with self._installation(takes_in=takes_in) as installation:
            yield installation

    def _installation(self, *, takes_in: bool = False) -> closing[Installation]:
        return closing(Installation(self.common, keep_closed_still=not takes_in))


def command(
    app: typer.Typer, name: str, *, examines: bool = False
) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """Make a function of a CommandContext and its own options the command `name` of `app`; common options are added.

    One that `examines` comes to settings that cannot be used too, and is refused them when it asks.
    """

    def register(function: Callable[..., None]) -> Callable[..., None]:
        @wraps(function)
        def run(
            # Not `context`: that is the function's own, and its annotation comes along with the wrapping.
            given_by_typer: typer.Context,
            database: str | None,
            buyer: str | None,
            lang: Language | None,
            trace: bool,
            **given: object,
        ) -> None:
            before = given_by_typer.obj if isinstance(given_by_typer.obj, Given) else Given()
            language = lang or before.language or SWEDISH
            try:
                url, asked = database or before.database, buyer or before.buyer
                if not examines:
                    settings = Settings()
                    url, asked = url or settings.database_url, asked or settings.buyer
                function(CommandContext(url or "", language, asked or ""), **given)
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
    buyer: BuyerOption = None,
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


def number_written(text: str) -> Decimal:
    """A number on the command line, with comma or point; wrong usage for anything else."""
    try:
        found = number_of(text)
    except InvalidOperation:
        found = Decimal("NaN")
    if not found.is_finite():
        raise typer.BadParameter("Skriv ett tal, som 1250,00 / write a number, as 1250.00.")
    return found


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
