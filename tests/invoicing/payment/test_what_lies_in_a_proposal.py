"""The rows that stand behind a payment, whole: what a proposal holds, who attested it, what left and what came back."""

from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal

import pytest
from sqlalchemy import Table, select

from foundation import journal
from foundation.money import Money
from foundation.transitions import StepRefused
from invoicing.payment import attest_store, payable_store, proposal_store, proposals
from invoicing.payment import tables as payment_tables
from invoicing.payment.payable import PayableKind
from invoicing.payment.proposal_store import Overview, Proposal, ProposalItem
from invoicing.payment.transfers import ItemState, ProposalState
from orders.register import store as register_store
from orders.register.parties import AccountScheme, PaymentAccount
from tests.support.held_rows import held_rows
from tests.support.stories.many_to_pay import MARCH, five_invoices
from tests.support.stories.paying import ATTESTER, NOW, OFFICER, SECOND, PayDesk
from tests.support.stories.system import FYRBAKEN, LARKDRILLEN, a_system


@pytest.fixture
def desk(database_url: str) -> Iterator[PayDesk]:
    with a_system(database_url, begun=five_invoices) as system:
        desk = PayDesk(system)
        desk.give_right()
        yield desk


@pytest.fixture
def proposal(desk: PayDesk) -> Proposal:
    return desk.propose(on=MARCH)


def rows(desk: PayDesk, table: Table) -> list[dict[str, object]]:
    with desk.system.database.reading() as session:
        return [dict(row._mapping) for row in session.execute(select(table))]


def overviews(desk: PayDesk, limit: int = 100) -> list[Overview]:
    with desk.system.database.reading() as session:
        return list(proposal_store.overviews(session, limit=limit))


def test_a_proposal_is_read_as_it_was_kept(desk: PayDesk, proposal: Proposal) -> None:
    kept = Proposal("30000001", MARCH, ProposalState.DRAFT, OFFICER, NOW, "", 0)
    assert proposal == kept
    giro = PaymentAccount(AccountScheme.BANKGIRO, "5999107")
    first, *_ = desk.items(proposal)
    assert first == ProposalItem(
        1,
        "30000001",
        OFFICER,
        1,
        PayableKind.INVOICE,
        FYRBAKEN,
        Money.of("2375.00"),
        giro,
        first.reference,
        ItemState.PROPOSED,
        None,
        "",
        "",
        "",
        "",
    )
    assert [each.supplier for each in desk.items(proposal)] == [FYRBAKEN, LARKDRILLEN] * 2 + [FYRBAKEN]
    assert (first.key, first.is_live) == ((1, PayableKind.INVOICE), True)


def test_an_attest_is_kept_with_whose_right_it_was_and_what_was_seen(
    desk: PayDesk, proposal: Proposal
) -> None:
    desk.substitute(person=ATTESTER, stand_in=SECOND, until=date(2026, 12, 31))
    with desk.system.database.reading() as session:
        keys = [each.key for each in desk.items(proposal)]
        payables = payable_store.load(session, register_store.load(session), keys, pay_on=MARCH)
    desk.attest(proposal, by=SECOND, on=MARCH + timedelta(days=1))
    assert rows(desk, payment_tables.attest) == [
        {
            "id": place,
            "invoice_id": place,
            "proposal": "30000001",
            "prepared_by": OFFICER,
            "by_person": SECOND,
            "right_id": 1,
            "right_of": ATTESTER,
            "on_day": MARCH + timedelta(days=1),
            "at": NOW,
            "amount": payables[place, PayableKind.INVOICE].amount.amount,
            "fingerprint": payables[place, PayableKind.INVOICE].fingerprint,
        }
        for place in range(1, 6)
    ]
    with desk.system.database.reading() as session:
        found = attest_store.given(session, "30000001", [1, 3])
        assert attest_store.given(session, "30000002", [1, 3]) == {}
    assert found == {
        place: attest_store.Attest(payables[place, PayableKind.INVOICE].fingerprint, SECOND, ATTESTER)
        for place in (1, 3)
    }
    assert [(each.attest_id, each.attested_by) for each in desk.items(proposal)] == [
        (place, SECOND) for place in range(1, 6)
    ]


