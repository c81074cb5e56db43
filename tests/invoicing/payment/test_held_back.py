"""A supplier that the register has lost is a row with its reason, and everybody else is paid and judged as ever."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date

import pytest
from sqlalchemy import update

from invoicing.documents import tables as document_tables
from invoicing.exceptions import case as exception_case
from invoicing.matching.deviations import UNREGISTERED
from invoicing.model import InvoiceState
from invoicing.payment import held_parts, payable_store, payment
from invoicing.payment.attest_rights import AttestRefused
from invoicing.payment.attestation import ChangedSinceAttest
from invoicing.payment.payable import PayableKind
from invoicing.payment.runs.making import NothingToPay
from invoicing.payment.transfers import ItemState
from invoicing.verdicts import parking
from operations import register_loading
from orders.register import store as register_store
from orders.register.register import Register
from peppol.documents import shapes
from peppol.xml import codec
from tests.support.servers.system_databases import CLOCK
from tests.support.stories.paying import PayDesk
from tests.support.stories.smaller_register import with_other_price_lists, without
from tests.support.stories.system import FYRBAKEN, LARKDRILLEN, System, a_system, example_register

OURS, OTHERS = "100000101", "100000102"
FEBRUARY, MARCH = date(2026, 2, 3), date(2026, 3, 5)


def a_month_of_two_suppliers(system: System) -> None:
    """Two suppliers, each with a month received."""
    for reference, supplier in ((OURS, FYRBAKEN), (OTHERS, LARKDRILLEN)):
        system.decide(reference, supplier=supplier)
        system.report(reference, "2026-01", on=date(2026, 2, 2))


@pytest.fixture
def system(database_url: str) -> Iterator[System]:
    with a_system(database_url, begun=a_month_of_two_suppliers) as system:
        yield system


@pytest.fixture
def desk(system: System) -> PayDesk:
    desk = PayDesk(system)
    desk.give_right()
    return desk


def both_invoiced(system: System) -> None:
    for number, reference in (("F-1", OURS), ("L-1", OTHERS)):
        system.send_invoice(system.order(reference).number, number=number, on=FEBRUARY)


def lose(system: System, register: Register | None = None) -> None:
    """Somebody puts a register in the database that lacks Fyrbåken, past every check."""
    system.change_register(register or without(example_register(), FYRBAKEN))


def held_back(system: System) -> list[tuple[str, str]]:
    with system.database.reading() as session:
        found = payable_store.held_back(session, register_store.load(session), on=MARCH)
    return [(each.number, each.held_back.en) for each in found]


def test_a_proposal_holds_everybody_elses_and_says_why_one_is_held_back(
    system: System, desk: PayDesk
) -> None:
    both_invoiced(system)
    lose(system)
    proposal = desk.propose(on=MARCH)
    assert [each.supplier for each in desk.items(proposal)] == [LARKDRILLEN]
    ((number, reason),) = held_back(system)
    assert number == "F-1"
    assert "not in the register" in reason
    lose(system, example_register())
    assert held_back(system) == []
    assert [each.supplier for each in desk.items(desk.propose(on=MARCH))] == [FYRBAKEN]


def test_where_everything_is_held_back_the_refusal_says_where_to_look(system: System, desk: PayDesk) -> None:
    system.send_invoice(system.order(OURS).number, number="F-1", on=FEBRUARY)
    lose(system)
    with pytest.raises(NothingToPay, match=r"held back .* \(1 invoices\)"):
        desk.propose(on=MARCH)


def test_an_attested_proposal_goes_on_without_the_one_that_is_lost(system: System, desk: PayDesk) -> None:
    both_invoiced(system)
    proposal = desk.propose(on=MARCH)
    desk.attest(proposal)
    lose(system)
    with pytest.raises(ChangedSinceAttest):
        desk.export(proposal)
    dropped = desk.drop_changed(proposal)
    assert [(each.supplier, each.state) for each in dropped.taken_out] == [(FYRBAKEN, ItemState.ATTESTED)]
    assert {each.supplier: (each.state, each.why) for each in desk.items(proposal)} == {
        FYRBAKEN: (ItemState.TAKEN_OUT, "HELD_BACK"),
        LARKDRILLEN: (ItemState.ATTESTED, ""),
    }
    assert len(desk.export(proposal).transfers) == 1


def test_what_is_held_back_is_refused_row_by_row_when_it_is_attested(system: System, desk: PayDesk) -> None:
    both_invoiced(system)
    proposal = desk.propose(on=MARCH)
    lose(system)
    attested = desk.attest(proposal)
    ((_, refusal),) = attested.refused
    assert isinstance(refusal, AttestRefused)
    assert "not in the register" in refusal.text.en
    assert len(attested.items) == 1


def test_two_people_cannot_note_as_paid_what_is_held_back(system: System) -> None:
    both_invoiced(system)
    lose(system)
    with pytest.raises(payment.HeldBack, match="F-1 is held back"):
        system.pay(on=MARCH)


def test_invoices_that_come_together_are_judged_each_for_itself(system: System) -> None:
    documents = [
        (number, system.flip(system.order(reference).number, number=number, on=FEBRUARY))
        for number, reference in (("F-1", OURS), ("L-1", OTHERS))
    ]
    lose(system)
    for _, document in documents:
        system.post(codec.serialise(document), on=FEBRUARY)
    taken = {each.invoice.number: each.invoice for each in system.read_messages(on=FEBRUARY) if each.invoice}
    assert {number: invoice.state for number, invoice in taken.items()} == {
        "F-1": InvoiceState.IN_QUESTION,
        "L-1": InvoiceState.ACCEPTED,
    }
    first = system.match(taken["F-1"]).deviations[0]
    assert first.variant == UNREGISTERED
    assert "saknas i köparens register" in system.sentences(taken["F-1"])[0]
    with system.database.reading() as session:
        assert exception_case.case(session, register_store.load(session), taken["F-1"].id) is not None
    # Loaded again with its supplier, the register lets it be judged by itself.
    with system.database.writing() as session:
        read = example_register()
        checked = register_loading.check(session, read, today=MARCH)
        loaded = register_loading.load(session, read, checked, by="admin-1", now=CLOCK, today=MARCH)
    assert [(each.number, each.state) for each in loaded.freed] == [("F-1", InvoiceState.ACCEPTED)]


def test_no_supplier_is_asked_to_credit_what_our_register_has_lost(database_url: str) -> None:
    register = example_register(automatic_answer=True)
    with a_system(database_url, register=register) as system:
        system.decide(OURS)
        system.report(OURS, "2026-01", on=date(2026, 2, 2))
        document = system.flip(system.order(OURS).number, number="F-1", on=FEBRUARY)
        lose(system, without(register, FYRBAKEN))
        assert system.send(document).state is InvoiceState.IN_QUESTION


def test_what_waits_for_a_receipt_waits_on_while_its_supplier_is_lost(system: System) -> None:
    document = system.flip(system.order(OURS).number, number="F-1", on=FEBRUARY)
    (line,) = document.invoice_lines
    february = shapes.LineReference(line_id="002")
    of_february = replace(line, order_line_reference=february, invoice_period=None)
    parked = system.send(replace(document, invoice_lines=(of_february,)))
    assert parked.state is InvoiceState.PARKED
    lose(system)
    later = date(2026, 12, 1)
    with system.database.writing() as session:
        assert parking.stop_waiting(session, register_store.load(session), today=later) == []
    lose(system, example_register())
    with system.database.writing() as session:
        (ended,) = parking.stop_waiting(session, register_store.load(session), today=later)
    assert ended.number == "F-1"


def test_an_order_keeps_the_price_list_it_was_placed_under(system: System) -> None:
    document = system.flip(system.order(OURS).number, number="F-1", on=FEBRUARY)
    lose(system, with_other_price_lists(example_register()))
    assert system.send(document).state is InvoiceState.ACCEPTED


def in_euro(system: System, number: str) -> None:
    """Somebody's invoice stands in euro, past every check."""
    invoice = document_tables.invoice
    with system.database.writing() as session:
        session.execute(update(invoice).where(invoice.c.number == number).values(currency="EUR"))


