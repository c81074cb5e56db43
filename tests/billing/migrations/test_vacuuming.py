"""Queues are vacuumed early; what an operator has set stays; dead rows and old transactions are seen."""

from contextlib import closing
from datetime import date, timedelta

import pytest
from sqlalchemy import insert, text

from billing.migrations import vacuuming
from billing.migrations.migrate import bring_up_to_date
from billing.server.observability import database_figures, database_queries
from foundation import journal
from foundation.database import Database
from foundation.engines import month_partitions, partitions
from foundation.sql import Session
from peppol.exchange import inbox
from peppol.exchange.tables import OwedState, owed_answer
from tests.support.journal import Noted, Something
from tests.support.servers.system_databases import migrated

pytestmark = pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)


def set_for(database: Database, table: str) -> list[str]:
    with database.reading() as session:
        asked = text("SELECT reloptions FROM pg_class WHERE relname = :table AND relkind = 'r'")
        return list(session.scalar(asked, {"table": table}) or ())


def test_queues_are_vacuumed_early_have_room_and_keep_what_somebody_has_set(database_url: str) -> None:
    with closing(migrated(database_url)) as database:
        assert {"autovacuum_vacuum_scale_factor=0.02", "fillfactor=70"} <= set(set_for(database, "lane"))
        # As many rows change in the seventh year as in the first.
        assert {"autovacuum_vacuum_scale_factor=0.0", "fillfactor=85"} <= set(set_for(database, "inbox"))
        assert set_for(database, "invoice") == []
        with database.engine.begin() as session:
            session.execute(text("ALTER TABLE inbox RESET (autovacuum_vacuum_scale_factor)"))
            session.execute(text("ALTER TABLE outbox SET (autovacuum_vacuum_scale_factor = 0.3)"))
            names = ", ".join(vacuuming.SETTINGS["mail"])
            session.execute(text(f"ALTER TABLE mail RESET ({names})"))
            session.execute(text("ALTER TABLE lane RESET (fillfactor)"))
            assert vacuuming.install(session) == ["lane", "mail"]
        bring_up_to_date(database)
        assert "autovacuum_vacuum_scale_factor=0.3" in set_for(database, "outbox")


def test_a_chain_that_grows_leaves_no_entry_in_any_index_behind(database_url: str) -> None:
    with closing(migrated(database_url)) as database:
        for number in range(40):
            with database.writing() as session:
                about = Something.THING.of(number)
                reference = str(100_000_000 + number % 4)
                journal.record(session, "user-1", Noted.FIRST, about, execution_reference=reference)
        with database.engine.begin() as session:
            session.execute(text("SELECT pg_stat_force_next_flush()"))
        asked = text(
            "SELECT n_tup_upd, n_tup_hot_upd FROM pg_stat_user_tables WHERE relname = 'journal_chain'"
        )
        with database.reading() as session:
            changed, on_their_page = session.execute(asked).one()
        assert changed == on_their_page == 40


def test_who_holds_a_transaction_open_and_what_it_keeps_dead_is_seen(database_url: str) -> None:
    with closing(migrated(database_url)) as database, closing(Database(database_url)) as forgotten:
        with forgotten.reading() as holding:
            holding.execute(text("SELECT 1 FROM books_mark"))
            for _ in range(20):
                with database.engine.begin() as session:
                    session.execute(text("UPDATE books_mark SET tick = tick + 1"))
            holding.execute(text("SELECT pg_sleep(0.2)"))
            with database.engine.begin() as session:
                session.execute(text("SELECT pg_stat_clear_snapshot()"))
                assert database_queries.oldest_transaction_seconds(session) >= 0.2
        with database.engine.begin() as session:
            # What a session counted is told to the server by itself, at most a second later; 15 and later say when.
            session.execute(text("SELECT pg_stat_force_next_flush()"))
        with database.reading() as session:
            dead = {each.name: each.dead for each in database_queries.tables(session)}
            assert dead["books_mark"] > 0
            assert set(dead) == set(vacuuming.BUSIEST)
            assert database_queries.transaction_ids_used(session) > 0


def test_rows_without_a_partition_and_waiting_rows_are_told(database_url: str) -> None:
    with closing(migrated(database_url)) as database:
        told = figures(database)
        assert told["billing_default_partition_rows", "journal"] == 0
        assert told["billing_partitions_ready", "journal"] == partitions.AHEAD
        assert told["billing_queue_oldest_seconds", "owed_answer"] == 0
        with database.engine.begin() as session:
            session.execute(text("SELECT setval('journal_sequence', 20000000)"))
            moment = database.clock() - timedelta(minutes=20)
            owed = {"about": "letter 7", "state": OwedState.DUE, "made_at": moment}
            session.execute(insert(owed_answer), owed)
        with database.writing() as session:
            journal.record(session, "user-1", Noted.FIRST, Something.THING.of(1))
        told = figures(database)
        assert told["billing_default_partition_rows", "journal"] == 1
        assert told["billing_partitions_ready", "journal"] == 0
        assert 1200 <= told["billing_queue_oldest_seconds", "owed_answer"] < 1260


def test_a_month_without_a_partition_is_told(database_url: str) -> None:
    """The bytes of messages are divided by month: what came for another lies in the rest, and is seen there."""
    with closing(migrated(database_url)) as database:
        bring_up_to_date(database)
        told = figures(database)
        assert told["billing_default_partition_rows", "inbox_body"] == 0
        assert told["billing_partitions_ready", "inbox_body"] == month_partitions.MONTHS_AHEAD
        with database.writing() as session:
            inbox.store(
                session,
                b"<Invoice/>",
                transport_id="1.xml",
                received_on=date(2031, 5, 2),
                received_at=database.clock(),
            )
            month_partitions.drop(session, "inbox_body", standing_last(session))
        told = figures(database)
        assert told["billing_default_partition_rows", "inbox_body"] == 1
        assert told["billing_partitions_ready", "inbox_body"] == month_partitions.MONTHS_AHEAD - 1
        assert told["billing_default_partition_rows", "outbox_body"] == 0


def standing_last(session: Session) -> date:
    return max(month_partitions.standing(session, "inbox_body"))


def figures(database: Database) -> dict[tuple[str, str], float]:
    """Each figure by its name and what its one label says."""
    with database.reading() as session:
        return {
            (each.name, "".join(each.labels.values())): each.value
            for family in database_figures.figures(session, database.clock())
            for each in family.samples
        }