def test_an_attest_stands_while_the_same_is_paid_and_neither_had_a_hand_in_it(
    desk: PayDesk, proposal: Proposal
) -> None:
    with desk.system.database.reading() as session:
        keys = [each.key for each in desk.items(proposal)]
        (one, other, *_) = payable_store.load(
            session, register_store.load(session), keys, pay_on=MARCH
        ).values()
    stands = attest_store.Attest(one.fingerprint, SECOND, ATTESTER).stands
    assert stands(one, prepared_by=OFFICER)
    assert not stands(other, prepared_by=OFFICER)
    assert not stands(one, prepared_by=SECOND)
    assert not stands(one, prepared_by=ATTESTER)


def test_the_list_counts_what_is_in_it_and_what_is_attested(desk: PayDesk, proposal: Proposal) -> None:
    (seen,) = overviews(desk)
    whole = sum((Decimal(each.amount.amount) for each in desk.items(proposal)), Decimal(0))
    assert seen == Overview(proposal, 5, 0, Money(whole, "SEK"))
    desk.attest(proposal)
    assert (overviews(desk)[0].items, overviews(desk)[0].attested) == (5, 5)
    with desk.system.database.writing() as session:
        proposals.take_out(session, 1, by=OFFICER)
    (seen,) = overviews(desk)
    assert (seen.items, seen.attested, seen.to_pay) == (4, 4, Money(whole, "SEK") - Money.of("2375.00"))
    assert seen.proposal.revision == 1
    desk.export(proposal)
    (seen,) = overviews(desk)
    assert (seen.items, seen.attested, seen.proposal.exported_by) == (4, 4, OFFICER)
    assert (seen.proposal.state, seen.proposal.prepared_at) == (ProposalState.EXPORTED, NOW)


def test_a_revision_is_one_more_each_time_and_of_that_proposal(desk: PayDesk, proposal: Proposal) -> None:
    with desk.system.database.writing() as session:
        proposals.take_out(session, 1, by=OFFICER)
    other = desk.propose(on=MARCH)
    with desk.system.database.writing() as session:
        assert proposal_store.raise_revision(session, proposal.number) == 2
        assert proposal_store.raise_revision(session, proposal.number) == 3
        assert proposal_store.get(session, other.number).revision == 0


# What has left ------------------------------------------------------------------------------------


def sent(desk: PayDesk, proposal: Proposal) -> None:
    """All of it is at the bank, but for the first, which was taken out."""
    desk.attest(proposal)
    with desk.system.database.writing() as session:
        proposals.take_out(session, 1, by=OFFICER)
    desk.export(proposal)


def test_what_was_sent_is_found_by_its_name_at_the_bank_and_in_its_proposal(
    desk: PayDesk, proposal: Proposal
) -> None:
    sent(desk, proposal)
    with desk.system.database.reading() as session:
        (third,) = proposal_store.items_sent_as(session, "RM30000001-00002")
        assert proposal_store.items_sent_as(session, "") == []
        assert proposal_store.items_sent_as(session, "RM30000001-00005") == []
        found = proposal_store.items_sent_in(session, "30000001")
        assert proposal_store.items_sent_in(session, "30000002") == []
    assert third.invoice_id == 3
    assert [each.id for each in found] == [2, 3, 4, 5]


