"""Folders of an operator and of Oxalis-NG, here and over SFTP: what each habit adds, and what nobody may do to us."""

import errno
import os
from datetime import UTC, datetime, timedelta
from pathlib import Path
from time import sleep

import pytest

from operations.access_point import opened_access_point
from operations.settings import Settings
from peppol.access_points.files import LocalFiles
from peppol.access_points.folder import FolderAccessPoint
from peppol.access_points.layouts import OPERATOR, OXALIS, PLAIN, Layout
from peppol.access_points.protocol import DeliveryState, Gone, RejectedForGood, TooLarge, Unreachable
from peppol.access_points.sftp import SftpFiles
from peppol.access_points.sftp_login import SftpLogin, public_key
from tests.support.servers.access_points import AMessage, order
from tests.support.servers.sftp_server import PASSWORD, SftpServer, sftp_server


def a_while_later() -> datetime:
    return datetime.now(UTC) + timedelta(minutes=11)


def references(access_point: FolderAccessPoint) -> list[str]:
    return [each.reference for each in access_point.inbound()]


# An operator's account ----------------------------------------------------------------------


def test_a_file_is_renamed_while_it_is_read_and_removed_when_it_is_stored(tmp_path: Path) -> None:
    (tmp_path / "invoice.xml").write_bytes(order("1"))
    (tmp_path / "send").mkdir()
    operator = FolderAccessPoint(tmp_path, layout=OPERATOR)
    (arrival,) = operator.inbound()
    assert operator.fetch(arrival.reference) == order("1")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["invoice.xml.downloading", "send"]
    operator.acknowledge(arrival.reference)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["send"]


def test_of_two_readers_one_gets_the_message(tmp_path: Path) -> None:
    (tmp_path / "invoice.xml").write_bytes(order("1"))
    one, other = (FolderAccessPoint(tmp_path, layout=OPERATOR) for _ in range(2))
    assert references(one) == references(other) == ["invoice.xml"]
    one.fetch("invoice.xml")
    with pytest.raises(Gone):
        other.fetch("invoice.xml")
    assert references(other) == []


def test_a_message_whose_reader_died_comes_up_again(tmp_path: Path) -> None:
    (tmp_path / "invoice.xml").write_bytes(order("1"))
    FolderAccessPoint(tmp_path, layout=OPERATOR).fetch("invoice.xml")
    heir = FolderAccessPoint(tmp_path, layout=OPERATOR, clock=a_while_later)
    assert references(heir) == ["invoice.xml"]
    assert heir.fetch("invoice.xml") == order("1")
    heir.acknowledge("invoice.xml")
    assert list(tmp_path.iterdir()) == []


def test_a_new_file_of_the_same_name_waits_for_the_one_being_read(tmp_path: Path) -> None:
    (tmp_path / "invoice.xml").write_bytes(order("1"))
    operator = FolderAccessPoint(tmp_path, layout=OPERATOR)
    operator.fetch("invoice.xml")
    (tmp_path / "invoice.xml").write_bytes(order("2"))
    assert operator.fetch("invoice.xml") == order("1")
    operator.acknowledge("invoice.xml")
    assert operator.fetch("invoice.xml") == order("2")


# Oxalis-NG ----------------------------------------------------------------------------------


def lay_oxalis(root: Path, *, receipt: bool = True) -> Path:
    folder = root / "inbound" / "0007_2021002114" / "0007_5599991014"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "f3f1.doc.xml").write_bytes(order("1"))
    if receipt:
        (folder / "f3f1.receipt.dat").write_bytes(b"receipt")
    return folder


def test_a_message_is_whole_when_its_receipt_lies_beside_it(tmp_path: Path) -> None:
    folder = lay_oxalis(tmp_path, receipt=False)
    oxalis = FolderAccessPoint(tmp_path, layout=OXALIS)
    assert references(oxalis) == []
    (folder / "f3f1.receipt.dat").write_bytes(b"receipt")
    assert references(oxalis) == ["0007_2021002114/0007_5599991014/f3f1.doc.xml"]


def test_a_message_without_receipt_is_not_left_behind_for_ever(tmp_path: Path) -> None:
    lay_oxalis(tmp_path, receipt=False)
    assert len(references(FolderAccessPoint(tmp_path, layout=OXALIS, clock=a_while_later))) == 1


