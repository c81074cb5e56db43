"""`billing backup`, `billing restore verify` and `load`: a copy of the books, read through, put where there are none.

What follows a restore (`look`, `go`, `end`) stands in `restore.py`, whose group these two join.
"""

from contextlib import closing
from pathlib import Path
from typing import Annotated

import typer
from sqlalchemy.exc import SQLAlchemyError

from billing.cli.command import CommandContext, command
from billing.cli.commands.installation.restore import restore as restore
from billing.cli.exit_codes import ExitCode, complain, refusal_of
from billing.migrations import supplier_role
from billing.migrations.migrate import bring_up_to_date
from billing.migrations.revisions import KNOWN, BooksNewer
from foundation import books_mark
from foundation.database import Database, utc_now
from foundation.errors import Refused
from foundation.text import Text
from operations.restore import backup as backups
from operations.restore import loading, mark_places
from peppol.exchange.bodies.tables import body_object

alone = typer.Typer()

Copy = Annotated[
    Path,
    typer.Argument(
        exists=True, dir_okay=False, metavar="FIL", help="Kopian / the copy, its manifest beside it"
    ),
]


@command(alone, "backup")
def backup(
    context: CommandContext,
    to: Annotated[Path, typer.Option("--to", file_okay=False, help="Mapp för kopian / folder for the copy")],
    every: Annotated[
        bool, typer.Option("--all", help="Alla köpares böcker / the books of every buyer")
    ] = False,
) -> None:
    """Kopiera böckerna medan de används / copy the books while they are used."""
    failed = False
    with context.installation() as installation:
        for books in installation.all() if every else (installation.books_of(context.asked),):
            # What one buyer's books suffer stops no other's copy.
            try:
                database = installation.database_of(books)
                typer.echo(str(backups.backup(database, to, now=utc_now())))
            except (SQLAlchemyError, Refused, OSError) as error:
                if not every:
                    raise
                complain(f"{books.slug}: {refusal_of(error).in_language(context.language)}")
                failed = True
    if failed:
        raise typer.Exit(ExitCode.FAILED)


@command(restore, "verify")
def verify(context: CommandContext, copy: Copy) -> None:
    """Läs igenom en kopia, varje byte och rad / read a copy through, every byte and row."""
    told = backups.verify(copy)
    typer.echo(
        context.say(
            Text(
                "Kopian är hel: %(books)s som de var %(at)s, revision %(revision)s, %(rows)s rader i %(tables)s "
                "tabeller, journalen till rad %(journal)s.",
                books=told.books,
                at=told.made_at,
                revision=told.revision,
                rows=sum(told.rows.values()),
                tables=len(told.rows),
                journal=told.journal_rows,
            )
        )
    )
    if moved := told.rows.get(body_object.name, 0):
        words = Text(
            "%(count)s meddelandens innehåll ligger i objektlagret och inte i kopian: det måste finnas kvar där.",
            count=moved,
        )
        typer.echo(context.say(words))


@command(restore, "load")
def load(context: CommandContext, copy: Copy) -> None:
    """Läs in en kopia där inga böcker finns, och håll dem / put a copy where no books are, and hold them."""
    # Of the first books nothing can be asked: they are what is missing.
    settings = context.settings if context.asked else context.common
    told = backups.verify(copy)
    if told.revision not in KNOWN:
        raise BooksNewer(told.revision, KNOWN[-1])
    now = utc_now()
    with closing(Database(settings.database_url, options=settings.database_options)) as database:
        loading.refuse_other_engine(told, database.url)
        if not database.is_sqlite:
            with database.engine.begin() as session:
                # Asked for before anything is loaded: without it the books would stand without their walls.
                supplier_role.make(session, database.options.supplier_role)
        # The books may have had another name where they were.
        places = {
            *mark_places.places_of(settings, database.url),
            *mark_places.places_of(settings, database.url, name=told.books),
        }
        outside = books_mark.read(sorted(places))
        at = now.isoformat()
        loading.load(copy, told, database.url, options=database.options, outside=outside, at=at)
        bring_up_to_date(database)
        with database.for_recovery().writing() as session:
            books_mark.hold(session, outside, at=at)
    typer.echo(
        context.say(
            Text(
                "Böckerna är inlästa som de var %(at)s, med journalen till rad %(journal)s, och hålls: inget skickas, "
                "hämtas, betalas eller ändras. Gå igenom vad som kom sedan: billing restore look",
                at=told.made_at,
                journal=told.journal_rows,
            )
        )
    )
    if outside is None:
        complain(
            context.say(
                Text(
                    "Inget märke finns utanför böckerna. Har du kvar filen som slutar på .mark.json: lägg den i "
                    "BILLING_MARK_FOLDER och börja om. Annars vet ingen hur många nummer som hann ges, och de hoppar "
                    "fram tusen steg."
                )
            )
        )
