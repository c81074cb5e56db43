"""A claim from the day it is raised to the day it ends, by every way there is, and never twice for the same money."""

from collections.abc import Iterator
from datetime import date
from decimal import Decimal

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from foundation.errors import Refused
from foundation.money import Money
from invoicing.claims import claim_store, raising, steps
from invoicing.claims.claim_states import ClaimCause, ClaimState
from invoicing.claims.claim_store import NoClaim
from invoicing.claims.interest import RateUnknown
from invoicing.claims.raising import ClaimRefused
from invoicing.model import InvoiceState
from invoicing.payment import payment, payment_store, repayment_store, repayments
from invoicing.payment.payable import PayableKind
from invoicing.payment.repayments import RepaymentRefused
from invoicing.remittance import advice_queries
from tests.support.stories.claiming import REFERENCE, ClaimDesk, two_months
from tests.support.stories.paying import OFFICER, SECOND, PayDesk, notice
from tests.support.stories.system import LARKDRILLEN, System, a_system

MAY = date(2026, 5, 2)


@pytest.fixture
def system(database_url: str) -> Iterator[System]:
    with a_system(database_url, begun=two_months) as system:
        yield system


@pytest.fixture
def desk(system: System) -> ClaimDesk:
    return ClaimDesk(system)


@pytest.mark.both_engines
def test_the_credit_of_a_paid_invoice_raises_a_claim_by_itself_with_a_number_to_pay_by(
    system: System, desk: ClaimDesk
) -> None:
    invoice = desk.paid()
    desk.credited()
    claim = desk.claim(invoice)
    assert (claim.number, claim.ocr) == ("60000001", "600000012")
    assert (claim.state, claim.cause, claim.left) == (
        ClaimState.RAISED,
        ClaimCause.CREDIT,
        invoice.amount_payable,
    )
    assert system.broken() == []


def test_two_people_claim_a_paid_month_before_any_credit_note_and_the_note_makes_no_second_claim(
    system: System, desk: ClaimDesk
) -> None:
    invoice = desk.paid()
    asked = desk.ask(invoice)
    assert asked.state is ClaimState.ASKED
    with system.database.reading() as session:
        assert payment_store.claims(session) == []
    with pytest.raises(ClaimRefused, match="another than the first"):
        desk.confirm(asked, by=OFFICER)
    desk.confirm(asked)
    assert system.invoice(invoice.id).state is InvoiceState.CREDIT_REQUESTED
    desk.credited(on=date(2026, 5, 6))
    assert system.invoice(invoice.id).state is InvoiceState.CREDITED
    claim = desk.claim(invoice)
    assert (claim.number, claim.state, claim.is_credited) == (asked.number, ClaimState.RAISED, True)
    assert system.broken() == []


def test_the_credit_note_that_comes_before_the_second_person_takes_the_place_of_what_was_asked(
    desk: ClaimDesk,
) -> None:
    invoice = desk.paid()
    asked = desk.ask(invoice)
    desk.credited()
    assert (desk.claim(invoice).number, desk.claim(invoice).cause) != (asked.number, asked.cause)
    with pytest.raises(Refused, match="cannot get the state"):
        desk.confirm(asked)


def test_what_is_not_paid_or_is_claimed_already_is_not_claimed(system: System, desk: ClaimDesk) -> None:
    invoice = desk.paid()
    other = system.send_invoice(system.order(REFERENCE).number, "002", number="F-2", on=MAY)
    with pytest.raises(ClaimRefused, match="Only what is paid"):
        desk.ask(other)
    with pytest.raises(ClaimRefused, match="by itself"):
        desk.ask(invoice, cause=ClaimCause.CREDIT)
    desk.ask(invoice)
    with pytest.raises(ClaimRefused, match="There is a claim"):
        desk.ask(invoice, by=SECOND)


def test_a_claim_that_is_declined_was_never_one_and_may_be_asked_for_again(
    system: System, desk: ClaimDesk
) -> None:
    invoice = desk.paid()
    asked = desk.ask(invoice)
    with system.database.writing() as session:
        raising.decline(session, asked.number, by=SECOND, today=MAY)
    assert system.invoice(invoice.id).state is InvoiceState.PAID
    assert desk.ask(invoice).number != asked.number


