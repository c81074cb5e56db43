"""Real SFTP servers on this machine, from the distribution: OpenSSH and ProFTPD, each over one folder on a free port.

As root or as a plain user alike: the account is whoever runs the tests, who signs in by key; ProFTPD has an account of
its own with a password. Started with `more` lines of configuration, which come first and so hold.
"""

import getpass
import grp
import os
import socket
import subprocess
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from peppol.access_points.sftp import SftpFiles
from peppol.access_points.sftp_login import SftpLogin

SSHD: Final = "/usr/sbin/sshd"
PROFTPD: Final = "/usr/sbin/proftpd"
PASSWORD: Final = "losen"
_STARTS_WITHIN: Final = 20.0
_ENDS_WITHIN: Final = 10.0


@dataclass
class SshServer:
    """A server that runs: where, who signs in and how, and its host key as a line of known_hosts."""

    port: int
    user: str
    folder: Path
    host_key: str
    key: str
    command: Sequence[str]
    log: Path
    process: "subprocess.Popen[bytes] | None" = None
    opened: list[SftpFiles] = field(default_factory=list)

    def login(self, **more: object) -> SftpLogin:
        """The account, at the server or at a proxy before it (`port`)."""
        settings: dict[str, object] = {
            "host": "127.0.0.1",
            "user": self.user,
            "host_key": self.host_key,
            "port": self.port,
            "key": self.key,
            "password": "" if self.key else PASSWORD,
        }
        return SftpLogin(**{**settings, **more})  # type: ignore[arg-type]

    def files(self, **more: object) -> SftpFiles:
        """The account's files; closed when the server ends."""
        files = SftpFiles(self.login(**more), seconds=20)
        self.opened.append(files)
        return files

    def start(self) -> None:
        """Start it, and wait until it listens."""
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(self.command, stdout=log, stderr=log)
        ends = time.monotonic() + _STARTS_WITHIN
        while time.monotonic() < ends and self.process.poll() is None:
            try:
                socket.create_connection(("127.0.0.1", self.port), timeout=1).close()
            except OSError:
                time.sleep(0.05)
            else:
                return
        raise AssertionError(
            f"{self.command[0]} does not start: {self.log.read_text(errors='replace')[-2000:]}"
        )

    def stop(self) -> None:
        """End it as a restart does: it listens no more, and its sessions end."""
        if self.process is None:
            return
        self.process.terminate()
        self.process.wait(_ENDS_WITHIN)
        self.process = None


def a_key(path: Path, kind: str = "ed25519") -> tuple[str, str]:
    """A new pair of keys: the private one as text, the open one as a line."""
    command = ["ssh-keygen", "-q", "-t", kind, "-N", "", "-f", str(path)]
    subprocess.run(command, check=True, stdin=subprocess.DEVNULL)
    return path.read_text(), " ".join(path.with_suffix(".pub").read_text().split()[:2])


def free_port() -> int:
    """A port that nobody listens at now."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        return int(listening.getsockname()[1])


@contextmanager
def openssh(folder: Path, root: Path, *more: str) -> Iterator[SshServer]:
    """OpenSSH with its own sftp-server, over `root`; its keys and log lie in `folder`."""
    folder.mkdir(parents=True, exist_ok=True)
    if os.geteuid() == 0:
        Path("/run/sshd").mkdir(mode=0o755, exist_ok=True)
    _, host_key = a_key(folder / "host")
    key, public = a_key(folder / "account")
    (folder / "authorized").write_text(public + "\n")
    port = free_port()
    lines = [
        *more,
        f"Port {port}",
        "ListenAddress 127.0.0.1",
        f"HostKey {folder / 'host'}",
        f"PidFile {folder / 'sshd.pid'}",
        f"AuthorizedKeysFile {folder / 'authorized'}",
        "StrictModes no",
        "UsePAM no",
        "PermitRootLogin yes",
        "PasswordAuthentication yes",
        "KbdInteractiveAuthentication no",
        "UseDNS no",
        "MaxStartups 200",
        f"Subsystem sftp internal-sftp -d {root}",
    ]
    config = folder / "sshd_config"
    # Newer ones shut an address out that has failed; this one fails on purpose.
    config.write_text("\n".join(["PerSourcePenalties no", *lines]) + "\n")
    if subprocess.run([SSHD, "-t", "-f", str(config)], capture_output=True, check=False).returncode:
        config.write_text("\n".join(lines) + "\n")
    command = (SSHD, "-D", "-e", "-f", str(config))
    yield from _running(SshServer(port, getpass.getuser(), root, host_key, key, command, folder / "log"))


@contextmanager
def proftpd(folder: Path, root: Path, *more: str) -> Iterator[SshServer]:
    """ProFTPD with mod_sftp over `root`, for an account `rusta` with a password."""
    folder.mkdir(parents=True, exist_ok=True)
    a_key(folder / "host-new")
    command = [
        "ssh-keygen",
        "-q",
        "-t",
        "rsa",
        "-b",
        "2048",
        "-m",
        "PEM",
        "-N",
        "",
        "-f",
        str(folder / "host"),
    ]
    subprocess.run(command, check=True, stdin=subprocess.DEVNULL)
    host_key = " ".join((folder / "host.pub").read_text().split()[:2])
    hashed = subprocess.run(
        ["openssl", "passwd", "-6", PASSWORD],
        capture_output=True,
        check=True,
        text=True,
    ).stdout.strip()
    accounts = folder / "accounts"
    accounts.write_text(f"rusta:{hashed}:{os.geteuid()}:{os.getegid()}::{root}:/bin/sh\n")
    accounts.chmod(0o600)
    port = free_port()
    runs_as = "root" if os.geteuid() == 0 else getpass.getuser()
    lines = [
        "ModulePath /usr/lib/proftpd",
        "LoadModule mod_sftp.c",
        "ServerType standalone",
        "DefaultAddress 127.0.0.1",
        "UseIPv6 off",
        f"Port {port}",
        f"User {runs_as}",
        f"Group {grp.getgrgid(os.getegid()).gr_name}",
        "ControlsEngine off",
        f"PidFile {folder / 'proftpd.pid'}",
        "ScoreboardFile none",
        "DelayEngine off",
        "RequireValidShell off",
        "RootLogin on",
        "UseReverseDNS off",
        "AuthOrder mod_auth_file.c",
        f"AuthUserFile {accounts}",
        "SFTPEngine on",
        f"SFTPHostKey {folder / 'host'}",
        "SFTPAuthMethods password",
        f"SFTPLog {folder / 'sftp.log'}",
        "AllowOverwrite on",
        "MaxInstances 200",
        *more,
    ]
    config = folder / "proftpd.conf"
    config.write_text("\n".join(lines) + "\n")
    server = SshServer(port, "rusta", root, host_key, "", (PROFTPD, "-n", "-c", str(config)), folder / "log")
    yield from _running(server)


def _running(server: SshServer) -> Iterator[SshServer]:
    server.start()
    try:
        yield server
    finally:
        for each in server.opened:
            each.close()
        server.stop()
