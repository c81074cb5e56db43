"""Each step of a proposal and each right to attest: what becomes of it, who is named, and what is refused."""

import json
from collections.abc import Callable, Iterator
from datetime import date
from decimal import Decimal

import pytest

from foundation import journal
from foundation.errors import Refused
from foundation.money import Money
from foundation.sql import Session
from foundation.transitions import StepRefused
from invoicing.payment import attest_right_store, proposal_store, proposals
from invoicing.payment.attest_right_store import Reach, RightRefused
from invoicing.payment.attest_rights import Right, Substitution
from invoicing.payment.proposal_store import Proposal, ProposalUnknown
from invoicing.payment.runs.making import NothingToPay
from tests.support.stories.paying import (
    ADMINISTRATOR,
    ATTESTER,
    OFFICER,
    OTHER_ADMINISTRATOR,
    SECOND,
    PayDesk,
)
from tests.support.stories.system import System, a_system

REFERENCE, OTHER = "100000101", "100000102"
FEBRUARY, MARCH = date(2026, 2, 3), date(2026, 3, 5)
FROM, UNTIL = date(2026, 1, 1), date(2026, 12, 31)


def two_accepted_invoices(system: System) -> None:
    """Two accepted invoices of one supplier, both due on 5 March."""
    for number, reference in (("F-1", REFERENCE), ("F-2", OTHER)):
        system.decide(reference)
        system.report(reference, "2026-01", on=date(2026, 2, 2))
        system.send_invoice(system.order(reference).number, number=number, on=FEBRUARY)


@pytest.fixture
def desk(database_url: str) -> Iterator[PayDesk]:
    with a_system(database_url, begun=two_accepted_invoices) as system:
        yield PayDesk(system)


def said(desk: PayDesk, back: int = 1) -> tuple[str, str, str, dict[str, str]]:
    """Who did what to what, in the last row of the journal or one before it."""
    with desk.system.database.reading() as session:
        row = list(journal.rows(session))[-back]
    return row.actor, row.action, row.subject, json.loads(row.detail)


def write(desk: PayDesk, step: Callable[[Session], object]) -> None:
    with desk.system.database.writing() as session:
        step(session)


def standing(desk: PayDesk, proposal: Proposal) -> list[tuple[str, str]]:
    return [(item.state.value, item.why) for item in desk.items(proposal)]


def take_out(desk: PayDesk, item_id: int, by: str = OFFICER) -> None:
    write(desk, lambda session: proposals.take_out(session, item_id, by=by))


def withdraw(desk: PayDesk, proposal: Proposal, by: str = OFFICER) -> None:
    write(desk, lambda session: proposals.withdraw(session, proposal.number, by=by))


# A proposal -----------------------------------------------------------------------------------


def test_what_is_due_lies_in_one_proposal_and_is_told(desk: PayDesk) -> None:
    with pytest.raises(NothingToPay):
        desk.propose(on=date(2026, 3, 4))
    proposal = desk.propose(on=MARCH)
    assert said(desk) == (
        OFFICER,
        "payment.proposed",
        f"proposal {proposal.number}",
        {"pay_on": "2026-03-05", "items": "2"},
    )
    with pytest.raises(NothingToPay):
        desk.propose(on=MARCH)


def test_an_item_taken_out_leaves_the_rest_and_may_be_proposed_again(desk: PayDesk) -> None:
    proposal = desk.propose(on=MARCH)
    first, second = desk.items(proposal)
    take_out(desk, first.id)
    assert standing(desk, proposal) == [("TAKEN_OUT", "BY_HAND"), ("PROPOSED", "")]
    assert desk.state(proposal) == "DRAFT"
    assert said(desk) == (
        OFFICER,
        "payment.taken_out",
        f"proposal {proposal.number}",
        {"item": str(first.id), "why": "BY_HAND"},
    )
    again = desk.propose(on=MARCH)
    assert [item.invoice_id for item in desk.items(again)] == [first.invoice_id]
    take_out(desk, second.id)
    assert desk.state(proposal) == "WITHDRAWN"


def test_what_is_left_of_an_attested_proposal_stays_attested(desk: PayDesk) -> None:
    desk.give_right()
    proposal = desk.propose(on=MARCH)
    desk.attest(proposal)
    take_out(desk, desk.items(proposal)[0].id)
    assert standing(desk, proposal) == [("TAKEN_OUT", "BY_HAND"), ("ATTESTED", "")]
    assert desk.state(proposal) == "ATTESTED"
    assert len(desk.export(proposal).transfers) == 1


