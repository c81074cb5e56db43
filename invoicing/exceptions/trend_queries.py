"""Figures of how the work with invoices goes: first verdicts and causes by month, and what is open by day."""

from datetime import date

from sqlalchemy import func, select

from foundation.money import Money
from foundation.periods import Month
from foundation.sql import Session
from invoicing.documents import tables as document_tables
from invoicing.exceptions.trends import OPEN, MonthRate, OpenDay, TrendCause
from invoicing.matching.deviations import Verdict
from invoicing.model import DocumentType, InvoiceState
from invoicing.reconciliation.entry_source_queries import month_of
from orders.register import store as register_store

_INVOICE, _MATCH = document_tables.invoice, document_tables.match_made


def match_rates(session: Session, *, since: date) -> list[MonthRate]:
    """The first verdicts of the invoices that arrived from `since` on, month by month."""
    first = (
        select(func.min(_MATCH.c.id))
        .where(_MATCH.c.invoice_id == _INVOICE.c.id)
        .correlate(_INVOICE)
        .scalar_subquery()
    )
    month = month_of(_INVOICE.c.received_on).label("month")
    question = (
        select(month, _MATCH.c.verdict, func.count().label("how_many"))
        .join(_MATCH, _MATCH.c.id == first)
        .where(_INVOICE.c.document_type == DocumentType.INVOICE, _INVOICE.c.received_on >= since)
        .group_by(month, _MATCH.c.verdict)
    )
    found: dict[str, dict[str, int]] = {}
    for row in session.execute(question):
        found.setdefault(row.month, {})[row.verdict] = row.how_many
    return [
        MonthRate(
            month=Month.parse(name),
            accepted=counts.get(Verdict.ACCEPT, 0),
            parked=counts.get(Verdict.PARK, 0),
            held=counts.get(Verdict.HOLD, 0),
            in_question=counts.get(Verdict.QUESTION, 0),
        )
        for name, counts in sorted(found.items())
    ]


def causes(session: Session, *, since: date) -> list[TrendCause]:
    """What the invoices of each month were in question for, the commonest first."""
    month = month_of(_INVOICE.c.received_on).label("month")
    question = (
        select(month, _INVOICE.c.codes, func.count().label("how_many"))
        .where(
            _INVOICE.c.document_type == DocumentType.INVOICE,
            _INVOICE.c.received_on >= since,
            _INVOICE.c.codes != "",
            _INVOICE.c.state.in_(
                (InvoiceState.IN_QUESTION, InvoiceState.CREDIT_REQUESTED, InvoiceState.CREDITED)
            ),
        )
        .group_by(month, _INVOICE.c.codes)
    )
    rows = [TrendCause(Month.parse(row.month), row.codes, row.how_many) for row in session.execute(question)]
    return sorted(rows, key=lambda each: (str(each.month), -each.count, each.codes))


def open_days(session: Session, *, currency: str = "") -> list[OpenDay]:
    """What is open, by state and the day it arrived, with the sum payable in the buyer's currency."""
    currency = currency or register_store.currency(session)
    question = (
        select(
            _INVOICE.c.state,
            _INVOICE.c.received_on,
            func.count().label("how_many"),
            func.sum(_INVOICE.c.amount_payable, type_=_INVOICE.c.amount_payable.type).label("amount"),
        )
        .where(
            _INVOICE.c.state.in_(OPEN),
            _INVOICE.c.document_type == DocumentType.INVOICE,
            _INVOICE.c.currency == currency,
        )
        .group_by(_INVOICE.c.state, _INVOICE.c.received_on)
    )
    return [
        OpenDay(
            state=InvoiceState(row.state),
            received_on=row.received_on,
            count=row.how_many,
            amount=Money(row.amount, currency),
        )
        for row in session.execute(question)
    ]
