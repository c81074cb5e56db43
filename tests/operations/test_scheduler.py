"""Jobs: each slot once, from the schedule and not from when somebody looked, with what was missed caught up."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from sqlalchemy import func, select

from billing.server import jobs
from billing.server.jobs import jobs_of
from foundation import journal, journal_anchor
from foundation.database import Database
from foundation.journal_chains import root_store
from foundation.sql import Session
from invoicing.model import InvoiceState
from operations import alarms, journal_heads, scheduler
from operations.job_run_store import Ran
from operations.mail.tables import mail
from operations.scheduler import InOne, InSteps, run_due
from operations.schedules import Daily, Every
from operations.settings import Settings
from operations.tables import alarm, job_run
from orders.terms import ArticleKind
from peppol.documents import shapes
from tests.support.journal import Noted, Something
from tests.support.servers.faulty_point import Moment
from tests.support.stories.system import System, a_system, outcome

NIGHT = Daily(time(2, 0))


@pytest.fixture
def system(database_url: str) -> Iterator[System]:
    with a_system(database_url) as system:
        yield system


@pytest.fixture
def moment(system: System, monkeypatch: pytest.MonkeyPatch) -> Moment:
    moment = Moment()
    monkeypatch.setattr(system.database, "clock", moment)
    return moment


def noting(days: list[date], name: str = "noting", schedule: Daily | Every = NIGHT) -> InOne:
    def work(session: Session, today: date, now: datetime) -> str:
        days.append(today)
        return "noted"

    return InOne(name, schedule, work)


def names(ran: list[Ran]) -> list[tuple[str, str]]:
    return [(each.job, each.state) for each in ran]


# Slots --------------------------------------------------------------------------------------


def test_a_day_missed_gets_its_turn_and_the_first_look_takes_the_newest_alone() -> None:
    now = datetime(2026, 11, 21, 8, tzinfo=UTC)
    assert NIGHT.slots(None, now) == [datetime(2026, 11, 21, 2, tzinfo=UTC)]
    assert NIGHT.slots(datetime(2026, 11, 18, 2, tzinfo=UTC), now) == [
        datetime(2026, 11, day, 2, tzinfo=UTC) for day in (19, 20, 21)
    ]
    assert NIGHT.slots(datetime(2026, 11, 21, 2, tzinfo=UTC), now) == []
    assert Daily(time(2), catch_up=False).slots(datetime(2026, 11, 18, 2, tzinfo=UTC), now) == [
        datetime(2026, 11, 21, 2, tzinfo=UTC)
    ]


@given(
    seconds=st.integers(min_value=0, max_value=30 * 24 * 3600),
    late=st.integers(min_value=0, max_value=40 * 24 * 3600),
)
@example(seconds=2 * 3600 - 1, late=1)
def test_the_slots_that_are_made_up_for_are_all_that_came_since_the_last(seconds: int, late: int) -> None:
    last = datetime(2026, 11, 1, tzinfo=UTC) + timedelta(seconds=seconds)
    now = last + timedelta(seconds=late)
    nights = [datetime(2026, 11, 1, 2, tzinfo=UTC) + timedelta(days=each) for each in range(-1, 75)]
    assert NIGHT.slots(last, now) == [night for night in nights if last < night <= now]


@pytest.mark.parametrize("day", [date(2026, 10, 25), date(2027, 3, 28)])
def test_a_daily_job_runs_once_on_the_days_of_25_and_23_hours(day: date) -> None:
    last = datetime.combine(day - timedelta(days=1), time(2), UTC)
    slots = []
    for quarter in range(4 * 24 + 8):
        now = datetime.combine(day, time(0), UTC) + timedelta(minutes=15 * quarter)
        for slot in NIGHT.slots(last, now):
            slots.append(slot)
            last = slot
    assert [slot.date() for slot in slots] == [day, day + timedelta(days=1)][: len(slots)]
    assert slots[0].date() == day


@given(
    looks=st.lists(st.integers(min_value=0, max_value=40 * 24 * 60), min_size=1, max_size=30),
    at=st.times(max_value=time(23, 59)),
)
def test_however_late_and_often_somebody_looks_every_day_has_one_slot_in_order(
    looks: list[int], at: time
) -> None:
    schedule = Daily(at)
    begin = datetime(2026, 10, 1, tzinfo=UTC)
    last: datetime | None = None
    slots: list[datetime] = []
    for minutes in sorted(looks):
        for slot in schedule.slots(last, begin + timedelta(minutes=minutes)):
            assert slot <= begin + timedelta(minutes=minutes)
            slots.append(slot)
            last = slot
    days = [slot.date() for slot in slots]
    assert days == [days[0] + timedelta(days=count) for count in range(len(days))]


def test_a_frequent_job_runs_the_newest_slot_only() -> None:
    often = Every(timedelta(minutes=1))
    now = datetime(2026, 11, 21, 8, 0, 59, tzinfo=UTC)
    assert often.slots(None, now) == [datetime(2026, 11, 21, 8, tzinfo=UTC)]
    assert often.slots(datetime(2026, 11, 21, 7, tzinfo=UTC), now) == [datetime(2026, 11, 21, 8, tzinfo=UTC)]
    assert often.slots(datetime(2026, 11, 21, 8, tzinfo=UTC), now) == []


# Running ------------------------------------------------------------------------------------


@pytest.mark.both_engines
def test_a_slot_is_run_once_and_missed_days_are_made_up_for_with_their_own_day(
    system: System, moment: Moment
) -> None:
    days: list[date] = []
    job = noting(days)
    assert names(run_due(system.database, [job])) == [("noting", "DONE")]
    assert run_due(system.database, [job]) == []
    moment.pass_(days=3)
    assert len(run_due(system.database, [job])) == 3
    assert days == [date(2026, 11, day) for day in (21, 22, 23, 24)]


@pytest.mark.parametrize("kind", [InOne, InSteps])
def test_of_two_workers_that_have_both_seen_a_slot_one_runs_it(
    system: System, moment: Moment, kind: type[InOne] | type[InSteps]
) -> None:
    worked: list[date] = []
    others: list[Ran] = []

    def work(books: object, today: date, now: datetime) -> str:
        worked.append(today)
        return "noted"

    job = kind("noting", NIGHT, work)

    def meanwhile() -> bool:
        """Asked between looking and running: the other worker does both in the pause."""
        if not others:
            others.extend(run_due(system.database, [job]))
        return False

    assert run_due(system.database, [job], stopping=meanwhile) == []
    assert names(others) == [("noting", "DONE")]
    assert len(worked) == 1


@pytest.mark.both_engines
def test_a_job_that_fails_leaves_nothing_is_tried_again_and_then_given_up_with_an_alarm(
    system: System, moment: Moment
) -> None:
    fails = True
    moment.now = datetime(2026, 11, 21, 2, 30, tzinfo=UTC)

    def work(session: Session, today: date, now: datetime) -> str:
        journal.record(session, journal.SYSTEM, Noted.FIRST, Something.THING.of(1))
        if fails:
            raise ValueError("19121212-1212 is never written anywhere")
        return "done at last"

    job = InOne("failing", NIGHT, work)
    states = []
    for _ in range(5):
        (ran,) = run_due(system.database, [job])
        states.append(ran.state)
        assert ran.note.startswith("ValueError work:")
        assert run_due(system.database, [job]) == []
        moment.pass_(hours=4, seconds=1)
    assert states == ["FAILED"] * 4 + ["GIVEN_UP"]
    assert run_due(system.database, [job]) == []
    with system.database.writing() as session:
        assert alarms.raise_due(session, now=moment()) == [alarms.JOBS_GIVEN_UP]
        assert scheduler.try_again(session, "failing", now=moment())
    fails = False
    assert names(run_due(system.database, [job])) == [("failing", "DONE")]
    with system.database.reading() as session:
        actions = [str(row.action) for row in journal.rows(session)]
        assert list(journal.verify(session)) == []
    assert actions.count(Noted.FIRST) == 1


@pytest.mark.both_engines
def test_a_job_in_steps_whose_worker_died_is_taken_over_and_the_dead_one_closes_nothing(
    system: System, moment: Moment
) -> None:
    done: list[str] = []

    def stops_for_long(database: Database, today: date, now: datetime) -> str:
        """In the middle of it the worker is stopped for longer than its lease; another takes over."""
        moment.pass_(minutes=31)
        done.extend(names_of(run_due(database, [InSteps("steps", NIGHT, quick)])))
        return "too late"

    def quick(database: Database, today: date, now: datetime) -> str:
        return "quick"

    def names_of(ran: list[Ran]) -> list[str]:
        return [each.note for each in ran]

    assert run_due(system.database, [InSteps("steps", NIGHT, stops_for_long)]) == []
    assert done == ["quick"]
    with system.database.reading() as session:
        (row,) = session.execute(select(job_run))
    assert (row.state, row.note, row.tries) == ("DONE", "quick", 2)


@pytest.mark.both_engines
def test_old_rows_of_frequent_jobs_are_forgotten_and_those_of_daily_ones_are_kept(
    system: System, moment: Moment
) -> None:
    table = [noting([], "often", Every(timedelta(hours=6))), noting([], "daily")]
    for _ in range(20):
        run_due(system.database, table)
        moment.pass_(hours=6)
    with system.database.writing() as session:
        scheduler.forget_old(session, table, now=moment())
        question = select(job_run.c.job, func.count().label("rows")).group_by(job_run.c.job)
        counts = {row.job: row.rows for row in session.execute(question)}
    assert counts["daily"] == 6
    assert counts["often"] <= 9


# The jobs themselves ------------------------------------------------------------------------


@pytest.mark.both_engines
def test_all_the_jobs_of_an_installation_run_on_an_empty_system(system: System, tmp_path: Path) -> None:
    settings = Settings(mail_folder=tmp_path, journal_head_folder=tmp_path, alarm_mail="drift@kopare.example")
    ran = run_due(system.database, jobs_of(settings))
    assert {each.state for each in ran} == {"DONE"}
    assert {each.job for each in ran} == {job.name for job in jobs_of(settings)}


def test_the_head_of_the_journal_is_laid_outside_and_agrees_with_the_chain(
    system: System, moment: Moment, tmp_path: Path
) -> None:
    head = [job for job in jobs_of(Settings(journal_head_folder=tmp_path)) if job.name == "journal-head"]
    run_due(system.database, head)
    moment.pass_(days=1)
    system.decide("100000101")
    run_due(system.database, head)
    lines = journal_anchor.read((tmp_path / "journal-heads.txt").read_text())
    assert [str(line)[:17] for line in lines] == ["2026-11-20 root-1", "2026-11-21 root-2"]
    with system.database.reading() as session:
        assert [root.hash for root, _ in root_store.each(session)] == [line.hash for line in lines]
        assert list(journal_anchor.verify(session, lines)) == []


def test_a_line_outside_tells_of_no_root_that_was_not_committed(
    system: System, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What the disk is told first and the database then loses would be found missing for ever."""
    write = journal_heads.writer(tmp_path, "")
    monkeypatch.setattr(Database, "writing", _that_never_commits(Database.writing))
    with pytest.raises(ZeroDivisionError):
        write(system.database, date(2026, 11, 20), system.database.clock())
    assert not (tmp_path / "journal-heads.txt").exists()


