"""Rows 38 and 40: faults planted by hand, and faults made from the code itself, and how many of them a test notices."""

import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Final

import pytest

from tests.bar.seeds import seed
from tests.mutants.rooms import ROOMS
from tests.support.project import PROJECT

SAMPLE: Final = 60
"""Mutants of each room."""
_PLANTED: Final = re.compile(r"^(\d+) planted: (.*)$", re.MULTILINE)
_NOTICED: Final = re.compile(r"^\w+: (\d+) of (\d+) noticed", re.MULTILINE)


def _run(module: str, *arguments: str) -> str:
    """What a command of the tests prints; whether it is content is read from its figures."""
    ran = subprocess.run(
        [sys.executable, "-m", module, *arguments], cwd=PROJECT, capture_output=True, text=True, check=False
    )
    return ran.stdout + ran.stderr


@pytest.mark.nightly
def test_every_planted_fault_is_noticed(
    tmp_path: Path, record_property: Callable[[str, object], None]
) -> None:
    said = _run("tests.planted", "--work", str(tmp_path))
    last = _PLANTED.search(said)
    assert last is not None, said[-500:]
    outcomes = {
        outcome: int(many) for many, _, outcome in (each.partition(" ") for each in last[2].split(", "))
    }
    noticed = outcomes.get("caught", 0) + outcomes.get("held", 0)
    record_property("planted", int(last[1]))
    record_property("missed", int(last[1]) - noticed)
    assert noticed == int(last[1]), [
        line for line in said.splitlines() if not line.startswith(("caught", "held"))
    ]


@pytest.mark.nightly
@pytest.mark.parametrize("room", ROOMS)
def test_nine_of_ten_mutants_of_a_room_are_noticed(
    room: str, tmp_path: Path, record_property: Callable[[str, object], None]
) -> None:
    asked = ("--room", room, "--sample", str(SAMPLE), "--seed", str(seed()))
    said = _run("tests.mutants", *asked, "--work", str(tmp_path))
    counted = _NOTICED.search(said)
    assert counted is not None, said[-500:]
    noticed, of = int(counted[1]), int(counted[2])
    record_property("mutants", of)
    record_property("percent_missed", round(100 - 100 * noticed / of, 1) if of else 100)
