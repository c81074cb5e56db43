"""Work on what strangers send, in processes of its own that may take so much time and memory and no more.

A process is started afresh, not forked: nothing of this one's threads, locks and connections is taken along. It is
prepared once, does one piece of work at a time, and is killed and replaced where a piece takes more than its allowance,
ends the process, or is no longer wanted. So no document can hold up or fell whoever asked about it (decision 66).

Convention: work is a function of a module and its arguments, both of which can be pickled, as can what it gives.
"""

import atexit
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from enum import StrEnum
from multiprocessing import Pipe
from multiprocessing.connection import Connection
from threading import Condition
from time import monotonic
from typing import Any, Final, TypeVar, cast

import structlog

from foundation.errors import Refused
from foundation.observability import tracing
from foundation.observability.tracing import NotedSpan
from foundation.text import Text

T = TypeVar("T")

_log = structlog.get_logger("confined")

_LOOK_EVERY: Final = 0.05
# So long a fresh process may take to be prepared, on a machine that does much else.
_READY_SECONDS: Final = 120.0


@dataclass(frozen=True, slots=True)
class Allowance:
    """What one piece of work may take: of a processor, of memory beyond what the process has, and until it must end."""

    cpu_seconds: int
    memory_bytes: int
    wall_seconds: float


class Excess(StrEnum):
    """Why a piece of work was ended before it was done."""

    CPU = "cpu"
    MEMORY = "memory"
    WALL = "wall"
    DIED = "died"  # the process ended by itself, for no limit of ours
    UNWANTED = "unwanted"  # whoever asked has left

    @property
    def is_repeated(self) -> bool:
        """Whether the same work would be ended again: it took too much itself, and nothing beside it ended it."""
        return self in (Excess.CPU, Excess.MEMORY)


class WorkEnded(Refused):
    """A piece of work was ended before it was done; `excess` says why. Nothing is known of its outcome."""

    def __init__(self, excess: Excess, allowance: Allowance) -> None:
        super().__init__(
            Text(
                "Dokumentet kunde inte prövas med %(seconds)s sekunders arbete och %(megabytes)s MB minne, mer än vad "
                "ett dokument av den storleken får ta. Inget är sagt om det är giltigt. Dela upp det i mindre "
                "dokument och skicka dem var för sig.",
                seconds=allowance.cpu_seconds,
                megabytes=allowance.memory_bytes // 1_000_000,
            )
        )
        self.excess = excess
        self.allowance = allowance


class WorkFailed(Exception):
    """A piece of work raised an error; `place` is its kind and where it arose, never a value."""

    def __init__(self, place: str) -> None:
        super().__init__(place)
        self.place = place


class NotPrepared(WorkFailed):
    """No process could be prepared; the piece of work was not begun."""


class NoneFree(Refused):
    """Every process was busy for as long as somebody was ready to wait."""

    def __init__(self) -> None:
        super().__init__(Text("Många dokument prövas just nu. Försök igen om en stund."))


@dataclass(frozen=True, slots=True)
class Done:
    """What a process answers: the outcome, or the place of an error; `tired` where another should take its turn."""

    outcome: object = None
    error: str = ""
    out_of_memory: bool = False
    tired: bool = False
    cpu_seconds: float = 0.0
    spans: Sequence[NotedSpan] = ()
    """What it did, where somebody watches."""


class _Process:
    """A process and the way to it."""

    def __init__(self, warm: Callable[[], object]) -> None:
        self.connection, theirs = Pipe()
        with theirs:
            self._process = subprocess.Popen(  # noqa: S603 - this very program
                [sys.executable, "-m", "foundation.apart.confined_process", str(theirs.fileno())],
                pass_fds=[theirs.fileno()],
                stdin=subprocess.DEVNULL,
                # It stands in no group of ours: a signal for all of us would end a document in the middle.
                start_new_session=True,
                env=_environment(),
            )
        self.connection.send((warm, (), None, False))
        self.ready = False

    def make_ready(self) -> None:
        """Wait until it is prepared. Raises NotPrepared."""
        if self.ready:
            return
        if not self.connection.poll(_READY_SECONDS):
            raise NotPrepared("not prepared in time")
        done: Done = self.connection.recv()
        if done.error:
            raise NotPrepared(done.error)
        self.ready = True

    @property
    def is_prepared(self) -> bool:
        """Whether it could begin at once."""
        return self.ready or self.connection.poll()

    def end(self) -> None:
        """Kill it, and see it gone."""
        self.connection.close()
        self._process.kill()
        self._process.wait()

    def how_it_ended(self) -> Excess:
        """Why a process that closed its end did so."""
        with suppress(subprocess.TimeoutExpired):
            self._process.wait(2)
        return Excess.CPU if self._process.returncode == -signal.SIGXCPU else Excess.DIED


