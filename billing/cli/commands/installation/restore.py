"""`billing restore look`, `go` and `end`: what to do with books that were restored from a copy."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer

from accounts import store as account_store
from accounts.staff import independence
from billing.cli.command import AsJson, CommandContext, command
from billing.cli.commands.post import By
from billing.cli.printing import write_json
from billing.server import ways_in
from foundation.database import Database
from foundation.text import Text
from operations.restore import going_through, looking, opened_places
from operations.restore.found import Found, Places
from orders.register import store as register_store

restore = typer.Typer()

Folder = Annotated[
    Path | None,
    typer.Option("--folder", metavar="DIR", help="Mapp i stället för accesspunkten / folder instead"),
]
Archives = Annotated[
    list[Path] | None,
    typer.Option("--from", exists=True, file_okay=False, help="Arkiv med det som kom / archive of what came"),
]
Sent = Annotated[
    list[Path] | None,
    typer.Option(
        "--sent", exists=True, file_okay=False, help="Arkiv med det som sänts / archive of what was sent"
    ),
]
PaymentFiles = Annotated[
    list[Path] | None,
    typer.Option("--payments", exists=True, file_okay=False, help="Mapp med betalfiler / with payment files"),
]


@command(restore, "look")
def look(
    context: CommandContext,
    folder: Folder = None,
    archives: Archives = None,
    sent: Sent = None,
    payments: PaymentFiles = None,
    as_json: AsJson = False,
) -> None:
    """Visa vad som finns utanför böckerna och saknas i dem / show what lies outside the books and they lack."""
    with _places(context, folder, archives, sent, payments) as (database, places):
        found = looking.look(database, places)
        held = database.hold_if_restored()
    if as_json:
        write_json(
            {
                "held": held,
                "tells_came": places.tells_came,
                "tells_left": places.tells_left,
                "rows_lost": found.rows_lost,
                "came": [each.path for each in found.came],
                "left": [f"{each.kind} {each.document_id}" for each in found.left],
                "ordered_again": [list(each) for each in found.ordered_again],
                "payments": [each.message_id for each in found.payments],
                "payments_left": [context.say(each.proposed) for each in found.payments_left],
                "events": {source: newest.isoformat() for source, (_, newest) in found.events.items()},
            }
        )
        return
    for text in (*_told(found, held=held), *_cannot_tell(places)):
        typer.echo(context.say(text))


@command(restore, "go")
def go(
    context: CommandContext,
    by: By = "operator",
    folder: Folder = None,
    archives: Archives = None,
    sent: Sent = None,
    payments: PaymentFiles = None,
    as_json: AsJson = False,
) -> None:
    """Gå igenom: ta in, notera som skickat, hoppa fram nummer, stoppa betalningar / go through what came after."""
    with _places(context, folder, archives, sent, payments) as (database, places):
        done = going_through.go_through(database, places, by=by)
    if as_json:
        write_json(
            {
                "taken_in": done.taken_in,
                "orders_noted": done.orders_noted,
                "answers_noted": done.answers_noted,
                "noted_sent": done.noted_sent,
                "to_ask": done.to_ask,
                "taken_up": done.taken_up,
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
                "%(count)s ordrar som har lämnat oss får tillbaka sina nummer när deras beslut kommer igen.",
                count=done.orders_noted,
            )
        )
    )
    typer.echo(
        context.say(
            Text(
                "%(files)s betalfiler är noterade som exporterade: läs in bankens filer igen. Betalningar till "
                "%(count)s leverantörer är stoppade tills två personer har sett efter hos banken. "
                "Öppna böckerna med: billing restore end",
                count=len(done.stopped),
                files=len(done.taken_up),
            )
        )
    )


@command(restore, "end")
def end(
    context: CommandContext,
    by: By = "operator",
    folder: Folder = None,
    archives: Archives = None,
    sent: Sent = None,
    payments: PaymentFiles = None,
) -> None:
    """Öppna böckerna igen / let the books be open again."""
    with _places(context, folder, archives, sent, payments) as (database, places):
        with database.reading() as session:
            buyer = register_store.load(session).buyer.organisation_number
            staff = account_store.of_organisation(session, buyer)
        going_through.end(
            database, places, by=by, is_same=lambda one, other: not independence.are_two(one, other, staff)
        )
    typer.echo(context.say(Text("Böckerna är öppna igen.")))


@contextmanager
def _places(
    context: CommandContext,
    folder: Path | None,
    archives: list[Path] | None,
    sent: list[Path] | None,
    payments: list[Path] | None,
) -> Iterator[tuple[Database, Places]]:
    """The books that the command is about, and where to look for what is theirs and nobody else's."""
    with context.installation() as installation:
        books = installation.books_of(context.asked)
        database = installation.database_of(books)
        with opened_places.opened(
            books.settings,
            folder=folder,
            archives=tuple(archives or ()),
            sent=tuple(sent or ()),
            payment_files=tuple(payments or ()),
            whose=ways_in.whose(installation, books),
        ) as places:
            yield database, places


