"""`billing payees`: invoices held because they name another payee than their seller, and the two who decide."""

from typing import Annotated

import typer

from billing.cli.command import AsJson, CommandContext, On, command, today_or
from billing.cli.printing import TableColumn, show, table, write_json
from foundation.database import utc_now
from foundation.formatting import Json
from foundation.text import Text
from invoicing.supplier_changes import change_request_store, change_requests, confirming, payee_releases
from invoicing.supplier_changes.change_request_store import ChangeKind
from orders.register import store as register_store

payees = typer.Typer()

By = Annotated[str, typer.Option("--by", help="Den som gör det, ett id / who does it, an id")]
Invoice = Annotated[int, typer.Argument(help="Fakturans nummer hos oss, ur list / our number of it, of list")]
Request = Annotated[int, typer.Argument(help="Begärans nummer, ur list / the number of the request, of list")]

_LIST = (
    TableColumn(Text("Nr"), right=True),
    TableColumn(Text("Begäran"), right=True),
    TableColumn(Text("Faktura"), wrap=15),
    TableColumn(Text("Leverantör")),
    TableColumn(Text("Betalningsmottagare"), wrap=30),
    TableColumn(Text("Belopp"), right=True),
)


@command(payees, "list")
def list_held(context: CommandContext, as_json: AsJson = False) -> None:
    """Visa fakturor som hålls för sin betalningsmottagare / show invoices held for their payee."""
    with context.reading() as session:
        held = payee_releases.held(session, limit=10_000)
        requests = {each.asked_by: each.id for each in change_request_store.listed(session, only_open=True)}
    asked = {invoice.id: requests.get(f"invoice-{invoice.id}") for invoice, _ in held}
    if as_json:
        rows: list[Json] = [
            {
                "id": invoice.id,
                "request": asked[invoice.id],
                "invoice": invoice.number,
                "supplier": invoice.supplier,
                "payee": told.found,
                "amount": str(invoice.amount_payable.amount),
            }
            for invoice, told in held
        ]
        write_json(rows)
        return
    cells = [
        (
            str(invoice.id),
            str(asked[invoice.id] or ""),
            invoice.number,
            invoice.supplier,
            told.found,
            str(invoice.amount_payable.amount),
        )
        for invoice, told in held
    ]
    show(table(_LIST, cells, language=context.language))


@command(payees, "pay-seller")
def pay_seller(
    context: CommandContext,
    invoice: Invoice,
    reason: Annotated[str, typer.Option("--reason", help="Vad som är kontrollerat / what was checked")],
    by: By,
) -> None:
    """Säg som första person att säljaren får betalt / say as the first person that the seller is paid."""
    with context.writing() as session:
        number = payee_releases.ask(session, invoice, by=by, reason=reason, now=utc_now())
    typer.echo(str(number))


@command(payees, "register")
def register(
    context: CommandContext,
    invoice: Invoice,
    call_back: Annotated[str, typer.Option("--call-back", help="Motringningen / how they were called back")],
    by: By,
    scheme: Annotated[
        str, typer.Option("--scheme", help="BANKGIRO, PLUSGIRO, IBAN: där fakturan inte säger / if not told")
    ] = "",
) -> None:
    """Bekräfta mottagarens konto som första person / confirm the payee's account as the first person."""
    with context.writing() as session:
        number = payee_releases.ask_to_register(
            session,
            register_store.load(session),
            invoice,
            by=by,
            call_back=call_back,
            scheme=scheme,
            now=utc_now(),
        )
    typer.echo(str(number))


@command(payees, "confirm")
def confirm(context: CommandContext, request: Request, by: By, on: On = None) -> None:
    """Bekräfta som andra person / confirm as the second person."""
    with context.writing() as session:
        _about_payee(change_request_store.get(session, request))
        judged = confirming.confirm_second(session, request, by=by, now=utc_now(), today=today_or(on))
    typer.echo(str(judged))


@command(payees, "refuse")
def refuse(
    context: CommandContext,
    request: Request,
    reason: Annotated[str, typer.Option("--reason", help="Varför / why")],
    by: By,
) -> None:
    """Säg nej till begäran; fakturan hålls / say no to the request; the invoice stays held."""
    with context.writing() as session:
        _about_payee(change_request_store.get(session, request))
        change_requests.refuse(session, request, by=by, reason=reason, now=utc_now())
    typer.echo(str(request))


def _about_payee(request: change_request_store.ChangeRequest) -> None:
    if request.kind is not ChangeKind.PAY_SELLER and not request.content.get("payee_name"):
        raise change_request_store.ChangeRefused(
            Text("Begäran gäller ingen betalningsmottagare. Se dem med billing payees list.")
        )
