"""A load of the register leaves what two people confirm: told line by line, and asked of two, whoever loads it."""

from collections.abc import Iterator
from dataclasses import fields, replace
from datetime import timedelta

import pytest

from foundation.text import Language
from invoicing.payment import account_confirmation_store, held_back_queries
from invoicing.supplier_changes import change_request_store, change_requests, confirming
from invoicing.supplier_changes.change_request_store import ChangeKind, ChangeRefused, ChangeRequest
from invoicing.supplier_changes.who_changes import OF_A_SUPPLIER, TABLES, TWO_PEOPLE, Way
from operations import register_loading
from operations.register_loading import RegisterChecked, RegisterLoaded
from orders.register import policy_store
from orders.register import store as register_store
from orders.register.parties import AccountScheme, PaymentAccount, Supplier
from orders.register.register import Register
from tests.support.servers.system_databases import CLOCK
from tests.support.stories.smaller_register import without
from tests.support.stories.system import FYRBAKEN, LARKDRILLEN, System, a_system, example_register

TODAY = CLOCK.date()
ENGLISH = Language("en")
NEW = PaymentAccount(AccountScheme.BANKGIRO, "9912346")
CALLED = "Ringde växeln på känt nummer, bekräftat."


@pytest.fixture
def system(database_url: str) -> Iterator[System]:
    with a_system(database_url) as system:
        yield system


def check(system: System, files: Register) -> RegisterChecked:
    with system.database.reading() as session:
        return register_loading.check(session, files, today=TODAY)


def load(system: System, files: Register, *, by: str = "user-9") -> RegisterLoaded:
    found = check(system, files)
    with system.database.writing() as session:
        return register_loading.load(session, files, found, by=by, now=CLOCK, today=TODAY)


def lines(system: System, files: Register) -> list[str]:
    return [each.in_language(ENGLISH) for each in check(system, files).sentences]


def in_force(system: System) -> Register:
    with system.database.reading() as session:
        return register_store.load(session)


def accounts(system: System, supplier: str = FYRBAKEN) -> list[str]:
    found = in_force(system).supplier(supplier).on(TODAY + timedelta(days=1)).payment_accounts
    return [each.number for each in found]


def files_with(supplier: Supplier, of: Register | None = None) -> Register:
    register = of or example_register()
    others = (each for each in register.suppliers if each.organisation_number != supplier.organisation_number)
    return replace(register, suppliers=(*others, supplier))


def fyrbaken(**changes: object) -> Supplier:
    return replace(example_register().supplier(FYRBAKEN), **changes)  # type: ignore[arg-type]


def open_requests(system: System) -> list[ChangeRequest]:
    with system.database.reading() as session:
        return list(change_request_store.listed(session, only_open=True))


def confirm(system: System, request: int, first: str = "eko-1", second: str = "eko-2") -> None:
    with system.database.writing() as session:
        change_requests.confirm_first(session, request, by=first, call_back=CALLED, now=CLOCK)
    with system.database.writing() as session:
        now = CLOCK + timedelta(minutes=1)
        confirming.confirm_second(session, request, by=second, now=now, today=TODAY)


def ask(system: System, kind: ChangeKind, number: str) -> int:
    with system.database.writing() as session:
        content = {"scheme": "BANKGIRO", "number": number}
        register = register_store.load(session)
        return change_requests.ask(
            session, register, supplier=FYRBAKEN, kind=kind, content=content, by="user-17", now=CLOCK
        )


# The table ----------------------------------------------------------------------------------------


def test_every_table_of_the_register_and_every_key_of_a_supplier_says_who_changes_it() -> None:
    assert set(TABLES) == {each.name for each in fields(Register) if each.init}
    assert set(OF_A_SUPPLIER) == {each.name for each in fields(Supplier)}
    assert set(TWO_PEOPLE) == {"name", "address", "payment_accounts"}


def test_what_the_files_alone_say_is_loaded(system: System) -> None:
    """Such a key comes through as the files have it, whatever else of the supplier waits for two people."""
    said = {
        "answers": not fyrbaken().answers,
        "f_tax": False,
        "sending_endpoints": ("0007:5599991022",),
    }
    assert {OF_A_SUPPLIER[each] for each in said} == {Way.FILES}
    load(system, files_with(fyrbaken(name="Ett annat namn", **said)))
    loaded = in_force(system).supplier(FYRBAKEN)
    assert {each: getattr(loaded, each) for each in said} == said
    assert loaded.name == fyrbaken().name


