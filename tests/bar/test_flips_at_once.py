"""32 presses to invoice the same order at the same moment, over HTTP: one invoice, and nobody meets a fault.

Half of the presses come from one form, as a double click or a reload sends it; the others from forms of their own, as
colleagues or two tabs do.
"""

import uuid
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import date

import pytest
from sqlalchemy import select

from invoicing.portal_invoicing.portal_states import PortalState
from invoicing.portal_invoicing.tables import portal_document
from tests.bar.world import check_world
from tests.support.at_once import at_once
from tests.support.pages.all_routes import SUPPLIER
from tests.support.pages.browser import Site, portal
from tests.support.pages.visitor import Visitor, visitor
from tests.support.servers.system_databases import CLOCK
from tests.support.stories.system import System, a_system

PRESSES = 32
MANY = pytest.mark.parametrize("orders", [4, pytest.param(50, marks=pytest.mark.nightly)])


@pytest.fixture
def system(database_url: str) -> Iterator[System]:
    with a_system(database_url) as system:
        yield system


@pytest.fixture
def site(system: System) -> Iterator[Site]:
    url = system.database.url.render_as_string(hide_password=False)
    with portal(url, clock=lambda: CLOCK, second_step=False) as site:
        yield site


@pytest.mark.both_engines
@MANY
def test_presses_on_one_order_at_the_same_moment_make_one_invoice(
    system: System, site: Site, orders: int, record_property: Callable[[str, object], None]
) -> None:
    references = [f"1000001{place:02}" for place in range(1, orders + 1)]
    for reference in references:
        system.decide(reference)
        system.report(reference, "2026-01", on=date(2026, 2, 2))
    statuses: Counter[int] = Counter()
    with ExitStack() as stack:
        visitors = [stack.enter_context(visitor(site, SUPPLIER)) for _ in range(PRESSES)]
        for each in visitors:
            each.token  # noqa: B018 - the page that shows the form is opened before, not in the race
        for reference in references:
            line = f"{system.order(reference).number}/001"
            shared = uuid.uuid4().hex
            presses = [
                _press(each, line, shared if place % 2 else uuid.uuid4().hex)
                for place, each in enumerate(visitors)
            ]
            statuses.update(at_once(presses))
    with site.database.reading() as session:
        made = session.execute(
            select(portal_document.c.order_number, portal_document.c.state).where(
                portal_document.c.state != PortalState.UNDONE
            )
        ).all()
    assert len(made) == len({each.order_number for each in made}) == orders
    assert check_world(site.database) == []
    record_property("orders", orders)
    record_property("answers_5xx", sum(count for status, count in statuses.items() if status >= 500))
    assert set(statuses) <= {200, 303, 400, 409}, statuses


def _press(each: Visitor, line: str, key: str) -> Callable[[], int]:
    return lambda: each.post("/to-invoice/send", {"line": line, "form_key": key}).status_code
