"""Disks that are full, read-only or broken, at every file operation and statement: nothing is lost, nothing is half.

As SQLite tests itself: the first operation fails, then the second, until all of it runs through. After each, nothing
was acknowledged that is not kept, no half file is read, and the same work done again with room succeeds.
"""

import errno
import os
import sqlite3
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from pathlib import Path

import httpx
import pytest
from pydantic import SecretStr
from sqlalchemy import event, func, select
from sqlalchemy.exc import OperationalError

from billing.server import machine_watch
from billing.server.app import create_app
from foundation.database import Database
from foundation.disks import whole_files
from foundation.disks.whole_files import remove_orphans, temporary_name, write_whole
from operations.machine import disk_watch
from operations.machine.disk_watch import DiskFault, DiskTrouble
from operations.settings import Settings
from operations.tables import alarm
from peppol.access_points.folder import FolderAccessPoint
from peppol.access_points.protocol import AccessPointError
from peppol.exchange.receiving import Collector
from peppol.exchange.sending import MessageSender
from peppol.exchange.tables import OutState, inbox, outbox
from tests.support.message_bodies import bodies_in
from tests.support.servers import without_server
from tests.support.servers.faulty_point import Moment, lay_out
from tests.support.servers.serving import NO_TLS
from tests.support.servers.system_databases import migrated

FAULTS = {"full": errno.ENOSPC, "read-only": errno.EROFS, "broken": errno.EIO}
FILE_EVENTS = ("open", "os.rename", "os.mkdir", "os.remove", "os.link", "os.scandir", "os.listdir")
AT_MOST = 200
Tell = Callable[[str, object], None]


class Disk:
    """Fails at one file operation below a folder and at all that follow, while it is told to."""

    def __init__(self) -> None:
        self.below = ""
        self.fails_at = 0
        self.code = 0
        self.count = 0

    def hear(self, what: str, given: tuple[object, ...]) -> None:
        if self.fails_at and what in FILE_EVENTS and str(given[0]).startswith(self.below):
            self.operation()

    def operation(self) -> None:
        if self.fails_at:
            self.count += 1
            if self.count >= self.fails_at:
                raise OSError(self.code, os.strerror(self.code))

    @contextmanager
    def failing(self, folder: Path, number: int, code: int) -> Iterator[None]:
        self.below, self.fails_at, self.code, self.count = str(folder), number, code, 0
        try:
            yield
        finally:
            self.fails_at = 0


DISK = Disk()
sys.addaudithook(DISK.hear)


@pytest.fixture(autouse=True)
def flushing(monkeypatch: pytest.MonkeyPatch) -> None:
    """Flushing fails too: it is where a full disk is often found out."""
    flush = os.fsync

    def fails_too(descriptor: int) -> None:
        DISK.operation()
        flush(descriptor)

    monkeypatch.setattr("os.fsync", fails_too)


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    database = migrated(database_url, clock=Moment())
    yield database
    database.close()


def count(database: Database, what: object) -> int:
    with database.reading() as session:
        return session.execute(select(func.count()).select_from(what)).scalar_one()  # type: ignore[arg-type]


def files_below(folder: Path) -> list[str]:
    return sorted(str(each.relative_to(folder)) for each in folder.rglob("*") if each.is_file())


def collect(database: Database, folder: Path, *, at_a_persons_word: bool = False) -> None:
    collector = Collector(
        database.writing,
        FolderAccessPoint(folder),
        database.clock,
        lambda: date(2026, 11, 21),
        at_a_persons_word=at_a_persons_word,
    )
    try:
        collector.collect()
    except AccessPointError:
        return