# What was seen ------------------------------------------------------------------------------------


def test_a_removed_account_does_not_come_back_with_old_files(system: System) -> None:
    (old,) = accounts(system)
    files = in_force(system)
    confirm(system, ask(system, ChangeKind.ADD_ACCOUNT, "991-2346"))
    confirm(system, ask(system, ChangeKind.REMOVE_ACCOUNT, old))
    assert accounts(system) == ["9912346"]
    told = lines(system, files)
    assert [each for each in told if "payment_accounts" in each] == []
    assert any(f"the file has the account BANKGIRO …{old[-4:]}" in each for each in told)
    assert any("the register has the account BANKGIRO …2346" in each for each in told)
    assert all("Two people have decided" in each for each in told)
    loaded = load(system, files)
    assert (accounts(system), loaded.asked, open_requests(system)) == (["9912346"], 0, [])


def test_a_new_account_in_the_files_waits_for_two_people_and_not_for_the_one_who_loaded(
    system: System,
) -> None:
    files = files_with(fyrbaken(payment_accounts=(*fyrbaken().payment_accounts, NEW)))
    before = accounts(system)
    assert load(system, files, by="user-9").asked == 1
    assert accounts(system) == before
    (request,) = open_requests(system)
    with system.database.writing() as session, pytest.raises(ChangeRefused, match="asked"):
        change_requests.confirm_first(session, request.id, by="user-9", call_back=CALLED, now=CLOCK)
    # Loaded again it asks nothing more, and says so.
    assert load(system, files).asked == 0
    assert any("already waits" in each for each in lines(system, files))
    confirm(system, request.id)
    assert accounts(system) == [*before, "9912346"]
    assert lines(system, files) == []


def test_what_two_people_refused_is_not_asked_at_every_load(system: System) -> None:
    files = files_with(fyrbaken(payment_accounts=(*fyrbaken().payment_accounts, NEW)))
    load(system, files)
    with system.database.writing() as session:
        (request,) = change_request_store.listed(session, only_open=True)
        change_requests.refuse(session, request.id, by="eko-1", reason="Okänt konto.", now=CLOCK)
    assert load(system, files).asked == 0
    assert any("Two people have decided" in each for each in lines(system, files))


@pytest.mark.both_engines
def test_the_supplier_stops_an_account_that_a_load_asked_for_and_it_is_not_asked_again(
    system: System,
) -> None:
    files = files_with(fyrbaken(payment_accounts=(*fyrbaken().payment_accounts, NEW)))
    load(system, files)
    (asked,) = open_requests(system)
    with system.database.writing() as session:
        change_requests.withdraw(session, FYRBAKEN, asked.id, by="user-77")
    with system.database.writing() as session, pytest.raises(ChangeRefused):
        change_requests.confirm_first(session, asked.id, by="user-11", call_back=CALLED, now=CLOCK)
    told = lines(system, files)
    assert len(told) == 1
    assert "The supplier has taken it back" in told[0]
    load(system, files)
    assert (open_requests(system), NEW.number in accounts(system)) == ([], False)
    # It may ask for it itself.
    with system.database.writing() as session:
        content = {"scheme": "BANKGIRO", "number": NEW.number}
        change_requests.ask(
            session,
            in_force(system),
            supplier=FYRBAKEN,
            kind=ChangeKind.ADD_ACCOUNT,
            content=content,
            by="user-77",
            now=CLOCK,
        )


def test_an_account_exchanged_in_the_files_is_asked_for_first_and_the_old_one_afterwards(
    system: System,
) -> None:
    files = files_with(fyrbaken(payment_accounts=(NEW,)))
    assert any("last account cannot be removed" in each for each in lines(system, files))
    load(system, files)
    (request,) = open_requests(system)
    confirm(system, request.id)
    load(system, files)
    (request,) = open_requests(system)
    assert request.kind is ChangeKind.REMOVE_ACCOUNT
    confirm(system, request.id)
    assert accounts(system) == ["9912346"]


