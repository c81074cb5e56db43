"""What the events say besides the journal's rows: reports, orders, documents and payments, each asked for once.

Asked in the transaction that tells, a question a kind. A supplier's session files reports and places nothing else of
this: it may read its own reports, and no question is asked of a kind that is not told.
"""

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy import Column, Row, Select, select

from foundation.sql import Session
from invoicing.documents import tables as document_tables
from invoicing.model import InvoiceState
from invoicing.payment import standing_queries
from invoicing.payment import tables as payment_tables
from orders import tables as order_tables

_AT_ONCE = 500


@dataclass(frozen=True, slots=True)
class ReportFacts:
    """A version of a report as it stands."""

    filed_on: date
    decided_on: date | None
    counts_to: date | None
    activities: tuple[str, ...]
    reason: str


@dataclass(frozen=True, slots=True)
class OrderFacts:
    """An order as it was placed."""

    execution_reference: str
    article: str
    stage: str
    code: str
    decision_id: str
    issued_on: date
    starts_on: date
    ends_on: date
    amount: Decimal
    currency: str


@dataclass(frozen=True, slots=True)
class DocumentFacts:
    """An invoice or a credit note as it stands; `order_number` as its supplier wrote it."""

    state: InvoiceState
    codes: tuple[str, ...]
    execution_reference: str
    order_number: str
    amount_net: Decimal
    amount_vat: Decimal
    amount_payable: Decimal
    currency: str
    received_on: date
    pays_on: date


@dataclass(frozen=True, slots=True)
class SettledFacts:
    """How what a supplier owed was given back."""

    execution_reference: str
    how: str
    on: date
    amount: Decimal


@dataclass(frozen=True, slots=True)
class PaymentFacts:
    """An invoice's payment, and how what was owed of it was given back."""

    number: str
    invoice_id: int
    amount: Decimal
    currency: str
    paid_on: date
    settled: SettledFacts | None


def reports(session: Session, references: Collection[str]) -> dict[tuple[str, str, int], ReportFacts]:
    """The reports of these execution references, by reference, month and version."""
    table = order_tables.periodic_report
    return {
        (row.execution_reference, row.month, row.version): ReportFacts(
            filed_on=row.filed_on,
            decided_on=row.decided_on,
            counts_to=row.counts_to,
            activities=tuple(row.activities.split()),
            reason=row.reason,
        )
        for row in _asked(session, select(table), table.c.execution_reference, references)
    }


def orders(session: Session, numbers: Collection[str]) -> dict[str, OrderFacts]:
    """The orders with these numbers; a number that is no order of ours is not among them."""
    table = order_tables.purchase_order
    return {
        row.number: OrderFacts(
            execution_reference=row.execution_reference,
            article=row.article,
            stage=row.stage,
            code=row.code,
            decision_id=row.decision_id,
            issued_on=row.issued_on,
            starts_on=row.starts_on,
            ends_on=row.ends_on,
            amount=row.amount,
            currency=row.currency,
        )
        for row in _asked(session, select(table), table.c.number, numbers)
    }


def orders_planned(session: Session, ids: Collection[int]) -> dict[int, str]:
    """The number of the order that each of these planned ones became, "" where it became none."""
    table = order_tables.planned_order
    question = select(table.c.id, table.c.order_number)
    return {row.id: row.order_number for row in _asked(session, question, table.c.id, ids)}


def documents(session: Session, ids: Collection[int]) -> dict[int, DocumentFacts]:
    """The documents with these numbers of ours."""
    table = document_tables.invoice
    columns = (
        *(table.c.id, table.c.state, table.c.codes, table.c.execution_reference, table.c.order_number),
        table.c.amount_net,
        *(table.c.amount_vat, table.c.amount_payable, table.c.currency, table.c.received_on, table.c.pays_on),
    )
    return {
        row.id: DocumentFacts(
            state=InvoiceState(row.state),
            codes=tuple(row.codes.split()),
            execution_reference=row.execution_reference,
            order_number=row.order_number,
            amount_net=row.amount_net,
            amount_vat=row.amount_vat,
            amount_payable=row.amount_payable,
            currency=row.currency,
            received_on=row.received_on,
            pays_on=row.pays_on,
        )
        for row in _asked(session, select(*columns), table.c.id, ids)
    }


def payments_of(session: Session, invoice_ids: Collection[int]) -> dict[int, PaymentFacts]:
    """The payments of these invoices, by invoice."""
    paid = document_tables.payment
    return {each.invoice_id: each for each in _payments(session, paid.c.invoice_id, invoice_ids)}


def payments(session: Session, numbers: Collection[str]) -> dict[str, PaymentFacts]:
    """The payments with these numbers."""
    return {each.number: each for each in _payments(session, document_tables.payment.c.number, numbers)}


def _payments(session: Session, column: Column[Any], keys: Collection[Any]) -> Iterator[PaymentFacts]:
    paid, settled = document_tables.payment, payment_tables.claim_settled
    invoice = document_tables.invoice
    question = (
        select(
            paid,
            invoice.c.execution_reference,
            settled.c.how,
            settled.c.settled_on,
            settled.c.amount.label("amount_settled"),
        )
        .join_from(paid, invoice, invoice.c.id == paid.c.invoice_id)
        .outerjoin(
            settled, (settled.c.invoice_id == paid.c.invoice_id) & standing_queries.settlement_stands()
        )
        # Of several payments of an invoice the last is told: the others came back.
        .order_by(paid.c.number)
    )
    for row in _asked(session, question, column, keys):
        back = (
            SettledFacts(
                execution_reference=row.execution_reference,
                how=row.how,
                on=row.settled_on,
                amount=row.amount_settled,
            )
            if row.how
            else None
        )
        yield PaymentFacts(
            number=row.number,
            invoice_id=row.invoice_id,
            amount=row.amount,
            currency=row.currency,
            paid_on=row.paid_on,
            settled=back,
        )


def _asked(
    session: Session, question: Select[Any], column: Column[Any], keys: Collection[Any]
) -> Iterator[Row[Any]]:
    ordered = sorted(keys)
    for start in range(0, len(ordered), _AT_ONCE):
        yield from session.execute(question.where(column.in_(ordered[start : start + _AT_ONCE])))
