"""What becomes of an attest when what it was given for is another: why it fell, who is told, and what waits again."""

import json
from collections.abc import Callable, Iterator
from datetime import timedelta
from functools import partial

import pytest
from sqlalchemy import select

from foundation import journal
from invoicing.documents import decider_store
from invoicing.journal_actions import DocumentAction
from invoicing.payment import attestation, proposals
from invoicing.payment import tables as payment_tables
from invoicing.payment.attestation import ChangedSinceAttest, Dropped
from invoicing.payment.proposal_store import Proposal, ProposalItem
from invoicing.payment.runs import portion_store
from orders.register import store as register_store
from tests.invoicing.payment.runs.test_portions import credit_first, moves_account
from tests.support.held_rows import held_rows
from tests.support.stories.many_to_pay import MARCH, five_invoices
from tests.support.stories.paying import ATTESTER, NOW, OFFICER, SECOND, PayDesk
from tests.support.stories.smaller_register import without
from tests.support.stories.system import FYRBAKEN, System, a_system, example_register

LATER = NOW + timedelta(hours=1)


@pytest.fixture
def desk(database_url: str) -> Iterator[PayDesk]:
    with a_system(database_url, begun=five_invoices) as system:
        desk = PayDesk(system)
        desk.give_right()
        yield desk


@pytest.fixture
def proposal(desk: PayDesk) -> Proposal:
    return desk.propose(on=MARCH)


# What changes about Fyrbåken's F-1, F-2 and F-3, the first, third and fifth of the proposal ----------------


def lost(system: System) -> None:
    """The register has lost Fyrbåken."""
    system.change_register(without(example_register(), FYRBAKEN))


def decided(system: System) -> None:
    """Whoever attested decides about F-1 afterwards."""
    with system.database.writing() as session:
        decider_store.note(session, 1, ATTESTER, DocumentAction.DESK_ACCEPT)


CHANGES: list[tuple[Callable[[System], None], str, set[int]]] = [
    (credit_first, "GONE", {1}),
    (lost, "HELD_BACK", {1, 3, 5}),
    (moves_account, "CHANGED", {1, 3, 5}),
    (decided, "DECIDED", {1}),
]
every_change = pytest.mark.parametrize(("change", "why", "whose"), CHANGES, ids=[each[1] for each in CHANGES])


def told(desk: PayDesk, action: str) -> list[tuple[str, str, dict[str, str]]]:
    """Who did it to what, and the rest of what the journal says of each."""
    with desk.system.database.reading() as session:
        rows = [row for row in journal.rows(session) if row.action == action]
    return [(row.actor, row.subject, json.loads(row.detail)) for row in rows]


def drop(desk: PayDesk, proposal: Proposal, *, by: str = SECOND) -> Dropped:
    with desk.system.database.writing() as session:
        register = register_store.load(session)
        return attestation.drop_changed(session, register, proposal.number, now=LATER, by=by)


def changed(desk: PayDesk, proposal: Proposal) -> dict[int, str]:
    with desk.system.database.reading() as session:
        return attestation.changed(session, register_store.load(session), proposal.number)


def revision(desk: PayDesk, proposal: Proposal) -> int:
    with desk.system.database.reading() as session:
        (found,) = session.scalars(
            select(payment_tables.payment_proposal.c.revision).where(
                payment_tables.payment_proposal.c.number == proposal.number
            )
        )
    return int(found)


def standing(item: ProposalItem) -> tuple[str, int | None, str, str]:
    return item.state.value, item.attest_id, item.attested_by, item.why


