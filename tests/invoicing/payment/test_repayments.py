"""A supplier repays what it owes after a credit: two people, once, and not beside a payment it is taken off."""

import re
from collections.abc import Iterator
from datetime import UTC, date, datetime

import pytest
from sqlalchemy import event, text
from sqlalchemy.exc import IntegrityError

from foundation.errors import Refused
from invoicing.model import SupplierInvoice
from invoicing.payment import payment_store, proposals, repayments
from invoicing.payment.payment import SamePerson
from invoicing.payment.repayments import RepaymentRefused
from orders.register import store as register_store
from tests.support.stories.system import System, a_system

REFERENCE = "100000101"
TODAY = date(2026, 3, 10)


def two_months(system: System) -> None:
    """One placement with two months received."""
    system.decide(REFERENCE)
    for month in ("2026-01", "2026-02"):
        system.report(REFERENCE, month, on=date(2026, 3, 2))


@pytest.fixture
def system(database_url: str) -> Iterator[System]:
    with a_system(database_url, begun=two_months) as system:
        yield system


@pytest.fixture
def paid_and_credited(system: System) -> SupplierInvoice:
    invoice = system.flip(system.order(REFERENCE).number, number="F-1", on=date(2026, 2, 3))
    document = system.send(invoice, on=date(2026, 2, 3))
    system.pay(on=date(2026, 3, 5))
    system.send_credit(invoice, number="K-1", on=date(2026, 3, 6))
    return system.invoice(document.id)


def note(
    system: System,
    invoice: SupplierInvoice,
    *,
    by: str = "user-1",
    came_on: date = TODAY,
    reference: str = "BG 7",
) -> None:
    with system.database.writing() as session:
        repayments.note(session, invoice.id, by=by, came_on=came_on, reference=reference, today=TODAY)


def confirm(system: System, invoice: SupplierInvoice, *, by: str) -> None:
    with system.database.writing() as session:
        repayments.confirm(session, invoice.id, by=by)


def test_one_notes_and_another_confirms_and_the_claim_is_gone(
    system: System, paid_and_credited: SupplierInvoice
) -> None:
    invoice = paid_and_credited
    with pytest.raises(RepaymentRefused, match="Nobody has noted"):
        confirm(system, invoice, by="user-2")
    note(system, invoice)
    with pytest.raises(RepaymentRefused, match="noted already"):
        note(system, invoice, by="user-2")
    with pytest.raises(SamePerson):
        confirm(system, invoice, by="user-1")
    confirm(system, invoice, by="user-2")
    with system.database.reading() as session:
        assert payment_store.claims(session) == []
    with pytest.raises(RepaymentRefused, match="the claim is settled"):
        confirm(system, invoice, by="user-3")


@pytest.mark.both_engines
def test_what_was_noted_wrongly_is_taken_back_and_noted_again(
    system: System, paid_and_credited: SupplierInvoice
) -> None:
    invoice = paid_and_credited
    note(system, invoice)
    with system.database.writing() as session:
        repayments.take_back(session, invoice.id, by="user-2", reason="Finns inte på kontot")
    note(system, invoice, by="user-2", reference="BG 8")
    with system.database.reading() as session:
        ((_, found),) = repayments.noted(session, payment_store.claims(session)).items()
    assert (found.by, found.came_on, found.reference) == ("user-2", TODAY, "BG 8")
    confirm(system, invoice, by="user-1")


def test_who_noted_it_is_told_by_its_row_and_no_row_of_the_journal_is_read(
    system: System, paid_and_credited: SupplierInvoice
) -> None:
    invoice = paid_and_credited
    read: list[str] = []
    event.listen(
        system.database.engine,
        "before_cursor_execute",
        lambda _connection, _cursor, statement, *_: read.append(statement),
    )
    note(system, invoice)
    with system.database.writing() as session:
        repayments.take_back(session, invoice.id, by="user-1", reason="Fel dag")
    note(system, invoice, by="user-2")
    with pytest.raises(SamePerson):
        confirm(system, invoice, by="user-2")
    confirm(system, invoice, by="user-1")
    assert any("repayment_note" in each for each in read)
    # SQLite asks for the number of the last row, since its one writer counts.
    rows = [each for each in read if "max(journal.sequence)" not in each]
    assert [each for each in rows if re.search(r"from\s+journal\b", each, re.IGNORECASE)] == []


def test_the_database_holds_a_claim_to_one_note_and_a_note_to_two_people(
    system: System, paid_and_credited: SupplierInvoice
) -> None:
    note(system, paid_and_credited)
    again = (
        "insert into repayment_note (invoice_id, noted_by, noted_on, came_on, reference, state)"
        " select invoice_id, 'user-2', noted_on, came_on, reference, 'NOTED' from repayment_note"
    )
    alone = "update repayment_note set state = 'CONFIRMED', ended_by = noted_by"
    by_nobody = "update repayment_note set state = 'CONFIRMED'"
    for statement in (again, alone, by_nobody):
        with pytest.raises(IntegrityError), system.database.writing() as session:
            session.execute(text(statement))


@pytest.mark.parametrize(
    ("came_on", "reference", "told"),
    [
        (date(2026, 3, 11), "BG 7", "must lie between 2026-03-05"),
        (date(2026, 3, 4), "BG 7", "must lie between 2026-03-05"),
        (TODAY, " ", "Write the bank's reference"),
        (TODAY, "Från 19121212-1212", "personal identity number"),
    ],
)
def test_a_repayment_that_cannot_be_is_refused(
    system: System, paid_and_credited: SupplierInvoice, came_on: date, reference: str, told: str
) -> None:
    with pytest.raises(Refused, match=told):
        note(system, paid_and_credited, came_on=came_on, reference=reference)


def test_a_claim_that_is_taken_off_a_payment_is_not_repaid_too(
    system: System, paid_and_credited: SupplierInvoice
) -> None:
    order = system.order(REFERENCE).number
    system.send_invoice(order, "002", number="F-2", on=date(2026, 3, 7))
    system.send_invoice(order, "001", number="F-3", on=date(2026, 3, 7))
    with system.database.writing() as session:
        made = proposals.propose(
            session,
            register_store.load(session),
            pay_on=date(2026, 4, 10),
            by="user-1",
            now=datetime(2026, 3, 10, 9, 0, tzinfo=UTC),
        )
    with pytest.raises(RepaymentRefused, match=f"payment proposal {made.number}"):
        note(system, paid_and_credited)
