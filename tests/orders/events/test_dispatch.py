"""Events come once, twice, changed, early, broken: nothing is applied twice and nothing is lost."""

from collections.abc import Iterator
from datetime import date

import pytest
from sqlalchemy import select

from foundation import journal
from foundation.transitions import MovedMeanwhile
from operations.event_loading import EventLine, load_events, replay_unappliable
from orders import dispatch
from orders.events import store as event_store
from orders.events.store import EventState
from orders.journal_actions import OrderAction, PlacementAction
from orders.placements import store as placement_store
from orders.register import store as register_store
from peppol.exchange import tables as exchange_tables
from tests.support.message_bodies import bodies_in
from tests.support.servers.system_databases import CLOCK
from tests.support.stories.system import System, a_system, decision, event_line

REFERENCE = "100000101"
DAY = date(2026, 1, 1)


@pytest.fixture
def system(database_url: str) -> Iterator[System]:
    with a_system(database_url) as system:
        yield system


def report(month: str = "2026-01", version: int = 1) -> dict[str, object]:
    return {
        "execution_reference": REFERENCE,
        "month": month,
        "version": version,
        "at": "2026-02-02T08:00:00+01:00",
        "by": "user-17",
    }


def counts(system: System) -> dict[EventState, int]:
    with system.database.reading() as session:
        return event_store.counts(session)


def test_the_same_event_again_does_nothing_however_it_is_written(system: System) -> None:
    line = event_line("placement.decided", decision(REFERENCE), on=DAY, event_id="evt-1")
    assert load_events(system.database, [line]).applied == 1
    spaced = EventLine("again.jsonl:7", line.text.replace(", ", " ,\t"))
    again = load_events(system.database, [line, spaced])
    assert (again.applied, again.repeated, again.problems) == (0, 2, [])
    assert len(system.orders(REFERENCE)) == 1
    assert counts(system) == {EventState.APPLIED: 1}


def test_the_same_event_twice_in_one_file_is_applied_once(system: System) -> None:
    line = event_line("placement.decided", decision(REFERENCE), on=DAY, event_id="evt-1")
    loaded = load_events(system.database, [line, line])
    assert (loaded.applied, loaded.repeated) == (1, 1)


@pytest.mark.both_engines
def test_the_same_id_with_other_content_is_kept_aside_and_never_applied(system: System) -> None:
    system.tell("placement.decided", decision(REFERENCE, level="C"), on=DAY, event_id="evt-1")
    other = decision(REFERENCE, level="A")
    loaded = system.tell("placement.decided", other, on=DAY, event_id="evt-1")
    assert (loaded.applied, loaded.conflicts) == (0, 1)
    assert "other content" in loaded.problems[0][1].text.en
    assert system.placement(REFERENCE).level == "C"
    with system.database.reading() as session:
        (kept,) = event_store.in_state(session, EventState.CONFLICT)
    assert '"level":"A"' in kept.body
    # The conflict again is known, and the first content is still the event.
    assert system.tell("placement.decided", other, on=DAY, event_id="evt-1").repeated == 1
    assert replay_unappliable(system.database).applied == 0


@pytest.mark.both_engines
def test_many_decisions_told_together_come_out_as_one_by_one(system: System) -> None:
    """Decisions that follow each other are stored in strokes; one that is refused stops no other."""

    def told(name: str, reference: str, **changes: object) -> EventLine:
        data = decision(reference, **changes)  # type: ignore[arg-type]
        return event_line("placement.decided", data, on=DAY, event_id=name)

    good = [told(f"evt-{number}", f"1000002{number:02}") for number in range(6)]
    strange = [
        told("no-such-contract", "100000301", contract="AVT-9999"),
        told("no-day", "100000302", start=date(2026, 1, 31), end=date(2026, 2, 1)),
        told("decided-twice", "100000303", decision_id="B-100000200"),
        told("reference-taken", "100000201", decision_id="B-other"),
        told("outside", "100000304", continues_legacy=True),
    ]
    loaded = load_events(system.database, [*good[:3], *strange, *good[3:], good[0]])
    assert (loaded.applied, loaded.unappliable, loaded.repeated) == (7, 4, 1)
    references = [f"1000002{number:02}" for number in range(6)]
    assert [system.order(each).number for each in references] == [
        f"210000000{number}" for number in range(1, 7)
    ]
    assert system.orders("100000304") == []
    with system.database.reading() as session:
        reasons = {
            each.event_id: each.reason.en for each in event_store.in_state(session, EventState.UNAPPLIABLE)
        }
        placed = [row.subject for row in journal.rows(session) if row.action == OrderAction.ORDER_PLACED]
    assert "not in the register" in reasons["no-such-contract"]
    assert "already in" in reasons["decided-twice"]
    assert "already used" in reasons["reference-taken"]
    assert placed == [f"order 210000000{number}" for number in range(1, 7)]