def test_what_is_in_another_currency_is_held_back_and_counted_for_nothing(
    system: System, desk: PayDesk
) -> None:
    both_invoiced(system)
    in_euro(system, "F-1")
    ((number, reason),) = held_back(system)
    assert (number, reason) == (
        "F-1",
        "The invoice is in EUR, but we pay in SEK. Ask for credit of it and a new invoice in SEK.",
    )
    with system.database.reading() as session:
        count, to_pay = payable_store.due_sum(session, on=MARCH)
    assert (count, str(to_pay)) == (1, "2375.00 SEK")
    assert [item.supplier for item in desk.items(desk.propose(on=MARCH))] == [LARKDRILLEN]


def test_a_giro_account_takes_kronor_alone(system: System, desk: PayDesk) -> None:
    both_invoiced(system)
    for number in ("F-1", "L-1"):
        in_euro(system, number)
    register = example_register()
    system.change_register(replace(register, buyer=replace(register.buyer, currency="EUR")))
    with system.database.reading() as session:
        now = register_store.load(session)
        keys = [(each, PayableKind.INVOICE) for each in payable_store.due(session, on=MARCH)]
        payables = payable_store.load(session, now, keys, pay_on=MARCH).values()
    held = {each.account.scheme.value: each.held_back.en for each in payables}
    assert "register an account with an IBAN" in held["BANKGIRO"]
    assert held.get("IBAN", "") == ""


def test_an_account_that_takes_no_such_money_holds_its_invoice_on_every_list(
    system: System, desk: PayDesk
) -> None:
    """What a proposal leaves out for the account's sake stands with its reason where people look."""
    both_invoiced(system)
    for number in ("F-1", "L-1"):
        in_euro(system, number)
    register = example_register()
    system.change_register(replace(register, buyer=replace(register.buyer, currency="EUR")))
    kept = held_back(system)
    assert [number for number, _ in kept] == ["F-1", "L-1"]
    assert all("register an account with an IBAN" in reason for _, reason in kept)
    with pytest.raises(NothingToPay, match=r"held back .* \(2 invoices\)"):
        desk.propose(on=MARCH)


@pytest.mark.parametrize("rows_most", [1, 2, 5])
@pytest.mark.parametrize("looked_at_most", [1, 500])
def test_what_is_held_back_is_gone_through_part_by_part_to_its_end(
    system: System, desk: PayDesk, monkeypatch: pytest.MonkeyPatch, rows_most: int, looked_at_most: int
) -> None:
    monkeypatch.setattr(held_parts, "_BATCH", 1)
    both_invoiced(system)
    lose(system)
    in_euro(system, "L-1")
    found, after, parts = [], 0, 0
    with system.database.reading() as session:
        register = register_store.load(session)
        while parts == 0 or after:
            told = held_parts.part(
                session, register, on=MARCH, after=after, rows_most=rows_most, looked_at_most=looked_at_most
            )
            found += [each.number for each in told.rows]
            after, parts = told.after, parts + 1
            assert parts < 5
    assert found == ["F-1", "L-1"]
