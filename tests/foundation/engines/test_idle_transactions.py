"""A client that falls asleep in a transaction is ended by PostgreSQL: nothing half-written, and who waited goes on."""

import time
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import closing

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from foundation import journal
from foundation.database import Database
from foundation.engines.database_faults import DatabaseFault, fault_of
from foundation.engines.options import DatabaseOptions, Pooler
from foundation.sql import Session
from operations.checks import invariants
from operations.settings import Settings
from tests.support.journal import Noted, Something
from tests.support.servers.system_databases import migrated
from tests.support.stories.system import System, example_register

pytestmark = pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)

CASE = "100000101"


def note(session: Session, thing: int) -> None:
    journal.record(session, "user-1", Noted.FIRST, Something.THING.of(thing), execution_reference=CASE)


@pytest.mark.parametrize("pooler", [Pooler.NONE, Pooler.TRANSACTION])
def test_who_sleeps_in_a_transaction_is_ended_and_who_waited_behind_goes_on(
    database_url: str, pooler: Pooler
) -> None:
    options = DatabaseOptions(pooler, idle_seconds=1)
    with (
        closing(migrated(database_url)) as database,
        closing(Database(database_url, options=options)) as sleeper,
    ):
        system = System(database)
        system.change_register(example_register())
        with ThreadPoolExecutor(1) as others:
            waiting: list[Future[object]] = []

            def falls_asleep() -> None:
                with sleeper.writing() as session:
                    note(session, 1)
                    # As its commit does: the head of the case is held, and its row is written.
                    journal.write(session, at=database.clock())
                    waiting.append(others.submit(system.decide, CASE))
                    time.sleep(2)
                    session.execute(text("SELECT 1"))

            with pytest.raises(DBAPIError) as ended:
                falls_asleep()
            assert fault_of(ended.value) is DatabaseFault.AWAY
            waiting[0].result(timeout=20)
        with database.reading() as session:
            about = [row.action for row in journal.rows(session, execution_reference=CASE)]
            assert about == ["order.placed", "placement.decided"]
            assert list(invariants.check(session)) == []
        # Its next transaction is on a session of its own, as if nothing had been.
        with sleeper.writing() as session:
            note(session, 2)


def test_the_installation_says_how_long(database_url: str) -> None:
    settings = Settings.model_validate({"database_url": database_url, "idle_transaction_seconds": 45})
    with (
        closing(Database(database_url, options=settings.database_options)) as database,
        database.reading() as session,
    ):
        assert session.scalar(text("SHOW idle_in_transaction_session_timeout")) == "45s"
