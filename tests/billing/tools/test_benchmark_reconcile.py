"""The large world that speed is measured on sums honestly, and every question of the measuring has an answer."""

import pytest

from billing.migrations.migrate import open_migrated
from billing.tools.benchmarks import bulk_world_store, pages
from billing.tools.benchmarks.reconcile import measure
from invoicing.reconciliation import entry_queries
from invoicing.reconciliation.entry_source_queries import EntryFilter
from invoicing.reconciliation.statement import StatementKey, reconcile
from operations.checks import invariants

# What is checked of documents; messages and journal are left out of that world.
SUMS = ("line accounts", "order sums", "days received once", "results once", "credit pairs", "payments")


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
def test_the_world_of_the_measuring_keeps_every_invariant_of_sums(database_url: str) -> None:
    database = open_migrated(database_url)
    bulk_world_store.fill(database, lines=500)
    with database.reading() as session:
        for name in (*SUMS, "number series"):
            broken = [(name, *each) for each in invariants.INVARIANTS[name](session)]
            assert broken == []
        by = (StatementKey.SUPPLIER, StatementKey.MONTH)
        statement = entry_queries.statement(session, EntryFilter(as_of=bulk_world_store.TODAY), by=by)
        assert statement == entry_queries.statement(session, EntryFilter(), by=by)
        assert statement == reconcile(entry_queries.entries(session), by=by)
    assert statement.total.in_question.amount > 0
    assert statement.total.to_pay.amount > 0
    assert len(measure(database, times=1)) == 11
    for _ in range(2):  # the same world may be measured again
        assert len(pages.measure(database, times=1)) == 11
    database.close()
