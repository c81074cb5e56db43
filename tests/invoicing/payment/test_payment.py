"""Payment: what is accepted, on its thirtieth day, by two different people, once."""

from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal

import pytest
from sqlalchemy import delete, insert, select, update
from sqlalchemy.exc import DBAPIError, IntegrityError

from foundation.money import Money, total
from foundation.transitions import StepRefused
from invoicing.documents import store as document_store
from invoicing.documents import tables as document_tables
from invoicing.model import InvoiceState, SupplierInvoice
from invoicing.payment import payable_store, payment
from orders.register import store as register_store
from tests.support.stories.bills import billed
from tests.support.stories.system import System, a_system

REFERENCE = "100000101"
FEBRUARY = date(2026, 2, 3)


def a_month(system: System) -> None:
    """One placement with a month received."""
    system.decide(REFERENCE)
    system.report(REFERENCE, "2026-01", on=date(2026, 2, 2))


@pytest.fixture
def system(database_url: str) -> Iterator[System]:
    with a_system(database_url, begun=a_month) as system:
        yield system


@pytest.fixture
def accepted(system: System) -> SupplierInvoice:
    return system.send_invoice(system.order(REFERENCE).number, number="F-1", on=FEBRUARY)


def test_an_invoice_is_due_on_its_thirtieth_day_and_not_before(
    system: System, accepted: SupplierInvoice
) -> None:
    assert accepted.pays_on == date(2026, 3, 5)
    assert system.pay(on=date(2026, 3, 4)) == []
    (paid,) = system.pay(on=date(2026, 3, 5))
    assert (paid.number, paid.amount, paid.paid_on) == ("10000001", Money.of("2375.00"), date(2026, 3, 5))
    invoice = system.invoice(accepted.id)
    assert (invoice.state, invoice.paid_on) == (InvoiceState.PAID, date(2026, 3, 5))
    assert system.answers(invoice) == ["AP", "PD"]


def test_the_sum_of_what_is_due_is_that_of_the_invoices_due(
    system: System, accepted: SupplierInvoice
) -> None:
    for day in (accepted.pays_on - timedelta(days=1), accepted.pays_on):
        with system.database.reading() as session:
            due = payment.due(session, on=day)
            counted = payable_store.due_sum(session, on=day)
        assert counted == (len(due), total(invoice.amount_payable for invoice in due))
    assert counted == (1, accepted.amount_payable)


def test_what_is_paid_is_not_paid_again(system: System, accepted: SupplierInvoice) -> None:
    system.pay(on=accepted.pays_on)
    assert system.pay(on=date(2026, 12, 31)) == []
    # A list drawn up before somebody else paid it says still that it is accepted.
    with pytest.raises(StepRefused, match="The invoice F-1 is already in the state “Paid”"):
        pay_these(system, accepted)


def pay_these(system: System, *invoices: SupplierInvoice) -> None:
    with system.database.writing() as session:
        register = register_store.load(session)
        payment.pay(session, register, invoices, prepared_by="a", attested_by="b", today=FEBRUARY)


@pytest.mark.parametrize(
    ("prepared_by", "attested_by"),
    [("officer-1", "officer-1"), ("officer-1", ""), ("", "attester-1"), ("", "")],
)
def test_one_person_cannot_pay_alone(
    system: System, accepted: SupplierInvoice, prepared_by: str, attested_by: str
) -> None:
    with pytest.raises(payment.SamePerson) as refusal:
        system.pay(on=accepted.pays_on, prepared_by=prepared_by, attested_by=attested_by)
    assert "annan" in refusal.value.text.sv
    assert system.invoice(accepted.id).state is InvoiceState.ACCEPTED


def test_what_is_in_question_is_not_paid(system: System) -> None:
    invoice = billed(system.flip(system.order(REFERENCE).number, number="F-1", on=FEBRUARY), days="22")
    document = system.send(invoice)
    assert system.pay(on=date(2026, 12, 31)) == []
    with pytest.raises(StepRefused, match="is in the state “In question” and cannot get the state “Paid”"):
        pay_these(system, document)


def test_payments_are_numbered_in_their_order_and_a_refused_one_is_none(
    system: System, accepted: SupplierInvoice
) -> None:
    system.report(REFERENCE, "2026-02", on=date(2026, 3, 2))
    second = system.send_invoice(accepted.order_number, "002", number="F-2", on=date(2026, 3, 3))
    with pytest.raises(StepRefused):
        pay_these(system, accepted, accepted)
    assert system.invoice(accepted.id).state is InvoiceState.ACCEPTED
    first, other = [int(each.number) for each in system.pay(on=date(2026, 12, 31))]
    # Whoever was refused took its number along on PostgreSQL.
    assert 10000001 <= first < other <= 10000004
    assert system.invoice(second.id).state is InvoiceState.PAID


@pytest.mark.both_engines
def test_a_payment_once_made_cannot_be_changed_or_removed(system: System, accepted: SupplierInvoice) -> None:
    system.pay(on=accepted.pays_on)
    for change in (
        update(document_tables.payment).values(amount=Decimal("1.00")),
        delete(document_tables.payment),
    ):
        with pytest.raises(DBAPIError, match="append-only"), system.database.writing() as session:
            session.execute(change)
    with system.database.reading() as session:
        assert list(session.scalars(select(document_tables.payment.c.amount))) == [Decimal("2375.00")]
        assert document_store.counts(session) == {InvoiceState.PAID: 1}


@pytest.mark.both_engines
@pytest.mark.parametrize(("prepared_by", "attested_by"), [("a", "a"), ("a", ""), ("", "b")])
def test_the_database_itself_refuses_a_payment_by_one_person(
    system: System, accepted: SupplierInvoice, prepared_by: str, attested_by: str
) -> None:
    row = {
        "number": "10000001",
        "invoice_id": accepted.id,
        "supplier": accepted.supplier,
        "amount": Decimal("2375.00"),
        "currency": "SEK",
        "paid_on": FEBRUARY,
        "prepared_by": prepared_by,
        "attested_by": attested_by,
    }
    with pytest.raises(IntegrityError), system.database.writing() as session:
        session.execute(insert(document_tables.payment), row)
