"""A real PgBouncer of the distribution before a PostgreSQL server of the tests, as docs/operating.md prints it.

What is tried is what is printed: the block is read from the page, and only places, sign-in and sizes are others. It
listens on a socket in a private folder, and runs as the server's own account, since it refuses root as the server does.
"""

import signal
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import gettempdir
from typing import Final
from urllib.parse import quote

from tests.support.servers import postgresql_keeper as keeper
from tests.support.servers.proxies import changed, printed
from tests.system_packages import server

_STARTS_WITHIN: Final = 20.0
_PORT: Final = 6432
USERS: Final = ("postgres", "billing")


@dataclass
class PgBouncer:
    """Its files, and the pooler while it runs."""

    program: str
    account: keeper.Account | None
    home: Path
    process: subprocess.Popen[bytes] | None = None

    def url(self, database: str, *, user: str = "postgres") -> str:
        """The URL of a database of the server behind it."""
        return f"postgresql://{user}@/{database}?host={quote(str(self.home))}&port={_PORT}"

    def start(self) -> None:
        """Start it and wait until it takes connections."""
        self.process = keeper.run_as(self.account, [self.program, self.home / "pgbouncer.ini"], self.home)
        ends = time.monotonic() + _STARTS_WITHIN
        while self.process.poll() is None and time.monotonic() < ends:
            with socket.socket(socket.AF_UNIX) as trying:
                try:
                    trying.connect(str(self.home / f".s.PGSQL.{_PORT}"))
                    return
                except OSError:
                    time.sleep(0.02)
        raise AssertionError(f"PgBouncer does not start. {keeper.last_words(self.home)}")

    def kill(self) -> None:
        """As a crash of its process: every client and every server loses it at once."""
        assert self.process is not None
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()
        (self.home / f".s.PGSQL.{_PORT}").unlink(missing_ok=True)
        self.process = None


@contextmanager
def pgbouncer(socket_folder: str, **settings: str) -> Iterator[PgBouncer]:
    """PgBouncer before the server that listens in the folder; these settings stand in the place of what is printed."""
    program = server("pgbouncer")
    assert program, "No PgBouncer: run `python -m tests.system_packages`."
    with ExitStack() as leaving:
        account = keeper.account_for_server()
        home = keeper.private_folder(Path(gettempdir()), account, leaving)
        (home / "users").write_text("".join(f'"{each}" ""\n' for each in USERS))
        text = changed(
            printed("pgbouncer"),
            {
                "host=db.example port=5432": f"host={socket_folder}",
                "listen_addr = 127.0.0.1": f"unix_socket_dir = {home}",
                "auth_type = scram-sha-256": "auth_type = trust",
                "/etc/pgbouncer/userlist.txt": str(home / "users"),
            },
        )
        # The last word holds.
        (home / "pgbouncer.ini").write_text(
            text + "".join(f"{name} = {value}\n" for name, value in settings.items())
        )
        pooler = PgBouncer(program, account, home)
        pooler.start()
        try:
            yield pooler
        finally:
            if pooler.process is not None:
                pooler.kill()
