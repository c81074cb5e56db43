"""Attesting in portions: the same as all at once, taken up again after a death, and only ever what was shown."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from functools import partial

import pytest

from foundation.database import Database
from invoicing.documents import store as document_store
from invoicing.payment import attest_store, attestation, proposal_store, proposals
from invoicing.payment.attest_right_store import Reach
from invoicing.payment.attest_rights import AttestRefused, NotAttested
from invoicing.payment.proposal_store import Proposal
from invoicing.payment.runs import portion_store, portions
from invoicing.payment.runs.portion_store import ChangedSinceShown
from invoicing.payment.runs.portions import Attested
from invoicing.payment.transfers import ItemState
from orders.register import store as register_store
from orders.register.parties import AccountScheme, PaymentAccount
from peppol.documents import billing
from peppol.exchange import inbox_store
from peppol.xml import codec
from tests.support.stories.many_to_pay import MARCH, five_invoices
from tests.support.stories.paying import ATTESTER, NOW, OFFICER, SECOND, PayDesk
from tests.support.stories.system import FYRBAKEN, LARKDRILLEN, System, a_system


@pytest.fixture
def desk(database_url: str) -> Iterator[PayDesk]:
    with a_system(database_url, begun=five_invoices) as system:
        yield PayDesk(system)


def in_portions(
    database: Database, proposal: Proposal, size: int, *, by: str = ATTESTER, dies_after: int = 1000
) -> list[Attested]:
    """Attest some at a time, each portion in a transaction of its own, until all are or the worker dies."""
    parts: list[Attested] = []
    after, revision = 0, proposal.revision
    while not parts or after:
        if len(parts) == dies_after:
            return parts
        with database.writing() as session:
            portion = portions.attest_portion(
                session,
                register_store.load(session),
                proposal.number,
                by=by,
                today=MARCH,
                now=NOW,
                after=after,
                revision=revision,
                at_most=size,
            )
        parts.append(portion.attested)
        after, revision = portion.after, portion.revision
    return parts


def moves_account(system: System, supplier: str = FYRBAKEN) -> None:
    """The supplier has another bankgiro from now on."""
    register = system.register
    moved = replace(
        register.supplier(supplier), payment_accounts=(PaymentAccount(AccountScheme.BANKGIRO, "9912346"),)
    )
    others = tuple(moved if each.organisation_number == supplier else each for each in register.suppliers)
    system.change_register(replace(register, suppliers=others))


def credit_first(system: System) -> None:
    """The first invoice is credited."""
    with system.database.reading() as session:
        body = inbox_store.body_of(session, document_store.by_id(session, 1).letter_id)
    assert body is not None
    system.send_credit(codec.parse(billing.Invoice, body), number="K-1", on=date(2026, 2, 20))


def states(desk: PayDesk, proposal: Proposal) -> list[str]:
    return [str(each.state) for each in desk.items(proposal)]


@pytest.mark.parametrize("size", [1, 2, 3, 5, 6])
@pytest.mark.both_engines
def test_many_portions_come_to_the_same_as_all_at_once(desk: PayDesk, size: int) -> None:
    desk.give_right(limit="1500.00")
    desk.give_right(SECOND, reach=Reach(supplier=LARKDRILLEN))
    whole = desk.propose(on=MARCH)
    at_once = desk.attest(whole)
    with desk.system.database.writing() as session:
        proposals.withdraw(session, whole.number, by=OFFICER)
    proposal = desk.propose(on=MARCH)
    parts = in_portions(desk.system.database, proposal, size)
    first = desk.items(proposal)[0].id - desk.items(whole)[0].id
    assert [each for part in parts for each in part.items] == [each + first for each in at_once.items]
    refused = [(key, why.why) for part in parts for key, why in part.refused]
    assert refused == [(key + first, why.why) for key, why in at_once.refused]
    assert {why for _, why in refused} == {NotAttested.OVER_LIMIT}
    assert parts[-1].state == at_once.state
    attested = [each for each in desk.items(proposal) if each.state is ItemState.ATTESTED]
    with desk.system.database.reading() as session:
        keys = [each.attest_id or 0 for each in attested]
        given_now = attest_store.given(session, proposal.number, keys)
    assert len(given_now) == len(set(keys)) == len(attested) == len(at_once.items)
    assert {each.attested_by for each in attested} == {ATTESTER}


def test_a_death_between_portions_loses_nothing_and_doubles_nothing(desk: PayDesk) -> None:
    desk.give_right()
    for size in range(1, 5):
        for dies_after in range(-(-5 // size) + 1):
            proposal = desk.propose(on=MARCH)
            before = in_portions(desk.system.database, proposal, size, dies_after=dies_after)
            done = sum(len(part.items) for part in before)
            assert states(desk, proposal).count("ATTESTED") == done == min(5, size * dies_after)
            if done < 5:
                again = in_portions(desk.system.database, proposal, size)
                assert done + sum(len(part.items) for part in again) == 5
            assert desk.state(proposal) == "ATTESTED"
            assert len({each.attest_id for each in desk.items(proposal)}) == 5
            with desk.system.database.writing() as session:
                proposals.withdraw(session, proposal.number, by=OFFICER)


def test_an_account_nobody_was_shown_is_not_attested_but_shown(desk: PayDesk) -> None:
    desk.give_right()
    proposal = desk.propose(on=MARCH)
    moves_account(desk.system)
    attested = desk.attest(proposal)
    assert [len(attested.items), len(attested.changed)] == [2, 3]
    waiting = [each for each in desk.items(proposal) if each.state is ItemState.PROPOSED]
    assert {(each.supplier, each.account.number, each.why) for each in waiting} == {
        (FYRBAKEN, "9912346", proposal_store.CHANGED)
    }
    again = desk.attest(proposal)
    assert [len(again.items), again.changed, again.state] == [3, (), "ATTESTED"]
    assert {each.why for each in desk.items(proposal)} == {""}
    assert len(desk.export(proposal).transfers) == 5


def test_what_waits_and_has_become_another_is_shown_when_the_proposal_is_looked_through(
    desk: PayDesk,
) -> None:
    proposal = desk.propose(on=MARCH)
    moves_account(desk.system)
    with desk.system.database.reading() as session:
        changed = attestation.changed(session, register_store.load(session), proposal.number)
    assert list(changed.values()) == [proposal_store.CHANGED] * 3
    assert len(desk.drop_changed(proposal).dropped) == 3
    with desk.system.database.reading() as session:
        assert attestation.changed(session, register_store.load(session), proposal.number) == {}


def shown(desk: PayDesk, proposal: Proposal) -> str:
    """What somebody sees of the proposal now."""
    with desk.system.database.reading() as session:
        return portion_store.fingerprint(session, proposal_store.get(session, proposal.number))


def attest_as_shown(desk: PayDesk, proposal: Proposal, seen: str, *, by: str = ATTESTER) -> Attested:
    with desk.system.database.writing() as session:
        return attestation.attest(
            session,
            register_store.load(session),
            proposal.number,
            by=by,
            today=MARCH,
            now=NOW,
            shown=seen,
        )


def test_a_row_taken_out_since_it_was_shown_asks_for_another_look(desk: PayDesk) -> None:
    desk.give_right()
    proposal = desk.propose(on=MARCH)
    seen = shown(desk, proposal)
    with desk.system.database.writing() as session:
        proposals.take_out(session, desk.items(proposal)[0].id, by=OFFICER)
    with pytest.raises(ChangedSinceShown, match="has changed since you saw it"):
        attest_as_shown(desk, proposal, seen)
    assert "ATTESTED" not in states(desk, proposal)
    assert len(attest_as_shown(desk, proposal, shown(desk, proposal)).items) == 4


def test_what_another_attested_meanwhile_asks_for_no_other_look(desk: PayDesk) -> None:
    desk.give_right(limit="1500.00")
    desk.give_right(SECOND)
    proposal = desk.propose(on=MARCH)
    seen = shown(desk, proposal)
    some = len(desk.attest(proposal).items)
    assert 0 < some < 5
    assert len(attest_as_shown(desk, proposal, seen, by=SECOND).items) == 5 - some


def test_a_run_stops_where_somebody_takes_a_row_out_between_its_portions(desk: PayDesk) -> None:
    desk.give_right()
    proposal = desk.propose(on=MARCH)
    (first,) = in_portions(desk.system.database, proposal, 2, dies_after=1)
    with desk.system.database.writing() as session:
        proposals.take_out(session, desk.items(proposal)[4].id, by=OFFICER)
    with pytest.raises(ChangedSinceShown):
        in_portions(desk.system.database, proposal, 2)
    assert states(desk, proposal).count("ATTESTED") == len(first.items) == 2


def attested_in_portions_of(
    desk: PayDesk,
    proposal: Proposal,
    size: int,
    monkeypatch: pytest.MonkeyPatch,
    *,
    by: str = ATTESTER,
    only: set[int] | None = None,
) -> Attested:
    """One press that attests portion by portion in one transaction."""
    monkeypatch.setattr(portions, "attest_portion", partial(portions.attest_portion, at_most=size))
    with desk.system.database.writing() as session:
        register = register_store.load(session)
        return attestation.attest(session, register, proposal.number, by=by, today=MARCH, now=NOW, only=only)


@pytest.mark.parametrize("size", [1, 2, 3, 6])
def test_one_press_comes_to_the_sum_of_its_portions(
    desk: PayDesk, monkeypatch: pytest.MonkeyPatch, size: int
) -> None:
    desk.give_right(limit="2000.00")
    proposal = desk.propose(on=MARCH)
    moves_account(desk.system, LARKDRILLEN)
    found = attested_in_portions_of(desk, proposal, size, monkeypatch)
    assert (found.items, [item for item, _ in found.refused]) == ((3, 5), [1])
    assert (found.changed, found.gone, found.left_over) == ((2, 4), (), 3)
    assert found.state == desk.state(proposal) == "DRAFT"


@pytest.mark.parametrize("size", [1, 2, 6])
def test_of_those_that_are_named_each_is_attested_and_nothing_else(
    desk: PayDesk, monkeypatch: pytest.MonkeyPatch, size: int
) -> None:
    desk.give_right()
    proposal = desk.propose(on=MARCH)
    assert attested_in_portions_of(desk, proposal, size, monkeypatch, only={2, 5}).items == (2, 5)
    assert [item.id for item in desk.items(proposal) if item.state is ItemState.ATTESTED] == [2, 5]
    desk.give_right(SECOND, limit="0.01")
    with pytest.raises(AttestRefused, match="F-1"):
        attested_in_portions_of(desk, proposal, size, monkeypatch, by=SECOND, only={1, 4})


def test_what_may_no_longer_be_paid_is_taken_out_by_the_press_that_finds_it(
    desk: PayDesk, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk.give_right()
    proposal = desk.propose(on=MARCH)
    credit_first(desk.system)
    found = attested_in_portions_of(desk, proposal, 2, monkeypatch)
    assert (found.items, found.gone, found.left_over, found.state) == ((2, 3, 4, 5), (1,), 1, "ATTESTED")
    assert (desk.items(proposal)[0].state, desk.items(proposal)[0].why) == (ItemState.TAKEN_OUT, "GONE")
