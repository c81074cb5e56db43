"""What a copy of the books is known by: revision, newest row of the journal, mark, and how many rows each table has.

It is asked of books of every revision: whoever upgrades copies them before the new version has touched them.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Final

from sqlalchemy import column, func, insert, inspect, select, table, text

from foundation import books_mark, books_standing
from foundation import tables as foundation_tables
from foundation.books_mark import BooksMark
from foundation.engines import month_partitions
from foundation.journal_chains.row_hashes import GENESIS
from foundation.sql import Session

_JOURNAL: Final = foundation_tables.journal
_NEWEST: Final = select(_JOURNAL.c.sequence, _JOURNAL.c.hash).order_by(_JOURNAL.c.sequence.desc()).limit(1)
_OLD_MARK: Final = select(foundation_tables.books_mark.c.generation, foundation_tables.books_mark.c.tick)
_VERSION: Final = table("alembic_version", column("version_num"))
_SNAPSHOT: Final = text("SELECT pg_export_snapshot()")
# Large books take longer to copy than any question of a page.
_NO_END: Final = text("SET LOCAL idle_in_transaction_session_timeout = 0; SET LOCAL statement_timeout = 0")
_ANY_TABLE: Final = text(
    "SELECT count(*) FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace"
    " WHERE n.nspname = current_schema() AND c.relkind IN ('r', 'p', 'v', 'S')"
)


@dataclass(frozen=True, slots=True)
class BooksFacts:
    """How far the books had come in one consistent view of them."""

    revision: str
    engine_version: str
    journal_rows: int
    journal_hash: str
    mark: BooksMark
    has_mark: bool
    """Whether there is a mark at all; books before revision 0034 have none."""
    rows: Mapping[str, int]


def facts(session: Session) -> BooksFacts:
    """Count them, in one view. Raises OperationalError or ProgrammingError for books without tables."""
    revision = books_standing.ask_revision(session)
    newest = session.execute(_NEWEST).one_or_none()
    last, last_hash = (0, GENESIS) if newest is None else (newest.sequence, newest.hash)
    version = ".".join(str(part) for part in session.dialect.server_version_info or ())
    names = inspect(session).get_table_names()
    has_mark = foundation_tables.books_mark.name in names
    mark = (_mark(session, names, last) if has_mark else None) or BooksMark(0, 0)
    # What a table that is divided holds lies in its partitions, which are copied and counted one by one.
    divided = month_partitions.divided(session)
    rows = {
        name: session.scalar(select(func.count()).select_from(table(name))) or 0
        for name in sorted(set(names) - divided)
    }
    return BooksFacts(revision, version, last, last_hash, mark, has_mark, rows)


def _mark(session: Session, names: Collection[str], last: int) -> BooksMark | None:
    """The mark; before revision 0063 it was one row, and nothing more is needed of it."""
    if foundation_tables.books_tick.name in names:
        return books_mark.of_books(session)
    row = session.execute(_OLD_MARK).one_or_none()
    return None if row is None else BooksMark(row.generation, row.tick, last)


def is_whole(session: Session) -> bool:
    """Whether SQLite finds nothing wrong with a file, every page of it read."""
    return bool(session.exec_driver_sql("PRAGMA integrity_check").scalar_one() == "ok")


def note_revision(session: Session, revision: str) -> None:
    """Say which revision the tables have, where they were loaded without: until then nobody opens them."""
    session.execute(insert(_VERSION), {"version_num": revision})


def exported_snapshot(session: Session) -> str:
    """A name by which `pg_dump` sees what this session sees, until it ends; it may idle for as long as that takes."""
    session.execute(_NO_END)
    return str(session.execute(_SNAPSHOT).scalar_one())


def has_tables(session: Session) -> bool:
    """Whether anything was ever made in a PostgreSQL database."""
    return bool(session.execute(_ANY_TABLE).scalar_one())
