"""The instrument itself: which faults it makes, that the changed function runs, and what a room comes to."""

import gc
from collections.abc import Callable
from pathlib import Path
from types import FunctionType
from unittest.mock import Mock

import pytest

from tests.mutants import judging
from tests.mutants.changing import ChangedModule, Mutant
from tests.mutants.judging import KILLED_LEAST, Accepted, RoomResult, accepted
from tests.mutants.rooms import ROOMS, Room
from tests.mutants.running import Judged, Outcome, living_functions
from tests.support.project import PROJECT

SOURCE = '''"""A module of one function."""

from functools import cache

LIMIT = 3


class Scale:
    """A class with a decorated method."""

    @property
    def unit(self) -> str:
        """A docstring is left alone."""
        return "kg"


@cache
def over(weight: int, limit: int = LIMIT) -> bool:
    """Whether a weight is above."""
    _log.info("weighed", kilos=1)
    question = asked.with_for_update() if lock else asked
    if weight < 0:
        raise ValueError(Text("För lätt: %(weight)s", weight=weight))
    return weight > limit
'''


@pytest.fixture(scope="module")
def module() -> ChangedModule:
    return ChangedModule(SOURCE, Path("scale.py"))


def test_the_faults_of_a_function_are_made_and_nothing_else_is_changed(module: ChangedModule) -> None:
    made = [(each.function, each.before, each.after, each.last) for each in module.mutants]
    assert made == [
        ("Scale.unit", '"kg"', '"XXkgXX"', 14),
        ("over", "< 0", "<= 0", 22),
        ("over", "0", "1", 22),
        ("over", "> limit", ">= limit", 24),
    ]


def test_a_changed_function_takes_the_place_of_the_right_one(module: ChangedModule) -> None:
    def of_limit(code: object) -> Callable[[int, int], bool]:
        assert hasattr(code, "co_code")
        return FunctionType(code, {"Text": str, "_log": Mock(), "asked": None, "lock": False})  # type: ignore[arg-type]

    (above,) = [each for each in module.mutants if each.before == "> limit"]
    changed = module.with_fault(above)
    assert changed is not None
    right, wrong = map(of_limit, changed)
    assert [(right(weight, 3), wrong(weight, 3)) for weight in (2, 3, 4)] == [
        (False, False),
        (False, True),
        (True, True),
    ]
    assert changed[0].co_qualname == changed[1].co_qualname == "over"


def test_the_functions_of_a_module_are_found_where_they_live() -> None:
    gc.freeze()  # as our commands do
    found = living_functions({PROJECT / "tests" / "mutants" / "judging.py"})
    path, line = str(judging.__file__), judging.result_of.__code__.co_firstlineno
    assert found[path, "result_of", line] == [judging.result_of]
    told = judging.RoomResult.__dict__["told"].fget
    assert found[path, "RoomResult.told", told.__code__.co_firstlineno] == [told]


@pytest.mark.parametrize("name", ROOMS)
def test_a_room_has_modules_and_tests_that_exist(name: str) -> None:
    room: Room = ROOMS[name]
    assert all(any(PROJECT.glob(each)) for each in (*room.modules, *room.tests))
    assert room.module_paths
    assert room.test_paths


def test_an_accepted_survivor_is_still_a_mutant_of_its_function() -> None:
    made: dict[str, ChangedModule] = {}
    for each in accepted():
        assert each.reason
        path = PROJECT / each.module
        if each.module not in made:
            made[each.module] = ChangedModule(path.read_text(), path)
        assert any(each.is_of(each.module, mutant) for mutant in made[each.module].mutants), each


def _judged(*outcomes: Outcome) -> list[Judged]:
    return [
        Judged("scale.py", Mutant(number, "over", 1, 1, "return 0", "0", str(number)), each)
        for number, each in enumerate(outcomes)
    ]


@pytest.mark.parametrize(("killed", "survived", "enough"), [(9, 1, True), (89, 11, False), (0, 0, True)])
def test_a_room_is_right_where_its_tests_notice_enough(killed: int, survived: int, enough: bool) -> None:
    judged = _judged(*[Outcome.KILLED] * killed, *[Outcome.SURVIVED] * survived)
    result = RoomResult("scale", 100, judged, [])
    assert result.is_enough is enough
    assert len(result.survivors) == survived
    assert KILLED_LEAST == 90


def test_what_is_the_same_or_accepted_does_not_count() -> None:
    judged = _judged(Outcome.KILLED, Outcome.TIMED_OUT, Outcome.SAME, Outcome.SURVIVED, Outcome.NOT_RUN)
    result = RoomResult("scale", 9, judged, [judged[3]])
    assert (result.counted, result.noticed, result.survivors) == (3, 2, [judged[4]])
    assert result.told.startswith("scale: 2 of 3 noticed (66.7 %), 5 of 9 tried")


@pytest.mark.parametrize(
    ("told", "same"),
    [
        ({}, True),
        ({"before": "0", "after": "0"}, True),
        ({"before": "0", "after": "1"}, False),
        ({"line": "return 1"}, False),
        ({"function": "under"}, False),
        ({"module": "scales.py"}, False),
    ],
    ids=str,
)
def test_an_accepted_survivor_is_known_by_its_line_and_what_is_changed(
    told: dict[str, str], same: bool
) -> None:
    (judged,) = _judged(Outcome.SURVIVED)
    known = {"module": "scale.py", "function": "over", "line": "return 0", "reason": "the same", **told}
    assert Accepted(**known).is_of(judged.module, judged.mutant) is same
