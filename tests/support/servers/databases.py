"""A real PostgreSQL server for the tests: started from nothing, a new database for each test, gone afterwards.

The server belongs to a keeper (postgresql_keeper.py), a process of its own that
waits for the end of its standard input. The operating system closes that pipe
however the test run ends, also after Ctrl-C or a kill, so neither server nor
files stay behind. Each worker of pytest-xdist has its own server.
"""

import json
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from urllib.parse import quote

import psycopg
from psycopg import sql

from tests.support.project import PROJECT

THE_TESTS = "tests"
KEEPER = (sys.executable, "-m", "tests.support.servers.postgresql_keeper")


class NoPostgresql(Exception):
    """No server could be had; the sentence says what was tried and what to install."""


@dataclass(frozen=True, slots=True)
class PostgresqlServer:
    """A running server, reached only through the socket in its private folder."""

    socket_folder: str

    @property
    def url(self) -> str:
        """The SQLAlchemy URL of the database the tests have, one after the other."""
        return f"postgresql+psycopg://postgres@/{THE_TESTS}?host={quote(self.socket_folder)}"

    def empty(self) -> str:
        """A new database with nothing in it in place of the last test's, and its URL."""
        return self._copy_of("template0", THE_TESTS)

    def keep(self, name: str) -> None:
        """Keep the tests' database as it is now under this name, for `like`."""
        self._copy_of(THE_TESTS, name)

    def like(self, name: str) -> str:
        """A copy of the kept database in place of the last test's, and its URL."""
        return self._copy_of(name, THE_TESTS)

    def _copy_of(self, template: str, name: str) -> str:
        """Copying files takes a tenth of the time that making the tables anew does; no log is written twice."""
        with psycopg.connect(
            host=self.socket_folder, user="postgres", dbname="postgres", autocommit=True
        ) as connection:
            # A connection that was forgotten would keep the database, or hold it up as a template.
            connection.execute(
                "SELECT pg_terminate_backend(pid, 10000) FROM pg_stat_activity WHERE datname = ANY(%s)",
                [[template, name]],
            )
            connection.execute(
                sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name))
            )
            strategy = sql.SQL("STRATEGY file_copy" if connection.info.server_version >= 150000 else "")
            connection.execute(
                sql.SQL("CREATE DATABASE {} TEMPLATE {} {}").format(
                    sql.Identifier(name), sql.Identifier(template), strategy
                )
            )
        return self.url


@contextmanager
def running_server(keeper_program: Sequence[str] = KEEPER) -> Iterator[PostgresqlServer]:
    """Start a server and give it; afterwards stop it and delete its files.

    Raises NoPostgresql when there is no program to run or it does not start.
    """
    with subprocess.Popen(
        keeper_program,
        cwd=PROJECT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        # Ctrl-C reaches every process of the terminal's group; the keeper outlives it to clean up.
        start_new_session=True,
    ) as keeper:
        assert keeper.stdin is not None
        assert keeper.stdout is not None
        try:
            answer = keeper.stdout.readline()
            if not answer:
                raise NoPostgresql(
                    "The keeper of the PostgreSQL server ended without a word; see its errors above."
                )
            told = json.loads(answer)
            if "refused" in told:
                raise NoPostgresql(told["refused"])
            yield PostgresqlServer(told["socket_folder"])
        finally:
            keeper.stdin.close()
            keeper.wait()
