"""What lies outside the books is read for whose it is and how old it is, wherever an access point keeps it."""

import os
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from billing.server import ways_in
from foundation.database import Database
from foundation.sql import Session
from operations.restore import looking
from operations.restore.found import Places
from peppol.access_points.addressing import in_envelope
from peppol.access_points.composed import Composed
from peppol.access_points.files import LocalFiles
from peppol.access_points.folder import FolderAccessPoint
from peppol.access_points.protocol import DeliveryStatus, Outbound, Submission
from peppol.exchange import outbox_store
from peppol.xml import codec
from tests.support.project import GOLDEN
from tests.support.servers.system_databases import migrated
from tests.support.stories.bank_writes import account, paid
from tests.support.stories.system import System, example_register
from tests.support.stories.two_buyers import SECOND, two_buyers

FEBRUARY, LATER = date(2026, 2, 2), date(2026, 2, 10)
CASE = "100000101"


def invoice(system: System, number: str) -> bytes:
    """A month's invoice, that is not sent yet."""
    system.decide(CASE)
    system.report(CASE, "2026-01", on=FEBRUARY)
    return codec.serialise(system.flip(system.order(CASE).number, "001", number=number, on=LATER))


def collected(folder: Path, name: str, body: bytes) -> None:
    (folder / "collected").mkdir(parents=True, exist_ok=True)
    (folder / "collected" / name).write_bytes(body)


class Elsewhere:
    """A way out that keeps nothing, as phase4 does."""

    name = "elsewhere"

    def submit(self, message: Outbound) -> Submission:
        raise AssertionError

    def status(self, instance_id: str, reference: str = "") -> DeliveryStatus:
        raise AssertionError


def test_of_what_two_buyers_share_each_takes_in_its_own_and_the_first_what_is_nobodys(
    database_url: str, tmp_path: Path
) -> None:
    with two_buyers(database_url) as buyers, buyers.installation() as installation:
        bodies = {
            "first": invoice(buyers.first, "F-1"),
            "second": invoice(buyers.second, "F-2"),
            "nobody": b"<Nobody/>",
        }
        for name, body in bodies.items():
            collected(tmp_path, f"{name}.xml", body)
        orders = {books.slug: installation.database_of(books) for books in installation.all()}
        found: dict[str, list[str]] = {}
        for books in installation.all():
            whose = ways_in.whose(installation, books)
            assert whose is not None
            places = Places(FolderAccessPoint(tmp_path), came_to_us=whose[0], left_us=whose[1])
            came = looking.came_and_lacking(orders[books.slug], places)
            found[books.slug] = sorted(Path(each.path).stem for each in came)
        assert found.pop(SECOND) == ["second"]
        assert list(found.values()) == [["first", "nobody"]]


def test_only_what_was_written_since_a_day_is_read_and_every_file_where_none_is_said(
    database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = datetime(2026, 11, 30, tzinfo=UTC)
    for days in (1, 10, 100):
        collected(tmp_path, f"{days}.xml", f"<M>{days}</M>".encode())
        at = (now - timedelta(days=days)).timestamp()
        os.utime(tmp_path / "collected" / f"{days}.xml", (at, at))
    places = Places(FolderAccessPoint(tmp_path))
    # A few at a time: what is held is bounded, however much lies there.
    monkeypatch.setattr(looking, "_AT_ONCE", 2)
    with closing(migrated(database_url)) as database:
        for since, expected in ((None, 3), (now - timedelta(days=35), 2), (now, 0)):
            assert len(list(looking.came_and_lacking(database, places, since=since))) == expected


def test_no_session_is_open_while_a_file_is_read(
    database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A server ends a transaction that idles, and a disk or an access point may take longer than that to read from."""
    folder, bank, open_now = tmp_path / "access-point", tmp_path / "bank", [0]
    read: list[tuple[str, int]] = []
    for number in range(3):
        collected(folder, f"{number}.xml", f"<M>{number}</M>".encode())
    bank.mkdir()
    (bank / "paid.xml").write_bytes((GOLDEN / "pain001.xml").read_bytes())
    (bank / "said.xml").write_bytes(account(paid(("RM30000001-00001", "1.00"))))
    reading, from_folder, from_disk = Database.reading, LocalFiles.read, Path.read_bytes

    @contextmanager
    def counted(database: Database) -> Iterator[Session]:
        with reading(database) as session:
            open_now[0] += 1
            try:
                yield session
            finally:
                open_now[0] -= 1

    def seen_in_folder(files: LocalFiles, path: str, most: int) -> bytes:
        read.append((path, open_now[0]))
        return from_folder(files, path, most)

    def seen_on_disk(path: Path) -> bytes:
        read.append((path.name, open_now[0]))
        return from_disk(path)

    monkeypatch.setattr(Database, "reading", counted)
    monkeypatch.setattr(LocalFiles, "read", seen_in_folder)
    monkeypatch.setattr(Path, "read_bytes", seen_on_disk)
    places = Places(FolderAccessPoint(folder), sent=(folder,), payment_files=(bank,))
    with closing(migrated(database_url)) as database:
        System(database).change_register(example_register())
        read.clear()
        found = looking.look(database, places)
    assert (len(found.came), len(found.payments), bool(found.payments_left)) == (3, 1, True)
    assert {name for name, _ in read} >= {"collected/0.xml", "paid.xml", "said.xml"}
    assert {count for _, count in read} == {0}


def test_a_folder_behind_a_way_out_that_keeps_nothing_is_looked_in_and_the_other_way_is_told(
    database_url: str, tmp_path: Path
) -> None:
    collected(tmp_path, "came.xml", b"<Came/>")
    places = Places(Composed(Elsewhere(), FolderAccessPoint(tmp_path)))
    assert (places.tells_came, places.tells_left) == (True, False)
    with closing(migrated(database_url)) as database:
        found = looking.look(database, places)
    assert [each.path for each in found.came] == ["collected/came.xml"]


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_orders_are_found_by_their_envelopes_in_an_access_points_own_archive(
    database_url: str, tmp_path: Path
) -> None:
    with closing(migrated(database_url)) as database:
        system = System(database)
        system.change_register(example_register())
        system.decide(CASE)
        with database.reading() as session:
            (order,) = outbox_store.messages_out(session, kind="order")
        (tmp_path / "2026" / "02").mkdir(parents=True)
        (tmp_path / "2026" / "02" / "out-1.sbd").write_bytes(in_envelope(order))
        (tmp_path / "readme.txt").write_bytes(b"no envelope")
        places = Places(sent=(tmp_path,))
        assert places.tells_left
        # The books know this one; books that lost it do not.
        assert looking.look(database, places).left == []
        with closing(migrated(f"{database_url}.lost")) as lost:
            (left,) = looking.look(lost, places).left
    assert (left.kind, left.document_id, left.instance_id) == ("order", order.document_id, order.instance_id)
    assert left.document() == order.body
