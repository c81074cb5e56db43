"""The second wall: on PostgreSQL a supplier's session sees and writes its own rows only, whatever is asked."""

from collections.abc import Iterator

import pytest
from sqlalchemy import Table, insert, select, text, update
from sqlalchemy.exc import ProgrammingError

from accounts.tables import account, account_permission
from billing.migrations import row_security
from billing.migrations.schema import METADATAS, open_database
from foundation import journal as chain
from foundation import number_series
from foundation import tables as foundation_tables
from foundation.database import SUPPLIER_ROLE, Database
from foundation.engines import month_partitions
from foundation.journal_chains.row_hashes import case_chain
from foundation.sql import Session
from foundation.tables import journal, journal_chain
from invoicing.documents.tables import invoice
from orders.register import store as register_store
from orders.tables import inbound_event, line_account, placement, purchase_order
from peppol.exchange.bodies import body_store
from peppol.exchange.tables import outbox
from tests.support.journal import Noted, Something
from tests.support.servers.databases import PostgresqlServer
from tests.support.stories.demo_books import books_on_postgresql, noon
from tests.support.stories.system import FYRBAKEN, LARKDRILLEN

TABLES = [table for metadata in METADATAS for table in metadata.sorted_tables]
SCOPED = [
    table
    for table in TABLES
    if "supplier =" in row_security.rule_of(table) and "SELECT" in row_security.RIGHTS.get(table.name, ())
]


@pytest.fixture(scope="module")
def database(postgresql_server: PostgresqlServer) -> Iterator[Database]:
    opened = open_database(books_on_postgresql(postgresql_server), clock=noon)
    yield opened
    opened.close()
    postgresql_server.empty()


@pytest.mark.parametrize(
    "table", [each for each in TABLES if "supplier" in each.columns], ids=lambda table: str(table.name)
)
def test_a_question_that_forgot_the_supplier_sees_nothing_foreign(database: Database, table: Table) -> None:
    with database.for_supplier(FYRBAKEN).reading() as session:
        if table.name not in row_security.RIGHTS:
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
    assert {name for name, count in nothing.items() if count} == {"journal_chain"}
    assert 0 < nothing["journal_chain"] < seen["journal_chain"] < mine["journal_chain"]


def _count(session: Session, table: Table) -> int:
    return len(session.execute(select(table)).all())


def test_messages_are_read_by_those_whose_order_they_carry(database: Database) -> None:
    with database.for_supplier(FYRBAKEN).reading() as session:
        messages = session.scalars(select(outbox.c.document_id).where(outbox.c.kind == "order")).all()
        own = session.scalars(select(purchase_order.c.number)).all()
    assert messages
    assert set(messages) <= set(own)


def test_the_bytes_of_messages_are_read_by_those_who_see_the_message(database: Database) -> None:
    for bodies in (body_store.IN, body_store.OUT):
        with database.for_supplier(FYRBAKEN).reading() as session:
            messages = set(session.scalars(select(bodies.number)))
            held = set(session.scalars(select(bodies.table.c.letter)))
        with database.reading() as session:
            others = set(session.scalars(select(bodies.table.c.letter))) - messages
        assert held
        assert held <= messages
        assert others


def test_the_partitions_of_the_bytes_are_closed(database: Database) -> None:
    with database.reading() as session:
        parts = month_partitions.partitions(session)
    parts = {part for part in parts if part.startswith(tuple(month_partitions.DIVIDED))}
    assert len(parts) > 8
    for part in parts:
        with (
            database.for_supplier(FYRBAKEN).reading() as session,
            pytest.raises(ProgrammingError, match="permission denied"),
        ):
            session.execute(text(f"SELECT body FROM {part}"))  # noqa: S608 - names of ours


def test_a_change_without_the_supplier_changes_nothing_foreign(database: Database) -> None:
    with database.for_supplier(FYRBAKEN).writing() as session:
        touched = session.execute(update(account).values(language=account.c.language)).rowcount
    with database.reading() as session:
        companies = session.scalars(select(account.c.organisation)).all()
    assert 0 < touched == companies.count(FYRBAKEN) < len(companies)