def test_attesting_some_leaves_the_proposal_a_draft_until_all_are(desk: PayDesk) -> None:
    desk.give_right(limit="2375.00")
    proposal = desk.propose(on=MARCH)
    first, _ = desk.items(proposal)
    take_out(desk, first.id)
    assert desk.attest(proposal).state == "ATTESTED"


def test_a_withdrawn_proposal_gives_everything_back_and_is_withdrawn_once(desk: PayDesk) -> None:
    proposal = desk.propose(on=MARCH)
    withdraw(desk, proposal, by=SECOND)
    assert standing(desk, proposal) == [("TAKEN_OUT", "WITHDRAWN")] * 2
    assert desk.state(proposal) == "WITHDRAWN"
    assert said(desk) == (SECOND, "payment.withdrawn", f"proposal {proposal.number}", {})
    for again in (
        lambda: withdraw(desk, proposal),
        lambda: take_out(desk, desk.items(proposal)[0].id),
        lambda: desk.attest(proposal),
        lambda: desk.export(proposal),
    ):
        with pytest.raises(StepRefused, match=proposal.number):
            again()
    assert len(desk.items(desk.propose(on=MARCH))) == 2


def test_what_has_left_is_neither_withdrawn_nor_taken_out_nor_sent_again(desk: PayDesk) -> None:
    desk.give_right()
    proposal = desk.propose(on=MARCH)
    desk.attest(proposal)
    desk.export(proposal)
    for late in (
        lambda: withdraw(desk, proposal),
        lambda: take_out(desk, desk.items(proposal)[0].id),
        lambda: desk.export(proposal),
        lambda: desk.attest(proposal),
    ):
        with pytest.raises(StepRefused):
            late()
    assert standing(desk, proposal) == [("EXPORTED", "")] * 2


def test_what_is_not_there_is_not_there(desk: PayDesk) -> None:
    with desk.system.database.reading() as session:
        for asked in (
            lambda: proposal_store.get(session, "39999999"),
            lambda: proposal_store.item_of(session, 99),
        ):
            with pytest.raises(ProposalUnknown):
                asked()


def test_the_list_of_proposals_tells_how_far_each_has_come(desk: PayDesk) -> None:
    desk.give_right()
    first = desk.propose(on=MARCH)
    take_out(desk, desk.items(first)[0].id)
    desk.attest(first)
    second = desk.propose(on=MARCH)
    with desk.system.database.reading() as session:
        listed = proposal_store.overviews(session)
        newest = proposal_store.overviews(session, limit=1)
    one = Money.of("2375.00")
    assert [(each.proposal.number, each.items, each.attested, each.to_pay) for each in listed] == [
        (second.number, 1, 0, one),
        (first.number, 1, 1, one),
    ]
    assert newest == listed[:1]
    withdraw(desk, second)
    with desk.system.database.reading() as session:
        (emptied, _) = proposal_store.overviews(session)
    assert (emptied.items, emptied.attested, emptied.to_pay) == (0, 0, Money.of("0.00"))


# Rights -----------------------------------------------------------------------------------------


def give(desk: PayDesk, **told: object) -> int:
    given: dict[str, object] = {
        "person": ATTESTER,
        "limit": Decimal("500.00"),
        "valid_from": FROM,
        "by": ADMINISTRATOR,
        "confirmed_by": OTHER_ADMINISTRATOR,
        **told,
    }
    with desk.system.database.writing() as session:
        return attest_right_store.give(session, **given)  # type: ignore[arg-type]


def substitute(desk: PayDesk, **told: object) -> int:
    given: dict[str, object] = {
        "person": ATTESTER,
        "stand_in": SECOND,
        "valid_from": FROM,
        "valid_to": UNTIL,
        "by": ADMINISTRATOR,
        "confirmed_by": OTHER_ADMINISTRATOR,
        **told,
    }
    with desk.system.database.writing() as session:
        return attest_right_store.substitute(session, **given)  # type: ignore[arg-type]


def test_a_right_is_kept_as_it_was_given_and_told(desk: PayDesk) -> None:
    reach = Reach("5599991014", "BASIC", "LO-NORD")
    right = give(desk, valid_to=UNTIL, reach=reach)
    told = {"person": ATTESTER, "limit": "500.00", "since": "2026-01-01"}
    assert said(desk) == (ADMINISTRATOR, "right.given", f"right {right}", told)
    with desk.system.database.reading() as session:
        assert attest_right_store.rights(session) == [
            Right(right, ATTESTER, Decimal("500.00"), "5599991014", "BASIC", "LO-NORD", FROM, UNTIL)
        ]


