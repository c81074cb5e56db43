"""A supplier's placements and their tutors by the API: what is told, who is appointed, and what nobody is told."""

from datetime import date

import httpx
import pytest

from accounts.api_clients.model import ApiScope
from orders.register import store as register_store
from orders.tutors import tutors, unit_tutors
from tests.billing.server.api.suppliers.asking import followed, keyed, problem, rows
from tests.support.servers.api import TODAY, a_client, bearing
from tests.support.stories.system import FYRBAKEN, System

PLACEMENTS = "/api/v1/placements"
GOING_ON = date(2026, 9, 1)


def add_tutors(system: System, *codes: str) -> None:
    with system.database.writing() as session:
        register = register_store.load(session)
        for code in codes:
            unit_tutors.add(session, register, FYRBAKEN, "UV-101", code, by="user-1", today=GOING_ON)


def references(found: list[dict[str, object]]) -> list[object]:
    return [each["execution_reference"] for each in found]


@pytest.mark.both_engines
def test_placements_are_told_page_by_page_and_limited(system: System, portal: httpx.Client) -> None:
    for place in range(4):
        system.decide(f"10000010{place}", start=date(2026, 1 + place, 1))
    system.decide("100000109", start=GOING_ON)
    system.interrupt("100000109", on=date(2026, 11, 20), last_day=date(2026, 11, 27))
    mine = bearing(a_client(system, ApiScope.VIEW)[1])
    found = followed(portal, f"{PLACEMENTS}?limit=2", mine, "placements")
    assert references(found) == ["100000100", "100000101", "100000102", "100000103", "100000109"]

    def asked(query: str) -> list[object]:
        return references(rows(portal.get(f"{PLACEMENTS}?{query}", headers=mine), "placements"))

    assert asked("reference=100000102") == ["100000102"]
    assert asked("state=ended") == ["100000100", "100000101", "100000102", "100000103"]
    assert asked("state=interrupted") == ["100000109"]
    assert asked("unit=UV-101&days_from=2026-10-01") == ["100000109"]
    assert asked("days_from=2026-08-05&days_to=2026-08-10") == ["100000102", "100000103"]
    assert asked("unit=UV-102") == []


@pytest.mark.both_engines
def test_one_placement_tells_what_is_ordered_and_due_and_never_who(
    system: System, portal: httpx.Client
) -> None:
    system.decide(start=GOING_ON)
    system.report("100000101", "2026-09", on=date(2026, 10, 1))
    mine = bearing(a_client(system)[1])
    answer = portal.get(f"{PLACEMENTS}/100000101", headers=mine)
    told = answer.json()
    assert told["orders"] == [system.order("100000101").number]
    assert (told["state"], told["needs_tutor"], told["tutor"]) == ("ONGOING", True, None)
    assert told["months_due"] == [
        {"month": "2026-10", "file_by": "2026-11-10", "is_late": True, "version": 1}
    ]
    assert [(each["month"], (each["report"] or {}).get("state")) for each in told["months"]] == [
        ("2026-11", None),
        ("2026-10", None),
        ("2026-09", "APPROVED"),
    ]
    assert portal.get(told["months"][2]["href"], headers=mine).json()["report"]["version"] == 1
    # Neither the level, nor who decided, nor where the participant lives.
    assert not {"level", "participant", "reason", "decided_by"} & set(told)
    assert "user-17" not in answer.text
    again = {**mine, "If-None-Match": answer.headers["ETag"]}
    assert portal.get(f"{PLACEMENTS}/100000101", headers=again).status_code == 304


@pytest.mark.both_engines
def test_a_tutor_is_appointed_by_whoever_has_read_the_placement_as_it_is(
    system: System, portal: httpx.Client
) -> None:
    system.decide(start=GOING_ON)
    add_tutors(system, "H1", "H2")
    mine = bearing(a_client(system, ApiScope.ASSIGN)[1])
    path = f"{PLACEMENTS}/100000101"
    assert [each["tutor"] for each in rows(portal.get("/api/v1/tutors", headers=mine), "tutors")] == [
        "H1",
        "H2",
    ]
    read = portal.get(path, headers=mine).headers["ETag"]
    missing = portal.put(f"{path}/tutor", headers=keyed(mine), json={"tutor": "H1"})
    assert problem(missing) == (428, "MATCH_MISSING")
    key = keyed(mine, read)
    appointed = portal.put(f"{path}/tutor", headers=key, json={"tutor": "H1"})
    assert (appointed.status_code, appointed.json()["tutor"]) == (200, "H1"), appointed.text
    assert appointed.headers["ETag"] == portal.get(path, headers=mine).headers["ETag"] != read
    # The same request again is answered as it was, though the placement is another now.
    assert portal.put(f"{path}/tutor", headers=key, json={"tutor": "H1"}).content == appointed.content
    # Meanwhile somebody changes it on a page.
    with system.database.writing() as session:
        tutors.assign(session, "100000101", "H2", by="user-3", today=TODAY)
    old = keyed(mine, appointed.headers["ETag"])
    assert problem(portal.put(f"{path}/tutor", headers=old, json={"tutor": "H1"})) == (
        412,
        "CHANGED_SINCE_READ",
    )
    assert portal.get(path, headers=mine).json()["tutor"] == "H2"
    now = keyed(mine, portal.get(path, headers=mine).headers["ETag"])
    unknown = portal.put(f"{path}/tutor", headers=now, json={"tutor": "Anna Andersson"})
    assert problem(unknown) == (409, "TUTOR_REFUSED")
    assert "Anna" not in unknown.text


