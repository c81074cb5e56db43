"""Books of an earlier version, put into an empty database from what that engine's own tool wrote of them."""

import lzma
import sqlite3
from contextlib import suppress
from pathlib import Path

import psycopg
from sqlalchemy import make_url

from foundation.database import SUPPLIER_ROLE


def put_in(database_url: str, folder: Path) -> None:
    """Fill the empty database from `sqlite.sql` or `postgresql.sql` of the folder, plain or packed as `.xz`."""
    url = make_url(database_url)
    if url.get_backend_name() == "sqlite":
        assert url.database is not None
        connection = sqlite3.connect(url.database)
        connection.executescript(_written(folder / "sqlite.sql").decode())
        connection.close()
        return
    with psycopg.connect(
        host=str(url.query["host"]), user=url.username, dbname=url.database, autocommit=True
    ) as server:
        with suppress(psycopg.errors.DuplicateObject, psycopg.errors.UniqueViolation):
            # A role is the server's, not the books': 0.2.1 made it where it was missing.
            server.execute(f"CREATE ROLE {SUPPLIER_ROLE} NOLOGIN")
        server.execute(_written(folder / "postgresql.sql"))


def _written(script: Path) -> bytes:
    packed = script.with_name(f"{script.name}.xz")
    return lzma.decompress(packed.read_bytes()) if packed.exists() else script.read_bytes()
