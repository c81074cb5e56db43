"""The service's figures counted by the database: hand-counted months, and laws against counting day by day."""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import delete, insert

from foundation.periods import Month, Period
from operations.event_loading import place_due_orders
from orders import tables as order_tables
from orders.figures import counting_queries
from orders.figures.approved_suppliers import approved_suppliers
from orders.figures.counts import (
    BONUSES,
    ENDED,
    FLOWS,
    INTERRUPTED,
    ONGOING,
    RAN_OUT,
    STARTED,
    Counted,
    Dimension,
    Place,
    counted,
    on_groups,
)
from orders.figures.service_figures import Asked, ServiceFigures, service_figures
from orders.model import Handling, InterruptionState, Placement, PlacementPeriod, PlacementState
from orders.placements import store as placement_store
from orders.register.agreements import DeliveryUnit
from orders.register.parties import Address
from orders.register.shipped_services import first_service
from orders.terms import ArticleKind, CompensationLevel
from tests.support.stories.system import (
    FYRBAKEN,
    LARKDRILLEN,
    System,
    a_system,
    decision,
    example_register,
    outcome,
)

SERVICE = first_service().id
JANUARY = Month(2026, 1)
MONTHS = tuple(Month(2026, month) for month in range(1, 13))


@pytest.fixture
def system(database_url: str) -> Iterator[System]:
    with a_system(database_url) as system:
        yield system


def figures_of(system: System, by: Dimension, *, today: date, first: Month = JANUARY) -> ServiceFigures:
    """Everything told: no count is too small."""
    asked = Asked(SERVICE, first, Month.of(today), by)
    with system.database.reading() as session:
        return service_figures(session, system.register, asked, today=today, least=1)


def told_of(system: System, by: Dimension, *names: str, today: date, first: Month = JANUARY) -> list[str]:
    told = figures_of(system, by, today=today, first=first).told
    return [
        " ".join([str(row.month), row.key, *(str(row.counts[name]) for name in names)]).replace("  ", " ")
        for row in told.rows or told.whole
    ]


@pytest.mark.both_engines
def test_months_of_three_participants_counted_by_hand(system: System) -> None:
    # Until 30 June; another until 13 March, for work; the third begins in February with another supplier.
    system.decide("100000101", start=date(2026, 1, 1))
    system.decide("100000102", start=date(2026, 1, 12), level="A")
    system.decide("100000103", start=date(2026, 2, 2), supplier=LARKDRILLEN)
    system.interrupt("100000102", on=date(2026, 3, 13), reason="WORK")
    names = (ONGOING, *FLOWS)
    assert told_of(system, Dimension.WHOLE, *names, today=date(2026, 8, 31)) == [
        "2026-01 2 2 0 0 0",
        "2026-02 3 1 0 0 0",
        "2026-03 2 0 1 1 0",
        "2026-04 2 0 0 0 0",
        "2026-05 2 0 0 0 0",
        # The last day is the month's last: it has ended by then.
        "2026-06 1 0 1 0 1",
        "2026-07 1 0 0 0 0",
        "2026-08 0 0 1 0 1",
    ]
    assert told_of(system, Dimension.LEVEL, *names, today=date(2026, 3, 31), first=Month(2026, 3)) == [
        "2026-03 A 0 0 1 1 0",
        "2026-03 C 2 0 0 0 0",
    ]
    assert told_of(system, Dimension.SUPPLIER, *names, today=date(2026, 2, 28), first=Month(2026, 2)) == [
        f"2026-02 {FYRBAKEN} 2 0 0 0 0",
        f"2026-02 {LARKDRILLEN} 1 1 0 0 0",
    ]
    assert told_of(system, Dimension.AREA, ONGOING, today=date(2026, 2, 28), first=Month(2026, 2)) == [
        "2026-02 LO-MITT 1",
        "2026-02 LO-NORD 2",
    ]
    assert told_of(system, Dimension.CAUSE, INTERRUPTED, today=date(2026, 3, 31), first=Month(2026, 3)) == [
        "2026-03 WORK 1"
    ]


