"""`make test`: format, lint, types and import rules beside the tests, each of which fails the whole.

Run as `python -m tests.checks`; what is said after it goes to pytest. The checks take turns while pytest works, so
that nobody waits for them. What they find is shown before the last line, which is pytest's own count.
"""

import os
import re
import subprocess
import sys
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from typing import IO

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


def main(arguments: list[str]) -> int:
    """Run pytest with these arguments and the checks beside it; 0 when all of them are content."""
    colour = ["--color=yes"] if sys.stdout.isatty() else []
    shown = sys.stdout.buffer
    with ThreadPoolExecutor(1) as pool:
        checked = pool.submit(found_by_checks)
        with subprocess.Popen(["pytest", *colour, *arguments], stdout=subprocess.PIPE) as tests:
            assert tests.stdout is not None
            spoken = tests.stdout.fileno()
            count = show_all_but_the_count(iter(lambda: os.read(spoken, 65536), b""), shown)
        found = checked.result()
    for check, status, said in found:
        shown.write(f"{check}: {'ok' if status == 0 else 'FAILED'}\n{said if status else ''}".encode())
    shown.write(count)
    shown.flush()
    return int(tests.returncode != 0 or any(status for _, status, _ in found))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
