"""Changes a room's code by one small fault at a time and says which of them its tests do not notice.

    python -m tests.mutants                                   all rooms, every mutant: a night
    python -m tests.mutants --room money --sample 200 --seed 3
    python -m tests.mutants --room gate --module gate_tree    the modules with this in their name

What is known from an earlier run, of the same module and the same tests, is not tried again (build/mutants).
"""

import argparse
import os
import random
import subprocess
import sys
import tempfile
from contextlib import redirect_stdout
from pathlib import Path

import pytest

from tests.mutants.changing import ChangedModule, Mutant
from tests.mutants.judging import KILLED_LEAST, Remembered, RoomResult, result_of
from tests.mutants.rooms import ROOMS
from tests.mutants.running import Asked, Judged, MutantRun, Outcome
from tests.support.project import PROJECT

KEPT = PROJECT / "build" / "mutants"


class Broken(Exception):
    """The tests of a room fail as they are, so they can tell nothing of a fault."""


def judge(name: str, given: argparse.Namespace) -> RoomResult:
    """Try a sample of a room's mutants. Raises Broken."""
    room = ROOMS[name]
    modules = [
        ChangedModule(path.read_text(), path) for path in room.module_paths if given.module in str(path)
    ]
    every = [(module, mutant) for module in modules for mutant in module.mutants]
    chosen = random.Random(given.seed).sample(every, min(given.sample or len(every), len(every)))  # noqa: S311
    remembered = Remembered(given.kept, name, room)
    judged: list[Judged] = []
    unknown: list[tuple[ChangedModule, Mutant]] = []
    for module, mutant in chosen:
        known = remembered.of(
            str(module.path.relative_to(PROJECT)), module.source, mutant, seconds=given.seconds
        )
        if known is None:
            unknown.append((module, mutant))
        else:
            judged.append(known)

    def told(outcome: Judged) -> None:
        judged.append(outcome)
        remembered.keep(outcome, seconds=given.seconds)
        if outcome.outcome in (Outcome.SURVIVED, Outcome.NOT_RUN):
            print(f"{outcome.outcome}: {outcome.module}:{outcome.mutant}", file=sys.__stdout__, flush=True)

    if unknown:
        asked = Asked(unknown, told, seconds=given.seconds, workers=given.workers, forgets=room.forgets)
        if given.work is not None:
            given.work.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(prefix="mutants-", dir=given.work) as folder:
            options = [
                "-q",
                "-p",
                "no:cacheprovider",
                "-n",
                "0",
                f"--basetemp={folder}/t",
                # Each child would start a server of its own, for lines that SQLite goes through too.
                "-k",
                "not postgresql",
            ]
            with open(os.devnull, "w") as nowhere, redirect_stdout(nowhere):
                pytest.main([*options, *map(str, room.test_paths)], plugins=[MutantRun(asked)])
        if asked.broken:
            raise Broken(f"{name}: these fail as they are: {', '.join(asked.broken[:5])}")
    return result_of(name, len(every), judged)


def main(arguments: list[str]) -> int:
    """Judge the rooms named, or all; 0 where each notices enough."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--room", action="append", choices=list(ROOMS), default=[])
    parser.add_argument("--module", default="", help="only modules with this in their path")
    parser.add_argument("--sample", type=int, default=0, help="so many mutants of each room; 0: all")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--seconds", type=float, default=20, help="of tests for one mutant at most")
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--kept", type=Path, default=KEPT, help="where outcomes are remembered")
    parser.add_argument("--work", type=Path, default=None, help="where tests write")
    given = parser.parse_args(arguments)
    rooms = given.room or list(ROOMS)
    if len(rooms) > 1:
        # A process of its own for each: what one has imported and filled is nothing to the next.
        options = [each for each in arguments if each not in rooms and each != "--room"]
        run = [sys.executable, "-m", "tests.mutants", *options]
        ended = [subprocess.run([*run, "--room", room], check=False).returncode for room in rooms]
        return int(any(ended))
    os.environ["CI"] = "1"  # the same examples of each law for every mutant
    try:
        result = judge(rooms[0], given)
    except Broken as broken:
        print(broken)
        return 2
    for each in result.survivors:
        print(f"  {each.outcome}: {each.module}:{each.mutant}")
    print(f"{result.told}; seed {given.seed}")
    if not result.is_enough:
        print(f"At least {KILLED_LEAST} % must be noticed.")
    return int(not result.is_enough)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
