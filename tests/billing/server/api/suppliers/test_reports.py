"""Months and their reports by the API: what is due, filed, sent back and corrected, one at a time or many at once."""

from datetime import UTC, date, datetime

import httpx
import pytest

from accounts.api_clients.model import ApiScope
from foundation.periods import Month
from orders.placements import filing
from orders.placements.filing import MonthToFile
from orders.register.report_approval import ReportApproval
from tests.billing.server.api.suppliers.asking import followed, keyed, problem, rows
from tests.support.servers.api import a_client, api, bearing
from tests.support.servers.system_databases import CLOCK
from tests.support.stories.system import System, example_register

REPORTS = "/api/v1/reports"
START = date(2026, 9, 1)


def reject(system: System, reference: str, month: str, *, version: int = 1) -> None:
    data = {
        "execution_reference": reference,
        "month": month,
        "version": version,
        "at": "2026-11-05T08:00:00+01:00",
        "by": "user-17",
        "reason": "WRONG_MONTH",
    }
    system.must("report.rejected", data, on=date(2026, 11, 5))


@pytest.fixture(autouse=True)
def judged_by_officers(system: System) -> None:
    system.change_register(example_register(report_approval=ReportApproval.BY_OFFICER))


def months(found: list[dict[str, object]]) -> list[tuple[object, object]]:
    return [(each["month"], each["execution_reference"]) for each in found]


@pytest.mark.both_engines
def test_months_are_told_with_what_is_due_and_what_came_of_each(system: System, portal: httpx.Client) -> None:
    for reference in ("100000101", "100000102"):
        system.decide(reference, start=START)
    system.report("100000101", "2026-09", on=date(2026, 10, 1))
    system.file_report("100000101", "2026-10", on=date(2026, 11, 2))
    reject(system, "100000101", "2026-10")
    system.file_report("100000102", "2026-10", on=date(2026, 11, 2))
    mine = bearing(a_client(system, ApiScope.VIEW)[1])
    every = followed(portal, f"{REPORTS}?limit=1", mine, "reports")
    assert months(every) == [
        ("2026-09", "100000101"),
        ("2026-09", "100000102"),
        ("2026-10", "100000101"),
        ("2026-10", "100000102"),
    ]
    states = [(each["is_due"], (each["report"] or {}).get("state")) for each in every]
    assert states == [(False, "APPROVED"), (True, None), (True, "REJECTED"), (False, "FILED")]

    def asked(query: str) -> list[tuple[object, object]]:
        return months(rows(portal.get(f"{REPORTS}?{query}", headers=mine), "reports"))

    assert asked("state=due") == [("2026-09", "100000102"), ("2026-10", "100000101")]
    assert asked("state=rejected") == [("2026-10", "100000101")]
    assert asked("state=approved&reference=100000101") == [("2026-09", "100000101")]
    assert asked("month=2026-10&state=filed") == [("2026-10", "100000102")]
    (sent_back,) = rows(portal.get(f"{REPORTS}?state=rejected", headers=mine), "reports")
    assert (sent_back["file_by"], sent_back["is_late"], sent_back["version"]) == ("2026-11-10", True, 2)
    reason = sent_back["report"]["reason"]
    assert reason["code"] == "WRONG_MONTH"
    assert reason["sentence_sv"] != reason["sentence_en"]


@pytest.mark.both_engines
def test_a_month_is_filed_once_and_corrected_by_whoever_has_read_it(
    system: System, portal: httpx.Client
) -> None:
    system.decide(start=START)
    mine = bearing(a_client(system)[1])
    asked = {"execution_reference": "100000101", "month": "2026-10", "activities": ["MEETING"]}
    key = keyed(mine)
    filed = portal.post(REPORTS, headers=key, json=asked)
    assert filed.status_code == 201, filed.text
    told = filed.json()
    assert (told["report"]["state"], told["report"]["activities"], told["version"]) == (
        "FILED",
        ["MEETING"],
        2,
    )
    assert portal.post(REPORTS, headers=key, json=asked).content == filed.content
    assert problem(portal.post(REPORTS, headers=keyed(mine), json=asked)) == (409, "MONTH_REPORTED")
    own = filed.headers["Location"]
    read = portal.get(own, headers=mine)
    assert read.headers["ETag"] == filed.headers["ETag"]
    assert read.json()["lines"][0]["quantity_to_receive"] == "22"
    correction = {"activities": ["MEETING", "JOB_SEARCH"]}
    assert problem(portal.post(f"{own}/corrections", headers=keyed(mine), json=correction)) == (
        428,
        "MATCH_MISSING",
    )
    corrected = portal.post(f"{own}/corrections", headers=keyed(mine, read.headers["ETag"]), json=correction)
    assert corrected.status_code == 201, corrected.text
    assert [(each["version"], each["state"]) for each in corrected.json()["versions"]] == [
        (2, "FILED"),
        (1, "REPLACED"),
    ]
    late = portal.post(f"{own}/corrections", headers=keyed(mine, read.headers["ETag"]), json=correction)
    assert problem(late) == (412, "CHANGED_SINCE_READ")
    assert len(portal.get(own, headers=mine).json()["versions"]) == 2


