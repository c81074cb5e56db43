"""Rules saved on their page: who makes them, and who may have invoices judged by them at once."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from accounts.identity import Permission, Person
from invoicing.model import InvoiceState
from orders.register.register import fingerprint, policy_to_json
from orders.register.tolerances import Tolerance
from tests.support.pages.all_routes import BUYER, ONES
from tests.support.pages.browser import Site, portal
from tests.support.pages.visitor import Form, visitor
from tests.support.stories.bills import billed
from tests.support.stories.system import System, a_system, example_register

NOON = datetime(2026, 2, 10, 12, tzinfo=UTC)
REFERENCE = "100000101"
_P = Permission


@pytest.fixture
def system(database_url: str) -> Iterator[System]:
    """An invoice of a day more than was received, in question by the rules as they are."""
    with a_system(database_url) as system:
        system.decide(REFERENCE)
        system.report(REFERENCE, "2026-01", on=date(2026, 2, 2))
        invoice = system.flip(system.order(REFERENCE).number, number="F-1", on=date(2026, 2, 3))
        assert system.send(billed(invoice, days="21")).state is InvoiceState.IN_QUESTION
        yield system


@pytest.fixture
def site(system: System, database_url: str) -> Iterator[Site]:
    with portal(database_url, clock=lambda: NOON, second_step=False) as site:
        yield site


def a_day_more(*, again: bool, valid_from: str = "2026-02-10") -> Form:
    """The form behind the button that saves what was tried: a day more than received is taken."""
    policy = example_register().policy
    wider = replace(policy, tolerances=(Tolerance("", "", quantity_over=1, amount_over=100),))  # type: ignore[arg-type]
    form = {
        "body": policy_to_json(wider),
        "mark": fingerprint(policy),
        "valid_from": valid_from,
        "reason": "En dag räknas olika i mars",
        "id": "1",
        "key": "press-1",
    }
    return form | ({"again": "yes"} if again else {})


@pytest.mark.parametrize(
    ("permissions", "again", "judged"),
    [
        ({_P.FINANCE}, True, True),
        ({_P.FINANCE}, False, False),
        ({_P.FINANCE, _P.BUYER_ADMIN}, True, True),
        ({_P.BUYER_ADMIN}, True, False),
    ],
    ids=["finance", "finance, not now", "both", "an administrator"],
)
def test_who_works_the_queue_may_judge_by_a_rule_just_made_and_nobody_else(
    site: Site, system: System, permissions: set[Permission], again: bool, judged: bool
) -> None:
    person = Person("user-7", "Någon", BUYER, frozenset(permissions))
    with visitor(site, person) as desk:
        saved = desk.post("/finance/policies", a_day_more(again=again))
        assert saved.status_code == 303
        assert saved.headers["location"].startswith("/finance/policies/again/") is judged
    state = system.invoice(1).state
    assert state is (InvoiceState.ACCEPTED if judged else InvoiceState.IN_QUESTION)


@pytest.mark.parametrize("reader", [_P.AUDIT, _P.ATTEST, _P.OFFICER, _P.PROTECTED])
def test_who_only_reads_makes_no_rules(site: Site, system: System, reader: Permission) -> None:
    with visitor(site, ONES[reader]) as desk:
        assert desk.post("/finance/policies", a_day_more(again=True)).status_code in (403, 404)
    assert system.invoice(1).state is InvoiceState.IN_QUESTION
