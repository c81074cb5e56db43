"""`billing payments due|pay|claims|stops|stop|stop-step`: what is to be paid, what is owed us, who is not paid.

The group itself stands here; what is paid by proposal and file is added to it in `payment_proposals.py`.
"""

from collections.abc import Sequence
from typing import Annotated

import typer

from billing.cli.command import AsJson, CommandContext, On, command, today_or
from billing.cli.printing import TableColumn, show, table, write_json
from foundation.database import utc_now
from foundation.formatting import Json, kronor, plain
from foundation.money import Money, total
from foundation.text import Text
from invoicing.model import SupplierInvoice
from invoicing.payment import payable_store, payment, payment_stop_store, payment_stops, payment_store
from invoicing.payment.payable import PaymentTerms
from invoicing.payment.payment_stop_store import StopReason
from invoicing.payment.payment_stops import StopStep
from orders.register import store as register_store

payments = typer.Typer()

By = Annotated[str, typer.Option("--by", help="Den som gör det, ett id / who does it, an id")]

_DUE = (
    TableColumn(Text("Nr"), right=True, spare=2),
    TableColumn(Text("Betalas")),
    TableColumn(Text("Faktura"), wrap=15),
    TableColumn(Text("Leverantör")),
    TableColumn(Text("Referens"), spare=1),
    TableColumn(Text("Belopp"), right=True),
)
_PAID = (
    TableColumn(Text("Betalning")),
    TableColumn(Text("Dag")),
    TableColumn(Text("Faktura"), wrap=15),
    TableColumn(Text("Leverantör")),
    TableColumn(Text("Belopp"), right=True),
)
_STOPS = (
    TableColumn(Text("Nr"), right=True),
    TableColumn(Text("Leverantör")),
    TableColumn(Text("Varför")),
    TableColumn(Text("Läge")),
)
_CLAIMS = (
    TableColumn(Text("Betalning")),
    TableColumn(Text("Faktura"), wrap=15),
    TableColumn(Text("Leverantör")),
    TableColumn(Text("Fordran"), right=True),
)


@command(payments, "due")
def due(context: CommandContext, on: On = None, as_json: AsJson = False) -> None:
    """Visa det som ska betalas / show what is to be paid."""
    today = today_or(on)
    with context.reading() as session:
        invoices = payment.due(session, on=today)
        held_back = payable_store.held_back(session, register_store.load(session), on=today)
    if as_json:
        write_json([_held_json(invoice) for invoice in invoices])
        return
    rows = [
        (
            f"#{invoice.id}",
            invoice.pays_on.isoformat(),
            invoice.number,
            invoice.supplier,
            invoice.execution_reference,
            kronor(invoice.amount_payable),
        )
        for invoice in invoices
    ]
    amounts = [invoice.amount_payable for invoice in invoices]
    sum_row = ("", "", context.say(Text("Summa")), "", "", _sum(amounts))
    show(table(_DUE, rows, language=context.language, total=sum_row))
    tell_held_back(context, held_back)


@command(payments, "pay")
def pay(
    context: CommandContext,
    prepared_by: Annotated[str, typer.Option("--prepared-by", help="Den som förberedde, ett id / an id")],
    attested_by: Annotated[str, typer.Option("--attested-by", help="Den som attesterar, ett id / an id")],
    on: On = None,
    as_json: AsJson = False,
) -> None:
    """Betala det som ska betalas, två personer / pay what is due, by two people."""
    today = today_or(on)
    with context.writing() as session:
        register = register_store.load(session)
        held_back = payable_store.held_back(session, register, on=today)
        kept = {each.invoice_id for each in held_back}
        invoices = [each for each in payment.due(session, on=today) if each.id not in kept]
        paid = payment.pay(
            session, register, invoices, prepared_by=prepared_by, attested_by=attested_by, today=today
        )
    named = {invoice.id: invoice.number for invoice in invoices}
    if as_json:
        write_json(
            [
                {
                    "number": each.number,
                    "invoice": named[each.invoice_id],
                    "supplier": each.supplier,
                    "amount": str(each.amount.amount),
                    "currency": each.amount.currency,
                    "paid_on": each.paid_on.isoformat(),
                }
                for each in paid
            ]
        )
        return
    rows = [
        (each.number, each.paid_on.isoformat(), named[each.invoice_id], each.supplier, kronor(each.amount))
        for each in paid
    ]
    sum_row = (context.say(Text("Summa")), "", "", "", _sum([each.amount for each in paid]))
    show(table(_PAID, rows, language=context.language, total=sum_row))
    tell_held_back(context, held_back)