@pytest.mark.both_engines
def test_a_month_that_has_not_ended_is_counted_to_today(system: System) -> None:
    system.decide("100000101", start=date(2026, 1, 1))
    system.decide("100000102", start=date(2026, 1, 20), on=date(2026, 1, 12), decided_on=date(2026, 1, 12))
    system.interrupt("100000101", on=date(2026, 1, 12), last_day=date(2026, 1, 23), reason="ILLNESS")
    assert told_of(system, Dimension.WHOLE, ONGOING, *FLOWS, today=date(2026, 1, 19)) == ["2026-01 1 1 0 0 0"]
    assert told_of(system, Dimension.WHOLE, ONGOING, *FLOWS, today=date(2026, 1, 31)) == ["2026-01 1 2 1 1 0"]


@pytest.mark.both_engines
def test_a_second_period_day_on_day_is_one_stay_and_after_a_break_a_new_start(system: System) -> None:
    for reference, start in (("100000101", date(2026, 7, 1)), ("100000102", date(2026, 7, 20))):
        system.decide(reference, start=date(2026, 1, 1))
        system.must(
            "placement.period_two_decided",
            {
                "decision_id": f"B2-{reference}",
                "execution_reference": reference,
                "period": {"start": str(start), "end": "2026-12-31"},
                "decided_on": "2026-06-15",
            },
            on=date(2026, 6, 15),
        )
    names = (ONGOING, STARTED, RAN_OUT)
    assert told_of(system, Dimension.WHOLE, *names, today=date(2026, 8, 1), first=Month(2026, 6)) == [
        "2026-06 1 0 1",
        "2026-07 2 1 0",
        "2026-08 2 0 0",
    ]


@pytest.mark.both_engines
def test_who_comes_back_has_ended_by_its_cause_and_started_again(system: System) -> None:
    system.decide("100000101", start=date(2026, 1, 1))
    system.interrupt("100000101", on=date(2026, 3, 13), reason="WORK")
    back = {"execution_reference": "100000101", "resumed_on": "2026-05-11"}
    system.must("placement.resumed", back, on=date(2026, 5, 8))
    names = (ONGOING, STARTED, INTERRUPTED, RAN_OUT)
    assert told_of(system, Dimension.WHOLE, *names, today=date(2026, 6, 30), first=Month(2026, 3)) == [
        "2026-03 0 0 1 0",
        "2026-04 0 0 0 0",
        "2026-05 1 1 0 0",
        "2026-06 0 0 0 1",
    ]


@pytest.mark.both_engines
def test_a_result_is_counted_when_it_falls_due_and_as_claimed_when_it_is_invoiced(system: System) -> None:
    for reference in ("100000101", "100000102"):
        system.decide(reference, start=date(2026, 1, 1))
        system.interrupt(reference, on=date(2026, 2, 27), reason="WORK")
        system.must("outcome.approved", outcome(reference, started_on=date(2026, 3, 2)), on=date(2026, 3, 5))
    names = ("r1_approved", "r1_invoiced", "r2_approved", BONUSES)
    # R1 is paid three months after work began: in June, and not before whatever was approved.
    june = date(2026, 6, 2)
    assert told_of(system, Dimension.WHOLE, *names, today=june, first=Month(2026, 5)) == [
        "2026-05 0 0 0 0",
        "2026-06 2 0 0 2",
    ]
    assert place_due_orders(system.database, today=june) == 4
    (result,) = system.orders("100000101", ArticleKind.RESULT)
    system.send_invoice(result.number, number="F-1", on=june)
    assert told_of(system, Dimension.WHOLE, *names, today=june, first=Month.of(june)) == ["2026-06 2 1 0 2"]
    # What is taken back is in no figure.
    revoked = {
        "execution_reference": "100000102",
        "stage": "R1",
        "started_on": "2026-03-02",
        "revoked_on": "2026-06-03",
    }
    system.must("outcome.revoked", revoked, on=date(2026, 6, 3))
    assert told_of(system, Dimension.WHOLE, *names, today=june, first=Month.of(june)) == ["2026-06 1 1 0 1"]


def test_what_is_called_off_or_handled_outside_is_in_no_figure(system: System) -> None:
    system.decide("100000101", start=date(2026, 1, 12), decided_on=date(2026, 1, 2))
    cancelled = {"execution_reference": "100000101", "reason": "NEVER_STARTED"}
    system.must("placement.cancelled", cancelled, on=date(2026, 1, 5))
    system.decide("100000102", protected_identity=True)
    system.must("placement.decided", decision("100000103", continues_legacy=True), on=date(2026, 1, 1))
    assert told_of(system, Dimension.WHOLE, ONGOING, STARTED, today=date(2026, 1, 31)) == ["2026-01 0 0"]


