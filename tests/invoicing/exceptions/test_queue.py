"""The queue of the finance desk, and working it: by cause, by supplier, by age; taken, handed over, in bulk."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest

from foundation.errors import Refused
from foundation.money import Money
from foundation.text import Text
from invoicing.decisions import store as decision_store
from invoicing.decisions.rules import Action
from invoicing.documents import store as document_store
from invoicing.documents import suggesting
from invoicing.exceptions import actions as exception_actions
from invoicing.exceptions import (
    aside_queries,
    bulk_actions,
    queue_queries,
    worklist,
    worklist_store,
)
from invoicing.exceptions import undo as exception_undo
from invoicing.exceptions.queue import NOBODY, QueueFilter, QueueOrder, QueuePart
from invoicing.exceptions.steps import DeskActor
from invoicing.exceptions.worklist_store import WorkKind
from invoicing.model import InvoiceState, SupplierInvoice
from invoicing.portal_invoicing.flipping import Numbered, credit_note_of
from orders.register import store as register_store
from peppol.documents import billing
from tests.invoicing.exceptions.test_actions import without_line
from tests.support.stories.bills import billed
from tests.support.stories.system import FYRBAKEN, LARKDRILLEN, System, a_system

TODAY = date(2026, 3, 10)
NOW = datetime(2026, 3, 10, 8, 0, tzinfo=UTC)
_S = InvoiceState


@pytest.fixture
def system(database_url: str) -> Iterator[System]:
    """Five placements, January received: three invoices of two days too many, one right, one of another supplier."""
    with a_system(database_url) as system:
        for number in range(1, 6):
            supplier = LARKDRILLEN if number == 5 else FYRBAKEN
            system.decide(ref(number), start=date(2026, 1, 1), decided_on=date(2026, 1, 1), supplier=supplier)
            system.report(ref(number), "2026-01", on=date(2026, 2, 2))
        with system.database.writing() as session:
            decision_store.set_limit(session, "user-1", Money.of("250.00"), by="admin-1", on=TODAY)
        yield system


def ref(number: int) -> str:
    return f"10000010{number}"


def january(system: System, number: int, days: str = "22") -> billing.Invoice:
    order = system.order(ref(number)).number
    return billed(system.flip(order, "001", number=f"F-{number}", on=date(2026, 2, 3)), days=days)


def send_all(system: System) -> list[SupplierInvoice]:
    days = ("22", "23", "22", "20", "22")
    return [system.send(january(system, number, each)) for number, each in enumerate(days, 1)]


def seen(system: System, **wanted: object) -> list[str]:
    with system.database.reading() as session:
        asked = QueueFilter(**wanted)  # type: ignore[arg-type]
        found = queue_queries.items(session, asked, today=TODAY)
        assert queue_queries.how_many(session, asked, today=TODAY) == len(found)
        return [each.number for each in found]


def test_the_queue_shows_what_deviates_and_nothing_that_does_not(system: System) -> None:
    invoice = send_all(system)
    assert seen(system) == ["F-1", "F-2", "F-3", "F-5"]
    assert seen(system, supplier=LARKDRILLEN) == ["F-5"]
    assert seen(system, cause="QUANTITY", month="2026-01") == ["F-1", "F-2", "F-3", "F-5"]
    assert seen(system, cause="PRICE") == []
    assert seen(system, month="2026-02") == []
    assert seen(system, days=36) == []
    assert seen(system, days=35) == ["F-1", "F-2", "F-3", "F-5"]
    assert seen(system, amount=Decimal("2700.00")) == ["F-2"]
    assert seen(system, text=ref(2)) == ["F-2"]
    assert seen(system, order=QueueOrder.AMOUNT)[0] == "F-2"
    with system.database.reading() as session:
        (cause,) = queue_queries.causes(session, QueueFilter(), today=TODAY)
        counts = queue_queries.counts(session, today=TODAY)
    owed = sum((each.amount_payable.amount for each in invoice if each.number != "F-4"), Decimal(0))
    assert (cause.code, cause.count, cause.amount.amount) == ("QUANTITY", 4, owed)
    assert counts[QueuePart.EXCEPTIONS] == 4
    assert sum(counts.values()) == 4


def test_every_part_of_the_queue_counts_what_lies_in_it(system: System) -> None:
    send_all(system)
    system.post(b"not a document", on=TODAY)
    system.read_messages(on=TODAY)
    system.refuses("report.approved", report_of("999999999"), on=TODAY)
    with system.database.writing() as session:
        one, two = queue_queries.items(session, QueueFilter(), today=TODAY, limit=2)
        actor = DeskActor("user-1", NOW, TODAY)
        exception_actions.park(session, one.id, actor, until=TODAY + timedelta(days=5), reason="Svar väntas")
        exception_actions.ask_credit(session, register_store.load(session), two.id, actor)
    with system.database.reading() as session:
        counts = queue_queries.counts(session, today=TODAY)
        later = queue_queries.counts(session, today=TODAY + timedelta(days=5))
        (message,) = aside_queries.messages(session)
        (event,) = aside_queries.events(session)
    assert {part: many for part, many in counts.items() if many} == {
        QueuePart.EXCEPTIONS: 2,
        QueuePart.RESTING: 1,
        QueuePart.ASKED: 1,
        QueuePart.MESSAGES: 1,
        QueuePart.EVENTS: 1,
    }
    assert (later[QueuePart.EXCEPTIONS], later[QueuePart.RESTING]) == (3, 0)
    assert message.reason == "GATE-NOT-XML"
    assert event.execution_reference == "999999999"


def test_a_credit_note_in_question_rests_too_and_one_rejected_needs_nobody(system: System) -> None:
    wrong = system.flip(system.order(ref(1)).number, number="F-1", on=date(2026, 2, 3))
    system.send(wrong)
    credit = replace(credit_note_of(wrong, given=Numbered("K-1", date(2026, 2, 4))), billing_references=())
    invoice = system.send(credit)
    assert seen(system, part=QueuePart.CREDITS) == ["K-1"]
    with system.database.writing() as session:
        actor = DeskActor("user-1", NOW, TODAY)
        exception_actions.park(
            session, invoice.id, actor, until=TODAY + timedelta(days=5), reason="Svar väntas"
        )
    assert (seen(system, part=QueuePart.CREDITS), seen(system, part=QueuePart.RESTING)) == ([], ["K-1"])
    with system.database.reading() as session:
        counts = queue_queries.counts(session, today=TODAY)
        later = queue_queries.counts(session, today=TODAY + timedelta(days=5))
    assert (counts[QueuePart.CREDITS], counts[QueuePart.RESTING], counts[QueuePart.EXCEPTIONS]) == (0, 1, 0)
    assert (later[QueuePart.CREDITS], later[QueuePart.RESTING]) == (1, 0)
    with system.database.writing() as session:
        exception_actions.ask_credit(session, register_store.load(session), invoice.id, actor)
    with system.database.reading() as session:
        assert queue_queries.counts(session, today=TODAY + timedelta(days=5))[QueuePart.CREDITS] == 0
    assert seen(system, part=QueuePart.CREDITS) == []


def report_of(reference: str) -> dict[str, object]:
    return {
        "execution_reference": reference,
        "month": "2026-01",
        "version": 1,
        "at": "2026-03-10T08:00:00+01:00",
        "by": "user-17",
    }


def test_something_is_taken_handed_over_commented_and_found_by_its_owner(system: System) -> None:
    first, *_ = send_all(system)
    with system.database.writing() as session:
        worklist.hand_over(session, WorkKind.DOCUMENT, first.id, to="user-1", by="user-1", at=NOW)
        worklist.comment(session, WorkKind.DOCUMENT, first.id, "Har ringt leverantören.", by="user-1", at=NOW)
        with pytest.raises(Refused, match="personal identity number"):
            worklist.comment(session, WorkKind.DOCUMENT, first.id, "191212121212", by="user-1", at=NOW)
    assert seen(system, owner="user-1") == ["F-1"]
    assert seen(system, owner=NOBODY) == ["F-2", "F-3", "F-5"]
    with system.database.writing() as session:
        worklist.hand_over(session, WorkKind.DOCUMENT, first.id, to="user-2", by="user-1", at=NOW)
        (written,) = worklist_store.comments(session, WorkKind.DOCUMENT, first.id)
        assert (written.written_by, written.text) == ("user-1", "Har ringt leverantören.")
        assert queue_queries.owners(session) == ["user-2"]


# In bulk ------------------------------------------------------------------------------------


def run(system: System, kind: Action, ids: list[int], *, key: str = "press-1", reason: str = "") -> int:
    actor = DeskActor("user-1", NOW, TODAY)
    with system.database.writing() as session:
        number = bulk_actions.start(session, kind, ids, actor, key=key, reason=reason)
    left = 1
    while left:
        with system.database.writing() as session:
            register = register_store.load(session)
            left = bulk_actions.go_on(session, register, number, actor, limit=2)
    return number


def test_many_alike_are_foreseen_asked_back_and_undone_with_three_presses(system: System) -> None:
    invoice = send_all(system)
    ids = [each.id for each in invoice]
    with system.database.reading() as session:
        foreseen = bulk_actions.simulate(
            session, register_store.load(session), Action.ASK_CREDIT, ids, by="user-1"
        )
    assert [each.answer for each in foreseen] == ["RE", "RE", "RE", "", "RE"]
    assert foreseen[0].matches_at == Money.of("1900.00")
    assert foreseen[0].to == "0007:5599991014"
    assert foreseen[3].refusal is not None
    number = run(system, Action.ASK_CREDIT, ids)
    assert run(system, Action.ASK_CREDIT, ids) == number
    with system.database.reading() as session:
        done = bulk_actions.batch(session, number)
        assert bulk_actions.can_undo(session, done) == 4
    assert [row.state for row in done.rows] == ["DONE", "DONE", "DONE", "REFUSED", "DONE"]
    assert "F-4 is accepted" in done.rows[3].sentence.en
    assert [system.invoice(each).state.name for each in ids].count("CREDIT_REQUESTED") == 4
    with system.database.writing() as session:
        undone = bulk_actions.undo(
            session, register_store.load(session), number, DeskActor("user-2", NOW, TODAY)
        )
    assert undone == (4, 0)
    assert seen(system) == ["F-1", "F-2", "F-3", "F-5"]
    with system.database.writing() as session:
        late = NOW + timedelta(hours=1)
        assert (
            exception_undo.release_answers(session, register_store.load(session), now=late, today=TODAY) == 0
        )


def test_each_row_of_a_batch_is_within_the_persons_limit_or_refused(system: System) -> None:
    invoice = send_all(system)
    number = run(system, Action.ACCEPT, [each.id for each in invoice[:3]], reason="Rättas i mars")
    with system.database.reading() as session:
        states = [row.state for row in bulk_actions.batch(session, number).rows]
    assert states == ["DONE", "REFUSED", "DONE"]
    assert [system.invoice(each.id).state for each in invoice[:3]] == [
        _S.ACCEPTED,
        _S.IN_QUESTION,
        _S.ACCEPTED,
    ]


def test_a_batch_needs_rows_a_key_and_an_action_for_many(system: System) -> None:
    actor = DeskActor("user-1", NOW, TODAY)
    with system.database.writing() as session:
        for kind, ids, key in ((Action.LINK, [1], "k"), (Action.ACCEPT, [], "k"), (Action.ACCEPT, [1], "")):
            with pytest.raises(Refused):
                bulk_actions.start(session, kind, ids, actor, key=key)


# Suggestions --------------------------------------------------------------------------------


def test_suggestions_are_ranked_and_say_why(system: System) -> None:
    system.report(ref(1), "2026-02", on=date(2026, 3, 2))
    bare = january(system, 1, "20")
    invoice = system.send(without_line(bare))
    with system.database.reading() as session:
        content = document_store.content(session, invoice.id)
        first, *others = suggesting.lines(session, register_store.load(session), content)
    assert (first.order_number, first.line_id, str(first.month)) == (invoice.order_number, "001", "2026-01")
    assert Text("samma order") in first.because
    assert Text("samma belopp som inleveransen") in first.because
    assert all(first.weight > each.weight for each in others)
    assert all(each.execution_reference != ref(5) for each in others)
