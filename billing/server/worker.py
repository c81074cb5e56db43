"""A worker: delivers, collects, sorts and runs the jobs, until it is told to stop.

The timetable only ticks (`ticks`): it says what may be due and never does any of it. What is really due,
and whose it is, is decided in the database, so any number of workers may run on PostgreSQL and
any of them may die at any moment. A worker told to stop finishes the message in its hand and gives
back what it had taken. A database that does not answer is waited for.
"""

import errno
import time
import uuid
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from threading import Event
from typing import Final

import structlog
from sqlalchemy.exc import SQLAlchemyError

from billing.server import exchange_events, machine_watch
from billing.server.background import background_work
from billing.server.ticks import Ticks
from foundation.database import Database
from foundation.engines.database_faults import fault_of
from foundation.errors import Refused
from foundation.periods import stockholm_date
from invoicing.intake.queue import read_arrived
from operations import scheduler as job_running
from operations.directory.opening import likely_no
from operations.event_feed import numbering
from operations.machine import clock_trust
from operations.scheduler import Job
from operations.settings import Settings
from operations.webhooks.sending import WebhookSender
from orders.register.store import NoRegister
from peppol.access_points.protocol import AccessPoint, AccessPointError
from peppol.exchange import access_point_store, receiver_queue_store, sending, status_polling
from peppol.exchange.directory_doubt import USUAL
from peppol.exchange.receiving import Collector
from peppol.exchange.sending import MessageSender, Transactions

_log = structlog.get_logger("work")

DELIVER, ASK, COLLECT, SORT, JOBS, TASKS = "deliver", "ask", "collect", "sort", "jobs", "tasks"
NUMBER: Final = "number"
WEBHOOKS: Final = "webhooks"
TICKS: Final = {DELIVER: 2, ASK: 30, COLLECT: 10, SORT: 2, JOBS: 15, TASKS: 2, NUMBER: 2, WEBHOOKS: 2}
"""What a worker looks at, and every how many seconds."""

# One turn of sorting; then the other work gets its turn.
_MESSAGES_A_TURN = 200
_WAIT_LEAST, _WAIT_MOST = 1.0, 5.0


def _always() -> bool:
    return True


@dataclass(slots=True)
class Worker:
    """One worker's hands: the access point (or none), the jobs, and when to stop.

    `at_once` is how many receivers it writes to at the same time: most of that time is waiting. `collects` says
    whether it collects now, or leaves it to another at the same way in; `into` says whose books a message belongs in,
    where there are several buyers' (see Collector).
    """

    database: Database
    access_point: AccessPoint | None
    jobs: Sequence[Job]
    stop: Event = field(default_factory=Event)
    lease: timedelta = sending.LEASE
    asks: bool = True
    at_once: int = 4
    fixed_day: date | None = None
    collects: Callable[[], bool] = _always
    into: Callable[[bytes], Transactions | None] | None = None
    settings: Settings | None = None
    webhooks: WebhookSender | None = None
    name: str = field(default_factory=lambda: str(uuid.uuid4()))
    holding: set[str] = field(default_factory=set)
    without_register: set[str] = field(default_factory=set)

    def today(self) -> date:
        """The day in Sweden."""
        return self.fixed_day or stockholm_date(self.database.clock())

    def give_back(self) -> None:
        """Let others have what this worker holds, which has to end before it has finished. Raises SQLAlchemyError."""
        with self.database.writing() as session:
            receiver_queue_store.let_go(session, list(self.holding))
            if self.webhooks is not None:
                self.webhooks.give_back(session)
            if self.access_point is not None:
                access_point_store.end_collecting(session, self.access_point.name, self.name)

    def do(self, what: str) -> bool:
        """One turn of one thing; whether there may be more of it to do at once."""
        return _TURNS[what](self)

    def once(self) -> None:
        """Everything there is to do now, and what that gives rise to."""
        busy = True
        while busy and not self.stop.is_set():
            busy = False
            for what in (COLLECT, SORT, JOBS, TASKS, ASK, DELIVER, NUMBER):
                while not self.stop.is_set() and self.do(what):
                    busy = busy or what == SORT
        if self.webhooks is not None and not self.stop.is_set():
            self.webhooks.settle()

    def run(self, *, seconds: float | None = None) -> None:
        """Work until told to stop, or for so long. Outlives a database that is away for a while."""
        ends = None if seconds is None else time.monotonic() + seconds
        pause = _WAIT_LEAST
        ticks = Ticks(TICKS)
        with ticks.running():
            while not self.stop.is_set() and (ends is None or time.monotonic() < ends):
                ticks.wait()
                pause = self._turn(ticks, pause)
        if self.webhooks is not None:
            self.webhooks.close()

    def _turn(self, ticks: Ticks, pause: float) -> float:
        """Do what may be due, each whatever becomes of the others; how long to wait after the next fault."""
        due = ticks.take()
        faults: set[str] = set()
        for place, what in enumerate(due):
            if self.stop.is_set():
                break
            try:
                if self.do(what):
                    ticks.again(what)
            except NoRegister:
                self._say_that_no_register_is_here(what)
            except (SQLAlchemyError, Refused, OSError) as error:
                if _named(error) not in faults:  # books that are held refuse everything: said once
                    _log.error("no work done", what=what, fault=_named(error), again_in=pause)
                if isinstance(error, OSError):
                    continue  # what it met (a folder, a net) is not the others', and it is looked at again in its time
                faults.add(_named(error))
                if isinstance(error, Refused):
                    ticks.again(what)
                    continue
                # What comes after it would meet the same; all of it is tried when the pause is over.
                for each in due[place:]:
                    ticks.again(each)
                break
            else:
                self.without_register.discard(what)
        if not faults:
            return _WAIT_LEAST if due else pause
        self.stop.wait(pause)
        return min(2 * pause, _WAIT_MOST)

    def _say_that_no_register_is_here(self, what: str) -> None:
        """Say it once: until somebody loads one there is nothing to do, and it is looked for at the next tick."""
        if not self.without_register:
            _log.warning("no register yet", load_it_with="billing register load")
        self.without_register.add(what)


