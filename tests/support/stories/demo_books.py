"""The demo for tests: played once a worker by its command, and a fresh copy of its books for whoever asks.

Convention: the day is the last of the demo's story, the people are those of demo_people.py. SQLite copies the file,
PostgreSQL the database.
"""

import atexit
import json
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

from typer.testing import CliRunner

from billing.cli.cli import app
from billing.tools.demo.story import Story, read_story
from tests.support.pages.browser import Site, portal
from tests.support.project import FIXTURES
from tests.support.servers.databases import PostgresqlServer

STORY = FIXTURES / "demo"


@cache
def story() -> Story:
    """What the demo plays."""
    return read_story(STORY)


def last_day() -> date:
    """The day the books stand at."""
    return story().last_day


def noon() -> datetime:
    """That day at noon."""
    return datetime.combine(last_day(), time(11), UTC)


@dataclass(frozen=True, slots=True)
class Demo:
    """One run of `billing demo`: its folder, what it said and ended with, and the summary it wrote."""

    folder: Path
    exit_code: int
    output: str
    summary: Mapping[str, object]

    @property
    def messages(self) -> dict[str, bytes]:
        """Every message that left, by its place in the outbox."""
        outbox = self.folder / "outbox"
        return {path.relative_to(outbox).as_posix(): path.read_bytes() for path in outbox.rglob("*.xml")}


def run_demo(folder: Path, *more: str) -> Demo:
    """Play the demo into the folder, by its command."""
    result = CliRunner().invoke(app, ["demo", "--dir", str(folder), *more])
    summary = folder / "summary.json"
    told = json.loads(summary.read_text(encoding="utf-8")) if summary.exists() else {}
    return Demo(folder, result.exit_code, result.output, told)


@cache
def _folder() -> Path:
    folder = TemporaryDirectory()
    atexit.register(folder.cleanup)
    return Path(folder.name)


@cache
def played() -> Demo:
    """The demo's run on SQLite, once a process; who changes anything in its folder takes a copy."""
    return run_demo(_folder() / "sqlite")


def books(folder: Path) -> str:
    """The URL of a copy of the books, in this folder."""
    path = folder / "demo.sqlite"
    shutil.copyfile(played().folder / "billing.sqlite", path)
    return f"sqlite:///{path}"


_on_postgresql: dict[PostgresqlServer, Demo] = {}


def played_on_postgresql(server: PostgresqlServer) -> Demo:
    """The demo's run on this server, once; its books are kept there as "demo"."""
    if server not in _on_postgresql:
        run = run_demo(_folder() / "postgresql", "--database", server.empty())
        server.keep("demo")
        _on_postgresql[server] = run
    return _on_postgresql[server]


def books_on_postgresql(server: PostgresqlServer) -> str:
    """The URL of a copy of the books, in place of the last test's database."""
    assert played_on_postgresql(server).exit_code == 0
    return server.like("demo")


@contextmanager
def demo_site(folder: Path, **settings: bool | str) -> Iterator[Site]:
    """The portal over a copy of the books."""
    given = {"second_step": False, **settings}
    with portal(books(folder), clock=noon, **given) as site:  # type: ignore[arg-type]
        yield site