@pytest.mark.both_engines
def test_what_is_claimed_without_a_credit_note_is_taken_off_the_next_payment(
    system: System, desk: ClaimDesk
) -> None:
    invoice = desk.paid()
    claim = desk.ask(invoice)
    desk.confirm(claim)
    transfer = _set_off(system)
    settled = desk.claim(invoice)
    assert (settled.state, settled.left) == (ClaimState.SETTLED, Money.of("0.00"))
    with system.database.reading() as session:
        assert payment_store.claims(session) == []
    with system.database.reading() as session:
        paid = advice_queries.of_payment(session, invoice.supplier, transfer)
    assert paid is not None
    assert "avräknad fordran för F-1 -2 375,00" in paid.words.sv
    # The credit note that comes afterwards is about the same money.
    desk.credited(on=date(2026, 7, 1))
    assert desk.claim(invoice).number == claim.number
    with system.database.reading() as session:
        assert payment_store.claims(session) == []
    assert system.broken() == []


def _set_off(system: System) -> str:
    """Two invoices, of which the claim is taken off one sum; what the bank knows it by."""
    paying = PayDesk(system)
    system.report(REFERENCE, "2026-03", on=date(2026, 4, 2))
    order = system.order(REFERENCE).number
    for line, number in (("002", "F-2"), ("003", "F-3")):
        system.send_invoice(order, line, number=number, on=date(2026, 5, 3))
    paying.give_right(since=date(2026, 1, 1))
    proposal = paying.propose(on=date(2026, 6, 7))
    assert [each.kind for each in paying.items(proposal)].count(PayableKind.CREDIT) == 1
    paying.attest(proposal)
    transfers = paying.export(proposal).transfers
    told = [(each.end_to_end, str(each.amount.amount)) for each in transfers]
    paying.bank_says(notice(*told, day="2026-06-07"), on=date(2026, 6, 7))
    (bundle,) = [each for each in transfers if len(each.parts) > 1]
    return bundle.end_to_end


@pytest.mark.both_engines
def test_the_rest_of_a_claim_that_was_repaid_in_part_is_taken_off_the_next_payment(
    system: System, desk: ClaimDesk
) -> None:
    invoice = desk.paid()
    desk.credited()
    desk.repaid(desk.claim(invoice), "100.00", on=date(2026, 5, 4))
    _set_off(system)
    settled = desk.claim(invoice)
    assert (settled.state, settled.left) == (ClaimState.SETTLED, Money.of("0.00"))
    assert system.broken() == []


@pytest.mark.parametrize("then", ["disputed", "asked written off", "repaid"])
def test_what_two_have_claimed_is_confirmed_once_and_never_out_of_a_dispute_or_its_end(
    system: System, desk: ClaimDesk, then: str
) -> None:
    invoice = desk.paid()
    claim = desk.ask(invoice)
    desk.confirm(claim)
    if then == "disputed":
        desk.dispute(claim, on=date(2026, 5, 5))
    elif then == "asked written off":
        desk.ask_write_off(claim)
    else:
        desk.repaid(claim, on=date(2026, 5, 5))
    before = desk.claim(invoice)
    for person in (SECOND, "user-31"):
        with pytest.raises(Refused):
            desk.confirm(claim, by=person, on=date(2026, 5, 6))
    assert desk.claim(invoice) == before


@pytest.mark.both_engines
def test_what_is_owed_again_after_the_rest_was_taken_off_is_demanded_disputed_and_repaid(
    system: System, desk: ClaimDesk
) -> None:
    """What was taken off and paid stays so, and is in the way of nothing that is done about the rest."""
    invoice = desk.paid()
    desk.credited()
    desk.repaid(desk.claim(invoice), "100.00", on=date(2026, 5, 4))
    _set_off(system)
    taken_back = date(2026, 12, 1)
    with system.database.writing() as session:
        (note,) = repayment_store.confirmed(session, invoice.id)
        told = {"undone_on": taken_back, "today": taken_back, "reason": "Banken ringde"}
        repayments.ask_undo(session, invoice.id, note.id, by=OFFICER, **told)  # type: ignore[arg-type]
        repayments.confirm_undo(session, invoice.id, note.id, by=SECOND)
    claim = desk.claim(invoice)
    assert (claim.state, claim.left) == (ClaimState.RAISED, Money.of("100.00"))
    assert system.broken() == []
    desk.demand(claim, on=taken_back)
    desk.dispute(claim, on=taken_back)
    desk.uphold(claim, on=taken_back)
    desk.ask_write_off(claim, on=taken_back)
    desk.keep(claim)
    desk.repaid(claim, on=taken_back)
    assert desk.claim(invoice).state is ClaimState.SETTLED
    assert system.broken() == []


