"""`billing conversations`: what suppliers have written about documents and nobody has read, and reading it."""

from typing import Annotated

import typer

from billing.cli.command import AsJson, CommandContext, command
from billing.cli.printing import TableColumn, show, table, write_json
from foundation.database import utc_now
from foundation.errors import NotThere
from foundation.formatting import moment
from foundation.sql import Session
from foundation.text import Text
from invoicing.conversation import message_store, writing
from invoicing.documents import store as document_store
from invoicing.model import SupplierInvoice

conversations = typer.Typer()

By = Annotated[str, typer.Option("--by", help="Den som gör det, ett id / who does it, an id")]
Number = Annotated[int, typer.Argument(help="Dokumentets nummer, ur list / the document, of list")]

_LIST = (
    TableColumn(Text("Dokument"), right=True),
    TableColumn(Text("Nummer")),
    TableColumn(Text("Leverantör")),
    TableColumn(Text("Olästa"), right=True),
    TableColumn(Text("Sedan")),
)
_MESSAGES = (TableColumn(Text("När")), TableColumn(Text("Vem")), TableColumn(Text("Vad")))


@command(conversations, "list")
def list_waiting(context: CommandContext, as_json: AsJson = False) -> None:
    """Visa vad leverantörer skrivit som ingen läst / show what suppliers wrote that nobody has read."""
    with context.reading() as session:
        found = message_store.waiting(session, limit=100_000)
    if as_json:
        write_json(
            [
                {
                    "document": each.invoice_id,
                    "number": each.number,
                    "supplier": each.supplier,
                    "unread": each.messages,
                    "since": each.since.isoformat(),
                }
                for each in found
            ]
        )
        return
    rows = [
        (str(each.invoice_id), each.number, each.supplier, str(each.messages), moment(each.since))
        for each in found
    ]
    show(table(_LIST, rows, language=context.language))


@command(conversations, "show")
def show_one(context: CommandContext, number: Number, as_json: AsJson = False) -> None:
    """Visa vad som sagts om ett dokument / show what has been said about a document."""
    with context.reading() as session:
        _document(session, number)
        said = message_store.of(session, number)
    if as_json:
        write_json(
            [
                {
                    "side": each.side,
                    "written_at": each.written_at.isoformat(),
                    "text": each.text,
                    "files": [file.name for file in each.files],
                    "read": not each.waits,
                }
                for each in said
            ]
        )
        return
    rows = [
        (moment(each.written_at), each.side.value, " ".join((each.text, *(file.name for file in each.files))))
        for each in said
    ]
    show(table(_MESSAGES, rows, language=context.language))


@command(conversations, "reply")
def reply(
    context: CommandContext,
    number: Number,
    text: Annotated[str, typer.Option("--text", help="Vad som skrivs / what is written")],
    by: By,
) -> None:
    """Skriv till leverantören om ett dokument / write to the supplier about a document."""
    with context.writing() as session:
        writing.reply(session, _document(session, number), text, (), by=by, at=utc_now())


@command(conversations, "read")
def read(context: CommandContext, number: Number, by: By) -> None:
    """Notera att leverantörens ord är lästa / note that the supplier's words are read."""
    with context.writing() as session:
        writing.read(session, _document(session, number), by=by, at=utc_now())


def _document(session: Session, number: int) -> SupplierInvoice:
    found = document_store.find(session, number)
    if found is None:
        raise NotThere
    return found
