"""The buyer's story of a placement: events in words, objections with their answers, what a credit leaves open."""

from collections.abc import Iterator
from datetime import date

import pytest

from foundation.text import ENGLISH, SWEDISH
from invoicing.responses import objections
from operations.timeline import event_words, timeline
from operations.timeline.model import Audience, TimelineKind
from orders.events.envelope import EVENT_DATA
from orders.objections import objecting
from orders.objections import store as objection_store
from orders.objections.model import AnswerReason, ObjectionPoint, ObjectionReason, ObjectionState
from orders.register import store as register_store
from orders.terms import ArticleKind
from tests.orders.events.test_events import read
from tests.support.stories.system import FYRBAKEN, LARKDRILLEN, System, a_system, outcome
from tests.support.stories.takeover import taken_over

REFERENCE = "100000101"


@pytest.fixture
def system(database_url: str) -> Iterator[System]:
    """R1 at once, by the price list of 2025."""
    with a_system(database_url) as system:
        system.decide(REFERENCE, start=date(2025, 3, 3), decided_on=date(2025, 2, 24))
        yield system


def told(system: System, kind: TimelineKind, audience: Audience = Audience.BUYER) -> list[str]:
    with system.database.reading() as session:
        entries = timeline.of_placement(
            session, register_store.load(session), system.placement(REFERENCE), audience
        )
    return [each.sentence.in_language(SWEDISH) for each in entries if each.kind is kind]


@pytest.mark.parametrize("kind", sorted(EVENT_DATA))
def test_every_event_has_a_sentence_in_both_languages(kind: str) -> None:
    sentence = event_words.said(read(kind).data)
    swedish, english = sentence.in_language(SWEDISH), sentence.in_language(ENGLISH)
    assert swedish != english
    assert kind not in swedish
    assert "%(" not in swedish + english


def test_an_objection_and_its_answer_are_told_to_the_buyer(system: System) -> None:
    order = system.order(REFERENCE)
    with system.database.writing() as session:
        point = ObjectionPoint("001", ObjectionReason.PRICE)
        objecting.press(session, order, (point,), by="user-7", today=date(2025, 2, 26))
    with system.database.writing() as session:
        (objection,) = objection_store.of_order(session, order.number)
        reason = AnswerReason.PRICE_AS_AGREED
        objections.answer(
            session,
            register_store.load(session),
            objection,
            ObjectionState.STANDS,
            reason,
            by="user-1",
            today=date(2025, 2, 27),
        )
    (made,) = told(system, TimelineKind.OBJECTION)
    assert made == f"Invändning mot order {order.number} av user-7: Priset stämmer inte med avtalet."
    (answered,) = told(system, TimelineKind.OBJECTION_ANSWERED)
    assert "Priset följer avtalets prislista den dag beslutet fattades." in answered
    assert len(told(system, TimelineKind.OBJECTION, Audience.SUPPLIER)) == 1


def test_what_was_taken_back_for_good_is_not_said_to_be_open_again(system: System) -> None:
    system.interrupt(REFERENCE, on=date(2025, 3, 14), reason="WORK")
    started = date(2025, 3, 17)
    system.must("outcome.approved", outcome(REFERENCE, started_on=started), on=date(2025, 3, 18))
    (order,) = system.orders(REFERENCE, ArticleKind.RESULT)
    document = system.flip(order.number, number="F-R1", on=date(2025, 3, 19))
    system.send(document)
    revoked = {"execution_reference": REFERENCE, "stage": "R1", "started_on": str(started)}
    system.must("outcome.revoked", revoked | {"revoked_on": "2025-03-20"}, on=date(2025, 3, 20))
    system.send_credit(document, number="K-R1", on=date(2025, 3, 24))
    assert told(system, TimelineKind.CREDITED) == ["Krediterad i sin helhet med K-R1; ordern är återkallad."]
    assert told(system, TimelineKind.EVENT)[-1] == (
        "Godkännandet av resultat R1, med start 2025-03-17, återkallat."
    )
    # A bonus has no stage, and no gap in its sentence either.
    assert [each for each in told(system, TimelineKind.PLANNED) if "  " in each] == []


def test_period_two_is_told_with_the_supplier_that_took_over(system: System) -> None:
    system.change_register(taken_over(date(2025, 8, 1)))
    second = {
        "decision_id": "B-2",
        "execution_reference": REFERENCE,
        "period": {"start": "2025-09-03", "end": "2026-02-28"},
        "decided_on": "2025-08-20",
    }
    system.must("placement.period_two_decided", second, on=date(2025, 8, 20))
    told_of = [each.partition("leverantör ")[2] for each in told(system, TimelineKind.DECISION)]
    assert told_of == [f"{FYRBAKEN}.", f"{LARKDRILLEN}."]
