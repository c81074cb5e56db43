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
from tests.support.stories.system import System, a_system, example_register

_S = InvoiceState
LATER = date(2026, 2, 9)


@pytest.fixture
def system(database_url: str) -> Iterator[System]:
    """January and February received: 20 days each at 95.00."""
    with a_system(database_url) as system:
        system.decide(REFERENCE, start=date(2026, 1, 1), decided_on=date(2026, 1, 1))
        system.report(REFERENCE, "2026-01", on=date(2026, 2, 2))
        system.report(REFERENCE, "2026-02", on=date(2026, 3, 2))
        with system.database.writing() as session:
            decision_store.set_limit(session, "user-1", Money.of("500.00"), by="admin-1", on=FEBRUARY)
        yield system


def stands(system: System) -> object:
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
    with system.database.reading() as session:
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


def wrong(system: System) -> SupplierInvoice:
    return system.send(january(system))


def bare(system: System) -> SupplierInvoice:
    return system.send(without_line(january(system, days="20")))


def nameless_credit(
    system: System, invoice: billing.Invoice, number: str = "K-1", on: date = LATER
) -> SupplierInvoice:
    """A credit note as a system writes it that names no invoice."""
    credit = credit_note_of(invoice, given=Numbered(number, on))
    return system.send(replace(credit, billing_references=()))


def a_pair(system: System) -> tuple[SupplierInvoice, SupplierInvoice]:
    """An invoice in question and its credit note that does not say so."""
    invoice = january(system)
    document = system.send(invoice)
    credit = nameless_credit(system, invoice)
    assert (credit.state, credit.codes) == (_S.IN_QUESTION, ("CREDIT_REFERENCE_MISSING",))
    return document, credit


def another(number: str, system: System, *, days: str) -> billing.Invoice:
    """One more invoice of January, made although the line is invoiced already."""
    february = system.flip(system.order(REFERENCE).number, "002", number=number, on=FEBRUARY)
    (line,) = february.invoice_lines
    reference = line.order_line_reference
    assert reference is not None
    named = replace(
        february, invoice_lines=(replace(line, order_line_reference=replace(reference, line_id="001")),)
    )
    return billed(named, days=days)


def link_credit(system: System, credit: SupplierInvoice, number: str, *, by: str = "user-1") -> int:
    with system.database.writing() as session:
        register = register_store.load(session)
        return credit_linking.link_credit(
            session, register, credit.id, actor(by), credits=number, reason="Leverantören ringde"
        )


def park(system: System, invoice: SupplierInvoice) -> int:
    with system.database.writing() as session:
        return exception_actions.park(
            session, invoice.id, actor(), until=date(2026, 2, 20), reason="Svar väntas nästa vecka"
        )


PRESSES: dict[str, tuple[Callable[[System], SupplierInvoice], Callable[[System, SupplierInvoice], int]]] = {
    "ask for credit": (wrong, lambda system, invoice: press(system, Action.ASK_CREDIT, invoice)),
    "accept": (
        wrong,
        lambda system, invoice: press(system, Action.ACCEPT, invoice, reason="Rättat per telefon"),
    ),
    "link": (
        bare,
        lambda system, invoice: press(
            system,
            Action.LINK,
            invoice,
            order_number=system.order(REFERENCE).number,
            line_id="001",
            reason="Samma månad",
        ),
    ),
    "unlink": (
        lambda system: two_of_the_same_line(system)[0],
        lambda system, invoice: press(system, Action.UNLINK, invoice, reason="Fel månad"),
    ),
    "rest": (wrong, park),
    "ask the supplier": (
        wrong,
        lambda system, invoice: press(system, Action.ASK_SUPPLIER, invoice, text="Vilka dagar?"),
    ),
    "reject as a duplicate": (
        lambda system: two_of_the_same_line(system)[1],
        lambda system, invoice: press(system, Action.REJECT_DUPLICATE, invoice, of="F-1"),
    ),
    "reject a credit note": (
        lambda system: a_pair(system)[1],
        lambda system, invoice: press(system, Action.ASK_CREDIT, invoice),
    ),
    "link a credit note": (
        lambda system: a_pair(system)[1],
        lambda system, invoice: link_credit(system, invoice, "F-1"),
    ),
}


