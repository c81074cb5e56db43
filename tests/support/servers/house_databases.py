"""Databases for stories, whole and empty, made in milliseconds.

A database remembers the statements it has prepared, so each process opens one of each kind and
lets it lead to the story's own place. Making the tables is the same every time: SQLite copies a
file, and PostgreSQL a database.
"""

from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import Engine, event, make_url

from billing.migrations.migrate import open_migrated
from foundation.database import Database
from tests.support.servers.databases import PostgresqlServer

CLOCK = datetime(2026, 11, 21, 8, 0, tzinfo=UTC)

_SLOT = "sqlite:///story.sqlite"
_opened: dict[str, Database] = {}
_empty: list[bytes] = []
_place: list[str] = []


def whole(url: str) -> Database:
    """The database at `url` with all its tables and nothing in them."""
    return _sqlite(url) if url.startswith("sqlite") else _postgresql(url)


def _sqlite(url: str) -> Database:
    path = make_url(url).database
    assert path is not None
    if _SLOT not in _opened:
        open_migrated(url, clock=lambda: CLOCK).close()
        _empty.append(Path(path).read_bytes())
        event.listen(Engine, "do_connect", _lead_to_the_place)
        _opened[_SLOT] = Database(_SLOT, clock=lambda: CLOCK)
    Path(path).write_bytes(_empty[0])
    _place[:] = [path]
    return _opened[_SLOT]


def _postgresql(url: str) -> Database:
    server = PostgresqlServer(str(make_url(url).query["host"]))
    if url not in _opened:
        open_migrated(url, clock=lambda: CLOCK).close()
        server.keep("whole")
        _opened[url] = Database(url, clock=lambda: CLOCK)
    else:
        server.like("whole")
    return _opened[url]


def _lead_to_the_place(_dialect: object, _record: object, given: list[str], _options: object) -> None:
    if given and Path(given[0]).name == "story.sqlite":
        given[0] = _place[0]
