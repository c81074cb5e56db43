"""`billing keys`: keys for systems that send us events or read the feed."""

from datetime import date
from typing import Annotated

import typer

from accounts.systems import machine_key_store, machine_keys
from billing.cli.command import AsJson, CommandContext, On, command, day, today_or
from billing.cli.exit_codes import complain
from billing.cli.printing import TableColumn, show, table, write_json
from foundation.database import utc_now
from foundation.formatting import Json
from foundation.text import Text

keys = typer.Typer()

_COLUMNS = (
    TableColumn(Text("Nr"), right=True, spare=1),
    TableColumn(Text("System"), wrap=20),
    TableColumn(Text("Börjar")),
    TableColumn(Text("Får"), wrap=12),
    TableColumn(Text("Läge")),
    TableColumn(Text("Till och med")),
    TableColumn(Text("Senast använd")),
)
By = Annotated[str, typer.Option("--by", help="Vem som gör det, ett id / who does it, an id")]


@command(keys, "make")
def make(
    context: CommandContext,
    name: Annotated[str, typer.Argument(help="Vilket system / which system")],
    may: Annotated[str, typer.Option("--may", help="events:write,events:read,ledger:answer")],
    expires: Annotated[
        date | None, typer.Option(parser=day, metavar="DATE", help="Sista dagen / the last day")
    ] = None,
    by: By = "operator",
    on: On = None,
) -> None:
    """Gör en nyckel; den visas en gång / make a key; it is shown once."""
    with context.writing() as session:
        made = machine_keys.make(
            session,
            name,
            scopes=machine_keys.scopes_of(may),
            expires_on=expires,
            by=by,
            at=utc_now(),
            today=today_or(on),
        )
    # Alone on standard output, so that it can be led into a safe without being seen.
    typer.echo(made.shown)
    complain(
        context.say(
            Text(
                "Nyckel %(number)s är gjord. Den visas bara nu: lägg den där systemet läser sina hemligheter.",
                number=made.number,
            )
        )
    )


@command(keys, "list")
def list_keys(context: CommandContext, as_json: AsJson = False) -> None:
    """Visa nycklarna, utan hemligheten / show the keys, without their secret."""
    with context.reading() as session:
        held = machine_key_store.newest_first(session)
    if as_json:
        rows: list[Json] = [
            {
                "number": key.id,
                "name": key.name,
                "prefix": f"rmk_{key.prefix}",
                "may": sorted(each.value for each in key.scopes),
                "state": key.state.value,
                "expires_on": key.expires_on.isoformat() if key.expires_on else None,
                "last_used_on": key.last_used_on.isoformat() if key.last_used_on else None,
            }
            for key in held
        ]
        write_json(rows)
        return
    cells = [
        (
            str(key.id),
            key.name,
            f"rmk_{key.prefix}",
            " ".join(sorted(key.scopes)),
            key.state.value,
            str(key.expires_on or "–"),
            str(key.last_used_on or "–"),
        )
        for key in held
    ]
    show(table(_COLUMNS, cells, language=context.language))


@command(keys, "revoke")
def revoke(
    context: CommandContext,
    number: Annotated[int, typer.Argument(metavar="NR", help="Nyckelns nummer / the key's number")],
    by: By = "operator",
) -> None:
    """Dra in en nyckel, genast / revoke a key, at once."""
    with context.writing() as session:
        machine_keys.revoke(session, number, by=by, at=utc_now())
    typer.echo(context.say(Text("Nyckel %(number)s är indragen.", number=number)))
