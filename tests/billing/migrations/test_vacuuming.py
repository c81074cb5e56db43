"""Queues are vacuumed early; what an operator has set stays; dead rows and old transactions are seen."""

from contextlib import closing

import pytest
from sqlalchemy import text

from billing.migrations import vacuuming
from billing.migrations.migrate import bring_up_to_date
from billing.server import metric_queries
from foundation.database import Database
from tests.support.servers.system_databases import migrated

pytestmark = pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)


def set_for(database: Database, table: str) -> list[str]:
    with database.reading() as session:
        asked = text("SELECT reloptions FROM pg_class WHERE relname = :table AND relkind = 'r'")
        return list(session.scalar(asked, {"table": table}) or ())


def test_queues_are_vacuumed_at_a_fiftieth_and_what_somebody_has_set_stays(database_url: str) -> None:
    with closing(migrated(database_url)) as database:
        assert "autovacuum_vacuum_scale_factor=0.02" in set_for(database, "inbox")
        assert set_for(database, "invoice") == []
        with database.engine.begin() as session:
            session.execute(text("ALTER TABLE inbox RESET (autovacuum_vacuum_scale_factor)"))
            session.execute(text("ALTER TABLE outbox SET (autovacuum_vacuum_scale_factor = 0.3)"))
            session.execute(text("ALTER TABLE mail RESET (" + ", ".join(vacuuming.SETTINGS) + ")"))
            assert vacuuming.install(session) == ["mail"]
        bring_up_to_date(database)
        assert "autovacuum_vacuum_scale_factor=0.3" in set_for(database, "outbox")


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
                assert metric_queries.oldest_transaction_seconds(session) >= 0.2
        with database.engine.begin() as session:
            # What a session counted is told to the server by itself, at most a second later; 15 and later say when.
            session.execute(text("SELECT pg_stat_force_next_flush()"))
        with database.reading() as session:
            assert metric_queries.dead_rows(session)["books_mark"] > 0
            assert set(metric_queries.dead_rows(session)) == set(vacuuming.BUSIEST)