def test_message_and_receipt_are_put_away_together(tmp_path: Path) -> None:
    folder = lay_oxalis(tmp_path)
    oxalis = FolderAccessPoint(tmp_path, layout=OXALIS)
    oxalis.acknowledge(references(oxalis)[0])
    assert list(folder.iterdir()) == []
    lay_oxalis(tmp_path)
    oxalis.acknowledge(references(oxalis)[0])
    kept = sorted(path.name for path in (tmp_path / "collected").rglob("*") if path.is_file())
    assert kept == ["f3f1.doc.xml", "f3f1.receipt.dat", "f3f1~2.doc.xml", "f3f1~2.receipt.dat"]


# Receipts of our own messages ----------------------------------------------------------------


@pytest.mark.parametrize("named", ["stem", "instance"])
def test_a_receipt_laid_for_us_says_that_the_message_is_delivered(tmp_path: Path, named: str) -> None:
    folder = FolderAccessPoint(tmp_path)
    message = AMessage()
    submission = folder.submit(message)
    assert folder.status(message.instance_id, submission.reference).state is DeliveryState.ACCEPTED
    (tmp_path / submission.reference).unlink()
    told = folder.status(message.instance_id, submission.reference)
    assert (told.state, told.words) == (DeliveryState.ACCEPTED, "fetched from the folder")
    stem = Path(submission.reference).stem if named == "stem" else message.instance_id
    (tmp_path / "receipts").mkdir()
    (tmp_path / "receipts" / f"{stem}.receipt.dat").write_bytes(b"receipt")
    told = folder.status(message.instance_id, submission.reference)
    assert (told.state, told.at is not None) == (DeliveryState.DELIVERED, True)


@pytest.mark.parametrize("named", ["stem", "instance"])
def test_the_receipt_of_a_message_whose_name_begins_alike_is_not_its_own(tmp_path: Path, named: str) -> None:
    folder = FolderAccessPoint(tmp_path)
    message = AMessage()
    submission = folder.submit(message)
    (tmp_path / "receipts").mkdir()
    stem = Path(submission.reference).stem if named == "stem" else message.instance_id
    for other in (f"{stem}2.receipt", f"{stem}-1.receipt.dat", f"x{stem}.receipt", f"{stem}.receipt.txt"):
        (tmp_path / "receipts" / other).write_bytes(b"receipt")
    assert folder.status(message.instance_id, submission.reference).state is DeliveryState.ACCEPTED


# What nobody may do to us -------------------------------------------------------------------


def test_no_name_leads_out_of_the_folder(tmp_path: Path) -> None:
    system, outside = tmp_path / "system", tmp_path / "outside"
    (system / "inbox").mkdir(parents=True)
    outside.mkdir()
    (outside / "secret.xml").write_bytes(b"secret")
    (system / "inbox" / "link").symlink_to(outside)
    (system / "inbox" / "link.xml").symlink_to(outside / "secret.xml")
    folder = FolderAccessPoint(system)
    assert references(folder) == []
    for name in (
        "../../outside/secret.xml",
        "link/secret.xml",
        "link.xml",
        "%2e%2e/%2e%2e/outside/secret.xml",
    ):
        with pytest.raises(Gone):
            folder.fetch(name)
        folder.acknowledge(name)
    assert (outside / "secret.xml").read_bytes() == b"secret"


def test_a_folder_beside_ours_whose_name_begins_as_ours_does_is_outside(tmp_path: Path) -> None:
    system, beside = tmp_path / "system", tmp_path / "system-2"
    (system / "inbox").mkdir(parents=True)
    beside.mkdir()
    (beside / "secret.xml").write_bytes(b"secret")
    (system / "inbox" / "link").symlink_to(beside)
    (system / "inbox" / "own").mkdir()
    (system / "inbox" / "own" / "in.xml").write_bytes(b"ours")
    files = LocalFiles(system)
    assert files.read("inbox/own/in.xml", 99) == b"ours"
    for attempt in (
        lambda: files.read("inbox/link/secret.xml", 99),
        lambda: files.write("inbox/link/new.xml", b"x"),
        lambda: files.remove("inbox/link/secret.xml"),
        lambda: files.move("inbox/own/in.xml", "inbox/link/in.xml"),
    ):
        with pytest.raises(FileNotFoundError):
            attempt()
    assert [path.name for path in beside.iterdir()] == ["secret.xml"]


