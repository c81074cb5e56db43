"""Whatever a person presses can be taken back until it has left the system, and then everything is as it was."""

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import pytest
from sqlalchemy import Table, select

from foundation import journal
from foundation.money import Money
from invoicing.decisions import store as decision_store
from invoicing.decisions import tables as decision_tables
from invoicing.decisions.rules import Action, ActionRefused, ActionState
from invoicing.documents import store as document_store
from invoicing.documents import tables as document_tables
from invoicing.exceptions import actions as exception_actions
from invoicing.exceptions import bulk_actions, credit_linking
from invoicing.journal_actions import DocumentAction
from invoicing.model import InvoiceState, SupplierInvoice
from invoicing.portal_invoicing.flipping import Numbered, credit_note_of
from invoicing.reconciliation import entry_queries
from invoicing.reconciliation.entry_source_queries import EntryFilter
from invoicing.reconciliation.statement import StatementKey
from invoicing.verdicts import parking
from orders import tables as order_tables
from orders.register import store as register_store
from orders.register.tolerances import Tolerance
from peppol.documents import billing
from tests.invoicing.exceptions.test_actions import (
    FEBRUARY,
    REFERENCE,
    actor,
    january,
    press,
    release,
    two_of_the_same_line,
    undo,
    without_line,
)
from tests.support.stories.bills import billed
from tests.support.stories.house import House, a_house, example_register

_S = InvoiceState
LATER = date(2026, 2, 9)


@pytest.fixture
def house(database_url: str) -> Iterator[House]:
    """January and February received: 20 days each at 95.00."""
    with a_house(database_url) as house:
        house.decide(REFERENCE, start=date(2026, 1, 1), decided_on=date(2026, 1, 1))
        house.report(REFERENCE, "2026-01", on=date(2026, 2, 2))
        house.report(REFERENCE, "2026-02", on=date(2026, 3, 2))
        with house.database.writing() as session:
            decision_store.set_limit(session, "user-1", Money.of("500.00"), by="admin-1", on=FEBRUARY)
        yield house


def stands(house: House) -> object:
    """Everything a person can see of the books: documents, order lines, what people decided, the statement."""
    documents = document_tables.invoice
    seen = ("number", "state", "codes", "answered", "order_number", "execution_reference", "paid_on")
    decided: tuple[tuple[Table, tuple[str, ...]], ...] = (
        (decision_tables.acceptance, ("invoice_id", "withdrawn")),
        (
            decision_tables.line_link,
            ("invoice_id", "order_number", "line_id", "credited_number", "withdrawn"),
        ),
    )
    with house.database.reading() as session:
        return (
            session.execute(select(*(documents.c[name] for name in seen)).order_by(documents.c.id)).all(),
            sorted(session.execute(select(order_tables.line_account)), key=str),
            sorted(session.execute(select(document_tables.invoice_part)), key=str),
            sorted(session.execute(select(document_tables.credit_pair)), key=str),
            [
                session.execute(
                    select(*(table.c[name] for name in names)).where(table.c.withdrawn == 0)
                ).all()
                for table, names in decided
            ],
            [
                each.rests_until
                for each in session.execute(select(decision_tables.desk_item))
                if each.rests_until
            ],
            entry_queries.statement(session, EntryFilter(), by=(StatementKey.MONTH,)),
        )


def wrong(house: House) -> SupplierInvoice:
    return house.send(january(house))


def bare(house: House) -> SupplierInvoice:
    return house.send(without_line(january(house, days="20")))


def nameless_credit(
    house: House, invoice: billing.Invoice, number: str = "K-1", on: date = LATER
) -> SupplierInvoice:
    """A credit note as a system writes it that names no invoice."""
    credit = credit_note_of(invoice, given=Numbered(number, on))
    return house.send(replace(credit, billing_references=()))


def a_pair(house: House) -> tuple[SupplierInvoice, SupplierInvoice]:
    """An invoice in question and its credit note that does not say so."""
    invoice = january(house)
    document = house.send(invoice)
    credit = nameless_credit(house, invoice)
    assert (credit.state, credit.codes) == (_S.IN_QUESTION, ("CREDIT_REFERENCE_MISSING",))
    return document, credit


def another(number: str, house: House, *, days: str) -> billing.Invoice:
    """One more invoice of January, made although the line is invoiced already."""
    february = house.flip(house.order(REFERENCE).number, "002", number=number, on=FEBRUARY)
    (line,) = february.invoice_lines
    reference = line.order_line_reference
    assert reference is not None
    named = replace(
        february, invoice_lines=(replace(line, order_line_reference=replace(reference, line_id="001")),)
    )
    return billed(named, days=days)


def link_credit(house: House, credit: SupplierInvoice, number: str, *, by: str = "user-1") -> int:
    with house.database.writing() as session:
        register = register_store.load(session)
        return credit_linking.link_credit(
            session, register, credit.id, actor(by), credits=number, reason="Leverantören ringde"
        )


