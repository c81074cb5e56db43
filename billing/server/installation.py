"""The books of one installation: one buyer's, or several buyers' side by side, and whose a message belongs in.

Convention: which buyers there are stands in the installation's first books (`operations/buyers`). What runs for long
asks again every few seconds, so that a buyer who is added or closed needs no restart; while the first books do not
answer, the buyers known last go on. Where no buyer has a row, there is one, unnamed, and nothing is asked of anybody.
"""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from threading import Lock
from typing import Final

import structlog
from sqlalchemy.exc import SQLAlchemyError

from billing.migrations.schema import open_database
from foundation.database import Database, DatabaseUnusable, utc_now
from foundation.errors import Refused
from foundation.periods import Clock
from foundation.text import Text
from operations.buyers import books as buyer_books
from operations.buyers import buyer_store
from operations.buyers.model import InstallationBuyer, chosen
from operations.exchange_settings import facts_of
from operations.object_storage import opening as object_storage
from operations.restore import alarm as restore_alarm
from operations.restore import mark_places
from operations.settings import Settings
from peppol.envelope.recipient import answered_instance_in, recipient_in
from peppol.exchange import outbox_store

_log = structlog.get_logger("installation")

LOOK_AGAIN: Final = 5.0
"""After so many seconds the rows are asked for again."""


@dataclass(frozen=True, slots=True)
class Books:
    """One buyer's books. `buyer` is its row, None for the one buyer of an installation that has named none."""

    buyer: InstallationBuyer | None
    settings: Settings

    @property
    def slug(self) -> str:
        """The buyer's short name; empty where it has none."""
        return self.buyer.slug if self.buyer is not None else ""

    @property
    def is_open(self) -> bool:
        """Whether the buyer is served."""
        return self.buyer is None or self.buyer.is_open


class BuyerIsClosed(Refused):
    """The books are kept as they are."""

    def __init__(self, books: Books) -> None:
        assert books.buyer is not None  # noqa: S101 - only a buyer with a row is closed
        super().__init__(
            Text(
                "%(buyer)s är stängd: böckerna kan läsas men inte ändras. Öppna den först: billing buyers reopen "
                "%(slug)s",
                buyer=books.buyer.label,
                slug=books.slug,
            )
        )


