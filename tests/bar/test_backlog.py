"""Ten thousand documents of one supplier wait, and then one of another comes: how fast they are read, and how soon his.

What is demanded of the single one is that it does not wait for the others' whole night: it is behind all of them.
"""

import time
from collections.abc import Callable, Iterator
from datetime import date

import pytest
from sqlalchemy import select

from billing.tools.benchmarks import flow
from foundation.database import Database
from invoicing.intake.queue import read_arrived
from peppol.exchange import inbox
from peppol.exchange import tables as exchange_tables
from peppol.exchange.tables import InState
from tests.bar.world import check_world
from tests.support.servers.system_databases import CLOCK, migrated
from tests.support.stories.system import example_register

DAY = date(2026, 3, 20)
DOCUMENTS, OF_THEM_DIFFERENT = 10_000, 500


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    database = migrated(database_url, clock=lambda: CLOCK)
    flow.prepare(database, example_register())
    yield database
    database.close()


@pytest.mark.nightly
def test_a_backlog_is_read_at_a_pace_and_nobody_is_left_behind_it(
    database: Database, record_property: Callable[[str, object], None]
) -> None:
    register = example_register()
    flow.measure_orders(database, register, count=OF_THEM_DIFFERENT)
    lines = flow.receive_months(database, register)
    invoices = list(flow.invoices_for(database, register, lines))
    copies = DOCUMENTS // len(invoices)
    waiting = [
        body.replace(b"<cbc:ID>F", f"<cbc:ID>{copy}F".encode(), 1)
        for copy in range(copies)
        for body in invoices
    ]
    flow.store_messages(database, waiting)
    with database.writing() as session:
        single = inbox.store(
            session, b"<A/>", transport_id="single.xml", received_on=DAY, received_at=CLOCK
        ).id
    began = time.monotonic()
    read = 0
    seconds_behind = 0.0
    for became in read_arrived(database, today=DAY):
        read += 1
        if became.letter_id == single:
            seconds_behind = time.monotonic() - began
    seconds = time.monotonic() - began
    with database.reading() as session:
        left = session.scalars(
            select(exchange_tables.inbox.c.id).where(exchange_tables.inbox.c.state == InState.ARRIVED)
        ).all()
    assert left == []
    assert read == len(waiting) + 1
    assert seconds_behind > 0
    assert check_world(database) == []
    record_property("documents", len(waiting))
    record_property("documents_a_second", round(read / seconds))
    record_property("seconds_behind", round(seconds_behind))
