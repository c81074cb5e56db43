"""The door of the command line: the options every command has, the house it opens, and how refusals leave.

Convention: a command is a function that gets a `House` and its own arguments. It reads or
changes, prints, and returns; what it may not do is raised as `Refused` and told here, in one
place, as one sentence on standard error. Exit codes are those of `Code`.
"""

import inspect
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from enum import IntEnum
from functools import wraps
from pathlib import Path
from typing import Annotated

import structlog
import typer
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from invoicing.flipping import NotToInvoice
from invoicing.stored_invoices import InvoiceUnknown
from orders.database import Database, explain, utc_now
from orders.register_files import RegisterRefused
from orders.stored_orders import OrderUnknown
from orders.stored_placements import PlacementUnknown
from orders.values import Refused, stockholm_date
from peppol.gate import GateRefused
from peppol.post import InvalidDocument
from supplier_portal.assembly import open_house
from supplier_portal.printing import Language, plain
from supplier_portal.settings import Settings


class Code(IntEnum):
    """What a command ends with; 2 (wrong usage) is given by the reader of arguments."""

    OK = 0
    FAILED = 1
    IN_QUESTION = 3
    NOT_FOUND = 4
    INTERRUPTED = 130


class NotFound(Refused):
    """What was named on the command line does not exist."""


_CODES: dict[type[Refused], Code] = {
    NotFound: Code.NOT_FOUND,
    OrderUnknown: Code.NOT_FOUND,
    InvoiceUnknown: Code.NOT_FOUND,
    PlacementUnknown: Code.NOT_FOUND,
    NotToInvoice: Code.IN_QUESTION,
}


@dataclass(frozen=True, slots=True)
class House:
    """What a command works with: the address of the database and the language it answers in."""

    url: str
    language: Language = "sv"

    def say(self, sv: str, en: str) -> str:
        """The text in the language asked for."""
        return sv if self.language == "sv" else en

    def sentence(self, refused: Refused) -> str:
        """A refusal in the language asked for."""
        return self.say(refused.sentence_sv, refused.sentence)

    @contextmanager
    def opened(self, *, create: bool = False) -> Iterator[Database]:
        """The database, closed when the block ends. Raises DatabaseUnusable."""
        database = open_house(self.url, create=create)
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
    """Make a function of a House and its own options the command `name` of `app`, with the common options added."""

    def register(function: Callable[..., None]) -> Callable[..., None]:
        @wraps(function)
        def door(
            context: typer.Context,
            database: str | None,
            lang: Language | None,
            trace: bool,
            **given: object,
        ) -> None:
            before = context.obj if isinstance(context.obj, _Given) else _Given()
            language: Language = lang or before.language or "sv"
            with told(language, trace=trace):
                house = House(database or before.database or Settings().database_url, language)
                function(house, **given)

        own = list(inspect.signature(function, eval_str=True).parameters.values())[1:]
        common = inspect.signature(_common, eval_str=True).parameters.values()
        door.__signature__ = inspect.Signature(  # type: ignore[attr-defined]
            [each.replace(kind=inspect.Parameter.KEYWORD_ONLY) for each in (*own, *common)]
        )
        app.command(name)(door)
        return function

    return register


def guarded(function: Callable[..., None]) -> Callable[..., None]:
    """A command with options of its own, told in Swedish where it is stopped."""

    @wraps(function)
    def door(*args: object, **given: object) -> None:
        with told("sv"):
            function(*args, **given)

    return door


@dataclass(frozen=True, slots=True)
class _Given:
    """The common options written before the command."""

    database: str | None = None
    language: Language | None = None


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


def _common(
    context: typer.Context,
    database: DatabaseOption = None,
    lang: LanguageOption = None,
    trace: TraceOption = False,
) -> None:
    """The signature every command shares."""


