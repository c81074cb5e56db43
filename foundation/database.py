"""The database: how it is opened, and how one unit of work begins and ends.

Convention: a use case gets an open `Session`, never commits and never rolls back. The
entry point opens `writing()` around it: one use case, one transaction. `reading()` gives a
session that sees one consistent state and may not write. Statements are SQLAlchemy Core
on the tables of `tables.py`; rows become frozen values in the folders' stores, so no
object changes behind anyone's back.

SQLite begins every writing transaction with BEGIN IMMEDIATE behind a lock of this process
(the engine's own lock polls and is unfair), in WAL mode with synchronous=FULL.
"""

import os
import re
import time
from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import contextmanager, suppress
from copy import copy
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from threading import RLock

from sqlalchemy import Engine, TextClause, create_engine, event, text
from sqlalchemy.engine import URL
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.exc import OperationalError, ProgrammingError
from sqlalchemy.pool import ConnectionPoolEntry

from foundation import books_mark, books_standing, journal
from foundation.books_mark import BooksRestored
from foundation.books_standing import BooksStanding
from foundation.engines import address, explaining, postgresql
from foundation.engines.address import DatabaseUnusable as DatabaseUnusable
from foundation.engines.database_faults import DatabaseAway, DatabaseFault
from foundation.engines.options import SUPPLIER_ROLE as SUPPLIER_ROLE
from foundation.engines.options import DatabaseOptions
from foundation.errors import Refused
from foundation.periods import Clock
from foundation.sql import Session, note_facts, note_moment
from foundation.text import Text

SUPPLIER_SETTING = "billing.supplier"
"""Whose rows, as an organisation number; set for one transaction."""

PREDECESSORS_SETTING = "billing.predecessors"
"""The organisation numbers whose orders are this one's to see as well, with spaces between."""

EVERYWHERE_SETTING = "billing.everywhere"
"""'yes' for whoever sees the whole organisation; otherwise the two below say what is seen."""

UNITS_SETTING = "billing.units"
ADDRESSES_SETTING = "billing.addresses"
"""Ids of whole units and of single addresses, one a line; set for one transaction."""


@cache
def _act_for(role: str) -> TextClause:
    """What puts on the role until the transaction ends. The name is one that `DatabaseOptions` has let through."""
    return text(
        f"SELECT set_config('role', '{role}', true), set_config('{SUPPLIER_SETTING}', :supplier, true),"
        f" set_config('{PREDECESSORS_SETTING}', :predecessors, true),"
        f" set_config('{EVERYWHERE_SETTING}', :everywhere, true),"
        f" set_config('{UNITS_SETTING}', :units, true),"
        f" set_config('{ADDRESSES_SETTING}', :addresses, true)"
    )


_SERVER_CLOCK = text("SELECT clock_timestamp()")


@dataclass(frozen=True, slots=True)
class _SeenBy:
    """Whose rows a session is shown: a supplier's and its predecessors', all of these or those at some places."""

    supplier: str
    places: tuple[Collection[str], Collection[str]] | None
    predecessors: tuple[str, ...]

    @property
    def settings(self) -> dict[str, str]:
        units, addresses = self.places or ((), ())
        return {
            "supplier": self.supplier,
            "predecessors": " ".join(self.predecessors),
            "everywhere": "yes" if self.places is None else "no",
            "units": "\n".join(sorted(units)),
            "addresses": "\n".join(sorted(addresses)),
        }


@dataclass(slots=True)
class _LastSeen:
    """What the last session saw, shared by all that are the same database."""

    held: bool = False


_PRAGMAS = (
    "journal_mode=WAL",
    "synchronous=FULL",
    "foreign_keys=ON",
    "trusted_schema=OFF",
    # 16 MB of pages in memory, and the log copied back every 40 MB instead of every 4.
    "cache_size=-16384",
    "wal_autocheckpoint=10000",
    "temp_store=MEMORY",
)


def utc_now() -> datetime:
    """The instant now, in UTC. Only entry points call it."""
    return datetime.now(UTC)


_SQLITE_SECONDS = 30


class ServerClock:
    """The clock of a database's server: read once a minute, and run on between by one that nobody can set.

    So all machines at one database go by one clock, whatever theirs show. Until it is first read it is this machine's.
    """

    _READ_EVERY = 60.0

    def __init__(self) -> None:
        self._read: tuple[datetime, float] | None = None
        self.difference: timedelta | None = None
        """This machine's clock against the server's when it was last read."""

    def __call__(self) -> datetime:
        """The instant now, in UTC."""
        if self._read is None:
            return utc_now()
        at, ticks = self._read
        return at + timedelta(seconds=time.monotonic() - ticks)

    def read(self, session: Session) -> None:
        """Ask the server, unless it was asked just now."""
        if self._read is not None and time.monotonic() - self._read[1] < self._READ_EVERY:
            return
        at: datetime = session.execute(_SERVER_CLOCK).scalar_one().astimezone(UTC)
        self._read = (at, time.monotonic())
        self.difference = utc_now() - at


