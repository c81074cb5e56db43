"""The books of sandboxes: one file of SQLite for each test client, made when it first asks and thrown away at its word.

Convention: a sandbox is a whole set of books, empty but for the register as the supplier's own part of it stands. So
everything that reads and writes is the program itself, and no statement, sum or number of the real books can be
reached from it. What says which file is in use, and how far its time is ahead, lies beside it (`client-7.json`), and
is replaced as a whole: processes that answer together follow it.
"""

import fcntl
import json
import os
import secrets
import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path
from threading import Lock
from typing import Final

from accounts.api_clients import client_store
from accounts.api_clients.model import ApiClient
from billing.migrations.migrate import open_migrated
from billing.migrations.revisions import KNOWN
from billing.server.sandbox.narrowing import narrowed
from foundation import number_series
from foundation.database import Database, DatabaseUnusable
from foundation.periods import Clock, stockholm_date
from foundation.text import Text
from operations.settings import Settings
from orders.register import store as register_store
from orders.tutors import unit_tutors

ORDERS_AFTER: Final = 9_900_000_000
"""Orders of a sandbox have numbers above this one, which no real order has: nobody takes the one for the other."""

TUTORS: Final = ("handledare-1", "handledare-2")
"""The tutors of each unit in a sandbox: codes, and nobody behind them."""

OPEN_MOST: Final = 50
"""So many sandboxes a process holds open."""

_MADE_BY: Final = "sandbox"
# So long a sandbox lies that nobody asks for.
_KEPT: Final = timedelta(days=90)


class SandboxAway(DatabaseUnusable):
    """There is no place for sandboxes in this installation, or it cannot be written in."""

    def __init__(self) -> None:
        super().__init__(
            Text(
                "Sandlådan går inte att använda just nu: platsen för den saknas eller går inte att skriva i. Den som "
                "driver tjänsten ser till BILLING_SANDBOX_FOLDER. Försök igen sedan."
            )
        )


@dataclass(frozen=True, slots=True)
class _InUse:
    """Which file the sandbox is in, and how far its time is ahead of ours."""

    file: str
    revision: str
    seconds_ahead: float = 0.0