def test_what_the_bank_says_of_some_is_noted_of_those_however_many(
    desk: PayDesk, proposal: Proposal, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(proposal_store, "_BATCH", 2)
    sent(desk, proposal)
    with desk.system.database.writing() as session:
        proposal_store.set_bank_status(session, [2, 3, 5], "ACCP")
    assert [each.bank_status for each in desk.items(proposal)] == ["", "ACCP", "ACCP", "", "ACCP"]


def test_where_an_invoice_is_on_its_way(desk: PayDesk, proposal: Proposal) -> None:
    def ways(invoice_id: int) -> tuple[bool, bool, str | None, str]:
        with desk.system.database.reading() as session:
            return (
                payable_store.lies_in_proposal(session, invoice_id),
                payable_store.is_on_its_way(session, invoice_id),
                proposal_store.item_paid(session, invoice_id),
                proposal_store.netting(session, invoice_id),
            )

    assert ways(1) == (True, False, None, "")
    sent(desk, proposal)
    assert ways(1) == (False, False, None, "")
    assert ways(2) == (True, True, None, "")
    with desk.system.database.writing() as session:
        (item,) = proposal_store.items_sent_as(session, "RM30000001-00001")
        proposal_store.move_item(session, item, ItemState.PAID)
        assert proposal_store.item_paid(session, 2) == "RM30000001-00001"
        assert not payable_store.is_on_its_way(session, 2)
        assert payable_store.lies_in_proposal(session, 2)
        assert proposal_store.item_paid(session, 3) is None
        session.rollback()


# Taking out and taking back -------------------------------------------------------------------------


def test_whoever_takes_something_out_is_told_with_why_and_holds_the_proposal(
    desk: PayDesk, proposal: Proposal
) -> None:
    with held_rows() as held, desk.system.database.writing() as session:
        proposals.take_out(session, 2, by=SECOND, why="NO_ROOM")
    assert "payment_proposal" in held
    assert [(each.state.value, each.why) for each in desk.items(proposal)][:2] == [
        ("PROPOSED", ""),
        ("TAKEN_OUT", "NO_ROOM"),
    ]
    with desk.system.database.reading() as session:
        last = list(journal.rows(session))[-1]
        assert proposal_store.get(session, proposal.number).revision == 1
    assert (last.actor, last.detail) == (SECOND, '{"item": "2", "why": "NO_ROOM"}')


def test_whoever_takes_a_proposal_back_holds_it_and_leaves_the_others(
    desk: PayDesk, proposal: Proposal
) -> None:
    with desk.system.database.writing() as session:
        proposals.take_out(session, 1, by=OFFICER)
    other = desk.propose(on=MARCH)
    with held_rows() as held, desk.system.database.writing() as session:
        proposals.withdraw(session, other.number, by=OFFICER)
    assert "payment_proposal" in held
    assert [each.why for each in desk.items(other)] == ["WITHDRAWN"]
    assert [each.why for each in desk.items(proposal)] == ["BY_HAND", "", "", "", ""]
    assert (desk.state(other), desk.state(proposal)) == ("WITHDRAWN", "DRAFT")


def test_a_proposal_follows_its_items_and_says_where_it_stands(desk: PayDesk, proposal: Proposal) -> None:
    def settled() -> tuple[str, str]:
        with held_rows() as held, desk.system.database.writing() as session:
            said = proposals.settle_state(session, proposal.number)
        assert held == {"payment_proposal"}
        return said.value, desk.state(proposal)

    assert settled() == ("DRAFT", "DRAFT")
    desk.attest(proposal)
    assert settled() == ("ATTESTED", "ATTESTED")
    with desk.system.database.writing() as session:
        item = proposal_store.item_of(session, 2)
        proposal_store.move_item(session, item, ItemState.PROPOSED, attest_id=None, attested_by=None)
        assert proposals.settle_state(session, proposal.number) is ProposalState.DRAFT
        session.rollback()
    desk.export(proposal)
    assert settled() == ("EXPORTED", "EXPORTED")
    with pytest.raises(StepRefused, match="30000001"), desk.system.database.writing() as session:
        proposals.take_out(session, 2, by=OFFICER)
