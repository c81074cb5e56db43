"""The role that suppliers' sessions run as: who may make it, whom it is shared with, and another name for it."""

import re
from collections.abc import Iterator
from contextlib import closing

import psycopg
import pytest
from psycopg import sql
from sqlalchemy import make_url, select, text
from sqlalchemy.exc import ProgrammingError
from typer.testing import CliRunner, Result

from billing.cli.cli import app
from billing.migrations.migrate import open_migrated
from billing.migrations.supplier_role import SupplierRoleMissing
from foundation.database import SUPPLIER_ROLE, Database
from foundation.engines.options import DatabaseOptions
from orders.tables import placement
from tests.support.servers.databases import PostgresqlServer
from tests.support.servers.stoppable_postgresql import StoppablePostgresql, stoppable_server
from tests.support.stories.system import FYRBAKEN, System, example_register


@pytest.fixture
def cluster() -> Iterator[StoppablePostgresql]:
    """A server where nobody has made anything yet: roles are its own and would outlive a test elsewhere."""
    with stoppable_server() as running:
        yield running


def administers(cluster: StoppablePostgresql, *statements: str, database: str = "postgres") -> None:
    """What whoever runs the server does."""
    with psycopg.connect(host=str(cluster.home), user="postgres", dbname=database, autocommit=True) as server:
        for each in statements:
            server.execute(sql.SQL(each))


def installation(cluster: StoppablePostgresql, name: str, *rights: str) -> str:
    """A user with a database of its own, as docs/operating.md says; the database's URL."""
    administers(
        cluster, f"CREATE ROLE {name} LOGIN {' '.join(rights)}", f"CREATE DATABASE {name} OWNER {name}"
    )
    return make_url(cluster.url).set(username=name, database=name).render_as_string(hide_password=False)


def billing(url: str, *given: str, **environment: str) -> Result:
    return CliRunner(env=environment).invoke(app, ["--database", url, "--lang", "en", *given])


def test_who_may_make_no_role_is_told_two_statements_that_do(cluster: StoppablePostgresql) -> None:
    url = installation(cluster, "billing")
    refused = billing(url, "init")
    assert refused.exit_code == 1
    statements = re.findall(r"(?:CREATE ROLE|GRANT) [^;]*;", refused.stderr)
    assert len(statements) == 2, refused.stderr
    # Nothing stands half: the tables come with their walls or not at all.
    assert "has no tables" in billing(url, "orders", "list").stderr
    administers(cluster, *statements)
    made = billing(url, "init")
    assert made.exit_code == 0, made.output
    assert "shared" not in made.stderr
    with closing(Database(url)) as database, database.for_supplier(FYRBAKEN).reading() as session:
        assert session.scalar(text("SELECT current_user")) == SUPPLIER_ROLE
    assert billing(url, "init").exit_code == 0


def test_two_installations_share_a_role_only_until_somebody_is_told(cluster: StoppablePostgresql) -> None:
    first = installation(cluster, "first", "CREATEROLE")
    second = installation(cluster, "second", "CREATEROLE")
    assert billing(first, "init").exit_code == 0
    with closing(Database(first)) as database:
        system = System(database)
        system.change_register(example_register())
        system.decide("100000101")

    def seen_by_second() -> list[str]:
        """The other installation's user lets itself into these books as their suppliers."""
        into = make_url(second).set(database="first").render_as_string(hide_password=False)
        with closing(Database(into)) as database, database.for_supplier(FYRBAKEN).reading() as session:
            return list(session.scalars(select(placement.c.execution_reference)))

    with pytest.raises(ProgrammingError, match="permission denied"):
        seen_by_second()
    # Whoever runs the server, or an older server's CREATEROLE, lets both act as the one role.
    administers(cluster, f"GRANT {SUPPLIER_ROLE} TO second")
    assert "is shared with first" in billing(second, "init").stderr
    assert "is shared with second" in billing(first, "check").stderr
    assert seen_by_second() == ["100000101"]

    own = {"BILLING_SUPPLIER_ROLE": "first_supplier"}
    renamed = billing(first, "init", **own)
    assert renamed.exit_code == 0, renamed.output
    assert "shared" not in renamed.stderr
    with pytest.raises(ProgrammingError, match="permission denied"):
        seen_by_second()
    options = DatabaseOptions(supplier_role="first_supplier")
    with closing(Database(first, options=options)) as database:
        with database.for_supplier(FYRBAKEN).reading() as session:
            assert session.scalars(select(placement.c.execution_reference)).all() == ["100000101"]
        with database.for_supplier("5599992020").reading() as session:
            assert session.scalars(select(placement.c.execution_reference)).all() == []
    assert "shared" not in billing(first, "check", **own).stderr


def test_a_role_that_is_not_there_is_no_fault_of_the_program(postgresql_server: PostgresqlServer) -> None:
    """An administrator of the server makes what is missing without being asked."""
    url = postgresql_server.empty()
    options = DatabaseOptions(supplier_role="of_this_test_alone")
    with closing(open_migrated(url, options=options)) as database:
        with database.for_supplier(FYRBAKEN).reading() as session:
            assert session.scalar(text("SELECT current_user")) == "of_this_test_alone"
        with database.engine.begin() as session:
            session.exec_driver_sql("DROP OWNED BY of_this_test_alone; DROP ROLE of_this_test_alone")


def test_the_sentence_names_role_and_user() -> None:
    said = SupplierRoleMissing("own_supplier", "billing").text.sv
    assert "CREATE ROLE own_supplier NOLOGIN;" in said
    assert 'GRANT own_supplier TO "billing";' in said
