"""`billing webhooks`: systems that are told what happens: the buyer's made and given secrets, anybody's tended."""

from datetime import UTC, date, datetime, time, timedelta
from typing import Annotated, Final
from urllib.parse import urlsplit

import typer

from accounts import sealed_secrets
from billing.cli.command import AsJson, CommandContext, command, day
from billing.cli.exit_codes import complain
from billing.cli.printing import TableColumn, show, table, write_json
from foundation.database import utc_now
from foundation.errors import NotFound
from foundation.formatting import Json
from foundation.periods import STOCKHOLM
from foundation.sql import Session
from foundation.text import Text
from operations.event_feed import numbering
from operations.event_feed import store as feed_store
from operations.webhooks import endpoint_store, endpoints, message_store, redelivering, signing_secret_store
from operations.webhooks.endpoints import MadeWebhook, Wanted, WebhookRefused
from operations.webhooks.model import DisabledFor, Endpoint, EndpointState, MessageState
from operations.webhooks.receiver_addresses import networks_of

commands = typer.Typer()

_COLUMNS: Final = (
    TableColumn(Text("Nr"), right=True, spare=1),
    TableColumn(Text("System"), wrap=20),
    TableColumn(Text("Värd"), wrap=30),
    TableColumn(Text("Läge")),
    TableColumn(Text("Väntar"), right=True),
    TableColumn(Text("Gick inte fram"), right=True),
    TableColumn(Text("Senast framme")),
)
By = Annotated[str, typer.Option("--by", help="Vem som gör det, ett id / who does it, an id")]
Number = Annotated[int, typer.Argument(metavar="NR", help="Webhookens nummer / the webhook's number")]


@command(commands, "list")
def list_webhooks(context: CommandContext, as_json: AsJson = False) -> None:
    """Visa alla webhooks, köparens och leverantörernas / show all webhooks, the buyer's and the suppliers'."""
    with context.reading() as session:
        every = endpoint_store.every(session)
        counts = message_store.counts(session, [each.id for each in every])
    if as_json:
        rows: list[Json] = [_as_json(each, counts[each.id]) for each in every]
        write_json(rows)
        return
    cells = [
        (
            str(each.id),
            each.name,
            urlsplit(each.url).netloc,
            each.state.value,
            str(counts[each.id].get(MessageState.WAITING, 0)),
            str(counts[each.id].get(MessageState.FAILED, 0)),
            each.delivered_at.strftime("%Y-%m-%d %H:%MZ") if each.delivered_at else "–",
        )
        for each in every
    ]
    show(table(_COLUMNS, cells, language=context.language))


@command(commands, "make")
def make(
    context: CommandContext,
    name: Annotated[str, typer.Argument(help="Vilket system / which system")],
    url: Annotated[str, typer.Argument(help="Adressen, https://… / the address")],
    types: Annotated[
        str, typer.Option("--types", help="Vad det får veta, som invoice.*,order.placed / what it is told")
    ] = "",
    by: By = "operator",
) -> None:
    """Gör en webhook åt köparen; hemligheten visas en gång / make one for the buyer; the secret is shown once."""
    inner = networks_of(context.settings.webhooks_inner_networks)
    wanted = Wanted(name, url, tuple(types.replace(",", " ").split())).checked("", inner)
    with context.opened() as database:
        numbering.number_committed(database)
        with database.writing() as session:
            made = endpoints.make(
                session,
                "",
                wanted,
                sealed_secrets.of(context.settings),
                cursor=feed_store.ends(session).last,
                by=by,
                at=utc_now(),
            )
    _shown(context, made)


@command(commands, "test")
def send_test(context: CommandContext, number: Number, by: By = "operator") -> None:
    """Skicka ett test; nästa arbetare skickar det / send a test; the next worker sends it."""
    with context.writing() as session:
        laid = endpoints.lay_out_test(session, _endpoint(session, number), by=by, at=utc_now())
    typer.echo(context.say(Text("Test %(laid)s skickas av nästa arbetare.", laid=laid)))


