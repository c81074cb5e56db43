"""How fast events are taken: the same decisions from a file and over HTTP, each into books of its own, in one run.

Nothing here is asserted anywhere. The request goes over a real socket to the application as it is served.
"""

import http.client
import json
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from time import monotonic, perf_counter, process_time, sleep

import uvicorn

from accounts.api_clients import clients
from accounts.api_clients.model import ApiScope
from billing.migrations.migrate import open_migrated
from billing.server.app import create_app
from billing.server.bodies.event_bodies import BATCH, EVENTS_MAX
from billing.tools.benchmarks.flow import decisions
from foundation.database import Database, utc_now
from foundation.periods import stockholm_date
from operations.event_loading import EventLine, load_events
from operations.settings import Settings
from orders.events import envelope as event_envelope
from orders.register import store as register_store
from orders.register.register import Register


@dataclass(frozen=True, slots=True)
class EventFigures:
    """What one way of sending came to: events applied, requests they took (none: a file), time.

    `cpu_seconds` is of this whole process, in which client and server both run.
    """

    way: str
    events: int
    requests: int
    seconds: float
    cpu_seconds: float

    def to_json(self) -> dict[str, object]:
        """The figures by name."""
        return {
            "way": self.way,
            "events": self.events,
            "requests": self.requests,
            "seconds": round(self.seconds, 2),
            "cpu_seconds": round(self.cpu_seconds, 2),
            "per_second": round(self.events / self.seconds, 1),
        }


def measure(folder: Path, register: Register, *, count: int) -> list[EventFigures]:
    """Load `count` decisions from a file's lines, then the same over HTTP in requests of 1,000 and of 100."""
    lines = [event_envelope.canonical(event) for event in decisions(register, count)]
    found = [_from_file(f"sqlite:///{folder}/file.sqlite", register, lines)]
    for size in (EVENTS_MAX, 100):
        found.append(_over_http(f"sqlite:///{folder}/http-{size}.sqlite", register, lines, size=size))
    return found


def _from_file(url: str, register: Register, lines: list[str]) -> EventFigures:
    database = _books(url, register)
    began, worked = perf_counter(), process_time()
    loaded = load_events(database, (EventLine(f"bench:{place}", text) for place, text in enumerate(lines, 1)))
    seconds, cpu = perf_counter() - began, process_time() - worked
    database.close()
    return EventFigures("file", loaded.applied, 0, seconds, cpu)


def _over_http(url: str, register: Register, lines: list[str], *, size: int) -> EventFigures:
    database = _books(url, register)
    now = utc_now()
    with database.writing() as session:
        client = clients.make(
            session,
            "",
            "Mätning",
            scopes=frozenset({ApiScope.EVENTS_WRITE}),
            expires_on=None,
            by="bench",
            at=now,
            today=stockholm_date(now),
        )
        made = clients.give_secret(session, "", client.id, by="bench", at=now, today=stockholm_date(now))
    database.close()
    headers = {"Authorization": f"Bearer {made.shown}", "Content-Type": BATCH}
    rest, applied, requests = iter(lines), 0, 0
    with _served(url) as port:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=600)
        began, worked = perf_counter(), process_time()
        while part := list(islice(rest, size)):
            connection.request("POST", "/api/v1/events", f"[{','.join(part)}]".encode(), headers)
            applied += json.loads(connection.getresponse().read())["applied"]
            requests += 1
        seconds, cpu = perf_counter() - began, process_time() - worked
        connection.close()
    return EventFigures(f"HTTP, {size} a request", applied, requests, seconds, cpu)


def _books(url: str, register: Register) -> Database:
    database = open_migrated(url)
    with database.writing() as session:
        register_store.save(session, register, at=database.clock(), actor="bench")
    return database


@contextmanager
def _served(url: str) -> Iterator[int]:
    """The application on a free port of this machine, until the block ends."""
    app = create_app(Settings(database_url=url, events_seconds=300, api_requests=100_000))
    listening = socket.create_server(("127.0.0.1", 0))
    listening.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    server = uvicorn.Server(uvicorn.Config(app, log_level="error", access_log=False, ws="none"))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]}, daemon=True)
    thread.start()
    until = monotonic() + 20
    while not server.started and monotonic() < until:
        sleep(0.01)
    try:
        yield listening.getsockname()[1]
    finally:
        server.should_exit = True
        thread.join(timeout=20)
        app.state.database.close()
