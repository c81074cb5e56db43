"""Twenty invoices for a tenth each of one line, read at the same moment: never more than was received.

The account of the line is an UPDATE with a condition; this is what it is for. Which ten of the twenty are accepted
is chance, that it is ten is not.
"""

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from invoicing.documents import store as document_store
from invoicing.model import InvoiceState
from orders.purchase_orders import line_share_store
from peppol.xml import codec
from tests.bar.world import check_world
from tests.support.at_once import at_once
from tests.support.stories.bills import billed
from tests.support.stories.january import REFERENCE, january
from tests.support.stories.system import System, a_system, example_register

CAME = date(2026, 2, 3)
READERS = 4


@pytest.fixture
def system(database_url: str) -> Iterator[System]:
    """January's 20 days received, at a buyer that takes a line in parts."""
    with a_system(database_url) as system:
        system.decide(REFERENCE)
        system.report(REFERENCE, "2026-01", on=date(2026, 2, 2))
        system.change_register(
            example_register(partial_quantities=True, partial_acceptance=True, several_lines=True)
        )
        yield system


@pytest.mark.both_engines
@pytest.mark.parametrize(
    "round_number", [0, *[pytest.param(number, marks=pytest.mark.nightly) for number in range(1, 100)]]
)
def test_parts_of_a_line_that_come_at_once_take_no_more_than_was_received(
    system: System, round_number: int, record_property: Callable[[str, object], None]
) -> None:
    whole = january(system, "F-0")
    for number in range(20):
        part = replace(billed(whole, days="2"), id=f"F-{round_number}-{number}")
        system.post(codec.serialise(part), on=CAME)
    read = at_once([lambda: system.read_messages(on=CAME)] * READERS)
    assert sum(len(each) for each in read) == 20
    with system.database.reading() as session:
        states = [each.state for each in document_store.listed(session)]
        taken = sum(
            (each.quantity for each in line_share_store.of_order(session, system.order(REFERENCE).number)),
            Decimal(0),
        )
    assert (states.count(InvoiceState.ACCEPTED), taken) == (10, Decimal(20))
    assert states.count(InvoiceState.IN_QUESTION) == 10
    assert check_world(system.database) == []
    record_property("rounds", 1)
