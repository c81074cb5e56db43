"""`billing receive`, `inbox` and `post`: letters in and out.

Convention: bytes are stored and committed before anything reads them. What became of each
letter is looked up afterwards, so that it makes no difference who read it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import typer
from sqlalchemy.orm import Session

from invoicing.model import Held
from orders.database import Database
from peppol import mailbox, post
from peppol.access_points.folder import FolderAccessPoint
from peppol.mailbox import InState, OutState
from supplier_portal import cli_questions
from supplier_portal.cli_door import (
    AsJson,
    Code,
    House,
    NotFound,
    On,
    bytes_of,
    command,
    complain,
    refusal_of,
    today_or,
)
from supplier_portal.cli_questions import LetterIn, LetterOut
from supplier_portal.cli_verdicts import IN_QUESTION, REFUSED, why_document, why_letter
from supplier_portal.letter_reading import read_arrived
from supplier_portal.printing import Column, Json, plain, show, table, write_json

alone = typer.Typer()
inbox = typer.Typer()
post_office = typer.Typer()

_INBOX = (
    Column("Nr", "No", right=True),
    Column("Kom", "Came"),
    Column("Läge", "State"),
    Column("Slag", "Kind", spare=2),
    Column("Brev", "Letter", wrap=True, spare=1),
    Column("Vad", "What", wrap=True),
)
_OUTBOX = (
    Column("Nr", "No", right=True),
    Column("Dag", "Day"),
    Column("Slag", "Kind"),
    Column("Dokument", "Document", wrap=True),
    Column("Till", "To", wrap=True),
    Column("Om", "About", spare=1),
    Column("Läge", "State"),
)


@dataclass(frozen=True, slots=True)
class Taken:
    """What became of one letter."""

    name: str
    letter: LetterIn
    held: Held | None
    sentence: str

    @property
    def state(self) -> str:
        """The document's state, or the letter's where it became none."""
        return self.held.state.value if self.held is not None else self.letter.state.value

    @property
    def code(self) -> Code:
        """What this letter asks the command to end with."""
        if self.letter.state is InState.ARRIVED:
            return Code.FAILED
        doubtful = self.held is not None and self.held.state in IN_QUESTION
        return Code.IN_QUESTION if doubtful or self.letter.state in REFUSED else Code.OK


@command(alone, "receive")
def receive(
    house: House,
    files: Annotated[
        list[Path], typer.Argument(help="Fakturor och kreditfakturor / invoices and credit notes")
    ],
    on: On = None,
    as_json: AsJson = False,
) -> None:
    """Ta emot dokument: spara, läs, pröva, svara. / Receive documents: store, read, judge, answer."""
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
                letter = mailbox.store(
                    session, body, transport_id=path.name, received_on=today, received_at=database.clock()
                )
            stored.append((str(path), letter.id))
        for _ in read_arrived(database, today=today):
            pass
        taken = _taken(house, database, stored)
    _tell(taken, as_json=as_json)
    if unreadable:
        raise typer.Exit(Code.FAILED)
    _end(taken)


@command(inbox, "list")
def list_letters(
    house: House,
    state: Annotated[InState | None, typer.Option("--state", help="Bara i detta läge / only in this")] = None,
    as_json: AsJson = False,
) -> None:
    """Visa brev till oss. / Show letters to us."""
    with house.reading() as session:
        held = list(cli_questions.letters_in(session, state=state))
    if as_json:
        write_json([_letter_json(house, each) for each in held])
        return
    rows = [
        (
            str(each.id),
            each.received_on.isoformat(),
            each.state.value,
            each.kind,
            each.transport_id,
            each.business_key or why_letter(each, house.language),
        )
        for each in held
    ]
    show(table(_INBOX, rows, language=house.language))


@command(inbox, "show")
def show_letter(
    house: House,
    letter_id: Annotated[int, typer.Argument(metavar="ID")],
    raw: Annotated[
        bool, typer.Option("--raw", help="Skriv brevets bytes / write the letter's bytes")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Visa ett brev och vad det blev. / Show a letter and what it became."""
    with house.reading() as session:
        letter = cli_questions.letter_in(session, letter_id)
        if letter is None:
            raise NotFound(
                f"Det finns inget brev {letter_id}. Se vilka som finns med: billing inbox list",
                f"There is no letter {letter_id}. See which there are with: billing inbox list",
            )
        if raw:
            # A repeat keeps no bytes of its own: they are those of the letter it repeats.
            body = mailbox.body_of(session, letter.repeats or letter.id if _is_repeat(letter) else letter.id)
            typer.echo(body or b"", nl=False)
            return
        taken = _became(house, session, letter.transport_id, letter_id)
    if as_json:
        write_json({**_letter_json(house, letter), "document": _document_json(taken.held)})
        return
    say = house.say
    facts = (
        (say("Brev", "Letter"), f"{letter.id}  {letter.transport_id}"),
        (say("Kom", "Came"), f"{letter.received_on}, {letter.size} byte"),
        ("sha256", letter.sha256),
        (say("Läge", "State"), letter.state.value),
        (say("Slag", "Kind"), letter.kind),
        (
            say("Dokument", "Document"),
            f"#{taken.held.id} {taken.held.number} {taken.held.state}" if taken.held else "",
        ),
        (say("Varför", "Why"), taken.sentence),
    )
    show(table((Column("", ""), Column("", "", wrap=True)), facts, language=house.language))