@pytest.mark.both_engines
def test_many_tutors_are_appointed_row_by_row(system: System, portal: httpx.Client) -> None:
    for reference in ("100000101", "100000102"):
        system.decide(reference, start=GOING_ON)
    add_tutors(system, "H1")
    mine = bearing(a_client(system, ApiScope.ASSIGN)[1])
    asked = [
        {"execution_reference": "100000102", "tutor": "H1"},
        {"execution_reference": "100000999", "tutor": "H1"},
        {"tutor": 7},
        {"execution_reference": "100000101", "tutor": "H9"},
        {"execution_reference": "100000102", "tutor": "H1"},
    ]
    key = keyed(mine)
    answer = portal.post(f"{PLACEMENTS}/tutors", headers=key, json={"rows": asked})
    told = answer.json()
    assert (told["done"], told["refused"]) == (2, 3), answer.text
    codes = [(each["refusal"] or {}).get("code") for each in told["results"]]
    assert codes == [None, "NOT_THERE", "FIELD_NOT_ALLOWED", "TUTOR_REFUSED", None]
    assert [each["is_changed"] for each in told["results"]] == [True, False, False, False, False]
    assert told["results"][2]["refusal"]["pointer"].startswith("#/rows/2/")
    again = portal.post(f"{PLACEMENTS}/tutors", headers=key, json={"rows": asked})
    assert (again.content, again.headers["Idempotency-Replayed"]) == (answer.content, "true")


@pytest.mark.both_engines
def test_what_is_told_beside_the_months_is_filed_once_and_withdrawn(
    system: System, portal: httpx.Client
) -> None:
    system.decide(start=GOING_ON)
    mine = bearing(a_client(system)[1])
    path = f"{PLACEMENTS}/100000101/informative-reports"
    filed = portal.post(path, headers=keyed(mine), json={"kind": "CONTACT"})
    assert (filed.status_code, filed.json()["state"]) == (201, "UNREAD"), filed.text
    own = filed.headers["Location"]
    same = portal.post(path, headers=keyed(mine), json={"kind": "CONTACT"})
    assert (same.status_code, same.json()["id"]) == (200, filed.json()["id"])
    assert problem(portal.post(path, headers=keyed(mine), json={"kind": "OTHER"})) == (
        422,
        "FIELD_NOT_ALLOWED",
    )
    read = portal.get(own, headers=mine)
    withdrawn = portal.post(f"{own}/withdraw", headers=keyed(mine, read.headers["ETag"]))
    assert (withdrawn.status_code, withdrawn.json()["state"]) == (200, "WITHDRAWN"), withdrawn.text
    late = portal.post(f"{own}/withdraw", headers=keyed(mine, read.headers["ETag"]))
    assert problem(late) == (412, "CHANGED_SINCE_READ")
    again = portal.post(f"{own}/withdraw", headers=keyed(mine, withdrawn.headers["ETag"]))
    assert problem(again) == (409, "STEP_REFUSED")


@pytest.mark.both_engines
def test_a_key_used_for_one_placement_is_not_taken_for_another(system: System, portal: httpx.Client) -> None:
    """The key goes by the route; which of its things is meant is part of the request."""
    for reference in ("100000101", "100000102"):
        system.decide(reference, start=GOING_ON)
    mine = keyed(bearing(a_client(system)[1]))
    first = portal.post(f"{PLACEMENTS}/100000101/informative-reports", headers=mine, json={"kind": "CONTACT"})
    other = portal.post(f"{PLACEMENTS}/100000102/informative-reports", headers=mine, json={"kind": "CONTACT"})
    assert first.status_code == 201
    assert problem(other) == (422, "KEY_USED_FOR_OTHER")
