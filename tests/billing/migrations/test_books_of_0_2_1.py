"""Books of version 0.2.1 open: nothing that stood in them changes, and `billing check` is green.

Convention: `books_0_2_1/` holds the books its demo left on each engine, 46 cases from decision to payment, written
out by the engine's own tool.
"""

import io
import json
import zipfile
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest
from sqlalchemy import MetaData, Table, create_engine, select

from audit import case_archive, cases
from billing.migrations.migrate import open_migrated
from foundation import journal, journal_anchor, number_series
from foundation.database import Database
from foundation.journal_anchor import Head
from foundation.journal_chains import root_store
from foundation.journal_chains.row_hashes import CLOSED
from tests.support import old_books
from tests.support.command_line import Desk
from tests.support.journal import Noted, Something

pytestmark = pytest.mark.both_engines

BOOKS = Path(__file__).with_name("books_0_2_1")

# Left behind by revision 0005: the supplier's notices are rows now. By 0062: the head is a chain's like others.
GONE = {"journal_mark", "journal_head"}

# Left behind by revision 0008: the latest day is counted from the periods. By 0011: a reason is said in two languages.
# By 0065: the bytes of messages lie in tables of their own.
GONE_COLUMNS = {
    ("placement", "ends_on_latest"),
    ("planned_order", "reason"),
    ("inbox", "body"),
    ("outbox", "body"),
}

Rows = dict[str, tuple[list[str], list[str]]]


@pytest.fixture
def books_of_0_2_1(database_url: str) -> str:
    """The URL of books as version 0.2.1 left them."""
    old_books.put_in(database_url, BOOKS)
    return database_url


def rows(url: str, columns_of: Rows | None = None) -> Rows:
    """Every table with its columns and rows; with `columns_of`, those tables and columns alone."""
    engine = create_engine(url)
    seen = MetaData()
    seen.reflect(engine)
    found: Rows = {}
    with engine.connect() as connection:
        for table in seen.sorted_tables:
            if table.name in {"alembic_version", *GONE}:
                continue
            if columns_of is not None and table.name not in columns_of:
                continue
            names = [each.name for each in table.columns if (table.name, each.name) not in GONE_COLUMNS]
            if columns_of is not None:
                names = columns_of[table.name][0]
            read = connection.execute(select(*(table.c[name] for name in names)))
            found[table.name] = (names, sorted(repr(tuple(row)) for row in read))
    engine.dispose()
    return found


def _reasons(url: str, column: str) -> list[str]:
    """Why planned orders are not placed."""
    engine = create_engine(url)
    with engine.connect() as connection:
        table = Table("planned_order", MetaData(), autoload_with=connection)
        found = list(connection.execute(select(table.c[column]).order_by(table.c.id)).scalars())
    engine.dispose()
    return found


def _given_by_sequences(url: str) -> list[str]:
    """The series that PostgreSQL's sequences go on with, as their rows were."""
    database = Database(url)
    with database.reading() as session:
        found = [
            repr((name, *ends))
            for name, ends in number_series.ranges(session).items()
            if name not in number_series.GAPLESS and not database.is_sqlite
        ]
    database.close()
    return found


def test_the_chain_of_0_2_1_is_closed_and_what_is_written_since_stands_in_others(
    books_of_0_2_1: str,
) -> None:
    database = open_migrated(books_of_0_2_1)
    with database.reading() as session:
        closed = list(journal.rows(session))
        assert {row.chain for row in closed} == {CLOSED}
    with database.writing() as session:
        journal.record(session, "officer-1", Noted.FIRST, Something.THING.of(1))
    with database.writing() as session:
        root = root_store.make(session, day=date(2026, 12, 1))
    assert root is not None
    with database.reading() as session:
        assert list(journal.rows(session))[-1].sequence == closed[-1].sequence + 1
        assert root.leaves == 2
        proof = root_store.proof_of(session, CLOSED)
        assert proof is not None
        assert (proof.head.position, proof.head.hash) == (closed[-1].sequence, closed[-1].hash)
        old_line = Head(date(2026, 11, 20), closed[-1].sequence, closed[-1].hash)
        assert list(journal_anchor.verify(session, [old_line])) == []
        assert list(journal.verify(session)) == []
    database.close()


def test_a_case_that_began_in_the_closed_chain_is_handed_out_with_both(books_of_0_2_1: str) -> None:
    database = open_migrated(books_of_0_2_1)
    with database.reading() as session:
        case = next(row.execution_reference for row in journal.rows(session) if row.execution_reference)
        began = len(list(journal.rows(session, execution_reference=case)))
    with database.writing() as session:
        subject = Something.THING.of(1)
        journal.record(session, "officer-1", Noted.FIRST, subject, execution_reference=case)
    with database.writing() as session:
        root_store.make(session, day=date(2026, 12, 1))
    with database.writing() as session:
        body = cases.export(session, case, by="auditor-1", may_see_protected=True)
    assert list(case_archive.verify(body)) == []
    with zipfile.ZipFile(io.BytesIO(body)) as archive:
        rows = [json.loads(line) for line in archive.read("journal/journal.jsonl").decode().splitlines()]
    mine = [row for row in rows if row["execution_reference"] == case]
    assert [row["chain"] for row in mine] == [CLOSED] * began + [f"case {case}"]
    chain = case_archive.chain_of(body)
    assert chain is not None
    assert chain.proof is not None
    assert (chain.rows, chain.newer, chain.proof.root.number) == (1, 0, 1)
    database.close()


def test_nothing_in_books_of_0_2_1_changes_and_the_check_is_green(
    books_of_0_2_1: str, tmp_path: Path, record_property: Callable[[str, object], None]
) -> None:
    before = rows(books_of_0_2_1)
    reasons = _reasons(books_of_0_2_1, "reason")
    assert sum(len(held) for _, held in before.values()) > 2_000
    open_migrated(books_of_0_2_1).close()
    grown = rows(books_of_0_2_1, before)
    series, series_before = grown.pop("number_series")[1], before.pop("number_series")[1]
    # What suppliers owed then are claims with numbers of their own now.
    assert [each for each in series if each.startswith("('claim',")] != []
    assert set(series_before) - set(series) <= set(_given_by_sequences(books_of_0_2_1))
    assert grown == before
    assert _reasons(books_of_0_2_1, "reason_en") == reasons
    assert "Deltagaren är tillbaka 2026-06-22." in _reasons(books_of_0_2_1, "reason_sv")
    Desk(tmp_path, books_of_0_2_1).run("check", code=0)
    record_property("books_grown", 1)
