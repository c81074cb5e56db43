"""What is confirmed at the same moment all stands: of several suppliers, of one, and beside a load or new rules."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta

import pytest
from stdnum import luhn

from foundation.errors import Refused
from invoicing.supplier_changes import change_requests, confirming
from invoicing.supplier_changes.change_request_store import ChangeKind
from operations import register_loading
from orders.register import policy_store
from orders.register import store as register_store
from orders.register.parties import AccountScheme
from orders.register.register import fingerprint
from tests.support.at_once import at_once
from tests.support.servers.system_databases import CLOCK
from tests.support.stories.system import FYRBAKEN, LARKDRILLEN, System, a_system

pytestmark = pytest.mark.both_engines

TODAY = CLOCK.date()
CALLED = "Ringde växeln på känt nummer, bekräftat."
ROUNDS = 20


@pytest.fixture
def system(database_url: str) -> Iterator[System]:
    with a_system(database_url) as system:
        yield system


def a_bankgiro(ordinal: int) -> str:
    """A bankgiro number that nobody else in the story has."""
    body = f"{650000 + ordinal}"
    return body + luhn.calc_check_digit(body)


def first_confirmed(system: System, supplier: str, number: str) -> int:
    """A request for another account that waits for its second confirmation."""
    with system.database.writing() as session:
        request = change_requests.ask(
            session,
            register_store.load(session),
            supplier=supplier,
            kind=ChangeKind.ADD_ACCOUNT,
            content={"scheme": AccountScheme.BANKGIRO.value, "number": number},
            by="user-17",
            now=CLOCK,
        )
        change_requests.confirm_first(session, request, by="eko-1", call_back=CALLED, now=CLOCK)
    return request


def confirmation(system: System, request: int, by: str) -> Callable[[], str]:
    """The second confirmation, as one of several that are pressed at the same moment."""

    def confirm() -> str:
        try:
            with system.database.writing() as session:
                # A page has read the register before it confirms.
                register_store.load(session)
                now = CLOCK + timedelta(minutes=1)
                confirming.confirm_second(session, request, by=by, now=now, today=TODAY)
        except Refused as refused:
            return refused.text.en
        return ""

    return confirm


def registered(system: System) -> set[tuple[str, str]]:
    with system.database.reading() as session:
        suppliers = register_store.load(session).suppliers
    return {(each.organisation_number, one.number) for each in suppliers for one in each.payment_accounts}


def test_every_account_that_was_confirmed_is_registered(system: System) -> None:
    confirmed = registered(system)
    for turn in range(ROUNDS):
        asked = [
            (supplier, a_bankgiro(turn * 3 + place))
            for place, supplier in enumerate((FYRBAKEN, FYRBAKEN, LARKDRILLEN))
        ]
        requests = [first_confirmed(system, *each) for each in asked]
        works = [confirmation(system, each, f"eko-{place}") for place, each in enumerate(requests, 2)]
        assert at_once(works) == ["", "", ""]
        confirmed |= set(asked)
        assert registered(system) == confirmed, f"lost in round {turn}"


def test_two_who_confirm_the_same_request_confirm_it_once(system: System) -> None:
    request = first_confirmed(system, FYRBAKEN, a_bankgiro(0))
    told = at_once([confirmation(system, request, "eko-2"), confirmation(system, request, "eko-3")])
    assert sorted(map(bool, told)) == [False, True]


def test_a_load_beside_a_confirmation_takes_nothing_back(system: System) -> None:
    with system.database.reading() as session:
        loaded = register_store.load(session)
    for turn in range(5):
        with system.database.reading() as session:
            # The files say what was agreed before the confirmation.
            before = register_store.load(session)
            area, *others = before.areas
            files = replace(before, areas=(replace(area, name=f"Norr {turn}"), *others))
            checked = register_loading.check(session, files, today=TODAY)
        request = first_confirmed(system, FYRBAKEN, a_bankgiro(turn))

        def load() -> str:
            try:
                with system.database.writing() as session:
                    register_loading.load(session, files, checked, by="admin-1", now=CLOCK, today=TODAY)  # noqa: B023
            except Refused as refused:
                return refused.text.en
            return ""

        at_once([load, confirmation(system, request, "eko-2")])
        assert (FYRBAKEN, a_bankgiro(turn)) in registered(system)
    assert loaded.supplier(FYRBAKEN).payment_accounts[0].number in {each for _, each in registered(system)}


def test_of_two_who_change_the_same_rules_one_is_told(system: System) -> None:
    with system.database.reading() as session:
        seen = register_store.load(session).policy

    def change(**to: object) -> Callable[[], str]:
        def make() -> str:
            try:
                with system.database.writing() as session:
                    policy_store.make(
                        session,
                        replace(seen, **to),  # type: ignore[arg-type]
                        valid_from=TODAY,
                        reason="Prövas under våren",
                        by="eko-1",
                        at=CLOCK,
                        today=TODAY,
                        instead_of=fingerprint(seen),
                    )
            except Refused as refused:
                return refused.text.en
            return ""

        return make

    told = at_once([change(several_lines=not seen.several_lines), change(payment_terms_days=41)])
    assert sorted(map(bool, told)) == [False, True]
    assert "Somebody else has changed" in "".join(told)


def test_rules_that_a_planned_version_would_take_back_are_not_made(system: System) -> None:
    with system.database.writing() as session:
        seen = register_store.load(session).policy
        common = {"reason": "Prövas", "by": "eko-1", "at": CLOCK, "today": TODAY, "instead_of": ""}
        later = TODAY + timedelta(days=5)
        policy_store.make(session, replace(seen, payment_terms_days=41), valid_from=later, **common)  # type: ignore[arg-type]
        with pytest.raises(policy_store.PolicyRefused, match="would then take this change back"):
            policy_store.make(session, replace(seen, several_lines=True), valid_from=TODAY, **common)  # type: ignore[arg-type]