def park(house: House, invoice: SupplierInvoice) -> int:
    with house.database.writing() as session:
        return exception_actions.park(
            session, invoice.id, actor(), until=date(2026, 2, 20), reason="Svar väntas nästa vecka"
        )


PRESSES: dict[str, tuple[Callable[[House], SupplierInvoice], Callable[[House, SupplierInvoice], int]]] = {
    "ask for credit": (wrong, lambda house, invoice: press(house, Action.ASK_CREDIT, invoice)),
    "accept": (
        wrong,
        lambda house, invoice: press(house, Action.ACCEPT, invoice, reason="Rättat per telefon"),
    ),
    "link": (
        bare,
        lambda house, invoice: press(
            house,
            Action.LINK,
            invoice,
            order_number=house.order(REFERENCE).number,
            line_id="001",
            reason="Samma månad",
        ),
    ),
    "unlink": (
        lambda house: two_of_the_same_line(house)[0],
        lambda house, invoice: press(house, Action.UNLINK, invoice, reason="Fel månad"),
    ),
    "rest": (wrong, park),
    "ask the supplier": (
        wrong,
        lambda house, invoice: press(house, Action.ASK_SUPPLIER, invoice, text="Vilka dagar?"),
    ),
    "reject as a duplicate": (
        lambda house: two_of_the_same_line(house)[1],
        lambda house, invoice: press(house, Action.REJECT_DUPLICATE, invoice, of="F-1"),
    ),
    "reject a credit note": (
        lambda house: a_pair(house)[1],
        lambda house, invoice: press(house, Action.ASK_CREDIT, invoice),
    ),
    "link a credit note": (
        lambda house: a_pair(house)[1],
        lambda house, invoice: link_credit(house, invoice, "F-1"),
    ),
}


@pytest.mark.parametrize("name", PRESSES)
def test_what_is_undone_never_was(house: House, name: str) -> None:
    begins, presses = PRESSES[name]
    invoice = begins(house)
    before = stands(house)
    pressed = presses(house, invoice)
    if name != "ask the supplier":
        assert stands(house) != before
    undo(house, pressed, by="user-2")
    assert stands(house) == before
    release(house)
    assert stands(house) == before
    with house.database.reading() as session:
        (done,) = decision_store.actions_of(session, invoice.id)
        told = [each for each in journal.rows(session) if each.action == DocumentAction.DESK_UNDONE]
    assert (done.state, done.made_by, done.undone_by) == (ActionState.UNDONE, "user-1", "user-2")
    assert [each.actor for each in told] == ["user-2"]
    # And it can be pressed again.
    presses(house, invoice)


def test_what_a_person_accepted_and_took_back_may_stand_by_looser_rules(house: House) -> None:
    invoice = wrong(house)
    loosened = replace(
        example_register().policy,
        tolerances=(Tolerance(quantity_over=Decimal(5), amount_over=Decimal(500)),),
    )
    house.change_register(replace(example_register(), policy=loosened))
    pressed = press(house, Action.ACCEPT, invoice, reason="Rättat per telefon")
    undo(house, pressed, by="user-2")
    stands_now = house.invoice(invoice.id)
    with house.database.reading() as session:
        _, judged = document_store.matches(session, invoice.id)[-1]
        assert decision_store.acceptance_of(session, invoice.id, currency="SEK") is None
    # By the rules themselves, with a match of its own, and the supplier is told.
    assert (stands_now.state, stands_now.answered) == (_S.ACCEPTED, "AP")
    assert "tolerated" in {each.variant for each in judged.deviations}


@pytest.mark.parametrize("action", bulk_actions.BULK)
def test_a_batch_undone_never_was(house: House, action: Action) -> None:
    february = house.flip(house.order(REFERENCE).number, "002", number="F-9", on=date(2026, 3, 3))
    ids = [wrong(house).id, house.send(replace(february, id="F-9")).id]
    if action is not Action.ACCEPT:
        ids = ids[:1]
    before = stands(house)
    with house.database.writing() as session:
        register = register_store.load(session)
        number = bulk_actions.start(session, action, ids, actor(), key="k", reason="Alla lika")
        assert bulk_actions.go_on(session, register, number, actor()) == 0
    with house.database.writing() as session:
        done, not_done = bulk_actions.undo(session, register_store.load(session), number, actor("user-2", 1))
    assert (done, not_done) == (1, 0)
    assert stands(house) == before
    release(house)
    assert stands(house) == before


def test_a_linked_credit_note_settles_when_it_can_no_longer_be_undone(house: House) -> None:
    invoice, credit = a_pair(house)
    pressed = link_credit(house, credit, "F-1")
    assert [house.invoice(each.id).state for each in (invoice, credit)] == [_S.IN_QUESTION, _S.PARKED]
    assert release(house, minutes=9) == 0
    assert release(house) == 1
    assert [house.invoice(each.id).state for each in (invoice, credit)] == [_S.CREDITED, _S.SETTLED]
    assert house.answers(credit) == ["AB", "AP"]
    assert house.line(invoice.order_number).invoice_id is None
    with pytest.raises(ActionRefused, match=r"pair is settled .* Ask the supplier to send the invoice again"):
        undo(house, pressed, minutes=12)