def test_another_payee_or_last_day_of_the_same_account_is_told_and_not_taken(system: System) -> None:
    (held,) = fyrbaken().payment_accounts
    ends = replace(held, valid_to=TODAY + timedelta(days=30))
    own = replace(NEW, valid_from=TODAY + timedelta(days=31))
    files = files_with(fyrbaken(payment_accounts=(ends, own)))
    assert any("last day or payee" in each for each in lines(system, files))
    load(system, files)
    assert in_force(system).supplier(FYRBAKEN).payment_accounts == (held,)


def test_a_name_in_the_files_waits_for_two_people_and_an_old_one_does_not_come_back(system: System) -> None:
    files = files_with(fyrbaken(name="Fyrbåken Stöd AB"))
    old = in_force(system)
    load(system, files)
    assert in_force(system).supplier(FYRBAKEN).name == old.supplier(FYRBAKEN).name
    (request,) = open_requests(system)
    confirm(system, request.id)
    assert in_force(system).supplier(FYRBAKEN).name == "Fyrbåken Stöd AB"
    assert load(system, old).asked == 0
    assert in_force(system).supplier(FYRBAKEN).name == "Fyrbåken Stöd AB"
    assert any("another name or address" in each and "decided" in each for each in lines(system, old))
    # A name nobody has heard of is asked for.
    assert load(system, files_with(fyrbaken(name="Fyrbåken Ny AB"))).asked == 1


def test_no_line_says_a_number_that_may_be_a_persons(system: System) -> None:
    files = files_with(fyrbaken(name="Annat", payment_accounts=(*fyrbaken().payment_accounts, NEW)))
    told = " ".join(lines(system, files))
    assert "AVT-1001" in told
    assert FYRBAKEN not in told
    assert "9912346" not in told


# New suppliers, and the first load ------------------------------------------------------------------


def test_the_first_load_brings_everything(database_url: str) -> None:
    with a_system(database_url) as system:
        assert accounts(system) == [each.number for each in fyrbaken().payment_accounts]
        assert open_requests(system) == []


def test_a_supplier_that_comes_later_is_paid_when_two_people_have_confirmed_its_account(
    system: System,
) -> None:
    whole = in_force(system)
    load(system, without(whole, LARKDRILLEN))
    assert load(system, whole).asked == 1
    (request,) = open_requests(system)
    assert (request.kind, request.supplier) == (ChangeKind.NEW_SUPPLIER, LARKDRILLEN)
    assert held(system, LARKDRILLEN)
    assert not held(system, FYRBAKEN)
    confirm(system, request.id)
    assert not held(system, LARKDRILLEN)
    with system.database.reading() as session:
        # Those two attest not its first payment.
        assert account_confirmation_store.barred(session, [LARKDRILLEN]) == {LARKDRILLEN: {"eko-1", "eko-2"}}
    # Out and in again, with whatever account, it is new once more.
    load(system, without(whole, LARKDRILLEN))
    other = replace(whole.supplier(LARKDRILLEN), payment_accounts=(NEW,))
    load(system, files_with(other, whole))
    assert held(system, LARKDRILLEN)


def held(system: System, supplier: str) -> bool:
    with system.database.reading() as session:
        found = held_back_queries.reasons(session, register_store.load(session), {1: supplier}, on=TODAY)
    return found.get(1) == held_back_queries.ACCOUNT_UNCONFIRMED


def test_the_files_rules_hold_until_the_pages_have_their_first_version(system: System) -> None:
    seen = in_force(system).policy
    files = replace(example_register(), policy=replace(seen, payment_terms_days=44))
    assert not any("rules are changed on the page" in each for each in lines(system, files))
    with system.database.writing() as session:
        policy_store.make(
            session,
            replace(seen, several_lines=True),
            valid_from=TODAY,
            reason="Prövas",
            by="eko-1",
            at=CLOCK,
            today=TODAY,
            instead_of="",
        )
    assert any("rules are changed on the page" in each for each in lines(system, files))
    load(system, files)
    assert in_force(system).policy.payment_terms_days == seen.payment_terms_days
