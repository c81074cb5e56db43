"""Payments that left after the backup: told with the bank's word, taken up where the books made them, never twice."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from foundation.errors import Refused
from invoicing.documents import store as document_store
from invoicing.model import InvoiceState
from invoicing.payment import payment_stop_store
from invoicing.payment.transfers import ProposalState
from operations.checks import invariants
from operations.restore import backup, going_through, looking
from operations.restore.payments_left import BankWord
from peppol.xml import codec
from tests.operations.restore.test_restored_books import (
    FEBRUARY,
    LATER,
    PAID_ON,
    A,
    House,
    a_house,
    bill,
    go_through,
)
from tests.support.servers.system_databases import CLOCK
from tests.support.stories.paying import PayDesk, notice


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    """One case whose first month's invoice is accepted and falls due."""
    with a_house(tmp_path) as house:
        PayDesk(house.system).give_right()
        house.system.decide(A)
        house.system.report(A, "2026-01", on=FEBRUARY)
        bill(house, A, "F-1")
        house.works(on=LATER)
        yield house


def copied(house: House) -> Path:
    return backup.backup(house.database, house.place / "copies", now=CLOCK)


def lie_in_the_bank_folder(house: House, name: str, body: bytes) -> None:
    (house.place / "bank" / name).write_bytes(body)


def state_of_the_invoice(house: House) -> InvoiceState:
    with house.database.reading() as session:
        (first,) = document_store.listed(session)
    return first.state


def test_a_file_that_an_attested_proposal_made_is_taken_up_and_the_bank_is_matched_with_it(
    house: House,
) -> None:
    desk = PayDesk(house.system)
    proposal = desk.propose(on=PAID_ON)
    desk.attest(proposal)
    copy = copied(house)
    plan = desk.export(proposal)
    lie_in_the_bank_folder(house, "payments.xml", desk.file(proposal))
    (transfer,) = plan.transfers
    said = notice((transfer.end_to_end, str(transfer.amount.amount)))
    lie_in_the_bank_folder(house, "bank.xml", said)
    house.restore(copy)
    assert house.is_held()
    (left,) = looking.look(house.database, house.places).payments_left
    assert (left.bank, left.about, str(left.amount)) == (
        BankWord.BOOKED,
        ("F-1",),
        str(transfer.amount.amount),
    )

    done = go_through(house)
    assert (done.taken_up, done.stopped) == (["RM30000001"], [])
    desk = PayDesk(house.system)
    assert desk.state(proposal) == ProposalState.EXPORTED
    with pytest.raises(Refused):
        desk.propose(on=PAID_ON)
    desk.bank_says(said, on=PAID_ON)
    assert desk.state(proposal) == ProposalState.PAID
    assert state_of_the_invoice(house) is InvoiceState.PAID
    with house.database.reading() as session:
        assert list(invariants.check(session)) == []


def test_a_file_that_the_proposal_would_not_make_now_is_not_taken_up(house: House) -> None:
    desk = PayDesk(house.system)
    proposal = desk.propose(on=PAID_ON)
    desk.attest(proposal)
    copy = copied(house)
    desk.export(proposal)
    body = desk.file(proposal)
    lie_in_the_bank_folder(house, "payments.xml", body.replace(b"<Nm>", b"<Nm>Annan "))
    house.restore(copy)
    assert house.is_held()
    done = go_through(house)
    assert done.taken_up == []
    assert len(done.stopped) == 1
    assert PayDesk(house.system).state(proposal) == ProposalState.ATTESTED


@pytest.mark.parametrize(
    ("direction", "word"), [("DBIT", BankWord.BOOKED), ("CRDT", BankWord.RETURNED), ("", BankWord.SILENT)]
)
def test_a_proposal_that_was_lost_stops_whom_its_payments_may_have_reached_and_nobody_else(
    house: House, direction: str, word: BankWord
) -> None:
    copy = copied(house)
    desk = PayDesk(house.system)
    proposal = desk.propose(on=PAID_ON)
    desk.attest(proposal)
    (transfer,) = desk.export(proposal).transfers
    lie_in_the_bank_folder(house, "payments.xml", desk.file(proposal))
    if direction:
        told = notice((transfer.end_to_end, str(transfer.amount.amount)), direction=direction)
        lie_in_the_bank_folder(house, "bank.xml", told)
    house.restore(copy)
    assert house.is_held()
    (left,) = looking.look(house.database, house.places).payments_left
    assert (left.bank, left.suppliers) == (word, frozenset({transfer.supplier}))
    done = go_through(house)
    assert done.stopped == ([] if word is BankWord.RETURNED else [transfer.supplier])


def test_a_file_of_a_proposal_the_books_have_does_not_stand_for_one_that_was_lost(house: House) -> None:
    """Two proposals left after the backup, and the file of the later lies nowhere: everybody is stopped."""
    desk = PayDesk(house.system)
    proposal = desk.propose(on=PAID_ON)
    desk.attest(proposal)
    copy = copied(house)
    desk.export(proposal)
    lie_in_the_bank_folder(house, "payments.xml", desk.file(proposal))
    house.system.report(A, "2026-02", on=LATER)
    order = house.system.order(A).number
    house.comes("F-2.xml", flipped(house, order), on=LATER)
    house.works(on=LATER)
    later = desk.propose(on=PAID_ON)
    desk.attest(later)
    desk.export(later)
    house.restore(copy)
    assert house.is_held()
    going_through.go_through(house.database, house.places, by="operator-1")
    with house.database.reading() as session:
        assert len(payment_stop_store.holding(session)) > 1


def flipped(house: House, order: str) -> bytes:
    """The invoice of the second month's line."""

    return codec.serialise(house.system.flip(order, "002", number="F-2", on=LATER))
