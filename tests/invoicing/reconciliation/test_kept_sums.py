"""Kept sums and the documents come to the same, after whatever happens and whenever they were added up anew."""

from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from datetime import date
from threading import Thread
from typing import Final

import pytest
from sqlalchemy import insert, text

from billing.migrations.migrate import open_migrated
from foundation.database import Database
from foundation.periods import Month
from foundation.sql import Session
from invoicing.portal_invoicing import flipping
from invoicing.portal_invoicing.flipping import Numbered
from invoicing.reconciliation import entry_queries, sum_keeping, sum_store
from invoicing.reconciliation.change_triggers_store import ADDED, TRIGGERS
from invoicing.reconciliation.entry_source_queries import EntryFilter
from invoicing.reconciliation.statement import StatementKey, reconcile
from operations.checks import invariants
from tests.invoicing.reconciliation import test_every_ore_of_the_statement as histories
from tests.support.servers.system_databases import migrated
from tests.support.stories.bills import billed
from tests.support.stories.system import FYRBAKEN, LARKDRILLEN, System, a_system, example_register

pytestmark = pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)

CASE: Final = "100000101"
BY: Final = (StatementKey.SUPPLIER, StatementKey.MONTH)
ALL: Final = (*BY, StatementKey.ARTICLE, StatementKey.SERVICE, StatementKey.DELIVERY_AREA)
ASKED: Final = (
    EntryFilter(),
    EntryFilter(month=Month(2026, 2)),
    EntryFilter(until=Month(2026, 1)),
    EntryFilter(supplier=FYRBAKEN, article="BASIC"),
)


def add_up(database: Database) -> int:
    return sum_keeping.add_up_changed(database.writing)


def both_say_the_same(session: Session) -> bool:
    return all(
        entry_queries.statement(session, wanted, by=by)
        == reconcile(entry_queries.entries(session, wanted=wanted), by=by)
        for wanted in ASKED
        for by in ((), BY, ALL)
    )


def noted(session: Session) -> int:
    return int(session.scalar(text("SELECT count(*) FROM statement_change")) or 0)


def months_of_money(system: System) -> Iterator[Callable[[], object]]:
    """What happens in the order it happens: two suppliers, right and wrong invoices, a credit, payments, a close."""
    yield lambda: system.decide(CASE, start=date(2026, 1, 7))
    yield lambda: system.decide("100000102", supplier=LARKDRILLEN, start=date(2026, 2, 1))
    yield lambda: system.report(CASE, "2026-01", on=date(2026, 2, 2))
    yield lambda: system.report(CASE, "2026-02", on=date(2026, 3, 2))
    number = system.order(CASE).number
    wrong = billed(system.flip(number, "001", number="F-1", on=date(2026, 3, 3)), days="30")
    yield lambda: system.send(wrong, on=date(2026, 3, 3))
    credit = flipping.credit_note_of(wrong, given=Numbered("K-1", date(2026, 3, 4)))
    yield lambda: system.send(credit, on=date(2026, 3, 4))
    yield lambda: system.send_invoice(number, "001", number="F-2", on=date(2026, 3, 5))
    yield lambda: system.send_invoice(number, "002", number="F-3", on=date(2026, 3, 5))
    yield lambda: system.pay(on=date(2026, 4, 7))
    yield lambda: system.interrupt(CASE, on=date(2026, 4, 8))


@pytest.mark.parametrize("every", [1, 2, 5])
def test_the_statement_is_the_documents_after_every_step_however_often_sums_are_kept(
    database_url: str, every: int
) -> None:
    with a_system(database_url) as system:
        for place, step in enumerate(months_of_money(system)):
            step()
            if place % every == 0:
                assert add_up(system.database) >= 0
            with system.database.reading() as session:
                assert both_say_the_same(session)
        add_up(system.database)
        with system.database.reading() as session:
            assert noted(session) == 0
            assert both_say_the_same(session)
        assert system.broken() == []


@contextmanager
def laid_table_by_table(database: Database, numbers: range) -> Iterator[None]:
    """Random histories laid in the books, the sums added up anew after each table of them."""
    rows = histories.Rows()
    for number in numbers:
        histories.lay(rows, histories.a_history(number))
    for table in sorted(rows.of, key=list(histories.table_order()).index):
        with database.writing() as session:
            session.execute(insert(table), rows.of[table])
        add_up(database)
    yield


# What else is written with these notes the same months, so that they are tried alone.
ALONE: Final = {
    "receipt_statement_added": "INSERT INTO receipt (order_number, line_id, execution_reference, month,"
    " report_version, quantity, amount, starts_on, ends_on, received_on)"
    " SELECT order_number, line_id, '100000101', '2026-01', 1, 1, 95, starts_on, ends_on, '2026-02-02'"
    " FROM order_line WHERE line_id = '001'",
    "invoice_statement_added": "WITH message AS (INSERT INTO inbox SELECT (jsonb_populate_record(inbox,"
    """ to_jsonb(inbox) || '{"id": 900, "sha256": "", "transport_key": "", "instance_id": ""}')).* FROM inbox"""
    " LIMIT 1) INSERT INTO invoice SELECT (jsonb_populate_record(invoice, to_jsonb(invoice)"
    """ || '{"id": 900, "number": "F-2", "letter_id": 900, "execution_reference": ""}')).* FROM invoice""",
    "invoice_statement_changed": "UPDATE invoice SET state = 'IN_QUESTION'",
    "invoice_part_statement_changed": "UPDATE invoice_part SET order_number = '', line_id = ''",
    "line_account_statement_changed": "UPDATE line_account SET state = 'CANCELLED' WHERE receipt_id IS NULL",
}


