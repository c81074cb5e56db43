"""A payment reference longer than a bank carries: its beginning goes along, and whoever attests reads that it does."""

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from invoicing.payment.payable import REFERENCE_MAX
from tests.support.pages.all_routes import STAFF
from tests.support.pages.browser import portal
from tests.support.pages.visitor import text_of, visitor
from tests.support.stories.system import System, a_system

NOON = datetime(2026, 3, 5, 12, tzinfo=UTC)
REFERENCE = "100000101"
SAID = "längre än de 140 tecken som banken bär"


def asking_for(reference: str, system: System) -> None:
    """An accepted invoice that asks for this reference (BT-83)."""
    system.decide(REFERENCE)
    system.report(REFERENCE, "2026-01", on=date(2026, 2, 2))
    invoice = system.flip(system.order(REFERENCE).number, number="F-1", on=date(2026, 2, 3))
    (means,) = invoice.payment_means
    system.send(replace(invoice, payment_means=(replace(means, payment_id=reference),)), on=date(2026, 2, 3))


@pytest.mark.parametrize(("length", "is_said"), [(REFERENCE_MAX, False), (REFERENCE_MAX + 1, True)])
def test_a_reference_that_is_cut_is_said_to_be(database_url: str, length: int, is_said: bool) -> None:
    with (
        a_system(database_url) as system,
        portal(database_url, clock=lambda: NOON, second_step=False) as served,
        visitor(served, STAFF) as officer,
    ):
        asking_for("R" * length, system)
        page = officer.get(officer.post("/finance/payments").headers["location"])
        assert "R" * REFERENCE_MAX in page.text
        assert (SAID in text_of(page)) is is_said
