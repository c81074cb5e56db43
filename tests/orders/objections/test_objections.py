"""A supplier objects to an order, in the portal or over Peppol, and the buyer answers."""

from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from foundation import journal
from foundation.transitions import StepRefused
from invoicing.model import InvoiceState
from invoicing.responses import objections as order_objections
from invoicing.responses import received
from invoicing.responses import store as response_store
from operations import alarms
from operations.alarms import Patience
from operations.timeline import timeline
from operations.timeline.model import Audience, TimelineEntry, TimelineKind
from orders.model import LineState
from orders.objections import objecting
from orders.objections import store as objection_store
from orders.objections.model import (
    ANSWERS,
    AnswerReason,
    Objection,
    ObjectionChannel,
    ObjectionPoint,
    ObjectionReason,
    ObjectionRefused,
    ObjectionState,
    expected_value,
)
from orders.register import store as register_store
from peppol.documents import billing, ordering
from peppol.xml import codec
from tests.support.stories.peers import answered_line, order_response
from tests.support.stories.system import LARKDRILLEN, TALLKOTTEN, System, a_system
from tests.support.stories.takeover import taken_over

DAY = date(2026, 1, 5)
PRICE = ObjectionPoint("002", ObjectionReason.PRICE, Decimal("96.00"))


def object_to(system: System, *points: ObjectionPoint, reference: str = "100000101") -> Objection:
    with system.database.writing() as session:
        order = system.order(reference)
        objecting.press(session, order, points or (PRICE,), by="user-7", today=DAY)
    return the(system, reference)


def the(system: System, reference: str = "100000101") -> Objection:
    with system.database.reading() as session:
        return objection_store.of_order(session, system.order(reference).number)[0]


def answer(
    system: System, objection: Objection, to: ObjectionState, reason: AnswerReason, replaced_by: str = ""
) -> list[str]:
    with system.database.writing() as session:
        return order_objections.answer(
            session,
            register_store.load(session),
            objection,
            to,
            reason,
            replaced_by=replaced_by,
            by="user-1",
            today=date(2026, 1, 8),
        )


def respond(system: System, code: str, *lines: ordering.OrderResponseLine, number: str = "OR-1") -> None:
    order = system.order("100000101").number
    body = codec.serialise(order_response(order, code, number=number, on=DAY, lines=lines))
    system.post(body, on=DAY)
    system.read_messages(on=DAY)


@pytest.mark.both_engines
def test_an_order_received_in_the_portal_is_objected_to_and_stands(database_url: str) -> None:
    with a_system(database_url) as system:
        system.decide(supplier=TALLKOTTEN)
        objection = object_to(system)
        assert (objection.state, objection.channel) == (ObjectionState.OPEN, ObjectionChannel.PORTAL)
        assert objection.points == (PRICE,)
        assert answer(system, objection, ObjectionState.STANDS, AnswerReason.PRICE_AS_AGREED) == []
        told = the(system)
        assert (told.state, told.answer_reason) == (ObjectionState.STANDS, AnswerReason.PRICE_AS_AGREED)
        assert system.line(objection.order_number, "002").state is LineState.OPEN
        # Nobody answers twice, and a supplier that is not content objects again.
        with pytest.raises(StepRefused):
            answer(system, told, ObjectionState.CANCELLED, AnswerReason.ORDERED_WRONGLY)
        assert object_to(system).id > objection.id


def test_cancelling_closes_what_nobody_has_delivered(database_url: str) -> None:
    with a_system(database_url) as system:
        system.decide()
        system.report("100000101", "2026-01", on=date(2026, 2, 2))
        number = system.order("100000101").number
        objection = object_to(system, ObjectionPoint("", ObjectionReason.NOT_OURS))
        closed = answer(system, objection, ObjectionState.CANCELLED, AnswerReason.ORDERED_WRONGLY)
        assert closed == ["002", "003", "004", "005", "006"]
        assert system.line(number, "001").state is LineState.OPEN
        assert system.line(number, "002").state is LineState.CANCELLED
        system.send_invoice(number, number="F-1", on=date(2026, 2, 3))
        with pytest.raises(ObjectionRefused, match="invoiced or closed"):
            object_to(system)


