"""What a real SFTP server says no to, each in its own sentence; a restart, an idle time-out, a key that changes."""

import shutil
import subprocess
import sys
import time
from pathlib import Path

import pytest

from peppol.access_points.error_sentences import sentence_of_answer
from peppol.access_points.folder import FolderAccessPoint
from peppol.access_points.layouts import OPERATOR
from peppol.access_points.probing import ProbeStep
from peppol.access_points.protocol import Unreachable
from tests.support.servers.access_points import AMessage, order
from tests.support.servers.cutting_proxy import cutting_proxy
from tests.support.servers.ssh_servers import SshServer, a_key, openssh, proftpd

WRONG = "fel"


@pytest.mark.parametrize(
    ("line", "code"),
    [
        ("KexAlgorithms diffie-hellman-group14-sha1", "NO_COMMON_KEY_EXCHANGE"),
        ("Ciphers chacha20-poly1305@openssh.com", "NO_COMMON_CIPHER"),
        ("MACs umac-64@openssh.com\nCiphers aes256-ctr", "NO_COMMON_MAC"),
        ("AuthenticationMethods publickey,password", "SIGN_IN_MORE"),
        ("PubkeyAuthentication no", "SIGN_IN_METHOD"),
        ("AllowUsers nobody-of-that-name", "KEY_REFUSED"),
        ("ForceCommand /bin/false", "NO_SFTP"),
    ],
)
def test_what_openssh_does_not_have_in_common_with_us_is_told_by_name(
    tmp_path: Path, line: str, code: str
) -> None:
    with openssh(tmp_path / "server", tmp_path, line) as server:
        with pytest.raises(Unreachable) as refused:
            FolderAccessPoint(server.files()).submit(AMessage())
        assert refused.value.code == code
        assert refused.value.host == f"127.0.0.1:{server.port}"


_TRIES = """
import sys
from peppol.access_points.protocol import Unreachable
from peppol.access_points.sftp import SftpFiles
from peppol.access_points.sftp_login import SftpLogin
try:
    SftpFiles(SftpLogin("127.0.0.1", "x", sys.argv[2], int(sys.argv[1])), seconds=20).find("x")
except Unreachable as error:
    print(error.code)
"""


def test_the_library_writes_no_trace_among_our_lines(tmp_path: Path) -> None:
    with openssh(tmp_path / "server", tmp_path, "Ciphers chacha20-poly1305@openssh.com") as server:
        command = [sys.executable, "-c", _TRIES, str(server.port), server.host_key]
        told = subprocess.run(command, capture_output=True, check=True, text=True)
    assert (told.stdout.strip(), told.stderr) == ("NO_COMMON_CIPHER", "")


def test_a_key_or_password_that_the_server_does_not_know_is_told_as_such(
    openssh_server: SshServer, proftpd_server: SshServer, tmp_path: Path
) -> None:
    strange, _ = a_key(tmp_path / "strange")
    told = {}
    for server, more in (
        (openssh_server, {"key": strange}),
        (openssh_server, {"key": "", "password": WRONG}),
        (proftpd_server, {"password": WRONG}),
        (proftpd_server, {"key": strange, "password": ""}),
    ):
        with pytest.raises(Unreachable) as refused:
            list(FolderAccessPoint(server.files(**more)).inbound())
        told[server.user, *more] = refused.value.code
    assert list(told.values()) == ["KEY_REFUSED", "PASSWORD_REFUSED", "PASSWORD_REFUSED", "SIGN_IN_METHOD"]
    assert len({sentence_of_answer(code, host="h", answer=code).sv for code in told.values()}) == 3


def test_a_host_key_that_changes_while_we_are_connected_gets_nothing_more(
    tmp_path: Path, openssh_server: SshServer
) -> None:
    root = tmp_path / "root"
    root.mkdir()
    with openssh(tmp_path / "other", root) as other, cutting_proxy(openssh_server.port) as proxy:
        point = FolderAccessPoint(openssh_server.files(port=proxy.port))
        point.submit(AMessage(1))
        proxy.target = other.port
        proxy.cut_now()
        with pytest.raises(Unreachable) as refused:
            point.submit(AMessage(2))
    assert refused.value.code == "HOST_KEY"
    assert refused.value.words.startswith("SHA256:")
    assert list(root.iterdir()) == []


def test_a_server_that_is_restarted_is_used_again_by_every_verb(tmp_path: Path) -> None:
    root = tmp_path / "root"
    (root / "inbox").mkdir(parents=True)
    (root / "inbox" / "a.xml").write_bytes(order("1"))
    with openssh(tmp_path / "server", root) as server, cutting_proxy(server.port) as proxy:
        files = server.files(port=proxy.port)
        point = FolderAccessPoint(files)
        verbs = (
            lambda: point.submit(AMessage()),
            lambda: point.status(AMessage().instance_id, "outbox/x.xml"),
            lambda: list(point.inbound()),
            lambda: point.fetch("a.xml"),
            lambda: point.acknowledge("a.xml"),
        )
        for verb in verbs:
            server.stop()
            proxy.cut_now()
            for _ in range(2):
                with pytest.raises(Unreachable) as away:
                    verb()
                assert away.value.code in ("NOT_SSH", "CUT", "NOTHING_LISTENS")
                files.close()
            server.start()
            verb()
    assert [path.name for path in (root / "collected").iterdir()] == ["a.xml"]


def test_a_session_that_an_idle_server_ended_is_made_again(tmp_path: Path) -> None:
    root = tmp_path / "root"
    root.mkdir()
    # The server counts signing in as idle too, and a busy machine takes more than a second for that.
    with proftpd(tmp_path / "server", root, "TimeoutIdle 4") as server:
        point = FolderAccessPoint(server.files())
        point.submit(AMessage(1))
        time.sleep(5.5)
        point.submit(AMessage(2))
    assert len(list(root.rglob("*.xml"))) == 2
    assert list(root.rglob("*.tmp")) == []


def test_both_steps_of_signing_in_are_taken_where_the_server_wants_both(tmp_path: Path) -> None:
    root = tmp_path / "root"
    root.mkdir()
    # The password is wrong: that it is asked for after the key shows that the key was taken.
    with openssh(tmp_path / "server", root, "AuthenticationMethods publickey,password") as server:
        with pytest.raises(Unreachable) as refused:
            server.files(password=WRONG).find("x")
        assert refused.value.code == "PASSWORD_REFUSED"


def test_closing_never_raises(tmp_path: Path, openssh_server: SshServer) -> None:
    with cutting_proxy(openssh_server.port) as proxy:
        files = openssh_server.files(port=proxy.port)
        files.find("x")
        proxy.cut_now()
        files.close()
        files.close()


def test_checking_says_which_step_a_real_account_fails_at(tmp_path: Path) -> None:
    root = tmp_path / "root"
    (root / "inbox").mkdir(parents=True)
    with proftpd(
        tmp_path / "server", root, "<Directory />\n<Limit RENAME STOR>\nDenyAll\n</Limit>\n</Directory>"
    ) as server:
        operator = FolderAccessPoint(server.files(), layout=OPERATOR)
        steps = {each.step: each.error and each.error.code for each in operator.probe()}
    assert steps[ProbeStep.SIGN_IN] is None
    assert steps[ProbeStep.LIST] is None
    assert steps[ProbeStep.PUT_AWAY] == "ROOT_READ_ONLY"
    shutil.rmtree(root)
