"""The register by the API: what is read can be sent, a program proposes, and a person loads."""

import copy
import uuid
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import httpx
import pytest

from accounts.api_clients.model import ApiScope
from operations.register_loads import proposing
from operations.register_loads import store as load_store
from operations.register_loads.proposing import RegisterLoadRefused
from operations.register_loads.store import LoadState
from orders.register import files as register_files
from orders.register import store as register_store
from orders.register.files import read_register
from tests.support.project import FIXTURES
from tests.support.servers.api import TODAY, a_client, api, bearing
from tests.support.servers.system_databases import CLOCK
from tests.support.stories.system import System, a_system

REGISTER = "/api/v1/register"
LOADS = f"{REGISTER}/loads"


@pytest.fixture
def system(database_url: str) -> Iterator[System]:
    with a_system(database_url) as system:
        yield system


@pytest.fixture
def portal(system: System) -> Iterator[httpx.Client]:
    with api(system) as client:
        yield client


@pytest.fixture
def mine(system: System) -> dict[str, str]:
    return bearing(a_client(system, ApiScope.REGISTER_READ, ApiScope.REGISTER_WRITE, supplier="")[1])


def read(portal: httpx.Client, mine: dict[str, str]) -> dict[str, Any]:
    answer = portal.get(REGISTER, headers=mine)
    assert answer.status_code == 200, answer.text
    register: dict[str, Any] = answer.json()["register"]
    return register


def renamed(register: dict[str, Any]) -> dict[str, Any]:
    """The register with another name for its first area."""
    other = copy.deepcopy(register)
    other["areas"][0]["name"] = "Ett annat namn"
    return other


def proposed(portal: httpx.Client, mine: dict[str, str], register: dict[str, Any]) -> httpx.Response:
    keyed = {**mine, "Idempotency-Key": str(uuid.uuid4())}
    return portal.post(LOADS, headers=keyed, json={"register": register})


@pytest.mark.parametrize("folder", ["demo", "demo-karriarvagledning"])
def test_what_is_read_is_what_can_be_sent(folder: str) -> None:
    register = read_register([Path(FIXTURES / folder / "register")])
    assert register_files.read_content(register_files.written(register)) == register
    silent = replace(register, policy=replace(register.policy, payment_terms_days=17))
    assert register_files.read_content(register_files.written(silent)) == silent


@pytest.mark.both_engines
def test_the_register_is_read_whole_and_known_again(
    system: System, portal: httpx.Client, mine: dict[str, str]
) -> None:
    answer = portal.get(REGISTER, headers=mine)
    told = answer.json()
    assert told["policy_holds"] is True
    assert register_files.read_content(told["register"]) == system.register
    again = portal.get(REGISTER, headers={**mine, "If-None-Match": answer.headers["ETag"]})
    assert (again.status_code, again.content) == (304, b"")


@pytest.mark.both_engines
def test_a_register_is_tried_and_compared_and_nothing_is_written(
    system: System, portal: httpx.Client, mine: dict[str, str]
) -> None:
    register = read(portal, mine)
    same = portal.post(f"{REGISTER}/check", headers=mine, json={"register": register}).json()
    assert (same["could_be_loaded"], same["changes"], same["problems"]) == (True, False, [])
    other = portal.post(f"{REGISTER}/difference", headers=mine, json={"register": renamed(register)}).json()
    assert [(each["table"], each["changed"], each["keys"]) for each in other["differences"]] == [
        ("areas", 1, {"name": 1})
    ]
    wrong = renamed(register)
    wrong["suppliers"][0].pop("name")
    wrong["price_lists"][0]["articles"][0]["amounts"]["A"] = 58.5
    wrong["unknown"] = []
    told = portal.post(f"{REGISTER}/check", headers=mine, json={"register": wrong}).json()
    assert told["could_be_loaded"] is False
    pointers = {each["pointer"] for each in told["problems"]}
    assert {
        "#/register/suppliers/0/name",
        "#/register/price_lists/0/articles/0/amounts/A",
        "#/register/unknown",
    } <= pointers
    assert all(each["sentence_sv"] != each["sentence_en"] for each in told["problems"])
    lost = copy.deepcopy(register)
    lost["suppliers"] = lost["suppliers"][1:]
    assert portal.post(f"{REGISTER}/check", headers=mine, json={"register": lost}).json()["problems"]
    assert read(portal, mine) == register


