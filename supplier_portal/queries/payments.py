"""The payments that a supplier may see, one after another, each with the sum of what it covers.

Convention: a payment is what the bank moved: the invoices that it paid, less the claims that were taken off it. Who is
limited to some units sees what is about their orders, and the sum of that.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import and_, func, or_, select, union_all

from foundation.money import Money
from foundation.sql import Session, amount
from invoicing.documents.tables import invoice, payment_returned
from invoicing.portal_invoicing.scope import Scope
from supplier_portal.queries import account_entries


@dataclass(frozen=True, slots=True)
class PaymentRow:
    """A payment by what it is known by, the day it was made, and what came of it to the supplier."""

    payment: str
    paid_on: date
    amount: Money


def listed(
    session: Session,
    scope: Scope,
    *,
    first: date | None = None,
    last: date | None = None,
    after: tuple[date, str] | None = None,
    only: str = "",
    limit: int,
) -> Sequence[PaymentRow]:
    """The first payments after one, by day and then by name; of these days, or of one name, where such are given."""
    parts = union_all(*(each for _, each in account_entries.money_moved(scope.own, None))).subquery()
    question = (
        select(
            parts.c.payment,
            parts.c.on,
            parts.c.currency,
            func.sum(parts.c.payable, type_=amount()).label("amount"),
        )
        .group_by(parts.c.payment, parts.c.on, parts.c.currency)
        .order_by(parts.c.on, parts.c.payment)
    )
    if first is not None:
        question = question.where(parts.c.on >= first)
    if last is not None:
        question = question.where(parts.c.on <= last)
    if only:
        question = question.where(parts.c.payment == only)
    if after is not None:
        on, payment = after
        question = question.where(or_(parts.c.on > on, and_(parts.c.on == on, parts.c.payment > payment)))
    # What is taken off a balance is what comes to the account.
    return [
        PaymentRow(row.payment, row.on, -Money(row.amount, row.currency))
        for row in session.execute(question.limit(limit))
    ]


def returned(session: Session, scope: Scope, payments: Collection[str]) -> Mapping[str, date]:
    """On which day each of these payments came back, of those that did."""
    name = func.coalesce(func.nullif(payment_returned.c.end_to_end, ""), payment_returned.c.payment)
    question = (
        select(name.label("payment"), func.max(payment_returned.c.returned_on).label("on"))
        .join(invoice, invoice.c.id == payment_returned.c.invoice_id)
        .where(scope.own.of_invoices(), name.in_(list(payments)))
        .group_by(name)
    )
    return {row.payment: row.on for row in session.execute(question)}
