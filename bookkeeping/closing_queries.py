"""What is open in the books at a month's end: invoices that wait, claims, and earlier months that are not closed."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from sqlalchemy import func, or_, select

from bookkeeping import month_closing_store
from bookkeeping.tables import voucher
from foundation.money import Money
from foundation.periods import Month
from foundation.sql import Session, amount
from invoicing.claims import part_queries
from invoicing.claims import tables as claim_tables
from invoicing.claims.claim_states import ClaimCause, ClaimState
from invoicing.documents import tables as document_tables
from invoicing.model import DocumentType, InvoiceState
from orders import tables as order_tables
from orders.register import store as register_store

_INVOICE = document_tables.invoice
_CLAIM, _PART = claim_tables.claim, claim_tables.claim_part
_ENDS = (InvoiceState.CREDITED, InvoiceState.SETTLED, InvoiceState.PAID, InvoiceState.ACCEPTED)
# By name, as an index finds few of many invoices: what no end is would be looked for in all of them.
_NO_END = tuple(each for each in InvoiceState if each not in _ENDS)


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
    currency = register_store.currency(session)
    question = (
        select(
            _INVOICE.c.state, func.count().label("how_many"), func.sum(_INVOICE.c.amount_net, type_=amount())
        )
        .where(
            _INVOICE.c.document_type == DocumentType.INVOICE,
            _INVOICE.c.state.in_(_NO_END),
            _INVOICE.c.received_on <= ends_on,
            _INVOICE.c.currency == currency,
        )
        .group_by(_INVOICE.c.state)
    )
    return WaitingInvoices({state: (count, net) for state, count, net in session.execute(question)}, currency)


def claims(session: Session, ends_on: date) -> tuple[int, Money | None]:
    """The claims that stood at the end of that day, and what was left of them without VAT; no sum of none.

    What was given back or withdrawn since is counted as it stood then.
    """
    currency = register_store.currency(session)
    by_then = (
        select(
            _PART.c.claim,
            func.sum(part_queries.signed(_PART.c.amount), type_=amount()).label("amount"),
            func.sum(part_queries.signed(_PART.c.amount_net), type_=amount()).label("net"),
        )
        .where(_PART.c.on_day <= ends_on, part_queries.counts())
        .group_by(_PART.c.claim)
        .subquery()
    )
    question = (
        select(
            func.count(),
            func.sum(_CLAIM.c.amount_net, type_=amount()),
            func.sum(by_then.c.net, type_=amount()),
        )
        .select_from(_CLAIM)
        .outerjoin(by_then, by_then.c.claim == _CLAIM.c.number)
        .where(
            _CLAIM.c.raised_on <= ends_on,
            _CLAIM.c.currency == currency,
            # What one person asked for, and no other agreed to, was never owed.
            or_(_CLAIM.c.cause == ClaimCause.CREDIT, _CLAIM.c.confirmed_by != ""),
            or_(_CLAIM.c.state != ClaimState.WITHDRAWN, _CLAIM.c.ended_on > ends_on),
            or_(by_then.c.amount.is_(None), by_then.c.amount < _CLAIM.c.amount),
        )
    )
    count, net, given_back = session.execute(question).one()
    return count, Money(net - (given_back or 0), currency) if count else None


def lines_in(session: Session, month: Month) -> int:
    """How many order lines begin in the month: how large it is."""
    line = order_tables.order_line
    period = month.period
    question = select(func.count()).where(line.c.starts_on.between(period.start, period.end))
    return session.execute(question).scalar_one()


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
