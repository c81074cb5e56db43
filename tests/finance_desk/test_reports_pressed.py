"""The officer's presses on reports: with a reason that the supplier can read, and on what is ticked alone."""

from collections.abc import Iterator
from datetime import UTC, date, datetime

import pytest

from accounts.identity import Permission
from orders.model import ReportState
from orders.placements import store as placement_store
from orders.register.report_approval import ReportApproval
from tests.support.pages.all_routes import ONES
from tests.support.pages.browser import portal
from tests.support.pages.visitor import Visitor, visitor
from tests.support.stories.system import System, a_system, example_register

NOON = datetime(2026, 2, 10, 12, tzinfo=UTC)
REFERENCE = "100000101"


@pytest.fixture
def system(database_url: str) -> Iterator[System]:
    """January is approved and February filed."""
    by_officer = example_register(report_approval=ReportApproval.BY_OFFICER)
    with a_system(database_url, register=by_officer) as system:
        system.decide(REFERENCE)
        system.report(REFERENCE, "2026-01", on=date(2026, 2, 2))
        system.file_report(REFERENCE, "2026-02", on=date(2026, 3, 2))
        yield system


@pytest.fixture
def officer(system: System, database_url: str) -> Iterator[Visitor]:
    with (
        portal(database_url, clock=lambda: NOON, second_step=False) as site,
        visitor(site, ONES[Permission.OFFICER]) as opened,
    ):
        yield opened


def states(system: System) -> list[ReportState]:
    with system.database.reading() as session:
        return [each.state for each in placement_store.reports(session, REFERENCE)]


def test_a_report_is_sent_back_or_revoked_for_a_reason_that_can_be_read(
    officer: Visitor, system: System
) -> None:
    january, february = (f"{REFERENCE}|2026-0{month}|1" for month in (1, 2))
    pressed = [("reject", february), ("revoke", january)]
    for reason in ("", "ANGER", "OTHER ", "other"):
        for press, report in pressed:
            answer = officer.post("/finance/reports", {"press": press, "report": report, "reason": reason})
            assert answer.status_code == 409, (press, reason)
            assert "Välj skälet" in answer.text
    assert states(system) == [ReportState.APPROVED, ReportState.FILED]
    for press, report in pressed:
        told = {"press": press, "report": report, "reason": "NOT_DELIVERED"}
        assert officer.post("/finance/reports", told).status_code == 303
    assert states(system) == [ReportState.REVOKED, ReportState.REJECTED]


@pytest.mark.parametrize("press", ["", "approved", "pay"])
def test_a_press_that_is_none_decides_nothing(officer: Visitor, system: System, press: str) -> None:
    told = {"press": press, "report": f"{REFERENCE}|2026-02|1", "reason": "OTHER"}
    assert officer.post("/finance/reports", told).status_code == 409
    assert states(system) == [ReportState.APPROVED, ReportState.FILED]