def test_a_right_ends_on_a_day_and_not_twice(desk: PayDesk) -> None:
    right = give(desk)
    write(desk, lambda session: attest_right_store.end(session, right, last_day=MARCH, by=ADMINISTRATOR))
    assert said(desk) == (ADMINISTRATOR, "right.ended", f"right {right}", {"last_day": "2026-03-05"})
    with pytest.raises(RightRefused):
        write(desk, lambda session: attest_right_store.end(session, right, last_day=MARCH, by=ADMINISTRATOR))
    # Earlier still is a change; before its first day it holds on no other.
    write(desk, lambda session: attest_right_store.end(session, right, last_day=FROM, by=ADMINISTRATOR))
    with desk.system.database.reading() as session:
        (held,) = attest_right_store.rights(session)
    assert (held.valid_from, held.valid_to) == (FROM, FROM)


def test_a_right_ended_before_it_began_holds_on_no_day_of_its_own(desk: PayDesk) -> None:
    right, before = give(desk, valid_from=MARCH), date(2026, 3, 1)
    write(desk, lambda session: attest_right_store.end(session, right, last_day=before, by=ADMINISTRATOR))
    with desk.system.database.reading() as session:
        (held,) = attest_right_store.rights(session)
    assert (held.valid_from, held.valid_to, held.holds_on(MARCH)) == (before, before, False)


def test_a_substitute_is_kept_as_it_was_entered_and_told(desk: PayDesk) -> None:
    key = substitute(desk)
    told = {"person": ATTESTER, "substitute": SECOND, "since": "2026-01-01", "until": "2026-12-31"}
    assert said(desk) == (ADMINISTRATOR, "right.substitute", f"substitute {key}", told)
    with desk.system.database.reading() as session:
        assert attest_right_store.substitutions(session) == [
            Substitution(ATTESTER, SECOND, FROM, UNTIL, id=key)
        ]


def test_a_substitute_ends_on_a_day_and_not_twice(desk: PayDesk) -> None:
    key = substitute(desk)

    def end(last_day: date, number: int = key) -> None:
        with desk.system.database.writing() as session:
            attest_right_store.end_substitute(session, number, last_day=last_day, by=ADMINISTRATOR)

    def days() -> tuple[date, date]:
        with desk.system.database.reading() as session:
            (held,) = attest_right_store.substitutions(session)
        return held.valid_from, held.valid_to

    end(MARCH)
    assert said(desk) == (
        ADMINISTRATOR,
        "right.substitute_ended",
        f"substitute {key}",
        {"last_day": "2026-03-05"},
    )
    assert days() == (FROM, MARCH)
    with pytest.raises(RightRefused):
        end(MARCH)
    # Ended before it began it holds on no day of its own.
    end(date(2025, 12, 1))
    assert days() == (date(2025, 12, 1), date(2025, 12, 1))
    for unknown in (0, key + 1):
        with pytest.raises(RightRefused):
            end(FROM, unknown)


@pytest.mark.parametrize(
    "wrong",
    [
        {"person": ""},
        {"person": ADMINISTRATOR},
        {"limit": Decimal("0.00")},
        {"limit": Decimal("-1.00")},
        {"limit": Decimal("0.001")},
        {"valid_to": date(2025, 12, 31)},
        {"valid_to": date(2036, 1, 10)},
    ],
    ids=str,
)
def test_a_right_that_makes_no_sense_is_not_given(desk: PayDesk, wrong: dict[str, object]) -> None:
    with pytest.raises(RightRefused):
        give(desk, **wrong)


@pytest.mark.parametrize(
    "wrong",
    [
        {"stand_in": ""},
        {"stand_in": ATTESTER},
        {"stand_in": ADMINISTRATOR},
        {"valid_to": date(2025, 12, 31)},
    ],
    ids=str,
)
def test_a_substitute_that_makes_no_sense_is_not_entered(desk: PayDesk, wrong: dict[str, object]) -> None:
    with pytest.raises(Refused):
        substitute(desk, **wrong)


@pytest.mark.parametrize("last", [FROM, date(2036, 1, 9)])
def test_a_right_may_be_for_one_day_and_for_ten_years(desk: PayDesk, last: date) -> None:
    assert give(desk, valid_to=last)
