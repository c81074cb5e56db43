"""Running background work: one worker takes a piece, does some of it at a time, and gives it back or ends it.

Convention: a kind of work is a function of `Doing`. It reads as much as it likes with `reading()`, keeps what it has
done with `keeping()`, each time in one transaction with how far it has come or with its end. It may return before it
has ended: then another turn goes on from what its `content` says. What may not be done is raised as Refused, and is the
outcome. Whoever dies is followed when the lease has ended; after three deaths a person looks at it.
"""

import time
import traceback
import uuid
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any, Final

import structlog

from foundation.database import Database
from foundation.errors import Refused
from foundation.observability import tracing
from foundation.sql import Session
from operations.background import task_store
from operations.background.tasks import NoLongerOurs, Outcome, Task, TaskKind, TaskState
from operations.settings import Settings

_log = structlog.get_logger("work")
TURN_SECONDS: Final = 5.0
"""So long does one turn of a worker take of work that is kept a portion at a time; then all else has its turn."""

_REST: Final = timedelta(minutes=1)

Told = Callable[[int, int], None]
"""Called with how many rows are done and of how many."""


@dataclass(slots=True)
class Doing:
    """A piece of work in one worker's hands."""

    database: Database
    settings: Settings
    task: Task
    token: str
    tell: Told = lambda done, total: None
    stopping: Callable[[], bool] = bool
    seconds: float = TURN_SECONDS
    _began: float = field(default_factory=time.monotonic)
    has_ended: bool = False

    @property
    def content(self) -> Mapping[str, Any]:
        """What was asked for, and how far it has come."""
        return self.task.content

    @property
    def day(self) -> date:
        """The business day on which it was asked for."""
        return date.fromisoformat(self.content["day"])

    @property
    def may_rest(self) -> bool:
        """Whether others should have their turn now; the work goes on in another."""
        return self.stopping() or time.monotonic() - self._began > self.seconds

    @contextmanager
    def reading(self) -> Iterator[Session]:
        """One consistent view, as long as it takes; say how far with `come`."""
        with self.database.reading() as session:
            yield session

    def come(self, done: int, total: int) -> None:
        """Say how far reading has come, in a transaction of its own. Raises NoLongerOurs."""
        with self.database.writing() as session:
            now = self.database.clock()
            task_store.advance(session, self.task.id, self.token, now=now, rows_done=done, rows_total=total)
        self.tell(done, total)

    @contextmanager
    def keeping(self) -> Iterator["Keeping"]:
        """A transaction in which something is done for good, and that says how far the work has come."""
        with self.database.writing() as session:
            kept = Keeping(self, session)
            yield kept
        self.has_ended = kept.has_ended


@dataclass(slots=True)
class Keeping:
    """One transaction of a piece of work."""

    doing: Doing
    session: Session
    has_ended: bool = False

    def advance(self, rows_done: int, content: Mapping[str, Any], *, rows_total: int | None = None) -> None:
        """Say how far the work has come when this is kept. Raises NoLongerOurs."""
        doing = self.doing
        task_store.advance(
            self.session,
            doing.task.id,
            doing.token,
            now=doing.database.clock(),
            rows_done=rows_done,
            rows_total=rows_total,
            content=content,
        )

    def end(self, outcome: Outcome) -> None:
        """Say what came of the work. Raises NoLongerOurs, and nothing of this is kept."""
        doing = self.doing
        now = doing.database.clock()
        task_store.end(self.session, doing.task.id, doing.token, TaskState.DONE, outcome, now=now)
        self.has_ended = True


Work = Callable[[Doing], None]
MayStill = Callable[[Session, Task], None]
"""Raises Refused where whoever asked for the work may not any longer."""


def run_one(
    database: Database,
    settings: Settings,
    kinds: Mapping[TaskKind, Work],
    may_still: MayStill,
    *,
    only: int | None = None,
    tell: Told = lambda done, total: None,
    stopping: Callable[[], bool] = bool,
    seconds: float = TURN_SECONDS,
) -> Task | None:
    """Do some of the oldest work that nobody has, or of this one; which it was. None where there is none."""
    with database.reading() as session:
        if not task_store.any_free(session, now=database.clock()):
            return None
    token = str(uuid.uuid4())
    with database.writing() as session:
        task = task_store.claim(session, token, now=database.clock(), only=only)
    if task is None:
        return None
    doing = Doing(database, settings, task, token, tell=tell, stopping=stopping, seconds=seconds)
    with (
        structlog.contextvars.bound_contextvars(run_id=token),
        tracing.span(f"background {task.kind.value}", task=task.id, run_id=token),
    ):
        _do(doing, kinds[task.kind], may_still)
    return task


def _do(doing: Doing, work: Work, may_still: MayStill) -> None:
    """Do it, and note how it ended where it did not itself."""
    database, task, token = doing.database, doing.task, doing.token
    try:
        with database.reading() as session:
            may_still(session, task)
        work(doing)
    except NoLongerOurs:
        _log.warning("background work taken over", task=task.id, kind=task.kind.value)
    except Refused as refused:
        _end_refused(doing, refused)
    except Exception as error:
        where = traceback.extract_tb(error.__traceback__)[-1]
        fault = f"{type(error).__name__} {where.name}:{where.lineno}"
        _log.error("background work failed", task=task.id, kind=task.kind.value, fault=fault)
        with database.writing() as session:
            task_store.put_off(session, task.id, token, database.clock() + _REST, fault=fault)
    else:
        if not doing.has_ended:
            with database.writing() as session:
                task_store.give_back(session, task.id, token)


def _end_refused(doing: Doing, refused: Refused) -> None:
    outcome = Outcome(refused.text, is_short=True, leads_to=doing.content.get("leads_to", ""))
    with doing.database.writing() as session:
        now = doing.database.clock()
        try:
            task_store.end(session, doing.task.id, doing.token, TaskState.REFUSED, outcome, now=now)
        except NoLongerOurs:
            _log.warning("background work taken over", task=doing.task.id, kind=doing.task.kind.value)
