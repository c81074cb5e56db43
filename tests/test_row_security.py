"""The second wall: on PostgreSQL a supplier's session sees and writes its own rows only, whatever is asked."""

from collections.abc import Iterator

import pytest
from sqlalchemy import Table, insert, select, text, update
from sqlalchemy.exc import ProgrammingError

from orders import stored_register
from orders.database import Database
from orders.tables import line_account, placement, purchase_order
from peppol.mailbox import outbox
from peppol.sql import Session
from supplier_portal import row_security
from supplier_portal.account_tables import account
from supplier_portal.assembly import METADATAS, open_house
from supplier_portal.demo import play
from tests.databases import PostgresqlServer
from tests.demo_books import noon, story
from tests.house import FYRBAKEN, LARKDRILLEN

TABLES = [table for metadata in METADATAS for table in metadata.sorted_tables]
SCOPED = [
    table
    for table in TABLES
    if "supplier =" in row_security.rule_of(table) and table.name not in row_security.CLOSED
]


@pytest.fixture(scope="module")
def database(
    postgresql_server: PostgresqlServer, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Database]:
    url = postgresql_server.empty()
    play(story(), url=url, folder=tmp_path_factory.mktemp("demo"))
    opened = open_house(url, clock=noon)
    yield opened
    opened.close()
    postgresql_server.empty()


@pytest.mark.parametrize(
    "table", [each for each in TABLES if "supplier" in each.columns], ids=lambda table: str(table.name)
)
def test_a_question_that_forgot_the_supplier_sees_nothing_foreign(database: Database, table: Table) -> None:
    with database.for_supplier(FYRBAKEN).reading() as session:
        if table.name in row_security.CLOSED:
            with pytest.raises(ProgrammingError, match="permission denied"):
                session.execute(select(table.c.supplier))
            return
        assert set(session.scalars(select(table.c.supplier))) <= {FYRBAKEN}


def test_what_hangs_on_an_order_a_placement_or_an_invoice_is_not_seen_either(database: Database) -> None:
    with database.reading() as session:
        mine = {table.name: _count(session, table) for table in SCOPED}
    with database.for_supplier(FYRBAKEN).reading() as session:
        seen = {table.name: _count(session, table) for table in SCOPED}
    with database.for_supplier("5560360793").reading() as session:
        nothing = {table.name: _count(session, table) for table in SCOPED}
    for name in ("order_line", "line_account", "receipt", "periodic_report", "interruption", "match_made"):
        assert 0 < seen[name] < mine[name], name
    assert set(nothing.values()) == {0}


def _count(session: Session, table: Table) -> int:
    return len(session.execute(select(table)).all())


def test_letters_are_read_by_those_whose_order_they_carry(database: Database) -> None:
    with database.for_supplier(FYRBAKEN).reading() as session:
        letters = session.scalars(select(outbox.c.document_id).where(outbox.c.kind == "order")).all()
        own = session.scalars(select(purchase_order.c.number)).all()
    assert letters
    assert set(letters) <= set(own)


def test_a_change_without_the_supplier_changes_nothing_foreign(database: Database) -> None:
    with database.for_supplier(FYRBAKEN).writing() as session:
        touched = session.execute(update(placement).values(unit=placement.c.unit)).rowcount
    with database.reading() as session:
        suppliers = session.scalars(select(placement.c.supplier)).all()
    assert 0 < touched == suppliers.count(FYRBAKEN) < len(suppliers)


def test_a_row_for_another_supplier_is_refused(database: Database) -> None:
    given = {
        "organisation": LARKDRILLEN,
        "sign_in_name": "smygare@larkdrillen.example",
        "display_name": "S",
        "language": "sv",
        "state": "ACTIVE",
        "all_units": True,
        "made_at": noon(),
        "made_by": "user-1",
    }
    with pytest.raises(ProgrammingError, match="row-level security"):
        _write(database, given)


def _write(database: Database, given: dict[str, object]) -> None:
    with database.for_supplier(FYRBAKEN).writing() as session:
        session.execute(insert(account), given)


def test_the_role_falls_off_with_the_transaction(database: Database) -> None:
    with database.for_supplier(FYRBAKEN).writing() as session:
        assert session.execute(text("SELECT current_user")).scalar_one() == "billing_supplier"
    for _ in range(6):
        with database.reading() as session:
            assert session.execute(text("SELECT current_user")).scalar_one() != "billing_supplier"
            assert len(set(session.scalars(select(purchase_order.c.supplier)))) > 1


def test_whoever_is_not_bound_sees_everything(database: Database) -> None:
    with database.reading() as session:
        assert session.execute(select(line_account)).first() is not None
        assert stored_register.load(session)