@pytest.mark.both_engines
def test_what_is_owed_again_after_the_rest_was_taken_off_is_taken_off_another_payment(
    system: System, desk: ClaimDesk
) -> None:
    invoice = desk.paid()
    desk.credited()
    desk.repaid(desk.claim(invoice), "100.00", on=date(2026, 5, 4))
    _set_off(system)
    taken_back = date(2026, 7, 1)
    with system.database.writing() as session:
        (note,) = repayment_store.confirmed(session, invoice.id)
        told = {"undone_on": taken_back, "today": taken_back, "reason": "Banken ringde"}
        repayments.ask_undo(session, invoice.id, note.id, by=OFFICER, **told)  # type: ignore[arg-type]
        repayments.confirm_undo(session, invoice.id, note.id, by=SECOND)
    system.report(REFERENCE, "2026-04", on=date(2026, 5, 4))
    order = system.order(REFERENCE).number
    system.send_invoice(order, "004", number="F-4", on=taken_back)
    paying = PayDesk(system)
    proposal = paying.propose(on=date(2026, 8, 3))
    kinds = [(each.kind, str(each.amount.amount)) for each in paying.items(proposal)]
    assert (PayableKind.CREDIT, "100.00") in kinds
    paying.attest(proposal)
    (transfer,) = paying.export(proposal).transfers
    told_by_bank = notice((transfer.end_to_end, str(transfer.amount.amount)), day="2026-08-03")
    paying.bank_says(told_by_bank, on=date(2026, 8, 3))
    assert desk.claim(invoice).state is ClaimState.SETTLED
    assert system.broken() == []


@pytest.mark.both_engines
def test_a_claim_whose_deposit_waits_for_a_second_person_is_neither_set_off_nor_written_off(
    system: System, desk: ClaimDesk
) -> None:
    invoice = desk.paid()
    desk.credited()
    claim = desk.claim(invoice)
    paying = PayDesk(system)
    system.report(REFERENCE, "2026-03", on=date(2026, 4, 2))
    for line, number in (("002", "F-2"), ("003", "F-3")):
        system.send_invoice(system.order(REFERENCE).number, line, number=number, on=date(2026, 5, 3))
    with system.database.writing() as session:
        repayments.note(
            session,
            invoice.id,
            by=OFFICER,
            came_on=date(2026, 5, 4),
            reference="BG 7",
            today=date(2026, 5, 4),
        )
    proposal = paying.propose(on=date(2026, 6, 7))
    assert PayableKind.CREDIT not in [each.kind for each in paying.items(proposal)]
    with pytest.raises(ClaimRefused, match="A repayment is noted"):
        desk.ask_write_off(claim)
    with pytest.raises(payment.SamePerson), system.database.writing() as session:
        repayments.confirm(session, invoice.id, by=OFFICER)
    with system.database.writing() as session:
        repayments.confirm(session, invoice.id, by=SECOND)
    assert desk.claim(invoice).state is ClaimState.SETTLED
    assert system.broken() == []


def test_whoever_noted_a_deposit_with_interest_does_not_confirm_it(system: System, desk: ClaimDesk) -> None:
    invoice = desk.paid()
    desk.credited()
    claim = desk.claim(invoice)
    desk.demand(claim, on=date(2026, 5, 6))
    desk.rate()
    on = date(2026, 6, 15)
    with system.database.writing() as session:
        came = claim.amount + Money.of("7.81")
        repayments.note(session, invoice.id, by=OFFICER, came_on=on, reference="BG 7", today=on, amount=came)
    with pytest.raises(payment.SamePerson), system.database.writing() as session:
        repayments.confirm(session, invoice.id, by=OFFICER)