def test_a_stroke_of_new_decisions_gives_each_its_own_reference(system: System) -> None:
    lines = []
    for number in range(4):
        data = decision("x", decision_id=f"B-{number}")
        del data["execution_reference"]
        lines.append(event_line("placement.decided", data, on=DAY, event_id=f"evt-{number}"))
    taken = event_line("placement.decided", decision("100000002"), on=DAY, event_id="taken")
    assert load_events(system.database, [taken, *lines]).applied == 5
    with system.database.reading() as session:
        given = placement_store.by_decision(session, [f"B-{number}" for number in range(4)])
    references = [given[f"B-{number}"] for number in range(4)]
    # The stroke was undone and done anew one by one: on PostgreSQL it took its numbers along.
    assert references == sorted(set(references))
    assert "100000002" not in references
    assert "100000001" <= references[0] < references[-1] <= "100000010"


def test_an_event_that_comes_too_early_is_kept_with_its_reason_and_applied_on_its_own_day(
    system: System,
) -> None:
    early = system.tell("report.filed", report(), on=date(2026, 2, 2))
    assert (early.applied, early.unappliable) == (0, 1)
    with system.database.reading() as session:
        (kept,) = event_store.in_state(session, EventState.UNAPPLIABLE)
    assert (kept.execution_reference, kept.occurred_on) == (REFERENCE, date(2026, 2, 2))
    assert "okänd" in kept.reason.sv
    assert "unknown" in kept.reason.en
    system.decide(REFERENCE)
    replayed = replay_unappliable(system.database)
    assert (replayed.applied, replayed.unappliable) == (1, 0)
    system.approve(REFERENCE, "2026-01", on=date(2026, 2, 3))
    assert system.days_received(REFERENCE)[0] == "20"


def test_an_event_that_another_has_applied_meanwhile_is_not_tried_again_over_it(system: System) -> None:
    system.tell("report.filed", report(), on=date(2026, 2, 2))
    system.decide(REFERENCE)
    with system.database.reading() as session:
        (kept,) = event_store.in_state(session, EventState.UNAPPLIABLE)
    replay_unappliable(system.database)
    with (
        system.database.writing() as session,
        pytest.raises(MovedMeanwhile, match="Event 1 is no longer in the state “Could not be applied”"),
    ):
        dispatch.replay(session, register_store.load(session), kept, now=CLOCK)
    assert counts(system) == {EventState.APPLIED: 2}


def test_an_unappliable_event_told_again_is_not_tried_behind_anyones_back(system: System) -> None:
    system.tell("report.filed", report(), on=date(2026, 2, 2), event_id="evt-r")
    system.decide(REFERENCE)
    assert system.tell("report.filed", report(), on=date(2026, 2, 2), event_id="evt-r").repeated == 1
    assert counts(system)[EventState.UNAPPLIABLE] == 1


def test_what_an_unappliable_event_had_begun_is_undone_with_its_journal_rows(system: System) -> None:
    system.decide(REFERENCE)
    with system.database.reading() as session:
        before = [row.action for row in journal.rows(session)]
    changed = {
        "execution_reference": REFERENCE,
        "last_day": "2026-03-13",
        # The new placement's level differs, which is found out after the old one was ended.
        "placement": decision("100000102", start=date(2026, 3, 14), end=date(2026, 6, 30), level="A"),
    }
    assert "level" in system.refuses("placement.provider_changed", changed, on=date(2026, 3, 10))
    assert system.placement(REFERENCE).interruption is None
    with system.database.reading() as session:
        assert [row.action for row in journal.rows(session)] == before