class Database:
    """One opened database. Close it with `close()`."""

    def __init__(
        self,
        url: str,
        *,
        clock: Clock = utc_now,
        unwritable: Refused | None = None,
        options: DatabaseOptions | None = None,
    ) -> None:
        """The database at `url`. `unwritable` is why nothing in it may change, raised where somebody would.

        Raises DatabaseUnusable for an address that cannot be used.
        """
        self.url = address.parsed(url)
        self.options = options or DatabaseOptions()
        self.clock: Clock = clock
        self.has_true_clock = clock is utc_now
        """Whether these books go by the true time, and not by that of a story or a test."""
        self._unwritable = unwritable
        self.marks: tuple[Path, ...] = ()
        """Where the mark of the books lies outside (foundation/books_mark.py); nowhere, and no restore is noticed."""
        self.facts: Mapping[str, object] = {}
        """What holds of the installation whatever its books say, told in every session (`fact_of`)."""
        self.refuse_other: Callable[[str], None] | None = None
        """Given the tables' revision in every session: raises where it is another version's; None: not asked."""
        self._last_seen = _LastSeen()
        self._is_recovering = False
        self._seen_by: _SeenBy | None = None
        self.is_sqlite = self.url.get_backend_name() == "sqlite"
        self._lock = RLock()
        if self.is_sqlite:
            self._writer = _sqlite_engine(self.url, begin="BEGIN IMMEDIATE")
            self._reader = _sqlite_engine(self.url, begin="BEGIN")
        else:
            if self.has_true_clock:
                self.clock = ServerClock()
            self._writer = postgresql.engine_of(self.url, self.options)
            # One snapshot for the whole question, and the server itself refuses to write in it.
            self._reader = self._writer.execution_options(
                isolation_level="REPEATABLE READ", postgresql_readonly=True
            )

    @contextmanager
    def writing(self) -> Iterator[Session]:
        """One transaction that commits when the block ends well, with its journal rows.

        The journal is written last, so that the locks on the heads of its chains are held
        only for the moment of the commit.
        """
        if self._unwritable is not None:
            raise self._unwritable
        with self._turn(), self._writer.begin() as session:
            journal.forget(session)
            books_mark.has_ticked(session)
            standing = self._begin(session) or books_standing.ask_held(session)
            if standing.is_held and not self._is_recovering:
                raise BooksRestored
            note_moment(session, self.clock())
            note_facts(session, self.facts)
            yield session
            if self.refuse_other is not None and not self.is_sqlite:
                # Tables that grew since this transaction began were waited for, and may have been written in.
                self.refuse_other(books_standing.ask_revision(session))
            journal.write(session, at=self.clock())
            ticked = books_mark.has_ticked(session)
        if ticked and self.marks:
            self._write_mark()

    def _write_mark(self) -> None:
        """Write the mark outside: after the commit, which it counts, and before whatever it was counted for."""
        with self.reading() as session:
            mark = books_mark.of_books(session, at=self.clock().isoformat())
        assert mark is not None  # noqa: S101 - books that count have a mark
        outside = books_mark.read(self.marks)
        # Ahead may only mean that others counted meanwhile; what is read after it tells.
        is_ahead = outside is not None and outside.is_ahead_of(mark)
        if is_ahead and not self._is_recovering and self.hold_if_restored():
            raise BooksRestored
        books_mark.write(self.marks, mark)

    def hold_if_restored(self) -> bool:
        """Hold the books where they are older than the mark that lies outside; whether they are held now."""
        # First what lies outside: it was written after a commit, which books that are read then have.
        outside = books_mark.read(self.marks)
        with self.reading() as session:
            now, held = books_mark.of_books(session), books_mark.is_held(session)
        if held or now is None or outside is None or not outside.is_ahead_of(now):
            return held
        with self.for_recovery().writing() as session:
            books_mark.hold(session, outside, at=self.clock().isoformat())
        return True

    @contextmanager
    def _turn(self) -> Iterator[None]:
        """This process's one writer at a time, where the engine has one; nobody waits for it for ever."""
        if not self.is_sqlite:
            yield
            return
        if not self._lock.acquire(timeout=_SQLITE_SECONDS):
            raise DatabaseAway(DatabaseFault.BUSY)
        try:
            yield
        finally:
            self._lock.release()

    @contextmanager
    def reading(self) -> Iterator[Session]:
        """One consistent view. What is written inside is rolled back."""
        with self._reader.connect() as session:
            self._begin(session)
            note_facts(session, self.facts)
            yield session
            if not self.is_sqlite:
                # The server let nothing be written. After a rollback the driver forgets what it has prepared, and
                # every statement of the next transaction is planned anew: longer than it takes to answer.
                session.commit()

    def for_supplier(
        self,
        organisation: str,
        places: tuple[Collection[str], Collection[str]] | None = None,
        *,
        predecessors: tuple[str, ...] = (),
    ) -> "Database":
        """The same database as somebody at this supplier may see it: on PostgreSQL, other rows are not there.

        `places` are the ids of the units and of the addresses that the person is limited to; None: all.
        `predecessors` are the organisations whose orders it has taken over. The database shares the connections
        of this one and is not closed by itself.
        """
        if self.is_sqlite:
            return self
        scoped = copy(self)
        scoped._seen_by = _SeenBy(organisation, places, predecessors)
        return scoped

    def with_clock(self, clock: Clock) -> "Database":
        """The same database, whose rows are dated by another clock; for books of invented days."""
        dated = copy(self)
        dated.clock = clock
        return dated

    @property
    def clock_difference(self) -> timedelta | None:
        """This machine's clock against that of the books; None where they are one, or it was never read."""
        return self.clock.difference if isinstance(self.clock, ServerClock) else None

    def for_recovery(self) -> "Database":
        """The same database for whoever goes through a restore: it may write while the books are held."""
        recovering = copy(self)
        recovering._is_recovering = True
        return recovering

    @property
    def were_held(self) -> bool:
        """Whether the session that began last found the books held; for a sign to people, nothing is decided by it."""
        return self._last_seen.held

    def _begin(self, session: Session) -> BooksStanding | None:
        """See that the tables are ours, read the server's clock, and take on the supplier's role until the end.

        How the books stand; None where nobody said whose tables to refuse, and nothing was asked.
        """
        standing = None
        if self.refuse_other is not None:
            standing = self._standing(session)
            self.refuse_other(standing.revision)
            self._last_seen.held = standing.is_held
        if isinstance(self.clock, ServerClock):
            self.clock.read(session)
        if self._seen_by is not None:
            session.execute(_act_for(self.options.supplier_role), self._seen_by.settings)
        return standing

    def _standing(self, session: Session) -> BooksStanding:
        try:
            return books_standing.ask(session)
        except (OperationalError, ProgrammingError) as error:
            unusable = explain(error)
            if "billing init" not in unusable.text.sv:
                raise
            raise unusable from error

    @property
    def engine(self) -> Engine:
        """The engine that writes, for whoever makes or changes tables."""
        return self._writer

    def close(self) -> None:
        """Give all connections back."""
        self._writer.dispose()
        self._reader.dispose()


