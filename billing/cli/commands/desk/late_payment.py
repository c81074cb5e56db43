"""`billing claims`: invoices of interest and fees for late payment, accepted as a cost without order or disputed."""

from typing import Annotated

import typer

from billing.cli.command import AsJson, CommandContext, On, command, today_or
from billing.cli.printing import TableColumn, show, table, write_json
from foundation.database import utc_now
from foundation.formatting import Json
from foundation.text import Text
from invoicing.decisions import store as decision_store
from invoicing.exceptions import actions, queue_queries, undo
from invoicing.exceptions.queue import QueueFilter, QueuePart
from invoicing.exceptions.steps import DeskActor
from orders.register import store as register_store

claims = typer.Typer()

By = Annotated[str, typer.Option("--by", help="Den som gör det, ett id / who does it, an id")]
Invoice = Annotated[int, typer.Argument(help="Fakturans nummer hos oss, ur list / our number of it, of list")]
Reason = Annotated[str, typer.Option("--reason", help="Skälet / the reason")]

_LIST = (
    TableColumn(Text("Nr"), right=True),
    TableColumn(Text("Faktura"), wrap=15),
    TableColumn(Text("Leverantör")),
    TableColumn(Text("Kom")),
    TableColumn(Text("Belopp"), right=True),
)


@command(claims, "list")
def list_claims(context: CommandContext, on: On = None, as_json: AsJson = False) -> None:
    """Visa krav som väntar på en person / show claims that wait for a person."""
    with context.reading() as session:
        wanted = QueueFilter(part=QueuePart.CLAIMS)
        found = queue_queries.items(session, wanted, today=today_or(on), limit=10_000)
    if as_json:
        rows: list[Json] = [
            {
                "id": each.id,
                "invoice": each.number,
                "supplier": each.supplier,
                "received_on": each.received_on.isoformat(),
                "amount": str(each.amount.amount),
            }
            for each in found
        ]
        write_json(rows)
        return
    cells = [
        (str(each.id), each.number, each.supplier, each.received_on.isoformat(), str(each.amount.amount))
        for each in found
    ]
    show(table(_LIST, cells, language=context.language))


@command(claims, "accept")
def accept(context: CommandContext, invoice: Invoice, reason: Reason, by: By, on: On = None) -> None:
    """Godta ett krav som kostnad utan order / accept a claim as a cost without order."""
    with context.writing() as session:
        number = actions.accept(session, register_store.load(session), invoice, _actor(by, on), reason=reason)
    typer.echo(str(number))


@command(claims, "dispute")
def dispute(context: CommandContext, invoice: Invoice, reason: Reason, by: By, on: On = None) -> None:
    """Bestrid ett krav; leverantören läser skälet / dispute a claim; the supplier reads the reason."""
    with context.writing() as session:
        number = actions.dispute(
            session, register_store.load(session), invoice, _actor(by, on), reason=reason
        )
    typer.echo(str(number))


@command(claims, "undo")
def take_back(context: CommandContext, invoice: Invoice, by: By, on: On = None) -> None:
    """Ångra det senaste beslutet medan det går / take the latest decision back while it can be."""
    with context.writing() as session:
        (latest, *_) = decision_store.actions_of(session, invoice) or (None,)
        if latest is None:
            raise decision_store.NoSuchAction
        undo.undo(session, register_store.load(session), latest.id, _actor(by, on))
    typer.echo(str(latest.id))


def _actor(by: str, on: On) -> DeskActor:
    return DeskActor(by, utc_now(), today_or(on))