@every_change
def test_an_attest_falls_with_its_reason_and_only_that_one(
    desk: PayDesk, proposal: Proposal, change: Callable[[System], None], why: str, whose: set[int]
) -> None:
    desk.attest(proposal)
    before = desk.items(proposal)
    change(desk.system)
    assert changed(desk, proposal) == dict.fromkeys(whose, why)
    found = drop(desk, proposal)
    fell = tuple(each for each in before if each.id in whose)
    leaves = why in ("GONE", "HELD_BACK")
    assert found == (Dropped((), fell) if leaves else Dropped(fell, ()))
    assert found.any
    with desk.system.database.reading() as session:
        dropped = payment_tables.attest_dropped
        rows = [tuple(row) for row in session.execute(select(dropped).order_by(dropped.c.attest_id))]
    assert rows == [(each.attest_id, LATER, why) for each in fell]
    assert told(desk, "attest.dropped") == [
        (SECOND, f"proposal {proposal.number}", {"item": str(each.id), "reason": why}) for each in fell
    ]
    for each, now in zip(before, desk.items(proposal), strict=True):
        if each.id not in whose:
            assert now == each
        elif leaves:
            assert standing(now) == ("TAKEN_OUT", each.attest_id, ATTESTER, why)
        else:
            assert standing(now) == ("PROPOSED", None, "", "CHANGED" if why == "CHANGED" else "")
            assert (now.account.number == "9912346") is (why == "CHANGED")
    assert desk.state(proposal) == ("ATTESTED" if leaves else "DRAFT")
    assert revision(desk, proposal) == 1
    # Once is enough: what has been dropped is not dropped again.
    assert drop(desk, proposal) == Dropped((), ())
    assert not drop(desk, proposal).any
    assert revision(desk, proposal) == 1


@every_change
def test_what_waits_and_has_changed_says_so_without_an_attest_to_drop(
    desk: PayDesk, proposal: Proposal, change: Callable[[System], None], why: str, whose: set[int]
) -> None:
    change(desk.system)
    if why == "DECIDED":
        assert changed(desk, proposal) == {}
        assert drop(desk, proposal) == Dropped((), ())
        assert revision(desk, proposal) == 0
        return
    assert changed(desk, proposal) == dict.fromkeys(whose, why)
    drop(desk, proposal)
    assert told(desk, "attest.dropped") == []
    assert {item.id: item.why for item in desk.items(proposal) if item.why} == dict.fromkeys(whose, why)
    assert desk.state(proposal) == "DRAFT"
    assert revision(desk, proposal) == 1
    assert changed(desk, proposal) == {}


def test_of_itself_the_system_is_named(desk: PayDesk, proposal: Proposal) -> None:
    desk.attest(proposal)
    credit_first(desk.system)
    desk.drop_changed(proposal)
    assert [by for by, *_ in told(desk, "attest.dropped")] == [journal.SYSTEM]


def test_where_everything_is_gone_the_proposal_is_withdrawn(desk: PayDesk, proposal: Proposal) -> None:
    register = without(without(example_register(), FYRBAKEN), desk.items(proposal)[1].supplier)
    desk.attest(proposal)
    desk.system.change_register(register)
    assert len(drop(desk, proposal).taken_out) == 5
    assert desk.state(proposal) == "WITHDRAWN"


@pytest.mark.parametrize("size", [1, 2, 5, 6])
def test_in_portions_the_same_falls(
    desk: PayDesk, proposal: Proposal, monkeypatch: pytest.MonkeyPatch, size: int
) -> None:
    monkeypatch.setattr(portion_store, "in_portions", partial(portion_store.in_portions, size=size))
    desk.attest(proposal)
    credit_first(desk.system)
    moves_account(desk.system)
    assert changed(desk, proposal) == {1: "GONE", 3: "CHANGED", 5: "CHANGED"}
    found = drop(desk, proposal)
    assert [each.id for each in found.dropped] == [3, 5]
    assert [each.id for each in found.taken_out] == [1]


def drop_next(desk: PayDesk, proposal: Proposal, after: int) -> tuple[list[int], int]:
    with desk.system.database.writing() as session:
        register = register_store.load(session)
        found, last = attestation.drop_next(
            session, register, proposal.number, after=after, now=LATER, by=OFFICER
        )
    return [each.id for each in found.dropped], last


