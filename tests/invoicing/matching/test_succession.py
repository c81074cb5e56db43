"""A supplier that has taken over another invoices its orders, is paid, credits, and is ordered of (E-33)."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from invoicing.documents import order_facts_queries, suggesting
from invoicing.documents import store as document_store
from invoicing.model import InvoiceState, SupplierInvoice
from invoicing.payment import payable_store
from invoicing.payment.payment import HeldBack
from invoicing.portal_invoicing import flipping
from invoicing.portal_invoicing.flipping import Numbered
from operations import register_loading
from orders.register import register as registers
from orders.register import store as register_store
from orders.register import succession
from orders.register.parties import RegisterValueRefused, Succession
from orders.register.succession import Takeover, Tenure
from orders.terms import ArticleKind
from peppol.documents import billing
from peppol.exchange import outbox_store
from tests.support.servers.system_databases import CLOCK
from tests.support.stories.system import (
    FYRBAKEN,
    LARKDRILLEN,
    TALLKOTTEN,
    System,
    a_system,
    decision,
    example_register,
)
from tests.support.stories.takeover import TAKEN_OVER, taken_over

OURS = "100000101"
BEFORE, AFTER = date(2026, 2, 20), date(2026, 4, 3)


@pytest.fixture
def system(database_url: str) -> Iterator[System]:
    """Fyrbåken delivers January to March, and is taken over on 1 March."""
    with a_system(database_url) as system:
        system.decide(OURS)
        for month, day in (("2026-01", date(2026, 2, 2)), ("2026-02", date(2026, 3, 2)), ("2026-03", AFTER)):
            system.report(OURS, month, on=day)
        yield system


def invoice(system: System, line: str, number: str, *, by: str, on: date) -> SupplierInvoice:
    """An invoice of a line of the old one's order, by one of the two."""
    return system.send(system.flip(system.order(OURS).number, line, number=number, on=on, supplier=by))


def as_if_open(system: System, first: SupplierInvoice, number: str) -> billing.Invoice:
    """The successor's invoice of the line that another invoice lies on."""
    with system.database.reading() as session:
        register = register_store.load(session)
        order = order_facts_queries.order_facts(
            session, register, first.order_number, but_not=first.id, seller=LARKDRILLEN
        )
        assert order is not None
        return flipping.flip(
            order,
            order.lines["001"],
            supplier=register.supplier(LARKDRILLEN),
            buyer=register.buyer,
            policy=register.policy,
            given=Numbered(number, AFTER),
        )


def states(system: System, *invoices: SupplierInvoice) -> list[InvoiceState]:
    return [system.invoice(each.id).state for each in invoices]


def test_from_the_day_both_invoice_what_was_delivered_before_and_the_successor_what_comes_after(
    system: System,
) -> None:
    system.change_register(taken_over())
    old = invoice(system, "001", "F-1", by=FYRBAKEN, on=AFTER)
    new = invoice(system, "002", "L-2", by=LARKDRILLEN, on=AFTER)
    too_late = invoice(system, "003", "F-3", by=FYRBAKEN, on=AFTER)
    assert states(system, old, new, too_late) == [
        InvoiceState.ACCEPTED,
        InvoiceState.ACCEPTED,
        InvoiceState.IN_QUESTION,
    ]
    assert "Efterträdaren fakturerar" in system.sentences(too_late)[0]
    right = invoice(system, "003", "L-3", by=LARKDRILLEN, on=AFTER)
    assert states(system, right) == [InvoiceState.ACCEPTED]
    paid = system.pay(on=date(2026, 6, 1))
    assert sorted((each.supplier, each.invoice_id) for each in paid) == sorted(
        [(FYRBAKEN, old.id), (LARKDRILLEN, new.id), (LARKDRILLEN, right.id)]
    )


def test_dated_before_the_day_the_successors_invoice_is_questioned(system: System) -> None:
    system.change_register(taken_over())
    early = invoice(system, "001", "L-1", by=LARKDRILLEN, on=BEFORE)
    assert (early.state, early.codes) == (InvoiceState.IN_QUESTION, ("ORDER_NOT_SUPPLIERS",))
    assert "2026-03-01" in system.sentences(early)[0]


