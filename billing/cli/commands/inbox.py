"""`billing inbox` and `billing post`: the messages to us and from us, and the folder they go through.

Convention: collecting stores and acknowledges first and reads afterwards, as every way in does; with several buyers
each message in its recipient's books.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer
from sqlalchemy.exc import SQLAlchemyError

from billing.cli.command import AsJson, CommandContext, On, command, today_or
from billing.cli.commands.receiving import Taken, all_taken, became, end, own_books, tell
from billing.cli.every_buyer import tell_stopped
from billing.cli.exit_codes import ExitCode
from billing.cli.printing import TableColumn, show, table, write_json
from billing.server import exchange_events, ways_in
from billing.server.installation import Books
from foundation.errors import NotFound, Refused
from foundation.formatting import Json
from foundation.sql import Session
from foundation.text import Text
from invoicing.decisions import protected
from invoicing.intake.queue import read_arrived
from operations import message_queries
from operations.access_point import is_asked, opened_access_point
from operations.directory.opening import likely_no
from operations.message_queries import InboundSummary, OutboundSummary
from operations.settings import Settings
from peppol.access_points.folder import FolderAccessPoint
from peppol.access_points.protocol import AccessPoint
from peppol.exchange import inbox_store, outgoing
from peppol.exchange.tables import InState, OutState
from web.verdict_words import document_json, why_message

inbox = typer.Typer()
post_office = typer.Typer()

_INBOX = (
    TableColumn(Text("Nr"), right=True),
    TableColumn(Text("Kom")),
    TableColumn(Text("Läge")),
    TableColumn(Text("Slag"), spare=2),
    TableColumn(Text("Meddelande"), wrap=15, spare=1),
    TableColumn(Text("Vad"), wrap=26),
)
_OUTBOX = (
    TableColumn(Text("Nr"), right=True),
    TableColumn(Text("Dag")),
    TableColumn(Text("Slag")),
    TableColumn(Text("Dokument"), wrap=15),
    TableColumn(Text("Till"), wrap=15),
    TableColumn(Text("Om"), spare=1),
    TableColumn(Text("Läge")),
)


@command(inbox, "list")
def list_messages(
    context: CommandContext,
    state: Annotated[InState | None, typer.Option("--state", help="Bara i detta läge / only in this")] = None,
    as_json: AsJson = False,
) -> None:
    """Visa meddelanden till oss / show messages to us."""
    with context.reading() as session:
        held = list(message_queries.messages_in(session, state=state))
    if as_json:
        write_json([_message_json(context, each) for each in held])
        return
    rows = [
        (
            str(each.id),
            each.received_on.isoformat(),
            each.state.value,
            each.kind,
            each.transport_id,
            _in_short(context, each),
        )
        for each in held
    ]
    show(table(_INBOX, rows, language=context.language))


@command(inbox, "show")
def show_message(
    context: CommandContext,
    letter_id: Annotated[int, typer.Argument(metavar="ID")],
    raw: Annotated[
        bool, typer.Option("--raw", help="Skriv meddelandets bytes / write the message's bytes")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Visa ett meddelande och vad det blev / show a message and what it became."""
    with context.reading() as session:
        message = _must_be_there(session, letter_id)
        if raw:
            # A repeat keeps no bytes of its own: they are those of the message it repeats.
            body = inbox_store.body_of(
                session, message.repeats or message.id if _is_repeat(message) else message.id
            )
            typer.echo(body or b"", nl=False)
            return
        taken = became(context, session, message.transport_id, letter_id)
        notes = inbox_store.notes_of(session, letter_id)
    if as_json:
        write_json(
            {
                **_message_json(context, message),
                "document": document_json(taken.invoice) if taken.invoice else None,
            }
        )
        return
    say = context.say
    facts = (
        (say(Text("Meddelande")), f"{message.id}  {message.transport_id}"),
        (say(Text("Kom")), f"{message.received_on}, {message.size} byte"),
        ("sha256", message.sha256),
        (say(Text("Läge")), message.state.value),
        (say(Text("Slag")), message.kind),
        (
            say(Text("Dokument")),
            f"#{taken.invoice.id} {taken.invoice.number} {taken.invoice.state}" if taken.invoice else "",
        ),
        (say(Text("Varför")), taken.sentence),
        *((say(Text("Anmärkning")), say(each.sentence)) for each in notes),
    )
    show(table((TableColumn(), TableColumn(wrap=40)), facts, language=context.language))


Message = Annotated[int, typer.Argument(metavar="ID")]
By = Annotated[str, typer.Option("--by", help="Vem som säger det / who says so")]
Why = Annotated[str, typer.Option("--reason", help="Varför, för journalen / why, for the journal")]


@command(inbox, "clear")
def clear(context: CommandContext, letter_id: Message, by: By, reason: Why, on: On = None) -> None:
    """Ta bort skyddet: ingen nämns i meddelandet / nobody is named in the message, so handle it as any other."""
    with context.opened() as database, database.writing() as session:
        _must_be_there(session, letter_id)
        protected.clear(session, letter_id, by=by, on=today_or(on), reason=reason)
    typer.echo(context.say(Text("Meddelande %(letter_id)s hanteras nu som alla andra.", letter_id=letter_id)))


@command(inbox, "protect")
def protect(context: CommandContext, letter_id: Message, by: By, reason: Why, on: On = None) -> None:
    """Skydda ett meddelande och dess dokument / handle a message and its document apart."""
    with context.opened() as database, database.writing() as session:
        _must_be_there(session, letter_id)
        protected.mark_message_again(session, letter_id, by=by, on=today_or(on), reason=reason)
    typer.echo(context.say(Text("Meddelande %(letter_id)s hanteras nu som skyddat.", letter_id=letter_id)))


