"""`billing payments bank|findings|handled|note-deposit|bank-said|proposal|withdraw|take-out`: until the bank has paid.

The bank's files are read in; what they leave open a person deals with, by the same steps as on the pages. What the bank
did where no file says it, one person says and another confirms.
"""

from collections.abc import Sequence
from datetime import date
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer
from sqlalchemy.exc import SQLAlchemyError

from billing.cli.command import AsJson, CommandContext, On, bytes_of, command, day, today_or
from billing.cli.commands.due_payments import By, payments
from billing.cli.commands.payment_proposals import Number
from billing.cli.exit_codes import ExitCode, complain, refusal_of
from billing.cli.printing import TableColumn, show, table, write_json
from foundation.apart.confined import WorkFailed
from foundation.database import utc_now
from foundation.errors import Refused
from foundation.formatting import Json, kronor, plain
from foundation.text import Text
from invoicing.payment import proposal_store
from invoicing.payment import proposals as preparing
from invoicing.payment.bank_answers import (
    bank_report_store,
    bank_reports,
    transfer_note_store,
    transfer_notes,
)
from invoicing.payment.bank_answers.bank_report_store import BankEntry, BankFile
from invoicing.payment.bank_answers.transfer_note_store import SAID_WORDS, TransferSaid
from invoicing.payment.transfers import ITEM_WORDS
from orders.register import store as register_store

Name = Annotated[
    str,
    typer.Argument(help="Betalningens id hos banken, eller vårt nummer / its id at the bank, or our number"),
]


class SaidStep(StrEnum):
    """What is done with what another person noted."""

    CONFIRM = "confirm"
    TAKE_BACK = "take-back"


_TOLD = (
    TableColumn(Text("Nr"), right=True),
    TableColumn(Text("Betalning")),
    TableColumn(Text("Leverantör")),
    TableColumn(Text("Faktura"), wrap=15),
    TableColumn(Text("Utfall")),
    TableColumn(Text("Belopp"), right=True),
    TableColumn(Text("Vad"), wrap=40),
)
_ITEMS = (
    TableColumn(Text("Nr"), right=True),
    TableColumn(Text("Leverantör")),
    TableColumn(Text("Läge")),
    TableColumn(Text("Banken")),
    TableColumn(Text("Betalning")),
    TableColumn(Text("Belopp"), right=True),
)


@command(payments, "bank")
def bank(
    context: CommandContext,
    file: Annotated[
        Path,
        typer.Argument(
            help="camt.053, camt.054, pain.002, CSV; eller en mapp med filer / or a folder of them"
        ),
    ],
    by: By,
    on: On = None,
    as_json: AsJson = False,
) -> None:
    """Läs bankens svar; det som stämmer blir betalt / read the bank's answer; what agrees is paid."""
    if file.is_dir():
        _read_folder(context, file, by=by, on=on, as_json=as_json)
        return
    told = _read(context, file, by=by, on=on)
    if as_json:
        write_json(_reading_as_json(told))
    else:
        _show_reading(context, told)


def _read_folder(context: CommandContext, folder: Path, *, by: str, on: date | None, as_json: bool) -> None:
    """Read each file of a folder; what is wrong with one is told of it, and the others are read all the same."""
    files: list[Json] = []
    failed = False
    # A link to what is no longer there is told too.
    for each in sorted(path for path in folder.iterdir() if path.is_file() or not path.exists()):
        if not as_json:
            typer.echo(plain(each.name))
        try:
            told = _read(context, each, by=by, on=on)
        except (Refused, OSError, WorkFailed, SQLAlchemyError) as error:
            failed = True
            sentence = context.say(refusal_of(error).text)
            files.append({"file": each.name, "refused": sentence})
            if not as_json:
                complain(f"{each.name}: {sentence}")
            continue
        files.append({"file": each.name, "refused": None, **_reading_as_json(told)})
        if not as_json:
            _show_reading(context, told)
    if as_json:
        write_json(files)
    if failed:
        raise typer.Exit(ExitCode.FAILED)


def _read(context: CommandContext, file: Path, *, by: str, on: date | None) -> BankFile:
    """Read one file, in a transaction of its own."""
    body = bytes_of(file)
    with context.writing() as session:
        register = register_store.load(session)
        return bank_reports.take_in(
            session, register, body, name=file.name, by=by, today=today_or(on), now=utc_now()
        )


@command(payments, "findings")
def findings(context: CommandContext, as_json: AsJson = False) -> None:
    """Visa det banken sagt som behöver en person / show what the bank told that needs a person."""
    with context.reading() as session:
        found = bank_report_store.open_findings(session)
        noted = transfer_note_store.waiting(session)
    if as_json:
        write_json(
            {
                "findings": [_as_json(each) for each in found],
                "waiting": [{"payment": each.about, "said": each.said.value} for each in noted],
            }
        )
        return
    _show(context, found)
    for each in noted:
        said = Text(
            "%(name)s: %(said)s. Väntar på en andra person.", name=each.about, said=SAID_WORDS[each.said]
        )
        typer.echo(context.say(said))


@command(payments, "handled")
def handled(
    context: CommandContext,
    finding: Annotated[
        int, typer.Argument(help="Radens nummer, ur findings / the row's number, of findings")
    ],
    by: By,
    note: Annotated[str, typer.Option("--note", help="Vad du gjorde / what you did")],
) -> None:
    """Anteckna vad som gjordes åt en rad från banken / note what was done about a row of the bank's."""
    with context.writing() as session:
        bank_reports.handle(session, finding, by=by, note=note)
    typer.echo(context.say(Text("Noterat.")))


