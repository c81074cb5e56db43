"""What is asked often is planned once: a view that ends well leaves the connection what it has prepared."""

from collections.abc import Iterator

import pytest
from sqlalchemy import text

from foundation.database import Database
from tests.support.servers.databases import PostgresqlServer

OFTEN = 8
_PREPARED = text("SELECT count(*) FROM pg_prepared_statements WHERE statement LIKE '%as_often%'")


@pytest.fixture
def database(postgresql_server: PostgresqlServer) -> Iterator[Database]:
    opened = Database(postgresql_server.empty())
    yield opened
    opened.close()


def ask_often(database: Database) -> None:
    for number in range(OFTEN):  # the driver prepares what is asked for the sixth time on one connection
        with database.reading() as session:
            asked = session.execute(text("SELECT CAST(:number AS integer) AS as_often"), {"number": number})
            assert asked.scalar_one() == number


def test_a_question_asked_in_view_after_view_is_prepared(database: Database) -> None:
    ask_often(database)
    with database.reading() as session:
        assert session.scalar(_PREPARED) == 1


def test_views_that_follow_each_other_have_the_same_connection(database: Database) -> None:
    with database.reading() as one, database.reading() as other:
        assert one.connection.dbapi_connection is not other.connection.dbapi_connection
    ask_often(database)
    with database.reading() as session:
        assert session.scalar(_PREPARED) == 1