def test_a_claim_is_demanded_and_reminded_of_when_its_day_has_gone_by(desk: ClaimDesk) -> None:
    invoice = desk.paid()
    desk.credited()
    claim = desk.claim(invoice)
    with pytest.raises(ClaimRefused, match="2026-06-05"):
        desk.demand(claim, on=date(2026, 5, 6), due_on=date(2026, 5, 20))
    letter = desk.demand(claim, on=date(2026, 5, 6))
    assert (letter.due_on, letter.to_pay, letter.interest.spans) == (date(2026, 6, 5), claim.amount, ())
    with pytest.raises(ClaimRefused, match="Remind after"):
        desk.demand(claim, on=date(2026, 6, 5))
    assert not desk.claim(invoice).is_overdue(date(2026, 6, 5))
    assert desk.claim(invoice).is_overdue(date(2026, 6, 6))
    with pytest.raises(RateUnknown, match="from 2026-01-01 has not been entered"):
        desk.demand(claim, on=date(2026, 6, 15))
    desk.rate()
    reminder = desk.demand(claim, on=date(2026, 6, 15))
    # Ten days at 12 percent a year on 2 375 kronor.
    assert reminder.interest.amount == Money.of("7.81")
    assert reminder.to_pay == claim.amount + Money.of("7.81")
    assert desk.claim(invoice).state is ClaimState.REMINDED


def test_it_is_repaid_in_parts_and_what_is_above_them_is_interest_and_no_more(
    system: System, desk: ClaimDesk
) -> None:
    invoice = desk.paid()
    desk.credited()
    claim = desk.claim(invoice)
    desk.demand(claim, on=date(2026, 5, 6))
    desk.rate()
    desk.repaid(claim, "375.00", on=date(2026, 5, 20))
    assert (desk.claim(invoice).left, desk.claim(invoice).state) == (
        Money.of("2000.00"),
        ClaimState.DEMANDED,
    )
    with pytest.raises(RepaymentRefused, match="at most 2,006"):
        desk.repaid(claim, "2006.59", on=date(2026, 6, 15))
    # Ten days on what was left.
    desk.repaid(claim, "2006.58", on=date(2026, 6, 15))
    ended = desk.claim(invoice)
    assert (ended.state, ended.left, ended.ended_on) == (
        ClaimState.SETTLED,
        Money.of("0.00"),
        date(2026, 6, 15),
    )
    with system.database.reading() as session:
        rows = session.execute(text("select position, how, amount, amount_net from claim_part order by 1"))
        parts = [(row.position, row.how) for row in rows]
    assert parts == [(1, "REPAID"), (2, "INTEREST"), (3, "REPAID")]
    assert system.broken() == []


def test_what_is_disputed_is_neither_set_off_nor_demanded_until_it_is_answered(
    system: System, desk: ClaimDesk
) -> None:
    invoice = desk.paid()
    desk.credited()
    claim = desk.claim(invoice)
    desk.demand(claim, on=MAY)
    with pytest.raises(NoClaim):
        desk.dispute(claim, on=MAY, supplier=LARKDRILLEN)
    desk.dispute(claim, on=MAY)
    with pytest.raises(ClaimRefused, match="Disputed"):
        desk.demand(claim, on=date(2026, 7, 1))
    order = system.order(REFERENCE).number
    system.send_invoice(order, "002", number="F-2", on=MAY)
    system.send_invoice(order, "001", number="F-3", on=MAY)
    proposal = PayDesk(system).propose(on=date(2026, 6, 7))
    assert {each.kind for each in PayDesk(system).items(proposal)} == {"INVOICE"}
    desk.uphold(claim, on=date(2026, 6, 10))
    assert desk.claim(invoice).state is ClaimState.DEMANDED


