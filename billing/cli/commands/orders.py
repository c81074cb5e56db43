"""`billing orders`: what was ordered, how far it has come, and the result orders whose day has come."""

from typing import Annotated

import typer

from billing.cli.command import AsJson, CommandContext, On, command, today_or
from billing.cli.commands.answers import answer_json, in_short
from billing.cli.printing import TableColumn, show, table, write_json
from foundation import formatting
from foundation.errors import NotFound
from foundation.formatting import Json, kronor, number, price
from foundation.sql import Session
from foundation.text import Text
from invoicing.documents import store as document_store
from invoicing.responses import store as response_store
from operations import message_queries
from operations.event_loading import place_due_orders
from operations.message_queries import OutboundSummary
from orders.model import LineAccount, Order, PlannedOrder
from orders.placements import plan_store, start_queries, starts
from orders.purchase_orders import line_store, order_store
from orders.purchase_orders.order_store import OrderSummary
from orders.register import store as register_store
from orders.register.register import Register
from orders.register.service_names import article_names
from peppol.exchange import outbox_store
from peppol.identifiers import DocumentKind

orders = typer.Typer()

_STARTS = (
    TableColumn(Text("Referens")),
    TableColumn(Text("Leverantör")),
    TableColumn(Text("Beslut")),
    TableColumn(Text("Order")),
    TableColumn(Text("Anmärkning"), wrap=30),
)
_LIST = (
    TableColumn(Text("Order")),
    TableColumn(Text("Artikel"), wrap=18),
    TableColumn(Text("Referens")),
    TableColumn(Text("Leverantör")),
    TableColumn(Text("Period"), wrap=12),
    TableColumn(Text("Lagd"), spare=1),
    TableColumn(Text("Belopp"), right=True),
)
_LINES = (
    TableColumn(Text("Rad")),
    TableColumn(Text("Period"), wrap=12),
    TableColumn(Text("Antal"), right=True),
    TableColumn(Text("Pris"), right=True, spare=2),
    TableColumn(Text("Beställt"), right=True),
    TableColumn(Text("Levererat"), right=True),
    TableColumn(Text("Godkänt"), right=True),
    TableColumn(Text("Faktura"), wrap=15),
    TableColumn(Text("Läge"), wrap=15, spare=1),
)
_DUE = (
    TableColumn(Text("Dag")),
    TableColumn(Text("Artikel"), wrap=18),
    TableColumn(Text("Referens")),
    TableColumn(Text("Beslut"), wrap=15),
    TableColumn(Text("Skäl"), wrap=20),
    TableColumn(Text("Belopp"), right=True),
)


OrderNumber = Annotated[str, typer.Argument(metavar="NUMBER")]


@command(orders, "list")
def list_orders(
    context: CommandContext,
    supplier: Annotated[str, typer.Option("--supplier", metavar="ORGNR")] = "",
    reference: Annotated[str, typer.Option("--reference", help="Genomförandereferens")] = "",
    limit: Annotated[int, typer.Option("--limit", min=1, help="Högst så många / at most this many")] = 500,
    as_json: AsJson = False,
) -> None:
    """Visa ordrar, nyaste först / show orders, newest first."""
    with context.reading() as session:
        listed = list(
            order_store.summaries(session, supplier=supplier, execution_reference=reference, limit=limit)
        )
        register = register_store.load(session) if listed else None
    if as_json:
        write_json([_summary_json(each) for each in listed])
        return
    rows = [
        (
            each.number,
            _article(context, register, each) if register else "",
            each.execution_reference,
            each.supplier,
            formatting.period(each.period),
            each.issued_on.isoformat(),
            kronor(each.amount),
        )
        for each in listed
    ]
    show(table(_LIST, rows, language=context.language))


