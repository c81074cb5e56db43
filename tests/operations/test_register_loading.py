"""A register cannot be loaded while the books need what it lacks, and what it changes is shown as a difference."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import date

import pytest

from accounts import register_need_queries as account_needs
from accounts import store as account_store
from accounts.accounts import end
from billing.tools.demo import people
from foundation.text import Language
from operations import register_loading
from orders.register import store as register_store
from orders.register.difference import difference
from orders.register.needs import Need, RegisterUnfit
from orders.register.register import Register
from tests.support.servers.system_databases import CLOCK
from tests.support.stories.smaller_register import without
from tests.support.stories.system import (
    FYRBAKEN,
    LARKDRILLEN,
    TALLKOTTEN,
    System,
    a_system,
    example_register,
    outcome,
)

ENGLISH = Language("en")
TODAY = date(2026, 3, 10)


def load(system: System, register: Register, *, also: Sequence[Need] = ()) -> None:
    """Load a register as the command does."""
    with system.database.writing() as session:
        checked = register_loading.check(session, register, also=also, today=TODAY)
        register_loading.load(session, register, checked, also=also, by="admin-1", now=CLOCK, today=TODAY)


def lacks(system: System, register: Register) -> list[str]:
    """What a check names, in English; the load refuses with the same."""
    with system.database.reading() as session:
        named = register_loading.check(session, register, today=TODAY).refused
    if named:
        with pytest.raises(RegisterUnfit) as refused:
            load(system, register)
        assert refused.value.sentences == named
    return [each.in_language(ENGLISH) for each in named]


def ordered(system: System) -> None:
    system.decide()


def invoiced(system: System) -> None:
    system.decide()
    system.report("100000101", "2026-01", on=date(2026, 2, 2))
    system.send_invoice(system.order("100000101").number, number="F-1", on=date(2026, 2, 5))


def questioned(system: System) -> None:
    system.decide()
    system.send(replace(_flipped(system), order_reference=None, buyer_reference="9999"), on=date(2026, 2, 5))


def _flipped(system: System):  # type: ignore[no-untyped-def]  # noqa: ANN202
    system.report("100000101", "2026-01", on=date(2026, 2, 2))
    return system.flip(system.order("100000101").number, number="F-2", on=date(2026, 2, 5))


@pytest.mark.parametrize(
    ("story", "named"),
    [
        (ordered, "orders with lines not invoiced, first 2100000001"),
        (invoiced, "accepted invoices not paid, first F-1"),
        (questioned, "invoices and credit notes not decided, first F-2"),
    ],
)
def test_a_supplier_that_the_books_need_cannot_be_left_out(
    database_url: str, story: Callable[[System], None], named: str
) -> None:
    with a_system(database_url) as system:
        story(system)
        sentences = lacks(system, without(example_register(), FYRBAKEN))
        (first,) = (each for each in sentences if "The supplier" in each and named in each)
        assert first.startswith("The supplier with contract AVT-1001")
        assert "Keep the entry until" in first
        assert FYRBAKEN not in " ".join(sentences)
        # Somebody else's supplier may go, and this one when nothing needs it.
        assert lacks(system, without(example_register(), LARKDRILLEN)) == []


def test_a_unit_a_contract_and_a_price_list_are_named_by_their_ids(database_url: str) -> None:
    with a_system(database_url) as system:
        system.decide()
        sentences = lacks(system, without(example_register(), FYRBAKEN))
        starts = [each.partition(" is not")[0] for each in sentences]
        assert "units UV-101" in starts
        assert "contracts AVT-1001" in starts


def test_a_planned_result_needs_its_contract_on_the_day_of_its_decision(database_url: str) -> None:
    with a_system(database_url) as system:
        system.decide()
        system.interrupt("100000101", on=date(2026, 3, 1))
        system.must(
            "outcome.approved", outcome("100000101", started_on=date(2026, 3, 2)), on=date(2026, 3, 2)
        )
        register = example_register()
        later = tuple(
            replace(each, valid=replace(each.valid, start=date(2026, 2, 1)))
            if each.id == "AVT-1001"
            else each
            for each in register.contracts
        )
        (sentence,) = lacks(system, replace(register, contracts=later))
        assert "planned orders" in sentence
        assert "2026-01-01" in sentence


def test_somebody_who_can_sign_in_keeps_a_supplier_until_the_account_has_ended(database_url: str) -> None:
    with a_system(database_url) as system:
        with system.database.writing() as session:
            register = register_store.load(session)
            people.move_in(session, register, at=CLOCK)
            needs = account_needs.needs(session, buyer=register.buyer.organisation_number)
        smaller = without(example_register(), TALLKOTTEN)
        with pytest.raises(RegisterUnfit, match="accounts that can sign in"):
            load(system, smaller, also=needs)
        with system.database.writing() as session:
            for account in account_store.of_organisation(session, TALLKOTTEN):
                end(session, TALLKOTTEN, account.id, by="admin-1", today=CLOCK.date(), last_too=True)
            left = account_needs.needs(session, buyer=register.buyer.organisation_number)
        load(system, smaller, also=left)


def test_the_difference_counts_and_names_keys_and_no_supplier() -> None:
    before = example_register()
    first, *rest = without(before, LARKDRILLEN).suppliers
    after = replace(without(before, LARKDRILLEN), suppliers=(replace(first, name="Ett annat namn"), *rest))
    lines = [each.sentence.in_language(ENGLISH) for each in difference(before, after)]
    assert lines[0] == "suppliers: 1 changed, 1 removed [name (1)]"
    assert any(line.startswith("units: ") and "UV-201" in line for line in lines)
    assert not any(each.organisation_number in " ".join(lines) for each in before.suppliers)
    assert not any(each.name in " ".join(lines) for each in (*before.suppliers, *after.suppliers))
    assert difference(before, before) == ()


def test_what_was_shown_is_what_is_loaded(database_url: str) -> None:
    with a_system(database_url) as system:
        with system.database.reading() as session:
            checked = register_loading.check(session, example_register(), today=TODAY)
        load(system, without(example_register(), LARKDRILLEN))
        with (
            pytest.raises(register_loading.RegisterMovedOn),
            system.database.writing() as session,
        ):
            register_loading.load(session, example_register(), checked, by="admin-1", now=CLOCK, today=TODAY)
