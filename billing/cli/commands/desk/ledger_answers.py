"""`billing ledger answers`, `refused`, `unanswered`, `send-again`, `note-booked`: what it says, and the ways out."""

from pathlib import Path
from typing import Annotated

import typer

from billing.cli.command import AsJson, CommandContext, On, bytes_of, command, today_or
from billing.cli.commands.desk.ledger import By, Reason, ledger
from billing.cli.commands.payment_proposals import FilesFolder, tell_files, write_files
from billing.cli.printing import TableColumn, show, table, write_json
from bookkeeping import ledger_answer_store, ledger_answers
from foundation.database import utc_now
from foundation.text import Text
from invoicing.payment import export_store
from operations.payment_settings import ledger_of
from orders.register import store as register_store

_REFUSED = (
    TableColumn(Text("Verifikation")),
    TableColumn(Text("Bokförd den")),
    TableColumn(Text("Vad"), wrap=36),
    TableColumn(Text("Ekonomisystemet säger"), wrap=36),
)
_UNANSWERED = (
    TableColumn(Text("Verifikation")),
    TableColumn(Text("Bokförd den")),
    TableColumn(Text("Vad"), wrap=48),
    TableColumn(Text("Skickad igen den")),
)


@command(ledger, "answers")
def answers(
    context: CommandContext,
    file: Annotated[Path, typer.Argument(help="Ekonomisystemets svar, CSV / the ledger's answers, CSV")],
    by: By,
    as_json: AsJson = False,
) -> None:
    """Läs ekonomisystemets svar, helt eller inte alls / read the ledger's answers, whole or not at all."""
    with context.writing() as session:
        told = ledger_answers.take_in(session, bytes_of(file), by=by, now=utc_now())
    if as_json:
        write_json({"booked": told.booked, "refused": told.refused, "repeated": told.repeated})
        return
    if told.repeated:
        typer.echo(context.say(Text("Filen är redan inläst.")))
        return
    said = Text(
        "%(booked)s verifikationer är bokförda och %(refused)s avvisade av ekonomisystemet.",
        booked=told.booked,
        refused=told.refused,
    )
    typer.echo(context.say(said))


@command(ledger, "refused")
def refused(context: CommandContext, as_json: AsJson = False) -> None:
    """Visa verifikationer som ekonomisystemet avvisat / show vouchers that the ledger refused."""
    with context.reading() as session:
        found = ledger_answer_store.refused(session)
    if as_json:
        write_json(
            [
                {"voucher": each.number, "booked_on": each.booked_on.isoformat(), "said": each.last.said}
                for each in found
            ]
        )
        return
    rows = [(each.number, each.booked_on.isoformat(), each.text, each.last.said) for each in found]
    show(table(_REFUSED, rows, language=context.language))


@command(ledger, "unanswered")
def unanswered(context: CommandContext, as_json: AsJson = False) -> None:
    """Visa verifikationer utan svar, skickade igen först / show vouchers without answer, sent again first."""
    with context.reading() as session:
        found = ledger_answer_store.unanswered(session)
    days = [each.sent_again_on.isoformat() if each.sent_again_on else "" for each in found]
    if as_json:
        write_json(
            [
                {"voucher": each.number, "booked_on": each.booked_on.isoformat(), "sent_again_on": day}
                for each, day in zip(found, days, strict=True)
            ]
        )
        return
    rows = [
        (each.number, each.booked_on.isoformat(), each.text, day)
        for each, day in zip(found, days, strict=True)
    ]
    show(table(_UNANSWERED, rows, language=context.language))


@command(ledger, "send-again")
def send_again(
    context: CommandContext, by: By, folder: FilesFolder = Path("."), on: On = None, as_json: AsJson = False
) -> None:
    """Skriv alla avvisade verifikationer i en ny fil / write all refused vouchers in a new file."""
    with context.writing() as session:
        about = ledger_answers.send_again(
            session,
            register_store.load(session),
            ledger_of(context.settings),
            today=today_or(on),
            by=by,
            now=utc_now(),
        )
        names = write_files(session, export_store.about(session, *about), folder)
    tell_files(names, as_json=as_json)


@command(ledger, "note-booked")
def note_booked(
    context: CommandContext,
    number: Annotated[str, typer.Argument(help="Verifikationens nummer / the voucher's number")],
    by: By,
    ledger_number: Annotated[str, typer.Option("--ledger-number", help="Numret där / its number there")] = "",
    reason: Reason = "",
    on: On = None,
) -> None:
    """Notera att en verifikation är bokförd där / note that a voucher is booked there, by hand or without answer."""
    with context.writing() as session:
        ledger_answers.note_booked(
            session,
            number,
            ledger_number=ledger_number,
            reason=reason,
            today=today_or(on),
            by=by,
            now=utc_now(),
        )
    typer.echo(context.say(Text("Noterat.")))
