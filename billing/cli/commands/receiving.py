"""`billing receive`: documents into the system, and what became of each.

Convention: bytes are stored and committed before anything reads them, with several buyers in the books of the one
each document is to. What became of each
message is looked up afterwards, so that it makes no difference which process read it.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Annotated

import typer
from sqlalchemy.exc import SQLAlchemyError

from billing.cli.command import AsJson, CommandContext, On, bytes_of, command, today_or
from billing.cli.exit_codes import ExitCode, complain, refusal_of
from billing.cli.printing import write_json
from billing.server.installation import Installation
from foundation.database import Database
from foundation.errors import Refused
from foundation.formatting import Json, plain
from foundation.sql import Session
from invoicing.intake.queue import read_arrived
from invoicing.model import SupplierInvoice
from operations import message_queries
from operations.message_queries import InboundSummary
from peppol.envelope import opening
from peppol.exchange import inbox
from peppol.exchange.tables import InState
from web.verdict_words import IN_QUESTION, REFUSED, document_json, why_document, why_message

alone = typer.Typer()


@dataclass(frozen=True, slots=True)
class Taken:
    """What became of one message."""

    name: str
    message: InboundSummary
    invoice: SupplierInvoice | None
    sentence: str

    @property
    def state(self) -> str:
        """The document's state, or the message's where it became none."""
        return self.invoice.state.value if self.invoice is not None else self.message.state.value

    @property
    def code(self) -> ExitCode:
        """What this message asks the command to end with."""
        if self.message.state in (InState.ARRIVED, InState.FAILED):
            return ExitCode.FAILED
        doubtful = self.invoice is not None and self.invoice.state in IN_QUESTION
        return ExitCode.IN_QUESTION if doubtful or self.message.state in REFUSED else ExitCode.OK


@command(alone, "receive")
def receive(
    context: CommandContext,
    files: Annotated[
        list[Path], typer.Argument(help="Fakturor och kreditfakturor / invoices and credit notes")
    ],
    on: On = None,
    as_json: AsJson = False,
) -> None:
    """Ta emot dokument och pröva dem / receive documents and judge them."""
    today = today_or(on)
    taken: list[Taken] = []
    failed = False
    with context.installation(takes_in=True) as installation:
        stored: list[tuple[Database, str, int]] = []
        for path in files:
            try:
                body = bytes_of(path)
                database = installation.database_for(body, own_books(context, installation))
                stored.append((database, str(path), _stored(database, path.name, body, today)))
            except (OSError, SQLAlchemyError, Refused) as error:
                complain(context.say(refusal_of(error).text))
                failed = True
        for database in _served(installation, [each for each, _, _ in stored]):
            try:
                for _ in read_arrived(database, today=today):
                    pass
            except (SQLAlchemyError, Refused) as error:
                complain(context.say(refusal_of(error).text))
                failed = True
        for database, name, letter_id in stored:
            taken += all_taken(context, database, [(name, letter_id)])
    tell(taken, as_json=as_json)
    if failed:
        raise typer.Exit(ExitCode.FAILED)
    end(taken)


def _served(installation: Installation, databases: Iterable[Database]) -> list[Database]:
    """Those of the databases whose messages are read: in the books of a closed buyer they lie until it is opened."""
    closed = {installation.database_of(each) for each in installation.all() if not each.is_open}
    return [each for each in dict.fromkeys(databases) if each not in closed]


def own_books(context: CommandContext, installation: Installation) -> Database:
    """Where a document goes that is to nobody here: to the buyer that was named, otherwise into the first books."""
    if context.asked:
        return installation.database_of(installation.books_of(context.asked))
    return installation.database_of(installation.all()[0])


def _stored(database: Database, name: str, body: bytes, today: date) -> int:
    with database.writing() as session:
        message = inbox.store(
            session,
            body,
            transport_id=name,
            received_on=today,
            received_at=database.clock(),
            instance_id=opening.instance_id_in(body),
        )
    return message.id


def all_taken(context: CommandContext, database: Database, stored: Sequence[tuple[str, int]]) -> list[Taken]:
    """What became of messages, each with the name it is to be told under."""
    with database.reading() as session:
        return [became(context, session, name, letter_id) for name, letter_id in stored]


def became(context: CommandContext, session: Session, name: str, letter_id: int) -> Taken:
    """What became of one message."""
    message = message_queries.message_in(session, letter_id)
    assert message is not None  # noqa: S101 - it was stored, and messages are never removed
    invoice = message_queries.document_of_message(session, letter_id)
    why = why_document(session, invoice) if invoice else why_message(message)
    return Taken(name or message.transport_id, message, invoice, context.say(why))


def tell(taken: Sequence[Taken], *, as_json: bool) -> None:
    """A line per message: what it is, its state, and why."""
    if as_json:
        write_json([_taken_json(each) for each in taken])
        return
    for each in taken:
        named = f"{each.invoice.number} " if each.invoice is not None else ""
        typer.echo(plain(f"{each.name}: {named}{each.state}: {each.sentence}"))


def end(taken: Sequence[Taken]) -> None:
    """End with the code of the gravest message: one not read, then one refused or in question."""
    codes = {each.code for each in taken}
    for code in (ExitCode.FAILED, ExitCode.IN_QUESTION):
        if code in codes:
            raise typer.Exit(code)


def _taken_json(taken: Taken) -> Json:
    return {
        "file": taken.name,
        "letter": taken.message.id,
        "letter_state": taken.message.state.value,
        "state": taken.state,
        "reason": taken.message.reason,
        "sentence": taken.sentence,
        "document": document_json(taken.invoice) if taken.invoice else None,
    }
