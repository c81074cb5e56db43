"""What people do with a document in question, and taking it back: every action, on both databases."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from foundation.errors import Refused
from foundation.money import Money
from invoicing.decisions import store as decision_store
from invoicing.decisions.rules import Action, ActionRefused, ActionState
from invoicing.documents import store as document_store
from invoicing.exceptions import actions as exception_actions
from invoicing.exceptions import linking
from invoicing.exceptions import undo as exception_undo
from invoicing.exceptions.steps import DeskActor
from invoicing.intake import owed as owed_intake
from invoicing.model import InvoiceState, SupplierInvoice
from invoicing.responses import responding
from invoicing.verdicts import verdicts
from orders.register import store as register_store
from peppol.documents import billing
from peppol.exchange import outbox_store, owed_answer_store
from peppol.exchange.owed_answer_store import OwedAnswer
from tests.support.stories.bills import billed
from tests.support.stories.system import System, a_system

REFERENCE = "100000101"
FEBRUARY = date(2026, 2, 3)
NOW = datetime(2026, 2, 4, 8, 0, tzinfo=UTC)
_S = InvoiceState


@pytest.fixture
def system(database_url: str) -> Iterator[System]:
    """January and February received: 20 days each at 95.00."""
    with a_system(database_url) as system:
        system.decide(REFERENCE, start=date(2026, 1, 1), decided_on=date(2026, 1, 1))
        system.report(REFERENCE, "2026-01", on=date(2026, 2, 2))
        system.report(REFERENCE, "2026-02", on=date(2026, 3, 2))
        with system.database.writing() as session:
            for person, limit in (("user-1", "200.00"), ("user-2", "5000.00")):
                decision_store.set_limit(session, person, Money.of(limit), by="admin-1", on=FEBRUARY)
        yield system


def january(system: System, number: str = "F-1", days: str = "22") -> billing.Invoice:
    return billed(system.flip(system.order(REFERENCE).number, "001", number=number, on=FEBRUARY), days=days)


def two_of_the_same_line(system: System) -> tuple[SupplierInvoice, SupplierInvoice]:
    """Two invoices made of one line before either was sent."""
    first, second = january(system, "F-1", days="20"), january(system, "F-2", days="20")
    return system.send(first), system.send(second)


def actor(by: str = "user-1", minutes: int = 0) -> DeskActor:
    return DeskActor(by, NOW + timedelta(minutes=minutes), FEBRUARY)


def press(system: System, kind: Action, invoice: SupplierInvoice, by: str = "user-1", **given: str) -> int:
    """One press of a button, in a transaction of its own."""
    with system.database.writing() as session:
        register = register_store.load(session)
        press = {
            Action.ASK_CREDIT: exception_actions.ask_credit,
            Action.ACCEPT: exception_actions.accept,
            Action.LINK: linking.link,
            Action.UNLINK: linking.unlink,
            Action.ASK_SUPPLIER: exception_actions.ask_supplier,
            Action.REJECT_DUPLICATE: exception_actions.reject_duplicate,
            Action.ACCEPT_IN_PART: exception_actions.accept_in_part,
            Action.DISPUTE: exception_actions.dispute,
        }[kind]
        return int(press(session, register, invoice.id, actor(by), **given))  # type: ignore[operator]


def undo(system: System, action: int, by: str = "user-1", minutes: int = 1) -> None:
    with system.database.writing() as session:
        exception_undo.undo(session, register_store.load(session), action, actor(by, minutes))


def release(system: System, minutes: int = 11) -> int:
    with system.database.writing() as session:
        register = register_store.load(session)
        now = NOW + timedelta(minutes=minutes)
        return exception_undo.release_answers(session, register, now=now, today=FEBRUARY)


def last_message(system: System, invoice: SupplierInvoice) -> str:
    with system.database.reading() as session:
        return list(outbox_store.messages_out(session, about=f"invoice {invoice.id}"))[-1].body.decode()


def test_a_request_for_credit_leaves_after_ten_minutes_and_not_before(system: System) -> None:
    invoice = system.send(january(system))
    action = press(system, Action.ASK_CREDIT, invoice)
    assert system.invoice(invoice.id).state is _S.CREDIT_REQUESTED
    assert (release(system, minutes=9), system.answers(invoice)) == (0, ["AB"])
    assert (release(system), system.answers(invoice), system.invoice(invoice.id).answered) == (
        1,
        ["AB", "RE"],
        "RE",
    )
    assert release(system) == 0
    with pytest.raises(ActionRefused, match="already left"):
        undo(system, action, minutes=12)


def test_a_request_for_credit_taken_back_never_leaves(system: System) -> None:
    invoice = system.send(january(system))
    undo(system, press(system, Action.ASK_CREDIT, invoice))
    stands = system.invoice(invoice.id)
    assert (stands.state, stands.codes) == (_S.IN_QUESTION, ("QUANTITY",))
    assert (release(system), system.answers(invoice)) == (0, ["AB"])
    press(system, Action.ASK_CREDIT, invoice)
    assert (release(system), system.answers(invoice)) == (1, ["AB", "RE"])


def test_no_answer_is_sent_when_the_credit_note_came_first(system: System) -> None:
    invoice = january(system)
    document = system.send(invoice)
    press(system, Action.ASK_CREDIT, document)
    system.send_credit(invoice, number="K-1", on=FEBRUARY)
    assert system.invoice(document.id).state is _S.CREDITED
    assert (release(system), system.answers(document)) == (0, ["AB"])


def test_a_difference_within_the_limit_is_accepted_and_paid(system: System) -> None:
    invoice = system.send(january(system))
    press(system, Action.ACCEPT, invoice, reason="Två dagar rättades per telefon")
    accepted = system.invoice(invoice.id)
    assert (accepted.state, accepted.answered) == (_S.ACCEPTED, "AB")
    assert [each.weight.name for each in system.match(invoice).deviations] == ["NOTE"]
    assert (release(system), system.answers(invoice)) == (1, ["AB", "AP"])
    (paid,) = system.pay(on=accepted.pays_on)
    assert paid.invoice_id == invoice.id


def test_a_difference_above_the_limit_is_refused_and_a_colleague_may(system: System) -> None:
    invoice = system.send(january(system, days="23"))
    with pytest.raises(Refused, match=r"285\.00 SEK and your limit is 200\.00"):
        press(system, Action.ACCEPT, invoice, reason="Enligt avtal")
    with pytest.raises(Refused, match="you have no limit"):
        press(system, Action.ACCEPT, invoice, by="user-3", reason="Enligt avtal")
    assert system.invoice(invoice.id).state is _S.IN_QUESTION
    press(system, Action.ACCEPT, invoice, by="user-2", reason="Enligt avtal")
    assert system.invoice(invoice.id).state is _S.ACCEPTED


def test_an_acceptance_covers_what_was_seen_and_nothing_else(system: System) -> None:
    invoice = system.send(january(system))
    press(system, Action.ACCEPT, invoice, reason="Två dagar rättades")
    system.report(REFERENCE, "2026-01", version=2, on=FEBRUARY)
    assert system.invoice(invoice.id).state is _S.ACCEPTED
    with system.database.writing() as session:
        accepted = decision_store.acceptance_of(session, invoice.id, currency="SEK")
        assert accepted is not None
        (seen,) = accepted.deviations
        decision_store.add_acceptance(
            session,
            invoice,
            by="user-1",
            on=FEBRUARY,
            reason="Ett annat antal",
            difference=accepted.difference,
            at_stake=accepted.difference,
            deviations=(replace(seen, expected="19"),),
        )
        register = register_store.load(session)
        verdicts.judge_again(session, register, document_store.by_id(session, invoice.id), today=FEBRUARY)
    assert system.invoice(invoice.id).state is _S.IN_QUESTION


def test_an_acceptance_taken_back_puts_the_invoice_in_question(system: System) -> None:
    invoice = system.send(january(system))
    undo(system, press(system, Action.ACCEPT, invoice, reason="Fel knapp"))
    assert system.invoice(invoice.id).state is _S.IN_QUESTION
    assert (release(system), system.answers(invoice)) == (0, ["AB"])
    assert system.line(invoice.order_number).amount_claimed.is_zero


def test_what_is_somebody_elses_cannot_be_accepted(system: System) -> None:
    first, second = two_of_the_same_line(system)
    assert (first.state, second.codes) == (_S.ACCEPTED, ("ALREADY_INVOICED",))
    with pytest.raises(ActionRefused, match="cannot be accepted: ALREADY_INVOICED"):
        press(system, Action.ACCEPT, second, reason="Vi betalar ändå")
    with pytest.raises(ActionRefused, match="no other invoice F-9"):
        press(system, Action.REJECT_DUPLICATE, second, of="F-9")
    press(system, Action.REJECT_DUPLICATE, second, of="F-1")
    release(system)
    message = last_message(system, second)
    assert "dubblett av F-1" in message
    assert "CNF" in message
    assert "NIN" not in message


def test_an_invoice_without_its_line_is_linked_by_a_person_and_can_be_unlinked(system: System) -> None:
    bare = january(system, days="20")
    order = bare.order_reference.id if bare.order_reference else ""
    invoice = system.send(without_line(bare))
    assert (invoice.state, invoice.codes[0]) == (_S.IN_QUESTION, "LINE_MISSING")
    linked = press(
        system, Action.LINK, invoice, order_number=order, line_id="001", reason="Samma belopp och månad"
    )
    stands = system.invoice(invoice.id)
    assert (stands.state, stands.execution_reference) == (_S.ACCEPTED, REFERENCE)
    assert system.line(order).invoice_id == invoice.id
    undo(system, linked)
    stands = system.invoice(invoice.id)
    assert (stands.state, stands.execution_reference) == (_S.IN_QUESTION, "")
    assert system.line(order).invoice_id is None
    press(system, Action.LINK, invoice, order_number=order, line_id="001", reason="Rätt ändå")
    assert (release(system), system.answers(invoice)) == (1, ["AB", "AP"])
    press(system, Action.UNLINK, invoice, reason="Gäller en annan månad")
    assert system.invoice(invoice.id).state is _S.IN_QUESTION
    assert system.line(order).invoice_id is None


def test_a_freed_line_goes_to_the_invoice_that_waited_for_it_once_it_cannot_be_undone(system: System) -> None:
    first, second = two_of_the_same_line(system)
    unlinked = press(system, Action.UNLINK, first, reason="Gäller februari")
    assert [system.invoice(each.id).state for each in (first, second)] == [_S.IN_QUESTION, _S.IN_QUESTION]
    assert system.line(first.order_number).invoice_id is None
    release(system)
    assert [system.invoice(each.id).state for each in (first, second)] == [_S.IN_QUESTION, _S.ACCEPTED]
    with pytest.raises(ActionRefused, match=r"has gone to F-2\. Unlink that invoice first"):
        undo(system, unlinked, minutes=12)
    undo(system, press(system, Action.UNLINK, second, reason="Fel faktura"))
    press(system, Action.UNLINK, second, reason="Den första var rätt")
    undo(system, unlinked, minutes=13)
    assert system.invoice(first.id).state is _S.ACCEPTED
    assert system.line(first.order_number).invoice_id == first.id


def test_a_question_to_the_supplier_is_sent_in_a_persons_words(system: System) -> None:
    invoice = system.send(january(system))
    action = press(system, Action.ASK_SUPPLIER, invoice, text="Vilka två dagar gäller det?")
    assert system.invoice(invoice.id).state is _S.IN_QUESTION
    assert release(system) == 1
    message = last_message(system, invoice)
    assert "Vilka två dagar gäller det?" in message
    assert "PIN" in message
    with pytest.raises(ActionRefused):
        undo(system, action)
    press(system, Action.ASK_SUPPLIER, invoice, text="Och gäller det även februari?")
    assert release(system) == 1
    press(system, Action.ASK_CREDIT, invoice)
    release(system)
    with pytest.raises(ActionRefused):
        press(system, Action.ASK_SUPPLIER, invoice, text="En gång till")


def test_a_reason_is_asked_for_and_never_holds_a_personal_number(system: System) -> None:
    invoice = system.send(january(system))
    with pytest.raises(ActionRefused, match="Say why"):
        press(system, Action.ACCEPT, invoice, reason=" ")
    with pytest.raises(Refused, match="personal identity number"):
        press(system, Action.ACCEPT, invoice, reason="Gäller 19121212-1212")
    with system.database.writing() as session:
        exception_actions.park(
            session, invoice.id, actor(), until=date(2026, 2, 20), reason="Svar väntas i nästa vecka"
        )
    with system.database.reading() as session:
        (done,) = decision_store.actions_of(session, invoice.id)
    assert (done.kind, done.made_by, done.reason) == (Action.PARK, "user-1", "Svar väntas i nästa vecka")
    undo(system, done.id)
    with system.database.reading() as session:
        assert [each.state for each in decision_store.actions_of(session, invoice.id)] == [ActionState.UNDONE]
        assert document_store.by_id(session, invoice.id).state is _S.IN_QUESTION


def test_only_the_newest_action_is_undone(system: System) -> None:
    invoice = system.send(january(system))
    asked = press(system, Action.ASK_SUPPLIER, invoice, text="Vilka dagar?")
    credit = press(system, Action.ASK_CREDIT, invoice)
    with pytest.raises(ActionRefused, match="Undo that first"):
        undo(system, asked)
    undo(system, credit)
    undo(system, asked)
    assert (release(system), system.answers(invoice)) == (0, ["AB"])


def test_nobody_sets_their_own_limit(system: System) -> None:
    with system.database.writing() as session, pytest.raises(Refused, match="their own limit"):
        decision_store.set_limit(session, "user-1", Money.of("9.00"), by="user-1", on=FEBRUARY)


def without_line(invoice: billing.Invoice) -> billing.Invoice:
    """The invoice as a system writes it that keeps no order lines."""
    lines = tuple(replace(line, order_line_reference=None) for line in invoice.invoice_lines)
    return replace(invoice, invoice_lines=lines)


# An answer with a person's own words that could not be written ----------------------------------------------


def owed_about(system: System, invoice: SupplierInvoice) -> OwedAnswer | None:
    with system.database.reading() as session:
        return owed_answer_store.open_about(session, f"invoice {invoice.id}")


def asked_in_vain(system: System, monkeypatch: pytest.MonkeyPatch) -> SupplierInvoice:
    """A question whose answer could not be written when its time had come."""

    def fail(*given: object, **named: object) -> None:
        raise KeyError("planted")

    invoice = system.send(january(system))
    press(system, Action.ASK_SUPPLIER, invoice, text="Vilka två dagar gäller det?")
    with monkeypatch.context() as patch:
        patch.setattr(responding, "response", fail)
        release(system)
    assert system.answers(invoice) == ["AB"]
    return system.invoice(invoice.id)


def answer_again(system: System, owed: OwedAnswer | None) -> None:
    assert owed is not None
    with system.database.writing() as session:
        owed_intake.write_again(session, owed.id, today=FEBRUARY, by="user-1")


def test_a_question_that_could_not_be_written_is_asked_in_its_own_words_later(
    system: System, monkeypatch: pytest.MonkeyPatch
) -> None:
    invoice = asked_in_vain(system, monkeypatch)
    answer_again(system, owed_about(system, invoice))
    assert system.answers(invoice) == ["AB", "UQ"]
    assert "Vilka två dagar gäller det?" in last_message(system, invoice)
    assert (owed_about(system, invoice), system.invoice(invoice.id).answered) == (None, "UQ")


def test_what_else_is_answered_meanwhile_leaves_the_question_owed_until_nothing_may_follow(
    system: System, monkeypatch: pytest.MonkeyPatch
) -> None:
    invoice = asked_in_vain(system, monkeypatch)
    press(system, Action.ASK_SUPPLIER, invoice, text="Och gäller det även februari?")
    release(system, minutes=22)
    assert system.answers(invoice) == ["AB", "UQ"]
    owed = owed_about(system, invoice)
    assert owed is not None
    assert "Vilka två dagar" in owed.said
    press(system, Action.ASK_CREDIT, invoice)
    release(system, minutes=33)
    assert (system.answers(invoice), owed_about(system, invoice)) == (["AB", "UQ", "RE"], None)
