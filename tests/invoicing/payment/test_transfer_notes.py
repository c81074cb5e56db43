"""What the bank did where no file says it, and what came back after it was paid: one says it, another confirms it."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest
from sqlalchemy import update
from sqlalchemy.exc import IntegrityError

from bookkeeping import booking
from bookkeeping.ledger_accounts import LedgerAccounts
from bookkeeping.vouchers import Voucher
from foundation.errors import Refused
from foundation.personal_numbers import PersonalNumber
from invoicing.model import InvoiceState, SupplierInvoice
from invoicing.payment import payment_store
from invoicing.payment import tables as payment_tables
from invoicing.payment.attest_rights import AttestRefused
from invoicing.payment.bank_answers import transfer_note_store, transfer_notes
from invoicing.payment.bank_answers.bank_report_store import BankReportResult
from invoicing.payment.bank_answers.transfer_note_store import TransferSaid
from invoicing.payment.bank_answers.transfer_notes import NEEDS, TransferNoteRefused
from invoicing.payment.payment import SamePerson
from invoicing.payment.proposal_store import Proposal
from invoicing.payment.transfers import ItemState
from invoicing.reconciliation import entry_queries
from invoicing.reconciliation.entry_source_queries import EntryFilter
from invoicing.reconciliation.statement import StatementKey
from operations.checks import invariants
from orders.register import store as register_store
from tests.support.stories.bank_writes import account, back, paid
from tests.support.stories.claiming import ClaimDesk
from tests.support.stories.paying import ATTESTER, NOW, OFFICER, SECOND, PayDesk
from tests.support.stories.system import LARKDRILLEN, System, a_system

REFERENCE = "100000101"
FEBRUARY, MARCH, BACK, AGAIN = date(2026, 2, 3), date(2026, 3, 5), date(2026, 3, 9), date(2026, 3, 20)
NAME, NEXT = "RM30000001-00001", "RM30000002-00001"
_S = TransferSaid


def two_months(system: System) -> None:
    """One placement with two months received."""
    system.decide(REFERENCE)
    for month, on in (("2026-01", date(2026, 2, 2)), ("2026-02", date(2026, 3, 2))):
        system.report(REFERENCE, month, on=on)


@pytest.fixture
def system(database_url: str) -> Iterator[System]:
    with a_system(database_url, begun=two_months) as system:
        yield system


@pytest.fixture
def desk(system: System) -> PayDesk:
    desk = PayDesk(system)
    for person in (ATTESTER, SECOND, "user-21"):
        desk.give_right(person)
    return desk


@pytest.fixture
def invoice(system: System) -> SupplierInvoice:
    return system.send_invoice(system.order(REFERENCE).number, number="F-1", on=FEBRUARY)


@pytest.fixture
def sent(desk: PayDesk, invoice: SupplierInvoice) -> Proposal:
    return send(desk, MARCH)


def send(desk: PayDesk, on: date, *, by: str = ATTESTER) -> Proposal:
    proposal = desk.propose(on=on)
    desk.attest(proposal, by=by)
    desk.export(proposal)
    return proposal


def say(
    system: System,
    said: TransferSaid,
    *,
    about: str = NAME,
    on_day: date = BACK,
    reason: str = "Ringde banken, ärende 77.",
    by: str = OFFICER,
    today: date = BACK,
) -> None:
    with system.database.writing() as session:
        transfer_notes.note(session, about, said, on_day=on_day, reason=reason, by=by, today=today)


def confirm(system: System, *, about: str = NAME, by: str = SECOND, today: date = BACK) -> None:
    with system.database.writing() as session:
        transfer_notes.confirm(session, register_store.load(session), about, by=by, today=today)


def sound(system: System) -> None:
    with system.database.reading() as session:
        for name, find in invariants.INVARIANTS.items():
            assert list(find(session)) == [], name


def book(system: System, on: date) -> tuple[Voucher, ...]:
    with system.database.writing() as session:
        register = register_store.load(session)
        run = booking.book(session, register, LedgerAccounts(), today=on, by=OFFICER, now=NOW)
    return run.vouchers


def paid_as_of(system: System, day: date | None) -> Decimal:
    with system.database.reading() as session:
        statement = entry_queries.statement(session, EntryFilter(as_of=day), by=(StatementKey.SUPPLIER,))
    return sum((row.paid.amount for row in statement.rows), Decimal(0))


def approved_as_of(system: System, day: date | None) -> Decimal:
    with system.database.reading() as session:
        return entry_queries.statement(session, EntryFilter(as_of=day), by=()).total.approved.amount


# Returned after booking ---------------------------------------------------------------------------


@pytest.mark.both_engines
def test_a_payment_that_came_back_is_due_again_by_two_people_and_paid_by_others(
    system: System, desk: PayDesk, invoice: SupplierInvoice, sent: Proposal
) -> None:
    desk.bank_says(account(paid((NAME, "2375.00"))), on=MARCH)
    (finding,) = desk.bank_says(account(back(NAME, "2375.00")), on=BACK).told
    assert finding.outcome is BankReportResult.RETURNED_AFTER_PAID
    assert "the account is closed (AC04)" in finding.sentence.en
    say(system, _S.RETURNED)
    assert system.invoice(invoice.id).state is InvoiceState.PAID
    with pytest.raises(SamePerson):
        confirm(system, by=OFFICER)
    confirm(system)
    again = system.invoice(invoice.id)
    assert (again.state, again.paid_on) == (InvoiceState.ACCEPTED, None)
    assert [item.state for item in desk.items(sent)] == ["RETURNED"]
    sound(system)
    # Neither who said it nor who confirmed it attests that the money leaves once more.
    desk.give_right(OFFICER)
    proposal = desk.propose(on=AGAIN, by="user-30")
    for said_so in (OFFICER, SECOND):
        with pytest.raises(AttestRefused, match="decided about the invoice"):
            desk.attest(proposal, by=said_so)
    desk.attest(proposal, by="user-21")
    desk.export(proposal)
    told = desk.bank_says(account(paid((NEXT, "2375.00"))), on=AGAIN)
    assert [each.outcome for each in told.told] == [BankReportResult.PAID]
    assert system.invoice(invoice.id).state is InvoiceState.PAID
    # Peppol ends with PD: the supplier's system is told of the payment once.
    assert system.answers(system.invoice(invoice.id)) == ["AP", "PD"]
    sound(system)


def test_each_step_is_one_voucher_and_the_statement_of_any_day_tells_how_it_stood(
    system: System, desk: PayDesk, invoice: SupplierInvoice, sent: Proposal
) -> None:
    desk.bank_says(account(paid((NAME, "2375.00"))), on=MARCH)
    say(system, _S.RETURNED)
    confirm(system)
    proposal = desk.propose(on=AGAIN, by="user-30")
    desk.attest(proposal, by="user-21")
    desk.export(proposal)
    desk.bank_says(account(replace(paid((NEXT, "2375.00")), day="2026-03-20")), on=AGAIN)
    vouchers = book(system, AGAIN)
    assert [each.kind for each in vouchers] == ["INVOICE", "PAYMENT", "PAYMENT_RETURNED", "PAYMENT"]
    bank = sum(row.amount for each in vouchers for row in each.rows if row.account == LedgerAccounts().bank)
    assert bank == Decimal("-2375.00")
    days = [
        (MARCH, "1900.00"),
        (date(2026, 3, 8), "1900.00"),
        (BACK, "0"),
        (date(2026, 3, 19), "0"),
        (AGAIN, "1900.00"),
    ]
    assert [(day, paid_as_of(system, day)) for day, _ in days] == [(day, Decimal(sum_)) for day, sum_ in days]
    assert paid_as_of(system, None) == Decimal("1900.00")
    with pytest.raises(booking.NothingToBook):
        book(system, AGAIN)


def test_a_payment_by_other_means_comes_back_too(
    system: System, desk: PayDesk, invoice: SupplierInvoice
) -> None:
    desk.give_right("attester-1")
    (made,) = system.pay(on=MARCH)
    say(system, _S.RETURNED, about=made.number)
    confirm(system, about=made.number)
    assert system.invoice(invoice.id).state is InvoiceState.ACCEPTED
    assert len(system.pay(on=AGAIN)) == 1
    sound(system)


@pytest.mark.both_engines
def test_what_two_had_claimed_back_and_came_back_by_the_bank_is_approved_no_more_on_any_day(
    system: System, desk: PayDesk, invoice: SupplierInvoice, sent: Proposal
) -> None:
    """Its claim falls with the payment; the invoice is wrong still, and waits for its credit note."""
    desk.bank_says(account(paid((NAME, "2375.00"))), on=MARCH)
    claims = ClaimDesk(system)
    claims.confirm(claims.ask(invoice, on=MARCH), on=MARCH)
    say(system, _S.RETURNED)
    confirm(system)
    assert (system.invoice(invoice.id).state, system.invoice(invoice.id).paid_on) == (
        InvoiceState.CREDIT_REQUESTED,
        None,
    )
    with system.database.reading() as session:
        now, today, before = (
            entry_queries.statement(session, EntryFilter(as_of=on), by=()).total
            for on in (None, BACK, FEBRUARY)
        )
    assert today == now
    assert [str(each.approved.amount) for each in (before, now)] == ["1900.00", "0.00"]


@pytest.mark.parametrize("has_left", [True, False])
def test_what_stood_though_its_account_was_changed_is_told_alike_on_the_day_and_now(
    system: System, desk: PayDesk, invoice: SupplierInvoice, sent: Proposal, *, has_left: bool
) -> None:
    """Judged again while the bank has it, or has paid it, it stands; and when the money comes back it is due again."""
    if has_left:
        desk.bank_says(account(paid((NAME, "2375.00"))), on=MARCH)
    with system.database.reading() as session:
        register = register_store.load(session)
    theirs = register.supplier(LARKDRILLEN).payment_accounts
    changed = tuple(replace(each, payment_accounts=theirs) for each in register.suppliers)
    system.change_register(replace(register, suppliers=changed))
    system.report(REFERENCE, "2026-01", version=2, on=MARCH)
    assert system.invoice(invoice.id).codes == ("PAYEE_ACCOUNT",)
    told = [approved_as_of(system, day) for day in (None, MARCH)]
    say(system, _S.RETURNED if has_left else _S.NOT_PAID)
    confirm(system)
    assert system.invoice(invoice.id).state is InvoiceState.ACCEPTED
    assert [*told, *(approved_as_of(system, day) for day in (None, BACK))] == [Decimal("1900.00")] * 4


def test_what_was_taken_off_a_payment_that_came_back_is_owed_again(system: System, desk: PayDesk) -> None:
    """F-1 is paid and credited; its claim is taken off F-3, whose payment comes back, and off the next."""
    desk.give_right("attester-1")
    document = system.flip(system.order(REFERENCE).number, number="F-1", on=FEBRUARY)
    credited = system.send(document, on=FEBRUARY)
    system.pay(on=MARCH)
    system.send_credit(document, number="K-1", on=date(2026, 3, 6))
    system.report(REFERENCE, "2026-03", on=date(2026, 4, 2))
    third = system.send_invoice(system.order(REFERENCE).number, "003", number="F-3", on=date(2026, 4, 3))
    first = send(desk, date(2026, 5, 3))
    statement = account(paid((NAME, "237.50")))
    desk.bank_says(statement, on=date(2026, 5, 4))
    assert [(item.kind, item.state) for item in desk.items(first)] == [
        ("INVOICE", "PAID"),
        ("CREDIT", "PAID"),
    ]
    may = date(2026, 5, 8)
    say(system, _S.RETURNED, on_day=may, today=may)
    confirm(system, today=may)
    with system.database.reading() as session:
        assert [claim.invoice_id for claim in payment_store.claims(session)] == [credited.id]
    assert system.invoice(third.id).state is InvoiceState.ACCEPTED
    sound(system)
    proposal = desk.propose(on=date(2026, 5, 10), by="user-30")
    desk.attest(proposal, by="user-21")
    assert [str(each.amount) for each in desk.export(proposal).transfers] == ["237.50 SEK"]
    desk.bank_says(account(paid((NEXT, "237.50"))), on=date(2026, 5, 12))
    with system.database.reading() as session:
        assert payment_store.claims(session) == []
    sound(system)
    kinds = [voucher.kind for voucher in book(system, date(2026, 5, 12))]
    assert sorted(kinds) == sorted(
        [
            *("INVOICE", "INVOICE", "CREDIT", "PAYMENT", "PAYMENT", "GIVEN_BACK"),
            *("PAYMENT_RETURNED", "CLAIM_REOPENED", "PAYMENT", "GIVEN_BACK"),
        ]
    )


def test_who_says_so_twice_or_of_another_state_or_day_or_without_a_reason_is_refused(
    system: System, desk: PayDesk, sent: Proposal
) -> None:
    for said in _S:
        if NEEDS[said] is not ItemState.EXPORTED:
            with pytest.raises(TransferNoteRefused, match="not in a state"):
                say(system, said)
    with pytest.raises(TransferNoteRefused, match="not in a state"):
        say(system, _S.PAID, about="RM30000001-00002")
    with pytest.raises(TransferNoteRefused, match="between 2026-03-05 and today"):
        say(system, _S.PAID, on_day=date(2026, 3, 4))
    with pytest.raises(TransferNoteRefused, match="between"):
        say(system, _S.PAID, on_day=date(2026, 3, 10))
    for nothing in ("", "  ", "x" * 501):
        with pytest.raises(TransferNoteRefused, match=r"how you know it|too long"):
            say(system, _S.PAID, reason=nothing)
    with pytest.raises(PersonalNumber):
        say(system, _S.PAID, reason="Anna 19850709-9805 ringde")
    with pytest.raises(TransferNoteRefused, match="Nothing is noted"):
        confirm(system)
    say(system, _S.PAID)
    with pytest.raises(TransferNoteRefused, match="noted already"):
        say(system, _S.NOT_PAID, by=SECOND)


# Where no file says it ----------------------------------------------------------------------------


def test_what_the_bank_paid_without_saying_so_is_paid_by_two(
    system: System, desk: PayDesk, invoice: SupplierInvoice, sent: Proposal
) -> None:
    say(system, _S.PAID)
    confirm(system)
    assert (system.invoice(invoice.id).state, system.invoice(invoice.id).paid_on) == (InvoiceState.PAID, BACK)
    assert desk.state(sent) == "PAID"
    told = desk.bank_says(account(paid((NAME, "2375.00"))), on=BACK)
    assert [each.outcome for each in told.told] == [BankReportResult.REPEAT]
    sound(system)


def test_what_the_bank_never_paid_is_freed_by_two_and_due_again(
    system: System, desk: PayDesk, invoice: SupplierInvoice, sent: Proposal
) -> None:
    say(system, _S.NOT_PAID)
    confirm(system)
    assert (desk.state(sent), [item.state for item in desk.items(sent)]) == ("REFUSED", ["REFUSED"])
    assert [item.invoice_id for item in desk.items(desk.propose(on=AGAIN))] == [invoice.id]
    sound(system)


def test_a_note_is_taken_back_by_either_and_falls_where_the_bank_speaks_first(
    system: System, desk: PayDesk, sent: Proposal
) -> None:
    say(system, _S.NOT_PAID)
    with system.database.writing() as session:
        transfer_notes.take_back(session, NAME, by=SECOND)
    say(system, _S.NOT_PAID)
    desk.bank_says(account(paid((NAME, "2375.00"))), on=BACK)
    with pytest.raises(TransferNoteRefused, match="not in a state"):
        confirm(system)
    with system.database.writing() as session:
        transfer_notes.take_back(session, NAME, by=OFFICER)
    with system.database.reading() as session:
        assert transfer_note_store.waiting(session) == []


def test_the_database_itself_refuses_one_person_alone(system: System, desk: PayDesk, sent: Proposal) -> None:
    say(system, _S.PAID)
    note = payment_tables.transfer_note
    with pytest.raises(IntegrityError), system.database.writing() as session:
        session.execute(update(note).values(state="CONFIRMED", ended_by=OFFICER))


def test_every_refusal_is_said_in_both_languages(system: System, desk: PayDesk, sent: Proposal) -> None:
    with pytest.raises(Refused) as refusal:
        say(system, _S.RETURNED)
    assert refusal.value.text.sv != refusal.value.text.en