def _named(error: Exception) -> str:
    """A fault in the words an operator looks for: what the database suffers, the disk's code, or the kind."""
    if isinstance(error, SQLAlchemyError):
        fault = fault_of(error)
        return type(error).__name__ if fault is None else f"DATABASE_{fault.value}"
    if isinstance(error, OSError) and error.errno is not None:
        return errno.errorcode.get(error.errno, type(error).__name__)
    return type(error).__name__


def _deliver(worker: Worker) -> bool:
    if worker.access_point is None:
        return False
    sender = MessageSender(
        worker.database.writing,
        worker.access_point,
        worker.database.clock,
        exchange_events.tell,
        asks=worker.asks,
        lease=worker.lease,
        stopping=worker.stop.is_set,
        at_once=worker.at_once,
        holding=worker.holding,
        likely=likely_no(worker.settings) if worker.settings is not None else USUAL,
    )
    return sender.round().more


def _ask(worker: Worker) -> bool:
    if worker.access_point is None or not worker.asks:
        return False
    if clock_trust.doubt_about(worker.database) is not None:
        return False  # what was sent long ago is given up for good, and it may not be long ago
    return status_polling.ask(
        worker.database.writing,
        worker.access_point,
        worker.database.clock,
        exchange_events.tell,
        lease=worker.lease,
        stopping=worker.stop.is_set,
    )


def _collect(worker: Worker) -> bool:
    if worker.access_point is None or not worker.collects():
        return False
    collector = Collector(
        worker.database.writing,
        worker.access_point,
        worker.database.clock,
        worker.today,
        lease=worker.lease,
        stopping=worker.stop.is_set,
        at_once=worker.at_once,
        into=worker.into,
        worker=worker.name,
        tell=exchange_events.tell,
    )
    try:
        collector.collect()
    except AccessPointError as miss:
        name = worker.access_point.name
        _log.warning("not collected", reason=miss.code, fault=str(miss), host=miss.host, access_point=name)
    return False


def _sort(worker: Worker) -> bool:
    count = 0
    messages = read_arrived(worker.database, today=worker.today(), reader=False)
    try:
        for _ in messages:
            count += 1
            if count >= _MESSAGES_A_TURN or worker.stop.is_set():
                return not worker.stop.is_set()
    finally:
        messages.close()
    return False


def _run_jobs(worker: Worker) -> bool:
    if worker.settings is not None:
        machine_watch.look_at_disks(worker.database, worker.settings)
    held = machine_watch.is_doubted(worker.database, worker.settings.alarm_mail if worker.settings else "")
    job_running.run_due(worker.database, worker.jobs, stopping=worker.stop.is_set, held=held)
    return False


def _run_tasks(worker: Worker) -> bool:
    if worker.settings is None:
        return False
    return background_work.run_one(worker.database, worker.settings, stopping=worker.stop.is_set) is not None


def _number(worker: Worker) -> bool:
    numbering.number_committed(worker.database)
    return False


def _webhooks(worker: Worker) -> bool:
    if worker.webhooks is not None:
        # It only begins: receivers are waited for in threads of their own.
        worker.webhooks.round()
    return False


_TURNS: dict[str, Callable[[Worker], bool]] = {
    DELIVER: _deliver,
    ASK: _ask,
    COLLECT: _collect,
    SORT: _sort,
    JOBS: _run_jobs,
    TASKS: _run_tasks,
    NUMBER: _number,
    WEBHOOKS: _webhooks,
}
