"""`make test`: format, lint, types and import rules beside the tests, each of which fails the whole.

Run as `python -m tests.checks`; what is said after it goes to pytest. The checks take turns while pytest works, so
that nobody waits for them. What they find is shown before the last line, which is pytest's own count. Before that the
rows of the bar (decision 77) are shown as the tests have counted them; one that was counted less than it wants fails
the whole too. A run of some tests alone has no rows.
"""

import os
import re
import subprocess
import sys
from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import IO

from tests.bar import counting, seeds
from tests.bar.row import Verdict
from tests.bar.run import of_make_test, shown, told_in

CHECKS = ("ruff format --check .", "ruff check .", "mypy", "lint-imports")
COUNTED = re.compile(rb"\d+ \w+.* in [\d.]+s|no tests ran")
MAYBE_COUNTED = re.compile(rb"[=0-9\x1b]")


def found_by_checks() -> list[tuple[str, int, str]]:
    """Each check, what it ended with, and what it said."""
    found = []
    for check in CHECKS:
        ended = subprocess.run(
            check.split(), stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False
        )
        found.append((check, ended.returncode, ended.stdout))
    return found


def show_all_but_the_count(spoken: Iterable[bytes], shown: IO[bytes]) -> bytes:
    """Pass on what pytest says as it says it, and give back its last line, the count."""
    held = b""
    for more in spoken:
        *lines, rest = (held + more).split(b"\n")
        held = b""
        for line in lines:
            shown.write(held)
            held = line + b"\n" if COUNTED.search(line) else b""
            shown.write(b"" if held else line + b"\n")
        if rest:
            shown.write(held)
            held = rest if MAYBE_COUNTED.match(rest) else b""
            shown.write(b"" if held else rest)
        shown.flush()
    return held


def is_of_all(arguments: Sequence[str]) -> bool:
    """Whether these arguments of pytest leave no test out.

    >>> is_of_all(["-n", "2", "--dist", "worksteal"]), is_of_all(["tests/bar"]), is_of_all(["-k", "gate"])
    (True, False, False)
    """
    narrowing = ("-k", "-m", "--lf", "--sw")
    return not any(each.startswith(narrowing) or Path(each.partition("::")[0]).exists() for each in arguments)


def rows_of_the_bar(told: Path) -> tuple[Sequence[str], bool]:
    """The rows of the bar as the tests have counted them, and whether each that is counted by day passes."""
    rows = of_make_test(told_in(told))
    by_day = [each for each in rows if each.row.fast]
    passed = [each for each in by_day if each.verdict is Verdict.PASS]
    last = f"bar: {len(passed)} of {len(by_day)} rows pass at their counts by day; seed {seeds.USUAL}"
    return [*map(shown, rows), last], len(passed) == len(by_day)


def main(arguments: list[str]) -> int:
    """Run pytest with these arguments and the checks beside it; 0 when all of them are content."""
    colour = ["--color=yes"] if sys.stdout.isatty() else []
    output = sys.stdout.buffer
    counted = ["-p", "tests.bar.counting"] if is_of_all(arguments) else []
    with ThreadPoolExecutor(1) as pool, TemporaryDirectory() as folder:
        told = Path(folder) / "told.jsonl"
        checked = pool.submit(found_by_checks)
        program = [sys.executable, "-m", "pytest", *colour, *counted, *arguments]
        environment = {**os.environ, counting.INTO: str(told)}
        # The tests start some hundred processes; without what was compiled each would compile the whole product anew.
        environment.pop("PYTHONDONTWRITEBYTECODE", None)
        with subprocess.Popen(program, stdout=subprocess.PIPE, env=environment) as tests:
            assert tests.stdout is not None
            spoken = tests.stdout.fileno()
            count = show_all_but_the_count(iter(lambda: os.read(spoken, 65536), b""), output)
        found = checked.result()
        rows, is_counted = rows_of_the_bar(told) if counted else ([], True)
    output.write("".join(f"{row}\n" for row in rows).encode())
    for check, status, said in found:
        output.write(f"{check}: {'ok' if status == 0 else 'FAILED'}\n{said if status else ''}".encode())
    output.write(count)
    output.flush()
    failed = any(status for _, status, _ in found)
    return int(tests.returncode != 0 or failed or not is_counted)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
