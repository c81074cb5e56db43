"""`billing reports`: the same list and the same judging as on the page of the desk."""

from pathlib import Path
from shutil import copytree

import pytest

from tests.support.command_line import REFERENCE, REGISTER, Desk, a_desk, an_event

MARCH = f"{REFERENCE}|2026-03|1"
BY = ("--by", "officer-1", "--on", "2026-04-02")


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    """March is filed and waits."""
    desk = a_desk(tmp_path)
    register = tmp_path / "register"
    copytree(REGISTER, register)
    policy = (register / "policy.toml").read_text(encoding="utf-8")
    changed = policy.replace('report_approval = "outside"', 'report_approval = "by_officer"')
    (register / "policy.toml").write_text(changed, encoding="utf-8")
    desk.run("register", "load", register)
    told = desk.folder / "march.jsonl"
    told.write_text(
        an_event(
            90,
            "report.filed",
            "2026-04-01",
            execution_reference=REFERENCE,
            month="2026-03",
            version=1,
            at="2026-04-01T10:00:00Z",
            by="person-1",
        ),
        encoding="utf-8",
    )
    desk.run("events", "load", told)
    return desk


def states(desk: Desk, state: str) -> list[str]:
    return [each["month"] for each in desk.run("reports", "list", "--state", state, "--json").json]


def test_the_list_says_what_waits_and_what_is_odd(desk: Desk) -> None:
    (row,) = desk.run("reports", "list", "--on", "2026-04-20", "--json").json
    assert (row["month"], row["days"], row["days_ordered"], row["odd"]) == ("2026-03", "22", "22", [])
    (early,) = desk.run("reports", "list", "--on", "2026-03-20", "--json").json
    assert early["odd"] == ["NOT_OVER"]
    assert MARCH in desk.run("reports", "list", "--on", "2026-03-20").out
    assert "inte slut" in desk.run("reports", "list", "--on", "2026-03-20").out


def test_a_report_is_approved_undone_and_sent_back(desk: Desk) -> None:
    assert MARCH in desk.run("reports", "approve", MARCH, *BY).out
    assert states(desk, "APPROVED") == ["2026-03", "2026-02", "2026-01"]
    desk.run("reports", "undo", MARCH, *BY)
    assert states(desk, "FILED") == ["2026-03"]
    desk.run("reports", "reject", MARCH, "--reason", "NOT_DELIVERED", *BY)
    assert states(desk, "REJECTED") == ["2026-03"]
    desk.run("check")


def test_what_cannot_be_decided_is_said_and_ends_with_one(desk: Desk) -> None:
    desk.run("reports", "approve", MARCH, *BY)
    assert MARCH in desk.run("reports", "approve", MARCH, *BY, code=1).err
    assert "referens|månad|version" in desk.run("reports", "approve", REFERENCE, *BY, code=1).err
    desk.run("reports", "undo", MARCH, *BY)
    assert "inte skriven" in desk.run("reports", "approve", MARCH, "--by", "Olle Ek", code=1).err


def test_an_approval_is_revoked(desk: Desk) -> None:
    desk.run("reports", "approve", MARCH, *BY)
    assert MARCH in desk.run("reports", "revoke", MARCH, "--reason", "NOT_DELIVERED", *BY).out
    assert states(desk, "REVOKED") == ["2026-03"]
