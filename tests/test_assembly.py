"""A new database is made whole, an old one is brought up to date, and the two agree."""

from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import text

from orders import series
from supplier_portal.assembly import METADATAS, bring_up_to_date, open_house


def test_a_new_database_is_made_whole_and_knows_its_revision(database_url: str) -> None:
    database = open_house(database_url, create=True)
    try:
        with database.engine.connect() as connection:
            context = MigrationContext.configure(connection)
            assert context.get_current_revision() == "0001"
            assert compare_metadata(context, list(METADATAS)) == []
        with database.reading() as session:
            assert set(series.ranges(session)) == set(series.FIRST)
    finally:
        database.close()


def test_bringing_up_to_date_twice_changes_nothing(database_url: str) -> None:
    database = open_house(database_url, create=True)
    try:
        bring_up_to_date(database)
        with database.reading() as session:
            assert session.execute(text("select count(*) from journal_head")).scalar_one() == 1
    finally:
        database.close()