def test_our_own_files_stay_in_the_outbox_whatever_a_message_is_called(tmp_path: Path) -> None:
    folder = FolderAccessPoint(tmp_path / "system")

    class Wicked(AMessage):
        document_id = "../../../x"
        instance_id = "../../y"

    folder.submit(Wicked(receiver="../../z"))
    written = [path for path in tmp_path.rglob("*") if path.is_file()]
    assert [path.is_relative_to(tmp_path / "system" / "outbox") for path in written] == [True]


def test_a_name_no_database_can_hold_is_written_out_and_found_again(tmp_path: Path) -> None:
    (tmp_path / "inbox").mkdir()
    for name in (b"a\xff.xml", b"b\n.xml", b"50%.xml", "faktura å.xml".encode()):
        with open(os.path.join(os.fsencode(tmp_path / "inbox"), name), "wb") as file:
            file.write(order("1"))
    folder = FolderAccessPoint(tmp_path)
    listed = references(folder)
    assert sorted(listed) == ["50%25.xml", "a%FF.xml", "b%0A.xml", "faktura å.xml"]
    for reference in listed:
        reference.encode()
        assert folder.fetch(reference) == order("1")
        folder.acknowledge(reference)
    assert references(folder) == []


def test_what_cannot_be_written_is_tried_again_later(tmp_path: Path) -> None:
    (tmp_path / "outbox").write_bytes(b"a file where a folder should be")
    with pytest.raises(Unreachable):
        FolderAccessPoint(tmp_path).submit(AMessage())


def test_a_message_without_an_address_on_the_network_is_refused_for_good_where_it_needs_an_envelope(
    tmp_path: Path,
) -> None:
    with pytest.raises(RejectedForGood) as refused:
        FolderAccessPoint(tmp_path, enveloped=True).submit(AMessage(receiver="0007:1"))
    assert refused.value.code == "ADDRESS"


def test_unfinished_files_are_left_alone_in_every_habit(tmp_path: Path) -> None:
    for layout in (PLAIN, OPERATOR, OXALIS):
        folder = tmp_path / layout.outbox / layout.inbox
        folder.mkdir(parents=True, exist_ok=True)
        for name in (".hidden.xml", "half.xml.part", "half.xml.tmp", "half.filepart", "half.xml.downloading"):
            (folder / name).write_bytes(b"<A/>")
        os.mkfifo(folder / "pipe.xml")
        assert references(FolderAccessPoint(tmp_path / layout.outbox, layout=layout)) == []


