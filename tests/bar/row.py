"""What a row of the bar is: what is counted, how much of it is wanted, and which tests count it.

A test says what it has tried by pytest's own `record_property("kills", 200)`. The same name in several tests adds
up; a figure that may be at most so much (`at_most`) is the largest that was told. A row passes when every test it
names has passed and every figure is told and within its limit, on each engine it names. What was told by nobody
is never taken for granted.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

SQLITE: Final = "sqlite"
POSTGRESQL: Final = "postgresql"
BOTH: Final = (SQLITE, POSTGRESQL)


@dataclass(frozen=True, slots=True)
class Wanted:
    """A figure and its limit: at least `nightly` of `name`, or at most that; `fast` is its limit in the short run.

    Where `fast` is None it is counted at night alone.
    """

    name: str
    nightly: float
    fast: float | None
    at_most: bool = False

    def limit(self, *, fast: bool) -> float | None:
        """The limit of this run; None where the figure is not counted in it."""
        return self.fast if fast else self.nightly


def at_least(name: str, nightly: float, *, fast: float | None) -> Wanted:
    """So many are tried."""
    return Wanted(name, nightly, fast)


def at_most(name: str, limit: float, *, at_night_alone: bool = False) -> Wanted:
    """It is no more than this, in the short run and in the long one."""
    return Wanted(name, limit, None if at_night_alone else limit, at_most=True)


@dataclass(frozen=True, slots=True)
class Row:
    """One row of the bar: its number, what must hold, what counts it.

    `tests` are what pytest is given, paths from the project's folder or names of tests. `engines` is empty where no
    database takes part. `fast` is False for a row that is measured at night alone.
    """

    number: int
    what: str
    holds: str
    wanted: Sequence[Wanted]
    tests: Sequence[str]
    engines: Sequence[str] = ()
    fast: bool = True
    fast_engines: Sequence[str] | None = None

    def engines_in(self, *, fast: bool) -> Sequence[str]:
        """The engines of a run; the short one may do with fewer, where `fast_engines` says so."""
        return self.fast_engines if fast and self.fast_engines is not None else self.engines


@dataclass(frozen=True, slots=True)
class Told:
    """What one test came to: passed, failed or skipped; on which engine; and the figures it told."""

    test: str
    outcome: str
    engine: str
    figures: Mapping[str, float]
    reason: str = ""


class Verdict(StrEnum):
    """What a row came to."""

    PASS = "pass"
    FAIL = "FAIL"
    NOT_MEASURED = "not measured"


@dataclass(frozen=True, slots=True)
class Counted:
    """A figure as it was counted on one engine, "" for none; `amount` is None where no test told it."""

    name: str
    engine: str
    amount: float | None
    limit: float
    at_most: bool

    @property
    def is_within(self) -> bool:
        """Whether the limit is kept."""
        if self.amount is None:
            return False
        return self.amount <= self.limit if self.at_most else self.amount >= self.limit

    def __str__(self) -> str:
        amount = "-" if self.amount is None else f"{self.amount:,.10g}"
        sign = "≤" if self.at_most else "≥"
        return f"{self.name}{' ' + self.engine if self.engine else ''} {amount} ({sign} {self.limit:,.10g})"


@dataclass(frozen=True, slots=True)
class Measured:
    """A row as it came out, with everything that is wrong with it in words."""

    row: Row
    verdict: Verdict
    counted: Sequence[Counted]
    wrong: Sequence[str]


def judge(row: Row, told: Sequence[Told], *, fast: bool, engines: Sequence[str] = BOTH) -> Measured:
    """What the row's tests have told, held against its limits."""
    of_row = [engine for engine in row.engines_in(fast=fast) if engine in engines] or [""]
    counted = [
        _counted(wanted, told, engine, limit)
        for wanted in row.wanted
        if (limit := wanted.limit(fast=fast)) is not None
        for engine in of_row
    ]
    failed = [f"{each.test}: {each.reason}" for each in told if each.outcome == "failed"]
    skipped = [f"{each.test}: {each.reason}" for each in told if each.outcome == "skipped"]
    beyond = [str(each) for each in counted if each.amount is not None and not each.is_within]
    names = ", ".join(f"{each.name} {each.engine}".rstrip() for each in counted if each.amount is None)
    untold = [f"told by no test: {names}"] if names else []
    if failed or beyond:
        return Measured(row, Verdict.FAIL, counted, [*failed, *beyond, *untold, *skipped])
    if untold or skipped:
        return Measured(row, Verdict.NOT_MEASURED, counted, [*skipped, *untold])
    return Measured(row, Verdict.PASS, counted, [])


def _counted(wanted: Wanted, told: Iterable[Told], engine: str, limit: float) -> Counted:
    amounts = [
        each.figures[wanted.name]
        for each in told
        if each.outcome == "passed" and wanted.name in each.figures and engine in ("", each.engine)
    ]
    amount = None if not amounts else max(amounts) if wanted.at_most else sum(amounts)
    return Counted(wanted.name, engine, amount, limit, wanted.at_most)


def by_number(rows: Iterable[Row]) -> Mapping[int, Row]:
    """The rows by their numbers; raises ValueError where one number stands twice."""
    found: dict[int, list[Row]] = defaultdict(list)
    for each in rows:
        found[each.number].append(each)
    if twice := [number for number, same in found.items() if len(same) > 1]:
        raise ValueError(f"Rows that stand twice: {twice}")
    return {number: same[0] for number, same in sorted(found.items())}
