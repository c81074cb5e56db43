"""`billing restore` and `billing backup`: a copy of the books, and what to do when they were restored from one."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer

from billing.cli.command import AsJson, CommandContext, command
from billing.cli.commands.post import By
from billing.cli.printing import write_json
from foundation.database import utc_now
from foundation.text import Text
from operations.access_point import opened_access_point
from operations.restore import backup as backups
from operations.restore import going_through
from operations.restore.going_through import Found, Places
from peppol.access_points.folder import FolderAccessPoint

alone = typer.Typer()
restore = typer.Typer()

Folder = Annotated[
    Path | None,
    typer.Option("--folder", metavar="DIR", help="Mapp i stället för accesspunkten / folder instead"),
]
Archives = Annotated[
    list[Path] | None,
    typer.Option("--from", exists=True, file_okay=False, help="Arkiv med det som kom / archive of what came"),
]
PaymentFiles = Annotated[
    list[Path] | None,
    typer.Option("--payments", exists=True, file_okay=False, help="Mapp med betalfiler / with payment files"),
]

# These can be asked how a message fares, and say so when they never had it.
_TELLS = ("phoss", "simulator")


@command(alone, "backup")
def backup(
    context: CommandContext,
    to: Annotated[Path, typer.Option("--to", file_okay=False, help="Mapp för kopian / folder for the copy")],
) -> None:
    """Kopiera böckerna medan de används / copy the books while they are used."""
    with context.opened() as database:
        path = backups.backup(database, to, now=utc_now())
    typer.echo(str(path))


@command(restore, "look")
def look(
    context: CommandContext,
    folder: Folder = None,
    archives: Archives = None,
    payments: PaymentFiles = None,
    as_json: AsJson = False,
) -> None:
    """Visa vad som finns utanför böckerna och saknas i dem / show what lies outside the books and they lack."""
    with context.opened() as database, _places(context, folder, archives, payments) as places:
        found = going_through.look(database, places)
        held = database.hold_if_restored()
    if as_json:
        write_json(
            {
                "held": held,
                "rows_lost": found.rows_lost,
                "came": [each.path for each in found.came],
                "left": [f"{each.kind} {each.document_id}" for each in found.left],
                "payments": [each.message_id for each in found.payments],
                "events": {source: newest.isoformat() for source, (_, newest) in found.events.items()},
            }
        )
        return
    for text in _told(found, held=held):
        typer.echo(context.say(text))


@command(restore, "go")
def go(
    context: CommandContext,
    by: By = "operator",
    folder: Folder = None,
    archives: Archives = None,
    payments: PaymentFiles = None,
    as_json: AsJson = False,
) -> None:
    """Gå igenom: ta in, notera som skickat, hoppa fram nummer, stoppa betalningar / go through what came after."""
    with context.opened() as database, _places(context, folder, archives, payments) as places:
        done = going_through.go_through(database, places, by=by)
    if as_json:
        write_json(
            {
                "taken_in": done.taken_in,
                "noted_sent": done.noted_sent,
                "to_ask": done.to_ask,
                "jumps": {each.series: [each.first, each.last] for each in done.jumps},
                "stopped": done.stopped,
            }
        )
        return
    typer.echo(
        context.say(
            Text(
                "%(taken_in)s dokument är intagna igen och %(sent)s meddelanden är noterade som skickade. %(maybe)s "
                "kan ha skickats: se dem med billing post list, och skicka bara om mottagaren saknar dem.",
                taken_in=done.taken_in,
                sent=done.noted_sent,
                maybe=len(done.to_ask),
            )
        )
    )
    typer.echo(
        context.say(
            Text(
                "Betalningar till %(count)s leverantörer är stoppade tills två personer har sett efter hos banken. "
                "Öppna böckerna med: billing restore end",
                count=len(done.stopped),
            )
        )
    )


@command(restore, "end")
def end(
    context: CommandContext,
    by: By = "operator",
    folder: Folder = None,
    archives: Archives = None,
    payments: PaymentFiles = None,
) -> None:
    """Öppna böckerna igen / let the books be open again."""
    with context.opened() as database, _places(context, folder, archives, payments) as places:
        going_through.end(database, places, by=by)
    typer.echo(context.say(Text("Böckerna är öppna igen.")))


@contextmanager
def _places(
    context: CommandContext, folder: Path | None, archives: list[Path] | None, payments: list[Path] | None
) -> Iterator[Places]:
    settings = context.settings
    files = (tuple(archives or ()), tuple(payments or ()))
    if folder is not None:
        yield Places(FolderAccessPoint(folder), *files)
    elif settings.access_point_kind:
        with opened_access_point(settings) as access_point:
            yield Places(access_point, *files, tells_unknown=settings.access_point_kind in _TELLS)
    else:
        yield Places(None, *files)


def _told(found: Found, *, held: bool) -> Iterator[Text]:
    if not held:
        yield Text("Böckerna är inte äldre än märket utanför dem.")
    elif found.mark is not None:
        yield Text(
            "Böckerna är återställda. De slutar vid rad %(row)s i journalen, och det fanns %(lost)s rader till: vad "
            "människor och system gjorde då måste göras om.",
            row=found.books.journal,
            lost=found.rows_lost,
        )
    yield Text("%(count)s dokument har kommit och saknas i böckerna.", count=len(found.came))
    yield Text("%(count)s meddelanden har lämnat oss och saknas i böckerna:", count=len(found.left))
    for each in found.left:
        yield Text("  %(kind)s %(number)s", kind=each.kind, number=each.document_id)
    yield Text("%(count)s betalfiler finns som böckerna inte känner till:", count=len(found.payments))
    for file in found.payments:
        yield Text("  %(message)s i %(path)s", message=file.message_id, path=file.path)
    for source, (count, newest) in sorted(found.events.items()):
        yield Text(
            "%(source)s: %(count)s händelser, den senaste kom %(newest)s. Be om allt därefter; det som är känt "
            "tillämpas inte igen.",
            source=source,
            count=count,
            newest=f"{newest:%Y-%m-%d %H:%M}",
        )
