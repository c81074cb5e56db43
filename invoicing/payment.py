"""Paying what is accepted, on its day, by two different people.

An invoice is paid 30 days after its date whatever it says. One person prepares the payment,
another attests it; nobody does both. A paid invoice is answered PD. A credit of a paid
invoice is a claim on the supplier.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date

from sqlalchemy import insert, select

from invoicing import responding, stored_facts, stored_invoices, tables
from invoicing.judging import record
from invoicing.model import Held, InvoiceState, StepRefused
from orders import series
from orders.contracts import Register
from orders.values import Money, Refused
from peppol.sql import Session


class SamePerson(Refused):
    """The one who attests a payment must be another than the one who prepared it."""

    def __init__(self) -> None:
        super().__init__(
            "Den som attesterar måste vara en annan än den som förberett betalningen.",
            "The person who attests must be another than the one who prepared the payment.",
        )


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
    """What a supplier owes us back: a paid invoice that was credited afterwards."""

    payment_number: str
    invoice_number: str
    supplier: str
    amount: Money


def due(session: Session, *, on: date) -> list[Held]:
    """The accepted invoices whose day of payment has come, by day and arrival."""
    accepted = stored_invoices.listed(session, state=InvoiceState.ACCEPTED, limit=100_000)
    return sorted((held for held in accepted if held.pays_on <= on), key=lambda held: (held.pays_on, held.id))


def pay(
    session: Session,
    register: Register,
    invoices: Sequence[Held],
    *,
    prepared_by: str,
    attested_by: str,
    today: date,
) -> list[Payment]:
    """Pay accepted invoices and tell their suppliers. Raises SamePerson, or StepRefused for one not accepted now."""
    if not prepared_by or not attested_by or prepared_by == attested_by:
        raise SamePerson
    return [
        _pay_one(
            session,
            register,
            stored_invoices.lock(session, held.id),
            prepared_by=prepared_by,
            attested_by=attested_by,
            today=today,
        )
        for held in invoices
    ]


def claims(session: Session) -> list[Claim]:
    """Paid invoices that were credited: what suppliers owe us."""
    paid, invoice = tables.payment, tables.invoice
    question = (
        select(paid, invoice.c.number.label("invoice_number"))
        .join(invoice, invoice.c.id == paid.c.invoice_id)
        .where(invoice.c.state == InvoiceState.CREDITED)
        .order_by(paid.c.number)
    )
    return [
        Claim(row.number, row.invoice_number, row.supplier, Money(row.amount, row.currency))
        for row in session.execute(question)
    ]


def _pay_one(
    session: Session, register: Register, held: Held, *, prepared_by: str, attested_by: str, today: date
) -> Payment:
    if held.state is not InvoiceState.ACCEPTED:
        raise StepRefused(held.number, held.state, InvoiceState.PAID)
    payment = Payment(
        series.next_number(session, series.PAYMENTS), held.id, held.supplier, held.amount_payable, today
    )
    session.execute(
        insert(tables.payment),
        {
            "number": payment.number,
            "invoice_id": held.id,
            "supplier": held.supplier,
            "amount": payment.amount.amount,
            "currency": payment.amount.currency,
            "paid_on": today,
            "prepared_by": prepared_by,
            "attested_by": attested_by,
        },
    )
    answered = responding.answer(
        session,
        register,
        held,
        responding.PAID,
        (),
        today=today,
        supplier=stored_facts.registered(register, held.supplier),
    )
    stored_invoices.set_state(session, held.id, InvoiceState.PAID, answered=answered, paid_on=today)
    record(
        session,
        replace(held, state=InvoiceState.PAID),
        "invoice.paid",
        actor=attested_by,
        prepared_by=prepared_by,
        payment=payment.number,
        amount=str(payment.amount.amount),
    )
    return payment
