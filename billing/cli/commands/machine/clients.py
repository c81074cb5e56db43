"""`billing clients`: programs that sign in to the API: the buyer's made and given secrets, anybody's seen and ended."""

from datetime import date
from pathlib import Path
from typing import Annotated

import typer

from accounts.api_clients import audit_period_store, audit_periods, client_store, clients, secret_store
from accounts.api_clients.clients import MadeSecret
from accounts.api_clients.model import ApiClient
from accounts.staff import changes, staff_forms
from accounts.staff.change_store import StaffChangeKind
from billing.cli.command import AsJson, CommandContext, On, command, day, today_or
from billing.cli.exit_codes import complain
from billing.cli.printing import TableColumn, show, table, write_json
from foundation.database import utc_now
from foundation.errors import NotFound
from foundation.formatting import Json
from foundation.sql import Session
from foundation.text import Text

commands = typer.Typer()

_COLUMNS = (
    TableColumn(Text("Nr"), right=True, spare=1),
    TableColumn(Text("System"), wrap=20),
    TableColumn(Text("Nycklar")),
    TableColumn(Text("Får"), wrap=12),
    TableColumn(Text("Läge")),
    TableColumn(Text("Till och med")),
    TableColumn(Text("Senast använd")),
)
By = Annotated[str, typer.Option("--by", help="Vem som gör det, ett id / who does it, an id")]
Number = Annotated[int, typer.Argument(metavar="NR", help="Klientens nummer / the client's number")]


@command(commands, "make")
def make(
    context: CommandContext,
    name: Annotated[str, typer.Argument(help="Vilket system / which system")],
    may: Annotated[str, typer.Option("--may", help="Till exempel/for example events:write,documents:read")],
    expires: Annotated[
        date | None, typer.Option(parser=day, metavar="DATE", help="Sista dagen / the last day")
    ] = None,
    first: Annotated[
        str, typer.Option("--from", metavar="DATE", help="Granskaren ser från / an auditor sees from")
    ] = "",
    last: Annotated[
        str, typer.Option("--to", metavar="DATE", help="Granskaren ser till / an auditor sees to")
    ] = "",
    by: By = "operator",
    on: On = None,
) -> None:
    """Gör en klient åt köparen, eller föreslå den där det finns två administratörer / make one, or propose it."""
    scopes, today, now = clients.scopes_of(may), today_or(on), utc_now()
    seen = audit_periods.period_of(first, last)
    with context.writing() as session:
        if changes.has_two_administrators(session):
            kept = clients.check("", name, scopes, expires, seen=seen, today=today)
            content = staff_forms.client(name=kept, scopes=scopes, expires_on=expires, seen=seen)
            number = changes.propose(session, StaffChangeKind.CLIENT, content=content, by=by, at=now)
            said = Text(
                "Förslag %(number)s väntar på en annan administratör: billing people confirm %(number)s. Klienten får "
                "sedan sin hemlighet med: billing clients secret NR",
                number=number,
            )
            made = None
        else:
            client = clients.make(
                session, "", name, scopes=scopes, expires_on=expires, seen=seen, by=by, at=now, today=today
            )
            made = clients.give_secret(session, "", client.id, by=by, at=now, today=today)
    if made is None:
        show(context.say(said))
    else:
        _shown(context, made)


@command(commands, "secret")
def secret(context: CommandContext, number: Number, by: By = "operator", on: On = None) -> None:
    """Ge köparens klient en ny hemlighet; den visas en gång / give a client a new secret; it is shown once."""
    with context.writing() as session:
        made = clients.give_secret(session, "", number, by=by, at=utc_now(), today=today_or(on))
    _shown(context, made)


@command(commands, "end-secret")
def end_secret(
    context: CommandContext,
    number: Number,
    prefix: Annotated[str, typer.Argument(metavar="RMK", help="Dess början, rmk_… / how it begins")],
    by: By = "operator",
) -> None:
    """Avsluta en hemlighet, genast / end a secret, at once."""
    with context.writing() as session:
        client = _client(session, number)
        clients.end_secret(session, client.organisation, number, prefix, by=by, at=utc_now())
    typer.echo(context.say(Text("Hemligheten gäller inte längre.")))


@command(commands, "jwks")
def register_keys(
    context: CommandContext,
    number: Number,
    file: Annotated[
        Path, typer.Argument(metavar="FIL", help="En JWK Set, publika nycklar / a JWK Set, public keys")
    ],
    by: By = "operator",
    on: On = None,
) -> None:
    """Registrera publika nycklar för private_key_jwt / register public keys for private_key_jwt."""
    written = file.read_text(encoding="utf-8")
    with context.writing() as session:
        clients.register_keys(session, "", number, written, by=by, today=today_or(on))
    typer.echo(context.say(Text("Nycklarna är registrerade.")))


@command(commands, "list")
def list_clients(
    context: CommandContext,
    supplier: Annotated[
        str, typer.Option("--supplier", help="En leverantörs, dess organisationsnummer / a supplier's")
    ] = "",
    as_json: AsJson = False,
) -> None:
    """Visa köparens klienter, eller en leverantörs / show the buyer's clients, or a supplier's."""
    with context.reading() as session:
        held = [
            (each, [key for key in secret_store.of_client(session, each.id) if key.holds])
            for each in client_store.of_organisation(session, supplier)
        ]
        seen = audit_period_store.every(session)
    if as_json:
        rows: list[Json] = [
            {
                "number": client.id,
                "client_id": client.actor,
                "name": client.name,
                "secrets": [f"{client.key_beginning}{each.prefix}" for each in secrets],
                "is_test": client.is_test,
                "may": sorted(each.value for each in client.scopes),
                "state": client.state.value,
                "responsible": client.responsible,
                "expires_on": client.expires_on.isoformat() if client.expires_on else None,
                "sees": str(seen[client.id]) if client.id in seen else None,
                "last_used_on": client.last_used_on.isoformat() if client.last_used_on else None,
            }
            for client, secrets in held
        ]
        write_json(rows)
        return
    cells = [
        (
            str(client.id),
            client.name,
            "\n".join(f"{client.key_beginning}{each.prefix}" for each in secrets) or "–",
            " ".join(sorted(client.scopes)),
            client.state.value,
            str(client.expires_on or "–"),
            str(client.last_used_on or "–"),
        )
        for client, secrets in held
    ]
    show(table(_COLUMNS, cells, language=context.language))


@command(commands, "end")
def end(context: CommandContext, number: Number, by: By = "operator") -> None:
    """Avsluta en klient, köparens eller en leverantörs, genast / end a client, anybody's, at once."""
    with context.writing() as session:
        client = _client(session, number)
        clients.end(session, client.organisation, number, by=by, at=utc_now())
    typer.echo(context.say(Text("Klient %(number)s är avslutad.", number=number)))


def _shown(context: CommandContext, made: MadeSecret) -> None:
    # Alone on standard output, so that it can be led into a safe without being seen.
    typer.echo(made.shown)
    complain(
        context.say(
            Text(
                "Klient %(number)s (client_id client-%(number)s) har fått en hemlighet. Den visas bara nu: "
                "lägg den där systemet läser sina hemligheter.",
                number=made.client,
            )
        )
    )


def _client(session: Session, number: int) -> ApiClient:
    """The client with this number, whosever it is. Raises NotFound."""
    client = client_store.by_id(session, number)
    if client is None:
        raise NotFound(
            Text("Det finns ingen klient %(number)s. Se dem med: billing clients list", number=number)
        )
    return client