def test_the_role_may_do_what_its_table_of_rights_says_and_nothing_else(database: Database) -> None:
    """What is in no row of the table is closed, also a table that somebody adds tomorrow."""
    question = text(
        "SELECT table_name, privilege_type FROM information_schema.role_table_grants WHERE grantee = :role"
    )
    with database.reading() as session:
        granted = {(row[0], row[1]) for row in session.execute(question, {"role": SUPPLIER_ROLE})}
    expected = {
        (name, "UPDATE" if right == "LOCK" else right)
        for name, rights in row_security.RIGHTS.items()
        for right in rights
    }
    # Which version's the tables are, asked by everybody who writes.
    assert granted == expected | {("alembic_version", "SELECT")}
    unruled = {table.name for table in TABLES if not row_security.rule_of(table)}
    assert set(row_security.RIGHTS) & unruled == row_security.SHARED


@pytest.mark.parametrize("table", [journal, inbound_event, foundation_tables.number_series], ids=str)
def test_what_others_did_and_were_told_cannot_be_read(database: Database, table: Table) -> None:
    with (
        database.for_supplier(FYRBAKEN).reading() as session,
        pytest.raises(ProgrammingError, match="permission denied"),
    ):
        session.execute(select(table))


def test_the_journal_takes_a_row_about_ones_own_placement_only(database: Database) -> None:
    with database.reading() as session:
        before = len(session.execute(select(journal)).all())
        rows = session.execute(select(placement.c.supplier, placement.c.execution_reference)).all()
        owner = {row.supplier: row.execution_reference for row in rows}
    for reference in ("", owner[FYRBAKEN]):
        _note(database, reference)
    with pytest.raises(ProgrammingError, match="row-level security"):
        _note(database, owner[LARKDRILLEN])
    with database.reading() as session:
        assert len(session.execute(select(journal)).all()) == before + 2
        assert list(chain.verify(session)) == []


def test_the_chains_of_ones_own_cases_are_moved_and_those_of_others_are_not_there(database: Database) -> None:
    """A head that another supplier could move would break a chain that is none of its own."""
    with database.reading() as session:
        rows = session.execute(select(placement.c.supplier, placement.c.execution_reference)).all()
    with database.for_supplier(FYRBAKEN).reading() as session:
        seen = set(session.scalars(select(journal_chain.c.chain)))
    assert {each for each in seen if each.startswith("case ")} == {
        case_chain(row.execution_reference) for row in rows if row.supplier == FYRBAKEN
    }
    foreign = next(row.execution_reference for row in rows if row.supplier == LARKDRILLEN)
    with database.for_supplier(FYRBAKEN).writing() as session:
        move = update(journal_chain).where(journal_chain.c.chain == case_chain(foreign)).values(position=0)
        assert session.execute(move).rowcount == 0


@pytest.mark.parametrize("name", number_series.FIRST)
def test_a_supplier_takes_no_number_of_the_buyers(database: Database, name: str) -> None:
    with pytest.raises(ProgrammingError, match="permission denied"):
        _take(database, name)


def _take(database: Database, name: str) -> None:
    with database.for_supplier(FYRBAKEN).writing() as session:
        number_series.next_number(session, name)


def _note(database: Database, reference: str) -> None:
    with database.for_supplier(FYRBAKEN).writing() as session:
        chain.record(session, "user-1", Noted.FIRST, Something.THING.of(1), execution_reference=reference)


@pytest.mark.parametrize("table", [placement, invoice, line_account], ids=str)
def test_what_the_buyer_decides_may_be_held_still_and_not_changed(database: Database, table: Table) -> None:
    key = next(iter(table.primary_key))
    with database.for_supplier(FYRBAKEN).writing() as session:
        assert session.execute(select(key).limit(1).with_for_update()).first() is not None
    with pytest.raises(ProgrammingError, match="row-level security"):
        _change(database, table)


def _change(database: Database, table: Table) -> None:
    with database.for_supplier(FYRBAKEN).writing() as session:
        key = next(iter(table.primary_key))
        session.execute(update(table).values({key: key}))


def test_nobody_gives_himself_the_buyers_permissions(database: Database) -> None:
    with database.for_supplier(FYRBAKEN).reading() as session:
        mine = session.scalars(select(account.c.id)).first()
    with pytest.raises(ProgrammingError, match="row-level security"):
        _permit(database, mine)


def _permit(database: Database, number: int | None) -> None:
    with database.for_supplier(FYRBAKEN).writing() as session:
        session.execute(insert(account_permission), {"account_id": number, "permission": "ATTEST"})


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
        assert register_store.load(session)