def _environment() -> dict[str, str]:
    """What a process is told: where its modules are. No setting of ours, and so no secret."""
    others = {name: value for name, value in os.environ.items() if not name.startswith("BILLING_")}
    return others | {"PYTHONPATH": os.pathsep.join(each for each in sys.path if each)}


class Processes:
    """At most `most` processes, started when they are needed and kept; `warm` prepares a fresh one."""

    def __init__(self, *, most: int, warm: Callable[[], object]) -> None:
        self._most = most
        self._warm = warm
        self._idle: list[_Process] = []
        self._count = 0
        self._free = Condition()
        self.ended: dict[Excess, int] = dict.fromkeys(Excess, 0)
        """How many pieces of work were ended before they were done, by why."""
        os.register_at_fork(after_in_child=self._forget)
        atexit.register(self.close)

    def prepare(self) -> None:
        """Start one process ahead of the first piece of work."""
        with self._free:
            if not self._count:
                self._idle.append(_Process(self._warm))
                self._count += 1

    def is_one_ready(self) -> bool:
        """Whether a process is prepared and has nothing to do; where there is none, one is started for later."""
        self.prepare()
        with self._free:
            return any(each.is_prepared for each in self._idle)

    def run(
        self,
        work: Callable[..., T],
        *arguments: object,
        allowance: Allowance,
        unwanted: Callable[[], bool] = bool,
        spent: Callable[[float], object] = float,
        patience: float = 60.0,
    ) -> T:
        """What `work` gives for the arguments, worked out apart. `unwanted` is asked now and then, and ends it.

        `spent` is told how many seconds of a processor it took, or may have taken, whatever came of it.

        Raises WorkEnded, WorkFailed for an error in it, NoneFree after `patience` seconds without a free process.
        """
        process = self._taken(patience)
        keep = False
        try:
            process.make_ready()
            begun = monotonic()
            process.connection.send((work, arguments, allowance, tracing.is_watched()))
            try:
                done = self._answer(process, allowance, unwanted)
            except BaseException:
                spent(min(monotonic() - begun, allowance.cpu_seconds))
                raise
            spent(done.cpu_seconds)
            tracing.noted(done.spans)
            if done.out_of_memory:
                raise self._over(Excess.MEMORY, allowance)
            keep = not done.tired
            if done.error:
                raise WorkFailed(done.error)
            return cast(T, done.outcome)
        except (EOFError, OSError):
            raise self._over(process.how_it_ended(), allowance) from None
        finally:
            self._given_back(process, keep=keep)

    def close(self) -> None:
        """End the processes that have nothing to do."""
        with self._free:
            idle, self._idle = self._idle, []
            self._count -= len(idle)
        for each in idle:
            each.end()

    def _answer(self, process: _Process, allowance: Allowance, unwanted: Callable[[], bool]) -> Done:
        ends = monotonic() + allowance.wall_seconds
        while not process.connection.poll(_LOOK_EVERY):
            if unwanted():
                raise self._over(Excess.UNWANTED, allowance)
            if monotonic() > ends:
                raise self._over(Excess.WALL, allowance)
        done: Done = process.connection.recv()
        return done

    def _over(self, excess: Excess, allowance: Allowance) -> WorkEnded:
        with self._free:
            self.ended[excess] += 1
        _log.warning(
            "work ended",
            why=excess.value,
            cpu_seconds=allowance.cpu_seconds,
            memory_bytes=allowance.memory_bytes,
            wall_seconds=allowance.wall_seconds,
        )
        return WorkEnded(excess, allowance)

    def _taken(self, patience: float) -> _Process:
        with self._free:
            if not self._free.wait_for(lambda: self._idle or self._count < self._most, patience):
                raise NoneFree
            if self._idle:
                return self._idle.pop()
            self._count += 1
        try:
            return _Process(self._warm)
        except BaseException:
            with self._free:
                self._count -= 1
                self._free.notify()
            raise

    def _given_back(self, process: _Process, *, keep: bool) -> None:
        if not keep:
            process.end()
            # Its successor is prepared while nobody waits for it yet.
            process = _Process(self._warm)
        with self._free:
            self._idle.append(process)
            self._free.notify()

    def _forget(self) -> None:
        """In a fork of this process: the processes are the other's; ours are started anew."""
        for each in self._idle:
            each.connection.close()
        self._idle, self._count, self._free = [], 0, Condition()


def answered(connection: Connection, done: Done) -> None:
    """Send what came of a piece of work; where that cannot be pickled, say so."""
    try:
        connection.send(done)
    except (TypeError, AttributeError, ValueError) as error:
        connection.send(Done(error=f"{type(error).__name__} pickling"))


Job = tuple[Callable[..., Any], tuple[object, ...], Allowance | None, bool]