def test_the_next_portion_begins_after_the_last_and_ends_with_nought(
    desk: PayDesk, proposal: Proposal, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(portion_store, "in_portions", partial(portion_store.in_portions, size=2))
    desk.attest(proposal)
    moves_account(desk.system)
    assert drop_next(desk, proposal, 0) == ([1], 2)
    assert drop_next(desk, proposal, 2) == ([3], 4)
    assert drop_next(desk, proposal, 4) == ([5], 5)
    assert drop_next(desk, proposal, 5) == ([], 0)
    assert [by for by, *_ in told(desk, "attest.dropped")] == [OFFICER] * 3


def test_nothing_is_dropped_of_what_has_left_or_was_taken_back(desk: PayDesk, proposal: Proposal) -> None:
    desk.attest(proposal)
    desk.export(proposal)
    moves_account(desk.system)
    assert drop(desk, proposal) == Dropped((), ())
    assert drop_next(desk, proposal, 0) == ([], 0)
    assert changed(desk, proposal) == {}
    assert {item.state.value for item in desk.items(proposal)} == {"EXPORTED"}


def test_a_withdrawn_proposal_drops_nothing(desk: PayDesk, proposal: Proposal) -> None:
    with desk.system.database.writing() as session:
        proposals.withdraw(session, proposal.number, by=OFFICER)
    moves_account(desk.system)
    assert drop(desk, proposal) == Dropped((), ())
    assert drop_next(desk, proposal, 0) == ([], 0)


def test_of_items_that_are_named_those_that_lie_there_no_longer_are_passed_over(
    desk: PayDesk, proposal: Proposal
) -> None:
    with desk.system.database.writing() as session:
        proposals.take_out(session, 1, by=OFFICER)
    moves_account(desk.system)
    with desk.system.database.reading() as session:
        register, items = register_store.load(session), desk.items(proposal)
        found = attestation.changed_among(session, register, proposal, items)
    assert found == {3: "CHANGED", 5: "CHANGED"}


# Before it leaves ---------------------------------------------------------------------------------


def check(desk: PayDesk, proposal: Proposal, heard: list[int]) -> set[tuple[int, str]]:
    with desk.system.database.writing() as session:
        register = register_store.load(session)
        found = attestation.check_unchanged(session, register, proposal, tell=heard.append)
    return {(invoice_id, kind.value) for invoice_id, kind in found}


@pytest.mark.parametrize(("size", "heard"), [(2, [2, 4, 5]), (5, [5])])
def test_what_is_as_attested_is_read_portion_by_portion(
    desk: PayDesk,
    proposal: Proposal,
    monkeypatch: pytest.MonkeyPatch,
    size: int,
    heard: list[int],
) -> None:
    monkeypatch.setattr(portion_store, "in_portions", partial(portion_store.in_portions, size=size))
    desk.attest(proposal)
    told: list[int] = []
    assert check(desk, proposal, told) == {(number, "INVOICE") for number in range(1, 6)}
    assert told == heard


@every_change
def test_what_is_no_longer_as_attested_does_not_leave(
    desk: PayDesk, proposal: Proposal, change: Callable[[System], None], why: str, whose: set[int]
) -> None:
    desk.attest(proposal)
    change(desk.system)
    with pytest.raises(ChangedSinceAttest, match="F-1"):
        desk.export(proposal)
    assert {item.state.value for item in desk.items(proposal)} == {"ATTESTED"}


def test_what_nobody_has_attested_does_not_leave(desk: PayDesk, proposal: Proposal) -> None:
    with pytest.raises(ChangedSinceAttest, match="must be attested again"):
        check(desk, proposal, [])


def test_whoever_decides_about_money_holds_what_it_is_decided_by(desk: PayDesk, proposal: Proposal) -> None:
    """On PostgreSQL others wait; which of two comes first is tried there."""
    both = {"payment_proposal", "invoice"}
    steps: list[tuple[Callable[[], object], set[str]]] = [
        (lambda: desk.attest(proposal), both),
        (lambda: drop(desk, proposal), both),
        (lambda: drop_next(desk, proposal, 0), both),
        (lambda: check(desk, proposal, []), {"invoice"}),
        (lambda: desk.export(proposal), both),
        (lambda: changed(desk, proposal), set()),
    ]
    for step, wanted in steps:
        with held_rows() as held:
            step()
        assert held == wanted