@command(orders, "show")
def show_order(
    context: CommandContext,
    order_number: Annotated[str, typer.Argument(metavar="NUMBER")],
    as_json: AsJson = False,
) -> None:
    """Visa en order och dess rader / show an order and its lines."""
    with context.reading() as session:
        order = order_store.get(session, order_number)
        accounts = {each.line_id: each for each in line_store.accounts(session, order_number)}
        messages = list(
            message_queries.messages_out(session, kind=DocumentKind.ORDER, document_id=order_number)
        )
        invoiced = _invoiced(session, accounts)
        answers = response_store.about_order(session, order_number)
        remark = starts.remark_on(session, order)
        register = register_store.load(session)
    if as_json:
        said = [answer_json(context, each) for each in answers]
        remarked: dict[str, Json] = {"remark": context.say(remark)} if remark else {}
        write_json({**_order_json(order, accounts, invoiced, messages), "answers": said, **remarked})
        return
    say = context.say
    facts = (
        (
            say(Text("Order")),
            f"{order.number}  {_article(context, register, order)} {order.code}",
        ),
        (say(Text("Genomförandereferens")), order.execution_reference),
        (say(Text("Beslut")), order.decision_id),
        (say(Text("Leverantör, enhet")), f"{order.supplier}, {order.unit_id}"),
        (say(Text("Avtal, prislista")), f"{order.contract_id}, {order.price_list_id}"),
        (say(Text("Period")), formatting.period(order.period)),
        (say(Text("Lagd")), order.issued_on.isoformat()),
        (
            say(Text("Meddelande")),
            ", ".join(f"{each.state} {each.receiver or 'portal'}" for each in messages),
        ),
    )
    told = tuple((say(Text("Svar")), in_short(context, each)) for each in answers)
    odd = ((say(Text("Anmärkning")), say(remark)),) if remark else ()
    show(table((TableColumn(), TableColumn(wrap=40)), (*facts, *odd, *told), language=context.language))
    rows = [
        (
            line.line_id,
            formatting.period(line.period),
            f"{number(line.quantity.value)} {line.quantity.unit}",
            price(line.price),
            kronor(line.amount),
            kronor(accounts[line.line_id].amount_received),
            kronor(accounts[line.line_id].amount_claimed),
            invoiced.get(line.line_id, ""),
            accounts[line.line_id].state.value,
        )
        for line in order.lines
    ]
    sums = (say(Text("Summa")), "", "", "", kronor(order.amount), *([""] * 4))
    show(table(_LINES, rows, language=context.language, total=sums))


@command(orders, "odd-starts")
def odd_starts(context: CommandContext, on: On = None, as_json: AsJson = False) -> None:
    """Visa starter långt från beslutet / show starts far from their decision."""
    with context.reading() as session:
        listed = start_queries.listed(session, today=today_or(on))
    if as_json:
        write_json(
            [
                {
                    "execution_reference": each.execution_reference,
                    "supplier": each.supplier,
                    "decision": each.decision_id,
                    "order": each.order_number,
                    "remark": context.say(each.remark),
                }
                for each in listed
            ]
        )
        return
    rows = [
        (
            each.execution_reference,
            each.supplier,
            each.decision_id,
            each.order_number,
            context.say(each.remark),
        )
        for each in listed
    ]
    show(table(_STARTS, rows, language=context.language))


@command(orders, "xml")
def order_xml(context: CommandContext, order_number: OrderNumber) -> None:
    """Orderns meddelande, byte för byte / the order's message, byte for byte."""
    with context.reading() as session:
        order_store.get(session, order_number)
        messages = list(outbox_store.messages_out(session, kind=DocumentKind.ORDER, document_id=order_number))
    if not messages:
        raise NotFound(Text("Order %(order_number)s har inget meddelande.", order_number=order_number))
    typer.echo(messages[0].body, nl=False)


