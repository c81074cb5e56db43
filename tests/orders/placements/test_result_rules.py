"""What a price list says of results: which R2 belongs to which R1, how many outcomes, until when, how quick."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import pytest

from operations import event_loading
from operations.event_loading import place_due_orders
from orders.events import store as event_store
from orders.events.store import EventState
from orders.register.pricing import BonusTier, LevelAmounts, ResultRules
from orders.register.register import Register
from orders.terms import ArticleKind
from tests.support.stories.system import (
    LARKDRILLEN,
    System,
    a_system,
    decision,
    event_line,
    example_register,
    outcome,
)
from tests.support.stories.takeover import taken_over

REFERENCE, ANOTHER = "100000101", "100000102"
LEFT_ON = date(2026, 3, 13)
AT_WORK = date(2026, 3, 16)


@pytest.fixture
def system(database_url: str) -> Iterator[System]:
    """A participant at level C who left for work on 13 March and got R1: 15,000.00 after three months."""
    with a_system(database_url) as system:
        at_work(system)
        yield system


def at_work(system: System) -> None:
    system.decide(REFERENCE, start=date(2026, 1, 1))
    system.interrupt(REFERENCE, on=LEFT_ON, reason="WORK")
    system.must("outcome.approved", outcome(REFERENCE, started_on=AT_WORK), on=date(2026, 3, 20))


def register_with(tiers: Mapping[int, str] = {}, **rules: object) -> Register:
    """The example register with other rules of results, and with tiers of the speed bonus where some are named."""
    register = example_register()
    lists = []
    for each in register.price_lists:
        values = {name: getattr(each.result_rules, name) for name in ResultRules.__slots__} | rules
        if tiers:
            values["speed_bonus_tiers"] = tuple(
                BonusTier(days, LevelAmounts(C=Decimal(amount))) for days, amount in tiers.items()
            )
            values["speed_bonus_limit_days"] = max(tiers)
        articles = tuple(
            replace(line, amounts=LevelAmounts(), amount_decided=True)
            if tiers and line.article is ArticleKind.SPEED_BONUS
            else line
            for line in each.articles
        )
        lists.append(replace(each, articles=articles, result_rules=ResultRules(**values)))
    return replace(register, price_lists=tuple(lists))


def ordered(system: System, reference: str = REFERENCE) -> list[str]:
    return [
        f"{order.article} {order.stage or order.code} {order.amount.amount}"
        for order in system.orders(reference)
        if order.article is not ArticleKind.BASIC
    ]


# R2 belongs to the R1 it names ----------------------------------------------------------------


def test_r2_with_another_start_is_refused_with_both(system: System) -> None:
    told = outcome(REFERENCE, "R2", started_on=date(2026, 1, 16))
    said = system.refuses("outcome.approved", told, on=date(2026, 7, 17))
    assert "R2 has start 2026-01-16" in said
    assert "has start 2026-03-16" in said


def test_r2_of_another_kind_is_refused_with_both(system: System) -> None:
    # An older price list let studies follow on an interruption for work only by mistake.
    system.change_register(register_with(interruption_required=False))
    told = outcome(REFERENCE, "R2", started_on=AT_WORK, kind="REGULAR_STUDIES")
    said = system.refuses("outcome.approved", told, on=date(2026, 9, 17))
    assert "R2 is for REGULAR_STUDIES, but R1 of 100000101 is for WORK" in said


def test_r2_on_another_reference_than_its_r1_is_refused_with_both(system: System) -> None:
    continues(system)
    system.interrupt(ANOTHER, on=date(2026, 6, 1), reason="WORK")
    told = outcome(ANOTHER, "R2", started_on=date(2026, 6, 2))
    said = system.refuses("outcome.approved", told, on=date(2026, 12, 3))
    # The first R1 fell when the participant was back before its day, so that there is none at all.
    assert "presupposes R1" in said


def test_r2_after_the_participant_was_back_before_its_day_is_refused(system: System) -> None:
    place_due_orders(system.database, today=date(2026, 6, 16))
    ended = {"execution_reference": REFERENCE, "ended_on": "2026-08-31"}
    system.must("outcome.ended", ended, on=date(2026, 8, 31))
    told = outcome(REFERENCE, "R2", started_on=AT_WORK)
    said = system.refuses("outcome.approved", told, on=date(2026, 9, 17))
    assert "back on 2026-08-31, before R2 fell due on 2026-09-16" in said


# A stretch earns what the price list gives ----------------------------------------------------


def continues(system: System, **changes: object) -> None:
    """The participant goes on at the same supplier under a new reference from 4 May."""
    data: dict[str, object] = {
        "start": date(2026, 5, 4),
        "end": date(2026, 11, 3),
        "decided_on": date(2026, 4, 27),
        "continues": REFERENCE,
        **changes,
    }
    system.decide(ANOTHER, **data)  # type: ignore[arg-type]


def test_a_second_r1_through_a_new_reference_is_refused(database_url: str) -> None:
    with a_system(database_url) as system:
        system.decide(REFERENCE, start=date(2025, 9, 1), decided_on=date(2025, 9, 1))
        system.interrupt(REFERENCE, on=date(2025, 12, 1), reason="WORK")
        # By the list of 2025 R1 is earned at once.
        told = outcome(REFERENCE, started_on=date(2025, 12, 2))
        system.must("outcome.approved", told, on=date(2025, 12, 5))
        assert ordered(system) == ["RESULT R1 14500.00", "SPEED_BONUS  2000.00"]
        continues(system)
        system.interrupt(ANOTHER, on=date(2026, 6, 1), reason="WORK")
        again = outcome(ANOTHER, started_on=date(2026, 6, 2))
        said = system.refuses("outcome.approved", again, on=date(2026, 9, 3))
        assert "already granted for 100000101 (start 2025-12-02)" in said
        assert ordered(system, ANOTHER) == []
        r2 = outcome(ANOTHER, "R2", started_on=date(2025, 12, 2))
        said = system.refuses("outcome.approved", r2, on=date(2026, 9, 3))
        assert "R1 belongs to 100000101 and R2 is for 100000102" in said


def test_a_later_job_is_a_new_outcome_where_the_price_list_gives_two(database_url: str) -> None:
    with a_system(database_url, register=register_with(outcomes_per_stretch=2)) as system:
        at_work(system)
        place_due_orders(system.database, today=date(2026, 6, 16))
        other_job = outcome(REFERENCE, started_on=date(2026, 5, 1))
        said = system.refuses("outcome.approved", other_job, on=date(2026, 8, 2))
        assert "has not been back in the service" in said
        told = {
            "decision_id": "B-two",
            "execution_reference": REFERENCE,
            "period": {"start": "2026-07-01", "end": "2026-12-31"},
            "decided_on": "2026-06-20",
        }
        system.must("placement.period_two_decided", told, on=date(2026, 6, 20))
        system.interrupt(REFERENCE, on=date(2026, 8, 3), reason="WORK")
        later_job = outcome(REFERENCE, started_on=date(2026, 8, 4))
        system.must("outcome.approved", later_job, on=date(2026, 11, 5))
        assert ordered(system) == [
            "RESULT R1 15000.00",
            "SPEED_BONUS  2000.00",
            "RESULT R1 15000.00",
        ]
        third = outcome(REFERENCE, started_on=date(2026, 9, 1))
        assert "gives 2 outcome(s)" in system.refuses("outcome.approved", third, on=date(2026, 12, 5))
        # Taking the second back leaves the first.
        revoked = {
            "execution_reference": REFERENCE,
            "stage": "R1",
            "started_on": "2026-08-04",
            "revoked_on": "2026-12-06",
        }
        system.must("outcome.revoked", revoked, on=date(2026, 12, 6))
        received = [
            system.line(order.number).amount_received.amount
            for order in system.orders(REFERENCE)
            if order.article is not ArticleKind.BASIC
        ]
        assert received == [Decimal("15000.00"), Decimal("2000.00"), Decimal("0.00")]


def test_a_stretch_has_its_twelve_months_across_references(system: System) -> None:
    continues(system)
    # January's period and May's are two: a third is one too many, whatever its reference is.
    told = {
        "start": date(2026, 11, 4),
        "end": date(2027, 5, 3),
        "decided_on": date(2026, 10, 28),
        "continues": ANOTHER,
    }
    loaded = system.tell("placement.decided", _decision("100000103", told), on=date(2026, 10, 28))
    ((_, refusal),) = loaded.problems
    assert "2026-11-04/2027-05-03 that continues 100000102 is one too many" in refusal.text.en
    assert "2026-01-01/2026-06-30, 2026-05-04/2026-11-03, 2026-11-04/2027-05-03" in refusal.text.en


def test_the_rest_of_a_period_under_a_new_reference_is_no_new_period(system: System) -> None:
    continues(system, end=date(2026, 6, 30))
    system.decide(
        "100000103",
        start=date(2026, 7, 1),
        end=date(2026, 12, 31),
        decided_on=date(2026, 6, 25),
        continues=ANOTHER,
    )
    assert system.placement("100000103").follows == ANOTHER


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"continues": "100000999"}, "unknown"),
        ({"start": date(2026, 3, 13)}, "holds until 2026-03-13"),
        ({"level": "A"}, "The level is C"),
    ],
)
def test_what_continues_nothing_it_can_continue_is_refused(
    system: System, changes: dict[str, object], says: str
) -> None:
    told: dict[str, object] = {
        "start": date(2026, 5, 4),
        "end": date(2026, 9, 3),
        "decided_on": date(2026, 3, 12),
        "continues": REFERENCE,
        **changes,
    }
    assert says in system.refuses("placement.decided", _decision(ANOTHER, told), on=date(2026, 4, 27))


def test_back_under_a_new_reference_the_results_that_wait_are_dropped(system: System) -> None:
    continues(system)
    assert place_due_orders(system.database, today=date(2026, 6, 16)) == 0


def test_a_reference_is_continued_once(system: System) -> None:
    continues(system)
    told = {"start": date(2026, 12, 1), "end": date(2027, 5, 31), "continues": REFERENCE}
    said = system.refuses("placement.decided", _decision("100000103", told), on=date(2026, 12, 1))
    assert "has gone on from 100000101, with execution reference 100000102" in said


def test_two_decisions_that_continue_one_reference_in_the_same_file_are_not_both_taken(
    system: System,
) -> None:
    on = date(2026, 4, 27)
    told = {"start": date(2026, 5, 4), "end": date(2026, 11, 3), "decided_on": on, "continues": REFERENCE}
    lines = [
        event_line("placement.decided", _decision(reference, told), on=on, event_id=reference)
        for reference in (ANOTHER, "100000103")
    ]
    with system.at(on):
        loaded = event_loading.load_events(system.database, lines)
    assert (loaded.applied, loaded.unappliable) == (1, 1)
    ((_, refusal),) = loaded.problems
    assert ANOTHER in refusal.text.sv


def test_a_reference_whose_continuation_was_cancelled_is_continued_anew(system: System) -> None:
    continues(system)
    cancelled = {"execution_reference": ANOTHER, "reason": "NEVER_STARTED"}
    system.must("placement.cancelled", cancelled, on=date(2026, 4, 28))
    # Not back after all: the result that fell may be approved anew, and its R2 follows it up.
    for stage in ("R1", "R2"):
        told = outcome(REFERENCE, stage, started_on=AT_WORK)
        system.must("outcome.approved", told, on=date(2026, 4, 29))
    system.decide(
        "100000103",
        start=date(2026, 6, 1),
        end=date(2026, 11, 30),
        decided_on=date(2026, 5, 25),
        continues=REFERENCE,
    )
    assert system.placement("100000103").follows == REFERENCE


def _decision(reference: str, changes: Mapping[str, object]) -> dict[str, object]:
    return decision(reference, **changes)  # type: ignore[arg-type]


# Until when -----------------------------------------------------------------------------------


@pytest.mark.parametrize(("days", "taken"), [(365, True), (366, False)])
def test_a_result_is_claimed_within_the_days_of_the_price_list(
    database_url: str, days: int, taken: bool
) -> None:
    with a_system(database_url) as system:
        system.decide(REFERENCE, start=date(2026, 1, 1))
        system.interrupt(REFERENCE, on=LEFT_ON, reason="WORK")
        told, on = outcome(REFERENCE, started_on=AT_WORK), date(2026, 6, 16) + timedelta(days=days)
        if taken:
            system.must("outcome.approved", told, on=on)
            assert ordered(system) == ["RESULT R1 15000.00", "SPEED_BONUS  2000.00"]
        else:
            said = system.refuses("outcome.approved", told, on=on)
            assert "approved by 2027-06-16, and came on 2027-06-17" in said


def test_what_comes_after_its_last_day_is_late_however_its_sender_dates_it(system: System) -> None:
    told_on, dated = LEFT_ON + timedelta(days=91), LEFT_ON + timedelta(days=20)
    told = {"execution_reference": REFERENCE, "code": "SPRAK", "approved_on": "2026-03-01"}
    assert "this one came on 2026-06-12" in system.refuses(
        "supplement.approved", told, on=dated, received_on=told_on
    )
    with system.database.reading() as session:
        (kept,) = event_store.in_state(session, EventState.UNAPPLIABLE)
    # Somebody who knows that it was sent in time may say so.
    with system.database.writing() as session:
        event_loading.apply_by_hand(session, kept.sequence, by="officer-1", today=told_on)
    assert ordered(system)[0] == "SUPPLEMENTARY SPRAK 1500.00"


@pytest.mark.parametrize(("started_on", "taken"), [(date(2026, 7, 30), True), (date(2026, 7, 31), False)])
def test_work_found_after_a_period_that_ran_to_its_end_counts_for_some_days(
    database_url: str, started_on: date, taken: bool
) -> None:
    with a_system(database_url) as system:
        system.decide(REFERENCE, start=date(2026, 1, 1))
        told, on = outcome(REFERENCE, started_on=started_on), date(2026, 11, 2)
        if taken:
            system.must("outcome.approved", told, on=on)
            assert ordered(system) == ["RESULT R1 15000.00"]
        else:
            said = system.refuses("outcome.approved", told, on=on)
            assert "ran to its end on 2026-06-30" in said
            assert "by 2026-07-30" in said


@pytest.mark.parametrize(("days", "taken"), [(90, True), (91, False)])
def test_a_supplement_is_claimed_within_its_days_after_the_last_one(
    system: System, days: int, taken: bool
) -> None:
    on = LEFT_ON + timedelta(days=days)
    told = {"execution_reference": REFERENCE, "code": "SPRAK", "approved_on": "2026-03-01"}
    if taken:
        system.must("supplement.approved", told, on=on)
        assert ordered(system)[0] == "SUPPLEMENTARY SPRAK 1500.00"
    else:
        said = system.refuses("supplement.approved", told, on=on)
        assert "ended on 2026-03-13" in said
        assert "approved by 2026-06-11, and this one came on 2026-06-12" in said


# How quick ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("days", "bonus"),
    [(60, "4000.00"), (61, "2500.00"), (120, "2500.00"), (121, "1000.00"), (150, "1000.00"), (151, None)],
)
def test_the_speed_bonus_is_the_higher_the_sooner_and_never_a_part(
    database_url: str, days: int, bonus: str | None
) -> None:
    tiers = register_with({60: "4000.00", 120: "2500.00", 150: "1000.00"})
    with a_system(database_url, register=tiers) as system:
        system.decide(REFERENCE, start=date(2026, 1, 1))
        began = date(2026, 1, 1) + timedelta(days=days)
        system.interrupt(REFERENCE, on=began - timedelta(days=1), reason="WORK")
        system.must("outcome.approved", outcome(REFERENCE, started_on=began), on=date(2026, 12, 1))
        assert ordered(system)[1:] == ([f"SPEED_BONUS  {bonus}"] if bonus else [])


def test_the_speed_bonus_counts_from_the_first_day_at_the_supplier_whatever_the_reference(
    system: System,
) -> None:
    continues(system)
    system.interrupt(ANOTHER, on=date(2026, 6, 30), reason="WORK")
    # 181 days after 1 January, though only 58 after 4 May.
    told = outcome(ANOTHER, started_on=date(2026, 7, 1))
    system.must("outcome.approved", told, on=date(2026, 10, 2))
    assert ordered(system, ANOTHER) == ["RESULT R1 15000.00"]


def test_another_supplier_is_quick_by_its_own_days(system: System) -> None:
    continues(system, supplier=LARKDRILLEN)
    system.interrupt(ANOTHER, on=date(2026, 6, 30), reason="WORK")
    told = outcome(ANOTHER, started_on=date(2026, 7, 1))
    system.must("outcome.approved", told, on=date(2026, 10, 2))
    assert ordered(system, ANOTHER) == ["RESULT R1 15000.00", "SPEED_BONUS  2000.00"]


def test_a_takeover_does_not_begin_the_count_of_the_speed_bonus_anew(system: System) -> None:
    # Fyrbåken is taken over by Lärkdrillen, which the participant goes on with: one supplier, 181 days.
    system.change_register(taken_over())
    continues(system, supplier=LARKDRILLEN)
    system.interrupt(ANOTHER, on=date(2026, 6, 30), reason="WORK")
    told = outcome(ANOTHER, started_on=date(2026, 7, 1))
    system.must("outcome.approved", told, on=date(2026, 10, 2))
    assert ordered(system, ANOTHER) == ["RESULT R1 15000.00"]
