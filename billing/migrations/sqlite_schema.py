"""Tables that others refer to, changed on SQLite where they stand.

SQLite alters no type and no check of a table that has been made. Alembic's way is to copy the table and drop the old
one, and while foreign keys are in force a table whose rows others refer to cannot be dropped. What the schema says of
it can be changed instead, which touches no row; what stands is not held against what is said then. Why and when:
docs/decisions/0101.
"""

from collections.abc import Mapping

from sqlalchemy import text

from foundation.sql import Session

_SAYS = text("select sql from sqlite_master where type = 'table' and name = :name")
_REWORD = text("update sqlite_master set sql = :becomes where type = 'table' and name = :name")


def reword(connection: Session, table: str, words: Mapping[str, str]) -> None:
    """Say of the table the one instead of the other, unless that is said already; the next statement goes by it.

    Raises RuntimeError where the table says neither, or the one more than once, and LookupError where there is none.
    """
    stands: str | None = connection.scalar(_SAYS, {"name": table})
    if stands is None:
        raise LookupError(f"there is no table {table}")
    said = stands
    for was, becomes in words.items():
        if said.count(was) == 1:
            said = said.replace(was, becomes)
        elif was in said or not becomes or becomes not in said:
            raise RuntimeError(f"the table {table} does not say {was!r} once: {said}")
    if said == stands:
        return
    version = connection.scalar(text("PRAGMA schema_version"))
    connection.execute(text("PRAGMA writable_schema=ON"))
    connection.execute(_REWORD, {"name": table, "becomes": said})
    # Other connections read the schema anew as its version is another, and this one when it is told to.
    connection.execute(text(f"PRAGMA schema_version={int(version or 0) + 1}"))
    connection.execute(text("PRAGMA writable_schema=RESET"))
    # Words that are no SQL are refused here, and not when they stand.
    connection.execute(text(f"PRAGMA table_info({table})"))
