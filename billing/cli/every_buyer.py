"""Commands that work for every buyer: the one to work for where one was named, and those whose books stopped them."""

from collections.abc import Iterator, Sequence

import typer
from sqlalchemy.exc import SQLAlchemyError

from billing.cli.command import CommandContext
from billing.cli.exit_codes import ExitCode, complain, refusal_of
from billing.server.installation import Books, BuyerIsClosed, Installation
from foundation.database import DatabaseUnusable
from foundation.errors import Refused
from operations.directory.opening import refuse_old_zone
from operations.restore import mark_places

Stopped = Sequence[tuple[Books, Exception]]


def tell_stopped(context: CommandContext, stopped: Stopped) -> None:
    """A sentence for each whose work stopped, and the exit code for it; everybody else's is done.

    Raises what stopped the work of the one buyer of an installation that has named none.
    """
    for books, error in stopped:
        if not books.slug:
            raise error
        complain(f"{books.slug}: {refusal_of(error).in_language(context.language)}")
    if stopped:
        raise typer.Exit(ExitCode.FAILED)


def refuse_old_zones(installation: Installation) -> None:
    """Raise Refused where the settings of the installation, or of a buyer that is served, name a zone that is gone."""
    refuse_old_zone(installation.settings)
    try:
        served = installation.served()
    except (DatabaseUnusable, SQLAlchemyError):
        # Who serves without books yet is told by whoever needs them.
        return
    for books in served:
        refuse_old_zone(books.settings)


def missing_marks(context: CommandContext, installation: Installation) -> Iterator[str]:
    """A sentence for each whose books have no place outside for their mark: a restore of them would not be noticed."""
    try:
        served = installation.served()
    except (DatabaseUnusable, SQLAlchemyError):
        # Who serves without books yet is told by whoever needs them.
        return
    for books in served:
        try:
            has_place = bool(installation.database_of(books).marks)
        except Refused:
            continue
        if not has_place:
            said = context.say(mark_places.NOWHERE)
            yield f"{books.slug}: {said}" if books.slug else said


def only(context: CommandContext, installation: Installation) -> str:
    """The one buyer that was named, by its short name; empty for all of them. Raises BuyerUnknown, BuyerIsClosed."""
    if not context.asked:
        return ""
    books = installation.books_of(context.asked)
    if not books.is_open:
        raise BuyerIsClosed(books)
    return books.slug
