"""Databases for stories, whole and empty, made in milliseconds.

A database remembers the statements it has prepared, so each process opens one of each kind and
lets it lead to the story's own place. What a story says of its installation, such as its access point, ends with it:
the next one is lent the database as it was opened. Making the tables is the same every time: SQLite copies a
file, and PostgreSQL a database.
"""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import Engine, event, make_url

from billing.migrations.migrate import open_migrated
from foundation.database import Database, utc_now
from foundation.periods import Clock
from tests.support.servers.databases import PostgresqlServer

CLOCK = datetime(2026, 11, 21, 8, 0, tzinfo=UTC)


def _story_clock() -> datetime:
    return CLOCK


_SLOT = "sqlite:///story.sqlite"
_WHOLE = "whole"
_opened: dict[str, Database] = {}
_as_opened: Mapping[str, object] = {
    "clock": _story_clock,
    "has_true_clock": False,
    "marks": (),
    "facts": {},
    "refuse_other": None,
}
"""What may be said of a database after it is opened, as it is before anybody has."""
_files: dict[str, bytes] = {}
_kept: set[tuple[str, str]] = set()
_place: list[str] = []


def whole(url: str) -> Database:
    """The database at `url` with all its tables and nothing in them."""
    return filled(url, _WHOLE, lambda database: None)


def filled(url: str, name: str, fill: Callable[[Database], None]) -> Database:
    """The database at `url` with all its tables and what `fill` puts in; filled once a process under this name."""
    for each in _opened.values():
        vars(each).update(_as_opened)
    return _sqlite(url, name, fill) if url.startswith("sqlite") else _postgresql(url, name, fill)


def whole_file() -> bytes:
    """The file of SQLite with all tables and nothing in them; nothing where this process has made none."""
    return _files.get(_WHOLE, b"")


def migrated(url: str, *, clock: Clock = utc_now) -> Database:
    """As `open_migrated`, for tests that are not about it: a copy, opened for this test alone."""
    whole(url)
    return Database(url, clock=clock)


def _sqlite(url: str, name: str, fill: Callable[[Database], None]) -> Database:
    path = Path(str(make_url(url).database))
    if _WHOLE not in _files:
        open_migrated(url, clock=lambda: CLOCK).close()
        _files[_WHOLE] = path.read_bytes()
        event.listen(Engine, "do_connect", _lead_to_the_place)
        _opened[_SLOT] = Database(_SLOT, clock=_story_clock)
    _place[:] = [str(path)]
    path.touch(mode=0o600)
    path.write_bytes(_files.get(name, _files[_WHOLE]))
    if name not in _files:
        fill(_opened[_SLOT])
        _opened[_SLOT].close()
        _files[name] = path.read_bytes()
    return _opened[_SLOT]


def _postgresql(url: str, name: str, fill: Callable[[Database], None]) -> Database:
    server = PostgresqlServer(str(make_url(url).query["host"]))
    if url not in _opened:
        open_migrated(url, clock=lambda: CLOCK).close()
        server.keep(_WHOLE)
        _opened[url] = Database(url, clock=_story_clock)
    else:
        server.like(name if (url, name) in _kept else _WHOLE)
    if name != _WHOLE and (url, name) not in _kept:
        fill(_opened[url])
        _opened[url].close()
        server.keep(name)
        _kept.add((url, name))
    return _opened[url]


def _lead_to_the_place(_dialect: object, _record: object, given: list[str], _options: object) -> None:
    if given and Path(given[0]).name == "story.sqlite":
        given[0] = _place[0]