def test_approved_suppliers_and_their_addresses_on_the_last_day(system: System) -> None:
    system.decide("100000101", start=date(2026, 1, 1))
    suppliers = figures_of(system, Dimension.WHOLE, today=date(2026, 1, 31)).suppliers
    # By the example register, counted by hand: ESF's supplier is outside.
    assert suppliers.day == date(2026, 1, 31)
    assert (suppliers.approved, suppliers.active, suppliers.addresses) == (5, 1, 6)
    assert suppliers.approved_by_area == {"LO-MITT": 3, "LO-NORD": 1, "LO-SYD": 3}


def test_an_address_is_one_however_it_is_written_and_a_contract_counts_from_its_first_day() -> None:
    register = example_register()
    units = list(register.units)
    first = next(each for each in units if each.id == "UV-101")
    shouted = replace(first.address, street="BÅKVÄGEN  3", postal_code="90300")
    units.append(replace(first, id="UV-103", address=shouted))
    more = replace(register, units=tuple(units))

    def counts(on: date) -> tuple[int, int]:
        found = approved_suppliers(more, SERVICE, on=on, with_ongoing=[])
        return found.approved, found.addresses

    assert counts(date(2026, 1, 1)) == (5, 6)
    # Stigfinnaren's contract is from the first of January.
    assert counts(date(2025, 12, 31)) == (4, 5)


# Laws ---------------------------------------------------------------------------------------------

UNIT = DeliveryUnit("UV-1", FYRBAKEN, "Enheten", Address("Gatan 1", "Orten", "111 11"))
FIRST = date(2026, 1, 1)
CAUSES = ("WORK", "ILLNESS")
Cut = tuple[date, str, InterruptionState, date | None]
Drawn = tuple[Placement, list[Cut]]


@st.composite
def placements(draw: st.DrawFn) -> list[Drawn]:
    return [draw(placement(f"R{number}")) for number in range(draw(st.integers(1, 6)))]


@st.composite
def placement(draw: st.DrawFn, reference: str) -> Drawn:
    """One or two periods of days, and what became of them as the books may say it."""
    start = FIRST + timedelta(days=draw(st.integers(0, 120)))
    periods = [Period(start, start + timedelta(days=draw(st.integers(0, 70))))]
    if draw(st.booleans()):
        start = periods[0].end + timedelta(days=draw(st.integers(1, 12)))
        periods.append(Period(start, start + timedelta(days=draw(st.integers(0, 70)))))
    cuts: list[Cut] = []
    earliest = periods[0].start
    last = periods[-1]
    if len(periods) == 2 and draw(st.booleans()):
        cuts.append((day_of(draw, periods[0]), draw(cause), InterruptionState.ENDED, None))
        earliest = last.start
    elif periods[0].days > 2 and draw(st.booleans()):
        left = day_of(draw, Period(periods[0].start, periods[0].end - timedelta(days=1)))
        back = day_of(draw, Period(left + timedelta(days=1), periods[0].end))
        cuts.append((left, draw(cause), InterruptionState.ENDED, back))
        earliest = back
    if draw(st.booleans()):
        whole = Period(earliest, last.end)
        cuts.append((day_of(draw, whole), draw(cause), InterruptionState.STANDING, None))
    if draw(st.booleans()):
        cuts.append((day_of(draw, periods[0]), draw(cause), InterruptionState.WITHDRAWN, None))
    found = Placement(
        execution_reference=reference,
        supplier=draw(st.sampled_from(("5599991014", "5599992020"))),
        contract_id="AVT",
        unit=UNIT,
        address_id="UV-1",
        delivery_area=draw(st.sampled_from(("LO-1", "LO-2"))),
        service=SERVICE,
        level=CompensationLevel(draw(st.sampled_from("AB"))),
        handling=draw(st.sampled_from((Handling.ORDERED, Handling.ORDERED, Handling.LEGACY))),
        state=draw(
            st.sampled_from((PlacementState.DECIDED, PlacementState.DECIDED, PlacementState.CANCELLED))
        ),
        periods=tuple(
            PlacementPeriod(ordinal, f"{reference}-{ordinal}", FIRST, days)
            for ordinal, days in enumerate(periods, 1)
        ),
    )
    return found, cuts


cause = st.sampled_from(CAUSES)