def test_a_stranger_is_still_a_stranger(system: System) -> None:
    system.change_register(taken_over())
    assert invoice(system, "001", "T-1", by=TALLKOTTEN, on=AFTER).codes == ("ORDER_NOT_SUPPLIERS",)


def test_an_invoice_that_came_before_the_register_knew_is_judged_again_by_itself(system: System) -> None:
    asked = invoice(system, "001", "L-1", by=LARKDRILLEN, on=AFTER)
    assert asked.state is InvoiceState.IN_QUESTION
    with system.database.writing() as session:
        read = taken_over()
        checked = register_loading.check(session, read, today=AFTER)
        loaded = register_loading.load(session, read, checked, by="admin-1", now=CLOCK, today=AFTER)
    assert [each.number for each in loaded.freed] == ["L-1"]
    assert states(system, asked) == [InvoiceState.ACCEPTED]


def test_where_both_invoice_a_line_nobody_is_paid_until_one_is_asked_back(system: System) -> None:
    system.change_register(taken_over())
    first = invoice(system, "001", "F-1", by=FYRBAKEN, on=AFTER)
    twice = system.send(as_if_open(system, first, "L-1"))
    assert (twice.supplier, twice.codes) == (LARKDRILLEN, ("ALREADY_INVOICED",))
    with system.database.reading() as session:
        register = register_store.load(session)
        (kept,) = payable_store.held_back(session, register, on=date(2026, 6, 1))
    assert (kept.number, "Another supplier has invoiced" in kept.held_back.en) == ("F-1", True)
    with pytest.raises(HeldBack, match="Another supplier"):
        system.pay(on=date(2026, 6, 1))
    system.ask_credit(twice, on=AFTER)
    assert [each.supplier for each in system.pay(on=date(2026, 6, 1))] == [FYRBAKEN]


def test_the_successor_credits_what_the_old_one_invoiced(system: System) -> None:
    system.change_register(taken_over())
    original = system.flip(system.order(OURS).number, "001", number="F-1", on=BEFORE, supplier=FYRBAKEN)
    first = system.send(original)
    with system.database.reading() as session:
        successor = register_store.load(session).supplier(LARKDRILLEN)
    party = flipping.party_of(successor, taxed=BEFORE, written=AFTER)
    credit = system.send(flipping.credit_note_of(original, given=Numbered("LK-1", AFTER), by=party))
    assert states(system, first, credit) == [InvoiceState.CREDITED, InvoiceState.SETTLED]
    early = flipping.credit_note_of(
        system.flip(system.order(OURS).number, "002", number="F-2", on=AFTER, supplier=FYRBAKEN),
        given=Numbered("LK-2", BEFORE),
        by=party,
    )
    assert system.send(early).state is InvoiceState.PARKED


def test_period_two_of_an_old_placement_goes_to_the_successor(system: System) -> None:
    system.change_register(taken_over())
    system.must(
        "placement.period_two_decided",
        {
            "decision_id": "B-2",
            "execution_reference": OURS,
            "period": {"start": "2026-07-01", "end": "2026-12-31"},
            "decided_on": "2026-06-20",
        },
        on=date(2026, 6, 20),
    )
    first, second = system.orders(OURS, ArticleKind.BASIC)
    assert (first.supplier, second.supplier) == (FYRBAKEN, LARKDRILLEN)
    assert (first.contract_id, second.contract_id) == ("AVT-1001", "AVT-1001")
    with system.database.reading() as session:
        (message,) = [
            each
            for each in outbox_store.messages_out(session, about=second.number)
            if each.document_id == second.number
        ]
        assert message.receiver == register_store.load(session).supplier(LARKDRILLEN).participant_id
    system.report(OURS, "2026-07", on=date(2026, 8, 3))
    sent = system.send_invoice(second.number, "001", number="L-7", on=date(2026, 8, 4))
    assert (sent.supplier, sent.state) == (LARKDRILLEN, InvoiceState.ACCEPTED)


