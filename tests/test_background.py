"""The tests pass in the background of a script too, where SIGINT is ignored from the start."""

import signal
import subprocess
import sys

import pytest

from tests.support.project import PROJECT

# What a shell without job control does to what it starts with &, and nohup's user with trap '' INT.
IN_THE_BACKGROUND = """
import signal, subprocess, sys
from contextlib import nullcontext
from tests.support.interrupting import heeding_interrupts

signal.signal(signal.SIGINT, signal.SIG_IGN)
block = heeding_interrupts() if sys.argv[1] == "heeding" else nullcontext()
program = [sys.executable, "-c", "import time; print(flush=True); time.sleep(60)"]
with block, subprocess.Popen(program, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL) as started:
    started.stdout.readline()
    started.send_signal(signal.SIGINT)
    try:
        print(started.wait(timeout=float(sys.argv[2])))
    except subprocess.TimeoutExpired:
        print("goes on")
        started.kill()
assert signal.getsignal(signal.SIGINT) is signal.SIG_IGN
"""


def in_the_background(*arguments: str) -> str:
    run = [sys.executable, "-c", IN_THE_BACKGROUND, *arguments]
    return subprocess.run(run, cwd=PROJECT, capture_output=True, text=True, check=True).stdout.strip()


def test_a_program_that_a_test_interrupts_ends_also_there() -> None:
    assert in_the_background("heeding", "50") == str(-signal.SIGINT)


def test_the_same_program_goes_on_where_nobody_thought_of_it() -> None:
    """Otherwise the one above would prove nothing."""
    assert in_the_background("ignoring", "0.5") == "goes on"


SENDING = sorted(
    str(path.relative_to(PROJECT))
    for path in (PROJECT / "tests").rglob("test_*.py")
    if "send_signal(signal.SIGINT)" in (text := path.read_text()) or "signal.SIGINT, signal.SIG" in text
)


@pytest.mark.parametrize("module", [each for each in SENDING if each != "tests/test_background.py"])
def test_every_test_that_interrupts_a_program_starts_it_heeding_interrupts(module: str) -> None:
    assert "heeding_interrupts()" in (PROJECT / module).read_text()


def test_there_are_such_tests() -> None:
    assert {"tests/billing/cli/test_cli.py", "tests/billing/cli/test_serve.py"} <= set(SENDING)