@pytest.mark.parametrize("name", PRESSES)
def test_what_is_undone_never_was(system: System, name: str) -> None:
    begins, presses = PRESSES[name]
    invoice = begins(system)
    before = stands(system)
    pressed = presses(system, invoice)
    if name != "ask the supplier":
        assert stands(system) != before
    undo(system, pressed, by="user-2")
    assert stands(system) == before
    release(system)
    assert stands(system) == before
    with system.database.reading() as session:
        (done,) = decision_store.actions_of(session, invoice.id)
        told = [each for each in journal.rows(session) if each.action == DocumentAction.DESK_UNDONE]
    assert (done.state, done.made_by, done.undone_by) == (ActionState.UNDONE, "user-1", "user-2")
    assert [each.actor for each in told] == ["user-2"]
    # And it can be pressed again.
    presses(system, invoice)


def test_what_a_person_accepted_and_took_back_may_stand_by_looser_rules(system: System) -> None:
    invoice = wrong(system)
    loosened = replace(
        example_register().policy,
        tolerances=(Tolerance(quantity_over=Decimal(5), amount_over=Decimal(500)),),
    )
    system.change_register(replace(example_register(), policy=loosened))
    pressed = press(system, Action.ACCEPT, invoice, reason="Rättat per telefon")
    undo(system, pressed, by="user-2")
    stands_now = system.invoice(invoice.id)
    with system.database.reading() as session:
        _, judged = document_store.matches(session, invoice.id)[-1]
        assert decision_store.acceptance_of(session, invoice.id, currency="SEK") is None
    # By the rules themselves, with a match of its own, and the supplier is told.
    assert (stands_now.state, stands_now.answered) == (_S.ACCEPTED, "AP")
    assert "tolerated" in {each.variant for each in judged.deviations}


@pytest.mark.parametrize("action", bulk_actions.BULK)
def test_a_batch_undone_never_was(system: System, action: Action) -> None:
    february = system.flip(system.order(REFERENCE).number, "002", number="F-9", on=date(2026, 3, 3))
    ids = [wrong(system).id, system.send(replace(february, id="F-9")).id]
    if action is not Action.ACCEPT:
        ids = ids[:1]
    before = stands(system)
    with system.database.writing() as session:
        register = register_store.load(session)
        number = bulk_actions.start(session, action, ids, actor(), key="k", reason="Alla lika")
        assert bulk_actions.go_on(session, register, number, actor()) == 0
    with system.database.writing() as session:
        done, not_done = bulk_actions.undo(session, register_store.load(session), number, actor("user-2", 1))
    assert (done, not_done) == (1, 0)
    assert stands(system) == before
    release(system)
    assert stands(system) == before


def test_a_linked_credit_note_settles_when_it_can_no_longer_be_undone(system: System) -> None:
    invoice, credit = a_pair(system)
    pressed = link_credit(system, credit, "F-1")
    assert [system.invoice(each.id).state for each in (invoice, credit)] == [_S.IN_QUESTION, _S.PARKED]
    assert release(system, minutes=9) == 0
    assert release(system) == 1
    assert [system.invoice(each.id).state for each in (invoice, credit)] == [_S.CREDITED, _S.SETTLED]
    assert system.answers(credit) == ["AB", "AP"]
    assert system.line(invoice.order_number).invoice_id is None
    with pytest.raises(ActionRefused, match=r"pair is settled .* Ask the supplier to send the invoice again"):
        undo(system, pressed, minutes=12)


def test_a_corrected_invoice_that_waited_is_accepted_with_the_settlement_and_not_before(
    system: System,
) -> None:
    right = january(system, "G-1", days="20")
    invoice, credit = a_pair(system)
    corrected = system.send(right, on=LATER)
    assert corrected.codes == ("ALREADY_INVOICED",)
    with system.database.reading() as session:
        pair = credit_linking.foresee(session, register_store.load(session), credit.id, credits="F-1")
    assert pair.settles
    assert [each.number for each in pair.waiting] == ["G-1"]
    assert [each.line_id for each in pair.opens] == ["001"]
    link_credit(system, credit, "F-1")
    assert system.invoice(corrected.id).state is _S.IN_QUESTION
    release(system)
    assert system.invoice(corrected.id).state is _S.ACCEPTED
    assert system.invoice(invoice.id).state is _S.CREDITED