@pytest.mark.both_engines
def test_a_colleague_who_files_on_the_page_meanwhile_is_not_corrected_unseen(
    system: System, portal: httpx.Client
) -> None:
    system.decide(start=START)
    mine = bearing(a_client(system)[1])
    path = f"{REPORTS}/100000101/2026-10"
    read = portal.get(path, headers=mine).headers["ETag"]
    with system.database.writing() as session:
        filing.file_month(session, MonthToFile("100000101", Month(2026, 10), 1), at=CLOCK, by="user-1")
    answer = portal.post(f"{path}/corrections", headers=keyed(mine, read), json={})
    assert problem(answer) == (412, "CHANGED_SINCE_READ")
    assert "user-1" not in portal.get(path, headers=mine).text


@pytest.mark.both_engines
def test_many_months_are_filed_row_by_row(system: System, portal: httpx.Client) -> None:
    for reference in ("100000101", "100000102"):
        system.decide(reference, start=START)
    mine = bearing(a_client(system)[1])
    asked = [
        {"execution_reference": "100000102", "month": "2026-09"},
        {"execution_reference": "100000101", "month": "2026-09", "activities": ["NO_SUCH"]},
        {"execution_reference": "100000101", "month": "september"},
        {"execution_reference": "100000101", "month": "2026-10"},
        {"execution_reference": "100000101", "month": "2026-10", "version": 2},
        {"execution_reference": "100000101", "month": "2026-10", "version": 2},
        {"execution_reference": "300000101", "month": "2026-10"},
        {"execution_reference": "100000101", "month": "2027-01"},
    ]
    key = keyed(mine)
    answer = portal.post(f"{REPORTS}/bulk", headers=key, json={"rows": asked})
    told = answer.json()
    codes = [(each["refusal"] or {}).get("code") for each in told["results"]]
    assert codes == [
        None,
        "CODE_NOT_OF_SERVICE",
        "FIELD_NOT_ALLOWED",
        None,
        None,
        "MONTH_REPORTED",
        "NOT_THERE",
        "STEP_REFUSED",
    ]
    assert (told["done"], told["refused"]) == (3, 5)
    for refused in (each["refusal"] for each in told["results"] if each["refusal"]):
        assert refused["detail_sv"] != refused["detail_en"]
    again = portal.post(f"{REPORTS}/bulk", headers=key, json={"rows": asked})
    assert (again.content, again.headers["Idempotency-Replayed"]) == (answer.content, "true")
    found = followed(portal, f"{REPORTS}?state=filed", mine, "reports")
    assert months(found) == [("2026-09", "100000102"), ("2026-10", "100000101")]


def test_what_the_policy_lets_the_system_receive_is_received_after_the_answer(system: System) -> None:
    system.change_register(example_register(report_approval=ReportApproval.WHEN_NOTHING_IS_ODD))
    system.decide(start=START)
    mine = bearing(a_client(system)[1])
    asked = {"execution_reference": "100000101", "month": "2026-10"}
    with api(system, now=datetime(2026, 11, 5, 8, tzinfo=UTC)) as portal:
        filed = portal.post(REPORTS, headers=keyed(mine), json=asked)
        assert filed.json()["report"]["state"] == "FILED"
        assert portal.get(filed.headers["Location"], headers=mine).json()["report"]["state"] == "APPROVED"