@command(commands, "redeliver")
def redeliver(
    context: CommandContext,
    number: Number,
    message: Annotated[
        int | None, typer.Option("--message", metavar="NR", help="Ett meddelande / one message")
    ] = None,
    first: Annotated[
        date | None, typer.Option("--from", parser=day, metavar="DATE", help="Från och med / from")
    ] = None,
    last: Annotated[
        date | None, typer.Option("--to", parser=day, metavar="DATE", help="Till och med / to and including")
    ] = None,
    by: By = "operator",
) -> None:
    """Skicka ett meddelande igen, eller en periods / send a message again, or those of a period."""
    with context.writing() as session:
        endpoint = _endpoint(session, number)
        if message is not None and first is None and last is None:
            redelivering.redeliver_one(session, endpoint, message, by=by)
            count = 1
        elif message is None and first is not None and last is not None:
            count = redelivering.redeliver_period(
                session, endpoint, since=_begins(first), until=_begins(last + timedelta(days=1)), by=by
            )
        else:
            raise WebhookRefused(Text("Skriv antingen --message, eller både --from och --to."))
    typer.echo(context.say(Text("%(count)s meddelanden skickas igen, i ordning.", count=count)))


@command(commands, "disable")
def disable(context: CommandContext, number: Number, by: By = "operator") -> None:
    """Skicka inget tills den slås på; inget går förlorat / send nothing until it is enabled; nothing is lost."""
    with context.writing() as session:
        endpoints.disable(session, _endpoint(session, number), DisabledFor.BY_HAND, by=by, at=utc_now())
    typer.echo(context.say(Text("Webhook %(number)s är avstängd.", number=number)))


@command(commands, "enable")
def enable(context: CommandContext, number: Number, by: By = "operator") -> None:
    """Slå på den igen: allt sedan dess skickas i ordning / enable it: everything since is sent, in order."""
    with context.writing() as session:
        endpoints.enable(session, _endpoint(session, number), by=by)
    typer.echo(context.say(Text("Webhook %(number)s är påslagen.", number=number)))


@command(commands, "rotate")
def rotate(
    context: CommandContext,
    number: Number,
    end_older: Annotated[
        bool, typer.Option("--end-older", help="Avsluta den äldre i stället / end the older one instead")
    ] = False,
    by: By = "operator",
) -> None:
    """Ge köparens webhook en ny hemlighet vid sidan av den gamla / give a new secret beside the old one."""
    with context.writing() as session:
        endpoint = _endpoint(session, number)
        if not endpoint.is_buyers:
            raise WebhookRefused(
                Text("Webhooken är en leverantörs. Dess hemligheter byter leverantören själv, i portalen.")
            )
        if end_older:
            older = signing_secret_store.held(session, number)[-1]
            endpoints.end_secret(session, endpoint, older.id, by=by, at=utc_now())
            made = None
        else:
            seal = sealed_secrets.of(context.settings)
            made = endpoints.give_secret(session, endpoint, seal, by=by, at=utc_now())
    if made is None:
        typer.echo(context.say(Text("Den äldre hemligheten signerar inte längre.")))
    else:
        _shown(context, made)


@command(commands, "end")
def end(context: CommandContext, number: Number, by: By = "operator") -> None:
    """Ta bort en webhook, köparens eller en leverantörs / take a webhook away, anybody's."""
    with context.writing() as session:
        endpoints.end(session, _endpoint(session, number), by=by, at=utc_now())
    typer.echo(context.say(Text("Webhook %(number)s är borttagen.", number=number)))


def _shown(context: CommandContext, made: MadeWebhook) -> None:
    # Alone on standard output, so that it can be led into a safe without being seen.
    typer.echo(made.shown)
    complain(
        context.say(
            Text(
                "Webhook %(number)s signerar med hemligheten. Den visas bara nu: lägg den där systemet läser sina "
                "hemligheter.",
                number=made.endpoint,
            )
        )
    )


def _endpoint(session: Session, number: int) -> Endpoint:
    """The webhook with this number, whosever it is. Raises NotFound."""
    found = endpoint_store.by_id(session, number)
    if found is None or found.state is EndpointState.ENDED:
        raise NotFound(
            Text("Det finns ingen webhook %(number)s. Se dem med: billing webhooks list", number=number)
        )
    return found


def _as_json(each: Endpoint, counts: dict[MessageState, int]) -> Json:
    return {
        "number": each.id,
        "organisation": each.organisation,
        "name": each.name,
        "host": urlsplit(each.url).netloc,
        "types": list(each.types),
        "state": each.state.value,
        "disabled_for": each.disabled_for or None,
        "waiting": counts.get(MessageState.WAITING, 0),
        "failed": counts.get(MessageState.FAILED, 0),
        "failing_since": each.failing_since.isoformat() if each.failing_since else None,
        "delivered_at": each.delivered_at.isoformat() if each.delivered_at else None,
    }


def _begins(day_: date) -> datetime:
    try:
        return datetime.combine(day_, time(), STOCKHOLM).astimezone(UTC)
    except OverflowError:
        raise WebhookRefused(Text("Skriv båda dagarna som ÅÅÅÅ-MM-DD.")) from None