class Sandboxes:
    """The sandboxes of one buyer's test clients, in a folder that every process at these books has."""

    def __init__(self, folder: Path | None) -> None:
        """`folder` is where they lie; None: nowhere."""
        self._folder = folder
        self._opened: dict[int, tuple[str, Database]] = {}
        self._lock = Lock()

    def of(self, client: ApiClient, real: Database) -> Database:
        """The books of the client's sandbox, made where there are none. Raises SandboxAway."""
        try:
            with self._lock:
                in_use = self._read(client)
                if in_use is None:
                    in_use = self._made(client, real)
                elif in_use.revision != KNOWN[-1]:
                    in_use = self._grown(client, in_use)
                return self._open(client, in_use, real)
        except OSError:
            raise SandboxAway from None

    def begin_anew(self, client: ApiClient, real: Database) -> Database:
        """Throw the sandbox away and make another, at our own time. Raises SandboxAway."""
        try:
            with self._lock:
                return self._open(client, self._made(client, real, anew=True), real)
        except OSError:
            raise SandboxAway from None

    def go_ahead(self, client: ApiClient, by: timedelta) -> None:
        """Let the sandbox's time be so much later than it is. Raises SandboxAway."""
        try:
            with self._alone(client):
                in_use = self._read(client)
                if in_use is not None:
                    ahead = in_use.seconds_ahead + by.total_seconds()
                    self._write(client, replace(in_use, seconds_ahead=ahead))
        except OSError:
            raise SandboxAway from None

    def close(self) -> None:
        """Give all connections back."""
        with self._lock:
            for _, database in self._opened.values():
                database.close()
            self._opened.clear()

    def _made(self, client: ApiClient, real: Database, *, anew: bool = False) -> _InUse:
        """Make the client's books; those that another process has made meanwhile are taken. Raises SandboxAway."""
        with self._alone(client):
            found = self._read(client)
            if found is not None and not anew:
                return found
            self._sweep()
            in_use = _InUse(f"client-{client.id}.{secrets.token_hex(4)}.sqlite", KNOWN[-1])
            self._fill(self._place / in_use.file, client, real)
            self._write(client, in_use)
            if found is not None:
                self._remove(found.file)
            return in_use

    def _grown(self, client: ApiClient, in_use: _InUse) -> _InUse:
        """Let books that another version of the program made grow to this one's."""
        with self._alone(client):
            open_migrated(f"sqlite:///{self._place / in_use.file}").close()
            grown = replace(in_use, revision=KNOWN[-1])
            self._write(client, grown)
            return grown

    def _fill(self, path: Path, client: ApiClient, real: Database) -> None:
        with real.reading() as session:
            register = register_store.load(session)
        shutil.copyfile(self._empty(), path)
        books = Database(f"sqlite:///{path}", clock=real.clock)
        try:
            with books.writing() as session:
                own = narrowed(register, client.organisation)
                register_store.save(session, own, at=books.clock(), actor=_MADE_BY)
                client_store.add_known(session, client)
                # Nobody appoints at a unit without tutors, and pages where they are added show no sandbox.
                for unit in own.units:
                    for code in TUTORS:
                        today = stockholm_date(books.clock())
                        unit_tutors.add(
                            session, own, client.organisation, unit.id, code, by=_MADE_BY, today=today
                        )
                number_series.jump(
                    session,
                    number_series.ORDERS,
                    to=ORDERS_AFTER,
                    at=books.clock().isoformat(),
                    by=_MADE_BY,
                    reason=_MADE_BY,
                )
        finally:
            books.close()

    def _empty(self) -> Path:
        """Books with their tables and nothing in them, made once: making tables takes seconds, copying none."""
        path = self._place / f"empty-{KNOWN[-1]}.sqlite"
        if not path.exists():
            making = self._place / f".{secrets.token_hex(4)}.sqlite"
            open_migrated(f"sqlite:///{making}").close()
            making.replace(path)
            for each in self._place.glob(f"{making.name}-*"):
                each.unlink(missing_ok=True)
        return path

    def _open(self, client: ApiClient, in_use: _InUse, real: Database) -> Database:
        held = self._opened.get(client.id)
        if held is None or held[0] != in_use.file:
            if held is not None:
                held[1].close()
            database = Database(
                f"sqlite:///{self._place / in_use.file}", clock=self._clock(client, real.clock)
            )
            database.facts = real.facts
            held = (in_use.file, database)
        # The one that was asked for longest ago is closed first.
        self._opened.pop(client.id, None)
        self._opened[client.id] = held
        if len(self._opened) > OPEN_MOST:
            _, oldest = self._opened.pop(next(iter(self._opened)))
            oldest.close()
        (self._place / f"client-{client.id}.json").touch()
        return held[1]

    def _clock(self, client: ApiClient, real: Clock) -> Clock:
        """Our own clock, and how far the sandbox's time is ahead."""

        def clock() -> datetime:
            in_use = self._read(client)
            return real() + timedelta(seconds=in_use.seconds_ahead if in_use else 0.0)

        return clock

    @property
    def _place(self) -> Path:
        if self._folder is None:
            raise SandboxAway
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        return self._folder

    @contextmanager
    def _alone(self, client: ApiClient) -> Iterator[None]:
        """Nobody else makes this sandbox meanwhile, in whatever process."""
        with (self._place / f"client-{client.id}.lock").open("w") as turn:
            fcntl.flock(turn, fcntl.LOCK_EX)
            yield

    def _read(self, client: ApiClient) -> _InUse | None:
        with suppress(FileNotFoundError):
            told = json.loads((self._place / f"client-{client.id}.json").read_text(encoding="utf-8"))
            in_use = _InUse(told["file"], told["revision"], told["seconds_ahead"])
            return in_use if (self._place / in_use.file).exists() else None
        return None

    def _write(self, client: ApiClient, in_use: _InUse) -> None:
        path = self._place / f"client-{client.id}.json"
        writing = path.with_suffix(f".{secrets.token_hex(4)}")
        writing.write_text(json.dumps(asdict(in_use)), encoding="utf-8")
        writing.replace(path)

    def _remove(self, file: str) -> None:
        for ending in ("", "-wal", "-shm"):
            (self._place / f"{file}{ending}").unlink(missing_ok=True)

    def _sweep(self) -> None:
        """Remove what nobody has asked for in a long time."""
        for path in self._place.glob("client-*.json"):
            # By the machine's own clock, as the times of files are.
            if path.stat().st_mtime < time.time() - _KEPT.total_seconds():
                number = path.name.partition(".")[0]
                path.unlink(missing_ok=True)
                for each in self._place.glob(f"{number}.*.sqlite*"):
                    each.unlink(missing_ok=True)


def folder_of(settings: Settings, database: Database) -> Path | None:
    """Where the sandboxes of these books lie: as it is set, else beside a file of SQLite; None: nowhere."""
    name = Path(database.url.database or "").stem
    if settings.sandbox_folder is not None:
        return settings.sandbox_folder / name
    if database.is_sqlite and name and name != ":memory:":
        return Path(os.path.abspath(str(database.url.database))).parent / f"{name}-sandbox"
    return None
