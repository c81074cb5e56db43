"""The workers of an installation: one for each buyer, each in a thread of its own, so that none waits for another.

Convention: what one buyer's books suffer (a database that is down, a register that is missing, a fault of ours) stops
that buyer's work and nobody else's; it is begun again at the next look. Which buyers are served is looked at again and
again, so one that is added or closed needs no restart.
"""

import time
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager, ExitStack
from dataclasses import dataclass, field
from threading import Event, Thread
from typing import Final

import structlog
from sqlalchemy.exc import SQLAlchemyError

from billing.server import books_watch
from billing.server.installation import Books, Installation
from billing.server.worker import COLLECT, Worker
from foundation.errors import Refused, place_of

_log = structlog.get_logger("work")

LOOK_EVERY: Final = 10.0
"""After so many seconds the buyers are looked at again."""

LOOK_WHILE_AWAY: Final = 2.0
"""The same while nothing is known of them."""

SECONDS_TO_FINISH: Final = 7.0
"""So long has who is told to stop to finish what it has begun; with the rest of ending it stays below ten."""

# Opens the books and the access point of a buyer; the worker ends when the event is set.
Opened = Callable[[Books, Event], AbstractContextManager[Worker]]


@dataclass(slots=True)
class _Running:
    """A buyer's worker at work."""

    books: Books
    stop: Event = field(default_factory=Event)
    thread: Thread | None = None
    worker: Worker | None = None

    @property
    def is_alive(self) -> bool:
        """Whether it has not ended."""
        return self.thread is not None and self.thread.is_alive()


@dataclass(slots=True)
class Workers:
    """Everybody's workers. `only` is the short name of the one buyer to work for; empty, and it is all of them."""

    installation: Installation
    opened: Opened
    only: str = ""
    stop: Event = field(default_factory=Event)
    look_every: float = LOOK_EVERY
    unfinished: bool = False
    """Whether somebody had not finished when it was time to end: the process ends without waiting for it."""
    _running: dict[str, _Running] = field(default_factory=dict)

    def once(self) -> list[tuple[Books, Exception]]:
        """Everything there is to do now for everybody; what stopped the work for whom. Raises DatabaseUnusable.

        What has come is taken in everywhere before anything is read, so that it is read in the same turn.
        """
        stopped: list[tuple[Books, Exception]] = []
        with ExitStack() as stack:
            workers: list[tuple[Books, Worker]] = []
            for books in self._served():
                try:
                    workers.append((books, stack.enter_context(self.opened(books, self.stop))))
                except Exception as error:
                    stopped.append((books, error))
            for step in (lambda worker: worker.do(COLLECT), Worker.once):
                for books, worker in list(workers):
                    if self.stop.is_set():
                        return stopped
                    try:
                        step(worker)
                    except Exception as error:
                        stopped.append((books, error))
                        workers.remove((books, worker))
        return stopped

    def run(self, *, seconds: float | None = None) -> None:
        """Work until told to stop, or for so long; whoever ended by a fault is begun again."""
        ends = None if seconds is None else time.monotonic() + seconds
        try:
            while not self.stop.is_set() and (ends is None or time.monotonic() < ends):
                known = self._look()
                left = self.look_every if known else min(self.look_every, LOOK_WHILE_AWAY)
                if ends is not None:
                    left = min(left, max(0.0, ends - time.monotonic()))
                self.stop.wait(left)
        finally:
            for each in self._running.values():
                each.stop.set()
            self._end()

    def _end(self) -> None:
        """Wait until all have finished what they began; who has not in time gives back what it holds."""
        until = time.monotonic() + SECONDS_TO_FINISH
        for each in self._running.values():
            if each.thread is not None:
                # Whose time to work is over has all the time to finish; whoever is told to stop has not.
                each.thread.join(max(0.0, until - time.monotonic()) if self.stop.is_set() else None)
        for each in self._running.values():
            if each.is_alive:
                self.unfinished = True
                _log.error("worker not finished", given_back=_give_back(each))

    def _served(self) -> Sequence[Books]:
        return [each for each in self.installation.served() if self.only in ("", each.slug)]

    def _look(self) -> bool:
        """Begin the work of whoever is served and has none, and end that of whoever is not or is served otherwise.

        Whether it is known who is served.
        """
        try:
            served = {each.slug: each for each in self._served()}
        except (SQLAlchemyError, Refused) as error:
            # Nothing is known yet of who is served; the first books are waited for.
            _log.error("buyers not read", fault=type(error).__name__, again_in=LOOK_WHILE_AWAY)
            return False
        for slug, running in list(self._running.items()):
            if served.get(slug) != running.books:
                running.stop.set()
            if not running.is_alive:
                del self._running[slug]
        for slug, books in served.items():
            if slug not in self._running:
                running = self._running[slug] = _Running(books)
                running.thread = Thread(
                    target=self._work, args=(running,), name=f"worker {slug}".strip(), daemon=True
                )
                running.thread.start()
        if not self.only:
            books_watch.look(self.installation, list(served.values()))
        return True

    def _work(self, running: _Running) -> None:
        """One buyer's work, until it is told to stop or a fault ends it."""
        if running.books.slug:
            structlog.contextvars.bind_contextvars(buyer=running.books.slug)
        try:
            with self.opened(running.books, running.stop) as worker:
                running.worker = worker
                worker.run()
        except Exception as error:
            _log.error(
                "worker ended", fault=type(error).__name__, at=place_of(error), again_in=self.look_every
            )


def _give_back(running: _Running) -> bool:
    """Let others have what a worker holds that has not finished; False where its books cannot be written either."""
    try:
        if running.worker is not None:
            running.worker.give_back()
    except (SQLAlchemyError, Refused):
        return False
    return True
