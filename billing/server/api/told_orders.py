"""Orders as the API tells them: models, and the making of them from what the portal's queries give. Pure.

Convention: an amount is a decimal in text, with two decimals and a point, and its currency stands beside it.
"""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal

from pydantic import BaseModel, Field

from billing.server.api.suppliers.told_objections import ToldObjection, told_objection
from foundation.money import Money, total
from foundation.periods import Period
from orders.model import LineState
from orders.objections.model import Objection
from supplier_portal.queries.orders import LineView, OrderMessage, OrderRow, OrderView


class ToldPeriod(BaseModel):
    """First and last day, both included."""

    first: date = Field(description="The first day.")
    last: date = Field(description="The last day.")


class ToldOrder(BaseModel):
    """An order, and how far its lines have come; amounts without VAT, as decimals in text."""

    number: str = Field(description="The number of the order.")
    execution_reference: str
    service: str
    article: str
    stage: str
    unit: str = Field(description="The id of the delivery unit.")
    period: ToldPeriod
    issued_on: date
    currency: str
    amount_ordered: str
    amount_received: str
    amount_invoiced: str = Field(description="All that was invoiced of it, also what was credited since.")
    amount_credited: str = Field(description="What of that was credited.")
    amount_paid: str
    lines_to_invoice: int = Field(description="How many lines can be invoiced now.")


class ToldLine(BaseModel):
    """A line of an order and what came of it."""

    id: str = Field(description="The id of the line in its order, as `001`.")
    article_number: str = Field(description="The article number, BT-155 of an invoice.")
    article_name: str
    unit: str = Field(description="The unit of the quantity, as UNECE Recommendation 20 has it.")
    price: str = Field(description="The price of one unit, without VAT.")
    period: ToldPeriod
    quantity_ordered: str
    quantity_received: str | None
    amount_ordered: str
    amount_received: str
    amount_invoiced: str = Field(description="What of it has been invoiced, without VAT.")
    amount_credited: str = Field(description="What of it has been credited, without VAT.")
    amount_paid: str
    state: LineState = Field(description="The state it is in now.")
    can_be_invoiced: bool = Field(description="Whether it can be invoiced now.")
    invoice_number: str | None = Field(description="The invoice that lies on the line now.")


class ToldMessage(BaseModel):
    """The message that carried the order."""

    sha256: str
    state: str = Field(description="How far the message has come.")
    sent_on: date | None = Field(description="The day it was sent; null while it has not been.")
    href: str = Field(description="Where its bytes are.")


class OneOrder(ToldOrder):
    """An order with its lines."""

    lines: list[ToldLine] = Field(description="The lines of the order.")
    message: ToldMessage | None = Field(description="The message that carried it; null where none did.")
    objections: list[ToldObjection] = Field(description="What was objected to it, the newest first.")


def told(row: OrderRow) -> ToldOrder:
    """An order of the list."""
    return ToldOrder(
        number=row.number,
        execution_reference=row.execution_reference,
        service=row.service,
        article=row.article,
        stage=row.stage,
        unit=row.unit_id,
        period=period_of(row.period),
        issued_on=row.issued_on,
        currency=row.ordered.currency,
        amount_ordered=amount_of(row.ordered),
        amount_received=amount_of(row.received),
        amount_invoiced=amount_of(row.invoiced),
        amount_credited=amount_of(row.credited),
        amount_paid=amount_of(row.paid),
        lines_to_invoice=row.to_invoice,
    )


def one(view: OrderView, objections: Sequence[Objection], *, path: str) -> OneOrder:
    """An order with its lines and what was objected to it; `path` is its own address."""
    order, currency = view.order, view.order.amount.currency

    def summed(name: str) -> str:
        return amount_of(total((getattr(each, name) for each in view.lines), currency=currency))

    return OneOrder(
        number=order.number,
        execution_reference=order.execution_reference,
        service=order.service,
        article=order.article,
        stage=order.stage or "",
        unit=order.unit_id,
        period=period_of(order.period),
        issued_on=order.issued_on,
        currency=currency,
        amount_ordered=summed("ordered"),
        amount_received=summed("received"),
        amount_invoiced=summed("invoiced"),
        amount_credited=summed("credited"),
        amount_paid=summed("paid"),
        lines_to_invoice=sum(each.ready for each in view.lines),
        lines=[_line(each) for each in view.lines],
        message=_message(view.message, path) if view.message else None,
        objections=[told_objection(each) for each in objections],
    )


def amount_of(money: Money) -> str:
    """An amount as the API writes it.

    >>> amount_of(Money.of("11590"))
    '11590.00'
    """
    return f"{money.amount:.2f}"


def decimal_of(value: Decimal) -> str:
    """A quantity or a price as the API writes it, exact, without zeros that say nothing.

    >>> decimal_of(Decimal("20.0000")), decimal_of(Decimal("95.50"))
    ('20', '95.5')
    """
    return f"{value.normalize():f}"


def _line(line: LineView) -> ToldLine:
    return ToldLine(
        id=line.line_id,
        article_number=line.article_number,
        article_name=line.article_name,
        unit=line.unit,
        price=decimal_of(line.price),
        period=period_of(line.period),
        quantity_ordered=decimal_of(line.quantity_ordered),
        quantity_received=None if line.quantity_received is None else decimal_of(line.quantity_received),
        amount_ordered=amount_of(line.ordered),
        amount_received=amount_of(line.received),
        amount_invoiced=amount_of(line.invoiced),
        amount_credited=amount_of(line.credited),
        amount_paid=amount_of(line.paid),
        state=line.state,
        can_be_invoiced=line.ready,
        # Whoever may not see the invoice itself is told of the line alone.
        invoice_number=line.invoice_number if line.invoice_id is not None and line.invoice_seen else None,
    )


def _message(message: OrderMessage, path: str) -> ToldMessage:
    return ToldMessage(
        sha256=message.sha256, state=message.state, sent_on=message.sent_on, href=f"{path}/order.xml"
    )


def period_of(period: Period) -> ToldPeriod:
    """A period as the API writes it."""
    return ToldPeriod(first=period.start, last=period.end)
