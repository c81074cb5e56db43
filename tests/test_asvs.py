"""The list of ASVS requirements is whole, and everything it calls a proof is there."""

import ast
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import Final

from tests.support.project import PROJECT

PAGE: Final = PROJECT / "docs" / "asvs-level-2.md"
ROW: Final = re.compile(
    r"^\| ([0-9]+\.[0-9]+\.[0-9]+) \| ([12]) \| ([^|]+) \| ([a-z ]+) \| ([^|]+) \|$", re.MULTILINE
)
PROOF: Final = re.compile(r"`([^`]+)`")
# How many requirements of level 1 and 2 each chapter of ASVS 5.0.0 has.
CHAPTERS: Final = {
    **{1: 27, 2: 11, 3: 19, 4: 10, 5: 9, 6: 35, 7: 18, 8: 7, 9: 7},
    **{10: 29, 11: 14, 12: 9, 13: 13, 14: 9, 15: 13, 16: 16, 17: 7},
}
STANDS: Final = frozenset({"met", "not met", "not applicable"})


@dataclass(frozen=True, slots=True)
class Requirement:
    """A line of the page."""

    number: str
    level: int
    label: str
    stands: str
    told: str


def requirements() -> Iterator[Requirement]:
    for number, level, label, stands, told in ROW.findall(PAGE.read_text(encoding="utf-8")):
        yield Requirement(number, int(level), label, stands, told)


@cache
def functions_of(path: str) -> frozenset[str]:
    tree = ast.parse((PROJECT / path).read_text(encoding="utf-8"))
    return frozenset(node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef))


def test_every_requirement_stands_once() -> None:
    numbers = Counter(each.number for each in requirements())
    assert {number for number, times in numbers.items() if times > 1} == set()
    assert Counter(int(number.partition(".")[0]) for number in numbers) == CHAPTERS
    assert sum(CHAPTERS.values()) == 253
    assert Counter(each.level for each in requirements()) == {1: 70, 2: 183}
    # A line that the pattern does not know would be passed over.
    assert sum(line.startswith(tuple(f"| {n}" for n in range(1, 18))) for line in _lines()) == 253


def _lines() -> list[str]:
    return PAGE.read_text(encoding="utf-8").splitlines()


def test_what_is_met_has_a_proof_that_is_there() -> None:
    missing = [
        f"{each.number}: {told}"
        for each in requirements()
        if each.stands == "met"
        for told in PROOF.findall(each.told) or ["no proof"]
        if not _is_there(told)
    ]
    assert missing == []


def _is_there(told: str) -> bool:
    path, _, test = told.partition("::")
    if not (PROJECT / path).is_file():
        return False
    return not test or (test.startswith("test_") and test in functions_of(path))


def test_what_is_not_met_or_not_applicable_says_why() -> None:
    assert {each.stands for each in requirements()} == STANDS
    silent = [each.number for each in requirements() if each.stands != "met" and len(each.told.split()) < 2]
    assert silent == []


def test_the_sums_on_the_page_are_those_of_its_lines() -> None:
    counted = Counter(each.stands for each in requirements())
    (told,) = re.findall(
        r"Of 253 requirements (\d+) are met, (\d+) are not met and (\d+) are not applicable",
        PAGE.read_text("utf-8"),
    )
    assert tuple(map(int, told)) == (counted["met"], counted["not met"], counted["not applicable"])


def test_a_proof_that_is_not_there_is_noticed() -> None:
    assert _is_there("tests/test_asvs.py::test_every_requirement_stands_once")
    assert not _is_there("tests/test_asvs.py::test_nothing")
    assert not _is_there("tests/test_nothing.py")
    assert not _is_there("no proof")
