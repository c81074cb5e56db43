"""Mutants compared in several processes: each has its own Saxon, and takes a stretch of numbers at a time."""

from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from datetime import date
from multiprocessing import get_context
from typing import ClassVar, Final

from tests.agreement.comparing import Comparison, compare
from tests.agreement.mutants import Mutants
from tests.agreement.published import PublishedFiles, PublishedRelease

_STRETCH: Final = 250


@dataclass(frozen=True, slots=True)
class _Work:
    """What a process needs to compare any mutant of the run."""

    mutants: Mutants
    release: PublishedRelease
    on: date

    at_hand: ClassVar["_Work"]


def compared_mutants(
    mutants: Mutants, count: int, files: PublishedFiles, on: date, workers: int
) -> Iterator[Comparison]:
    """The mutants 0 to `count`, each compared, in their order."""
    if workers < 2:
        _begin(mutants, files, on)
        for first in range(0, count, _STRETCH):
            yield from _stretch(first, min(first + _STRETCH, count))
        return
    # Saxon does not survive a fork.
    pool = ProcessPoolExecutor(
        workers, mp_context=get_context("spawn"), initializer=_begin, initargs=(mutants, files, on)
    )
    firsts = range(0, count, _STRETCH)
    with pool:
        for done in pool.map(_stretch, firsts, (min(first + _STRETCH, count) for first in firsts)):
            yield from done


def _begin(mutants: Mutants, files: PublishedFiles, on: date) -> None:
    _Work.at_hand = _Work(mutants, PublishedRelease(files), on)


def _stretch(first: int, last: int) -> list[Comparison]:
    work = _Work.at_hand
    compared = []
    for number in range(first, last):
        mutant = work.mutants.mutant(number)
        compared.append(compare(str(mutant), mutant.data, mutant.seed.kind, work.release, work.on))
    return compared
