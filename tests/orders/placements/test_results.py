"""Results, bonuses and supplements: ordered on their day, received at once, each at most once."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import pytest

from foundation.money import Quantity
from operations.event_loading import place_due_orders, replay_unappliable
from orders.model import Order, PlannedState
from orders.placements import plan_store
from orders.register.register import Register
from orders.terms import ArticleKind, ResultStage
from tests.support.stories.system import System, a_system, decision, example_register, outcome

REFERENCE = "100000101"
INTERRUPTED = date(2026, 3, 13)
AT_WORK = date(2026, 3, 16)


@pytest.fixture
def system(database_url: str) -> Iterator[System]:
    """A participant from 1 January 2026 at level C who left for work on 13 March; R1 after 3 months, R2 after 6."""
    with a_system(database_url) as system:
        system.decide(REFERENCE, start=date(2026, 1, 1), decided_on=date(2026, 1, 1))
        system.interrupt(REFERENCE, on=INTERRUPTED, reason="WORK")
        yield system


def results(system: System, reference: str = REFERENCE) -> list[Order]:
    return [order for order in system.orders(reference) if order.article is not ArticleKind.BASIC]


def named(orders: list[Order]) -> list[str]:
    return [
        f"{order.article} {order.stage or order.code or ''} {order.amount.amount}".replace("  ", " ")
        for order in orders
    ]


def plans(system: System) -> list[tuple[str, PlannedState]]:
    with system.database.reading() as session:
        invoice = plan_store.of_placement(session, REFERENCE)
    return [(f"{plan.article} {plan.stage or plan.code}".strip(), plan.state) for plan in invoice]


# R1 and the speed bonus ---------------------------------------------------------------------


def test_r1_waits_for_its_day_and_comes_with_the_speed_bonus(system: System) -> None:
    system.must("outcome.approved", outcome(REFERENCE, started_on=AT_WORK), on=date(2026, 3, 20))
    assert results(system) == []
    assert place_due_orders(system.database, today=date(2026, 6, 15)) == 0
    assert place_due_orders(system.database, today=date(2026, 6, 16)) == 2
    r1, bonus = results(system)
    assert named([r1, bonus]) == ["RESULT R1 15000.00", "SPEED_BONUS 2000.00"]
    assert (r1.number, bonus.number) == ("2100000002", "2100000003")
    assert {order.execution_reference for order in (r1, bonus)} == {REFERENCE}
    (line,) = r1.lines
    assert (line.line_id, line.quantity) == ("001", Quantity(Decimal(1), "C62"))
    # What was delivered is the result: it is received when it is ordered, and can be invoiced at once.
    account = system.line(r1.number)
    assert (account.quantity_received, account.amount_received.amount) == (Decimal(1), Decimal("15000.00"))
    invoice = system.send_invoice(r1.number, number="F-R1", on=date(2026, 6, 17))
    assert (invoice.state, invoice.execution_reference) == ("ACCEPTED", REFERENCE)
    assert place_due_orders(system.database, today=date(2026, 6, 16)) == 0


def test_an_outcome_approved_after_its_day_is_ordered_at_once(system: System) -> None:
    system.must("outcome.approved", outcome(REFERENCE, started_on=AT_WORK), on=date(2026, 7, 1))
    assert named(results(system)) == ["RESULT R1 15000.00", "SPEED_BONUS 2000.00"]
    assert results(system)[0].issued_on == date(2026, 7, 1)


def test_loading_later_events_places_what_fell_due_before_them(system: System) -> None:
    system.must("outcome.approved", outcome(REFERENCE, started_on=AT_WORK), on=date(2026, 3, 20))
    system.decide("100000102", start=date(2026, 7, 1))
    assert [order.number for order in results(system)] == ["2100000002", "2100000003"]
    assert system.order("100000102").number == "2100000004"


@pytest.mark.parametrize(
    ("days_from_start", "bonus"), [(180, True), (181, False)], ids=["on the last day", "a day too late"]
)
def test_the_speed_bonus_is_counted_in_days_from_the_first_day(
    database_url: str, days_from_start: int, bonus: bool
) -> None:
    start = date(2026, 1, 1)
    with a_system(database_url) as system:
        system.decide(REFERENCE, start=start)
        began = start + timedelta(days=days_from_start)
        system.interrupt(REFERENCE, on=date(2026, 6, 29), reason="WORK")
        system.must("outcome.approved", outcome(REFERENCE, started_on=began), on=date(2026, 12, 1))
        assert [order.article for order in results(system)] == [ArticleKind.RESULT, ArticleKind.SPEED_BONUS][
            : 1 + bonus
        ]


def test_the_price_is_that_of_the_decision_not_of_the_outcome(database_url: str) -> None:
    with a_system(database_url) as system:
        system.decide(REFERENCE, start=date(2026, 1, 1), decided_on=date(2025, 12, 20), level="B")
        system.interrupt(REFERENCE, on=INTERRUPTED, reason="STUDIES")
        studies = outcome(REFERENCE, started_on=AT_WORK, kind="REGULAR_STUDIES")
        # By the list of 2025 R1 is earned when studies begin.
        system.must("outcome.approved", studies, on=date(2026, 3, 20))
        assert named(results(system)) == ["RESULT R1 10500.00", "SPEED_BONUS 2000.00"]


def test_there_is_no_second_r1(system: System) -> None:
    system.must("outcome.approved", outcome(REFERENCE, started_on=AT_WORK), on=date(2026, 7, 1))
    again = outcome(REFERENCE, started_on=date(2026, 4, 1))
    assert "already granted" in system.refuses("outcome.approved", again, on=date(2026, 7, 2))
    assert len(results(system)) == 2


# R2 -----------------------------------------------------------------------------------------


def test_r2_is_an_order_of_its_own_after_six_months_to_the_supplier_that_earned_r1(system: System) -> None:
    system.must("outcome.approved", outcome(REFERENCE, started_on=AT_WORK), on=date(2026, 7, 1))
    system.must("outcome.approved", outcome(REFERENCE, "R2", started_on=AT_WORK), on=date(2026, 9, 1))
    assert len(results(system)) == 2
    assert place_due_orders(system.database, today=date(2026, 9, 16)) == 1
    r2 = results(system)[-1]
    assert (r2.stage, r2.supplier, r2.amount.amount) == (ResultStage("R2"), "5599991014", Decimal("15000.00"))


def test_r2_presupposes_r1(system: System) -> None:
    told = outcome(REFERENCE, "R2", started_on=AT_WORK)
    assert "presupposes R1" in system.refuses("outcome.approved", told, on=date(2026, 10, 1))


def test_back_before_r2_there_is_no_r2_and_r1_stays(system: System) -> None:
    system.must("outcome.approved", outcome(REFERENCE, started_on=AT_WORK), on=date(2026, 7, 1))
    system.must("outcome.approved", outcome(REFERENCE, "R2", started_on=AT_WORK), on=date(2026, 7, 1))
    ended = {"execution_reference": REFERENCE, "ended_on": "2026-08-31"}
    system.must("outcome.ended", ended, on=date(2026, 8, 31))
    assert place_due_orders(system.database, today=date(2026, 12, 1)) == 0
    assert plans(system) == [
        ("RESULT R1", PlannedState.PLACED),
        ("SPEED_BONUS", PlannedState.PLACED),
        ("RESULT R2", PlannedState.DROPPED),
    ]


def test_an_interruption_withdrawn_drops_the_result_that_waits_on_it(database_url: str) -> None:
    with a_system(database_url) as system:
        system.decide(REFERENCE)
        system.interrupt(REFERENCE, on=date(2026, 3, 2), last_day=date(2026, 3, 31), reason="WORK")
        system.must("outcome.approved", outcome(REFERENCE, started_on=date(2026, 3, 9)), on=date(2026, 3, 10))
        withdrawn = {"execution_reference": REFERENCE, "registered_on": "2026-03-12"}
        system.must("interruption.withdrawn", withdrawn, on=date(2026, 3, 12))
        assert plans(system) == [("RESULT R1", PlannedState.DROPPED), ("SPEED_BONUS", PlannedState.DROPPED)]
        assert place_due_orders(system.database, today=date(2026, 12, 1)) == 0


PERIOD_TWO = {
    "decision_id": "B-two",
    "execution_reference": REFERENCE,
    "period": {"start": "2026-07-01", "end": "2026-12-31"},
    "decided_on": "2026-06-10",
}


def test_back_for_period_two_before_its_day_drops_what_waits_and_the_next_outcome_earns_anew(
    system: System,
) -> None:
    # R1 of work from 20 April would be earned on 20 July, when the participant is back in the service.
    system.must("outcome.approved", outcome(REFERENCE, started_on=date(2026, 4, 20)), on=date(2026, 4, 21))
    system.must("placement.period_two_decided", PERIOD_TWO, on=date(2026, 6, 10))
    assert place_due_orders(system.database, today=date(2026, 7, 21)) == 0
    system.interrupt(REFERENCE, on=date(2026, 9, 1), reason="WORK")
    system.must("outcome.approved", outcome(REFERENCE, started_on=date(2026, 9, 2)), on=date(2026, 12, 2))
    # 2 September is more than 180 days after 1 January: no bonus.
    assert named(results(system)) == ["RESULT R1 15000.00"]


def test_what_is_earned_before_the_participant_is_back_is_ordered(system: System) -> None:
    system.must("outcome.approved", outcome(REFERENCE, started_on=AT_WORK), on=date(2026, 3, 20))
    system.must("placement.period_two_decided", PERIOD_TWO, on=date(2026, 6, 10))
    assert place_due_orders(system.database, today=date(2026, 6, 16)) == 2
    # R2 would be earned on 16 September, after the participant is back.
    told = outcome(REFERENCE, "R2", started_on=AT_WORK)
    assert "2026-06-30" in system.refuses("outcome.approved", told, on=date(2026, 10, 1))


# What earns nothing -------------------------------------------------------------------------


@pytest.mark.parametrize(
    "changes",
    [{"kind": "AUB"}, {"kind": "OTHER"}, {"extent_percent": 49}],
    ids=["labour market training", "something else", "below the minimum extent"],
)
def test_an_outcome_that_earns_nothing_is_noted_and_orders_nothing(
    system: System, changes: dict[str, object]
) -> None:
    told = {**outcome(REFERENCE, started_on=AT_WORK), **changes}
    system.must("outcome.approved", told, on=date(2026, 7, 1))
    assert results(system) == []
    assert plans(system) == []


def test_half_time_is_enough(system: System) -> None:
    told = outcome(REFERENCE, started_on=AT_WORK, extent_percent=50)
    system.must("outcome.approved", told, on=date(2026, 7, 1))
    assert len(results(system)) == 2


def test_an_outcome_without_an_interruption_for_it_is_refused_and_can_be_replayed(
    database_url: str,
) -> None:
    with a_system(database_url) as system:
        system.decide(REFERENCE)
        told = outcome(REFERENCE, started_on=AT_WORK)
        assert "not interrupted" in system.refuses("outcome.approved", told, on=date(2026, 3, 20))
        assert replay_unappliable(system.database).unappliable == 1
        system.interrupt(REFERENCE, on=date(2026, 3, 20), reason="WORK")
        replayed = replay_unappliable(system.database)
        assert (replayed.applied, replayed.unappliable) == (1, 0)
        assert plans(system)[0] == ("RESULT R1", PlannedState.WAITING)


@pytest.mark.parametrize("reason", ["STUDIES", "ILLNESS", "OTHER_SERVICE"])
def test_an_interruption_for_another_reason_does_not_earn_work(database_url: str, reason: str) -> None:
    with a_system(database_url) as system:
        system.decide(REFERENCE)
        system.interrupt(REFERENCE, on=INTERRUPTED, reason=reason)
        told = outcome(REFERENCE, started_on=AT_WORK)
        assert "not interrupted" in system.refuses("outcome.approved", told, on=date(2026, 7, 1))


def test_an_outcome_from_before_the_placement_is_refused(system: System) -> None:
    told = outcome(REFERENCE, started_on=date(2025, 12, 31))
    assert "before the placement" in system.refuses("outcome.approved", told, on=date(2026, 7, 1))


@pytest.mark.parametrize("changes", [{"continues_legacy": True}, {"protected_identity": True}])
def test_a_placement_outside_the_order_system_orders_no_result(
    database_url: str, changes: dict[str, object]
) -> None:
    with a_system(database_url) as system:
        system.must("placement.decided", decision(REFERENCE, **changes), on=date(2026, 1, 1))  # type: ignore[arg-type]
        system.interrupt(REFERENCE, on=INTERRUPTED, reason="WORK")
        told = outcome(REFERENCE, started_on=AT_WORK)
        assert "No orders are placed for" in system.refuses("outcome.approved", told, on=date(2026, 7, 1))


# Missing prices -----------------------------------------------------------------------------


def without(article: ArticleKind) -> Register:
    register = example_register()
    lists = tuple(
        replace(each, articles=tuple(line for line in each.articles if line.article is not article))
        for each in register.price_lists
    )
    return replace(register, price_lists=lists)


def test_a_result_without_a_price_is_refused_when_it_is_told_and_nothing_is_numbered(
    database_url: str,
) -> None:
    with a_system(database_url, register=without(ArticleKind.SPEED_BONUS)) as system:
        system.decide(REFERENCE)
        system.interrupt(REFERENCE, on=INTERRUPTED, reason="WORK")
        told = outcome(REFERENCE, started_on=AT_WORK)
        assert "has no article Speed bonus" in system.refuses("outcome.approved", told, on=date(2026, 3, 20))
        assert plans(system) == []
        system.change_register(example_register())
        assert replay_unappliable(system.database).applied == 1
        assert len(plans(system)) == 2


def test_an_order_that_cannot_be_placed_on_its_day_waits_with_its_reason_and_stops_no_other(
    system: System,
) -> None:
    system.must("outcome.approved", outcome(REFERENCE, started_on=AT_WORK), on=date(2026, 3, 20))
    system.change_register(without(ArticleKind.RESULT))
    assert place_due_orders(system.database, today=date(2026, 6, 16)) == 1
    assert named(results(system)) == ["SPEED_BONUS 2000.00"]
    with system.database.reading() as session:
        waiting = plan_store.of_placement(session, REFERENCE)[0]
    assert (waiting.state, "has no article Result" in waiting.reason.en) == (PlannedState.WAITING, True)
    system.change_register(example_register())
    assert place_due_orders(system.database, today=date(2026, 6, 17)) == 1
    assert [order.number for order in results(system)] == ["2100000002", "2100000003"]


# Supplements --------------------------------------------------------------------------------


def supplement(code: str, amount: str | None = None, approved_on: str = "2026-02-10") -> dict[str, object]:
    told: dict[str, object] = {"execution_reference": REFERENCE, "code": code, "approved_on": approved_on}
    return told if amount is None else {**told, "amount": amount}


def test_a_supplement_is_ordered_at_once_and_once_for_each_code(system: System) -> None:
    system.must("supplement.approved", supplement("SPRAK"), on=date(2026, 2, 10))
    system.must("supplement.approved", supplement("BESLUTAD", "777.50"), on=date(2026, 2, 10))
    assert named(results(system)) == ["SUPPLEMENTARY SPRAK 1500.00", "SUPPLEMENTARY BESLUTAD 777.50"]
    assert "already granted" in system.refuses(
        "supplement.approved", supplement("SPRAK"), on=date(2026, 2, 11)
    )


@pytest.mark.parametrize(
    ("told", "reason"),
    [
        (supplement("SPRAK", "1400.00"), "not the price list's 1,500.00"),
        (supplement("BESLUTAD"), "no price"),
        (supplement("TOLK"), "no article"),
    ],
)
def test_a_supplement_by_another_amount_or_an_unknown_code_is_refused(
    system: System, told: dict[str, object], reason: str
) -> None:
    assert reason in system.refuses("supplement.approved", told, on=date(2026, 2, 10))
    assert results(system) == []


def test_a_supplement_before_the_first_day_waits_for_it_and_falls_with_the_placement(
    database_url: str,
) -> None:
    with a_system(database_url) as system:
        system.decide(REFERENCE, start=date(2026, 3, 1), decided_on=date(2026, 2, 2))
        system.must("supplement.approved", supplement("SPRAK"), on=date(2026, 2, 10))
        assert results(system) == []
        cancelled = {"execution_reference": REFERENCE, "reason": "NEVER_STARTED"}
        system.must("placement.cancelled", cancelled, on=date(2026, 2, 20))
        assert place_due_orders(system.database, today=date(2026, 3, 1)) == 0
        assert plans(system) == [("SUPPLEMENTARY SPRAK", PlannedState.DROPPED)]