@pytest.mark.parametrize(
    "text",
    [
        "not json",
        "{}",
        '{"type": "placement.decided"}',
        '{"specversion": "1.0", "type": "unheard.of", "id": "1", "source": "/x"}',
        "\udce5\udce4",
        "é" * 70_000,
    ],
    ids=["no JSON", "no type", "no data", "unknown type", "broken bytes", "too long"],
)
def test_a_line_that_is_no_event_lies_in_quarantine_and_the_next_is_read(system: System, text: str) -> None:
    good = event_line("placement.decided", decision(REFERENCE), on=DAY, event_id="evt-2")
    loaded = load_events(system.database, [EventLine("file:1", text), EventLine("file:2", "  "), good])
    assert (loaded.applied, loaded.quarantined) == (1, 1)
    inbox = exchange_tables.inbox
    with system.database.reading() as session:
        (kept,) = session.execute(select(inbox)).all()
        (body,) = bodies_in(session)
    assert (kept.state, kept.reason, kept.transport_id) == ("QUARANTINED", "EVENT", "file:1")
    assert body == text.encode("utf-8", "surrogateescape")
    assert kept.reason_sv.startswith("Händelsen tas inte emot")


@pytest.mark.both_engines
def test_a_broken_line_that_comes_again_is_noted_once_more_and_kept_once(system: System) -> None:
    for _ in range(2):
        assert load_events(system.database, [EventLine("file:1", "not json")]).quarantined == 1
    inbox = exchange_tables.inbox
    with system.database.reading() as session:
        states = list(session.scalars(select(inbox.c.state).order_by(inbox.c.id)))
    assert states == ["QUARANTINED", "REPEAT"]


def test_history_loaded_today_is_decided_as_it_was_then(system: System) -> None:
    lines = [
        event_line("placement.decided", decision(REFERENCE, start=DAY), on=DAY, event_id="1"),
        event_line(
            "interruption.registered",
            {
                "execution_reference": REFERENCE,
                "registered_on": "2026-03-13",
                "effective_on": "2026-03-13",
                "reason": "WORK",
            },
            on=date(2026, 3, 13),
            event_id="2",
        ),
    ]
    # Loaded months afterwards by somebody who answers for it, the interruption is told on its own day.
    assert load_events(system.database, lines, as_history_by="migration-1").applied == 2
    with system.database.reading() as session:
        (said,) = [row for row in journal.rows(session) if row.action == PlacementAction.HISTORY_LOADED]
    assert (said.actor, said.subject, said.detail) == ("migration-1", "event 2", '{"events": "2"}')
    assert system.placement(REFERENCE).last_day == date(2026, 3, 13)
    assert system.order(REFERENCE).issued_on == DAY


# Decisions stored in strokes ----------------------------------------------------------------


def lines_of(told: list[dict[str, object]], *, ids: list[str]) -> list[EventLine]:
    return [
        event_line("placement.decided", data, on=date(2026, 1, 1), event_id=event_id)
        for data, event_id in zip(told, ids, strict=True)
    ]


def test_decisions_of_one_day_are_stored_together_as_if_one_by_one(database_url: str) -> None:
    told = [decision(f"2000000{number:02}") for number in range(5)]
    with a_system(database_url) as system:
        loaded = load_events(system.database, lines_of(told, ids=[f"e{number}" for number in range(5)]))
        assert (loaded.applied, loaded.problems) == (5, [])
        numbers = [system.order(str(each["execution_reference"])).number for each in told]
        assert numbers == [str(2_100_000_001 + position) for position in range(5)]


def test_one_refused_decision_among_many_stops_no_other(database_url: str) -> None:
    told = [
        decision("200000001"),
        decision("200000002", supplier="5599991014", level="B"),
        decision("200000003"),
    ]
    told[1]["contract"] = "AVT-2001"  # another supplier's
    with a_system(database_url) as system:
        loaded = load_events(system.database, lines_of(told, ids=["a", "b", "c"]))
        assert (loaded.applied, loaded.unappliable) == (2, 1)
        assert system.order("200000001").number == "2100000001"
        assert system.order("200000003").number == "2100000002"


def test_the_same_decision_twice_in_one_file_is_ordered_once(database_url: str) -> None:
    told = [decision("200000001"), decision("200000001"), decision("200000002")]
    with a_system(database_url) as system:
        loaded = load_events(system.database, lines_of(told, ids=["a", "a", "b"]))
        assert (loaded.applied, loaded.repeated) == (2, 1)
        assert [system.order(reference).number for reference in ("200000001", "200000002")] == [
            "2100000001",
            "2100000002",
        ]