def _sqlite_engine(url: URL, *, begin: str) -> Engine:
    if url.database and url.database != ":memory:":
        Path(url.database).parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    engine = create_engine(
        url, connect_args={"timeout": _SQLITE_SECONDS, "check_same_thread": False}, query_cache_size=1200
    )

    @event.listens_for(engine, "do_connect")
    def make_private(dialect: object, record: object, given: list[str], options: object) -> None:
        _make_private(given[0])

    @event.listens_for(engine, "connect")
    def configure(connection: DBAPIConnection, record: ConnectionPoolEntry) -> None:
        # The driver's own transaction handling emits no BEGIN before SELECT: take it over.
        connection.isolation_level = None
        cursor = connection.cursor()
        for pragma in _PRAGMAS:
            cursor.execute(f"PRAGMA {pragma}")
        cursor.close()

    @event.listens_for(engine, "begin")
    def start(connection: object) -> None:
        connection.exec_driver_sql(begin)  # type: ignore[attr-defined]

    return engine


def _make_private(file: str) -> None:
    """Make the file, where there is none yet, for its owner alone; SQLite gives what lies beside it the same mode."""
    if file != ":memory:" and not file.startswith("file:"):
        with suppress(FileExistsError):
            os.close(os.open(file, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600))


def explain(error: Exception) -> Refused:
    """The sentence for a database that does not answer or has no tables."""
    lines = str(getattr(error, "orig", error)).strip().splitlines()
    first = lines[0] if lines else type(error).__name__
    if isinstance(error, OperationalError | ProgrammingError) and (
        "no such table" in first or re.search(r"(relation|column) .* does not exist", first)
    ):
        return DatabaseUnusable(
            Text("Databasen saknar tabeller. Kör först: billing init"),
        )
    known = explaining.sentence_of(error)
    return DatabaseUnusable(
        known
        or Text(
            "Databasen svarar inte som väntat: %(first)s. Kontrollera adressen och att servern är igång.",
            first=first,
        ),
    )
