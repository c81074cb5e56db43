"""The real parts that the network's tests share: started once, on free ports of this machine."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.servers.ssh_servers import SshServer, openssh, proftpd


@pytest.fixture(scope="module")
def openssh_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SshServer]:
    """OpenSSH over an empty folder."""
    yield from _running(openssh, tmp_path_factory.mktemp("openssh"))


@pytest.fixture(scope="module")
def proftpd_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SshServer]:
    """ProFTPD with mod_sftp over an empty folder."""
    yield from _running(proftpd, tmp_path_factory.mktemp("proftpd"))


def _running(server: object, folder: Path) -> Iterator[SshServer]:
    root = folder / "root"
    root.mkdir()
    with server(folder / "server", root) as running:  # type: ignore[operator]
        yield running
