"""What a PostgreSQL server, and a file of SQLite, say of themselves; nothing is changed."""
# ruff: noqa: S608 - the role's name is our own

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Final

from sqlalchemy import inspect, text

from foundation import books_standing
from foundation.database import SUPPLIER_ROLE
from foundation.sql import Session

_SERVER: Final = text(
    "SELECT current_setting('server_version_num')::int AS version, current_setting('server_encoding') AS encoding,"
    " current_setting('fsync') AS fsync, current_setting('full_page_writes') AS full_page_writes,"
    " current_setting('synchronous_commit') AS synchronous_commit, current_setting('TimeZone') AS time_zone,"
    " pg_is_in_recovery() AS is_standby, current_setting('max_connections')::int AS connections_most,"
    f" coalesce((SELECT pg_has_role(current_user, oid, 'USAGE') FROM pg_roles WHERE rolname = '{SUPPLIER_ROLE}'),"
    " false) AS has_supplier_role, has_schema_privilege(current_schema(), 'CREATE') AS may_make_tables"
)
_LACKING: Final = text(
    "SELECT c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace"
    " WHERE n.nspname = current_schema() AND c.relkind IN ('r', 'p') AND NOT ("
    "has_table_privilege(c.oid, 'SELECT') AND has_table_privilege(c.oid, 'INSERT')"
    " AND has_table_privilege(c.oid, 'UPDATE') AND has_table_privilege(c.oid, 'DELETE')) ORDER BY 1"
)


@dataclass(frozen=True, slots=True)
class Server:
    """A PostgreSQL server, and what we may do in the database. `version` is such as 150008."""

    version: int
    encoding: str
    time_zone: str
    connections_most: int
    is_standby: bool
    has_supplier_role: bool
    may_make_tables: bool
    durable: Mapping[str, str]
    """Its settings that a commit rests on."""


def revision(session: Session) -> str:
    """The revision of the tables; empty where there are none."""
    return books_standing.ask_revision(session) if inspect(session).has_table("alembic_version") else ""


def server(session: Session) -> Server:
    """The server the session is with."""
    row = session.execute(_SERVER).one()
    return Server(
        row.version,
        row.encoding,
        row.time_zone,
        row.connections_most,
        row.is_standby,
        row.has_supplier_role,
        row.may_make_tables,
        {name: getattr(row, name) for name in ("fsync", "full_page_writes", "synchronous_commit")},
    )


def tables_lacking_rights(session: Session) -> Collection[str]:
    """Tables that this user may not read, add to, change and remove from."""
    return list(session.scalars(_LACKING))


def pragma(session: Session, name: str) -> str:
    """A setting of SQLite, by a name of ours."""
    return str(session.exec_driver_sql(f"PRAGMA {name}").scalar_one())