def _that_never_commits(
    writing: Callable[[Database], AbstractContextManager[Session]],
) -> Callable[[Database], AbstractContextManager[Session]]:
    @contextmanager
    def failing(database: Database) -> Iterator[Session]:
        with writing(database) as session:
            yield session
            raise ZeroDivisionError

    return failing


def test_due_result_orders_are_placed_on_their_day_also_when_nobody_looked_for_a_week(
    system: System, moment: Moment
) -> None:
    system.decide("100000101")
    system.interrupt("100000101", on=date(2026, 3, 2))
    system.must("outcome.approved", outcome("100000101", started_on=date(2026, 3, 3)), on=date(2026, 3, 3))
    due = InOne("due-result-orders", NIGHT, jobs.place_due_orders)
    moment.now = datetime(2026, 6, 1, 8, tzinfo=UTC)
    run_due(system.database, [due])
    assert system.orders("100000101", ArticleKind.RESULT) == []
    moment.now = datetime(2026, 8, 30, 8, tzinfo=UTC)
    run_due(system.database, [due])
    run_due(system.database, [due])
    assert len(system.orders("100000101", ArticleKind.RESULT)) == 1


@pytest.mark.both_engines
def test_an_invoice_that_has_waited_too_long_is_asked_back_and_told_of(
    system: System, moment: Moment
) -> None:
    system.decide("100000101")
    system.report("100000101", "2026-01", on=date(2026, 2, 2))
    number = system.order("100000101").number
    system.report("100000101", "2026-02", on=date(2026, 3, 2))
    early = system.flip(number, "002", number="F-3", on=date(2026, 3, 3))
    line = early.invoice_lines[0]
    assert line.order_line_reference is not None
    parked = system.send(
        replace(
            early,
            invoice_lines=(
                replace(line, order_line_reference=shapes.LineReference(line_id="003"), invoice_period=None),
            ),
        )
    )
    assert parked.state is InvoiceState.PARKED
    table = [job for job in jobs_of(Settings()) if job.name == "parked-too-long"]
    moment.now = datetime(2026, 3, 20, 8, tzinfo=UTC)
    run_due(system.database, table)
    assert system.invoice(parked.id).state is InvoiceState.PARKED
    moment.now = datetime(2026, 9, 20, 8, tzinfo=UTC)
    run_due(system.database, table)
    assert system.invoice(parked.id).state is InvoiceState.CREDIT_REQUESTED
    with system.database.reading() as session:
        (row,) = session.execute(select(alarm))
    assert (row.kind, row.about) == ("INVOICES_PARKED", "F-3")


@pytest.mark.both_engines
def test_invoices_that_are_due_are_told_of_once_a_day(system: System, moment: Moment) -> None:
    system.decide("100000101")
    system.report("100000101", "2026-01", on=date(2026, 2, 2))
    system.send_invoice(system.order("100000101").number, number="F-1", on=date(2026, 2, 3))
    settings = Settings(alarm_mail="drift@kopare.example")
    table = [job for job in jobs_of(settings) if job.name == "payments-due"]
    run_due(system.database, table)
    run_due(system.database, table)
    with system.database.reading() as session:
        (row,) = session.execute(select(alarm))
        (sent,) = session.execute(select(mail))
    assert (row.kind, row.about) == ("PAYMENTS_DUE", "F-1")
    assert sent.subject == "Larm: PAYMENTS_DUE"
    assert "1 godkända fakturor" in sent.body
