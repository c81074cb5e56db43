"""What the network's tests share: real servers on free ports, and a portal whose providers stand in a file."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

import pytest
from argon2 import PasswordHasher
from cryptography.fernet import Fernet

from accounts import passwords
from billing.tools.demo import people
from orders.register import store as register_store
from tests.support.pages.browser import Site, portal
from tests.support.servers.ssh_servers import SshServer, openssh, proftpd
from tests.support.servers.system_databases import CLOCK, migrated
from tests.support.stories.system import example_register

SEALING = Fernet.generate_key().decode()
Portal = Callable[..., AbstractContextManager[Site]]


@pytest.fixture(autouse=True)
def quick_hashes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(passwords, "_hasher", PasswordHasher(time_cost=1, memory_cost=16, parallelism=1))


@pytest.fixture
def portal_of(tmp_path: Path) -> Portal:
    """A portal of the demo's people with these providers: TOML, and their secrets."""

    @contextmanager
    def opened(toml: str, secrets: Mapping[str, str] | None = None) -> Iterator[Site]:
        url = f"sqlite:///{tmp_path / 'billing.sqlite'}"
        database = migrated(url)
        with database.writing() as session:
            register_store.save(session, example_register(), at=CLOCK, actor="test")
            people.move_in(session, example_register(), at=CLOCK)
        database.close()
        file = tmp_path / "providers.toml"
        file.write_text(toml, encoding="utf-8")
        with portal(
            url,
            second_step=False,
            secret_keys=SEALING,
            openid_file=str(file),
            openid_secrets=dict(secrets or {}),
        ) as site:
            yield site

    return opened


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