@pytest.mark.parametrize("is_noted", [True, False])
@pytest.mark.parametrize("trigger", ALONE)
def test_a_change_of_one_table_alone_is_noted(database_url: str, trigger: str, is_noted: bool) -> None:
    with closing(migrated(database_url)) as database:
        system = System(database)
        system.change_register(example_register())
        system.decide(CASE, start=date(2026, 1, 7))
        system.report(CASE, "2026-01", on=date(2026, 2, 2))
        system.send_invoice(system.order(CASE).number, "001", number="F-1", on=date(2026, 3, 5))
        add_up(database)
        with database.engine.begin() as session:
            if not is_noted:
                session.execute(text(f"ALTER TABLE {TRIGGERS[trigger]} DISABLE TRIGGER {trigger}"))
            session.exec_driver_sql(ALONE[trigger])
        with database.reading() as session:
            assert both_say_the_same(session) is is_noted


@pytest.mark.parametrize("unnoted", ["", *sorted(TRIGGERS.keys() - ALONE.keys())])
def test_each_table_that_the_statement_asks_notes_its_changes(database_url: str, unnoted: str) -> None:
    """And without the one trigger the sums are wrong: none is there for nothing."""
    with closing(migrated(database_url)) as database:
        histories._with_our_register(database)
        if unnoted:
            with database.engine.begin() as session:
                session.execute(text(f"ALTER TABLE {TRIGGERS[unnoted]} DISABLE TRIGGER {unnoted}"))
        with laid_table_by_table(database, range(40)), database.reading() as session:
            said = [f"{subject}: {sentence}" for subject, sentence in sum_keeping.broken(session)]
            statement = entry_queries.statement(session, EntryFilter(), by=BY)
            right = reconcile(entry_queries.entries(session), by=BY)
        if unnoted:
            assert (
                said[0]
                == f"table {TRIGGERS[unnoted]}: its changes are not noted for the statement: run billing init"
            )
            assert said[1:] != []
            assert statement != right
        else:
            assert said == []
            assert statement == right


def test_a_sum_that_was_changed_is_named(database_url: str) -> None:
    with closing(migrated(database_url)) as database:
        system = System(database)
        system.change_register(example_register())
        system.decide(CASE)
        add_up(database)
        with database.engine.begin() as session:
            session.execute(text("UPDATE statement_sum SET ordered = ordered + 1 WHERE month = '2026-02-01'"))
        with database.reading() as session:
            (broken,) = [each for each in invariants.check(session) if each.invariant == "statement sums"]
        assert broken.subject.startswith(f"statement of 2026-02 {FYRBAKEN}")


def test_what_is_not_committed_while_sums_are_added_up_is_asked_of_the_documents_afterwards(
    database_url: str,
) -> None:
    with a_system(database_url) as system:
        system.decide(CASE)
        add_up(system.database)
        with system.database.engine.connect() as slow:
            slow.execute(text("UPDATE line_account SET state = 'CANCELLED' WHERE line_id = '002'"))
            # Somebody else changes the same month of the same supplier, and waits for nobody.
            with system.database.engine.begin() as session:
                session.execute(text("UPDATE line_account SET state = 'OPEN' WHERE line_id = '003'"))
            adding = Thread(target=add_up, args=(system.database,))
            adding.start()
            adding.join(20)
            assert not adding.is_alive()
            slow.commit()
        with system.database.reading() as session:
            assert noted(session) == 1
            assert both_say_the_same(session)
            cancelled = entry_queries.statement(session, EntryFilter(), by=()).total.cancelled
            assert not cancelled.is_zero


def test_books_that_grow_are_added_up_whole(database_url: str) -> None:
    with a_system(database_url) as system:
        system.decide(CASE)
        with system.database.engine.begin() as session:
            session.execute(text("DELETE FROM statement_change"))
            sum_store.mark_all(session)
        with system.database.reading() as session:
            assert both_say_the_same(session)
        assert add_up(system.database) == 6
        with system.database.reading() as session:
            assert (noted(session), both_say_the_same(session)) == (0, True)


# As books noted until then: one trigger a table, for each row of an insertion too.
ROW_BY_ROW: Final = (
    "DROP TRIGGER {table}_statement_added ON {table}",
    "CREATE OR REPLACE FUNCTION note_statement_line() RETURNS trigger LANGUAGE plpgsql AS"
    " $$ BEGIN RETURN NULL; END $$",
    "CREATE TRIGGER {table}_statement AFTER INSERT ON {table} FOR EACH ROW"
    " EXECUTE FUNCTION note_statement_line()",
)


def test_books_that_noted_row_by_row_note_an_insertion_at_once_and_are_added_up_anew(
    database_url: str,
) -> None:
    with a_system(database_url) as system:
        system.decide(CASE)
        add_up(system.database)
        with system.database.engine.begin() as session:
            for table in ADDED:
                for statement in ROW_BY_ROW:
                    session.exec_driver_sql(statement.format(table=table))
        open_migrated(database_url).close()
        with system.database.reading() as session:
            assert standing(session) == sorted(TRIGGERS)
            assert (
                session.scalar(text("SELECT count(*) FROM pg_proc WHERE proname = 'note_statement_line'"))
                == 0
            )
            assert noted(session) == 6
            assert both_say_the_same(session)


def standing(session: Session) -> list[str]:
    asked = "SELECT tgname FROM pg_trigger WHERE NOT tgisinternal AND tgname LIKE '%\\_statement%' ORDER BY tgname"
    return list(session.scalars(text(asked)))