def test_cancelling_leaves_what_is_invoiced_before_its_month_is_received(database_url: str) -> None:
    """The invoice waits for the report, or for a credit: either way it lies on the line."""
    with a_system(database_url) as system:
        system.decide()
        system.decide("100000102")
        system.report("100000102", "2026-01", on=date(2026, 2, 2))
        number = system.order("100000101").number
        objection = object_to(system)
        other = system.flip(system.order("100000102").number, number="F-1", on=date(2026, 2, 3))
        waits = system.send(replace(other, order_reference=billing.OrderReference(id=number)))
        assert (waits.state, system.line(number, "001").invoice_id) == (InvoiceState.PARKED, waits.id)
        closed = answer(system, objection, ObjectionState.CANCELLED, AnswerReason.ORDERED_WRONGLY)
        assert closed == ["002", "003", "004", "005", "006"]
        assert system.line(number, "001").state is LineState.OPEN
        system.report("100000101", "2026-01", on=date(2026, 2, 4))
        assert system.invoice(waits.id).state is InvoiceState.ACCEPTED


def test_an_order_is_replaced_by_another_of_the_same_supplier(database_url: str) -> None:
    with a_system(database_url) as system:
        system.decide()
        system.decide("100000102")
        system.decide("100000103", supplier=TALLKOTTEN)
        objection, other = object_to(system), system.order("100000102").number
        for wrong in ("", objection.order_number, system.order("100000103").number, "9999999999"):
            with pytest.raises(ObjectionRefused):
                answer(system, objection, ObjectionState.REPLACED, AnswerReason.ORDERED_TWICE, wrong)
            assert the(system).is_open
        answer(system, objection, ObjectionState.REPLACED, AnswerReason.ORDERED_TWICE, other)
        assert the(system).replaced_by == other


def test_an_order_is_replaced_by_one_of_whoever_has_taken_its_supplier_over(database_url: str) -> None:
    with a_system(database_url) as system:
        system.decide()
        objection = object_to(system)
        system.change_register(taken_over(date(2026, 1, 6)))
        system.decide("100000102", supplier=LARKDRILLEN, start=date(2026, 1, 7))
        other = system.order("100000102").number
        answer(system, objection, ObjectionState.REPLACED, AnswerReason.ORDERED_TWICE, other)
        assert the(system).replaced_by == other


def test_an_objection_and_its_answer_stand_on_both_timelines(database_url: str) -> None:
    with a_system(database_url) as system:
        system.decide()
        answer(system, object_to(system), ObjectionState.STANDS, AnswerReason.PRICE_AS_AGREED)
        placement = system.placement("100000101")
        with system.database.reading() as session:
            register = register_store.load(session)
            told = {each: timeline.of_placement(session, register, placement, each) for each in Audience}
    number = order_in(told[Audience.SUPPLIER])
    said = {
        audience: [entry.sentence.en for entry in entries if "bjection" in entry.sentence.en]
        for audience, entries in told.items()
    }
    assert said[Audience.SUPPLIER] == [
        f"Objection to order {number}.",
        f"The buyer answered the objection to order {number}: the order stands.",
    ]
    assert "by user-7" in said[Audience.BUYER][0]
    assert "answered by user-1" in said[Audience.BUYER][1]
    assert not any("user-" in each for each in said[Audience.SUPPLIER])


def order_in(entries: list[TimelineEntry]) -> str:
    return next(each.document for each in entries if each.kind is TimelineKind.ORDER)


@pytest.mark.both_engines
def test_an_order_response_is_the_same_objection(database_url: str) -> None:
    with a_system(database_url) as system:
        system.decide()
        respond(system, "CA", answered_line("001", "5"), answered_line("002", "7", "Ingen plats"))
        objection = the(system)
        assert objection.channel is ObjectionChannel.PEPPOL
        assert objection.points == (ObjectionPoint("002", ObjectionReason.NOT_ACCEPTED),)
        assert objection.answer_id is not None
        # It waits in one place alone, and is not waved away without an answer.
        with system.database.reading() as session:
            assert response_store.listed(session, waiting=True) == []
        with system.database.writing() as session, pytest.raises(StepRefused):
            received.look_at(session, objection.answer_id, by="user-1", today=DAY)
        answer(system, objection, ObjectionState.STANDS, AnswerReason.AS_DECIDED)
        with system.database.reading() as session:
            kept = response_store.by_id(session, objection.answer_id)
        assert kept is not None
        assert kept.looked_at_by == "user-1"