def day_of(draw: st.DrawFn, days: Period) -> date:
    return days.start + timedelta(days=draw(st.integers(0, days.days - 1)))


def keep(system: System, drawn: list[Drawn]) -> list[Placement]:
    """The placements as the books hold them, and nothing else."""
    with system.database.writing() as session:
        for table in (order_tables.interruption, order_tables.placement_period, order_tables.placement):
            session.execute(delete(table))
        placement_store.add_all(session, [each for each, _ in drawn])
        placement_store.add_periods(
            session, [(each.execution_reference, period) for each, _ in drawn for period in each.periods]
        )
        rows = [
            {
                "execution_reference": each.execution_reference,
                "registered_on": FIRST,
                "effective_on": on,
                "reason": why,
                "state": state,
                "back_on": back,
            }
            for each, cuts in drawn
            for on, why, state, back in cuts
        ]
        if rows:
            session.execute(insert(order_tables.interruption), rows)
        return [placement_store.get(session, each.execution_reference) for each, _ in drawn]


def days_in_service(placement: Placement) -> set[date]:
    """The days that are billed by the calendar, as `Placement` has them: the truth that is compared with."""
    found: set[date] = set()
    for each in placement.periods:
        last = placement.last_day_for(each.period) or each.period.end
        found |= {each.period.start + timedelta(days=offset) for offset in range(each.period.days)} & {
            FIRST + timedelta(days=offset) for offset in range((last - FIRST).days + 1)
        }
    absent = {
        away.start + timedelta(days=offset) for away in placement.absences for offset in range(away.days)
    }
    return found - absent


def count_of(system: System) -> Counted:
    days = Period(date(2026, 2, 1), date(2026, 12, 31))
    with system.database.reading() as session:
        turned = list(counting_queries.turns(session, SERVICE, days))
    return counted(turned, [], months=MONTHS[1:], stages=["R1", "R2"])


def along(counts: Mapping[Place, int], dimension: Dimension) -> dict[str, int]:
    return {key: count for (kind, key), count in on_groups(counts).items() if kind is dimension}


LAW = settings(suppress_health_check=[HealthCheck.function_scoped_fixture])


@LAW
@given(drawn=placements())
def test_the_database_counts_what_counting_day_by_day_gives(system: System, drawn: list[Drawn]) -> None:
    held = keep(system, drawn)
    found = count_of(system)
    one = timedelta(days=1)
    for month in MONTHS[1:]:
        days, end = month.period, month.period.end
        begun: Counter[str] = Counter()
        over: Counter[str] = Counter()
        ongoing: Counter[str] = Counter()
        for each in held:
            if each.handling is not Handling.ORDERED or each.state is not PlacementState.DECIDED:
                continue
            inside = days_in_service(each)
            begun[each.level] += sum(days.contains(day) and day - one not in inside for day in inside)
            over[each.level] += sum(days.contains(day) and day + one not in inside for day in inside)
            ongoing[each.level] += end in inside and end + one in inside
        for name, counts in ((STARTED, begun), (ENDED, over), (ONGOING, ongoing)):
            told = along(found.of(month, name), Dimension.LEVEL)
            assert told == {level: count for level, count in counts.items() if count}, (month, name)


@LAW
@given(drawn=placements())
def test_along_each_dimension_the_sum_is_the_whole_and_months_follow_on_each_other(
    system: System, drawn: list[Drawn]
) -> None:
    keep(system, drawn)
    found = count_of(system)
    before = found.ongoing_before
    for month in found.months:
        for name in found.names:
            whole = along(found.of(month, name), Dimension.WHOLE).get("", 0)
            for dimension in (Dimension.SUPPLIER, Dimension.AREA, Dimension.LEVEL):
                assert sum(along(found.of(month, name), dimension).values()) == whole
        interrupted = along(found.of(month, INTERRUPTED), Dimension.WHOLE).get("", 0)
        assert sum(found.by_cause.get(month, {}).values()) == interrupted
        places = {place for name in found.names for place in found.of(month, name)} | set(before)
        for place in places:
            at = {name: found.of(month, name).get(place, 0) for name in found.names}
            assert at[ONGOING] == before.get(place, 0) + at[STARTED] - at[ENDED]
            assert at[ENDED] == at[INTERRUPTED] + at[RAN_OUT]
        before = found.of(month, ONGOING)
