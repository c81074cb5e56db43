"""A real PostgreSQL server for the tests: started from nothing, emptied between tests, gone afterwards.

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

KEEPER = (sys.executable, "-m", "tests.support.servers.postgresql_keeper")


class NoPostgresql(Exception):
    """No server could be had; the sentence says what was tried and what to install."""


@dataclass(frozen=True, slots=True)
class PostgresqlServer:
    """A running server, reached only through the socket in its private folder."""

    socket_folder: str

    @property
    def url(self) -> str:
        """The SQLAlchemy URL of the server's one database."""
        return f"postgresql+psycopg://postgres@/postgres?host={quote(self.socket_folder)}"

    def empty(self) -> str:
        """End every other connection, take everything out of the database, and give its URL.

        One database is emptied again and again: making another takes 20 times as long on a disk.
        """
        with psycopg.connect(
            host=self.socket_folder, user="postgres", dbname="postgres", autocommit=True
        ) as connection:
            # A connection left in a transaction holds locks that DROP would wait for without end.
            connection.execute(
                "SELECT pg_terminate_backend(pid, 10000) FROM pg_stat_activity"
                " WHERE datname = current_database() AND pid <> pg_backend_pid()"
            )
            schemas = connection.execute(
                r"SELECT nspname FROM pg_namespace WHERE nspname NOT LIKE 'pg\_%'"
                " AND nspname <> 'information_schema'"
            ).fetchall()
            for (schema,) in schemas:
                connection.execute(sql.SQL("DROP SCHEMA {} CASCADE").format(sql.Identifier(schema)))
            connection.execute("CREATE SCHEMA public")
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
