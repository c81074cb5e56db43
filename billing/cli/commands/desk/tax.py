"""`billing tax`: invoices held because their supplier was not approved for F-tax, and what becomes of them."""

from typing import Annotated

import typer

from billing.cli.command import AsJson, CommandContext, On, command, today_or
from billing.cli.printing import TableColumn, show, table, write_json
from foundation.errors import Refused
from foundation.formatting import Json
from foundation.sql import Session
from foundation.text import Text
from invoicing.decisions import tax_decision_store
from invoicing.decisions.tax_decision_store import TaxReason
from invoicing.documents import store as document_store
from invoicing.exceptions import tax_releases
from invoicing.model import SupplierInvoice
from invoicing.payment import payment
from orders.register import store as register_store

tax = typer.Typer()

By = Annotated[str, typer.Option("--by", help="Den som gör det, ett id / who does it, an id")]
Invoice = Annotated[int, typer.Argument(help="Fakturans nummer hos oss, ur list / our number of it, of list")]

_LIST = (
    TableColumn(Text("Nr"), right=True),
    TableColumn(Text("Faktura"), wrap=15),
    TableColumn(Text("Leverantör")),
    TableColumn(Text("Levererad")),
    TableColumn(Text("Belopp"), right=True),
    TableColumn(Text("Skatteavdrag"), right=True),
)


@command(tax, "list")
def list_held(context: CommandContext, as_json: AsJson = False) -> None:
    """Visa fakturor som hålls för F-skatt / show invoices held for want of F-tax."""
    with context.reading() as session:
        held = tax_releases.held(session)
    if as_json:
        rows: list[Json] = [
            {
                "id": invoice.id,
                "invoice": invoice.number,
                "supplier": invoice.supplier,
                "delivered_on": told.found,
                "amount": str(invoice.amount_payable.amount),
                "tax": told.expected,
            }
            for invoice, told in held
        ]
        write_json(rows)
        return
    cells = [
        (
            str(invoice.id),
            invoice.number,
            invoice.supplier,
            told.found,
            str(invoice.amount_payable.amount),
            told.expected,
        )
        for invoice, told in held
    ]
    show(table(_LIST, cells, language=context.language))


@command(tax, "release")
def release(
    context: CommandContext,
    invoice: Invoice,
    reason: Annotated[TaxReason, typer.Option("--reason", help="Varför den släpps / why it is released")],
    by: By,
    on: On = None,
) -> None:
    """Släpp en faktura som hålls för F-skatt / release an invoice held for want of F-tax."""
    with context.writing() as session:
        judged = tax_releases.release(
            session, register_store.load(session), invoice, reason=reason, by=by, today=today_or(on)
        )
    typer.echo(f"{judged.number} > {judged.state}")


@command(tax, "paid")
def paid(
    context: CommandContext,
    invoice: Invoice,
    prepared_by: Annotated[str, typer.Option("--prepared-by", help="Den som betalade, ett id / an id")],
    attested_by: Annotated[str, typer.Option("--attested-by", help="Den som attesterar, ett id / an id")],
    on: On = None,
) -> None:
    """Notera skatten och resten som betalda för hand / note the tax and the rest as paid by hand."""
    with context.writing() as session:
        found = _withheld(session, invoice)
        (noted,) = payment.pay(
            session,
            register_store.load(session),
            [found],
            prepared_by=prepared_by,
            attested_by=attested_by,
            today=today_or(on),
            tax_withheld=True,
        )
    typer.echo(f"{noted.number} {found.number}")


def _withheld(session: Session, invoice_id: int) -> SupplierInvoice:
    found = document_store.find(session, invoice_id)
    if found is None or found.id not in tax_decision_store.withheld(session, [found.id]):
        raise Refused(
            Text(
                "Inget skatteavdrag är beslutat för den fakturan. Se billing tax list och billing payments due."
            )
        )
    return found
