"""The demo's books for tests: played once a worker, and a fresh copy for whoever asks.

Convention: the day is the last of the demo's story, the people are those of demo_people.py. SQLite copies the file,
PostgreSQL the database.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, time
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

from billing.tools.demo.playing import play
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


@cache
def _played() -> bytes:
    with TemporaryDirectory() as folder:
        play(story(), url=f"sqlite:///{folder}/billing.sqlite", folder=Path(folder))
        return Path(folder, "billing.sqlite").read_bytes()


def books(folder: Path) -> str:
    """The URL of a copy of the books, in this folder."""
    path = folder / "demo.sqlite"
    path.write_bytes(_played())
    return f"sqlite:///{path}"


_kept_by: list[PostgresqlServer] = []


def books_on_postgresql(server: PostgresqlServer) -> str:
    """The URL of a copy of the books, in place of the last test's database."""
    if server in _kept_by:
        return server.like("demo")
    url = server.empty()
    with TemporaryDirectory() as folder:
        play(story(), url=url, folder=Path(folder))
    server.keep("demo")
    _kept_by.append(server)
    return url


@contextmanager
def demo_site(folder: Path, **settings: bool | str) -> Iterator[Site]:
    """The portal over a copy of the books."""
    given = {"second_step": False, **settings}
    with portal(books(folder), clock=noon, **given) as site:  # type: ignore[arg-type]
        yield site
