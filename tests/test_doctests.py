"""What a docstring shows is what happens: every example in every module of the product."""

import doctest
import importlib
from pathlib import Path

import pytest

from tests.support.product import modules
from tests.support.project import PROJECT

SHOWING = [each for each in modules() if ">>> " in (PROJECT / each).read_text(encoding="utf-8")]


def test_there_are_modules_that_show_something() -> None:
    assert len(SHOWING) > 40


@pytest.mark.parametrize("name", SHOWING)
def test_what_a_docstring_shows_is_what_happens(name: str) -> None:
    module = importlib.import_module(".".join(Path(name).with_suffix("").parts))
    assert doctest.testmod(module).failed == 0
