"""What belongs to no case is disposed of by two people after its own time; what is held, open or booked stays."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select

from audit import legal_hold_store, retention, retention_periods
from audit.retention import RetentionRefused
from audit.retention_periods import Stray, Times
from invoicing.flow_test import flow_test
from invoicing.portal_invoicing import refused_message_queries, uploads
from invoicing.portal_invoicing.scope import SupplierActor
from invoicing.portal_invoicing.tables import portal_document
from operations import event_loading
from orders.events import store as event_store
from orders.events.store import EventState
from orders.objections import objecting
from orders.objections import store as objection_store
from orders.objections.model import ObjectionPoint, ObjectionReason
from orders.register import store as register_store
from peppol.documents import billing, shapes
from peppol.exchange import inbox, inbox_store, outbox_store
from peppol.xml import codec
from tests.support.servers.system_databases import CLOCK
from tests.support.stories.portal import Desk
from tests.support.stories.system import FYRBAKEN, System, a_system, report

REFERENCE = "100000101"
BILLED_ON = date(2026, 2, 3)
ACTOR = SupplierActor(FYRBAKEN, by="user-17")
BEFORE, AFTER = date(2028, 2, 29), date(2028, 3, 1)
"""Two years after the month a message came, and the day after."""


@pytest.fixture
def system(database_url: str) -> Iterator[System]:
    with a_system(database_url) as system:
        system.decide(REFERENCE)
        system.report(REFERENCE, "2026-01", on=date(2026, 2, 2))
        yield system


def invoice(system: System, number: str = "F-1") -> billing.Invoice:
    return system.flip(system.order(REFERENCE).number, number=number, on=BILLED_ON)


def refused(system: System) -> int:
    """A message whose total does not follow from its lines; its row."""
    right = invoice(system, "F-9")
    total = replace(right.legal_monetary_total, tax_inclusive_amount=shapes.Amount(Decimal("1.00"), "SEK"))
    stored = system.post(codec.serialise(replace(right, legal_monetary_total=total)), on=BILLED_ON)
    system.read_messages(on=BILLED_ON)
    return stored.id


def past(system: System, on: date, times: Times | None = None) -> list[str]:
    with system.database.reading() as session:
        return [name for name, _ in retention.strays_due(session, times or Times(), today=on, limit=99)]


def dispose(system: System, on: date) -> str:
    """Two people do it."""
    with system.database.writing() as session:
        number = retention.propose(session, by="user-1", on=on)
    with system.database.writing() as session:
        return retention.confirm(session, number, by="user-2", on=on)


@pytest.mark.both_engines
def test_a_refused_message_goes_with_its_answer_after_two_years(system: System) -> None:
    message = refused(system)
    assert past(system, BEFORE) == []
    assert past(system, AFTER) == [f"letter:{message}"]
    assert past(system, date(2026, 6, 1), Times(refused_months=3)) == [f"letter:{message}"]
    protocol = dispose(system, AFTER)
    assert f'"letter:{message}"' in protocol
    assert '"LETTER_IN": 1' in protocol
    assert '"LETTER_OUT": 1' in protocol
    assert past(system, AFTER) == []
    with system.database.writing() as session:
        assert inbox_store.body_of(session, message) == b""
        assert [each.body for each in outbox_store.messages_out(session, about=f"letter {message}")] == [b""]
        assert inbox.replay(session, message) is None
        assert list(refused_message_queries.listed(session, ACTOR)) == []
    assert system.broken() == []


def test_an_objection_that_nobody_has_answered_keeps_its_case(system: System) -> None:
    late = date(2040, 1, 2)
    order = system.order(REFERENCE)
    points = (ObjectionPoint("", ObjectionReason.CONTRACT),)
    with system.database.writing() as session:
        assert [name for name, _ in retention.due(session, today=late)] == [REFERENCE]
        number = objecting.press(session, order, points, by="user-17", today=BILLED_ON)
        assert retention.due(session, today=late) == []
    with system.database.writing() as session:
        objection = objection_store.by_id(session, number)
        assert objection is not None
        objecting.withdraw(session, objection, by="user-17", today=BILLED_ON)
        assert [name for name, _ in retention.due(session, today=late)] == [REFERENCE]
    dispose(system, late)
    with system.database.reading() as session:
        # Codes and days: nothing of it is removed.
        assert objection_store.of_order(session, order.number)[0].points == points


def test_an_event_that_waits_for_a_person_keeps_its_case(system: System) -> None:
    late = date(2040, 1, 2)
    system.refuses("report.approved", report(REFERENCE, "2026-02", 1, BILLED_ON), on=BILLED_ON)
    with system.database.writing() as session:
        assert retention.due(session, today=late) == []
        (waiting,) = event_store.in_state(session, EventState.UNAPPLIABLE)
        event_loading.lay_aside(session, waiting.sequence, by="user-1")
        assert [name for name, _ in retention.due(session, today=late)] == [REFERENCE]


@pytest.mark.both_engines
def test_a_hold_on_a_message_keeps_it_also_from_a_disposal_already_proposed(system: System) -> None:
    message = refused(system)
    with system.database.writing() as session:
        number = retention.propose(session, by="user-1", on=AFTER)
        retention.hold(session, f"letter:{message}", by="user-3", on=AFTER, reason="Tvist om när den kom")
        for unknown in ("letter:99999", "upload:1", "letter:x"):
            with pytest.raises(RetentionRefused):
                retention.hold(session, unknown, by="user-3", on=AFTER, reason="Tvist")
    assert past(system, AFTER) == []
    with system.database.writing() as session:
        protocol = retention.confirm(session, number, by="user-2", on=AFTER)
        assert inbox_store.body_of(session, message)
    assert '"outside_cases": []' in protocol
    with system.database.writing() as session:
        (invoice,) = legal_hold_store.newest_first(session)
        retention.lift(session, invoice.id, by="user-3", on=AFTER)
    assert past(system, AFTER) == [f"letter:{message}"]


def test_nobody_disposes_of_a_message_alone(system: System) -> None:
    refused(system)
    with system.database.writing() as session:
        number = retention.propose(session, by="user-1", on=AFTER)
        with pytest.raises(RetentionRefused, match="another than the one who proposed"):
            retention.confirm(session, number, by="user-1", on=AFTER)


def test_what_claims_to_be_a_booked_document_is_kept_seven_years(system: System) -> None:
    right = invoice(system)
    system.send(right)
    second = system.post(codec.serialise(replace(right, note="Andra bytes.")), on=BILLED_ON)
    system.read_messages(on=BILLED_ON)
    assert past(system, date(2033, 12, 31)) == []
    assert past(system, date(2034, 1, 1)) == [f"letter:{second.id}"]


def test_a_message_that_failed_is_ours_to_mend_and_never_goes(system: System) -> None:
    stored = system.post(b"<x/>", on=BILLED_ON)
    assert past(system, date(2050, 1, 1)) == []
    system.read_messages(on=BILLED_ON)
    assert past(system, date(2050, 1, 1)) == [f"letter:{stored.id}"]


@pytest.mark.both_engines
def test_a_document_without_a_case_goes_when_nothing_more_can_happen(system: System) -> None:
    stranger = replace(invoice(system), order_reference=billing.OrderReference(id="NA"))
    document = system.send(stranger)
    assert document.execution_reference == ""
    assert past(system, date(2050, 1, 1)) == []
    system.ask_credit(document, on=BILLED_ON)
    system.send_credit(stranger, number="K-1", on=BILLED_ON)
    names = past(system, date(2034, 1, 1))
    assert [name for name in names if name == f"document:{document.id}"] == [f"document:{document.id}"]
    assert past(system, date(2033, 12, 31)) == []
    dispose(system, date(2034, 1, 1))
    with system.database.reading() as session:
        assert inbox_store.body_of(session, document.letter_id) == b""
    assert past(system, date(2050, 1, 1)) == []
    assert system.broken() == []


@pytest.mark.both_engines
def test_what_never_left_its_maker_goes_after_half_a_year(system: System) -> None:
    desk = Desk(system)
    undone = desk.made((system.order(REFERENCE).number, "001"))
    desk.undo(undone.bundle)
    with system.database.writing() as session:
        register = register_store.load(session)
        upload = uploads.take_in(session, ACTOR, b"inte XML", now=CLOCK)
        test = flow_test.try_out(session, register, ACTOR, b"inte XML", now=CLOCK, today=CLOCK.date())
    names = [f"upload:{upload}", f"draft:{undone.id}", f"test:{test}"]
    assert past(system, date(2027, 5, 31)) == []
    assert past(system, date(2027, 6, 1)) == names
    with system.database.reading() as session:
        kept = retention.strays_due(session, Times(), today=date(2027, 6, 1), limit=99)
    # Six whole months after the month they were made in.
    assert [until for _, until in kept] == [date(2027, 5, 31)] * 3
    dispose(system, date(2027, 6, 1))
    assert past(system, date(2050, 1, 1)) == []
    with system.database.reading() as session:
        assert uploads.look(session, register, ACTOR, upload, today=AFTER) is None
        assert refused_message_queries.unsent_files(session, ACTOR)[0] == 0
    assert system.broken() == []


@pytest.mark.both_engines
def test_a_case_takes_the_portals_copies_with_it(system: System) -> None:
    desk = Desk(system)
    made = desk.made((system.order(REFERENCE).number, "001"))
    desk.wait()
    system.read_messages(on=desk.today)
    system.pay(on=desk.today + timedelta(days=40))
    assert past(system, date(2034, 12, 31)) == [], "a draft that left is its case's"
    protocol = dispose(system, date(2035, 1, 1))
    assert '"PORTAL": 1' in protocol
    assert f'"{REFERENCE}"' in protocol
    with system.database.reading() as session:
        assert session.scalar(select(portal_document.c.body).where(portal_document.c.id == made.id)) == b""
    assert system.broken() == []


@given(st.dates(date(2000, 1, 1), date(2090, 1, 1)), st.integers(1, 120))
def test_something_is_past_its_time_exactly_after_its_last_day(came: date, months: int) -> None:
    last = retention_periods.months_after(came, months)
    assert not came < retention_periods.first_kept(last, months)
    assert came < retention_periods.first_kept(last + timedelta(days=1), months)


@given(st.sampled_from(Stray), st.integers(1, 999_999_999))
def test_a_name_says_what_it_names(sort: Stray, number: int) -> None:
    assert retention_periods.named(f"{sort}:{number}") == (sort, number)
