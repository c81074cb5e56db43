"""Plants one fault at a time in a copy of the project and runs the tests that must notice it.

    python -m tests.planted                       all of them: about an hour on two cores, the next time half of it
    python -m tests.planted --only "half to even" those with this in their name or file

The test that caught a fault the last time is asked first (build/planted.json), since it nearly always does again. Of
each it says `caught`, `held` by a second wall as is told beside it, or `MISSED`. A fault whose text is not found
once is told as well: the code has changed, and the fault must be written anew. Exits with 1 for any of these.
"""

import argparse
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from queue import SimpleQueue

from tests.planted.faults import Fault, faults
from tests.support.project import PROJECT

_LEFT_OUT = shutil.ignore_patterns(".git", ".venv", "build", "__pycache__", ".*_cache", ".hypothesis")
_LIMIT_SECONDS = 900
KEPT = PROJECT / "build" / "planted.json"
FAILED, NOTHING_RUN = 1, (2, 3, 4, 5)
"""What pytest ends with: tests that failed; what could not be imported, a fault of its own, a wrong call, nothing."""


@dataclass(frozen=True, slots=True)
class Planted:
    """What became of a fault: caught, held, MISSED, WRITE ANEW or NOT RUN, and what is told of it."""

    fault: Fault
    outcome: str
    told: str = ""

    @property
    def is_right(self) -> bool:
        """Whether it was noticed, or is known to do no harm."""
        return self.outcome in ("caught", "held")


@dataclass(slots=True)
class Bed:
    """A copy of the project to plant in, one fault at a time."""

    tree: Path
    caught_by: dict[str, str] = field(default_factory=dict)
    """The test that caught each fault the last time."""
    _good: set[str] = field(default_factory=set)
    """Tests seen to pass without a fault, so that their failing tells of one."""

    def plant(self, fault: Fault) -> Planted:
        """Plant it, run its tests, and take it out again."""
        times = fault.times_found(self.tree)
        if times != 1:
            return Planted(fault, "WRITE ANEW", f"its text stands {times} times in {fault.file}")
        path = fault.place(self.tree)
        right = path.read_text()
        failing: list[str] = []
        try:
            if (known := self.caught_by.get(fault.name)) and self._catches(known, fault, right):
                return Planted(fault, "caught", f"{known}, as before")
            while True:
                path.write_text(right.replace(fault.old, fault.new))
                status, told = self._tested(fault.tests, without=failing)
                if (test := _test_named(told)) is None:
                    break
                path.write_text(right)
                if told.startswith("FAILED") and self._passes(test):
                    break
                # Its ground gave way, which a busy machine does too; or it fails by itself, and says nothing.
                path.write_text(right.replace(fault.old, fault.new))
                if self._tested((test,))[0] == FAILED:
                    path.write_text(right)
                    if self._passes(test):
                        break
                failing.append(test)
            if failing and status in NOTHING_RUN:
                told = f"without the fault too: {', '.join(failing)}"
            judged = self._judged(fault, status, told[:200])
            if judged.outcome == "caught" and (test := _test_named(told)) is not None:
                self.caught_by[fault.name] = test
            return judged
        finally:
            path.write_text(right)

    def _catches(self, test: str, fault: Fault, right: str) -> bool:
        """Whether this test alone fails with the fault and passes without it."""
        path = fault.place(self.tree)
        path.write_text(right.replace(fault.old, fault.new))
        failed = self._tested((test,))[0] == FAILED
        path.write_text(right)
        return failed and self._passes(test)

    def _passes(self, test: str) -> bool:
        """Whether a test passes without a fault; asked once."""
        if test not in self._good and self._tested((test,))[0] == 0:
            self._good.add(test)
        return test in self._good

    def _tested(self, tests: Sequence[str], *, without: Sequence[str] = ()) -> tuple[int, str]:
        run = [sys.executable, "-m", "pytest", "-q", "-x", "-n", "0", "-p", "no:cacheprovider", "--tb=no"]
        left_out = [f"--deselect={each}" for each in without]
        told = os.environ | {"PYTHONPATH": str(self.tree), "CI": "1"}
        try:
            ended = subprocess.run(
                [*run, f"--basetemp={self.tree}/build/t", *left_out, *tests],
                cwd=self.tree,
                env=told,
                capture_output=True,
                text=True,
                check=False,
                timeout=_LIMIT_SECONDS,
            )
        except subprocess.TimeoutExpired:
            return FAILED, f"no end after {_LIMIT_SECONDS} s"
        failed = [line for line in ended.stdout.splitlines() if line.startswith(("FAILED", "ERROR"))]
        return ended.returncode, failed[0] if failed else ended.stdout[-200:].strip()

    def _judged(self, fault: Fault, status: int, told: str) -> Planted:
        if status in NOTHING_RUN:
            return Planted(fault, "NOT RUN", told)
        if fault.held:
            return Planted(fault, "held", fault.held) if status == 0 else Planted(fault, "caught", told)
        return Planted(fault, "caught" if status else "MISSED", told if status else fault.file)