def until_untouched(try_at: Callable[[int], None], done: Callable[[], bool]) -> int:
    """Fail at the first operation, then at the second, until all of it runs through; how many there were."""
    for number in range(1, AT_MOST):
        try_at(number)
        if DISK.count < number:
            assert done()
            return number - 1
    raise AssertionError("it never ran through")


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
@pytest.mark.parametrize("code", FAULTS.values(), ids=FAULTS)
def test_what_cannot_be_taken_in_stays_and_is_taken_in_once_when_it_can(
    database: Database, tmp_path: Path, code: int, record_property: Tell
) -> None:
    folder = tmp_path / "post"
    (folder / "inbox").mkdir(parents=True)
    kept = 0

    def try_at(number: int) -> None:
        nonlocal kept
        names = [f"{number}-{each}.xml" for each in range(2)]
        for name in names:
            (folder / "inbox" / name).write_text(f"<M>{number} {name}</M>")
        with DISK.failing(folder, number, code):
            collect(database, folder)
        lying = len(list((folder / "inbox").iterdir()))
        assert count(database, inbox) - kept >= len(names) - lying, "what is gone from the inbox is kept"
        collect(database, folder, at_a_persons_word=True)
        assert not list((folder / "inbox").iterdir())
        with database.reading() as session:
            bodies = set(bodies_in(session))
        assert {f"<M>{number} {name}</M>".encode() for name in names} <= bodies
        kept = count(database, inbox)

    failed = until_untouched(try_at, lambda: not list((folder / "inbox").iterdir()))
    assert failed >= 4
    record_property("operations_failed", failed)


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
@pytest.mark.parametrize("code", FAULTS.values(), ids=FAULTS)
def test_what_cannot_be_sent_waits_and_no_half_file_lies_where_others_read(
    database: Database, tmp_path: Path, code: int, record_property: Tell
) -> None:
    clock = database.clock
    assert isinstance(clock, Moment)
    folder = tmp_path / "post"

    def send() -> None:
        MessageSender(database.writing, FolderAccessPoint(folder), clock, queues_most=1).round()

    def waiting() -> int:
        with database.reading() as session:
            question = select(func.count()).where(outbox.c.state == OutState.WAITING)
            return session.execute(question).scalar_one()

    def try_at(number: int) -> None:
        with database.writing() as session:
            lay_out(session, [number])
        before = files_below(folder)
        with DISK.failing(folder, number, code):
            send()
        for each in set(files_below(folder)) - set(before):
            assert whole_files.is_temporary(each) or (folder / each).read_bytes().endswith(b"</M>"), each
        clock.pass_(hours=5)
        send()
        assert waiting() == 0

    failed = until_untouched(try_at, lambda: waiting() == 0)
    assert failed >= 4
    record_property("operations_failed", failed)
    # A disk that fails lets nothing be tidied either: that is done later, by age.
    assert all(each.endswith(".xml") or whole_files.is_temporary(each) for each in files_below(folder))


@pytest.mark.parametrize("code", FAULTS.values(), ids=FAULTS)
def test_a_file_that_cannot_be_written_leaves_the_one_before_as_it_was(
    tmp_path: Path, code: int, record_property: Tell
) -> None:
    """Payment files, cases handed out, statements, mails: all are written so."""
    path = tmp_path / "payment.xml"
    path.write_bytes(b"before")
    failed: list[str] = []

    def try_at(number: int) -> None:
        path.write_bytes(b"before")
        with DISK.failing(tmp_path, number, code):
            try:
                write_whole(path, b"after")
            except OSError as error:
                failed.append(errno.errorcode[error.errno or 0])
        assert path.read_bytes() in (b"before", b"after")

    count = until_untouched(try_at, lambda: path.read_bytes() == b"after")
    assert count >= 3
    record_property("operations_failed", count)
    assert set(failed) == {errno.errorcode[code]}
    assert all(whole_files.is_temporary(each) for each in files_below(tmp_path) if each != "payment.xml")


def test_every_file_the_commands_hand_out_is_written_whole() -> None:
    """A `write_bytes` of its own would leave half a payment file on a full disk."""
    commands = Path(machine_watch.__file__).parents[1] / "cli" / "commands"
    own = [
        f"{path.name}:{number}"
        for path in sorted(commands.rglob("*.py"))
        if path.name != "demo.py"  # a new folder of invented data
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1)
        if ".write_bytes(" in line or ".write_text(" in line
    ]
    assert own == []


