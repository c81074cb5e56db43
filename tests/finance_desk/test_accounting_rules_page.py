"""The page of accounting rules: a text is tried on a month, proposed by one person and put in force by another."""

from collections.abc import Iterator
from datetime import date

import pytest

from bookkeeping.first_rules import first_rules
from bookkeeping.ledger_accounts import LedgerAccounts
from tests.bookkeeping.test_accounting_rules import RULES
from tests.finance_desk.test_month_closing_page import NOON, SECOND
from tests.support.pages.all_routes import STAFF
from tests.support.pages.browser import Site, portal
from tests.support.pages.visitor import visitor
from tests.support.stories.system import a_system

PATH = "/finance/reconciliation/rules"


@pytest.fixture
def site(database_url: str) -> Iterator[Site]:
    with a_system(database_url) as system:
        system.decide("100000101")
        system.report("100000101", "2026-01", on=date(2026, 2, 2))
        system.send_invoice(system.order("100000101").number, number="F-1", on=date(2026, 2, 3))
        with portal(database_url, clock=lambda: NOON, second_step=False) as served:
            yield served


def test_rules_are_tried_on_a_month_before_two_people_put_them_in_force(site: Site) -> None:
    with visitor(site, STAFF) as first, visitor(site, SECOND) as second:
        assert "BILLING_LEDGER_ACCOUNTS" in first.get(PATH).text
        begun = first.post(
            f"{PATH}/try",
            {"content": first_rules(LedgerAccounts(), {}), "month": "2026-02", "reason": "Som nu."},
        )
        assert "Inget belopp hade konterats annorlunda." in begun.text
        form = {"content": RULES, "month": "2026-02", "reason": "Nya kostnadsställen."}
        tried = first.post(f"{PATH}/try", form).text
        assert "1 godkänd faktura prövades." in tried
        assert "4100" in tried
        assert "Versioner" not in first.get(PATH).text
        wrong = first.post(f"{PATH}/try", {**form, "content": RULES.replace("2581", "1581")})
        assert (wrong.status_code, "1581" in wrong.text) == (409, True)
        assert "En annan person inför reglerna." in first.follow(first.post(PATH, form))
        assert first.post(f"{PATH}/1/confirm").status_code == 409
        assert "gäller nu" in second.follow(second.post(f"{PATH}/1/confirm"))
        assert "Konterar nu" in first.get(PATH).text
        assert first.post(f"{PATH}/999999/confirm").status_code == 404
        first.follow(first.post(PATH, {**form, "content": RULES.replace("4900", "4800")}))
        assert "borttaget" in first.follow(first.post(f"{PATH}/2/refuse"))
