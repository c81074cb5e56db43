"""A copy of the books, consistent while everybody goes on working in them.

All that came and left stands in the database, bytes and all, so the database is the whole of the books; what lies with
the access point is outside, and is never restored together with it. SQLite copies by its own backup, PostgreSQL by
`pg_dump` in its own format, from one snapshot.
"""

import os
import sqlite3
import subprocess
from contextlib import closing
from datetime import datetime
from pathlib import Path

from sqlalchemy.engine import URL

from foundation.database import Database
from foundation.errors import Refused
from foundation.text import Text
from operations.restore.mark_places import name_of


def backup(database: Database, folder: Path, *, now: datetime) -> Path:
    """Copy the books into the folder, and read the copy through; its file. Raises Refused or OSError."""
    folder.mkdir(parents=True, exist_ok=True)
    ending = "sqlite" if database.is_sqlite else "dump"
    path = folder / f"{name_of(database.url)}-{now:%Y%m%dT%H%M%SZ}.{ending}"
    if path.exists():
        raise Refused(Text("Det finns redan en kopia %(path)s. Vänta en sekund.", path=path))
    unfinished = path.with_name(f"{path.name}.part")
    if database.is_sqlite:
        _sqlite(Path(str(database.url.database)), unfinished)
    else:
        _postgresql(database.url, unfinished)
    unfinished.rename(path)
    return path


def _sqlite(source: Path, target: Path) -> None:
    target.unlink(missing_ok=True)
    with closing(sqlite3.connect(source)) as books, closing(sqlite3.connect(target)) as copy:
        books.backup(copy)
        (told,) = copy.execute("pragma integrity_check").fetchone()
    if told != "ok":
        raise Refused(Text("Kopian är inte hel: %(told)s", told=told))


def _postgresql(url: URL, target: Path) -> None:
    plain = url.set(drivername="postgresql", password=None)
    # The password goes by the environment: a command line can be read by everybody on the machine.
    secret = {"PGPASSWORD": str(url.password)} if url.password else {}
    try:
        for command in (
            ["pg_dump", "--format=custom", f"--file={target}", plain.render_as_string(hide_password=False)],
            ["pg_restore", "--list", str(target)],
        ):
            subprocess.run(  # noqa: S603 - our own words, and the address of our own books
                command, check=True, capture_output=True, env={**os.environ, **secret}
            )
    except FileNotFoundError as missing:
        raise Refused(
            Text("pg_dump finns inte på den här maskinen. Installera PostgreSQL:s klientprogram.")
        ) from missing
    except subprocess.CalledProcessError as failed:
        told = failed.stderr.decode(errors="replace").strip().splitlines()
        raise Refused(
            Text("pg_dump misslyckades: %(told)s", told=told[-1] if told else failed.returncode)
        ) from failed
