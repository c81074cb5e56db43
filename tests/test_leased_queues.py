"""Every queue whose rows are taken for a while: what fells its worker is laid aside, and what is behind it is done.

A worker dies as a killed one does: by something that no `except Exception` sees, with what it had taken still taken.
"""

from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, datetime, time
from email.message import EmailMessage

import pytest
from sqlalchemy import select

from billing.server import exchange_events
from foundation.database import Database
from foundation.text import SWEDISH, Text
from invoicing.intake import intake
from operations import alarms, scheduler
from operations.background import running, task_store
from operations.background.tables import background_task
from operations.background.tasks import Outcome, TaskKind, TaskState
from operations.job_run_store import JobRunState
from operations.mail import delivery as mail_delivery
from operations.mail import mail
from operations.mail.store import ClaimedMail, MailState
from operations.mail.tables import mail as mail_table
from operations.scheduler import InSteps
from operations.schedules import Daily
from operations.settings import Settings
from operations.tables import alarm, job_run
from peppol.access_points.protocol import DeliveryStatus, Outbound
from peppol.exchange import status_polling
from peppol.exchange import tables as exchange_tables
from peppol.exchange.sending import MessageSender
from peppol.exchange.tables import InState, OutState
from tests.support.project import PROJECT
from tests.support.servers.faulty_point import ALFA, BETA, FaultyPoint, Moment, lay_out
from tests.support.stories.system import System, a_system

DAY = date(2026, 2, 3)
TURNS = 60
"""Looks of a worker, a quarter of an hour apart."""


class Killed(BaseException):
    """The worker is no more."""


@dataclass
class Story:
    """A system whose workers are killed by what is bad, and whose clock the test moves."""

    system: System
    moment: Moment
    patch: pytest.MonkeyPatch
    deaths: int = 0

    def dies(self) -> None:
        self.deaths += 1
        raise Killed

    def works(self, turn: Callable[[], object]) -> None:
        """A worker after another takes its turn; whoever was killed is followed."""
        for _ in range(TURNS):
            with suppress(Killed):
                turn()
            self.moment.pass_(minutes=15)

    def states(self, column: object, order: object) -> list[str]:
        with self.system.database.reading() as session:
            return [str(each) for each in session.scalars(select(column).order_by(order))]  # type: ignore[call-overload]


