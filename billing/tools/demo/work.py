"""A worker beside the demo's portal, so that what is pressed there comes to its end: what suppliers send leaves
and is read, and what the finance desk decided leaves when it can no longer be undone.

Convention: it works by the demo's own clock, with the portal's own database, and does nothing else; in service
`billing work` does this and everything more.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from threading import Thread

from billing.server.jobs import DESK_RELEASE, PORTAL_RELEASE
from billing.server.worker import Worker
from foundation.database import Database


@contextmanager
def at_work(database: Database) -> Iterator[None]:
    """Work in a thread until the block ends."""
    worker = Worker(database, None, (PORTAL_RELEASE, DESK_RELEASE), asks=False)
    thread = Thread(target=worker.run, daemon=True, name="demo-worker")
    thread.start()
    try:
        yield
    finally:
        worker.stop.set()
        thread.join(timeout=5)