def test_a_corrected_invoice_that_waited_is_accepted_with_the_settlement_and_not_before(house: House) -> None:
    right = january(house, "G-1", days="20")
    invoice, credit = a_pair(house)
    corrected = house.send(right, on=LATER)
    assert corrected.codes == ("ALREADY_INVOICED",)
    with house.database.reading() as session:
        pair = credit_linking.foresee(session, register_store.load(session), credit.id, credits="F-1")
    assert pair.settles
    assert [each.number for each in pair.waiting] == ["G-1"]
    assert [each.line_id for each in pair.opens] == ["001"]
    link_credit(house, credit, "F-1")
    assert house.invoice(corrected.id).state is _S.IN_QUESTION
    release(house)
    assert house.invoice(corrected.id).state is _S.ACCEPTED
    assert house.invoice(invoice.id).state is _S.CREDITED


def test_a_credit_note_of_another_sum_stays_in_question_and_its_link_can_be_undone(house: House) -> None:
    _, credit = a_pair(house)
    house.send(another("F-2", house, days="21"))
    before = stands(house)
    pressed = link_credit(house, credit, "F-2")
    linked = house.invoice(credit.id)
    assert (linked.state, linked.codes) == (_S.IN_QUESTION, ("CREDIT_AMOUNT",))
    release(house)
    undo(house, pressed, minutes=60)
    assert stands(house) == before


def test_a_credit_note_is_linked_to_an_invoice_there_is_and_to_none_that_is_taken(house: House) -> None:
    _, credit = a_pair(house)
    with pytest.raises(ActionRefused, match="has no invoice F-99"):
        link_credit(house, credit, "F-99")
    second = nameless_credit(house, another("F-1", house, days="22"), "K-2")
    link_credit(house, credit, "F-1")
    with pytest.raises(ActionRefused, match="linked to K-1 already"):
        link_credit(house, second, "F-1")
    release(house)
    link_credit(house, second, "F-1")
    assert house.invoice(second.id).codes == ("ALREADY_CREDITED",)


def test_a_link_overtaken_by_the_suppliers_own_credit_note_lapses(house: House) -> None:
    invoice, credit = a_pair(house)
    link_credit(house, credit, "F-1")
    house.send_credit(another("F-1", house, days="22"), number="K-2", on=LATER)
    assert house.invoice(invoice.id).state is _S.CREDITED
    assert release(house) == 0
    assert (house.invoice(credit.id).state, house.invoice(credit.id).codes) == (
        _S.IN_QUESTION,
        ("ALREADY_CREDITED",),
    )


def test_what_is_linked_does_not_wait_too_long_meanwhile(house: House) -> None:
    _, credit = a_pair(house)
    link_credit(house, credit, "F-1")
    with house.database.writing() as session:
        ended = parking.stop_waiting(session, register_store.load(session), today=LATER + timedelta(days=200))
    assert credit.id not in [each.id for each in ended]
    assert house.invoice(credit.id).state is _S.PARKED


def test_a_paid_invoice_is_credited_by_a_link_only_when_the_time_has_gone(house: House) -> None:
    invoice = january(house, days="20")
    document = house.send(invoice)
    (paid,) = house.pay(on=document.pays_on)
    credit = nameless_credit(house, invoice)
    before = stands(house)
    undo(house, link_credit(house, credit, "F-1"))
    assert stands(house) == before
    link_credit(house, credit, "F-1")
    release(house)
    assert (house.invoice(document.id).state, paid.invoice_id) == (_S.CREDITED, document.id)


def test_undoing_and_letting_leave_at_once_come_to_one_of_the_two(house: House) -> None:
    invoice, credit = a_pair(house)
    pressed = link_credit(house, credit, "F-1")
    starts = threading.Barrier(2)

    def take_back() -> ActionState:
        starts.wait()
        try:
            undo(house, pressed)
        except ActionRefused:
            return ActionState.SENT
        return ActionState.UNDONE

    def let_leave() -> int:
        starts.wait()
        return release(house)

    with ThreadPoolExecutor(2) as both:
        came_to, left = both.submit(take_back), both.submit(let_leave)
        outcome = came_to.result()
        assert left.result() == (outcome is ActionState.SENT)
    with house.database.reading() as session:
        assert decision_store.action(session, pressed).state is outcome
    states = [house.invoice(each.id).state for each in (invoice, credit)]
    assert states == (
        [_S.CREDITED, _S.SETTLED] if outcome is ActionState.SENT else [_S.IN_QUESTION, _S.IN_QUESTION]
    )
