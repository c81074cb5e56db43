"""`make test` shows what pytest says as it says it, and keeps pytest's count for the last line."""

import io

import pytest

from tests.checks import show_all_but_the_count

COUNT = b"======== 3 passed, 1 deselected in 2.33s ========\n"


@pytest.mark.parametrize("size", [1, 7, 1000])
def test_all_is_shown_and_the_count_is_given_back(size: int) -> None:
    said = b"bringing up nodes...\n...\nE   2 passed in 1s is what it said\n= FAILURES =\n" + COUNT
    shown = io.BytesIO()
    pieces = [said[start : start + size] for start in range(0, len(said), size)]
    assert show_all_but_the_count(pieces, shown) == COUNT
    assert shown.getvalue() + COUNT == said