def _test_named(told: str) -> str | None:
    """The test in a line of pytest's summary, `FAILED tests/test_it.py::test_it[case - one] - AssertionError`."""
    found = re.match(r"(?:FAILED|ERROR) ([^\[ ]+::[^\[ ]+(?:\[.*?\](?= - |$))?)", told)
    return found[1] if found else None


@contextmanager
def beds(count: int, folder: Path | None) -> Iterator[list[Bed]]:
    """So many copies of the project as it lies here, with what is not committed."""
    if folder is not None:
        folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="planted-", dir=folder) as place:
        made: list[Bed] = []
        for number in range(count):
            tree = Path(place) / str(number)
            shutil.copytree(made[0].tree if made else PROJECT, tree, symlinks=True, ignore=_LEFT_OUT)
            (tree / "build").mkdir()
            (tree / ".venv").symlink_to(Path(sys.prefix))
            _compile(tree)
            _commit(tree)
            made.append(Bed(tree))
        yield made


def _compile(tree: Path) -> None:
    """Compile the product once, each file known by its content: by its date, two faults of one second would be one."""
    run = [
        sys.executable,
        "-m",
        "compileall",
        "-q",
        "--invalidation-mode",
        "checked-hash",
        "-x",
        r"/\.|/build/",
    ]
    subprocess.run([*run, "."], cwd=tree, check=True)


def _commit(tree: Path) -> None:
    """Some tests ask git which files there are."""
    for words in (("init", "--quiet"), ("add", "--all")):
        subprocess.run(["git", *words], cwd=tree, check=True)


def main(arguments: list[str]) -> int:
    """Plant what is asked for and say what became of it; 0 when everything was noticed."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--only", default="", help="part of a fault's name or file")
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--work", type=Path, default=None, help="where the copies lie")
    parser.add_argument("--kept", type=Path, default=KEPT, help="which test caught each the last time")
    given = parser.parse_args(arguments)
    caught_by: dict[str, str] = json.loads(given.kept.read_text()) if given.kept.exists() else {}
    chosen = [each for each in faults() if given.only in each.name or given.only in each.file]
    found: list[Planted] = []
    with (
        beds(min(given.workers, len(chosen)), given.work) as made,
        ThreadPoolExecutor(len(made) or 1) as pool,
    ):
        free: SimpleQueue[Bed] = SimpleQueue()
        for bed in made:
            bed.caught_by = caught_by
            free.put(bed)

        def planted(fault: Fault) -> Planted:
            bed = free.get()
            try:
                return bed.plant(fault)
            finally:
                free.put(bed)

        for each in pool.map(planted, chosen):
            found.append(each)
            print(f"{each.outcome:10} {each.fault.name}: {each.told}", flush=True)
    given.kept.parent.mkdir(parents=True, exist_ok=True)
    given.kept.write_text(json.dumps(caught_by, ensure_ascii=False, indent=1, sort_keys=True) + "\n")
    count = Counter(each.outcome for each in found)
    print(
        f"{len(found)} planted: " + ", ".join(f"{many} {outcome}" for outcome, many in sorted(count.items()))
    )
    return int(not all(each.is_right for each in found))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
