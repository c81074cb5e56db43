"""The whole statement: the database adds as we do, a past day looks as it did then, and every open krona has a name."""

from collections import Counter
from collections.abc import Iterator
from datetime import date
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from foundation.money import Money
from foundation.periods import Month
from invoicing.reconciliation import entry_queries
from invoicing.reconciliation.entry_source_queries import EntryFilter
from invoicing.reconciliation.open_items import Why, open_items
from invoicing.reconciliation.statement import (
    Statement,
    StatementColumn,
    StatementEntry,
    StatementKey,
    reconcile,
)
from tests.support.stories.months_of_work import REFERENCE, months_of_work
from tests.support.stories.system import LARKDRILLEN, System, a_system

ALL_KEYS = tuple(StatementKey)


@pytest.fixture
def system(database_url: str) -> Iterator[System]:
    with a_system(database_url) as system:
        yield system


def drawn_up(system: System, wanted: EntryFilter, *by: StatementKey) -> Statement:
    """The statement twice over, by the database and by us, which must be one."""
    with system.database.reading() as session:
        added = entry_queries.statement(session, wanted, by=by)
        assert added == reconcile(entry_queries.entries(session, wanted=wanted), by=by)
    return added


@pytest.mark.both_engines
def test_a_past_day_is_drawn_up_as_it_was_then(system: System) -> None:
    then = {day: drawn_up(system, EntryFilter(), *ALL_KEYS) for day in months_of_work(system)}
    for day, statement in then.items():
        assert drawn_up(system, EntryFilter(as_of=day), *ALL_KEYS) == statement, day
    assert drawn_up(system, EntryFilter(as_of=date(2025, 12, 31))).rows == ()
    assert drawn_up(system, EntryFilter(as_of=date(2030, 1, 1)), *ALL_KEYS) == drawn_up(
        system, EntryFilter(), *ALL_KEYS
    )


@pytest.mark.both_engines
def test_each_part_of_the_books_is_the_whole_without_the_rest(system: System) -> None:
    for _ in months_of_work(system):
        pass
    whole = drawn_up(system, EntryFilter(), *ALL_KEYS)
    for key, wanted in (
        (StatementKey.EXECUTION_REFERENCE, EntryFilter(execution_reference=REFERENCE)),
        (StatementKey.SUPPLIER, EntryFilter(supplier=LARKDRILLEN)),
        (StatementKey.MONTH, EntryFilter(month=Month(2026, 3))),
        (StatementKey.ARTICLE, EntryFilter(article="RESULT")),
        (StatementKey.DELIVERY_AREA, EntryFilter(delivery_area="LO-NORD")),
    ):
        value = str(wanted.month) if wanted.month else str(getattr(wanted, key.value))
        place = ALL_KEYS.index(key)
        rows = tuple(row for row in whole.rows if row.key[place] == value)
        assert rows
        assert drawn_up(system, wanted, *ALL_KEYS).rows == rows
    until = drawn_up(system, EntryFilter(until=Month(2026, 2)), StatementKey.MONTH)
    assert [row.key for row in until.rows] == [("2026-01",), ("2026-02",)]


def test_every_open_krona_has_a_document(system: System) -> None:
    for day in months_of_work(system):
        with system.database.reading() as session:
            everything = list(entry_queries.entries(session))
        items, total = open_items(everything), reconcile(everything).total
        named = [item.amount.amount for item in items if item.why is not Why.NOT_INVOICED]
        assert sum(named) == total.open.amount, day
        settled = {
            row.key[0]
            for row in reconcile(everything, by=(StatementKey.EXECUTION_REFERENCE,)).rows
            if row.settled
        }
        assert not settled & {item.execution_reference for item in items}
        unsettled = {
            row.key[0]
            for row in reconcile(everything, by=(StatementKey.EXECUTION_REFERENCE,)).rows
            if not row.settled
        }
        assert unsettled == {item.execution_reference for item in items}
    assert {item.why for item in items} == {Why.NOT_INVOICED}


@pytest.mark.both_engines
def test_a_month_end_comes_to_zero_or_names_what_is_left(system: System) -> None:
    for _ in months_of_work(system):
        pass
    january = drawn_up(system, EntryFilter(month=Month(2026, 1)), StatementKey.SUPPLIER)
    assert all(row.settled for row in january.rows)
    assert january.total.open.is_zero
    with system.database.reading() as session:
        march = EntryFilter(month=Month(2026, 3), as_of=date(2026, 3, 20))
        then = list(entry_queries.entries(session, wanted=march))
        now = list(entry_queries.entries(session))
    assert {(item.why, item.document) for item in open_items(then)} == {(Why.TO_PAY, "F-3")}
    assert {(item.why, item.document) for item in open_items(now)} == {
        (Why.NOT_INVOICED, next(each.line for each in now if each.article == article))
        for article in ("RESULT", "SPEED_BONUS")
    }


# Independently, in whole öre -------------------------------------------------------------------------


def made_entries(seed: int, count: int) -> tuple[list[StatementEntry], Counter[tuple[str, ...]]]:
    """Documents drawn at random, with their sums in whole öre kept beside them from the start."""
    rng = Random(seed)  # noqa: S311 - repeated on purpose
    columns, ore = list(StatementColumn), Counter[tuple[str, ...]]()
    entries = []
    for number in range(count):
        column = columns[rng.randrange(len(columns))]
        amount = rng.randrange(-5_000_000, 50_000_000)
        supplier, month = f"55{rng.randrange(300):08}", f"2026-{rng.randrange(1, 13):02}"
        area, article = f"LO-{rng.randrange(81)}", ("BASIC", "RESULT", "SPEED_BONUS")[rng.randrange(3)]
        money = Money.of(f"{'-' if amount < 0 else ''}{abs(amount) // 100}.{abs(amount) % 100:02}")
        entries.append(
            StatementEntry(column, str(number), str(number % 997), supplier, month, article, money, area)
        )
        ore[column, supplier, month, article, area] += amount
        ore[column, "", "", "", ""] += amount
    return entries, ore


@pytest.mark.parametrize("many", [5_000, pytest.param(100_000, marks=pytest.mark.slow)])
def test_many_documents_add_up_to_the_ore(many: int) -> None:
    keys = (StatementKey.SUPPLIER, StatementKey.MONTH, StatementKey.ARTICLE, StatementKey.DELIVERY_AREA)
    entries, ore = made_entries(20261121, many)
    statement = reconcile(entries, by=keys)
    for row in (*statement.rows, statement.total):
        for column in StatementColumn:
            assert int(getattr(row, column.value).amount.scaleb(2)) == ore[(column, *row.key)]


@settings(max_examples=settings().max_examples // 5)
@given(seed=st.integers(0, 10**9), count=st.integers(0, 300))
def test_any_documents_add_up_to_the_ore(seed: int, count: int) -> None:
    entries, ore = made_entries(seed, count)
    total = reconcile(entries, by=()).total
    for column in StatementColumn:
        assert int(getattr(total, column.value).amount.scaleb(2)) == ore[column, "", "", "", ""]
