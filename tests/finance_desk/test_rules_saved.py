"""Rules saved on their page: who makes them, and who may have invoices judged by them at once."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime

import pytest
from lxml import html

from accounts.identity import Permission, Person
from invoicing.model import InvoiceState
from orders.register.register import fingerprint, policy_to_json
from orders.register.tolerances import Tolerance
from tests.support.pages.all_routes import BUYER, ONES
from tests.support.pages.browser import Site, portal
from tests.support.pages.page_forms import read, sent
from tests.support.pages.visitor import Form, text_of, visitor
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


def test_a_change_is_tried_and_says_what_it_would_have_done_before_it_is_saved(
    site: Site, system: System
) -> None:
    both = Person("user-7", "Någon", BUYER, frozenset({_P.FINANCE, _P.BUYER_ADMIN}))
    with visitor(site, both) as desk:
        change = html.document_fromstring(desk.get("/finance/policies/change").text)
        (form,) = change.cssselect("form[action='/finance/policies/try']")
        asked = read("/finance/policies/change", form)
        wider = {"supplier-0": "", "article-0": "", "quantity_over-0": "1", "amount_over-0": "100"}
        given = {**asked.values, **wider, "reason": "En dag räknas olika i mars"}
        answer = sent(desk, asked, given)
        tried = html.document_fromstring(answer.text)
        changed = tried.cssselect("table.data tbody tr")
        assert answer.status_code == 200
        assert "Blir annorlunda 1" in text_of(answer)
        assert any("F-1" in each.text_content() for each in changed)
        assert "1 faktura i fråga skulle godtas" in answer.text
        # Nothing is saved, and nothing judged.
        assert system.register.policy == example_register().policy
        assert system.invoice(1).state is InvoiceState.IN_QUESTION

        causes = [str(each.get("value")) for each in form.cssselect("[name=automatic_credit][checked]")]
        same = sent(desk, asked, {**asked.values, "automatic_credit": causes, "reason": "Prov"})
        assert "Inget är ändrat mot det som gäller." in same.text
        assert not html.document_fromstring(same.text).cssselect("form[action='/finance/policies'] button")

        (saves,) = tried.cssselect("form[action='/finance/policies']")
        kept = read("/finance/policies/try", saves)
        assert sent(desk, kept, {**kept.values, "again": "1"}).status_code == 303
    assert [each.quantity_over for each in system.register.policy.tolerances] == [1]
    assert system.invoice(1).state is InvoiceState.ACCEPTED
