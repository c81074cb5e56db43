"""Work with limits: what takes too much is ended and told why, and the next piece finds a process."""

import os
import time
from collections.abc import Iterator
from functools import partial

import pytest

from foundation.apart.confined import Allowance, Excess, NoneFree, Processes, WorkEnded, WorkFailed

AMPLE = Allowance(cpu_seconds=20, memory_bytes=500_000_000, wall_seconds=60)


def nothing() -> None:
    """A process needs nothing to be prepared."""


def square(number: int) -> int:
    return number * number


def spin() -> None:
    while True:
        pass


def hoard(count_bytes: int) -> int:
    return len(bytearray(count_bytes))


def sleep(seconds: float) -> None:
    time.sleep(seconds)


def die() -> None:
    os._exit(3)


def fail() -> None:
    raise ValueError("191212121212 must never reach a log")


def settings() -> list[str]:
    return [name for name in os.environ if name.startswith("BILLING_")]


@pytest.fixture(scope="module")
def processes() -> Iterator[Processes]:
    opened = Processes(most=1, warm=nothing)
    yield opened
    opened.close()


@pytest.mark.parametrize(
    ("excess", "work", "allowance", "unwanted"),
    [
        (Excess.CPU, spin, Allowance(1, 500_000_000, 60), bool),
        (Excess.MEMORY, partial(hoard, 400_000_000), Allowance(20, 100_000_000, 60), bool),
        (Excess.WALL, partial(sleep, 60), Allowance(20, 500_000_000, 0.2), bool),
        (Excess.DIED, die, AMPLE, bool),
        (Excess.UNWANTED, partial(sleep, 60), AMPLE, lambda: True),
    ],
    ids=lambda given: given.value if isinstance(given, Excess) else "",
)
def test_work_that_takes_more_than_it_may_is_ended_and_the_next_is_done(
    processes: Processes, excess: Excess, work: object, allowance: Allowance, unwanted: object
) -> None:
    before = processes.ended[excess]
    with pytest.raises(WorkEnded) as ended:
        processes.run(work, allowance=allowance, unwanted=unwanted)  # type: ignore[arg-type]
    assert (ended.value.excess, processes.ended[excess]) == (excess, before + 1)
    assert f"{allowance.cpu_seconds} sekunder" in ended.value.text.sv
    assert processes.run(square, 7, allowance=AMPLE) == 49


def test_one_allowance_is_not_the_next_ones(processes: Processes) -> None:
    """The limits move on with what the process has used: a long life is no fault of the next document."""
    small = Allowance(1, 200_000_000, 60)
    for _ in range(3):
        assert processes.run(hoard, 150_000_000, allowance=small) == 150_000_000


def test_a_fault_in_the_work_says_where_and_never_what(processes: Processes) -> None:
    with pytest.raises(WorkFailed) as failed:
        processes.run(fail, allowance=AMPLE)
    assert failed.value.place.startswith("ValueError test_confined.py:")
    assert "1912" not in failed.value.place


def test_what_it_cost_is_told_also_where_it_was_ended(processes: Processes) -> None:
    spent: list[float] = []
    processes.run(square, 7, allowance=AMPLE, spent=spent.append)
    with pytest.raises(WorkEnded):
        processes.run(spin, allowance=Allowance(1, 500_000_000, 60), spent=spent.append)
    assert spent[0] < spent[1] <= 1


def test_no_setting_of_ours_and_so_no_secret_is_with_who_reads_a_strangers_bytes(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("BILLING_SMTP_PASSWORD", "hemligt")
    processes = Processes(most=1, warm=nothing)
    assert processes.run(settings, allowance=AMPLE) == []
    processes.close()


def test_who_finds_none_free_is_told_so(processes: Processes) -> None:
    def while_busy() -> bool:
        with pytest.raises(NoneFree):
            processes.run(square, 7, allowance=AMPLE, patience=0)
        return True

    with pytest.raises(WorkEnded):
        processes.run(sleep, 60, allowance=AMPLE, unwanted=while_busy)


def test_a_fork_of_this_process_has_processes_of_its_own(processes: Processes) -> None:
    assert processes.run(square, 7, allowance=AMPLE) == 49
    child = os.fork()
    if child == 0:
        right = processes.run(square, 8, allowance=AMPLE) == 64
        processes.close()
        os._exit(0 if right else 1)
    _, status = os.waitpid(child, 0)
    assert status == 0
    assert processes.run(square, 9, allowance=AMPLE) == 81
