"""What is netted with what: as few invoices as a credit needs, the largest first, and never another's money."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from foundation.money import Money
from invoicing.payment.payable import PayableKind
from invoicing.payment.transfers import (
    LIVE,
    SENT,
    ItemState,
    Netted,
    ToSend,
    Transfer,
    TransferPart,
    netted,
    proposal_name,
)
from orders.register.parties import AccountScheme, Address, PaymentAccount

GIRO = PaymentAccount(AccountScheme.BANKGIRO, "5999107")
OTHER_GIRO = PaymentAccount(AccountScheme.BANKGIRO, "9912346")
ADDRESS = Address("Hamngatan 1", "Exempelstad", "123 45")
DAY = date(2026, 2, 3)


def item(place: int, amount: str, *, credit: bool = False) -> ToSend:
    """Something of one supplier, to or off one account."""
    kind = PayableKind.CREDIT if credit else PayableKind.INVOICE
    part = TransferPart(place, kind, f"D-{place}", DAY, Money.of(amount), f"R-{place}")
    return ToSend(part, "5599991014", "Fyrbåken", GIRO, ADDRESS)


def told(plan: Netted) -> list[tuple[str, str, list[int]]]:
    """Each transfer: what the bank knows it by, its amount, and what is in it."""
    return [
        (each.end_to_end, str(each.amount.amount), [part.item_id for part in each.parts])
        for each in plan.transfers
    ]


def left(plan: Netted) -> list[int]:
    return [each.part.item_id for each in plan.left_out]


def test_an_invoice_is_a_transfer_of_its_own_with_all_that_is_known_of_it() -> None:
    one, other = item(1, "100.00"), item(2, "50.00")
    assert netted([other, one], message_id="RM1") == Netted(
        tuple(
            Transfer(
                f"RM1-0000{place}",
                "5599991014",
                "Fyrbåken",
                GIRO,
                each.part.amount,
                (each.part,),
                ADDRESS,
            )
            for place, each in enumerate((one, other), 1)
        ),
        (),
    )


@pytest.mark.parametrize(
    ("invoices", "credits", "wanted", "waits"),
    [
        # A credit goes off the largest alone, where something is left of it.
        (["10.00", "30.00", "20.00"], ["29.99"], [("0.01", [2, 4]), ("10.00", [1]), ("20.00", [3])], []),
        # Of two that are alike it goes off the first.
        (["20.00", "20.00"], ["1.00"], [("19.00", [1, 3]), ("20.00", [2])], []),
        # Nothing would be left of the largest: the next is taken with it, and no more.
        (["10.00", "30.00", "20.00"], ["30.00"], [("20.00", [2, 3, 4]), ("10.00", [1])], []),
        (["10.00", "30.00", "20.00"], ["50.00"], [("10.00", [2, 3, 1, 4])], []),
        # Off all of them something is left, to the öre; nothing at all is no transfer.
        (["10.00", "30.00", "20.00"], ["59.99"], [("0.01", [2, 3, 1, 4])], []),
        (["10.00", "20.00"], ["30.00"], [("10.00", [1]), ("20.00", [2])], [3]),
        (["10.00", "20.00"], ["30.01"], [("10.00", [1]), ("20.00", [2])], [3]),
        # A second credit has the room that the first left, and one too large keeps no later one back.
        (["30.00"], ["10.00", "10.00"], [("10.00", [1, 2, 3])], []),
        (["30.00"], ["10.00", "20.00", "19.99"], [("0.01", [1, 2, 4])], [3]),
        (["30.00"], ["10.00", "10.00", "10.00"], [("10.00", [1, 2, 3])], [4]),
        # A credit alone waits.
        ([], ["10.00"], [], [1]),
    ],
)
def test_a_credit_goes_off_as_few_as_it_needs_the_largest_first(
    invoices: Sequence[str], credits: Sequence[str], wanted: list[tuple[str, list[int]]], waits: list[int]
) -> None:
    items = [item(place, amount) for place, amount in enumerate(invoices, 1)]
    items += [item(place, amount, credit=True) for place, amount in enumerate(credits, len(items) + 1)]
    for order in (items, items[::-1]):
        plan = netted(order, message_id="RM1")
        # In the order of the first that lies in each, numbered so.
        numbered = sorted(wanted, key=lambda each: min(each[1]))
        assert told(plan) == [(f"RM1-{place:05}", *each) for place, each in enumerate(numbered, 1)]
        assert left(plan) == waits


@pytest.mark.parametrize(
    "apart",
    [
        lambda each: replace(each, supplier="5599992020"),
        lambda each: replace(each, account=OTHER_GIRO),
        lambda each: replace(each, part=replace(each.part, amount=Money(Decimal("10.00"), "EUR"))),
    ],
    ids=["another supplier's", "another account", "another currency"],
)
def test_nothing_is_taken_off_anothers_money(apart: Callable[[ToSend], ToSend]) -> None:
    plan = netted([item(1, "100.00"), apart(item(2, "10.00", credit=True))], message_id="RM1")
    assert told(plan) == [("RM1-00001", "100.00", [1])]
    assert left(plan) == [2]


def test_each_group_keeps_its_own_and_the_file_goes_by_items() -> None:
    theirs = [
        replace(each, supplier="5599992020") for each in (item(1, "7.00"), item(5, "2.00", credit=True))
    ]
    ours = [item(2, "9.00"), item(3, "8.00"), item(4, "3.00", credit=True)]
    plan = netted([*ours, *theirs], message_id="RM9")
    assert told(plan) == [
        ("RM9-00001", "5.00", [1, 5]),
        ("RM9-00002", "6.00", [2, 4]),
        ("RM9-00003", "8.00", [3]),
    ]
    assert [each.supplier for each in plan.transfers] == ["5599992020", "5599991014", "5599991014"]


ore = st.integers(1, 200).map(lambda value: f"{Decimal(value).scaleb(-2)}")


@given(invoices=st.lists(ore, max_size=8), credits=st.lists(ore, max_size=4))
def test_netting_takes_what_there_is_room_for_and_no_invoice_more(
    invoices: list[str], credits: list[str]
) -> None:
    items = [item(place, amount) for place, amount in enumerate(invoices, 1)]
    items += [item(place, amount, credit=True) for place, amount in enumerate(credits, len(items) + 1)]
    plan = netted(items, message_id="RM1")
    amounts = {each.part.item_id: each.part.amount.amount for each in items}
    taken, room = [], sum((Decimal(each) for each in invoices), Decimal(0))
    for each in items[len(invoices) :]:
        if each.part.amount.amount < room:
            taken.append(each.part.item_id)
            room -= each.part.amount.amount
    assert left(plan) == [
        each.part.item_id for each in items[len(invoices) :] if each.part.item_id not in taken
    ]
    bundles = [each for each in plan.transfers if len(each.parts) > 1]
    assert len(bundles) == bool(taken)
    for bundle in bundles:
        off = sum((amounts[place] for place in taken), Decimal(0))
        inside = [part.item_id for part in bundle.parts if part.kind is PayableKind.INVOICE]
        largest = sorted(range(1, len(invoices) + 1), key=lambda place: (-amounts[place], place))
        assert inside == largest[: len(inside)]
        assert sum(amounts[place] for place in inside) > off >= sum(amounts[place] for place in inside[:-1])


def test_what_is_live_has_not_been_let_go_and_what_was_sent_has_left() -> None:
    assert set(ItemState) - set(LIVE) == {ItemState.TAKEN_OUT, ItemState.REFUSED, ItemState.RETURNED}
    assert set(ItemState) - set(SENT) == {ItemState.PROPOSED, ItemState.ATTESTED, ItemState.TAKEN_OUT}
    assert proposal_name("30000001").en.endswith("30000001")