def tell_held_back(context: CommandContext, held_back: Sequence[PaymentTerms]) -> None:
    """A line for each invoice that is due and not paid for its supplier's sake."""
    for each in held_back:
        told = Text("%(number)s hålls kvar. %(reason)s", number=each.number, reason=each.held_back)
        typer.echo(plain(context.say(told)))


@command(payments, "claims")
def claims(context: CommandContext, as_json: AsJson = False) -> None:
    """Visa betalt som krediterats / show what was paid and then credited."""
    with context.reading() as session:
        owed = payment_store.claims(session)
    if as_json:
        write_json(
            [
                {
                    "payment": each.payment_number,
                    "invoice": each.invoice_number,
                    "supplier": each.supplier,
                    "amount": str(each.amount.amount),
                    "currency": each.amount.currency,
                }
                for each in owed
            ]
        )
        return
    rows = [(each.payment_number, each.invoice_number, each.supplier, kronor(each.amount)) for each in owed]
    sum_row = (context.say(Text("Summa")), "", "", _sum([each.amount for each in owed]))
    show(table(_CLAIMS, rows, language=context.language, total=sum_row))


def _sum(amounts: list[Money]) -> str:
    """The sum of each currency; contracts are in one, but nothing here may add kronor to euro."""
    currencies = sorted({money.currency for money in amounts}) or ["SEK"]
    return " + ".join(
        kronor(total((money for money in amounts if money.currency == currency), currency=currency))
        for currency in currencies
    )


def _held_json(invoice: SupplierInvoice) -> Json:
    return {
        "id": invoice.id,
        "number": invoice.number,
        "supplier": invoice.supplier,
        "execution_reference": invoice.execution_reference,
        "order_number": invoice.order_number,
        "pays_on": invoice.pays_on.isoformat(),
        "amount": str(invoice.amount_payable.amount),
        "currency": invoice.amount_payable.currency,
    }


@command(payments, "stops")
def stops(context: CommandContext, as_json: AsJson = False) -> None:
    """Visa betalningsstoppen / show the payment stops."""
    with context.reading() as session:
        found = payment_stop_store.listed(session)
    if as_json:
        write_json(
            [
                {
                    "id": each.id,
                    "supplier": each.supplier,
                    "reason": each.reason.value,
                    "state": each.state.value,
                }
                for each in found
            ]
        )
        return
    rows = [(str(each.id), each.supplier, each.reason.value, each.state.value) for each in found]
    show(table(_STOPS, rows, language=context.language))


@command(payments, "stop")
def stop(
    context: CommandContext,
    supplier: Annotated[str, typer.Argument(help="Organisationsnummer / organisation number")],
    reason: Annotated[StopReason, typer.Option("--reason", help="Varför / why")],
    by: By,
) -> None:
    """Stoppa betalningar till en leverantör / stop payments to a supplier."""
    with context.writing() as session:
        register = register_store.load(session)
        number = payment_stops.ask(session, register, supplier=supplier, reason=reason, by=by, now=utc_now())
    typer.echo(
        context.say(
            Text("Betalningsstopp %(number)s gäller nu. En annan person bekräftar det.", number=number)
        )
    )


@command(payments, "stop-step")
def stop_step(
    context: CommandContext,
    number: Annotated[int, typer.Argument(help="Stoppets nummer / the stop's number")],
    what: Annotated[StopStep, typer.Argument(help="Vad som görs / what is done")],
    by: By,
) -> None:
    """Bekräfta, ta bort eller häv ett stopp / confirm, take away or lift a stop."""
    with context.writing() as session:
        payment_stops.step(session, number, what, by=by)
        now = payment_stop_store.get(session, number).state
    typer.echo(
        context.say(
            Text(
                "Betalningsstopp %(number)s: %(state)s.",
                number=number,
                state=payment_stop_store.STOP_WORDS[now],
            )
        )
    )