@command(payments, "note-deposit")
def note_deposit(
    context: CommandContext,
    finding: Annotated[
        int, typer.Argument(help="Radens nummer, ur findings / the row's number, of findings")
    ],
    by: By,
    on: On = None,
) -> None:
    """Notera en insättning på sin fordran / note a deposit on the claim it is for; another person confirms."""
    with context.writing() as session:
        deposit = bank_reports.note_deposit(session, finding, by=by, today=today_or(on))
    typer.echo(
        context.say(
            Text("Noterad på fordran %(number)s. Nu bekräftar någon annan det.", number=deposit.claim)
        )
    )


@command(payments, "bank-said")
def bank_said(
    context: CommandContext,
    name: Name,
    said: Annotated[TransferSaid, typer.Option("--said", help="Vad banken gjorde / what the bank did")],
    reason: Annotated[str, typer.Option("--reason", help="Hur det är känt / how it is known")],
    by: By,
    day_given: Annotated[date | None, typer.Option("--day", parser=day, metavar="DATE")] = None,
    on: On = None,
) -> None:
    """Säg vad banken gjorde med en betalning / say what the bank did with a payment; another person confirms."""
    with context.writing() as session:
        today = today_or(on)
        transfer_notes.note(session, name, said, on_day=day_given or today, reason=reason, by=by, today=today)
    typer.echo(context.say(Text("Noterat. Nu bekräftar någon annan det.")))


@command(payments, "bank-said-step")
def bank_said_step(
    context: CommandContext,
    name: Name,
    what: Annotated[SaidStep, typer.Argument(help="Vad som görs / what is done")],
    by: By,
    on: On = None,
) -> None:
    """Bekräfta det som någon annan noterat, eller ta tillbaka det / confirm what another noted, or take it back."""
    with context.writing() as session:
        if what is SaidStep.CONFIRM:
            register = register_store.load(session)
            transfer_notes.confirm(session, register, name, by=by, today=today_or(on))
        else:
            transfer_notes.take_back(session, name, by=by)
    said = Text("Bekräftat.") if what is SaidStep.CONFIRM else Text("Noteringen är tillbakatagen.")
    typer.echo(context.say(said))


@command(payments, "proposal")
def proposal(context: CommandContext, number: Number, as_json: AsJson = False) -> None:
    """Visa ett betalningsförslag rad för rad / show a payment proposal row by row."""
    with context.reading() as session:
        found = proposal_store.get(session, number)
        items = proposal_store.items(session, number)
    if as_json:
        rows: list[Json] = [
            {
                "id": each.id,
                "invoice_id": each.invoice_id,
                "supplier": each.supplier,
                "state": each.state.value,
                "bank_status": each.bank_status,
                "end_to_end": each.end_to_end,
                "amount": str(each.amount.amount),
            }
            for each in items
        ]
        write_json({"number": found.number, "state": found.state.value, "items": rows})
        return
    cells = [
        (
            str(each.id),
            each.supplier,
            context.say(ITEM_WORDS[each.state]),
            each.bank_status,
            each.end_to_end,
            kronor(each.amount),
        )
        for each in items
    ]
    show(table(_ITEMS, cells, language=context.language))


@command(payments, "withdraw")
def withdraw(context: CommandContext, number: Number, by: By) -> None:
    """Ta tillbaka ett förslag som inte gått till banken / take back a proposal that has not gone to the bank."""
    with context.writing() as session:
        preparing.withdraw(session, number, by=by)
    typer.echo(context.say(Text("Förslag %(number)s är återtaget.", number=number)))


@command(payments, "take-out")
def take_out(
    context: CommandContext,
    item: Annotated[int, typer.Argument(help="Radens nummer, ur proposal / the row's number, of proposal")],
    by: By,
) -> None:
    """Ta ut en rad ur sitt förslag / leave one row out of its proposal."""
    with context.writing() as session:
        preparing.take_out(session, item, by=by)
    typer.echo(context.say(Text("Raden är uttagen och kan föreslås igen.")))


def _show_reading(context: CommandContext, told: BankFile) -> None:
    if told.repeated:
        typer.echo(context.say(Text("Filen är redan inläst.")))
    _show(context, told.told)


def _show(context: CommandContext, entries: Sequence[BankEntry]) -> None:
    rows = [
        (
            str(each.id),
            each.end_to_end,
            " ".join(dict.fromkeys(about.supplier for about in each.paid_for)),
            " ".join(about.number for about in each.paid_for),
            each.outcome.value,
            kronor(each.amount),
            context.say(each.sentence),
        )
        for each in entries
    ]
    show(table(_TOLD, rows, language=context.language))


def _reading_as_json(told: BankFile) -> dict[str, Json]:
    return {"repeated": told.repeated, "entries": [_as_json(each) for each in told.told]}


def _as_json(entry: BankEntry) -> Json:
    return {
        "id": entry.id,
        "end_to_end": entry.end_to_end,
        "invoices": [each.number for each in entry.paid_for],
        "outcome": entry.outcome.value,
        "amount": str(entry.amount.amount),
        "sentence": entry.sentence.en,
    }
