"""What a copy of the books is known by: revision, head of the journal, mark, and how many rows each table has."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from sqlalchemy import column, func, insert, inspect, select, table, text

from foundation import books_mark, books_standing
from foundation import tables as foundation_tables
from foundation.books_mark import BooksMark
from foundation.sql import Session

_HEAD: Final = foundation_tables.journal_head
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
    head = session.execute(select(_HEAD.c.sequence, _HEAD.c.hash)).one()
    version = ".".join(str(part) for part in session.dialect.server_version_info or ())
    names = inspect(session).get_table_names()
    has_mark = foundation_tables.books_mark.name in names
    mark = (books_mark.of_books(session) if has_mark else None) or BooksMark(0, 0)
    rows = {
        name: session.scalar(select(func.count()).select_from(table(name))) or 0 for name in sorted(names)
    }
    return BooksFacts(revision, version, head.sequence, head.hash, mark, has_mark, rows)


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
