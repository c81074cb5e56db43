"""A copy of the books put where there are none: whole or not at all, and held from the first moment.

What came and left after the copy lies outside it. So books that are loaded are held, whether or not a mark outside says
how far they had come: nobody sends, collects or pays in them until the restore has been gone through. Of PostgreSQL the
tables and their rows are loaded, and not who may do what with them: the walls are built anew under the names that hold
here (`billing init` and `restore load` do). Which revision they have is noted with the hold, in one transaction: who is
killed before that leaves books that every program refuses.
"""

import os
import re
import shutil
from collections.abc import Mapping
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

from sqlalchemy import create_engine
from sqlalchemy.engine import URL
from sqlalchemy.pool import NullPool

from foundation import books_mark
from foundation.books_mark import BooksMark
from foundation.database import Database
from foundation.disks import whole_files
from foundation.engines.options import DatabaseOptions
from foundation.errors import Refused
from foundation.sql import Session
from foundation.text import Text
from operations.restore import backup_queries, postgresql_programs
from operations.restore.manifest import BackupManifest

# What depends on the roles of a server; and the revision, without which nobody opens books that are half there.
_LEFT_OUT: Final = re.compile(
    r"\d+; \d+ \d+ (?:POLICY|ROW SECURITY|ACL|DEFAULT ACL|TABLE DATA \S+ alembic_version)\b"
)


def refuse_other_engine(told: BackupManifest, url: URL) -> None:
    """Raise Refused for an address of the other engine than the copy's."""
    if told.engine != url.get_backend_name():
        raise Refused(
            Text(
                "Kopian är av %(engine)s och adressen leder till %(other)s. Ange en adress för %(engine)s.",
                engine=told.engine,
                other=url.get_backend_name(),
            )
        )


def load(
    copy: Path,
    told: BackupManifest,
    url: URL,
    *,
    options: DatabaseOptions,
    outside: BooksMark | None,
    at: str,
) -> None:
    """Put the books of a copy that was read through (`backup.verify`) at `url`, and hold them.

    `outside` is their mark, where one lies outside. Raises Refused where something is there already; then nothing is
    changed. Books of before there was a mark are held by whoever lets them grow.
    """
    if told.engine == "sqlite":
        _file(copy, told, Path(str(url.database)), outside, at=at)
    else:
        _database(copy, told, url, options, outside, at=at)


def _file(copy: Path, told: BackupManifest, target: Path, outside: BooksMark | None, *, at: str) -> None:
    beside = [target.with_name(f"{target.name}{each}") for each in ("", "-wal", "-shm")]
    if there := next((each for each in beside if each.exists()), None):
        raise Refused(
            Text(
                "%(path)s finns redan. Flytta undan den, och filerna -wal och -shm bredvid; märket "
                "(.mark.json) ska ligga kvar. Kör sedan om.",
                path=there,
            )
        )
    target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    unfinished = target.with_name(whole_files.temporary_name(target.name))
    try:
        with os.fdopen(os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            with copy.open("rb") as source:
                shutil.copyfileobj(source, file)
            file.flush()
            os.fsync(file.fileno())
        engine = create_engine(f"sqlite:///{unfinished}", poolclass=NullPool)
        with engine.begin() as session:
            _check_and_hold(session, told, outside, at=at)
        engine.dispose()
        # Nobody finds them before they are held.
        unfinished.rename(target)
        whole_files.flush_folder(target.parent)
    finally:
        for each in ("", "-journal", "-wal", "-shm"):
            unfinished.with_name(f"{unfinished.name}{each}").unlink(missing_ok=True)


def _database(
    copy: Path,
    told: BackupManifest,
    url: URL,
    options: DatabaseOptions,
    outside: BooksMark | None,
    *,
    at: str,
) -> None:
    database = Database(url.render_as_string(hide_password=False), options=options)
    try:
        with database.engine.connect() as session:
            if backup_queries.has_tables(session):
                raise Refused(
                    Text(
                        "Databasen är inte tom. Gör en tom och ange den i adressen: createdb --owner=%(user)s NAMN. "
                        "Den som är förlorad kan byta namn först: ALTER DATABASE %(name)s RENAME TO %(name)s_gammal.",
                        user=url.username or "billing",
                        name=url.database or "billing",
                    )
                )
        with TemporaryDirectory() as folder:
            wanted = Path(folder) / "list"
            wanted.write_text(_to_load(postgresql_programs.run("pg_restore", "--list", str(copy))))
            postgresql_programs.run(
                "pg_restore",
                "--no-owner",
                "--single-transaction",
                "--exit-on-error",
                f"--use-list={wanted}",
                f"--dbname={postgresql_programs.plain(url)}",
                str(copy),
                url=url,
            )
        with database.engine.begin() as session:
            backup_queries.note_revision(session, told.revision)
            _check_and_hold(session, told, outside, at=at)
    finally:
        database.close()


def _to_load(listed: str) -> str:
    return "".join(each for each in listed.splitlines(keepends=True) if not _LEFT_OUT.match(each))


def _check_and_hold(session: Session, told: BackupManifest, outside: BooksMark | None, *, at: str) -> None:
    found = backup_queries.facts(session)
    if (found.rows, found.journal_hash, found.revision) != (told.rows, told.journal_hash, told.revision):
        raise Refused(
            Text(
                "Det som lästes in är inte det som kopierades: %(tables)s skiljer sig. Använd inte de här böckerna; "
                "ta bort dem och försök med en annan kopia.",
                tables=", ".join(_other(found.rows, told.rows)) or "journal",
            )
        )
    if found.has_mark:
        books_mark.hold(session, outside, own=found.mark, at=at)


def _other(found: Mapping[str, int], told: Mapping[str, int]) -> list[str]:
    return sorted(name for name in {*found, *told} if found.get(name) != told.get(name))
