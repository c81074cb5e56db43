"""The bar itself: forty rows, each of which fails when less was counted, a test failed, or nobody counted."""

import json
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from tests.bar import run
from tests.bar.row import BOTH, Row, Told, Verdict, Wanted, at_least, at_most, by_number, judge
from tests.bar.rows import ROWS


def told_by_a_good_run(row: Row, *, fast: bool) -> list[Told]:
    """What the tests of a row tell when each limit is just reached."""
    figures = {wanted.name: limit for wanted in row.wanted if (limit := wanted.limit(fast=fast)) is not None}
    return [
        Told(f"tests::{engine or 'it'}", "passed", engine, figures)
        for engine in row.engines_in(fast=fast) or ("",)
    ]


def test_forty_rows_are_declared_and_each_says_what_counts_it() -> None:
    assert list(ROWS) == list(range(1, 41))
    assert [row.number for row in ROWS.values() if not row.tests or not row.wanted] == []
    # A row with limits upwards alone passes when nothing was tried.
    assert [row.number for row in ROWS.values() if all(wanted.at_most for wanted in row.wanted)] == []
    told = [wanted for row in ROWS.values() for wanted in row.wanted if wanted.fast is not None]
    assert all(wanted.nightly >= wanted.fast for wanted in told if wanted.fast is not None)


def test_two_rows_of_one_number_are_refused() -> None:
    with pytest.raises(ValueError, match="twice"):
        by_number([ROWS[1], ROWS[1]])


@pytest.mark.parametrize(
    ("number", "fast"), [(row.number, fast) for row in ROWS.values() for fast in {False, row.fast}]
)
def test_a_row_passes_when_every_limit_is_reached_and_fails_by_any_one(number: int, fast: bool) -> None:
    row = ROWS[number]
    good = told_by_a_good_run(row, fast=fast)
    assert judge(row, good, fast=fast).verdict is Verdict.PASS
    for place, each in enumerate(good):
        for wanted in row.wanted:
            for figures, verdict in _spoilt(each, wanted, fast=fast):
                told = [*good[:place], replace(each, figures=figures), *good[place + 1 :]]
                assert judge(row, told, fast=fast).verdict is verdict, (wanted.name, figures)
        broken = [*good[:place], replace(each, outcome="failed"), *good[place + 1 :]]
        assert judge(row, broken, fast=fast).verdict is Verdict.FAIL
        passed_over = [*good, replace(each, test="another", outcome="skipped", figures={})]
        assert judge(row, passed_over, fast=fast).verdict is Verdict.NOT_MEASURED
    assert judge(row, [], fast=fast).verdict is Verdict.NOT_MEASURED


def _spoilt(told: Told, wanted: Wanted, *, fast: bool) -> Sequence[tuple[dict[str, float], Verdict]]:
    """The same with a figure beyond its limit, and with one that nobody told."""
    limit = wanted.limit(fast=fast)
    if limit is None:
        return []
    untold = {name: amount for name, amount in told.figures.items() if name != wanted.name}
    spoilt = [(untold, Verdict.NOT_MEASURED)]
    if wanted.at_most:
        spoilt.append(({**told.figures, wanted.name: limit + 1}, Verdict.FAIL))
    elif limit > 0:
        spoilt.append(({**told.figures, wanted.name: limit - 1}, Verdict.FAIL))
    return spoilt


def test_counts_add_up_and_the_worst_of_what_may_be_at_most_so_much_decides() -> None:
    row = Row(1, "what", "holds", (at_least("kills", 30, fast=1), at_most("lost", 0)), ("tests",), BOTH)
    told = [
        Told("a", "passed", "sqlite", {"kills": 10, "lost": 0}),
        Told("b", "passed", "sqlite", {"kills": 20, "lost": 0}),
        Told("c", "passed", "postgresql", {"kills": 30, "lost": 1}),
    ]
    measured = judge(row, told, fast=False)
    assert measured.verdict is Verdict.FAIL
    assert [each.amount for each in measured.counted] == [30, 30, 0, 1]
    assert judge(row, told, fast=False, engines=("sqlite",)).verdict is Verdict.PASS


def test_the_runner_counts_what_tests_tell_and_ends_by_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Real tests in a pytest of their own: told figures, examples of a law, a failure, and one that is not there."""
    (tmp_path / "conftest.py").write_text(
        "from hypothesis import settings\nsettings.register_profile('system', settings())\n", encoding="utf-8"
    )
    (tmp_path / "test_of_row.py").write_text(
        "from hypothesis import given, strategies as st\n"
        "def test_counts(record_property):\n    record_property('kills', 7)\n"
        "@given(st.integers())\ndef test_law(number):\n    assert number == number\n"
        "def test_broken():\n    assert False, 'lost one'\n",
        encoding="utf-8",
    )
    told = f"{tmp_path / 'test_of_row.py'}::"
    good = Row(1, "counts", "", (at_least("kills", 7, fast=7),), (f"{told}test_counts",))
    rows = {
        1: good,
        2: replace(good, number=2, tests=(f"{told}test_law",), wanted=(at_least("examples", 5, fast=5),)),
        3: replace(good, number=3, tests=(f"{told}test_counts", f"{told}test_broken")),
        4: replace(good, number=4, tests=(str(tmp_path / "test_to_come.py"),)),
    }
    monkeypatch.setattr(run, "ROWS", rows)
    into = tmp_path / "bar.json"
    assert run.main(["--fast", "--rows", "1", "--into", str(into)]) == 0
    assert run.main(["--fast", "--seed", "5", "--into", str(into)]) == 1
    written = json.loads(into.read_text(encoding="utf-8"))
    assert written["seed"] == 5
    assert [each["verdict"] for each in written["rows"]] == ["pass", "pass", "FAIL", "not measured"]
    assert "lost one" in written["rows"][2]["wrong"][0]
    assert "is not there" in written["rows"][3]["wrong"][0]
    assert "2 of 4 rows pass; seed 5" in capsys.readouterr().out


def test_rows_are_asked_for_by_number_and_range() -> None:
    assert run.asked_rows("1,5-7,40") == [1, 5, 6, 7, 40]
    assert run.asked_rows("") == tuple(range(1, 41))
    with pytest.raises(ValueError, match="rows 1 to 40"):
        run.asked_rows("39-41")
