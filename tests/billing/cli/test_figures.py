"""`billing figures`: the same figures as on the page, as a table, JSON and files."""

import csv
import io
from pathlib import Path

import pytest

from tests.support.command_line import Desk, a_desk


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    """One participant from January: too few to tell."""
    return a_desk(tmp_path)


def test_one_participant_is_told_nowhere(desk: Desk) -> None:
    asked = ("figures", "--from", "2026-01", "--to", "2026-02", "--on", "2026-03-01")
    told = desk.run(*asked, "--json").json
    assert [(row["month"], row["figures"]["ongoing"]) for row in told["whole"]] == [
        ("2026-01", None),
        ("2026-02", None),
    ]
    shown = desk.run(*asked)
    assert "Två punkter (..)" in shown.out
    assert "2026-02" in shown.out
    path = desk.folder / "siffror.csv"
    assert "siffror.csv" in desk.run(*asked, "--by", "supplier", "--csv", path).out
    rows = list(csv.DictReader(io.StringIO(path.read_text(encoding="utf-8"))))
    assert [(row["month"], row["ongoing"], row["r1_approved"]) for row in rows] == [
        ("2026-01", "..", "0"),
        ("2026-02", "..", "0"),
    ]


def test_what_cannot_be_told_is_refused_with_why(desk: Desk) -> None:
    crossed = desk.run("figures", "--supplier", "5599991014", "--level", "C", "--on", "2026-03-01", code=1)
    assert "en sak i taget" in crossed.err
