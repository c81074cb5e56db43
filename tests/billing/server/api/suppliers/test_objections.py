"""Objecting to an order by the API: in codes, to the order as it was read, one at a time."""

import httpx
import pytest

from accounts.api_clients.model import ApiScope
from orders.objections import objecting
from orders.objections import store as objection_store
from orders.objections.model import AnswerReason, ObjectionState
from tests.billing.server.api.suppliers.asking import keyed, problem, rows
from tests.support.servers.api import TODAY, a_client, bearing
from tests.support.stories.system import System


@pytest.mark.both_engines
def test_an_objection_is_made_to_the_order_as_it_was_read_and_answered(
    system: System, portal: httpx.Client
) -> None:
    system.decide()
    number, mine = system.order("100000101").number, bearing(a_client(system, ApiScope.ASSIGN)[1])
    order = f"/api/v1/orders/{number}"
    read = portal.get(order, headers=mine).headers["ETag"]
    asked = {"points": [{"reason": "PRICE", "line": "001", "expected": "95,50"}, {"reason": "UNIT"}]}
    assert problem(portal.post(f"{order}/objections", headers=keyed(mine), json=asked)) == (
        428,
        "MATCH_MISSING",
    )
    key = keyed(mine, read)
    answer = portal.post(f"{order}/objections", headers=key, json=asked)
    assert answer.status_code == 201, answer.text
    assert answer.json()["points"] == [
        {"line": "001", "reason": "PRICE", "expected": "95.50"},
        {"line": None, "reason": "UNIT", "expected": None},
    ]
    assert portal.post(f"{order}/objections", headers=key, json=asked).content == answer.content
    # It stands on the order, which has therefore changed.
    assert portal.get(order, headers=mine).json()["objections"] == [answer.json()]
    assert problem(portal.post(f"{order}/objections", headers=keyed(mine, read), json=asked)) == (
        412,
        "CHANGED_SINCE_READ",
    )
    now = portal.get(order, headers=mine).headers["ETag"]
    second = portal.post(f"{order}/objections", headers=keyed(mine, now), json=asked)
    assert problem(second) == (409, "OBJECTION_REFUSED")
    with system.database.writing() as session:
        held = objection_store.open_of(session, number)
        assert held is not None
        objecting.answer(
            session,
            system.register,
            held,
            ObjectionState.STANDS,
            AnswerReason.PRICE_AS_AGREED,
            by="officer-1",
            today=TODAY,
        )
    told = portal.get(answer.headers["Location"], headers=mine).json()
    assert (told["state"], told["answer_reason"]) == ("STANDS", "PRICE_AS_AGREED")
    assert "officer-1" not in str(told)


@pytest.mark.both_engines
def test_an_objection_is_withdrawn_by_whoever_has_read_it(system: System, portal: httpx.Client) -> None:
    system.decide()
    number, mine = system.order("100000101").number, bearing(a_client(system)[1])
    order = f"/api/v1/orders/{number}"
    read = portal.get(order, headers=mine).headers["ETag"]
    asked = {"points": [{"reason": "DUPLICATE"}]}
    made = portal.post(f"{order}/objections", headers=keyed(mine, read), json=asked).headers["Location"]
    tag = portal.get(made, headers=mine).headers["ETag"]
    assert problem(portal.post(f"{made}/withdraw", headers=keyed(mine))) == (428, "MATCH_MISSING")
    said = portal.post(f"{made}/withdraw", headers=keyed(mine, tag), json={"why": "a mistake"})
    assert problem(said) == (422, "FIELD_NOT_ALLOWED")
    withdrawn = portal.post(f"{made}/withdraw", headers=keyed(mine, tag))
    assert (withdrawn.status_code, withdrawn.json()["state"]) == (200, "WITHDRAWN"), withdrawn.text
    assert problem(portal.post(f"{made}/withdraw", headers=keyed(mine, tag))) == (412, "CHANGED_SINCE_READ")
    listed = rows(portal.get(f"{order}/objections", headers=mine), "objections")
    assert [each["state"] for each in listed] == ["WITHDRAWN"]


def test_what_nobody_can_press_cannot_be_sent(system: System, portal: httpx.Client) -> None:
    system.decide()
    number, mine = system.order("100000101").number, bearing(a_client(system)[1])
    path = f"/api/v1/orders/{number}/objections"
    for points in (
        [{"reason": "OTHER"}],
        [{"reason": "PERIOD", "line": "099"}],
        [{"reason": "UNIT", "expected": "1"}],
        [{"reason": "PRICE", "line": "001", "expected": "Anna"}],
    ):
        answer = portal.post(path, headers=keyed(mine, "*"), json={"points": points})
        assert problem(answer) == (409, "OBJECTION_REFUSED"), points
    assert rows(portal.get(path, headers=mine), "objections") == []
