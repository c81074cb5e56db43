"""Measuring empties its database; nobody's books are taken for that."""

from pathlib import Path

import pytest
from sqlalchemy import inspect, select, text

from billing.migrations.migrate import open_migrated
from billing.migrations.schema import open_database
from billing.tools.benchmarks import database as bench_database
from foundation import tables as foundation_tables
from foundation.errors import Refused
from orders import tables as order_tables

on_postgresql = pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)


@on_postgresql
def test_books_that_no_measuring_has_made_are_left_alone(database_url: str) -> None:
    open_migrated(database_url).close()
    with pytest.raises(Refused, match="books that no measuring has made"):
        bench_database.empty(database_url)
    database = open_database(database_url)
    with database.reading() as session:
        assert session.scalars(select(foundation_tables.number_series.c.name)).all() != []
    database.close()


@on_postgresql
def test_an_empty_database_is_taken_and_may_be_emptied_again(database_url: str) -> None:
    for _ in range(2):
        bench_database.empty(database_url)
        database = open_migrated(database_url)
        with database.engine.begin() as connection:
            connection.execute(text("CREATE TABLE notes ()"))
        bench_database.empty(database_url)
        with database.engine.begin() as connection:
            assert not inspect(connection).has_table(order_tables.purchase_order.name)
            # What is not ours stays.
            connection.execute(text("DROP TABLE notes"))
        database.close()


def test_sqlite_is_not_measured_this_way(tmp_path: Path) -> None:
    with pytest.raises(Refused, match="needs a PostgreSQL database"):
        bench_database.empty(f"sqlite:///{tmp_path / 'x.sqlite'}")
    assert list(tmp_path.iterdir()) == []
