"""What is given back of a claim is booked once, part by part, however many claims an invoice has had."""

from collections.abc import Iterator
from datetime import date
from decimal import Decimal

import pytest

from bookkeeping import booking
from bookkeeping.booking import NothingToBook
from bookkeeping.ledger_accounts import LedgerAccounts
from bookkeeping.vouchers import Voucher, VoucherKind
from invoicing.claims.claim_states import ClaimState
from invoicing.payment.bank_answers import transfer_notes
from invoicing.payment.bank_answers.transfer_note_store import TransferSaid
from orders.register import store as register_store
from tests.support.stories.claiming import REFERENCE, ClaimDesk, two_months
from tests.support.stories.paying import NOW, OFFICER, SECOND, PayDesk, notice
from tests.support.stories.system import System, a_system

ACCOUNTS = LedgerAccounts()


@pytest.fixture
def system(database_url: str) -> Iterator[System]:
    with a_system(database_url, begun=two_months) as system:
        yield system


def book(system: System, *, on: date) -> tuple[Voucher, ...]:
    with system.database.writing() as session:
        register = register_store.load(session)
        return booking.book(session, register, ACCOUNTS, today=on, by=OFFICER, now=NOW).vouchers


def set_off(system: System) -> str:
    """The claim is taken off two invoices; what the bank knows the sum by."""
    paying = PayDesk(system)
    system.report(REFERENCE, "2026-03", on=date(2026, 4, 2))
    order = system.order(REFERENCE).number
    for line, number in (("002", "F-2"), ("003", "F-3")):
        system.send_invoice(order, line, number=number, on=date(2026, 5, 3))
    paying.give_right(since=date(2026, 1, 1))
    proposal = paying.propose(on=date(2026, 6, 7))
    paying.attest(proposal)
    transfers = paying.export(proposal).transfers
    told = [(each.end_to_end, str(each.amount.amount)) for each in transfers]
    paying.bank_says(notice(*told, day="2026-06-07"), on=date(2026, 6, 7))
    (bundle,) = [each for each in transfers if len(each.parts) > 1]
    return bundle.end_to_end


def come_back(system: System, transfer: str, *, on: date) -> None:
    """Two people note that the payment came back."""
    with system.database.writing() as session:
        transfer_notes.note(
            session, transfer, TransferSaid.RETURNED, on_day=on, reason="Kontot stängt.", by=OFFICER, today=on
        )
    with system.database.writing() as session:
        transfer_notes.confirm(session, register_store.load(session), transfer, by=SECOND, today=on)


@pytest.mark.both_engines
@pytest.mark.parametrize("book_between", [False, True])
def test_each_part_of_a_second_claim_on_an_invoice_is_booked_once(system: System, book_between: bool) -> None:
    desk = ClaimDesk(system)
    invoice = desk.paid()
    first = desk.ask(invoice)
    desk.confirm(first)
    come_back(system, set_off(system), on=date(2026, 6, 9))
    desk.ask_write_off(first, on=date(2026, 6, 10))
    desk.write_off(first, on=date(2026, 6, 11))
    booked = [*book(system, on=date(2026, 6, 12))] if book_between else []
    # It was withdrawn, since no credit note had come; the one that comes raises another.
    desk.credited(on=date(2026, 6, 15))
    second = desk.claim(invoice)
    assert second.number != first.number
    desk.repaid(second, "375.00", on=date(2026, 6, 16))
    desk.repaid(second, on=date(2026, 6, 17))
    assert desk.claim(invoice).state is ClaimState.SETTLED
    booked += book(system, on=date(2026, 6, 18))
    given_back = [
        (each.kind, each.about, str(max(row.amount for row in each.rows)))
        for each in booked
        if each.kind in (VoucherKind.GIVEN_BACK, VoucherKind.CLAIM_REOPENED)
    ]
    assert given_back == [
        (VoucherKind.GIVEN_BACK, str(invoice.id), "2375.00"),
        (VoucherKind.CLAIM_REOPENED, f"{invoice.id}-2", "2375.00"),
        (VoucherKind.GIVEN_BACK, f"{second.number}/1", "375.00"),
        (VoucherKind.GIVEN_BACK, f"{second.number}/2", "2000.00"),
    ]
    with pytest.raises(NothingToBook):
        book(system, on=date(2026, 6, 18))
    # All that F-1 was paid came back, and nothing is left of its debt.
    of_it = [row for each in booked if "F-1" in each.text for row in each.rows]
    assert sum((row.amount for row in of_it if row.account == ACCOUNTS.payable), Decimal()) == 0
    assert system.broken() == []
