"""Tables whose rows may be added but never changed or removed.

`protect` lets the database itself refuse UPDATE and DELETE, on both engines, from the
moment the table is made. A correction is a new row. `protect_kept` lets rows go that are no
longer kept there: those whose number is not above the one that another table says (`KeptAfter`),
those that stand in another table by then (`GoneInto`), or those of which other tables say so (`KeptUntil`).
"""

from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import DDL, Table, event, text
from sqlalchemy.schema import ExecutableDDLElement

from foundation.sql import Session

#: The tables that are protected, by name.
PROTECTED: list[str] = []

_SQLITE = """CREATE TRIGGER {table}_no_{verb} BEFORE {verb} ON {table}
BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END"""

_POSTGRESQL_FUNCTION = """CREATE OR REPLACE FUNCTION refuse_change() RETURNS trigger AS $$
BEGIN RAISE EXCEPTION '%% is append-only', TG_TABLE_NAME; END $$ LANGUAGE plpgsql"""

_POSTGRESQL = """CREATE TRIGGER {table}_append_only BEFORE UPDATE OR DELETE ON {table}
FOR EACH ROW EXECUTE FUNCTION refuse_change()"""

# A row may go once another table says so.
_SQLITE_KEPT = """CREATE TRIGGER {table}_no_DELETE BEFORE DELETE ON {table}
WHEN NOT ({may_go})
BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END"""

_POSTGRESQL_KEPT_FUNCTION = """CREATE OR REPLACE FUNCTION refuse_change_of_{table}() RETURNS trigger AS $$
BEGIN IF TG_OP = 'DELETE' AND {may_go} THEN RETURN OLD; END IF;
RAISE EXCEPTION '%% is append-only', TG_TABLE_NAME; END $$ LANGUAGE plpgsql"""

_POSTGRESQL_KEPT = """CREATE TRIGGER {table}_append_only BEFORE UPDATE OR DELETE ON {table}
FOR EACH ROW EXECUTE FUNCTION refuse_change_of_{table}()"""


@dataclass(frozen=True, slots=True)
class KeptAfter:
    """Rows are kept whose `number` is above the `kept_after` of the one row of the table `head`."""

    number: str
    head: str
    kept_after: str

    @property
    def may_go(self) -> str:
        """When a row may be removed, as SQL about OLD."""
        return f"OLD.{self.number} <= (SELECT {self.kept_after} FROM {self.head})"  # noqa: S608 - names of ours


@dataclass(frozen=True, slots=True)
class GoneInto:
    """Rows are kept until the table `into` has one with the same `key`."""

    key: str
    into: str

    @property
    def may_go(self) -> str:
        """When a row may be removed, as SQL about OLD."""
        return f"EXISTS (SELECT 1 FROM {self.into} WHERE {self.key} = OLD.{self.key})"  # noqa: S608 - names of ours


@dataclass(frozen=True, slots=True)
class KeptUntil:
    """Rows are kept until the condition holds, which is SQL about OLD and what other tables say of it."""

    may_go: str


Kept = KeptAfter | GoneInto | KeptUntil


def protect_kept(table: Table, kept: Kept) -> None:
    """Make `table` append-only wherever it is created, but for the removal of rows that need not be kept there."""
    PROTECTED.append(table.name)
    for dialect in ("sqlite", "postgresql"):
        for statement in _statements_kept(table.name, kept, dialect):
            event.listen(table, "after_create", _only(dialect, statement))


def protect_kept_standing(session: Session, name: str, kept: Kept) -> None:
    """The same for a table that stands already, as a migration has made it."""
    _make(session, _statements_kept(name, kept, session.dialect.name))


def protect_kept_again(session: Session, name: str, kept: Kept) -> None:
    """Let rows of a table that stands so protected go on another condition from now on."""
    if session.dialect.name == "sqlite":
        for verb in ("UPDATE", "DELETE"):
            session.exec_driver_sql(f"DROP TRIGGER {name}_no_{verb}")
    else:
        session.exec_driver_sql(f"DROP TRIGGER {name}_append_only ON {name}")
    protect_kept_standing(session, name, kept)


def protect(table: Table) -> None:
    """Make `table` append-only wherever it is created."""
    PROTECTED.append(table.name)
    for dialect in ("sqlite", "postgresql"):
        for statement in _statements(table.name, dialect):
            event.listen(table, "after_create", _only(dialect, statement))


def protect_standing(session: Session, name: str) -> None:
    """Make a table append-only that stands already, as a migration has made it."""
    _make(session, _statements(name, session.dialect.name))


def _make(session: Session, statements: Iterable[str]) -> None:
    for statement in statements:
        session.exec_driver_sql(
            statement.replace("%%", "%") if session.dialect.name == "sqlite" else statement
        )


def _statements_kept(name: str, kept: Kept, dialect: str) -> list[str]:
    names = {"table": name, "may_go": kept.may_go}
    if dialect == "sqlite":
        return [_SQLITE.format(table=name, verb="UPDATE"), _SQLITE_KEPT.format(**names)]
    return [_POSTGRESQL_KEPT_FUNCTION.format(**names), _POSTGRESQL_KEPT.format(**names)]


def _statements(name: str, dialect: str) -> list[str]:
    if dialect == "sqlite":
        return [_SQLITE.format(table=name, verb=verb) for verb in ("UPDATE", "DELETE")]
    return [_POSTGRESQL_FUNCTION, _POSTGRESQL.format(table=name)]


def standing(session: Session) -> set[str]:
    """The tables whose triggers stand in this database, all of them and enabled."""
    if session.dialect.name == "postgresql":
        rows = session.execute(text(_ON_POSTGRESQL))
        return {table for (table,) in rows}
    found = {name for (name,) in session.execute(text(_ON_SQLITE))}
    return {table for table in PROTECTED if {f"{table}_no_UPDATE", f"{table}_no_DELETE"} <= found}


_ON_SQLITE = "SELECT name FROM sqlite_master WHERE type = 'trigger'"
# A partition bears its table's trigger under the same name; where one does not, the table is not guarded.
_ON_POSTGRESQL = """SELECT c.relname FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid
WHERE t.tgname = c.relname || '_append_only' AND t.tgenabled <> 'D' AND NOT EXISTS (
 SELECT 1 FROM pg_inherits i WHERE i.inhparent = c.oid AND NOT EXISTS (
  SELECT 1 FROM pg_trigger p WHERE p.tgrelid = i.inhrelid AND p.tgname = t.tgname AND p.tgenabled <> 'D'))"""


def _only(dialect: str, statement: str) -> ExecutableDDLElement:
    return _ddl(statement).execute_if(dialect=dialect)


def _ddl(statement: str) -> ExecutableDDLElement:
    element: ExecutableDDLElement = DDL(statement)  # type: ignore[no-untyped-call]
    return element
