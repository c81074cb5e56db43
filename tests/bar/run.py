"""The runner of the bar: `python -m tests.bar.run [--rows 1,5-9] [--fast] [--seed N] [--engine sqlite]`.

Each row's tests run in a pytest of their own, one row after the other. Printed, and written to build/bar.json: the
row, what was counted beside its limit, the verdict, the seconds it took, and the seed. Ends with 0 only when every
row that was asked for has passed; a row that could not be measured has not.
"""

import argparse
import json
import os
import subprocess
import sys
import textwrap
import time
from collections.abc import Sequence
from dataclasses import asdict
from itertools import zip_longest
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.bar import counting, seeds
from tests.bar.row import BOTH, Measured, Row, Told, Verdict, judge
from tests.bar.rows import ROWS
from tests.support.project import PROJECT

FAST = ("-m", "not slow and not nightly", "--hypothesis-profile=system")
NIGHTLY = ("-m", "slow or not slow", "--hypothesis-profile=long")
NOTHING_COLLECTED = (4, 5)


def asked_rows(text: str) -> Sequence[int]:
    """The numbers in "1,5-9"; all of them for "". Raises ValueError for what is no such list."""
    if not text:
        return tuple(ROWS)
    numbers: list[int] = []
    for part in text.split(","):
        first, _, last = part.partition("-")
        numbers += range(int(first), int(last or first) + 1)
    if unknown := [number for number in numbers if number not in ROWS]:
        raise ValueError(f"There are rows 1 to {max(ROWS)}, not {unknown}")
    return numbers


def measure(row: Row, *, fast: bool, seed: int, engine: str, workers: int = 0) -> Measured:
    """Run what counts this row, and hold it against its limits."""
    if fast and not row.fast:
        return Measured(row, Verdict.NOT_MEASURED, (), ["measured at night alone"])
    there = [each for each in row.tests if (PROJECT / each.partition("::")[0]).exists()]
    absent = [f"{each} is not there" for each in row.tests if each not in there]
    told, wrong = (
        _run(row, there, fast=fast, seed=seed, engine=engine, workers=workers) if there else ([], [])
    )
    measured = judge(row, told, fast=fast, engines=(engine,) if engine else BOTH)
    wrong = [*wrong, *absent, *measured.wrong]
    verdict = Verdict.NOT_MEASURED if wrong and measured.verdict is Verdict.PASS else measured.verdict
    return Measured(row, verdict, measured.counted, wrong)


def _run(
    row: Row, tests: Sequence[str], *, fast: bool, seed: int, engine: str, workers: int
) -> tuple[Sequence[Told], Sequence[str]]:
    """What the row's tests told, and what pytest itself complained of."""
    with TemporaryDirectory() as folder:
        into = Path(folder) / "told.jsonl"
        program = [
            *(sys.executable, "-m", "pytest", "-q", "-p", "tests.bar.counting", "--no-header"),
            *(FAST if fast else NIGHTLY),
            *(f"--hypothesis-seed={seed}", "-n", str(workers), *tests),
        ]
        environment = {
            **os.environ,
            "PYTHONPATH": str(PROJECT),
            seeds.VARIABLE: str(seed),
            counting.INTO: str(into),
            counting.ENGINE: engine,
        }
        ended = subprocess.run(
            program, cwd=PROJECT, env=environment, capture_output=True, text=True, check=False
        )
        told = told_in(into)
    if ended.returncode in NOTHING_COLLECTED:
        return told, ["none of its tests is there"]
    if ended.returncode and not any(each.outcome == "failed" for each in told):
        last = (ended.stdout + ended.stderr).strip().splitlines()[-1:]
        return told, [f"pytest ended with {ended.returncode}: {' '.join(last)}"]
    return told, []


def told_in(path: Path) -> Sequence[Told]:
    """What tests have told there, one line each."""
    lines = path.read_text(encoding="utf-8").splitlines() if path.exists() else []
    return [Told(**json.loads(line)) for line in lines]


def of_make_test(told: Sequence[Told]) -> Sequence[Measured]:
    """The rows as the tests of `make test` have counted them, each at its counts of the short run."""
    return [
        judge(row, [each for each in told if each.test.startswith(tuple(row.tests))], fast=True)
        if row.fast
        else Measured(row, Verdict.NOT_MEASURED, (), ["measured at night alone"])
        for row in ROWS.values()
    ]


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure what is asked for; 0 when all of it passes."""
    reader = argparse.ArgumentParser(description=__doc__, prog="python -m tests.bar.run")
    reader.add_argument("--rows", default="", help="such as 1,5-9; all without it")
    reader.add_argument("--fast", action="store_true", help="the counts of `make test`")
    reader.add_argument("--seed", type=int, default=seeds.USUAL)
    reader.add_argument("--engine", choices=("", *BOTH), default="")
    reader.add_argument("--workers", type=int, default=0, help="of pytest, within a row")
    reader.add_argument("--into", type=Path, default=PROJECT / "build" / "bar.json")
    asked = reader.parse_args(arguments)
    results: list[tuple[Measured, float]] = []
    for number in asked_rows(asked.rows):
        began = time.monotonic()
        measured = measure(
            ROWS[number], fast=asked.fast, seed=asked.seed, engine=asked.engine, workers=asked.workers
        )
        results.append((measured, time.monotonic() - began))
        measured, seconds = results[-1]
        print(shown(measured, f"{seconds:.0f} s"), flush=True)
    passed = [each for each, _ in results if each.verdict is Verdict.PASS]
    print(f"{len(passed)} of {len(results)} rows pass; seed {asked.seed}")
    asked.into.parent.mkdir(parents=True, exist_ok=True)
    asked.into.write_text(_as_json(results, asked.seed, fast=asked.fast), encoding="utf-8")
    return int(len(passed) < len(results))


def shown(measured: Measured, after: str = "") -> str:
    """A row as it came out, for a terminal of a hundred columns; `after` stands behind its verdict."""
    first, *others = [*map(str, measured.counted), *(f"! {wrong}" for wrong in measured.wrong[:5])] or [""]
    what = textwrap.wrap(measured.row.what, 40)
    lines = [f"{measured.row.number:3} {what[0]:40} {first:46} {measured.verdict} {after}".rstrip()]
    for said, counted in zip_longest(what[1:], others, fillvalue=""):
        lines.append(f"    {said:40} {counted}".rstrip())
    return "\n".join(lines)


def _as_json(results: Sequence[tuple[Measured, float]], seed: int, *, fast: bool) -> str:
    rows = [
        {
            "row": each.row.number,
            "what": each.row.what,
            "holds": each.row.holds,
            "verdict": each.verdict,
            "counted": [asdict(figure) for figure in each.counted],
            "wrong": list(each.wrong),
            "seconds": round(seconds, 1),
        }
        for each, seconds in results
    ]
    return json.dumps({"seed": seed, "fast": fast, "rows": rows}, ensure_ascii=False, indent=1) + "\n"


if __name__ == "__main__":
    sys.exit(main())
