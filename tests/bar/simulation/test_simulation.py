"""Row 29: the real code of workers, pages and doors in a simulated world, each run as its seed has it.

A seed that breaks a promise is played again by its number alone:
`python -m tests.bar.simulation --first 4711 --seeds 1 --trace`.
"""

import os
import subprocess
import sys
from collections.abc import Callable

import pytest

from tests.bar.seeds import chance
from tests.bar.simulation.running import run
from tests.support.project import PROJECT
from tests.support.stories.crashing import quick_folder

STEPS = 300
_TOGETHER = 100
Tell = Callable[[str, object], None]


def first_seed(part: int) -> int:
    """Where a hundred runs begin: another place for every seed of the bar."""
    return chance("simulation").randrange(1_000_000) * 10_000 + part * _TOGETHER


@pytest.mark.parametrize(
    ("part", "seeds"),
    [
        (0, 10),
        *(pytest.param(part, _TOGETHER, marks=pytest.mark.nightly) for part in range(100)),
    ],
)
def test_no_promise_is_broken_whoever_dies_repeats_or_comes_late(
    part: int, seeds: int, record_property: Tell
) -> None:
    met: dict[str, int] = {}
    kills = 0
    with quick_folder() as folder:
        for seed in range(first_seed(part), first_seed(part) + seeds):
            run_ = run(f"sqlite:///{folder}/{seed}.sqlite", seed=seed, steps=STEPS)
            assert not run_.broken, f"seed {seed}: {list(run_.broken)}"
            kills += run_.kills
            met = {what: met.get(what, 0) + run_.met.get(what, 0) for what in {*met, *run_.met}}
    record_property("seeds", seeds)
    record_property("kills", kills)
    # A world in which nothing goes wrong proves nothing.
    assert kills > seeds
    assert {"send 303", "delivered twice"} <= set(met)


@pytest.mark.parametrize("steps", [40, pytest.param(STEPS, marks=pytest.mark.nightly)])
def test_the_same_seed_is_the_same_run_in_another_process_too(steps: int, record_property: Tell) -> None:
    first, again = (played_two(steps=steps, hash_seed=hash_seed) for hash_seed in ("1", "2"))
    assert first == again
    # The traces of two seeds are two.
    assert len({line.split()[1] for line in first}) == len(first) == 2
    record_property("traces_repeated", len(first))


def played_two(*, steps: int, hash_seed: str) -> list[str]:
    """What the command says of two seeds: the number of each one's trace and the head of its journal."""
    command = [sys.executable, "-m", "tests.bar.simulation", "--first", "41", "--seeds", "2"]
    return subprocess.run(
        [*command, "--steps", str(steps)],
        cwd=PROJECT,
        env={**os.environ, "PYTHONHASHSEED": hash_seed},
        capture_output=True,
        text=True,
        check=True,
        timeout=300,
    ).stdout.splitlines()