def test_a_file_is_flushed_before_it_gets_its_name_and_the_folder_after(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    done: list[str] = []
    flush, rename = os.fsync, Path.rename

    def flushed(descriptor: int) -> None:
        done.append("folder" if os.path.isdir(f"/proc/self/fd/{descriptor}") else "file")
        flush(descriptor)

    def renamed(self: Path, target: Path) -> Path:
        done.append("rename")
        return rename(self, target)

    monkeypatch.setattr(os, "fsync", flushed)
    monkeypatch.setattr(Path, "rename", renamed)
    (tmp_path / "outbox").mkdir()
    LocalFiles(tmp_path).write("outbox/a.xml", b"<A/>")
    assert done == ["file", "rename", "folder"]


# SFTP ---------------------------------------------------------------------------------------


def files_at(server: SftpServer, **more: str) -> SftpFiles:
    return SftpFiles(
        SftpLogin.at(server.address, host_key=server.host_key_line, **{"password": PASSWORD, **more}),
        seconds=30,
    )


def test_a_server_with_another_host_key_gets_neither_password_nor_message(tmp_path: Path) -> None:
    with sftp_server(tmp_path) as server, sftp_server(tmp_path / "other") as other:
        account = SftpLogin.at(server.address, host_key=other.host_key_line, password=PASSWORD)
        with pytest.raises(Unreachable) as refused:
            FolderAccessPoint(SftpFiles(account, seconds=30)).submit(AMessage())
        assert (refused.value.code, server.sign_ins) == ("HOST_KEY", 0)


def test_a_host_key_of_another_kind_is_no_better(tmp_path: Path) -> None:
    ed25519 = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIJbLpS5pAq7mSOjBmmvPWuU2QbCQBk4RQUiu3Cq2QfhM"
    with sftp_server(tmp_path) as server:
        account = SftpLogin.at(server.address, host_key=ed25519, password=PASSWORD)
        with pytest.raises(Unreachable) as refused:
            FolderAccessPoint(SftpFiles(account, seconds=30)).submit(AMessage())
        assert (refused.value.code, server.sign_ins) == ("HOST_KEY_KIND", 0)


def test_a_wrong_password_is_denied(tmp_path: Path) -> None:
    with sftp_server(tmp_path) as server:
        with pytest.raises(Unreachable) as refused:
            FolderAccessPoint(files_at(server, password="wrong")).submit(AMessage())  # noqa: S106
        assert refused.value.code == "PASSWORD_REFUSED"


def test_we_sign_in_by_key_with_its_password(tmp_path: Path) -> None:
    import io

    import paramiko

    key = paramiko.ECDSAKey.generate()
    text = io.StringIO()
    key.write_private_key(text, password="of the key")  # noqa: S106
    with sftp_server(tmp_path, known_user_key=key) as server:
        more = {"password": "", "key": text.getvalue(), "key_password": "of the key"}
        files = files_at(server, **more)
        FolderAccessPoint(files).submit(AMessage())
        files.close()
        with pytest.raises(ValueError, match="private key"):
            files_at(server, **{**more, "key_password": "another"})
    assert [path.suffix for path in tmp_path.rglob("*.*")] == [".xml"]


def test_a_connection_that_is_known_to_be_cut_is_made_again(tmp_path: Path) -> None:
    with sftp_server(tmp_path) as server:
        account = FolderAccessPoint(files_at(server))
        account.submit(AMessage(1))
        server.cut()
        # Our side notices the end before it is used again, and then says so in other words.
        sleep(0.3)
        account.submit(AMessage(2))


def test_a_connection_that_was_cut_is_made_again(tmp_path: Path) -> None:
    with sftp_server(tmp_path) as server:
        files = files_at(server)
        account = FolderAccessPoint(files)
        account.submit(AMessage(1))
        server.cut()
        account.submit(AMessage(2))
        server.cut()
        assert references(account) == []
        assert server.sign_ins == 3
        files.close()
    assert len(list(tmp_path.rglob("*.xml"))) == 2


def test_a_claim_whose_answer_was_lost_is_a_claim(tmp_path: Path) -> None:
    (tmp_path / "invoice.xml").write_bytes(order("1"))
    with sftp_server(tmp_path, loses_answer_to={"rename"}) as server:
        files = files_at(server)
        operator = FolderAccessPoint(files, layout=OPERATOR)
        assert operator.fetch("invoice.xml") == order("1")
        files.close()
    assert server.loses_answer_to == set()
    assert [path.name for path in tmp_path.iterdir()] == ["invoice.xml.downloading"]


def test_a_message_whose_answer_was_lost_and_that_was_taken_meanwhile_is_not_laid_again(
    tmp_path: Path,
) -> None:
    taken: list[bytes] = []

    def take() -> None:
        (laid,) = (tmp_path / "send").glob("*.xml")
        taken.append(laid.read_bytes())
        laid.unlink()

    with sftp_server(tmp_path, loses_answer_to={"posix_rename"}, then=take) as server:
        files = files_at(server)
        FolderAccessPoint(files, layout=OPERATOR).submit(AMessage())
        files.close()
    assert taken == [AMessage().body]
    assert list((tmp_path / "send").iterdir()) == [], "the operator has it once"


def test_a_server_that_is_not_there_is_unreachable(tmp_path: Path) -> None:
    with sftp_server(tmp_path) as server:
        files = files_at(server)
        account = FolderAccessPoint(files)
        account.submit(AMessage(1))
    for verb in (lambda: account.submit(AMessage(2)), lambda: references(account)):
        with pytest.raises(Unreachable):
            verb()
    files.close()


def test_a_server_without_the_overwriting_rename_keeps_one_whole_file(tmp_path: Path) -> None:
    with sftp_server(tmp_path, knows_posix_rename=False) as server:
        files = files_at(server)
        account = FolderAccessPoint(files)
        account.submit(AMessage())
        account.submit(AMessage())
        files.close()
    (file,) = (tmp_path / "outbox").rglob("*.*")
    assert file.read_bytes() == AMessage().body


def test_links_at_the_server_are_not_followed_and_large_files_are_never_cut(
    tmp_path: Path,
) -> None:
    inbox = tmp_path / "inbox"
    inbox.mkdir()
    (tmp_path / "secret").write_bytes(b"secret")
    (inbox / "link.xml").symlink_to(tmp_path / "secret")
    (inbox / "large.xml").write_bytes(b"x" * 300_000)
    with sftp_server(tmp_path) as server:
        files = files_at(server)
        account = FolderAccessPoint(files, size_largest=100_000)
        assert references(account) == ["large.xml"]
        with pytest.raises(TooLarge):
            account.fetch("large.xml")
        assert len(FolderAccessPoint(files, size_largest=300_000).fetch("large.xml")) == 300_000
        with pytest.raises(Gone):
            account.fetch("link.xml")
        files.close()


def test_the_settings_open_an_account_in_a_folder_of_its_own(tmp_path: Path) -> None:
    (tmp_path / "af" / "test").mkdir(parents=True)
    with sftp_server(tmp_path) as server:
        settings = Settings.model_validate(
            {
                "access_point_kind": "sftp",
                "access_point_address": f"{server.address}/af/test",
                "access_point_layout": "operator",
                "access_point_sftp_host_key": f"[127.0.0.1]:{server.port} {server.host_key_line}",
                "access_point_sftp_password": PASSWORD,
            }
        )
        with opened_access_point(settings) as ours:
            assert ours.name == "sftp"
            ours.submit(AMessage())
            (tmp_path / "af" / "test" / "f.xml").write_bytes(order("1"))
            (arrival,) = ours.inbound()
            assert ours.fetch(arrival.reference) == order("1")
    assert len(list((tmp_path / "af" / "test" / "send").glob("*.xml"))) == 1


@pytest.mark.parametrize("line", ["", "ssh-ed25519", "ssh-ed25519 !!!", "ssh-ed25519 AAAA", "no key at all"])
def test_a_host_key_that_cannot_be_read_is_refused(line: str) -> None:
    with pytest.raises(ValueError, match="host key"):
        public_key(line)


@pytest.mark.parametrize(
    "address", ["sftp://host/x", "https://a@host", "sftp://a:b@host/", "sftp://a@host/../x", "host"]
)
def test_an_address_that_is_no_account_is_refused(address: str) -> None:
    with pytest.raises(ValueError, match="write"):
        SftpLogin.at(address, host_key="")


def test_a_place_without_second_names_moves_in_one_step_and_overwrites_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def no_links(*_: object, **__: object) -> None:
        raise PermissionError(errno.EPERM, "Operation not permitted")

    monkeypatch.setattr(os, "link", no_links)
    (tmp_path / "inbox").mkdir()
    folder = FolderAccessPoint(tmp_path)
    for number in ("1", "2"):
        (tmp_path / "inbox" / "a.xml").write_bytes(order(number))
        folder.acknowledge("a.xml")
    kept = {path.name: path.read_bytes() for path in (tmp_path / "collected").iterdir()}
    assert kept == {"a.xml": order("1"), "a~2.xml": order("2")}


@pytest.mark.parametrize("layout", [PLAIN, OPERATOR, OXALIS])
def test_what_a_killed_writer_left_is_taken_away_when_it_is_an_hour_old(
    tmp_path: Path, layout: Layout
) -> None:
    (tmp_path / layout.outbox / "x").mkdir(parents=True)
    left = tmp_path / layout.outbox / "x" / "order-1-2.xml.0a1b2c3d.tmp"
    theirs = tmp_path / layout.outbox / "x" / "theirs.tmp"
    for each in (left, theirs):
        each.write_bytes(b"half")
    FolderAccessPoint(tmp_path, layout=layout, clock=a_while_later).submit(AMessage(1))
    assert left.exists(), "it may still be written"
    much_later = datetime.now(UTC) + timedelta(hours=2)
    FolderAccessPoint(tmp_path, layout=layout, clock=lambda: much_later).submit(AMessage(2))
    assert (left.exists(), theirs.exists()) == (False, True)
