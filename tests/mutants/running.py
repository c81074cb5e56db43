"""Tests that run once as they are, and then once for each fault, in a process of its own that knows all already.

The session of pytest that is begun here runs a room's tests once, noting which lines of which modules each goes
through and how long it takes. Then it forks for each fault: the child puts the changed function in the place of the
right one, runs the tests that go through its lines, quickest first, and ends with the first that fails. So nothing
is imported, collected or filled again, and a fault costs little more than the tests that meet it.
"""

import functools
import gc
import os
import shutil
import signal
import subprocess
import sys
import time
import warnings
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from types import CodeType, FunctionType

import coverage
import pytest
from _pytest.doctest import DoctestItem
from _pytest.runner import runtestprotocol
from _pytest.unraisableexception import unraisable_exceptions

from tests.mutants.changing import ChangedModule, Mutant
from tests.support.project import PROJECT

_KEPT_CACHES = ("peppol.xml.schema", "peppol.rules", "babel", "lxml")
"""Caches that take seconds to fill, of what no room changes."""
_UNSTEADY_MOST = 5
"""So many tests of a room may fail when they run a second time in one process, and are left out."""


class Outcome(StrEnum):
    """What became of a mutant."""

    KILLED = "killed"
    TIMED_OUT = "timed out"
    SURVIVED = "survived"
    NOT_RUN = "no test goes there"
    SAME = "the same to Python"


@dataclass(frozen=True, slots=True)
class Judged:
    """A mutant of a module, what became of it, and by which test."""

    module: str
    mutant: Mutant
    outcome: Outcome
    by: str = ""


@dataclass(frozen=True, slots=True, order=True)
class Took:
    """How long a test took, in seconds: of the processor, which others on the machine do not lengthen, and in all."""

    worked: float
    lasted: float


@dataclass(slots=True)
class Asked:
    """What a run is to judge: the mutants of each module, and how much of each may be tried.

    `seconds` is how much of the processor's time is spent on the tests of one mutant at most; `told` hears each
    outcome; `forgets` as a room has it.
    """

    mutants: Sequence[tuple[ChangedModule, Mutant]]
    told: Callable[[Judged], None]
    seconds: float
    workers: int
    forgets: Sequence[str] = ()
    broken: list[str] = field(default_factory=lambda: ["nothing was collected"])


class MutantRun:
    """The plugin that runs the tests once as they are and then with each fault."""

    def __init__(self, asked: Asked) -> None:
        self._asked = asked
        self._took: dict[str, Took] = {}
        self._coverage = coverage.Coverage(
            data_file=None, config_file=False, include=[str(each.path) for each in self._modules()]
        )

    def _modules(self) -> list[ChangedModule]:
        return list({id(module): module for module, _ in self._asked.mutants}.values())

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtestloop(self, session: pytest.Session) -> bool:
        """The whole of it; what is left for pytest is to close."""
        if session.testsfailed or not session.items:
            return True
        self._asked.broken.clear()
        self._run_as_they_are(session.items)
        if not self._asked.broken:
            _Trial(session, self._asked, self._took, self._coverage.get_data()).run()
        return True

    def _run_as_they_are(self, items: Sequence[pytest.Item]) -> None:
        self._coverage.start()
        for item, following in zip(items, [*items[1:], None], strict=True):
            self._coverage.switch_context(item.nodeid)
            worked, begun = time.process_time(), time.monotonic()
            if _fails(item, following):
                self._asked.broken.append(item.nodeid)
            self._took[item.nodeid] = Took(time.process_time() - worked, time.monotonic() - begun)
        self._coverage.stop()


@dataclass(slots=True)
class _Child:
    judged: tuple[ChangedModule, Mutant]
    ends_at: float
    folder: Path
    answer: int


