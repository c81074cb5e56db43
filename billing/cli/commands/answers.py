"""`billing answers`: what suppliers' systems answer about our orders and messages, and who has looked at it.

Convention: what waits for a person is marked; looking at it changes nothing but that.
"""

from typing import Annotated

import typer

from billing.cli.command import AsJson, CommandContext, On, command, today_or
from billing.cli.printing import TableColumn, show, table, write_json
from foundation.errors import NotFound
from foundation.formatting import Json, number, price
from foundation.text import Text, WrittenText
from invoicing.responses import model as peer_responses
from invoicing.responses import received as responses_received
from invoicing.responses import store as response_store
from invoicing.responses.model import LINE_WORDS, PeerLine
from invoicing.responses.store import KeptAnswer
from peppol.identifiers import DocumentKind

answers = typer.Typer()

_LIST = (
    TableColumn(Text("Nr"), right=True),
    TableColumn(Text("Kom")),
    TableColumn(Text("Slag")),
    TableColumn(Text("Kod")),
    TableColumn(Text("Från"), spare=2),
    TableColumn(Text("Om"), wrap=20, spare=1),
    TableColumn(Text("Betyder")),
    TableColumn(Text("Sedd av")),
)
_LINES = (
    TableColumn(Text("Rad, plats"), wrap=24),
    TableColumn(Text("Kod"), wrap=10),
    TableColumn(Text("Antal"), right=True),
    TableColumn(Text("Pris"), right=True),
    TableColumn(Text("Ord"), wrap=30),
)


@command(answers, "list")
def list_answers(
    context: CommandContext,
    waiting: Annotated[bool, typer.Option("--open", help="Bara de som väntar / only those waiting")] = False,
    order: Annotated[str, typer.Option("--order", help="Bara om denna order / only about this order")] = "",
    as_json: AsJson = False,
) -> None:
    """Visa svar från leverantörers system, nyaste först / show answers of suppliers' systems, newest first."""
    with context.reading() as session:
        held = (
            [
                each
                for each in response_store.about_order(session, order)
                if each.waits_for_staff or not waiting
            ]
            if order
            else list(response_store.listed(session, waiting=waiting))
        )
    if as_json:
        write_json([answer_json(context, each) for each in held])
        return
    rows = [
        (
            str(each.id),
            each.received_on.isoformat(),
            each.answer.kind.value,
            each.answer.code,
            each.answer.sender,
            each.answer.reference,
            each.meaning.value,
            each.looked_at_by or ("!" if each.waits_for_staff else ""),
        )
        for each in held
    ]
    show(table(_LIST, rows, language=context.language))


@command(answers, "show")
def show_answer(
    context: CommandContext, answer_id: Annotated[int, typer.Argument(metavar="ID")], as_json: AsJson = False
) -> None:
    """Visa ett svar och vad det betyder / show an answer and what it means."""
    with context.reading() as session:
        held = response_store.by_id(session, answer_id)
    if held is None:
        raise NotFound(
            Text(
                "Det finns inget svar %(answer_id)s. Se vilka som finns med: billing answers list",
                answer_id=answer_id,
            )
        )
    if as_json:
        write_json(answer_json(context, held))
        return
    say, answer = context.say, held.answer
    facts = (
        (say(Text("Svar")), f"{held.id}  {answer.kind} {answer.code} {answer.number}"),
        (
            say(Text("Kom")),
            say(
                Text(
                    "%(received_on)s, meddelande %(letter_id)s",
                    received_on=held.received_on,
                    letter_id=held.letter_id,
                )
            ),
        ),
        (say(Text("Från")), answer.sender),
        (say(Text("Om")), answer.reference),
        (say(Text("Betyder")), f"{held.meaning}  {_sentence(context, held)}".strip()),
        (say(Text("Ord")), answer.words),
        (say(Text("Sedd av")), held.looked_at_by),
    )
    show(table((TableColumn(), TableColumn(wrap=40)), facts, language=context.language))
    if answer.lines:
        rows = [
            (
                line.line,
                line_words(context, line) if answer.kind is DocumentKind.ORDER_RESPONSE else line.code,
                f"{number(line.quantity)} {line.unit}" if line.quantity is not None else "",
                price(line.price) if line.price is not None else "",
                line.words,
            )
            for line in answer.lines
        ]
        show(table(_LINES, rows, language=context.language))


@command(answers, "seen")
def seen(
    context: CommandContext,
    answer_id: Annotated[int, typer.Argument(metavar="ID")],
    by: Annotated[str, typer.Option("--by", help="Vem som tittat / who has looked")],
    on: On = None,
) -> None:
    """Anteckna att någon tagit hand om ett svar / note that somebody has dealt with an answer."""
    with context.opened() as database, database.writing() as session:
        responses_received.look_at(session, answer_id, by=by, today=today_or(on))
    typer.echo(context.say(Text("Svar %(answer_id)s är sett av %(by)s.", answer_id=answer_id, by=by)))


def line_words(context: CommandContext, line: PeerLine) -> str:
    """What a supplier says of an ordered line."""
    return context.say(LINE_WORDS.get(line.code, WrittenText(line.code)))


def in_short(context: CommandContext, held: KeptAnswer) -> str:
    """An answer about an order on one line: its day, code, and the lines it does not simply accept."""
    said = [
        " ".join(filter(None, (line.line, line_words(context, line), line.words)))
        for line in held.answer.lines
        if held.answer.kind is DocumentKind.ORDER_RESPONSE
    ]
    words = "; ".join(filter(None, (held.answer.words, *said)))
    mark = f" {held.meaning}" if held.waits_for_staff else ""
    return f"{held.received_on} {held.answer.kind} {held.answer.code}{mark}" + (f": {words}" if words else "")


def answer_json(context: CommandContext, held: KeptAnswer) -> dict[str, Json]:
    """An answer with its lines, for programs."""
    answer = held.answer
    return {
        "id": held.id,
        "letter": held.letter_id,
        "kind": answer.kind.value,
        "number": answer.number,
        "code": answer.code,
        "sender": answer.sender,
        "reference": answer.reference,
        "meaning": held.meaning.value,
        "sentence": _sentence(context, held),
        "order": held.order_number,
        "instance_id": held.instance_id,
        "received_on": held.received_on.isoformat(),
        "words": answer.words,
        "waits": held.waits_for_staff,
        "looked_at_by": held.looked_at_by,
        "lines": [
            {
                "line": line.line,
                "code": line.code,
                "quantity": str(line.quantity) if line.quantity is not None else None,
                "unit": line.unit,
                "price": str(line.price) if line.price is not None else None,
                "words": line.words,
            }
            for line in answer.lines
        ],
    }


def _sentence(context: CommandContext, held: KeptAnswer) -> str:
    return context.say(peer_responses.sentences(held.meaning, held.answer.reference))
