"""`billing reports`: the same list and the same judging as on the page of the desk."""

import ast
from pathlib import Path
from shutil import copytree

import pytest

from tests.support.command_line import REFERENCE, REGISTER, Desk, a_desk, an_event
from tests.support.project import PROJECT

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
    desk.run("events", "load", told, "--history-by", "officer-1")
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


def test_the_rest_of_an_approved_month_is_received(desk: Desk) -> None:
    desk.run("reports", "approve", MARCH, *BY)
    assert desk.run("reports", "unreceived", "--json").json == []
    assert desk.run("reports", "receive", MARCH, *BY, code=1).out == ""


# Informative reports, and history ----------------------------------------------------------------


def test_an_informative_report_is_filed_read_undone_and_withdrawn(desk: Desk) -> None:
    by = ("--by", "officer-1")
    said = an_event(
        91,
        "report.informative",
        "2026-04-01",
        execution_reference=REFERENCE,
        kind="INTERNSHIP",
        at="2026-04-01T10:00:00Z",
        by="person-1",
    )
    (desk.folder / "told.jsonl").write_text(said, encoding="utf-8")
    desk.run("events", "load", desk.folder / "told.jsonl")
    (row,) = desk.run("informative", "list", "--json").json
    assert (row["number"], row["kind"], row["state"]) == (1, "INTERNSHIP", "UNREAD")
    assert "Praktik behöver läggas in" in " ".join(desk.run("informative", "list").out.split())
    desk.run("informative", "read", 1, *by)
    assert desk.run("informative", "list", "--json").json == []
    desk.run("informative", "undo", 1, *by)
    desk.run("informative", "withdraw", 1, *by)
    (row,) = desk.run("informative", "list", "--state", "WITHDRAWN", "--json").json
    assert row["settled_on"]


def test_waiting_reports_are_told_as_json_too(desk: Desk) -> None:
    (row,) = desk.run("invoices", "waiting-reports", "--on", "2026-04-20", "--json").json
    assert (row["month"], row["days"], row["invoices"]) == ("2026-03", 19, [])


def test_an_interruption_of_old_history_is_taken_where_somebody_answers_for_its_day(desk: Desk) -> None:
    late = an_event(
        92,
        "interruption.registered",
        "2026-03-16",
        execution_reference=REFERENCE,
        registered_on="2026-03-16",
        effective_on="2026-03-16",
        reason="OTHER",
    )
    (desk.folder / "late.jsonl").write_text(late, encoding="utf-8")
    loaded = desk.run(
        "events", "load", desk.folder / "late.jsonl", "--history-by", "officer-1", "--json"
    ).json
    assert (loaded["applied"], loaded["problems"]) == (1, [])
    (kept,) = [each for each in desk.run("events", "list", "--json").json if each["event_id"].endswith("92")]
    assert kept["told_on"] == kept["occurred_on"] == "2026-03-16"


def test_every_command_that_shows_a_table_tells_it_as_json_too() -> None:
    without = []
    for path in sorted((PROJECT / "billing" / "cli" / "commands").rglob("*.py")):
        for each in ast.parse(path.read_text(encoding="utf-8")).body:
            if not isinstance(each, ast.FunctionDef) or not each.decorator_list:
                continue
            calls = {ast.unparse(call.func) for call in ast.walk(each) if isinstance(call, ast.Call)}
            if "table" in calls and "as_json" not in {one.arg for one in each.args.args}:
                without.append(f"{path.stem}.{each.name}")
    assert without == []


def test_an_approval_is_revoked(desk: Desk) -> None:
    desk.run("reports", "approve", MARCH, *BY)
    assert MARCH in desk.run("reports", "revoke", MARCH, "--reason", "NOT_DELIVERED", *BY).out
    assert states(desk, "REVOKED") == ["2026-03"]
