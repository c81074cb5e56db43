"""A PostgreSQL server of a test's own, which can be killed, started again, and made to hang."""

import os
import signal
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import gettempdir
from urllib.parse import quote

from tests.support.servers import postgresql_keeper as keeper

# What was committed outlives a crash of the server, though not of the machine.
_SURVIVES = {"synchronous_commit": "on", "full_page_writes": "on", "wal_level": "replica"}


@dataclass
class StoppablePostgresql:
    """The server's files, and the server while it runs."""

    programs: Path
    account: keeper.Account | None
    home: Path
    data: Path
    settings: Mapping[str, str] = field(default_factory=dict)
    server: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        """The URL of its one database, through the socket in its private folder."""
        return f"postgresql+psycopg://postgres@/postgres?host={quote(str(self.home))}"

    def start(self) -> None:
        """Start it, after a crash as well."""
        settings = [
            f"--{name}={value}" for name, value in (keeper.SETTINGS | _SURVIVES | dict(self.settings)).items()
        ]
        program: list[str | Path] = [self.programs / "postgres", "-D", self.data, "-k", self.home, *settings]
        self.server = keeper.run_as(self.account, program, self.home)
        keeper.wait_until_ready(self.server, self.data, self.home)

    def stop(self) -> None:
        """As `pg_ctl stop -m immediate`: every process ends at once, and nothing is tidied."""
        assert self.server is not None
        self.server.send_signal(signal.SIGQUIT)
        self.server.wait()
        self.server = None

    def crash(self) -> None:
        """As if its machine were gone: every process is killed before it can do or say anything more."""
        assert self.server is not None
        # Stopped first, so that none is born or tidies up while the others die.
        os.kill(self.server.pid, signal.SIGSTOP)
        for process in (*self._children(), self.server.pid):
            os.kill(process, signal.SIGKILL)
        self.server.wait()
        self.server = None
        (self.data / "postmaster.pid").unlink(missing_ok=True)

    @contextmanager
    def hanging(self) -> Iterator[None]:
        """None of its processes does anything until the block ends."""
        stopped = [self.server.pid, *self._children()] if self.server else []
        for process in stopped:
            os.kill(process, signal.SIGSTOP)
        try:
            yield
        finally:
            for process in stopped:
                os.kill(process, signal.SIGCONT)

    def _children(self) -> list[int]:
        assert self.server is not None
        found = Path(f"/proc/{self.server.pid}/task/{self.server.pid}/children").read_text()
        return [int(each) for each in found.split()]


@contextmanager
def stoppable_server(**settings: str) -> Iterator[StoppablePostgresql]:
    """A server that runs, with these settings besides; stopped and forgotten afterwards."""
    with _prepared(settings) as server:
        options = ["--username=postgres", "--auth=trust", "--encoding=UTF8", "--locale=C", "--no-sync"]
        _run(server, "initdb", "-D", str(server.data), *options)
        server.start()
        yield server


@contextmanager
def copied_server(of: StoppablePostgresql, *more: str, **settings: str) -> Iterator[StoppablePostgresql]:
    """A server's files as `pg_basebackup` copies them while it works; not started yet.

    `more` are options of pg_basebackup: `--write-recovery-conf` makes a standby of it.
    """
    with _prepared({**of.settings, **settings}) as server:
        host = f"--host={of.home}"
        _run(
            server,
            "pg_basebackup",
            host,
            "--username=postgres",
            "--checkpoint=fast",
            f"--pgdata={server.data}",
            *more,
        )
        yield server


@contextmanager
def _prepared(settings: Mapping[str, str]) -> Iterator[StoppablePostgresql]:
    with ExitStack() as leaving:
        account = keeper.account_for_server()
        home = keeper.private_folder(Path(gettempdir()), account, leaving)
        data = keeper.private_folder(keeper.roomy_folder(), account, leaving)
        programs = keeper.within_reach(keeper.find_programs(keeper.program_folders()), account, home)
        server = StoppablePostgresql(programs, account, home, data, settings)
        try:
            yield server
        finally:
            if server.server is not None:
                server.stop()


def verify_copy(server: StoppablePostgresql) -> None:
    """As `pg_verifybackup` does before the copy is used."""
    _run(server, "pg_verifybackup", str(server.data))


def _run(server: StoppablePostgresql, program: str, *given: str) -> None:
    ended = keeper.run_as(server.account, [server.programs / program, *given], server.home).wait()
    assert ended == 0, keeper.last_words(server.home)
