"""`billing ledger close`: what is accrued is shown first, two people close a month, and two open it again."""

from pathlib import Path

import pytest

from operations.background import asking
from tests.support.command_line import a_desk


def test_a_month_is_closed_and_opened_by_command(tmp_path: Path) -> None:
    desk = a_desk(tmp_path)
    late = ("--on", "2026-03-05")
    lines = desk.run("ledger", "accrual", "2026-02", "--json", *late).json
    assert [(each["month"], each["why"]) for each in lines] == [
        ("2026-01", "RECEIVED"),
        ("2026-02", "RECEIVED"),
    ]
    assert "Summa" in desk.run("ledger", "accrual", "2026-02", *late).out
    stopped = desk.run("ledger", "close", "2026-02", "--by", "user-1", "--reason", "Klart.", *late, code=1)
    assert "Bokför upplupet" in stopped.err
    accrue = ("ledger", "accrue", "2026-02", "--by", "user-1", "--dir", tmp_path)
    # A day that has not come is not one that anything is known on, whatever day is given.
    for day in ("2026-02-28", "2999-01-01"):
        assert "en dag efter månaden" in desk.run(*accrue, "--on", day, code=1).err
    desk.run(*accrue, *late)
    long = ("--reason", "f" * 501)
    refused = desk.run("ledger", "close", "2026-02", "--by", "user-1", *long, *late, code=1)
    assert "högst 500 sparas" in refused.err
    points = desk.run("ledger", "checklist", "2026-02", "--json", *late).json
    assert [each["point"] for each in points if each["count"]] == []
    assert "Månaden är slut" in desk.run("ledger", "checklist", "2026-02", *late).out
    assert (
        "En annan person stänger den" in desk.run("ledger", "close", "2026-02", "--by", "user-1", *late).out
    )
    step = ("ledger", "close-step", "2026-02")
    desk.run(*step, "close", "--by", "user-1", *late, code=1)
    for what, by, state in (
        ("close", "user-2", "Stängd av två"),
        ("ask-reopen", "user-1", "Stängd, begärd öppnad"),
        ("reopen", "user-2", "Öppnad igen av två"),
    ):
        words = ("--reason", "En faktura till.") if what == "ask-reopen" else ()
        assert f"Månaden februari 2026: {state}." in desk.run(*step, what, "--by", by, *words, *late).out
    assert [(each["month"], each["state"]) for each in desk.run("ledger", "months", "--json").json] == [
        ("2026-02", "REOPENED")
    ]
    assert "En faktura till." in desk.run("ledger", "months").out
    assert "ÅÅÅÅ-MM" in desk.run("ledger", "accrual", "februari", code=2).err


def test_a_large_month_is_closed_at_the_terminal_with_a_line_that_says_how_far(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk = a_desk(tmp_path)
    late = ("--on", "2026-03-05")
    desk.run("ledger", "accrue", "2026-02", "--by", "user-1", "--dir", tmp_path, *late)
    desk.run("ledger", "close", "2026-02", "--by", "user-1", *late)
    monkeypatch.setattr(asking, "LARGE", 0)
    step = ("ledger", "close-step", "2026-02", "close", *late)
    assert "en annan än den första" in desk.run(*step, "--by", "user-1", code=1).err
    closed = desk.run(*step, "--by", "user-2")
    assert "11 av 11 rader" in closed.err
    assert "Månaden februari 2026 är stängd." in closed.out