@pytest.mark.both_engines
def test_a_program_proposes_and_another_person_loads(
    system: System, portal: httpx.Client, mine: dict[str, str]
) -> None:
    register = read(portal, mine)
    answer = proposed(portal, mine, renamed(register))
    assert answer.status_code == 202, answer.text
    told = answer.json()
    assert (told["state"], told["confirmed_by"]) == ("PROPOSED", "a person")
    assert told["page"] == f"/admin/register-loads/{told['id']}"
    assert "inte inläst" in told["sentence_sv"]
    assert read(portal, mine) == register
    # The same register twice is one proposal, under whatever key.
    assert proposed(portal, mine, renamed(register)).json()["id"] == told["id"]
    with system.database.writing() as session, pytest.raises(RegisterLoadRefused, match="answer for"):
        proposing.load(session, told["id"], responsible="user-1", by="user-1", now=CLOCK, today=TODAY)
    with system.database.writing() as session:
        loaded = proposing.load(
            session, told["id"], responsible="user-1", by="user-2", now=CLOCK, today=TODAY
        )
    assert loaded.new
    assert read(portal, mine)["areas"][0]["name"] == "Ett annat namn"
    assert portal.get(f"{LOADS}/{told['id']}", headers=mine).json()["state"] == "LOADED"
    nothing = proposed(portal, mine, renamed(register))
    assert (nothing.status_code, nothing.json()["code"]) == (409, "REGISTER_LOAD_REFUSED")


@pytest.mark.both_engines
def test_an_account_that_a_program_proposes_is_left_to_two_people(
    system: System, portal: httpx.Client, mine: dict[str, str]
) -> None:
    register = renamed(read(portal, mine))
    register["suppliers"][0]["payment_accounts"] = [{"scheme": "BANKGIRO", "number": "9912346"}]
    told = proposed(portal, mine, register).json()
    assert told["left_to_two_people"], told
    with system.database.writing() as session:
        loaded = proposing.load(
            session, told["id"], responsible="user-1", by="user-2", now=CLOCK, today=TODAY
        )
        held = register_store.load(session)
    assert loaded.asked > 0
    assert "9912346" not in {each.number for each in held.suppliers[0].payment_accounts}


@pytest.mark.both_engines
def test_a_proposal_is_declined_with_a_reason_or_taken_back_by_its_own_program(
    system: System, portal: httpx.Client, mine: dict[str, str]
) -> None:
    register = read(portal, mine)
    first = proposed(portal, mine, renamed(register)).json()["id"]
    with system.database.writing() as session:
        proposing.decline(session, first, by="user-2", reason="Fel område.", now=CLOCK)
    told = portal.get(f"{LOADS}/{first}", headers=mine).json()
    assert (told["state"], told["reason"]) == ("DECLINED", "Fel område.")
    second = proposed(portal, mine, renamed(register)).json()["id"]
    assert second != first
    others = bearing(a_client(system, ApiScope.REGISTER_WRITE, supplier="")[1])
    assert portal.post(f"{LOADS}/{second}/withdraw", headers=others).status_code == 409
    for _ in range(2):
        assert portal.post(f"{LOADS}/{second}/withdraw", headers=mine).json()["state"] == "WITHDRAWN"
    with system.database.reading() as session:
        assert load_store.get(session, second).state is LoadState.WITHDRAWN
    assert portal.post(f"{LOADS}/{first}/withdraw", headers=mine).status_code == 409


def test_what_is_no_register_is_refused_with_what_to_do(
    system: System, portal: httpx.Client, mine: dict[str, str]
) -> None:
    keyed = {**mine, "Idempotency-Key": "1", "Content-Type": "application/json"}
    for content, status, code in (
        ("{", 400, "BODY_UNREADABLE"),
        ("[]", 422, "FIELD_NOT_ALLOWED"),
        ('{"register": 1}', 422, "FIELD_NOT_ALLOWED"),
        ('{"register": {}, "yes": true}', 422, "FIELD_NOT_ALLOWED"),
        ('{"register": {}}', 409, "REGISTER_REFUSED"),
        ("[" * 100_000, 400, "BODY_UNREADABLE"),
    ):
        answer = portal.post(LOADS, headers=keyed, content=content)
        assert (answer.status_code, answer.json()["code"]) == (status, code), content[:50]
    register = read(portal, mine)
    other = copy.deepcopy(register)
    other["buyer"]["organisation_number"] = "2021006123"
    assert proposed(portal, mine, other).json()["code"] in {"REGISTER_LOAD_REFUSED", "REGISTER_REFUSED"}
    only_reads = bearing(a_client(system, ApiScope.REGISTER_READ, supplier="")[1])
    assert proposed(portal, only_reads, register).status_code == 403
    assert portal.post(LOADS, headers=mine, json={"register": register}).json()["code"] == "KEY_MISSING"
