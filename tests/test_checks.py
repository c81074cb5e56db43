"""`make test` shows what pytest says as it says it, then the rows of the bar, and keeps the count for the last line."""

import io
import json
from collections.abc import Sequence
from dataclasses import asdict, replace
from pathlib import Path

import pytest

from tests.bar.row import Told
from tests.bar.rows import ROWS
from tests.bar.test_bar import told_by_a_good_run
from tests.checks import rows_of_the_bar, show_all_but_the_count

COUNT = b"======== 3 passed, 1 deselected in 2.33s ========\n"


@pytest.mark.parametrize("size", [1, 7, 1000])
def test_all_is_shown_and_the_count_is_given_back(size: int) -> None:
    said = b"bringing up nodes...\n...\nE   2 passed in 1s is what it said\n= FAILURES =\n" + COUNT
    shown = io.BytesIO()
    pieces = [said[start : start + size] for start in range(0, len(said), size)]
    assert show_all_but_the_count(pieces, shown) == COUNT
    assert shown.getvalue() + COUNT == said


def test_the_rows_of_the_bar_are_shown_and_one_that_was_counted_less_fails_the_whole(tmp_path: Path) -> None:
    told = [
        replace(each, test=f"{row.tests[0]}::test_something")
        for row in ROWS.values()
        if row.fast
        for each in told_by_a_good_run(row, fast=True)
    ]
    rows, passed = shown_of(tmp_path, told)
    assert passed
    assert len(rows) == len(ROWS) + 1
    assert rows[-1].startswith("bar: 34 of 34 rows pass")
    rows, passed = shown_of(tmp_path, [each for each in told if "test_redelivery" not in each.test])
    assert not passed
    assert rows[4].splitlines()[0].endswith("not measured")
    assert rows[3].splitlines()[0].endswith("pass")


def shown_of(folder: Path, told: Sequence[Told]) -> tuple[Sequence[str], bool]:
    into = folder / "told.jsonl"
    into.write_text("".join(json.dumps(asdict(each)) + "\n" for each in told), encoding="utf-8")
    return rows_of_the_bar(into)