@pytest.mark.parametrize("named", [FYRBAKEN, LARKDRILLEN])
def test_a_new_decision_under_the_old_contract_is_ordered_of_the_successor(
    system: System, named: str
) -> None:
    system.change_register(taken_over())
    told = {**decision("100000202", start=date(2026, 4, 1)), "supplier": named}
    system.must("placement.decided", told, on=date(2026, 4, 1))
    assert system.order("100000202").supplier == LARKDRILLEN
    assert system.placement("100000202").contract_id == "AVT-1001"


def test_before_the_day_nothing_is_different(system: System) -> None:
    system.change_register(taken_over(date(2027, 1, 1)))
    assert states(
        system,
        invoice(system, "001", "F-1", by=FYRBAKEN, on=AFTER),
        invoice(system, "002", "L-2", by=LARKDRILLEN, on=AFTER),
    ) == [InvoiceState.ACCEPTED, InvoiceState.IN_QUESTION]


# What a register may say of it -------------------------------------------------------


def succeeds(number: str, *others: tuple[str, date]) -> registers.Register:
    register = example_register()
    return replace(
        register,
        suppliers=tuple(
            replace(each, succeeds=tuple(Succession(*other) for other in others))
            if each.organisation_number == number
            else each
            for each in register.suppliers
        ),
    )


def test_a_supplier_is_taken_over_by_one_that_is_known_and_not_in_a_circle() -> None:
    with pytest.raises(RegisterValueRefused, match="not in the register"):
        succeeds(LARKDRILLEN, ("5560360793", TAKEN_OVER))
    with pytest.raises(RegisterValueRefused, match="two successors"):
        succeeds(LARKDRILLEN, (FYRBAKEN, TAKEN_OVER), (FYRBAKEN, AFTER))
    with pytest.raises(RegisterValueRefused, match="succeed itself"):
        succeeds(LARKDRILLEN, (LARKDRILLEN, TAKEN_OVER))
    register = taken_over()
    with pytest.raises(RegisterValueRefused, match="circle"):
        replace(
            register,
            suppliers=tuple(
                replace(each, succeeds=(Succession(LARKDRILLEN, AFTER),))
                if each.organisation_number == FYRBAKEN
                else each
                for each in register.suppliers
            ),
        )


CHAIN = {"A": Takeover("A", "B", date(2026, 3, 1)), "B": Takeover("B", "C", date(2026, 6, 1))}


@given(st.dates(date(2026, 1, 1), date(2026, 12, 31)))
def test_one_stands_in_a_place_each_day_and_only_within_its_tenure(day: date) -> None:
    holder = succession.holder(CHAIN, "A", day)
    expected = "A" if day < date(2026, 3, 1) else "B" if day < date(2026, 6, 1) else "C"
    assert holder == expected
    if holder != "A":
        assert "A" in succession.predecessors(CHAIN, holder, day)
    for each in "ABC":
        tenure = succession.tenure(CHAIN, "A", each)
        assert tenure is not None
        invoices = tenure.invoices_from is None or tenure.invoices_from <= day
        delivers = tenure.delivers_until is None or day < tenure.delivers_until
        assert (invoices and delivers) is (holder == each)
    assert succession.tenure(CHAIN, "B", "A") is None
    assert succession.tenure({}, "A", "A") == Tenure()


def test_a_successors_invoice_without_order_is_suggested_its_predecessors_lines(system: System) -> None:
    system.change_register(taken_over())
    whole = system.flip(system.order(OURS).number, "002", number="L-2", on=AFTER, supplier=LARKDRILLEN)
    lost = system.send(replace(whole, order_reference=billing.OrderReference(id="NA"), buyer_reference=None))
    assert lost.state is InvoiceState.IN_QUESTION
    assert system.order(OURS).number in system.sentences(lost)[0]
    with system.database.reading() as session:
        content = document_store.content(session, lost.id)
        suggested = suggesting.lines(session, register_store.load(session), content)
        nobodys = suggesting.lines(session, example_register(), content)
    assert suggested[0].order_number == system.order(OURS).number
    assert nobodys == []
