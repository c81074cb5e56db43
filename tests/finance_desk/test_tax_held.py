"""The page of invoices held for want of F-tax, and the commands that do what it does."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from invoicing.decisions.tax_decision_store import TaxReason
from tests.support.command_line import Desk
from tests.support.pages.all_routes import STAFF
from tests.support.pages.browser import Site, portal
from tests.support.pages.visitor import text_of, visitor
from tests.support.stories.system import FYRBAKEN, System, a_system, example_register

NOON = datetime(2026, 3, 5, 12, tzinfo=UTC)


def without_f_tax(system: System) -> None:
    """Fyrbåken has delivered January and never had F-tax; its invoice has come."""
    register = example_register()
    system.change_register(
        replace(
            register,
            suppliers=tuple(
                replace(each, f_tax=False) if each.organisation_number == FYRBAKEN else each
                for each in register.suppliers
            ),
        )
    )
    system.decide("100000101")
    system.report("100000101", "2026-01", on=date(2026, 2, 2))
    system.send_invoice(system.order("100000101").number, number="F-1", on=date(2026, 2, 3))


@pytest.fixture
def site(database_url: str) -> Iterator[Site]:
    with a_system(database_url) as system:
        without_f_tax(system)
        with portal(database_url, clock=lambda: NOON, second_step=False) as served:
            yield served


def test_the_page_says_the_tax_and_releases_with_a_reason(site: Site) -> None:
    with visitor(site, STAFF) as officer:
        shown = text_of(officer.get("/finance/payments/tax")).replace("\N{NO-BREAK SPACE}", " ")
        # 20 workdays at 95.00 are 1 900.00, 2 375.00 with VAT; the tax is 570.00 and 1 805.00 is left.
        for amount in ("2 375,00", "570,00", "1 805,00"):
            assert amount in shown, amount
        # The day and the tax are values of one sentence, and no pair of found and expected.
        judged = text_of(officer.get("/finance/documents/1"))
        assert "Ni var inte godkända för F-skatt" in judged
        assert "hittat" not in judged
        refused = officer.post("/finance/payments/tax/1", {"reason": "BECAUSE"})
        assert refused.status_code == 409
        assert "Välj varför" in text_of(refused)
        assert officer.post("/finance/payments/tax/999999", {"reason": TaxReason.EXEMPT}).status_code == 404
        released = officer.post("/finance/payments/tax/1", {"reason": TaxReason.EXEMPT})
        assert "F-1 är släppt." in officer.follow(released)
        assert "Ingen faktura hålls för F-skatt." in text_of(officer.get("/finance/payments/tax"))
        assert "undantagen genom lag" in officer.get("/finance/documents/1").text


def test_the_commands_show_release_and_note_what_was_paid_by_hand(
    database_url: str, tmp_path_factory: pytest.TempPathFactory
) -> None:
    with a_system(database_url) as system:
        without_f_tax(system)
        desk = Desk(tmp_path_factory.mktemp("desk"), database_url)
        assert desk.run("tax", "list", "--json").json == [
            {
                "id": 1,
                "invoice": "F-1",
                "supplier": FYRBAKEN,
                "delivered_on": "2026-01-31",
                "amount": "2375.00",
                "tax": "570.00",
            }
        ]
        assert "570.00" in desk.run("tax", "list").out
        people = ("--prepared-by", "eko-1", "--attested-by", "eko-2")
        assert desk.run("tax", "paid", "1", *people, code=1).err
        done = desk.run(
            "tax", "release", "1", "--reason", TaxReason.WITHHELD, "--by", "eko-1", "--on", "2026-03-05"
        )
        assert done.out.split() == ["F-1", ">", "ACCEPTED"]
        desk.run("payments", "pay", *people, "--on", "2026-04-10")
        assert "570.00" in desk.run("payments", "due", "--on", "2026-04-10").out
        assert "F-1" in desk.run("tax", "paid", "1", *people, "--on", "2026-04-10").out
        assert desk.run("tax", "list", "--json").json == []
