"""`billing links`: which order line an invoice is for, or each of its lines; what may be meant; taking it back."""

from typing import Annotated

import typer

from billing.cli.command import AsJson, CommandContext, On, command, today_or
from billing.cli.printing import TableColumn, show, table, write_json
from foundation.database import utc_now
from foundation.formatting import Json, kronor, plain
from foundation.text import Text
from invoicing.decisions import store as decision_store
from invoicing.decisions.rules import Action, ActionRefused
from invoicing.documents import store as document_store
from invoicing.documents import suggesting
from invoicing.exceptions import line_links, linking, undo
from invoicing.exceptions.steps import DeskActor
from invoicing.matching.candidates import LineSuggestion
from orders.register import store as register_store

links = typer.Typer()

Named = Annotated[str, typer.Argument(metavar="INVOICE", help="Nummer, eller #rad / number, or #row")]
OfSupplier = Annotated[str, typer.Option("--supplier", metavar="ORGNR")]
By = Annotated[str, typer.Option("--by", help="Den som gör det, ett id / who does it, an id")]

_COLUMNS = (
    TableColumn(Text("Rad")),
    TableColumn(Text("Som nu")),
    TableColumn(Text("Föreslagen orderrad")),
    TableColumn(Text("Inlevererat"), right=True),
    TableColumn(Text("Varför"), wrap=30),
)


@command(links, "suggest")
def suggest(
    context: CommandContext, invoice: Named, supplier: OfSupplier = "", as_json: AsJson = False
) -> None:
    """Visa vilka orderrader som kan vara menade / show which order lines may be meant."""
    with context.reading() as session:
        register = register_store.load(session)
        found = document_store.named(session, invoice, supplier=supplier)
        own, meant = document_store.content(session, found.id), decision_store.as_judged(session, found.id)
        by_line = line_links.choices(session, register, own, meant)
        whole = () if by_line else suggesting.lines(session, register, own)
    listed: list[tuple[str, str, LineSuggestion | None]] = [("", "", each) for each in whole]
    for choice in by_line:
        listed += [(choice.line.id, choice.stands, each) for each in choice.suggestions or (None,)]
    if as_json:
        write_json([_json(*each) for each in listed])
        return
    rows = [
        (
            line,
            stands,
            f"{each.order_number}/{each.line_id}" if each else "",
            kronor(each.received) if each else "",
            ", ".join(context.say(words) for words in each.because) if each else "",
        )
        for line, stands, each in listed
    ]
    show(table(_COLUMNS, rows, language=context.language))


@command(links, "set")
def link(
    context: CommandContext,
    invoice: Named,
    lines: Annotated[
        list[str],
        typer.Option(
            "--line",
            metavar="[INVOICE_LINE=]ORDER/LINE",
            help="Orderraden, eller en för varje fakturarad / the order line, or one for each invoice line",
        ),
    ],
    reason: Annotated[str, typer.Option("--reason", help="Skälet / the reason")],
    by: By,
    supplier: OfSupplier = "",
    on: On = None,
) -> None:
    """Koppla fakturan till en orderrad, eller rad för rad / link the invoice to an order line, or line by line."""
    chosen = [each.rpartition("=") for each in lines]
    with context.writing() as session:
        register = register_store.load(session)
        found = document_store.named(session, invoice, supplier=supplier)
        if [equals for _, equals, _ in chosen] == [""]:
            whole = line_links.linked_line("", lines[0])
            linking.link(
                session,
                register,
                found.id,
                _actor(by, on),
                order_number=whole.order_number,
                line_id=whole.line_id,
                reason=reason,
            )
        else:
            said = [line_links.linked_line(line, written) for line, _, written in chosen]
            linking.link_lines(session, register, found.id, _actor(by, on), lines=said, reason=reason)
        linked = document_store.by_id(session, found.id)
    typer.echo(plain(f"{linked.number}: {linked.state} {' '.join(linked.codes)}".rstrip()))


@command(links, "undo")
def take_back(
    context: CommandContext, invoice: Named, by: By, supplier: OfSupplier = "", on: On = None
) -> None:
    """Ångra den senaste kopplingen medan det går / take the latest link back while it can be."""
    with context.writing() as session:
        found = document_store.named(session, invoice, supplier=supplier)
        (latest, *_) = decision_store.actions_of(session, found.id) or (None,)
        if latest is None:
            raise decision_store.NoSuchAction
        if latest.kind is not Action.LINK:
            raise ActionRefused(
                Text("Det senaste som gjordes är ingen koppling. Ångra det på dess egen sida.")
            )
        undo.undo(session, register_store.load(session), latest.id, _actor(by, on))
        now = document_store.by_id(session, found.id)
    typer.echo(plain(f"{now.number}: {now.state}"))


def _json(line: str, stands: str, each: LineSuggestion | None) -> Json:
    return {
        "invoice_line": line,
        "stands": stands,
        "order_line": f"{each.order_number}/{each.line_id}" if each else "",
        "received": str(each.received.amount) if each else "",
    }


def _actor(by: str, on: On) -> DeskActor:
    return DeskActor(by, utc_now(), today_or(on))