def test_a_credit_note_of_another_sum_stays_in_question_and_its_link_can_be_undone(system: System) -> None:
    _, credit = a_pair(system)
    system.send(another("F-2", system, days="21"))
    before = stands(system)
    pressed = link_credit(system, credit, "F-2")
    linked = system.invoice(credit.id)
    assert (linked.state, linked.codes) == (_S.IN_QUESTION, ("CREDIT_AMOUNT",))
    release(system)
    undo(system, pressed, minutes=60)
    assert stands(system) == before


def test_a_credit_note_is_linked_to_an_invoice_there_is_and_to_none_that_is_taken(system: System) -> None:
    _, credit = a_pair(system)
    with pytest.raises(ActionRefused, match="has no invoice F-99"):
        link_credit(system, credit, "F-99")
    second = nameless_credit(system, another("F-1", system, days="22"), "K-2")
    link_credit(system, credit, "F-1")
    with pytest.raises(ActionRefused, match="linked to K-1 already"):
        link_credit(system, second, "F-1")
    release(system)
    link_credit(system, second, "F-1")
    assert system.invoice(second.id).codes == ("ALREADY_CREDITED",)


def test_a_link_overtaken_by_the_suppliers_own_credit_note_lapses(system: System) -> None:
    invoice, credit = a_pair(system)
    link_credit(system, credit, "F-1")
    system.send_credit(another("F-1", system, days="22"), number="K-2", on=LATER)
    assert system.invoice(invoice.id).state is _S.CREDITED
    assert release(system) == 0
    assert (system.invoice(credit.id).state, system.invoice(credit.id).codes) == (
        _S.IN_QUESTION,
        ("ALREADY_CREDITED",),
    )


def test_what_is_linked_does_not_wait_too_long_meanwhile(system: System) -> None:
    _, credit = a_pair(system)
    link_credit(system, credit, "F-1")
    with system.database.writing() as session:
        ended = parking.stop_waiting(session, register_store.load(session), today=LATER + timedelta(days=200))
    assert credit.id not in [each.id for each in ended]
    assert system.invoice(credit.id).state is _S.PARKED


def test_a_paid_invoice_is_credited_by_a_link_only_when_the_time_has_gone(system: System) -> None:
    invoice = january(system, days="20")
    document = system.send(invoice)
    (paid,) = system.pay(on=document.pays_on)
    credit = nameless_credit(system, invoice)
    before = stands(system)
    undo(system, link_credit(system, credit, "F-1"))
    assert stands(system) == before
    link_credit(system, credit, "F-1")
    release(system)
    assert (system.invoice(document.id).state, paid.invoice_id) == (_S.CREDITED, document.id)


def test_undoing_and_letting_leave_at_once_come_to_one_of_the_two(system: System) -> None:
    invoice, credit = a_pair(system)
    pressed = link_credit(system, credit, "F-1")
    starts = threading.Barrier(2)

    def take_back() -> ActionState:
        starts.wait()
        try:
            undo(system, pressed)
        except ActionRefused:
            return ActionState.SENT
        return ActionState.UNDONE

    def let_leave() -> int:
        starts.wait()
        return release(system)

    with ThreadPoolExecutor(2) as both:
        came_to, left = both.submit(take_back), both.submit(let_leave)
        outcome = came_to.result()
        assert left.result() == (outcome is ActionState.SENT)
    with system.database.reading() as session:
        assert decision_store.action(session, pressed).state is outcome
    states = [system.invoice(each.id).state for each in (invoice, credit)]
    assert states == (
        [_S.CREDITED, _S.SETTLED] if outcome is ActionState.SENT else [_S.IN_QUESTION, _S.IN_QUESTION]
    )
