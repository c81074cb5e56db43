"""A copy of the books with its manifest, consistent while everybody goes on working, read through before it counts.

All that came and left stands in the database, bytes and all, so the database is the whole of the books; what lies with
the access point is outside, and is never restored together with it (`manifest.LEFT_OUT`). SQLite copies by its own
backup, PostgreSQL by `pg_dump` in its own format, from the very snapshot that the manifest counts. A copy holds all
that the books hold and is not encrypted: whoever stores it does that.
"""

import hashlib
import os
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import datetime
from pathlib import Path
from typing import Final

from sqlalchemy import create_engine
from sqlalchemy.pool import NullPool

from foundation.database import Database
from foundation.disks import whole_files
from foundation.engines.options import Pooler
from foundation.errors import Refused
from foundation.sql import Session
from foundation.text import Text
from operations.restore import backup_queries, manifest, postgresql_programs
from operations.restore.backup_queries import BooksFacts
from operations.restore.manifest import BackupManifest
from operations.restore.mark_places import name_of

_AT_ONCE: Final = 1_000_000


def backup(database: Database, folder: Path, *, now: datetime) -> Path:
    """Copy the books into the folder, read the copy through, and put its manifest beside it; the copy's file.

    Raises Refused, and then there is no copy; OSError where the folder cannot be written in.
    """
    if database.options.pooler is Pooler.TRANSACTION:
        raise Refused(
            Text(
                "pg_dump behöver en anslutning för sig själv, och poolern ger den bara en transaktion. Ange serverns "
                "egen adress med --database, och BILLING_POOLER utan värde."
            )
        )
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    ending = "sqlite" if database.is_sqlite else "dump"
    name = name_of(database.url)
    path = folder / f"{name}-{now:%Y%m%dT%H%M%SZ}.{ending}"
    if path.exists():
        raise Refused(Text("Det finns redan en kopia %(path)s. Vänta en sekund.", path=path))
    unfinished = path.with_name(whole_files.temporary_name(path.name))
    # Made before anybody writes in it: for its owner alone.
    os.close(os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
    try:
        found = _sqlite(database, unfinished) if database.is_sqlite else _postgresql(database, unfinished)
        _flush(unfinished)
        told = BackupManifest(
            books=name,
            made_at=now.isoformat(timespec="seconds"),
            engine=database.url.get_backend_name(),
            engine_version=found.engine_version,
            revision=found.revision,
            file=path.name,
            bytes=unfinished.stat().st_size,
            sha256=sha256_of(unfinished),
            journal_rows=found.journal_rows,
            journal_hash=found.journal_hash,
            mark_generation=found.mark.generation,
            mark_tick=found.mark.tick,
            rows=found.rows,
        )
        check_rows(unfinished, told)
        manifest.write(path, told)
        unfinished.rename(path)
        whole_files.flush_folder(folder)
    except BaseException:
        unfinished.unlink(missing_ok=True)
        raise
    return path


def verify(copy: Path) -> BackupManifest:
    """Read a copy through beside its manifest: every byte, and every row of every table. Raises Refused, OSError."""
    told = manifest.read(copy)
    if not copy.exists():
        raise Refused(Text("%(path)s saknas, fast beskrivningen av kopian finns där.", path=copy))
    if (copy.stat().st_size, sha256_of(copy)) != (told.bytes, told.sha256):
        raise _not_whole(copy)
    check_rows(copy, told)
    return told


def check_rows(copy: Path, told: BackupManifest) -> None:
    """See that the copy has the rows that its manifest counts. Raises Refused."""
    if told.engine == "sqlite":
        with reading_file(copy) as session:
            rows = backup_queries.facts(session).rows if backup_queries.is_whole(session) else {}
        has_all = rows == told.rows
    else:
        found = postgresql_programs.rows_of(copy)
        has_all = all(count in found.get(name, ()) for name, count in told.rows.items())
    if not has_all:
        raise _not_whole(copy)


@contextmanager
def reading_file(path: Path) -> Iterator[Session]:
    """A SQLite file that nobody else has open, as it is: nothing is written beside it either. Raises Refused."""

    def opened() -> sqlite3.Connection:
        return sqlite3.connect(f"{path.absolute().as_uri()}?immutable=1", uri=True)

    engine = create_engine("sqlite://", creator=opened, poolclass=NullPool)
    try:
        with engine.connect() as session:
            yield session
    except sqlite3.DatabaseError as fault:
        raise _not_whole(path) from fault
    finally:
        engine.dispose()


def sha256_of(path: Path) -> str:
    """The digest of a file's bytes, read from the disk. Raises OSError."""
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while part := file.read(_AT_ONCE):
            digest.update(part)
    return digest.hexdigest()


def _sqlite(database: Database, target: Path) -> BooksFacts:
    source = Path(str(database.url.database))
    with closing(sqlite3.connect(source)) as books, closing(sqlite3.connect(target)) as copy:
        books.backup(copy)
        # One file for itself, whatever the books had beside theirs.
        copy.execute("PRAGMA journal_mode=DELETE")
    with reading_file(target) as session:
        return backup_queries.facts(session)


def _postgresql(database: Database, target: Path) -> BooksFacts:
    with database.reading() as session:
        snapshot = backup_queries.exported_snapshot(session)
        found = backup_queries.facts(session)
        postgresql_programs.run(
            "pg_dump",
            "--format=custom",
            f"--snapshot={snapshot}",
            f"--file={target}",
            postgresql_programs.plain(database.url),
            url=database.url,
        )
    return found


def _flush(path: Path) -> None:
    with path.open("rb") as file:
        os.fsync(file.fileno())


def _not_whole(copy: Path) -> Refused:
    return Refused(
        Text("Kopian %(path)s är inte hel. Använd en annan, eller hämta den här på nytt.", path=copy)
    )