def remember(context: typer.Context, database: DatabaseOption = None, lang: LanguageOption = None) -> None:
    """Beställning och fakturor för Rusta och matcha. / Orders and invoices of the service."""
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            _without_trace,
            structlog.processors.JSONRenderer(ensure_ascii=True),
        ],
        wrapper_class=structlog.make_filtering_bound_logger("warning"),
        # The stream is asked for each time, since a test or a pipe may have replaced it.
        logger_factory=lambda *_: structlog.PrintLogger(sys.stderr),
        cache_logger_on_first_use=False,
    )
    context.obj = _Given(database, lang)


def _without_trace(_: object, __: str, event: structlog.typing.EventDict) -> structlog.typing.EventDict:
    """An operator's line names the kind of error; where it arose is for --trace."""
    event.pop("exc_info", None)
    return event


@contextmanager
def told(language: Language, *, trace: bool = False) -> Iterator[None]:
    """Turn whatever stops the block into a sentence on standard error and an exit code."""
    try:
        yield
    except (typer.Exit, typer.Abort, typer.BadParameter, BrokenPipeError):
        raise
    except KeyboardInterrupt:
        complain("Avbruten." if language == "sv" else "Interrupted.")
        raise typer.Exit(Code.INTERRUPTED) from None
    except RegisterRefused as refused:
        for problem in refused.problems:
            place = f"{problem.file}:{problem.line}" if problem.line else problem.file
            complain(f"{place}: {problem.sentence_sv if language == 'sv' else problem.sentence}")
        raise typer.Exit(Code.FAILED) from None
    except Exception as error:
        if trace:
            raise
        refusal = refusal_of(error)
        complain(refusal.sentence_sv if language == "sv" else refusal.sentence)
        raise typer.Exit(_CODES.get(type(refusal), Code.FAILED)) from None


def refusal_of(error: Exception) -> Refused:
    """The sentence for anything that can stop a command."""
    match error:
        case Refused():
            return error
        case SQLAlchemyError():
            return explain(error)
        case GateRefused():
            return Refused(error.sentence("sv"), error.sentence("en"))
        case InvalidDocument():
            return Refused(
                f"Vårt eget dokument {error.document_id} bryter mot {_rules(error)} och skickas inte. "
                "Rätta uppgifterna i registret.",
                f"Our own document {error.document_id} breaks {_rules(error)} and is not sent. "
                "Correct the details in the register.",
            )
        case OSError():
            return _file_refused(error)
        case _:
            name = type(error).__name__
            return Refused(
                f"Ett fel i programmet ({name}). Det som redan skrivits står kvar. Kör om med --trace och anmäl det.",
                f"A fault in the program ({name}). What was written stands. Run again with --trace and report it.",
            )


def _rules(invalid: InvalidDocument) -> str:
    return ", ".join(sorted({finding.rule for finding in invalid.findings}))


def _file_refused(error: OSError) -> Refused:
    name = error.filename if isinstance(error.filename, str) else str(error.filename or "")
    what = {
        FileNotFoundError: ("finns inte", "does not exist"),
        IsADirectoryError: ("är en mapp, inte en fil", "is a folder, not a file"),
        NotADirectoryError: ("är inte en mapp", "is not a folder"),
        PermissionError: ("får inte öppnas", "may not be opened"),
    }.get(type(error))
    sv, en = what or (f"går inte att använda ({error.strerror})", f"cannot be used ({error.strerror})")
    return Refused(f"{name} {sv}. Kontrollera sökvägen.", f"{name} {en}. Check the path.")


def complain(sentence: str) -> None:
    """One sentence on standard error."""
    typer.echo(plain(sentence), err=True)


def day(text: str) -> date:
    """A date on the command line; wrong usage for anything else."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise typer.BadParameter("Skriv ÅÅÅÅ-MM-DD / write YYYY-MM-DD.") from None


def today_or(on: date | None) -> date:
    """The day given, or today in Sweden: the command line is a door and may look at the clock."""
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
