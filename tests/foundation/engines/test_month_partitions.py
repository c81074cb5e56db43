"""Tables that PostgreSQL divides by month: every row finds room at once, and its own month's partition later."""

from collections.abc import Iterator
from datetime import date

import pytest
from sqlalchemy import Column, Date, Integer, MetaData, Table, delete, insert, inspect, select, text
from sqlalchemy.exc import DatabaseError

from foundation import append_only
from foundation.append_only import KeptUntil
from foundation.database import Database
from foundation.engines import month_partitions
from foundation.sql import Session
from tests.support.servers.databases import PostgresqlServer

TODAY = date(2026, 12, 5)


@pytest.fixture
def database(postgresql_server: PostgresqlServer) -> Iterator[Database]:
    database = Database(postgresql_server.empty())
    yield database
    database.close()


@pytest.fixture
def divided(database: Database, monkeypatch: pytest.MonkeyPatch) -> Table:
    """A table that is divided and append-only, with its partitions ahead."""
    monkeypatch.setattr(month_partitions, "DIVIDED", [])
    monkeypatch.setattr(append_only, "PROTECTED", [])
    table = Table(
        "leaflet",
        MetaData(),
        Column("number", Integer, primary_key=True),
        Column("day", Date, primary_key=True),
        postgresql_partition_by="RANGE (day)",
    )
    month_partitions.divide(table)
    append_only.protect_kept(table, KeptUntil("OLD.number > 100"))
    with database.engine.begin() as session:
        table.metadata.create_all(session)
        month_partitions.make_ahead(session, "leaflet", today=TODAY)
    return table


def places(session: Session, table: Table) -> dict[int, str]:
    """In which partition each row lies."""
    found = session.execute(select(table.c.number, text("tableoid::regclass::text")))
    return {number: name for number, name in found}


def test_partitions_stand_for_this_month_and_the_next_ones_and_are_made_once(
    database: Database, divided: Table
) -> None:
    with database.engine.begin() as session:
        months = [date(2026, 12, 1), date(2027, 1, 1), date(2027, 2, 1), date(2027, 3, 1)]
        assert month_partitions.standing(session, "leaflet") == months
        assert month_partitions.make_ahead(session, "leaflet", today=TODAY) == []
        assert month_partitions.make_ahead(session, "leaflet", today=date(2027, 1, 1)) == ["leaflet_2027_04"]


def test_a_row_of_a_month_without_partition_is_kept_at_once_and_moved_when_it_has_one(
    database: Database, divided: Table
) -> None:
    rows = [
        {"number": 1, "day": date(2026, 12, 31)},
        {"number": 2, "day": date(2019, 2, 28)},
        {"number": 3, "day": date(2031, 7, 1)},
    ]
    with database.engine.begin() as session:
        session.execute(insert(divided), rows)
        assert places(session, divided) == {1: "leaflet_2026_12", 2: "leaflet_rest", 3: "leaflet_rest"}
    with database.engine.begin() as session:
        made = month_partitions.make_ahead(session, "leaflet", today=TODAY)
        assert made == ["leaflet_2019_02", "leaflet_2031_07"]
    with database.engine.begin() as session:
        assert places(session, divided) == {1: "leaflet_2026_12", 2: "leaflet_2019_02", 3: "leaflet_2031_07"}
        assert not inspect(session).has_table("leaflet_moved")
    # Its guard stands on each, the new rest among them.
    with pytest.raises(DatabaseError, match="append-only"), database.engine.begin() as session:
        session.execute(delete(divided).where(divided.c.number == 2))


def test_a_month_is_dropped_once_nothing_lies_in_it(database: Database, divided: Table) -> None:
    with database.engine.begin() as session:
        session.execute(insert(divided), [{"number": 101, "day": date(2027, 1, 4)}])
        assert not month_partitions.drop(session, "leaflet", date(2027, 1, 1))
        session.execute(delete(divided))
        assert month_partitions.drop(session, "leaflet", date(2027, 1, 1))
        assert not month_partitions.drop(session, "leaflet", date(2027, 1, 1)), "there is none any more"
        # What comes for the month after all is kept.
        session.execute(insert(divided), [{"number": 102, "day": date(2027, 1, 5)}])
        assert places(session, divided) == {102: "leaflet_rest"}
