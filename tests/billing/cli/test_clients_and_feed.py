"""`billing clients` and `billing events feed`: a secret is shown once, and the feed is read from a cursor."""

import json
from pathlib import Path

import pytest

from operations.event_feed import contract
from tests.support.command_line import Desk, a_desk


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return a_desk(tmp_path)


def test_the_feed_is_one_event_a_line_from_the_cursor(desk: Desk) -> None:
    whole = [json.loads(line) for line in desk.run("events", "feed").out.splitlines()]
    assert len(whole) > 3
    assert [int(each["sequence"]) for each in whole] == list(range(1, len(whole) + 1))
    for each in whole:
        contract.ENVELOPES[each["type"]].model_validate_json(json.dumps(each))
    part = desk.run("events", "feed", "--after", "1", "--limit", "2").out.splitlines()
    assert [json.loads(line) for line in part] == whole[1:3]
    assert desk.run("events", "feed", "--after", len(whole)).out == ""
    beyond = desk.run("events", "feed", "--after", 10_000, code=1)
    assert "slutar vid" in beyond.err


def test_a_client_is_made_given_another_secret_listed_and_ended(desk: Desk) -> None:
    made = desk.run("clients", "make", "Beslutssystemet", "--may", "events:write,events:read")
    shown = made.out.strip()
    assert shown.startswith("rmk_")
    assert "visas bara nu" in made.err
    other = desk.run("clients", "secret", 1).out.strip()
    (client,) = desk.run("clients", "list", "--json").json
    assert (client["client_id"], client["state"], client["may"]) == (
        "client-1",
        "ACTIVE",
        ["events:read", "events:write"],
    )
    assert sorted(client["secrets"]) == sorted(each[:16] for each in (shown, other))
    assert "Två hemligheter" in desk.run("clients", "secret", 1, code=1).err
    desk.run("clients", "end-secret", 1, shown[:16])
    assert desk.run("clients", "list", "--json").json[0]["secrets"] == [other[:16]]
    assert shown not in desk.run("clients", "list").out
    desk.run("clients", "end", 1)
    assert desk.run("clients", "list", "--json").json[0]["state"] == "ENDED"
    desk.run("clients", "end", 1, code=1)
    desk.run("clients", "end", 9, code=4)


def test_a_client_without_a_right_it_knows_is_refused(desk: Desk) -> None:
    for scope in ("everything", "supplier:view"):
        assert "events:write" in desk.run("clients", "make", "X", "--may", scope, code=1).err
    assert desk.run("clients", "list", "--json").json == []


def test_the_contract_of_what_we_tell_is_printed(desk: Desk) -> None:
    told = desk.run("events", "schema", "--out").json
    assert len(told["oneOf"]) == len(contract.OUTBOUND_DATA)
