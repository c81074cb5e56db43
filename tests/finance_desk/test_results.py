"""The page of results: what is stuck is alarmed about, tried again or dropped, and what was approved is taken back."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime

import pytest
from sqlalchemy import text

from operations import alarm_store, alarms
from operations.event_loading import place_due_orders
from orders.register.register import Register
from orders.terms import ArticleKind
from tests.support.pages.all_routes import STAFF
from tests.support.pages.browser import portal
from tests.support.pages.visitor import visitor
from tests.support.stories.system import System, a_system, example_register, outcome

NOON = datetime(2026, 6, 17, 12, tzinfo=UTC)
REFERENCE = "100000101"


def without_results() -> Register:
    register = example_register()
    lists = tuple(
        replace(
            each, articles=tuple(line for line in each.articles if line.article is not ArticleKind.RESULT)
        )
        for each in register.price_lists
    )
    return replace(register, price_lists=lists)


@pytest.fixture
def system(database_url: str) -> Iterator[System]:
    """R1 fell due on 16 June and could not be ordered: its article had left the price list. The bonus was ordered."""
    with a_system(database_url) as system:
        system.decide(REFERENCE, start=date(2026, 1, 1))
        system.interrupt(REFERENCE, on=date(2026, 3, 13), reason="WORK")
        told = outcome(REFERENCE, started_on=date(2026, 3, 16))
        system.must("outcome.approved", told, on=date(2026, 3, 20))
        system.change_register(without_results())
        assert place_due_orders(system.database, today=date(2026, 6, 16)) == 1
        yield system


def results(system: System) -> list[str]:
    return [
        str(order.article) for order in system.orders(REFERENCE) if order.article is not ArticleKind.BASIC
    ]


def test_what_is_stuck_is_alarmed_about_and_again_for_as_long_as_it_is(system: System) -> None:
    def raised(day: int, hour: int = 8) -> list[str]:
        with system.database.writing() as session:
            return alarms.raise_due(session, now=datetime(2026, 6, day, hour, tzinfo=UTC))

    assert raised(16) == [alarms.RESULTS_STUCK]
    assert raised(16, 20) == []
    assert raised(30, 9) == [alarms.RESULTS_STUCK]
    with system.database.reading() as session:
        assert alarms.RESULTS_STUCK in alarm_store.last_raised(session, now=datetime(2026, 7, 1, tzinfo=UTC))
        said = session.execute(text("select sentence_sv, sentence_en from alarm")).first()
    assert said is not None
    assert "Kunde inte beställas" in said.sentence_sv
    assert REFERENCE not in said.sentence_sv


def test_what_is_stuck_says_why_in_swedish_and_is_tried_again(system: System, database_url: str) -> None:
    with (
        portal(database_url, clock=lambda: NOON, second_step=False) as site,
        visitor(site, STAFF) as person,
    ):
        shown = person.get("/finance/results").text
        assert "har ingen artikel Resultatersättning R1" in shown
        answer = person.post("/finance/results/1/again")
        assert answer.status_code == 409
        assert "har ingen artikel" in answer.text
        assert results(system) == ["SPEED_BONUS"]
        system.change_register(example_register())
        assert "är lagd" in person.follow(person.post("/finance/results/1/again"))
        assert results(system) == ["SPEED_BONUS", "RESULT"]
        assert "Allt som har förfallit är beställt" in person.get("/finance/results?part=STUCK").text
        # What does not wait any more is neither tried nor dropped.
        assert person.post("/finance/results/1/drop").status_code == 409
        assert person.post("/finance/results/99/again").status_code == 404


def test_what_is_stuck_may_be_dropped_and_what_is_ordered_taken_back(
    system: System, database_url: str
) -> None:
    with (
        portal(database_url, clock=lambda: NOON, second_step=False) as site,
        visitor(site, STAFF) as person,
    ):
        assert "Ordern utgår" in person.follow(person.post("/finance/results/1/drop"))
        fallen = person.get("/finance/results?part=FALLEN").text
        assert "Köparen lät ordern utgå" in fallen
        placed = person.get(f"/finance/results?part=PLACED&reference={REFERENCE}").text
        assert "Snabbhetspremie" in placed
        assert "återtaget" in person.follow(person.post("/finance/results/2/revoke"))
        assert "Snabbhetspremie" not in person.get("/finance/results?part=PLACED").text
        (order,) = system.orders(REFERENCE, ArticleKind.SPEED_BONUS)
        assert system.line(order.number).state == "CANCELLED"
