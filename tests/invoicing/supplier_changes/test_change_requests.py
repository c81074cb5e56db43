"""A supplier asks for another account; two people of the buyer's confirm it, never one and never the asker."""

from collections.abc import Iterator
from datetime import timedelta

import pytest

from foundation.errors import Refused
from invoicing.supplier_changes import change_request_store, change_requests
from invoicing.supplier_changes.change_request_store import (
    ChangeKind,
    ChangeRefused,
    ChangeRequest,
    ChangeState,
)
from orders.register import store as register_store
from orders.register.parties import PaymentAccount
from tests.support.servers.system_databases import CLOCK
from tests.support.stories.system import FYRBAKEN, System, a_system

NEW_ACCOUNT = {"scheme": "BANKGIRO", "number": "991-2346"}
CALLED = "Ringde växeln på känt nummer 2026-11-21, bekräftat."


@pytest.fixture
def system(database_url: str) -> Iterator[System]:
    with a_system(database_url) as system:
        yield system


def asked(system: System, kind: ChangeKind = ChangeKind.ADD_ACCOUNT, **content: str) -> int:
    with system.database.writing() as session:
        return change_requests.ask(
            session,
            register_store.load(session),
            supplier=FYRBAKEN,
            kind=kind,
            content=content or NEW_ACCOUNT,
            by="user-17",
            now=CLOCK,
        )


def first(system: System, request: int, *, by: str = "eko-1", call_back: str = CALLED) -> None:
    with system.database.writing() as session:
        change_requests.confirm_first(session, request, by=by, call_back=call_back, now=CLOCK)


def second(system: System, request: int, *, by: str = "eko-2") -> None:
    with system.database.writing() as session:
        now = CLOCK + timedelta(minutes=1)
        change_requests.confirm_second(session, request, by=by, now=now, today=CLOCK.date())


def stands(system: System, request: int) -> ChangeRequest:
    with system.database.reading() as session:
        return change_request_store.get(session, request)


def accounts(system: System) -> tuple[PaymentAccount, ...]:
    with system.database.reading() as session:
        return register_store.load(session).supplier(FYRBAKEN).payment_accounts


def test_an_account_is_registered_when_two_people_have_confirmed_it(system: System) -> None:
    before = accounts(system)
    request = asked(system)
    first(system, request)
    assert accounts(system) == before
    second(system, request)
    assert [each.number for each in accounts(system)] == [*(each.number for each in before), "9912346"]
    assert stands(system, request).state is ChangeState.CONFIRMED


def test_what_is_confirmed_holds_from_that_day_and_what_held_before_stays(system: System) -> None:
    (old,) = accounts(system)
    today, yesterday = CLOCK.date(), CLOCK.date() - timedelta(days=1)
    for kind, account in ((ChangeKind.ADD_ACCOUNT, NEW_ACCOUNT), (ChangeKind.REMOVE_ACCOUNT, as_asked(old))):
        request = asked(system, kind, **account)
        first(system, request)
        second(system, request)
    with system.database.reading() as session:
        supplier = register_store.load(session).supplier(FYRBAKEN)
    assert [each.number for each in supplier.on(yesterday).payment_accounts] == [old.number]
    assert [each.number for each in supplier.on(today).payment_accounts] == ["9912346"]
    # It may come back, and then holds from the day it is confirmed.
    request = asked(system, ChangeKind.ADD_ACCOUNT, **as_asked(old))
    first(system, request)
    second(system, request)
    assert [(each.number, each.valid_from, each.valid_to) for each in accounts(system)] == [
        (old.number, None, yesterday),
        ("9912346", today, None),
        (old.number, today, None),
    ]


def as_asked(account: PaymentAccount) -> dict[str, str]:
    return {"scheme": account.scheme.value, "number": account.number}


def test_one_person_cannot_confirm_twice_and_the_asker_never(system: System) -> None:
    request = asked(system)
    with pytest.raises(ChangeRefused, match="asked"):
        first(system, request, by="user-17")
    first(system, request)
    with pytest.raises(ChangeRefused, match="another person"):
        second(system, request, by="eko-1")
    with pytest.raises(ChangeRefused, match="asked"):
        second(system, request, by="user-17")
    assert stands(system, request).state is ChangeState.FIRST_CONFIRMED


def test_without_a_note_of_the_call_nothing_is_confirmed(system: System) -> None:
    request = asked(system)
    with pytest.raises(ChangeRefused, match="called back"):
        first(system, request, call_back="  ja ")
    with pytest.raises(ChangeRefused, match="changed by somebody else"):
        second(system, request)


def test_a_refused_request_is_over_and_its_reason_is_read_by_the_supplier(system: System) -> None:
    request = asked(system)
    with system.database.writing() as session:
        change_requests.refuse(session, request, by="eko-1", reason="Numret svarade inte.", now=CLOCK)
    assert (stands(system, request).state, stands(system, request).reason) == (
        ChangeState.REFUSED,
        "Numret svarade inte.",
    )
    with pytest.raises(ChangeRefused):
        first(system, request)


def test_another_supplier_cannot_withdraw_it(system: System) -> None:
    request = asked(system)
    with system.database.writing() as session, pytest.raises(ChangeRefused):
        change_requests.withdraw(session, "5599992020", request, by="user-9")
    with system.database.writing() as session:
        change_requests.withdraw(session, FYRBAKEN, request, by="user-17")
    assert stands(system, request).state is ChangeState.WITHDRAWN


def test_what_is_wrong_in_itself_is_refused_at_once(system: System) -> None:
    (account,) = accounts(system)
    with pytest.raises(Refused, match="not valid"):
        asked(system, scheme="BANKGIRO", number="991-2345")
    with pytest.raises(ChangeRefused, match="registered already"):
        asked(system, scheme=account.scheme.value, number=account.number)
    with pytest.raises(ChangeRefused, match="last account"):
        asked(system, ChangeKind.REMOVE_ACCOUNT, scheme=account.scheme.value, number=account.number)
    asked(system)
    with pytest.raises(ChangeRefused, match="already and waits"):
        asked(system)


def test_details_with_characters_that_cannot_be_seen_are_refused_at_once(system: System) -> None:
    details = {"name": "Fyr\u200bbåken", "street": "Nya gatan 1", "postal_code": "903 26", "city": "Umeå"}
    with pytest.raises(ChangeRefused, match=r"name has characters that cannot be seen \(U\+200B\)"):
        asked(system, ChangeKind.DETAILS, **details)


def test_new_details_stand_on_the_next_order(system: System) -> None:
    details = {"name": "Fyrbåken Stöd AB", "street": "Nya gatan 1", "postal_code": "903 26", "city": "Umeå"}
    request = asked(system, ChangeKind.DETAILS, **details)
    first(system, request)
    second(system, request)
    with system.database.reading() as session:
        supplier = register_store.load(session).supplier(FYRBAKEN)
    assert (supplier.name, supplier.on(CLOCK.date()).address.street) == ("Fyrbåken Stöd AB", "Nya gatan 1")
    assert supplier.on(CLOCK.date() - timedelta(days=1)).address.street == "Båkvägen 3"
