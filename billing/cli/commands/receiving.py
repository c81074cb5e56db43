"""`billing receive`: documents into the house, and what became of each.

Convention: bytes are stored and committed before anything reads them. What became of each
letter is looked up afterwards, so that it makes no difference which process read it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import typer

from billing.cli.command import AsJson, CommandContext, On, bytes_of, command, today_or
from billing.cli.exit_codes import ExitCode, complain, refusal_of
from billing.cli.printing import write_json
from foundation.database import Database
from foundation.formatting import Json, plain
from foundation.sql import Session
from invoicing.intake.queue import read_arrived
from invoicing.model import SupplierInvoice
from operations import message_queries
from operations.message_queries import InboundSummary
from peppol.envelope import opening
from peppol.exchange import inbox
from peppol.exchange.tables import InState
from web.verdict_words import IN_QUESTION, REFUSED, document_json, why_document, why_letter

alone = typer.Typer()


@dataclass(frozen=True, slots=True)
class Taken:
    """What became of one letter."""

    name: str
    letter: InboundSummary
    invoice: SupplierInvoice | None
    sentence: str

    @property
    def state(self) -> str:
        """The document's state, or the letter's where it became none."""
        return self.invoice.state.value if self.invoice is not None else self.letter.state.value

    @property
    def code(self) -> ExitCode:
        """What this letter asks the command to end with."""
        if self.letter.state in (InState.ARRIVED, InState.FAILED):
            return ExitCode.FAILED
        doubtful = self.invoice is not None and self.invoice.state in IN_QUESTION
        return ExitCode.IN_QUESTION if doubtful or self.letter.state in REFUSED else ExitCode.OK


@command(alone, "receive")
def receive(
    house: CommandContext,
    files: Annotated[
        list[Path], typer.Argument(help="Fakturor och kreditfakturor / invoices and credit notes")
    ],
    on: On = None,
    as_json: AsJson = False,
) -> None:
    """Ta emot dokument och pröva dem / receive documents and judge them."""
    today = today_or(on)
    stored: list[tuple[str, int]] = []
    unreadable = False
    with house.opened() as database:
        for path in files:
            try:
                body = bytes_of(path)
            except OSError as error:
                complain(house.sentence(refusal_of(error)))
                unreadable = True
                continue
            with database.writing() as session:
                letter = inbox.store(
                    session,
                    body,
                    transport_id=path.name,
                    received_on=today,
                    received_at=database.clock(),
                    instance_id=opening.instance_id_in(body),
                )
            stored.append((str(path), letter.id))
        for _ in read_arrived(database, today=today):
            pass
        taken = all_taken(house, database, stored)
    tell(taken, as_json=as_json)
    if unreadable:
        raise typer.Exit(ExitCode.FAILED)
    end(taken)


def all_taken(house: CommandContext, database: Database, stored: Sequence[tuple[str, int]]) -> list[Taken]:
    """What became of letters, each with the name it is to be told under."""
    with database.reading() as session:
        return [became(house, session, name, letter_id) for name, letter_id in stored]


def became(house: CommandContext, session: Session, name: str, letter_id: int) -> Taken:
    """What became of one letter."""
    letter = message_queries.letter_in(session, letter_id)
    assert letter is not None  # noqa: S101 - it was stored, and letters are never removed
    invoice = message_queries.document_of_letter(session, letter_id)
    sentence = (
        why_document(session, invoice, house.language) if invoice else why_letter(letter, house.language)
    )
    return Taken(name or letter.transport_id, letter, invoice, sentence)


def tell(taken: Sequence[Taken], *, as_json: bool) -> None:
    """A line per letter: what it is, its state, and why."""
    if as_json:
        write_json([_taken_json(each) for each in taken])
        return
    for each in taken:
        named = f"{each.invoice.number} " if each.invoice is not None else ""
        typer.echo(plain(f"{each.name}: {named}{each.state}: {each.sentence}"))


def end(taken: Sequence[Taken]) -> None:
    """End with the code of the gravest letter: one not read, then one refused or in question."""
    codes = {each.code for each in taken}
    for code in (ExitCode.FAILED, ExitCode.IN_QUESTION):
        if code in codes:
            raise typer.Exit(code)


def _taken_json(taken: Taken) -> Json:
    return {
        "file": taken.name,
        "letter": taken.letter.id,
        "letter_state": taken.letter.state.value,
        "state": taken.state,
        "reason": taken.letter.reason,
        "sentence": taken.sentence,
        "document": document_json(taken.invoice) if taken.invoice else None,
    }