class Installation:
    """The buyers of an installation with their opened books. Close it with `close()`.

    With `keep_closed_still` the books of a closed buyer can be read and not changed.
    """

    def __init__(
        self, settings: Settings, *, clock: Clock = utc_now, keep_closed_still: bool = False
    ) -> None:
        self.settings = settings
        self._clock = clock
        self._still = keep_closed_still
        self._lock = Lock()
        self._opened: dict[str, Database] = {}
        self._rows: tuple[InstallationBuyer, ...] | None = None
        self._asked_at = 0.0
        self._made: tuple[tuple[InstallationBuyer, ...], tuple[Books, ...]] | None = None

    def all(self) -> tuple[Books, ...]:
        """Everybody's books, the first buyer's first, also of those who are closed. Raises DatabaseUnusable."""
        return self._of(self._buyers())

    def served(self) -> tuple[Books, ...]:
        """The books of the buyers that are served. Raises DatabaseUnusable where that was never known."""
        return tuple(each for each in self.all() if each.is_open)

    def books_of(self, asked: str) -> Books:
        """The books a command is about. Raises BuyerUnknown, BuyerNotChosen, DatabaseUnusable."""
        rows = self._buyers()
        buyer = chosen(rows, asked)
        return next(each for each in self._of(rows) if each.buyer == buyer)

    def database_of(self, books: Books) -> Database:
        """The opened books. Raises DatabaseUnusable; whether a server answers is found out when it is asked."""
        still = self._why_still(books)
        if still is None and (books.buyer is None or books.buyer.is_first):
            return self.first
        # A buyer that was opened meanwhile is another to those who could not write.
        return self._database(f"{books.slug} {still is None}", books.settings, still)

    @property
    def first(self) -> Database:
        """The installation's first books, where the buyers stand. Raises DatabaseUnusable."""
        return self._database("", self.settings, None)

    def database_for(self, body: bytes, otherwise: Database) -> Database:
        """Whose books a message belongs in: its recipient's, closed or not; `otherwise` where it is nobody's.

        Raises DatabaseUnusable or SQLAlchemyError where those books cannot be had: a message goes into no other's
        instead.
        """
        every = self.all()
        if len(every) < 2:
            return otherwise
        recipient = recipient_in(body)
        for books in every:
            if books.buyer is not None and recipient in books.buyer.participants:
                return self.database_of(books)
        return self._answered_in(every, answered_instance_in(body)) or otherwise

    def _answered_in(self, every: Sequence[Books], instance_id: str) -> Database | None:
        """The books whose message is answered: a status of the network's own goes to our service provider, not to us.

        Raises DatabaseUnusable, SQLAlchemyError where it may be one of books that do not answer.
        """
        if not instance_id:
            return None
        fault: Exception | None = None
        for books in every:
            try:
                database = self.database_of(books)
                with database.reading() as session:
                    if outbox_store.message_named(session, instance_id) is not None:
                        return database
            except (DatabaseUnusable, SQLAlchemyError) as error:
                fault = error
        if fault is not None:
            raise fault
        return None

    def route(self, otherwise: Database) -> Callable[[bytes], Database]:
        """The same, for whoever has many messages and one place for those that are nobody's."""
        return lambda body: self.database_for(body, otherwise)

    @property
    def is_fresh(self) -> bool:
        """Whether it was just asked which buyers there are, so that nothing need be asked now."""
        asked = self._rows is not None and self._asked_at > 0
        return asked and time.monotonic() - self._asked_at < LOOK_AGAIN

    def ask_again(self) -> None:
        """Forget which buyers there are, so that the next question asks the books."""
        self._asked_at = 0.0

    def close(self) -> None:
        """Give all connections back."""
        with self._lock:
            opened, self._opened = self._opened, {}
        for database in opened.values():
            database.close()

    def _buyers(self) -> tuple[InstallationBuyer, ...]:
        now = time.monotonic()
        if self._rows is not None and self.is_fresh:
            return self._rows
        if self._rows is not None:
            # Whoever comes while a silent database is waited for takes the buyers known last.
            self._asked_at = now
        try:
            self._rows = buyer_store.buyers_in(self.first)
        except (SQLAlchemyError, DatabaseUnusable) as error:
            if self._rows is None:
                raise
            _log.error("buyers not read", fault=type(error).__name__)
        self._asked_at = now
        return self._rows

    def _of(self, rows: tuple[InstallationBuyer, ...]) -> tuple[Books, ...]:
        if not rows:
            return (Books(None, self.settings),)
        if self._made is None or self._made[0] != rows:
            # Reading settings takes a thousand times as long as comparing rows, and every request asks.
            several = sum(each.is_open for each in rows) > 1
            books = [
                Books(each, buyer_books.settings_of(self.settings, each, several=several)) for each in rows
            ]
            self._made = (rows, tuple(books))
        return self._made[1]

    def _why_still(self, books: Books) -> Refused | None:
        return BuyerIsClosed(books) if self._still and not books.is_open else None

    def _database(self, key: str, settings: Settings, unwritable: Refused | None) -> Database:
        url = settings.database_url
        with self._lock:
            if key not in self._opened:
                database = open_database(
                    url, clock=self._clock, unwritable=unwritable, options=settings.database_options
                )
                database.marks = mark_places.places_of(settings, database.url)
                database.facts = {**facts_of(settings), **object_storage.facts_of(settings)}
                try:
                    if database.hold_if_restored():
                        _log.error("books restored", books=mark_places.name_of(database.url))
                        restore_alarm.raise_once(database)
                except (SQLAlchemyError, DatabaseUnusable):
                    # A server that is silent, books without tables or another version's: whoever asks them tells.
                    _log.warning("mark of the books not read", books=mark_places.name_of(database.url))
                self._opened[key] = database
            return self._opened[key]