def _cannot_tell(places: Places) -> Iterator[Text]:
    """What nothing outside tells, and what to give instead."""
    if not places.tells_came:
        yield Text(
            "Inget visar vilka dokument som har kommit: be operatören om accesspunktens arkiv sedan kopian togs, och "
            "ange mappen med --from."
        )
    if not places.tells_left:
        yield Text(
            "Inget visar vilka ordrar och svar som har lämnat oss: be operatören om accesspunktens arkiv över det som "
            "sänts, och ange mappen med --sent. Utan det får en order som beslutas igen ett nytt nummer."
        )


def _told(found: Found, *, held: bool) -> Iterator[Text]:
    if not held:
        yield Text("Böckerna är inte äldre än märket utanför dem.")
    elif not found.is_mark_known:
        yield Text(
            "Böckerna är återställda från en kopia och slutar vid rad %(row)s i journalen. Inget märke utanför dem "
            "visar hur långt de hade kommit: vad människor och system gjorde efter kopian måste göras om.",
            row=found.books_ended,
        )
    elif found.mark is not None and found.books_ended is None:
        yield Text(
            "Böckerna är återställda. Vid vilken rad i journalen de slutade är inte noterat; före återställningen hade "
            "den %(row)s rader. Jämför med den: vad människor och system gjorde efter kopian måste göras om.",
            row=found.mark.journal,
        )
    elif found.mark is not None:
        yield Text(
            "Böckerna är återställda. De slutar vid rad %(row)s i journalen, och det fanns högst %(lost)s rader till: "
            "vad människor och system gjorde då måste göras om.",
            row=found.books_ended,
            lost=found.rows_lost,
        )
    yield Text("%(count)s dokument har kommit och saknas i böckerna.", count=len(found.came))
    yield Text("%(count)s meddelanden har lämnat oss och saknas i böckerna:", count=len(found.left))
    for each in found.left:
        yield Text("  %(kind)s %(number)s", kind=each.kind, number=each.document_id)
    for old, new in found.ordered_again:
        yield Text(
            "Order %(old)s lämnade oss och är nu beslutad igen som %(new)s, som skiljer sig från den. Säg till "
            "leverantören vilken som gäller.",
            old=old,
            new=new,
        )
    yield Text("%(count)s betalfiler finns som böckerna inte känner till:", count=len(found.payments))
    for file in found.payments:
        yield Text("  %(message)s i %(path)s", message=file.message_id, path=file.path)
    for payment in found.payments_left:
        yield payment.proposed
    for source, (count, newest) in sorted(found.events.items()):
        yield Text(
            "%(source)s: %(count)s händelser, den senaste kom %(newest)s. Be om allt därefter; det som är känt "
            "tillämpas inte igen.",
            source=source,
            count=count,
            newest=f"{newest:%Y-%m-%d %H:%M}",
        )