@command(orders, "due")
def due(
    context: CommandContext,
    on: On = None,
    place: Annotated[bool, typer.Option("--place", help="Lägg dem nu / place them now")] = False,
    as_json: AsJson = False,
) -> None:
    """Resultatordrar vars dag kommit / result orders whose day has come."""
    today = today_or(on)
    with context.opened() as database:
        with database.reading() as session:
            waiting = plan_store.due(session, today, lock=False)
            articles = article_names(register_store.load(session).services) if waiting else {}
        placed = place_due_orders(database, today=today) if place else 0
    if as_json:
        write_json([_planned_json(each) for each in waiting])
        return
    rows = [
        (
            each.due_on.isoformat(),
            f"{context.say(articles[each.article])} {each.stage or ''} {each.code}".strip(),
            each.execution_reference,
            each.decision_id,
            context.say(each.reason),
            kronor(each.amount) if each.amount else "",
        )
        for each in waiting
    ]
    show(table(_DUE, rows, language=context.language))
    if place:
        typer.echo(context.say(Text("%(placed)s ordrar lagda.", placed=placed)))


def _article(context: CommandContext, register: Register, order: OrderSummary | Order) -> str:
    return context.say(register.service(order.service).name_of(order.article, order.stage or ""))


def _invoiced(session: Session, accounts: dict[str, LineAccount]) -> dict[str, str]:
    """For each line the number and state of the invoice that lies on it."""
    return {
        line_id: f"{invoice.number} {invoice.state}"
        for line_id, account in accounts.items()
        if account.invoice_id is not None
        for invoice in (document_store.by_id(session, account.invoice_id),)
    }


def _summary_json(order: OrderSummary) -> Json:
    return {
        "number": order.number,
        "article": order.article.value,
        "stage": order.stage,
        "execution_reference": order.execution_reference,
        "supplier": order.supplier,
        "period_start": order.period.start.isoformat(),
        "period_end": order.period.end.isoformat(),
        "issued_on": order.issued_on.isoformat(),
        "amount": str(order.amount.amount),
        "currency": order.amount.currency,
    }


def _order_json(
    order: Order, accounts: dict[str, LineAccount], invoiced: dict[str, str], messages: list[OutboundSummary]
) -> dict[str, Json]:
    return {
        "number": order.number,
        "article": order.article.value,
        "stage": order.stage or "",
        "code": order.code,
        "execution_reference": order.execution_reference,
        "decision_id": order.decision_id,
        "supplier": order.supplier,
        "unit_id": order.unit_id,
        "contract_id": order.contract_id,
        "price_list_id": order.price_list_id,
        "delivery_area": order.delivery_area,
        "period_start": order.period.start.isoformat(),
        "period_end": order.period.end.isoformat(),
        "issued_on": order.issued_on.isoformat(),
        "amount": str(order.amount.amount),
        "currency": order.amount.currency,
        "letters": [
            {"state": each.state.value, "receiver": each.receiver, "instance_id": each.instance_id}
            for each in messages
        ],
        "lines": [
            {
                "line_id": line.line_id,
                "article_number": line.article_number,
                "period_start": line.period.start.isoformat(),
                "period_end": line.period.end.isoformat(),
                "unit": line.quantity.unit,
                "quantity_ordered": str(line.quantity.value),
                "quantity_received": str(accounts[line.line_id].quantity_received),
                "price": str(line.price),
                "amount_ordered": str(line.amount.amount),
                "amount_received": str(accounts[line.line_id].amount_received.amount),
                "amount_claimed": str(accounts[line.line_id].amount_claimed.amount),
                "currency": line.amount.currency,
                "invoice": invoiced.get(line.line_id, ""),
                "state": accounts[line.line_id].state.value,
            }
            for line in order.lines
        ],
    }


def _planned_json(planned: PlannedOrder) -> Json:
    return {
        "id": planned.id,
        "due_on": planned.due_on.isoformat(),
        "article": planned.article.value,
        "stage": planned.stage or "",
        "code": planned.code,
        "execution_reference": planned.execution_reference,
        "decision_id": planned.decision_id,
        "amount": str(planned.amount.amount) if planned.amount else None,
        "currency": planned.amount.currency if planned.amount else None,
        "state": planned.state.value,
        "reason": planned.reason.sv,
    }
