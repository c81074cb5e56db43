"""What suppliers have not billed yet, and what they billed and had to credit: lists for the month end."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import func, select, type_coerce

from foundation.money import Money
from foundation.periods import Month
from foundation.sql import Session, amount
from invoicing.documents import tables as document_tables
from orders import tables as order_tables
from orders.purchase_orders import line_store
from orders.register import store as register_store

_ACCOUNT, _ORDER, _LINE, _RECEIPT = (
    order_tables.line_account,
    order_tables.purchase_order,
    order_tables.order_line,
    order_tables.receipt,
)
# What of a line that is invoiced in parts no accepted invoice has taken; all of it otherwise.
_LEFT = type_coerce(_ACCOUNT.c.amount_received - _ACCOUNT.c.amount_claimed, amount())
_INVOICE, _PAIR = document_tables.invoice, document_tables.credit_pair


@dataclass(frozen=True, slots=True)
class NotBilled:
    """A received order line without an invoice."""

    order_number: str
    line_id: str
    execution_reference: str
    supplier: str
    article: str
    month: Month
    amount: Money
    received_on: date

    def days_since(self, today: date) -> int:
        """How long the supplier could have billed it."""
        return (today - self.received_on).days


@dataclass(frozen=True, slots=True)
class BilledAndCredited:
    """An invoice that was credited in full, and what it was in question for."""

    invoice_id: int
    invoice_number: str
    credit_number: str
    supplier: str
    execution_reference: str
    amount: Money
    invoiced_on: date
    credited_on: date
    codes: tuple[str, ...]
    was_paid: bool


def not_billed(
    session: Session, *, supplier: str = "", until: Month | None = None, limit: int = 200, offset: int = 0
) -> Sequence[NotBilled]:
    """Received and not invoiced, the oldest reception first."""
    question = _not_billed(
        select(
            _ACCOUNT.c.order_number,
            _ACCOUNT.c.line_id,
            _LEFT.label("amount"),
            _ORDER.c.execution_reference,
            _ORDER.c.supplier,
            _ORDER.c.article,
            _ORDER.c.currency,
            _LINE.c.starts_on,
            _RECEIPT.c.received_on,
        ),
        supplier,
        until,
    )
    rows = session.execute(
        question.order_by(_RECEIPT.c.received_on, _ACCOUNT.c.order_number, _ACCOUNT.c.line_id)
        .limit(limit)
        .offset(offset)
    )
    return [
        NotBilled(
            order_number=row.order_number,
            line_id=row.line_id,
            execution_reference=row.execution_reference,
            supplier=row.supplier,
            article=row.article,
            month=Month.of(row.starts_on),
            amount=Money(row.amount, row.currency),
            received_on=row.received_on,
        )
        for row in rows
    ]


def not_billed_total(
    session: Session, *, supplier: str = "", until: Month | None = None, currency: str = ""
) -> tuple[int, Money]:
    """How many lines and how much, in the buyer's currency unless another is named."""
    currency = currency or register_store.currency(session)
    question = _not_billed(
        select(
            func.count().label("how_many"),
            func.sum(_LEFT, type_=_ACCOUNT.c.amount_received.type).label("amount"),
        ),
        supplier,
        until,
    ).where(_ORDER.c.currency == currency)
    row = session.execute(question).one()
    return row.how_many, Money(row.amount, currency) if row.amount is not None else Money.of("0.00", currency)


def billed_and_credited(
    session: Session, month: Month, *, supplier: str = "", limit: int = 500
) -> Sequence[BilledAndCredited]:
    """The pairs settled in a month, the newest first."""
    credit = _INVOICE.alias("credit")
    question = (
        select(
            _INVOICE,
            credit.c.number.label("credit_number"),
            _PAIR.c.settled_on,
        )
        .join(_PAIR, _PAIR.c.invoice_id == _INVOICE.c.id)
        .join(credit, credit.c.id == _PAIR.c.credit_id)
        .where(_PAIR.c.settled_on.between(month.period.start, month.period.end))
        .order_by(_PAIR.c.settled_on.desc(), _INVOICE.c.id.desc())
        .limit(limit)
    )
    if supplier:
        question = question.where(_INVOICE.c.supplier == supplier)
    return [
        BilledAndCredited(
            invoice_id=row.id,
            invoice_number=row.number,
            credit_number=row.credit_number,
            supplier=row.supplier,
            execution_reference=row.execution_reference,
            amount=Money(row.amount_payable, row.currency),
            invoiced_on=row.issued_on,
            credited_on=row.settled_on,
            codes=tuple(row.codes.split()),
            was_paid=row.paid_on is not None,
        )
        for row in session.execute(question)
    ]


def _not_billed(question: Any, supplier: str, until: Month | None) -> Any:  # noqa: ANN401 - any select
    on_line = (_LINE.c.order_number == _ACCOUNT.c.order_number) & (_LINE.c.line_id == _ACCOUNT.c.line_id)
    made = (
        question.select_from(_ACCOUNT)
        .join(_RECEIPT, _RECEIPT.c.id == _ACCOUNT.c.receipt_id)
        .join(_ORDER, _ORDER.c.number == _ACCOUNT.c.order_number)
        .join(_LINE, on_line)
        .where(
            _ACCOUNT.c.receipt_id.is_not(None),
            _ACCOUNT.c.invoice_id.is_(None),
            _ACCOUNT.c.amount_received > line_store.ZERO,
        )
    )
    if supplier:
        made = made.where(_ORDER.c.supplier == supplier)
    if until is not None:
        made = made.where(_LINE.c.starts_on <= until.period.end)
    return made