@pytest.mark.parametrize(
    "said", ["database or disk is full", "disk I/O error", "attempt to write a readonly database"]
)
@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_a_message_pushed_to_us_is_never_acknowledged_at_any_statement_that_fails(
    database_url: str, said: str, record_property: Tell
) -> None:
    database = migrated(database_url)
    app = create_app(
        Settings(database_url=database_url, webhook_token=SecretStr("t")),
        database=database,
        clock=database.clock,
    )
    fails_at, seen = 0, 0

    def one_more(*_: object) -> None:
        nonlocal seen
        if fails_at:
            seen += 1
            if seen == fails_at:
                raise OperationalError("", {}, sqlite3.OperationalError(said))

    for engine in (database._writer, database._reader):
        event.listen(engine, "before_cursor_execute", one_more)
        event.listen(engine, "commit", one_more)

    def push(body: bytes) -> httpx.Response:
        async def asked() -> httpx.Response:
            transport = httpx.ASGITransport(app)
            async with httpx.AsyncClient(
                transport=transport, base_url="http://portal", verify=NO_TLS
            ) as client:
                return await client.post("/webhook/letters", content=body, headers={"X-Token": "t"})

        return without_server.asked(asked)

    for number in range(1, AT_MOST):
        body, fails_at, seen = f"<M>{number}</M>".encode(), number, 0
        answer = push(body)
        fails_at, touched = 0, seen >= number
        if not touched:
            assert answer.status_code == 200
            break
        assert answer.status_code == 503, number
        assert answer.headers["Retry-After"]
        assert push(body).status_code == 200
    assert number > 3
    record_property("operations_failed", number - 1)
    assert count(database, inbox) == number, "each once"
    database.close()


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_a_disk_without_room_is_named_in_alarm_and_health(
    database: Database, database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = Settings(database_url=database_url, mail_folder=tmp_path)
    app = create_app(settings, database=database, clock=database.clock)

    def ready() -> httpx.Response:
        async def asked() -> httpx.Response:
            transport = httpx.ASGITransport(app)
            async with httpx.AsyncClient(
                transport=transport, base_url="http://portal", verify=NO_TLS
            ) as client:
                return await client.get("/readyz")

        return without_server.asked(asked)

    assert ready().status_code == 200
    machine_watch.look_at_disks(database, settings)
    assert count(database, alarm) == 0
    monkeypatch.setattr("shutil.disk_usage", lambda _: _Usage())
    told = ready()
    assert (told.status_code, told.json()["disks"]) == (503, {"database": "FULL", "mail": "FULL"})
    machine_watch.look_at_disks(database, settings)
    machine_watch.look_at_disks(database, settings)
    assert count(database, alarm) == 1, "once an hour"
    monkeypatch.undo()
    assert ready().status_code == 200


class _Usage:
    free = 1_000


def test_where_we_write_is_looked_at_for_each_kind_of_trouble(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = Settings(database_url="postgresql://x/y", mail_folder=tmp_path)
    assert disk_watch.troubles(settings, free_least=0) == []
    assert disk_watch.troubles(settings, free_least=10**18) == [DiskTrouble("mail", DiskFault.FULL)]
    monkeypatch.setattr("os.access", lambda *_: False)
    assert disk_watch.troubles(settings, free_least=0) == [DiskTrouble("mail", DiskFault.READ_ONLY)]

    def broken(_: Path) -> os.statvfs_result:
        raise OSError(errno.EIO, "broken")

    monkeypatch.setattr("os.statvfs", broken)
    assert disk_watch.troubles(settings, free_least=0) == [DiskTrouble("mail", DiskFault.UNREADABLE)]


def test_what_killed_writers_left_is_taken_away_by_its_age_and_nothing_else(tmp_path: Path) -> None:
    (tmp_path / "deep").mkdir()
    old, young = tmp_path / "deep" / temporary_name("old.xml"), tmp_path / temporary_name("young.xml")
    others = [tmp_path / name for name in ("x.tmp", "x.xml", "x.xml.part", "a.0A1B2C3D.tmp")]
    for path in (old, young, *others):
        path.write_bytes(b"half")
    for path in (old, *others):
        os.utime(path, (0, 0))
    assert remove_orphans(tmp_path) == 1
    assert not old.exists()
    assert all(path.exists() for path in (young, *others))
    assert remove_orphans(tmp_path, older_than=timedelta(seconds=-1)) == 1


def test_an_outbox_at_an_operator_is_rid_of_them_too(tmp_path: Path) -> None:
    (tmp_path / "outbox").mkdir()
    old, other = tmp_path / "outbox" / temporary_name("old.xml"), tmp_path / "outbox" / "theirs.tmp"
    for path in (old, other):
        path.write_bytes(b"half")
        os.utime(path, (0, 0))
    list(FolderAccessPoint(tmp_path).inbound())
    assert files_below(tmp_path) == ["outbox/theirs.tmp"]
