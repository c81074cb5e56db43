"""An operator's account over SFTP whose disk is full, read-only or broken, at every operation: in and out.

Nothing is acknowledged that is not kept, nothing counts as sent that does not lie there whole, and the same work done
again with room succeeds.
"""

import errno
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from datetime import date, datetime, timedelta
from pathlib import Path

import paramiko
import pytest
from sqlalchemy import select

from foundation.database import Database
from foundation.disks import whole_files
from peppol.access_points.folder import FolderAccessPoint
from peppol.access_points.protocol import AccessPointError
from peppol.exchange.receiving import Collector
from peppol.exchange.sending import MessageSender
from peppol.exchange.tables import OutState, inbox, outbox
from tests.billing.server.test_full_disks import DISK, FAULTS, count, files_below, until_untouched
from tests.peppol.access_points.test_folders import files_at
from tests.support.message_bodies import bodies_in
from tests.support.servers.faulty_point import Moment, lay_out
from tests.support.servers.sftp_server import sftp_server
from tests.support.servers.system_databases import migrated

Tell = Callable[[str, object], None]
pytestmark = [
    pytest.mark.parametrize("database_url", ["sqlite"], indirect=True),
    pytest.mark.parametrize("code", FAULTS.values(), ids=FAULTS),
]


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    with closing(migrated(database_url, clock=Moment())) as database:
        yield database


@pytest.fixture(autouse=True)
def writing_fails_too(monkeypatch: pytest.MonkeyPatch) -> None:
    """The server is in this process: what it writes to its disk fails as opening and renaming do."""
    write = paramiko.SFTPHandle.write

    def fails_too(handle: paramiko.SFTPHandle, offset: int, data: bytes) -> int:
        try:
            DISK.operation()
        except OSError as full:
            return paramiko.SFTPServer.convert_errno(full.errno or errno.EIO)
        return write(handle, offset, data)

    monkeypatch.setattr(paramiko.SFTPHandle, "write", fails_too)


@contextmanager
def account(folder: Path) -> Iterator[FolderAccessPoint]:
    """The account, signed in while the disk was well."""
    folder.mkdir(exist_ok=True)
    with sftp_server(folder) as server, closing(files_at(server)) as files:
        yield FolderAccessPoint(files)


def test_what_cannot_be_laid_there_waits_and_leaves_whole_when_it_can(
    database: Database, tmp_path: Path, code: int, record_property: Tell
) -> None:
    clock, folder = database.clock, tmp_path / "account"
    assert isinstance(clock, Moment)

    def states() -> dict[str, OutState]:
        with database.reading() as session:
            rows = session.execute(select(outbox.c.document_id, outbox.c.state))
            return {row.document_id: OutState(row.state) for row in rows}

    def whole() -> set[str]:
        names = [each for each in files_below(folder) if not whole_files.is_temporary(each)]
        assert all((folder / each).read_bytes().endswith(b"</M>") for each in names)
        return {each.rpartition("/")[2].split("-")[1] for each in names}

    with account(folder) as point:

        def send() -> None:
            MessageSender(database.writing, point, clock, queues_most=1).round()

        def try_at(number: int) -> None:
            with database.writing() as session:
                lay_out(session, [number])
            with DISK.failing(folder, number, code):
                send()
            sent = {name for name, state in states().items() if state is OutState.SENT}
            assert sent <= whole(), "what counts as sent lies there"
            clock.pass_(hours=5)
            send()
            assert set(states().values()) == {OutState.SENT}

        failed = until_untouched(try_at, lambda: set(states()) == whole())
    assert failed >= 3
    record_property("operations_failed", failed)


def test_what_cannot_be_moved_away_is_taken_in_once_all_the_same(
    database: Database, tmp_path: Path, code: int, record_property: Tell
) -> None:
    folder, today = tmp_path / "account", date(2026, 11, 21)
    (folder / "inbox").mkdir(parents=True)

    def lying() -> list[Path]:
        return sorted((folder / "inbox").iterdir())

    with account(folder) as point:

        def collect(*, later: timedelta = timedelta()) -> None:
            def clock() -> datetime:
                return database.clock() + later

            try:
                Collector(database.writing, point, clock, lambda: today).collect()
            except AccessPointError:
                return

        def try_at(number: int) -> None:
            for each in range(2):
                (folder / "inbox" / f"{number}-{each}.xml").write_text(f"<M>{number} {each}</M>")
            kept = count(database, inbox)
            with DISK.failing(folder, number, code):
                collect()
            assert count(database, inbox) - kept >= 2 - len(lying()), "what is gone from there is kept"
            # What could not be had, or not be put away, rests a while; so does a way in that failed.
            collect(later=timedelta(hours=2))
            assert lying() == []
            with database.reading() as session:
                bodies = bodies_in(session)
            assert {f"<M>{number} {each}</M>".encode() for each in range(2)} <= set(bodies)

        failed = until_untouched(try_at, lambda: not lying())
    assert failed >= 3
    record_property("operations_failed", failed)
