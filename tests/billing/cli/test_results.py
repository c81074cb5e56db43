"""`billing results`: the same list and the same presses as on the page of the desk."""

from pathlib import Path

import pytest

from tests.support.command_line import REFERENCE, Desk, a_desk, an_event

BY = ("--by", "officer-1", "--on", "2026-04-02")


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    """A supplement is ordered, and R1 waits for its day."""
    desk = a_desk(tmp_path)
    told = desk.folder / "results.jsonl"
    told.write_text(
        "\n".join(
            [
                an_event(
                    90,
                    "supplement.approved",
                    "2026-03-30",
                    execution_reference=REFERENCE,
                    code="SPRAK",
                    approved_on="2026-03-30",
                ),
                an_event(
                    91,
                    "interruption.registered",
                    "2026-04-01",
                    execution_reference=REFERENCE,
                    registered_on="2026-04-01",
                    effective_on="2026-04-01",
                    reason="WORK",
                ),
                an_event(
                    92,
                    "outcome.approved",
                    "2026-04-01",
                    execution_reference=REFERENCE,
                    kind="WORK",
                    started_on="2026-04-02",
                    stage="R1",
                    approved_on="2026-04-01",
                ),
            ]
        ),
        encoding="utf-8",
    )
    desk.run("events", "load", told, "--history-by", "officer-1")
    return desk


def listed(desk: Desk, part: str) -> list[str]:
    found = desk.run("results", "list", "--part", part, "--json").json
    return [f"{each['article']} {each['stage'] or each['code']}".strip() for each in found]


def test_what_waits_and_what_is_ordered_is_listed(desk: Desk) -> None:
    assert listed(desk, "STUCK") == []
    assert listed(desk, "WAITING") == ["RESULT R1", "SPEED_BONUS"]
    assert listed(desk, "PLACED") == ["SUPPLEMENTARY SPRAK"]
    assert "SPRAK" in desk.run("results", "list", "--part", "PLACED").out


def test_a_supplement_is_taken_back_and_a_planned_order_dropped(desk: Desk) -> None:
    (placed,) = desk.run("results", "list", "--part", "PLACED", "--json").json
    assert "återtaget" in desk.run("results", "revoke", str(placed["number"]), *BY).out
    assert listed(desk, "PLACED") == []
    first, _ = desk.run("results", "list", "--part", "WAITING", "--json").json
    desk.run("results", "drop", str(first["number"]), *BY)
    assert listed(desk, "FALLEN") == ["RESULT R1", "SUPPLEMENTARY SPRAK"]
    desk.run("check")


def test_an_order_whose_day_has_not_come_is_not_tried(desk: Desk) -> None:
    first, _ = desk.run("results", "list", "--part", "WAITING", "--json").json
    refused = desk.run("results", "retry", str(first["number"]), *BY, code=1)
    assert "2026-07-02" in refused.err