@pytest.fixture
def story(database_url: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[Story]:
    with a_system(database_url) as system:
        moment = Moment()
        monkeypatch.setattr(system.database, "clock", moment)
        yield Story(system, moment, monkeypatch)


def letters_in(story: Story) -> tuple[list[str], list[str]]:
    receive = intake.receive

    def handled(session: object, register: object, message: object, *rest: object, **named: object) -> object:
        if b"BAD" in message.body:  # type: ignore[attr-defined]
            story.dies()
        return receive(session, register, message, *rest, **named)  # type: ignore[arg-type]

    story.patch.setattr(intake, "receive", handled)
    for body in (b"<A>1</A>", b"<A>BAD</A>", b"<A>2</A>"):
        story.system.post(body, on=DAY)
    story.works(lambda: story.system.read_messages(on=DAY))
    table = exchange_tables.inbox.c
    return story.states(table.state, table.id), [InState.QUARANTINED, InState.FAILED, InState.QUARANTINED]


def letters_out(story: Story) -> tuple[list[str], list[str]]:
    def fault(message: Outbound) -> None:
        if message.document_id == "00002":
            story.dies()

    point = FaultyPoint(fault=fault)
    with story.system.database.writing() as session:
        lay_out(session, [1, 2, 3], receiver=ALFA)
        lay_out(session, [4], receiver=BETA)
    database = story.system.database
    story.works(MessageSender(database.writing, point, database.clock, exchange_events.tell).round)
    table = exchange_tables.outbox.c
    sent = OutState.SENT
    return story.states(table.state, table.sequence), [sent, OutState.STUCK, sent, sent]


def questions_about_letters_out(story: Story) -> tuple[list[str], list[str]]:
    class Point(FaultyPoint):
        def status(self, instance_id: str, reference: str = "") -> DeliveryStatus:
            if instance_id == bad:
                story.dies()
            return super().status(instance_id, reference)

    point = Point()
    database = story.system.database
    with database.writing() as session:
        first, bad, last = lay_out(session, [1, 2, 3])
    MessageSender(database.writing, point, database.clock, exchange_events.tell, asks=True).round()
    story.moment.pass_(minutes=5)
    story.works(lambda: status_polling.ask(database.writing, point, database.clock, exchange_events.tell))
    assert {first, last} <= set(point.asked)
    table = exchange_tables.outbox.c
    return story.states(table.state, table.sequence), [OutState.SENT, OutState.STUCK, OutState.SENT]


def mails(story: Story) -> tuple[list[str], list[str]]:
    write = mail_delivery._message

    def written(claimed: ClaimedMail, settings: Settings) -> EmailMessage:
        if claimed.subject == "Larm: BAD":
            story.dies()
        return write(claimed, settings)

    story.patch.setattr(mail_delivery, "_message", written)
    story.patch.setattr(mail_delivery, "_write", lambda folder, message: None)
    database = story.system.database
    with database.writing() as session:
        for kind in ("FIRST", "BAD", "LAST"):
            mail.put_to_address(
                session,
                "drift@kopare.example",
                SWEDISH,
                "alarm",
                about=f"alarm {kind}",
                at=story.moment(),
                kind=kind,
                sentence=kind,
                which="1",
            )
    settings = Settings()
    story.works(lambda: mail_delivery.deliver(database, settings, now=story.moment(), links=lambda *_: {}))
    return story.states(mail_table.c.state, mail_table.c.id), [
        *(MailState.SENT, MailState.STUCK, MailState.SENT)
    ]


def slots_of_jobs(story: Story) -> tuple[list[str], list[str]]:
    def work(name: str) -> Callable[[Database, date, datetime], str]:
        def done(database: Database, today: date, now: datetime) -> str:
            if name == "a bad one":
                story.dies()
            return "done"

        return done

    night = Daily(time(2, 0))
    jobs = [InSteps(name, night, work(name)) for name in ("a bad one", "behind it")]
    # The day's slot and no other: the clock passes midnight.
    story.works(lambda: scheduler.run_due(story.system.database, jobs))
    with story.system.database.reading() as session:
        first = select(job_run.c.job, job_run.c.state).order_by(job_run.c.slot, job_run.c.job).limit(2)
        found = {row.job: str(row.state) for row in session.execute(first)}
    return [found["a bad one"], found["behind it"]], [JobRunState.GIVEN_UP, JobRunState.DONE]


def background_work_of_payments(story: Story) -> tuple[list[str], list[str]]:
    def propose(doing: running.Doing) -> None:
        if doing.task.about == "BAD":
            story.dies()
        with doing.keeping() as kept:
            kept.end(Outcome(Text("Klart")))

    database = story.system.database
    with database.writing() as session:
        for about in ("FIRST", "BAD", "LAST"):
            task_store.add(session, TaskKind.PROPOSE, about=about, content={}, by="user-1", at=story.moment())

    def turn() -> None:
        while running.run_one(database, Settings(), {TaskKind.PROPOSE: propose}, lambda *_: None):
            pass

    story.works(turn)
    table = background_task.c
    return story.states(table.state, table.id), [TaskState.DONE, TaskState.STUCK, TaskState.DONE]


QUEUES: dict[str, tuple[Callable[[Story], tuple[list[str], list[str]]], str, str]] = {
    "messages to us": (letters_in, "peppol/exchange/inbox_store.py", alarms.MESSAGES_FAILED),
    "messages of ours": (letters_out, "peppol/exchange/receiver_queue_store.py", alarms.MESSAGES_STUCK),
    "questions": (questions_about_letters_out, "peppol/exchange/outbox_store.py", alarms.MESSAGES_STUCK),
    "background work": (
        background_work_of_payments,
        "operations/background/task_store.py",
        alarms.TASKS_STUCK,
    ),
    "mails": (mails, "operations/mail/store.py", ""),
    "slots of jobs": (slots_of_jobs, "operations/job_run_store.py", alarms.JOBS_GIVEN_UP),
}
"""Each queue: its story, where its rows are taken, and the alarm. Mails that are stuck are a figure."""


@pytest.mark.parametrize("queue", QUEUES)
@pytest.mark.both_engines
def test_what_fells_its_workers_is_laid_aside_and_what_is_behind_it_is_done(story: Story, queue: str) -> None:
    tell, _, kind = QUEUES[queue]
    found, wanted = tell(story)
    assert found == [str(each) for each in wanted]
    # Together with others once, then alone.
    assert 3 <= story.deaths <= 5
    with story.system.database.writing() as session:
        alarms.raise_due(session, now=story.moment())
        raised = set(session.scalars(select(alarm.c.kind)))
    assert kind in raised | {""}


def test_every_place_where_rows_are_taken_has_its_story() -> None:
    taking = {
        str(path.relative_to(PROJECT))
        for folder in (
            "accounts",
            "audit",
            "bookkeeping",
            "invoicing",
            "operations",
            "orders",
            "peppol",
            "web",
        )
        for path in (PROJECT / folder).rglob("*.py")
        if "leases.take(" in path.read_text(encoding="utf-8")
    }
    # A slot of a job is a new row or an old one, and so has a way of its own to be taken.
    assert taking | {"operations/job_run_store.py"} == {where for _, where, _ in QUEUES.values()}