@pytest.mark.both_engines
def test_a_dispute_takes_the_claim_out_of_a_proposal_that_has_not_left(
    system: System, desk: ClaimDesk
) -> None:
    invoice = desk.paid()
    desk.credited()
    order = system.order(REFERENCE).number
    system.send_invoice(order, "002", number="F-2", on=MAY)
    system.send_invoice(order, "001", number="F-3", on=MAY)
    paying = PayDesk(system)
    paying.give_right(since=date(2026, 1, 1))
    proposal = paying.propose(on=date(2026, 6, 7))
    paying.attest(proposal)
    desk.dispute(desk.claim(invoice), on=MAY)
    dropped = paying.drop_changed(proposal)
    assert [each.kind for each in dropped.taken_out] == ["CREDIT"]
    assert {each.kind for each in paying.items(proposal) if each.is_live} == {"INVOICE"}


def test_two_people_write_off_what_was_credited_and_nothing_is_owed(system: System, desk: ClaimDesk) -> None:
    invoice = desk.paid()
    desk.credited()
    claim = desk.claim(invoice)
    desk.repaid(claim, "1000.00", on=date(2026, 5, 20))
    desk.dispute(claim, on=date(2026, 5, 21))
    desk.ask_write_off(claim)
    desk.keep(claim)
    assert desk.claim(invoice).state is ClaimState.DISPUTED
    desk.ask_write_off(claim)
    with pytest.raises(ClaimRefused, match="another than the first"):
        desk.write_off(claim, on=date(2026, 6, 1), by=OFFICER)
    desk.write_off(claim, on=date(2026, 6, 1))
    assert desk.claim(invoice).state is ClaimState.WRITTEN_OFF
    with system.database.reading() as session:
        assert payment_store.claims(session) == []
    assert system.broken() == []


def test_what_is_written_off_without_a_credit_note_stays_paid(system: System, desk: ClaimDesk) -> None:
    invoice = desk.paid()
    claim = desk.ask(invoice)
    desk.confirm(claim)
    desk.ask_write_off(claim)
    desk.write_off(claim, on=date(2026, 6, 1))
    assert system.invoice(invoice.id).state is InvoiceState.PAID
    assert system.broken() == []
    # The supplier credits it all the same: that is a claim of its own.
    desk.credited(on=date(2026, 6, 2))
    assert desk.claim(invoice).number != claim.number
    with system.database.reading() as session:
        told = [(each.state, each.left.amount) for each in claim_store.all_of_invoice(session, invoice.id)]
    assert told == [(ClaimState.WITHDRAWN, Decimal(0)), (ClaimState.RAISED, claim.amount.amount)]


def test_a_month_that_is_approved_anew_withdraws_its_claim_and_one_given_back_is_invoiced_anew(
    system: System, desk: ClaimDesk
) -> None:
    invoice = desk.paid()
    claim = desk.ask(invoice)
    desk.confirm(claim)
    with system.database.writing() as session:
        assert raising.withdraw_for(session, invoice.id, today=MAY)
    again = desk.ask(invoice)
    desk.confirm(again)
    desk.repaid(again, "100.00", on=MAY)
    with system.database.writing() as session:
        assert not raising.withdraw_for(session, invoice.id, today=MAY)


def test_the_database_holds_a_claim_to_one_of_an_invoice_and_to_two_people(
    system: System, desk: ClaimDesk
) -> None:
    desk.ask(desk.paid())
    for statement in (
        "update claim set state = 'RAISED'",
        "update claim set state = 'RAISED', confirmed_by = asked_by",
        "update claim set state = 'WRITTEN_OFF', confirmed_by = 'user-9', ended_by = 'user-9'",
        "insert into claim (number, ocr, invoice_id, supplier, cause, amount, amount_net, currency, state, raised_on)"
        " select '61', '612', invoice_id, supplier, 'CREDIT', amount, amount_net, currency, 'RAISED', raised_on"
        " from claim",
    ):
        with pytest.raises(IntegrityError), system.database.writing() as session:
            session.execute(text(statement))


def test_words_that_name_a_person_are_refused(system: System, desk: ClaimDesk) -> None:
    invoice = desk.paid()
    desk.credited()
    claim = desk.claim(invoice)
    with pytest.raises(Refused, match="personal identity number"), system.database.writing() as session:
        steps.ask_write_off(session, claim.number, by=OFFICER, reason="Gäller 19121212-1212", today=MAY)