class _Trial:
    """All mutants of a run, each in a child of the process that has run the tests."""

    def __init__(
        self,
        session: pytest.Session,
        asked: Asked,
        took: Mapping[str, Took],
        lines: coverage.CoverageData,
    ) -> None:
        self._asked, self._took = asked, dict(took)
        self._items = {item.nodeid: item for item in session.items}
        self._tests_of = {
            module.path: lines.contexts_by_lineno(str(module.path)) for module, _ in asked.mutants
        }
        self._living = living_functions({module.path for module, _ in asked.mutants})
        self._caches = _caches()
        self._folder = Path(str(session.config.option.basetemp))
        self._children: dict[int, _Child] = {}

    def run(self) -> None:
        """Judge every mutant."""
        if not self._living:
            self._asked.broken.append(
                "the instrument itself: no function of the room is found in this process"
            )
            return
        gc.collect()
        gc.freeze()
        for _ in range(_UNSTEADY_MOST):
            if not (failed := self._fails_without_a_fault()):
                break
            # It says nothing of a fault, and the others do without it.
            self._items.pop(failed, None)
            self._took.pop(failed, None)
        else:
            self._asked.broken.append(f"a second time, in a child: {failed}")
            return
        for number, (module, mutant) in enumerate(self._asked.mutants):
            while len(self._children) >= self._asked.workers:
                self._wait()
            self._begin(number, module, mutant)
        while self._children:
            self._wait()

    def _fails_without_a_fault(self) -> str:
        """A test that fails of itself when it runs again, which would pass for a fault that was noticed."""
        quickest = sorted(self._took, key=lambda each: (self._took[each], each))
        tests = quickest[:: max(1, len(quickest) // 100)]
        answer, told = os.pipe()
        child = os.fork()
        if child == 0:
            folder = self._folder.parent / f"{self._folder.name}-right"
            self._try([], None, tests, folder, told)
        os.close(told)
        status = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
        failed = os.read(answer, 4000).decode()
        os.close(answer)
        return failed or ("" if status == 0 else f"status {status}")

    def _begin(self, number: int, module: ChangedModule, mutant: Mutant) -> None:
        changed = module.with_fault(mutant)
        if changed is None:
            self._tell(module, mutant, Outcome.SAME)
            return
        tests = self._tests(module, mutant)
        functions = self._living.get(_key(changed[0]), [])
        if not (tests and functions):
            self._tell(module, mutant, Outcome.NOT_RUN)
            return
        folder = self._folder.parent / f"{self._folder.name}-{number}"
        answer, told = os.pipe()
        expected = sum(self._took[each].lasted for each in tests)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # threads of servers that tests have ended
            child = os.fork()
        if child == 0:
            os.close(answer)
            self._try(functions, changed[1], tests, folder, told)
        os.close(told)
        limit = 10 + 10 * expected
        self._children[child] = _Child((module, mutant), time.monotonic() + limit, folder, answer)

    def _tests(self, module: ChangedModule, mutant: Mutant) -> list[str]:
        """The tests that go through the mutant's lines, as far as the time for one reaches.

        The quickest are first, but each further case of one test stands behind others that take as long as all its
        cases before it: twenty cases of one thing say less of a fault than another story.
        """
        contexts = self._tests_of[module.path]
        found = {
            test
            for line in range(mutant.first, mutant.last + 1)
            for test in contexts.get(line, ())
            if test in self._items
        }
        place: dict[str, float] = {}
        cases: Counter[str] = Counter()
        for test in sorted(found, key=lambda each: (self._took[each], each)):
            cases[name := test.partition("[")[0]] += 1
            place[test] = self._took[test].worked * cases[name]
        chosen: list[str] = []
        spent = 0.0
        for test in sorted(place, key=lambda each: (place[each], each)):
            spent += self._took[test].worked
            if chosen and spent > self._asked.seconds:
                break
            chosen.append(test)
        return chosen

    def _try(
        self,
        functions: Iterable[FunctionType],
        code: CodeType | None,
        tests: Sequence[str],
        folder: Path,
        told: int,
    ) -> None:
        """In the child: the tests with the fault. Ends the process."""
        status = 3
        try:
            os.setsid()
            signal.signal(signal.SIGINT, signal.SIG_IGN)
            # The programs that were started belong to the parent: a child that lets go of them ends none,
            # and its first test is not to fail for them.
            subprocess.Popen.__del__ = _leave_it  # type: ignore[method-assign, assignment]
            quiet = os.open(os.devnull, os.O_RDWR)
            for each in (0, 1, 2):
                os.dup2(quiet, each)
            for function in functions:
                assert code is not None
                function.__code__ = code
            for cache in self._caches:
                cache.cache_clear()
            for remembered in self._asked.forgets:
                module, _, name = remembered.partition(":")
                getattr(sys.modules[module], name).clear()
            items = [self._items[each] for each in tests]
            # What was complained of while the parent let go of things is no fault of the first test.
            items[0].config.stash[unraisable_exceptions].clear()
            _write_under(items[0].config, folder)
            status = 0
            for item, following in zip(items, [*items[1:], None], strict=True):
                if _fails(item, following):
                    os.write(told, item.nodeid.encode()[:4000])
                    status = 1
                    break
        except BaseException:
            # Whatever the fault brought down, it was noticed.
            status = 1
        finally:
            os._exit(status)

    def _wait(self) -> None:
        """Take in whoever has ended, and end whoever takes too long."""
        ended, status = os.waitpid(-1, os.WNOHANG)
        if ended in self._children:
            child = self._children.pop(ended)
            outcome = Outcome.SURVIVED if os.waitstatus_to_exitcode(status) == 0 else Outcome.KILLED
            self._close(child, outcome)
            return
        now = time.monotonic()
        for late in [pid for pid, child in self._children.items() if now > child.ends_at]:
            os.killpg(late, signal.SIGKILL)
            os.waitpid(late, 0)
            self._close(self._children.pop(late), Outcome.TIMED_OUT)
        time.sleep(0.01)

    def _close(self, child: _Child, outcome: Outcome) -> None:
        by = os.read(child.answer, 4000).decode()
        os.close(child.answer)
        shutil.rmtree(child.folder, ignore_errors=True)
        self._tell(*child.judged, outcome, by)

    def _tell(self, module: ChangedModule, mutant: Mutant, outcome: Outcome, by: str = "") -> None:
        self._asked.told(Judged(str(module.path.relative_to(PROJECT)), mutant, outcome, by))


def _leave_it(program: "subprocess.Popen[bytes]", *_: object) -> None:
    """Let go of a program without asking whether it has ended."""


class _SubtestFailed:
    """Hears of the parts of a test (`subtests`), which are told by themselves and leave the test as passed."""

    def __init__(self) -> None:
        self.any = False

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Note a part that failed."""
        self.any = self.any or report.failed


def _fails(item: pytest.Item, following: pytest.Item | None) -> bool:
    """Run a test; whether it or a part of it fails."""
    heard = _SubtestFailed()
    # A doctest forgets its names when it has run, and would find none the next time.
    names = item.dtest.globs if isinstance(item, DoctestItem) and item.dtest else {}
    kept = dict(names)
    item.config.pluginmanager.register(heard)
    try:
        return any(each.failed for each in runtestprotocol(item, log=False, nextitem=following)) or heard.any
    finally:
        item.config.pluginmanager.unregister(heard)
        names.update(kept)


def _write_under(config: pytest.Config, folder: Path) -> None:
    """Let the tests of this process have a folder of their own for what they write."""
    folder.mkdir(parents=True, exist_ok=True)
    config._tmp_path_factory._basetemp = folder  # type: ignore[attr-defined]


def _key(code: CodeType) -> tuple[str, str, int]:
    return code.co_filename, code.co_qualname, code.co_firstlineno


def living_functions(paths: Iterable[Path]) -> dict[tuple[str, str, int], list[FunctionType]]:
    """The functions of these modules that there are in this process, also those that a decorator holds."""
    # A command that a test has run has set aside what was there (`gc.freeze`), where nobody sees it.
    gc.unfreeze()
    files = {str(each) for each in paths}
    found: dict[tuple[str, str, int], list[FunctionType]] = {}
    for each in gc.get_objects():
        if type(each) is FunctionType and each.__code__.co_filename in files:
            found.setdefault(_key(each.__code__), []).append(each)
    return found


def _caches() -> list["functools._lru_cache_wrapper[object]"]:
    """What functions of ours remember, which a fault may make another."""
    return [
        each
        for each in gc.get_objects()
        if type(each) is functools._lru_cache_wrapper
        and (sys.modules.get(each.__module__) is not None)
        and str(getattr(sys.modules[each.__module__], "__file__", "")).startswith(str(PROJECT))
        and not each.__module__.startswith(_KEPT_CACHES)
    ]