def test_the_last_word_of_a_suppliers_system_holds(database_url: str) -> None:
    with a_system(database_url) as system:
        system.decide()
        respond(system, "RE", number="OR-1")
        assert the(system).points == (ObjectionPoint("", ObjectionReason.NOT_ACCEPTED),)
        respond(system, "CA", answered_line("003", "7"), number="OR-2")
        with system.database.reading() as session:
            held = objection_store.of_order(session, system.order("100000101").number)
        assert [each.state for each in held] == [ObjectionState.OPEN, ObjectionState.WITHDRAWN]
        respond(system, "AB", number="OR-3")
        assert the(system).is_open
        respond(system, "AP", number="OR-4")
        assert the(system).state is ObjectionState.WITHDRAWN
        # What a person said in the portal is not taken back by a machine's acceptance.
        object_to(system)
        respond(system, "AP", number="OR-5")
        assert the(system).is_open


def test_one_objection_at_a_time_and_it_can_be_taken_back(database_url: str) -> None:
    with a_system(database_url) as system:
        system.decide()
        objection = object_to(system)
        with pytest.raises(ObjectionRefused):
            object_to(system)
        with system.database.writing() as session:
            objecting.withdraw(session, objection, by="user-7", today=DAY)
        assert the(system).state is ObjectionState.WITHDRAWN
        assert object_to(system).is_open
        with system.database.reading() as session:
            actions = [row.action for row in journal.rows(session) if row.action.startswith("objection")]
        assert actions == ["objection.made", "objection.withdrawn", "objection.made"]


@pytest.mark.parametrize(
    "point",
    [
        ObjectionPoint("009", ObjectionReason.PRICE),
        ObjectionPoint("001", ObjectionReason.NOT_ACCEPTED),
        ObjectionPoint("001", ObjectionReason.PERIOD, Decimal("5")),
        ObjectionPoint("", ObjectionReason.PRICE, Decimal("5")),
    ],
    ids=str,
)
def test_what_is_not_in_the_list_is_refused(database_url: str, point: ObjectionPoint) -> None:
    with a_system(database_url) as system:
        system.decide()
        with pytest.raises(ObjectionRefused):
            object_to(system, point)
        with pytest.raises(ObjectionRefused), system.database.writing() as session:
            objecting.press(session, system.order("100000101"), (), by="user-7", today=DAY)


@pytest.mark.parametrize(
    "written", ["Anna", "19800101-1234", "1e9", "-1", "NaN", "99999999999999", "1E-9999999", "0.12345"]
)
def test_words_and_personal_numbers_are_no_value(written: str) -> None:
    with pytest.raises(ObjectionRefused):
        expected_value(written)


def test_a_value_is_written_as_people_write_it() -> None:
    assert (expected_value(" 1 095,50 "), expected_value("  ")) == (Decimal("1095.50"), None)


def test_an_objection_that_waits_is_alarmed_about(database_url: str) -> None:
    with a_system(database_url) as system:
        system.decide()
        objection = object_to(system)

        def raised(day: int) -> list[str]:
            now = datetime(2026, 1, day, 9, tzinfo=UTC)
            with system.database.writing() as session:
                return alarms.raise_due(session, now=now, patience=Patience(objection_days=5))

        assert raised(9) == []
        assert raised(10) == [alarms.OBJECTIONS_WAITING]
        assert raised(11) == []
        assert raised(15) == [alarms.OBJECTIONS_WAITING]
        answer(system, objection, ObjectionState.STANDS, AnswerReason.AS_DECIDED)
        assert raised(25) == []


def test_every_answer_has_reasons_and_every_reason_an_answer() -> None:
    assert {reason for reasons in ANSWERS.values() for reason in reasons} == set(AnswerReason)
