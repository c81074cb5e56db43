"""The register, events and orders on the command line, up to the order's message."""

import json
import re
from decimal import Decimal
from pathlib import Path

import pytest

from foundation.formatting import kronor
from foundation.money import Money
from tests.support.command_line import (
    EVENTS,
    ORDER,
    REFERENCE,
    REGISTER,
    SUPPLIER,
    Desk,
    a_decision,
    a_desk,
    an_event,
)
from tests.support.project import PROJECT

BAD_REGISTER = PROJECT / "fixtures" / "bad_register"


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return a_desk(tmp_path)


@pytest.fixture
def empty_desk(tmp_path: Path) -> Desk:
    return Desk(tmp_path)


# the tables and the register ------------------------------------------------------------------


def test_a_database_without_tables_says_which_command_makes_them(empty_desk: Desk) -> None:
    assert "billing init" in empty_desk.run("orders", "list", code=1).err


def test_init_says_where_the_tables_are_and_may_be_run_twice(empty_desk: Desk) -> None:
    for _ in range(2):
        assert "billing.sqlite" in empty_desk.run("init").out
    assert "register load" in empty_desk.run("flip", ORDER, "001", code=1).err


def test_the_same_register_is_loaded_once(desk: Desk) -> None:
    assert "oförändrat" in desk.run("register", "load", REGISTER).out


def test_every_problem_of_a_register_stands_on_a_line_with_its_place(desk: Desk) -> None:
    lines = desk.run("register", "load", BAD_REGISTER, code=1).err.splitlines()
    assert len(lines) > 15
    assert all(re.match(r"\w+\.toml(:\d+)?: \S", line) for line in lines)


# events ---------------------------------------------------------------------------------------


def test_known_events_and_lines_that_are_no_events_are_counted_and_named(desk: Desk) -> None:
    path = desk.folder / "more.jsonl"
    path.write_bytes("\n".join([*EVENTS, "", "{"]).encode() + b"\n\xff\n")
    told = desk.run("events", "load", path, "--json").json
    assert (told["repeated"], told["quarantined"]) == (6, 2)
    assert [problem["place"].rpartition(":")[2] for problem in told["problems"]] == ["8", "9"]
    assert desk.run("inbox", "show", "2", "--raw").raw == b"\xff"


def test_a_file_that_cannot_be_read_ends_with_1_and_the_others_are_loaded(desk: Desk) -> None:
    path = desk.folder / "second.jsonl"
    path.write_text(a_decision(20, "300000002"), encoding="utf-8")
    told = desk.run("events", "load", desk.folder / "nowhere.jsonl", path, code=1)
    assert "nowhere.jsonl finns inte" in told.err
    assert "1 införda" in told.out


def test_an_event_that_could_not_be_applied_is_shown_with_its_reason(desk: Desk) -> None:
    (kept,) = desk.run("events", "list", "--state", "UNAPPLIABLE", "--json").json
    assert kept["event_id"] == "E6"
    assert "bakåt i tiden" in kept["reason"]
    assert "retroactive" in desk.run("events", "list", "--lang", "en").out
    assert "1 kunde inte införas" in desk.run("events", "replay").out
    assert "till handlingarna" in desk.run("events", "lay-aside", str(kept["sequence"]), "--by", "user-1").out
    assert "LAID_ASIDE" in desk.run("events", "list").out
    told = desk.run("events", "apply", str(kept["sequence"]), "--by", "user-1", code=1).err
    assert "har läget ”Lagd till handlingarna” och kan inte få läget ”Tillämpad”" in " ".join(told.split())


def test_the_schema_of_events_is_json(desk: Desk) -> None:
    assert len(desk.run("events", "schema").json["oneOf"]) == 18


# orders ---------------------------------------------------------------------------------------


def test_an_order_is_listed_and_shown_with_how_far_its_lines_have_come(desk: Desk) -> None:
    (listed,) = desk.run("orders", "list", "--supplier", SUPPLIER, "--reference", REFERENCE, "--json").json
    shown = desk.run("orders", "show", ORDER, "--json").json
    assert listed["number"] == shown["number"] == ORDER
    assert listed["amount"] == str(sum(Decimal(line["amount_ordered"]) for line in shown["lines"]))
    assert [line["amount_received"] != "0.00" for line in shown["lines"]] == [True, True] + [False] * 5
    assert desk.run("orders", "list", "--supplier", "0000000000", "--json").json == []
    amount = kronor(Money.of(listed["amount"]))
    assert amount in desk.run("orders", "list").out
    assert amount in desk.run("orders", "show", ORDER).out


def test_an_order_whose_start_is_far_from_its_decision_says_so_and_is_listed(desk: Desk) -> None:
    path = desk.folder / "late.jsonl"
    told = json.loads(a_decision(30, "300000009"))
    told["data"]["decided_on"] = "2025-12-01"
    path.write_text(json.dumps(told), encoding="utf-8")
    desk.run("events", "load", path)
    (listed,) = desk.run("orders", "odd-starts", "--on", told["data"]["period"]["start"], "--json").json
    assert listed["execution_reference"] == "300000009"
    assert "2025-12-11" in listed["remark"]
    assert "2025-12-11" in desk.run("orders", "odd-starts", "--on", told["data"]["period"]["start"]).out
    assert desk.run("orders", "show", listed["order"], "--json").json["remark"] == listed["remark"]
    assert "Anmärkning" in desk.run("orders", "show", listed["order"]).out


def test_an_order_leaves_as_the_very_bytes_of_its_message(desk: Desk) -> None:
    body = desk.run("orders", "xml", ORDER).raw
    desk.run("post", "deliver", "--folder", desk.folder / "ap")
    (sent,) = (desk.folder / "ap" / "outbox").rglob(f"order-{ORDER}-*.xml")
    assert sent.read_bytes() == body


def test_an_unknown_order_ends_with_4(desk: Desk) -> None:
    for words in (("orders", "show", "1"), ("orders", "xml", "1"), ("flip", "1", "001")):
        assert "Det finns ingen order 1" in desk.run(*words, code=4).err


def test_a_result_waits_for_its_day_and_is_placed_when_asked(desk: Desk) -> None:
    events = (
        an_event(
            30,
            "interruption.registered",
            "2026-03-12",
            execution_reference=REFERENCE,
            registered_on="2026-03-12",
            effective_on="2026-03-31",
            reason="WORK",
        ),
        an_event(
            31,
            "outcome.approved",
            "2026-04-10",
            execution_reference=REFERENCE,
            kind="WORK",
            started_on="2026-04-01",
            stage="R1",
            approved_on="2026-04-10",
            extent_percent=100,
        ),
    )
    path = desk.folder / "outcome.jsonl"
    path.write_text("\n".join(events), encoding="utf-8")
    desk.run("events", "load", path, "--history-by", "person-1")
    assert desk.run("orders", "due", "--on", "2026-06-30", "--json").json == []
    due = desk.run("orders", "due", "--on", "2026-07-01", "--json").json
    assert [each["article"] for each in due] == ["RESULT", "SPEED_BONUS"]
    assert "2 ordrar lagda" in desk.run("orders", "due", "--today", "2026-07-01", "--place").out
    assert desk.run("orders", "due", "--on", "2026-07-01", "--json").json == []
    kinds = [each["kind"] for each in desk.run("timeline", REFERENCE, "--json").json["happenings"]]
    assert kinds.count("ORDER") == 3
    assert "INTERRUPTION" in kinds