Folder = Annotated[Path, typer.Option("--folder", metavar="DIR", help="Mapp med outbox/ och inbox/ / folder")]


@command(post_office, "deliver")
def deliver(house: House, folder: Folder) -> None:
    """Lämna väntande brev till mappen. / Hand waiting letters over to the folder."""
    with house.opened() as database:
        sent = post.deliver_waiting(database.writing, FolderAccessPoint(folder), now=database.clock())
        with database.reading() as session:
            left = cli_questions.waiting_count(session)
    typer.echo(
        house.say(f"{sent} brev lämnade, {left} väntar.", f"{sent} letters delivered, {left} waiting.")
    )
    if left:
        raise typer.Exit(Code.FAILED)


@command(post_office, "collect")
def collect(house: House, folder: Folder, on: On = None, as_json: AsJson = False) -> None:
    """Hämta brev ur mappen och läs dem. / Collect letters from the folder and read them."""
    today = today_or(on)
    with house.opened() as database:
        came = post.collect(database.writing, FolderAccessPoint(folder), today=today, now=database.clock())
        read = [outcome.letter_id for outcome in read_arrived(database, today=today)]
        taken = _taken(house, database, [("", letter_id) for letter_id in read])
    if not as_json:
        typer.echo(
            house.say(
                f"{came.stored} nya brev, {came.repeats} som redan kommit, {came.conflicts} i konflikt.",
                f"{came.stored} new letters, {came.repeats} repeats, {came.conflicts} in conflict.",
            )
        )
    _tell(taken, as_json=as_json)
    _end(taken)


@command(post_office, "list")
def list_post(
    house: House,
    state: Annotated[
        OutState | None, typer.Option("--state", help="Bara i detta läge / only in this")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Visa våra brev. / Show our letters."""
    with house.reading() as session:
        held = list(cli_questions.letters_out(session, state=state))
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
    show(table(_OUTBOX, rows, language=house.language))


def _taken(house: House, database: Database, stored: Sequence[tuple[str, int]]) -> list[Taken]:
    with database.reading() as session:
        return [_became(house, session, name, letter_id) for name, letter_id in stored]


def _became(house: House, session: Session, name: str, letter_id: int) -> Taken:
    letter = cli_questions.letter_in(session, letter_id)
    assert letter is not None  # noqa: S101 - it was stored, and letters are never removed
    held = cli_questions.document_of_letter(session, letter_id)
    sentence = why_document(session, held, house.language) if held else why_letter(letter, house.language)
    return Taken(name or letter.transport_id, letter, held, sentence)


def _is_repeat(letter: LetterIn) -> bool:
    return letter.state is InState.REPEAT and letter.repeats is not None


def _tell(taken: Sequence[Taken], *, as_json: bool) -> None:
    if as_json:
        write_json([_taken_json(each) for each in taken])
        return
    for each in taken:
        named = f"{each.held.number} " if each.held is not None else ""
        typer.echo(plain(f"{each.name}: {named}{each.state}: {each.sentence}"))


def _end(taken: Sequence[Taken]) -> None:
    codes = {each.code for each in taken}
    for code in (Code.FAILED, Code.IN_QUESTION):
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
        "document": _document_json(taken.held),
    }


def _document_json(held: Held | None) -> Json:
    if held is None:
        return None
    return {
        "id": held.id,
        "document_type": held.document_type.value,
        "number": held.number,
        "supplier": held.supplier,
        "execution_reference": held.execution_reference,
        "order_number": held.order_number,
        "amount_payable": str(held.amount_payable.amount),
        "currency": held.amount_payable.currency,
        "pays_on": held.pays_on.isoformat(),
        "state": held.state.value,
        "codes": list(held.codes),
    }


def _letter_json(house: House, letter: LetterIn) -> dict[str, Json]:
    return {
        "id": letter.id,
        "transport_id": letter.transport_id,
        "received_on": letter.received_on.isoformat(),
        "state": letter.state.value,
        "kind": letter.kind,
        "business_key": letter.business_key,
        "reason": letter.reason,
        "sentence": house.say(letter.reason_sv, letter.reason_en),
        "repeats": letter.repeats,
        "size": letter.size,
        "sha256": letter.sha256,
    }


def _out_json(letter: LetterOut) -> Json:
    return {
        "sequence": letter.sequence,
        "issued_on": letter.issued_on.isoformat(),
        "kind": letter.kind,
        "document_id": letter.document_id,
        "receiver": letter.receiver,
        "recipient": letter.recipient,
        "about": letter.about,
        "state": letter.state.value,
        "attempts": letter.attempts,
        "instance_id": letter.instance_id,
        "sha256": letter.sha256,
    }