def _must_be_there(session: Session, letter_id: int) -> InboundSummary:
    message = message_queries.message_in(session, letter_id)
    if message is None:
        raise NotFound(
            Text(
                "Det finns inget meddelande %(letter_id)s. Se vilka som finns med: billing inbox list",
                letter_id=letter_id,
            )
        )
    return message


Folder = Annotated[
    Path | None,
    typer.Option("--folder", metavar="DIR", help="Mapp i stället för accesspunkten / folder instead"),
]


@contextmanager
def _access_point(
    settings: Settings, folder: Path | None, *, enveloped: bool = False
) -> Iterator[AccessPoint]:
    """The folder that was named, or the access point of the settings. Raises Refused where there is neither."""
    if folder is not None:
        yield FolderAccessPoint(folder, enveloped=enveloped)
        return
    with opened_access_point(settings) as access_point:
        yield access_point


@command(post_office, "deliver")
def deliver(
    context: CommandContext,
    folder: Folder = None,
    enveloped: Annotated[
        bool, typer.Option("--enveloped", help="Med kuvert (SBDH) / in their envelopes")
    ] = False,
) -> None:
    """Lämna väntande meddelanden till accesspunkten / hand over waiting messages."""
    with (
        context.opened() as database,
        _access_point(context.settings, folder, enveloped=enveloped) as access_point,
    ):
        sent = outgoing.deliver_waiting(
            database.writing,
            access_point,
            now=database.clock(),
            tell=exchange_events.tell,
            likely=likely_no(context.settings),
            asks=folder is None and is_asked(context.settings),
        )
        with database.reading() as session:
            left = message_queries.waiting_count(session)
    typer.echo(
        context.say(Text("%(sent)s meddelanden lämnade, %(waiting)s väntar.", sent=sent, waiting=left))
    )
    if left:
        raise typer.Exit(ExitCode.FAILED)


@command(post_office, "collect")
def collect(context: CommandContext, folder: Folder = None, on: On = None, as_json: AsJson = False) -> None:
    """Hämta och läs meddelanden från accesspunkten / collect and read messages."""
    today = today_or(on)
    if folder is not None and not folder.is_dir():
        raise NotFound(Text("Mappen %(folder)s finns inte. Kontrollera sökvägen.", folder=folder))
    taken: list[Taken] = []
    stopped: list[tuple[Books, Exception]] = []
    with (
        context.installation(takes_in=True) as installation,
        _access_point(context.common, folder) as access_point,
    ):
        own = own_books(context, installation)
        came = outgoing.collect(
            own.writing,
            access_point,
            today=today,
            now=own.clock(),
            into=ways_in.into(installation, own),
            tell=exchange_events.tell,
        )
        for books in installation.served():
            # One buyer's missing register leaves nobody else's messages unread.
            try:
                database = installation.database_of(books)
                read = [outcome.letter_id for outcome in read_arrived(database, today=today)]
                taken += all_taken(context, database, [("", letter_id) for letter_id in read])
            except (SQLAlchemyError, Refused) as error:
                stopped.append((books, error))
    if not as_json:
        typer.echo(
            context.say(
                Text(
                    "%(stored)s nya meddelanden, %(repeats)s som redan kommit, %(conflicts)s i konflikt.",
                    stored=came.stored,
                    repeats=came.repeats,
                    conflicts=came.conflicts,
                )
            )
        )
    tell(taken, as_json=as_json)
    tell_stopped(context, stopped)
    end(taken)


@command(post_office, "list")
def list_post(
    context: CommandContext,
    state: Annotated[
        OutState | None, typer.Option("--state", help="Bara i detta läge / only in this")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Visa våra meddelanden / show our messages."""
    with context.reading() as session:
        held = list(message_queries.messages_out(session, state=state))
    if as_json:
        write_json([_out_json(each) for each in held])
        return
    rows = [
        (
            str(each.sequence),
            each.issued_on.isoformat(),
            each.kind,
            each.document_id,
            each.receiver or f"portal {each.recipient}",
            each.about,
            each.state.value,
        )
        for each in held
    ]
    show(table(_OUTBOX, rows, language=context.language))


def _in_short(context: CommandContext, message: InboundSummary) -> str:
    """The document a message became, or the first sentence of why it became none."""
    if message.document:
        return f"{message.document} {message.document_state}"
    code = f"{message.reason}: " if message.reason_text else ""
    first, stop, _ = context.say(why_message(message)).partition(". ")
    return f"{code}{first}{stop.strip()}"


def _is_repeat(message: InboundSummary) -> bool:
    return message.state is InState.REPEAT and message.repeats is not None


def _message_json(context: CommandContext, message: InboundSummary) -> dict[str, Json]:
    return {
        "id": message.id,
        "transport_id": message.transport_id,
        "received_on": message.received_on.isoformat(),
        "state": message.state.value,
        "kind": message.kind,
        "document": message.document,
        "document_state": message.document_state,
        "reason": message.reason,
        "sentence": context.say(message.reason_text),
        "repeats": message.repeats,
        "size": message.size,
        "sha256": message.sha256,
    }


def _out_json(message: OutboundSummary) -> Json:
    return {
        "sequence": message.sequence,
        "issued_on": message.issued_on.isoformat(),
        "kind": message.kind,
        "document_id": message.document_id,
        "receiver": message.receiver,
        "recipient": message.recipient,
        "about": message.about,
        "state": message.state.value,
        "attempts": message.attempts,
        "instance_id": message.instance_id,
        "sha256": message.sha256,
    }
