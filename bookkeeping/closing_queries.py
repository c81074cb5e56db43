"""What is open in the books at a month's end: invoices that wait, claims, and earlier months that are not closed."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from sqlalchemy import func, select

from bookkeeping import month_closing_store
from bookkeeping.tables import voucher
from foundation.money import Money
from foundation.periods import Month
from foundation.sql import Session, amount
from invoicing.documents import tables as document_tables
from invoicing.model import DocumentType, InvoiceState
from invoicing.payment import tables as payment_tables
from orders.register import store as register_store

_INVOICE, _PAIR = document_tables.invoice, document_tables.credit_pair
_PAID, _SETTLED = document_tables.payment, payment_tables.claim_settled


@dataclass(frozen=True, slots=True)
class WaitingInvoices:
    """How many invoices there are in each state, and what they come to without VAT."""

    by_state: Mapping[str, tuple[int, Decimal]]
    currency: str

    def of(self, *states: InvoiceState) -> tuple[int, Money | None]:
        """How many are in these states, and their sum; no sum of none."""
        found = [self.by_state[state] for state in states if state in self.by_state]
        if not found:
            return 0, None
        return sum(count for count, _ in found), Money(
            sum((each for _, each in found), Decimal()), self.currency
        )


def waiting(session: Session, ends_on: date) -> WaitingInvoices:
    """The invoices that came up to that day and whose state today is not an end."""
    states = (InvoiceState.CREDITED, InvoiceState.SETTLED, InvoiceState.PAID, InvoiceState.ACCEPTED)
    currency = register_store.currency(session)
    question = (
        select(
            _INVOICE.c.state, func.count().label("how_many"), func.sum(_INVOICE.c.amount_net, type_=amount())
        )
        .where(
            _INVOICE.c.document_type == DocumentType.INVOICE,
            _INVOICE.c.state.not_in(states),
            _INVOICE.c.received_on <= ends_on,
            _INVOICE.c.currency == currency,
        )
        .group_by(_INVOICE.c.state)
    )
    return WaitingInvoices({state: (count, net) for state, count, net in session.execute(question)}, currency)


def claims(session: Session, ends_on: date) -> tuple[int, Money | None]:
    """Paid invoices that were credited up to that day and had not been given back by then; with VAT."""
    currency = register_store.currency(session)
    returned, again = document_tables.payment_returned, payment_tables.claim_reopened
    came_back = select(returned.c.payment).where(
        returned.c.payment == _PAID.c.number, returned.c.returned_on <= ends_on
    )
    owed_again = select(again.c.invoice_id).where(
        again.c.invoice_id == _SETTLED.c.invoice_id,
        again.c.attempt == _SETTLED.c.attempt,
        again.c.reopened_on <= ends_on,
    )
    settled = select(_SETTLED.c.invoice_id).where(
        _SETTLED.c.invoice_id == _PAIR.c.invoice_id, _SETTLED.c.settled_on <= ends_on, ~owed_again.exists()
    )
    question = (
        select(func.count(), func.sum(_PAID.c.amount, type_=amount()))
        .select_from(_PAIR)
        .join(_PAID, _PAID.c.invoice_id == _PAIR.c.invoice_id)
        .where(
            _PAIR.c.settled_on <= ends_on,
            _PAID.c.currency == currency,
            ~came_back.exists(),
            ~settled.exists(),
        )
    )
    count, owed = session.execute(question).one()
    return count, None if owed is None else Money(owed, currency)


def open_months_before(session: Session, month: Month) -> int:
    """How many months between the last closed one and this have vouchers and are not closed.

    None where nothing is closed yet: the first month that is closed closes all before it.
    """
    closed_to = month_closing_store.closed_to(session)
    if closed_to is None:
        return 0
    between = (voucher.c.booked_on > closed_to, voucher.c.booked_on < month.period.start)
    return len(
        {Month.of(day) for day in session.scalars(select(voucher.c.booked_on).where(*between).distinct())}
    )
