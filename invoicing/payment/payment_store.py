"""Payments and claims as the database holds them: what was paid, and what suppliers owe us back."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any

from sqlalchemy import Row, Select, func, insert, select

from foundation.money import Money
from foundation.sql import Session, among
from invoicing.claims import claim_store
from invoicing.claims import tables as claim_tables
from invoicing.claims.claim_states import ClaimState
from invoicing.documents import tables as document_tables
from invoicing.model import InvoiceState
from invoicing.payment import standing_queries
from invoicing.payment import tables as payment_tables


class ClaimWay(StrEnum):
    """How a supplier gave back what it owed."""

    NETTED = "NETTED"
    REPAID = "REPAID"
    WRITTEN_OFF = "WRITTEN_OFF"  # not given back: two people gave it up


@dataclass(frozen=True, slots=True)
class Payment:
    """One invoice paid."""

    number: str
    invoice_id: int
    supplier: str
    amount: Money
    paid_on: date


@dataclass(frozen=True, slots=True)
class Claim:
    """What a supplier still owes us for a paid invoice; `number` is the claim's own."""

    payment_number: str
    invoice_id: int
    invoice_number: str
    supplier: str
    amount: Money
    number: str = ""


def add(session: Session, payment: Payment, *, prepared_by: str, attested_by: str) -> None:
    """Keep a payment and the two people behind it; the database refuses a second while one stands."""
    session.execute(
        insert(document_tables.payment),
        {
            "number": payment.number,
            "invoice_id": payment.invoice_id,
            "attempt": 1 + returned_times(session, payment.invoice_id),
            "supplier": payment.supplier,
            "amount": payment.amount.amount,
            "currency": payment.amount.currency,
            "paid_on": payment.paid_on,
            "prepared_by": prepared_by,
            "attested_by": attested_by,
        },
    )


def add_settled(
    session: Session, claim: Claim, *, how: ClaimWay, first_by: str, second_by: str, on: date
) -> None:
    """Keep that a claim was given back; the database allows it once while it stands."""
    reopened = payment_tables.claim_reopened
    times = select(func.count()).where(reopened.c.invoice_id == claim.invoice_id)
    row = {
        "invoice_id": claim.invoice_id,
        "attempt": 1 + session.execute(times).scalar_one(),
        "supplier": claim.supplier,
        "amount": claim.amount.amount,
        "currency": claim.amount.currency,
        "settled_on": on,
        "how": how,
        "first_by": first_by,
        "second_by": second_by,
    }
    session.execute(insert(payment_tables.claim_settled), row)


def returned_times(session: Session, invoice_id: int) -> int:
    """How many payments of the invoice came back."""
    returned = document_tables.payment_returned
    return session.execute(select(func.count()).where(returned.c.invoice_id == invoice_id)).scalar_one()


def standing(session: Session, invoice_id: int) -> Payment | None:
    """The payment of the invoice that has left and not come back."""
    paid = document_tables.payment
    stands = (paid.c.invoice_id == invoice_id, standing_queries.payment_stands())
    row = session.execute(select(paid).where(*stands)).one_or_none()
    return _payment(row) if row is not None else None


def numbered(session: Session, number: str) -> Payment | None:
    """The payment with this number, where it stands."""
    paid = document_tables.payment
    stands = (paid.c.number == number, standing_queries.payment_stands())
    row = session.execute(select(paid).where(*stands)).one_or_none()
    return _payment(row) if row is not None else None


def add_returned(
    session: Session, payment: Payment, *, end_to_end: str, first_by: str, second_by: str, on: date
) -> None:
    """Keep that the money of a payment came back; the database allows it once."""
    row = {
        "payment": payment.number,
        "invoice_id": payment.invoice_id,
        "returned_on": on,
        "end_to_end": end_to_end,
        "first_by": first_by,
        "second_by": second_by,
    }
    session.execute(insert(document_tables.payment_returned), row)


def reopen_claim(
    session: Session, invoice_id: int, *, end_to_end: str, first_by: str, second_by: str, on: date
) -> None:
    """Keep that a claim that was settled is owed again, since the payment or the deposit came back."""
    settled = payment_tables.claim_settled
    stands = (settled.c.invoice_id == invoice_id, standing_queries.settlement_stands())
    row = {
        "invoice_id": invoice_id,
        "attempt": session.execute(select(settled.c.attempt).where(*stands)).scalar_one(),
        "reopened_on": on,
        "end_to_end": end_to_end,
        "first_by": first_by,
        "second_by": second_by,
    }
    session.execute(insert(payment_tables.claim_reopened), row)


def is_settled(session: Session, invoice_id: int) -> bool:
    """Whether what the supplier owed after a credit of the invoice is given back."""
    claims = standing_queries.settled_claims().where(payment_tables.claim_settled.c.invoice_id == invoice_id)
    return session.execute(claims).first() is not None


def _payment(row: Row[Any]) -> Payment:
    return Payment(row.number, row.invoice_id, row.supplier, Money(row.amount, row.currency), row.paid_on)


def asked_back(session: Session) -> list[Claim]:
    """Paid invoices in question whose credit is waited for and that nobody has claimed yet: it makes them claims."""
    invoice, claim = document_tables.invoice, claim_tables.claim
    in_question = (InvoiceState.IN_QUESTION, InvoiceState.CREDIT_REQUESTED)
    claimed = select(claim.c.invoice_id).where(claim.c.state != ClaimState.WITHDRAWN)
    return _paid(
        session,
        select(invoice.c.id).where(
            invoice.c.state.in_(in_question),
            invoice.c.paid_on.is_not(None),
            invoice.c.id.not_in(claimed),
        ),
    )


def claims(session: Session, invoice_ids: Collection[int] | None = None) -> list[Claim]:
    """What suppliers owe us, whatever is said about it: what is left of each claim that has not ended.

    Of these invoices alone, where they are given: whoever looks for one does not read all.
    """
    return [
        Claim(
            each.payment_number,
            each.invoice_id,
            each.invoice_number,
            each.supplier,
            each.left,
            number=each.number,
        )
        for each in sorted(
            claim_store.listed(session, invoice_ids=invoice_ids), key=lambda claim: claim.payment_number
        )
    ]


def _paid(session: Session, wanted: Select[Any]) -> list[Claim]:
    """The paid invoices with these row numbers, each with its payment."""
    paid, invoice = document_tables.payment, document_tables.invoice
    ids = list(session.scalars(wanted))
    if not ids:
        return []
    question = (
        select(paid, invoice.c.number.label("invoice_number"))
        .join(invoice, invoice.c.id == paid.c.invoice_id)
        .where(among(session, paid.c.invoice_id, ids), standing_queries.payment_stands())
        .order_by(paid.c.number)
    )
    return [
        Claim(
            payment_number=row.number,
            invoice_id=row.invoice_id,
            invoice_number=row.invoice_number,
            supplier=row.supplier,
            amount=Money(row.amount, row.currency),
        )
        for row in session.execute(question)
    ]
