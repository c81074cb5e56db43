"""`billing serve --workers`: several processes on one address, which stand in for one another until all are stopped."""

import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest
import uvicorn
from typer.testing import CliRunner
from uvicorn.importer import import_from_string

from billing.cli.cli import app
from billing.server import serving as product_serving
from tests.support.interrupting import heeding_interrupts
from tests.support.servers.system_databases import migrated

SERVE = (sys.executable, "-m", "billing.cli.cli", "serve", "--port", "0")


@contextmanager
def serving(url: str, *more: str) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """The command running, and the address it says it listens on; ended by Ctrl+C, and gone by itself then."""
    program = [*SERVE, *more, "--database", url]
    with heeding_interrupts(), subprocess.Popen(program, stderr=subprocess.PIPE, text=True) as server:
        assert server.stderr is not None
        said = server.stderr.readline()
        address = re.search(r"http://127\.0\.0\.1:\d+", said)
        assert address, said
        yield server, address[0]
        server.send_signal(signal.SIGINT)
        assert server.wait(timeout=30) == 0
        left = server.stderr.read()
        assert "Stoppad." in left
        assert "Traceback" not in left


def children(parent: int) -> set[int]:
    """The processes that answer for the command: those the server spawned, without the keeper of its resources."""
    found = set()
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            above = int(stat.read_text().rpartition(")")[2].split()[1])
            words = (stat.parent / "cmdline").read_text()
        except OSError:
            continue  # gone meanwhile
        if above == parent and "spawn_main" in words:
            found.add(int(stat.parent.name))
    return found


def until(holds: Callable[[], bool]) -> None:
    """Wait for it, half a minute at most."""
    ends = time.monotonic() + 30
    while not holds():
        assert time.monotonic() < ends
        time.sleep(0.1)


def answers(address: str) -> bool:
    try:
        return httpx.get(f"{address}/readyz", trust_env=False, timeout=20).status_code == 200
    except httpx.TransportError:
        return False


def another_follows(server: subprocess.Popen[str], address: str) -> None:
    """One of two processes is killed, another comes in its place, and visitors are answered all the time."""
    until(lambda: len(children(server.pid)) == 2)
    until(lambda: answers(address))
    dead = min(children(server.pid))
    os.kill(dead, signal.SIGKILL)
    until(lambda: len(children(server.pid) - {dead}) == 2)
    until(lambda: answers(address))


def test_a_process_that_dies_is_followed_by_another() -> None:
    """With a small application; the whole one is what `make test-slow` kills."""
    small = [sys.executable, "-m", "tests.support.servers.small_processes"]
    with heeding_interrupts(), subprocess.Popen(small, stdout=subprocess.PIPE, text=True) as server:
        assert server.stdout is not None
        another_follows(server, f"http://127.0.0.1:{int(server.stdout.readline())}")
        server.send_signal(signal.SIGINT)
        assert server.wait(timeout=30) == 0
    assert children(server.pid) == set()


def test_each_process_makes_the_whole_application_of_its_environment(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    begun: list[uvicorn.Config] = []

    class Begun:
        def __init__(self, config: uvicorn.Config, sockets: list[socket.socket]) -> None:
            begun.append(config)
            assert sockets[0].getsockname()[0] == "127.0.0.1"

        def run(self) -> None:
            """As if it were stopped at once."""

    url = f"sqlite:///{tmp_path / 'billing.sqlite'}"
    monkeypatch.setattr(product_serving, "Multiprocess", Begun)
    monkeypatch.setenv("BILLING_DATABASE_URL", "sqlite:///elsewhere.sqlite")
    migrated(url).close()
    answer = CliRunner().invoke(app, ["serve", "--port", "0", "--workers", "2", "--database", url])
    assert answer.exit_code == 0, answer.output
    (config,) = begun
    assert config.workers == 2
    assert config.factory
    made = import_from_string(str(config.app))()
    assert made.installation.first.url.database == str(tmp_path / "billing.sqlite")
    made.close()


@pytest.mark.slow
@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
def test_a_whole_process_that_dies_is_followed_by_another_and_visitors_go_on(database_url: str) -> None:
    migrated(database_url).close()
    with serving(database_url, "--workers", "2") as (server, address):
        another_follows(server, address)
    assert children(server.pid) == set()


def test_a_demo_answers_alone(tmp_path: Path) -> None:
    refused = CliRunner().invoke(app, ["serve", "--workers", "2", "--dir", str(tmp_path)])
    assert refused.exit_code == 1
    assert "Ta bort --workers eller --dir" in refused.stderr
