"""`billing post unfetched`, `fetch-again` and `leave-there`: what has come and cannot be had from the access point."""

from typing import Annotated

import typer

from billing.cli.command import AsJson, CommandContext, command
from billing.cli.commands.inbox import post_office
from billing.cli.printing import TableColumn, show, table, write_json
from foundation.formatting import Json
from foundation.text import Text
from operations import exchange_actions
from peppol.exchange import unfetched_store
from peppol.exchange.tables import UNFETCHED_WORDS
from peppol.exchange.unfetched_store import UnfetchedArrival

_COLUMNS = (
    TableColumn(Text("Nr"), right=True),
    TableColumn(Text("Vad"), wrap=20, spare=1),
    TableColumn(Text("Sedan")),
    TableColumn(Text("Försök"), right=True),
    TableColumn(Text("Läge")),
    TableColumn(Text("Varför"), wrap=40),
)

Number = Annotated[int, typer.Argument(metavar="NR")]
By = Annotated[str, typer.Option("--by", help="Vem som gör det, t.ex. user-17 / who does it")]


@command(post_office, "unfetched")
def unfetched(context: CommandContext, as_json: AsJson = False) -> None:
    """Visa vad som kommit och inte kan hämtas / show what has come and cannot be fetched."""
    with context.reading() as session:
        found = unfetched_store.listed(session)
    if as_json:
        write_json([_json(each) for each in found])
        return
    rows = [
        (
            str(each.id),
            each.reference,
            each.first_at.strftime("%Y-%m-%d %H:%M:%SZ"),
            str(each.tries),
            context.say(UNFETCHED_WORDS[each.state]),
            context.say(each.sentence),
        )
        for each in found
    ]
    show(table(_COLUMNS, rows, language=context.language))


@command(post_office, "fetch-again")
def fetch_again(context: CommandContext, number: Number, by: By) -> None:
    """Försök hämta det igen / try to fetch it again."""
    with context.opened() as database:
        exchange_actions.fetch_again(database, number, by=by)
    typer.echo(context.say(Text("%(number)s försöks vid nästa hämtning.", number=number)))


@command(post_office, "leave-there")
def leave_there(context: CommandContext, number: Number, by: By) -> None:
    """Lämna det hos accesspunkten / leave it at the access point."""
    with context.opened() as database:
        exchange_actions.leave_there(database, number, by=by)
    told = Text("%(number)s lämnas där det ligger, och försöks inte förrän det ändras.", number=number)
    typer.echo(context.say(told))


def _json(each: UnfetchedArrival) -> Json:
    return {
        "number": each.id,
        "access_point": each.access_point,
        "reference": each.reference,
        "state": each.state.value,
        "stored": each.stored,
        "code": each.code,
        "said": each.said,
        "host": each.host,
        "tries": each.tries,
        "since": each.first_at.isoformat(),
        "last_at": each.last_at.isoformat(),
        "next_try": each.due_at.isoformat() if each.due_at else None,
    }
