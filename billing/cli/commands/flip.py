"""`billing flip`: a received order line turned into the supplier's invoice, as XML."""

from pathlib import Path
from typing import Annotated

import typer

from billing.cli.command import CommandContext, On, command, today_or
from foundation.disks.whole_files import write_whole
from foundation.errors import NotFound
from foundation.sql import Session
from foundation.text import Text
from invoicing.documents import order_facts_queries
from invoicing.documents import store as document_store
from invoicing.model import DocumentType
from invoicing.portal_invoicing import flipping
from invoicing.portal_invoicing.flipping import Numbered
from orders.model import Order
from orders.purchase_orders.order_store import OrderUnknown
from orders.register import store as register_store
from peppol.xml import codec

alone = typer.Typer()


@command(alone, "flip")
def flip(
    context: CommandContext,
    order_number: Annotated[str, typer.Argument(metavar="ORDER")],
    line: Annotated[str, typer.Argument(metavar="LINE")],
    own_number: Annotated[str, typer.Option("--number", help="Fakturans nummer / the invoice's number")] = "",
    on: On = None,
    out: Annotated[Path | None, typer.Option("--out", help="Fil att skriva / file to write")] = None,
) -> None:
    """Gör orderradens faktura / make the invoice of an order line."""
    with context.reading() as session:
        register = register_store.load(session)
        facts = order_facts_queries.order_facts(session, register, order_number)
        if facts is None:
            raise OrderUnknown(order_number)
        if line not in facts.lines:
            raise NotFound(
                Text(
                    "Order %(order_number)s har ingen rad %(line)s. Den har %(lines)s.",
                    order_number=order_number,
                    line=line,
                    lines=", ".join(facts.lines),
                )
            )
        supplier = register.supplier(facts.order.supplier)
        given = own_number or _free_number(session, facts.order, line)
    document = flipping.flip(
        facts,
        facts.lines[line],
        supplier=supplier,
        buyer=register.buyer,
        policy=register.policy,
        given=Numbered(given, today_or(on)),
    )
    body = codec.serialise(document, pretty=True)
    if out is None:
        typer.echo(body, nl=False)
        return
    write_whole(out, body)
    typer.echo(
        context.say(Text("Faktura %(invoice_number)s ligger i %(path)s.", invoice_number=given, path=out))
    )


def _free_number(session: Session, order: Order, line: str) -> str:
    """A number that says what it invoices; the invoice after a credit gets the next free one."""
    first = given = f"F-{order.number}-{line}"
    count = 1
    while document_store.by_key(session, order.supplier, DocumentType.INVOICE, given) is not None:
        count += 1
        given = f"{first}-{count}"
    return given
