"""A wall that stands is left alone; one that somebody broke, or that was never built, is built, and no other."""

from contextlib import closing

import pytest
from sqlalchemy import text

from billing.migrations import row_security
from billing.migrations.migrate import bring_up_to_date
from billing.migrations.schema import METADATAS, open_database
from foundation.database import Database
from tests.support.servers.system_databases import migrated

pytestmark = pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)

BROKEN = {
    "a policy is gone": ("DROP POLICY supplier_select ON placement", "placement"),
    "a policy says something else": ("ALTER POLICY supplier_select ON invoice USING (true)", "invoice"),
    "another policy stands beside": (
        "CREATE POLICY wide ON receipt FOR SELECT TO billing_supplier USING (true)",
        "receipt",
    ),
    "policies are out of force": ("ALTER TABLE outbox DISABLE ROW LEVEL SECURITY", "outbox"),
    "more is granted": ("GRANT SELECT ON journal TO billing_supplier", "journal"),
    "less is granted": ("REVOKE INSERT ON portal_press FROM billing_supplier", "portal_press"),
    "what nobody may touch is open": ("GRANT SELECT ON number_series TO billing_supplier", "number_series"),
    "nobody knows what it was built by": ("COMMENT ON TABLE mail IS NULL", "mail"),
}


def built(database: Database) -> list[str]:
    """What a start builds; and nothing at the start after it."""
    with database.engine.begin() as connection:
        tables = row_security.install(connection, METADATAS)
    with database.engine.begin() as connection:
        assert row_security.install(connection, METADATAS) == []
    return tables


def test_a_start_builds_nothing_where_all_stands_and_waits_for_nobody_who_reads(database_url: str) -> None:
    with closing(migrated(database_url)) as reader, closing(open_database(database_url)) as starting:
        with reader.reading() as session, starting.engine.begin() as connection:
            session.execute(text("SELECT 1 FROM placement, invoice, purchase_order"))
            connection.execute(text("SET LOCAL lock_timeout = '200ms'"))
            assert row_security.install(connection, METADATAS) == []
        bring_up_to_date(starting)


@pytest.mark.parametrize(("done", "table"), [pytest.param(*each, id=name) for name, each in BROKEN.items()])
def test_a_wall_that_is_not_as_it_was_built_is_built_again_and_no_other(
    database_url: str, done: str, table: str
) -> None:
    with closing(migrated(database_url)) as database:
        with database.engine.begin() as connection:
            connection.execute(text(done))
        assert built(database) == [table]


def test_another_rule_in_the_program_builds_its_own_wall(
    database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    with closing(migrated(database_url)) as database:
        rights = {**row_security.RIGHTS, "mail": ("SELECT",)}
        monkeypatch.setattr(row_security, "RIGHTS", rights)
        assert built(database) == ["mail"]


def test_a_table_that_only_an_earlier_version_knew_is_closed(database_url: str) -> None:
    asks = text("SELECT has_table_privilege('billing_supplier', 'of_old', 'SELECT')")
    with closing(migrated(database_url)) as database:
        with database.engine.begin() as connection:
            connection.execute(text("CREATE TABLE of_old (id integer)"))
            connection.execute(text("GRANT SELECT ON of_old TO billing_supplier"))
            assert connection.execute(asks).scalar_one()
        assert built(database) == []
        with database.reading() as session:
            assert not session.execute(asks).scalar_one()
