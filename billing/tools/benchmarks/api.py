"""`billing bench api`: how long suppliers' systems wait, twenty at once, while people use the portal; beside a peer.

The product answers in processes of its own, as `billing serve --workers` starts them, and whoever asks is elsewhere.
Each system polls for what is changed, and every fourth time, each at its own, reads an order and invoices a line of it
under a new key. The peer, in the same run, is the same systems at the same pace asking /livez, which looks at nothing:
what they wait there is the machine's, the network's and HTTP's. Nothing here is asserted anywhere.
"""

import json
import os
import ssl
import subprocess
import sys
import tempfile
import threading
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from functools import partial
from itertools import count
from pathlib import Path
from time import monotonic, perf_counter, sleep
from typing import Annotated, Final
from uuid import uuid4

import httpx
import typer

from accounts.api_clients import clients
from accounts.api_clients.model import ApiScope
from accounts.identity import Permission
from billing.migrations.migrate import open_migrated
from billing.tools.benchmarks import database as bench_database
from billing.tools.benchmarks import flow, pages
from billing.tools.demo.story_folder import example_register
from foundation.database import utc_now
from foundation.periods import stockholm_date
from orders.purchase_orders import order_store
from orders.register.files import read_register
from web.cookies import SESSION

PAUSE: Final = 0.5
"""Seconds between two rounds of a system, and a person's thought between two pages is twice that."""

_ROUNDS_A_WRITE: Final = 4
_NO_CERTIFICATES: Final = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
_PAGES: Final = ("/", "/orders", "/to-invoice", "/invoices", "/placements")


@dataclass(slots=True)
class Waited:
    """How long answers took, in milliseconds, and the statuses that were none of success."""

    what: str
    took: list[float] = field(default_factory=list)
    failed: Counter[int] = field(default_factory=Counter)

    def to_json(self) -> dict[str, object]:
        """The figures by name."""
        return {
            "what": self.what,
            "answers": len(self.took),
            "p50_ms": round(self.at(0.5), 1),
            "p99_ms": round(self.at(0.99), 1),
            "failed": {str(status): times for status, times in sorted(self.failed.items())},
        }

    def at(self, part: float) -> float:
        """The time that this part of the answers came within."""
        ordered = sorted(self.took)
        return ordered[min(len(ordered) - 1, int(len(ordered) * part))] if ordered else 0.0


@dataclass(frozen=True, slots=True)
class World:
    """What is asked: the address, each system's key with the lines it invoices, and the people's sessions."""

    address: str
    systems: Sequence[tuple[str, Sequence[str]]]
    people: Sequence[str]


def bench_api(
    postgresql: Annotated[
        str, typer.Option(help="PostgreSQL på denna adress, som töms / at this address, which is emptied")
    ] = "",
    systems: Annotated[int, typer.Option(min=1, max=200, help="System samtidigt / systems at once")] = 20,
    people: Annotated[int, typer.Option(min=0, max=100, help="Personer i portalen / people")] = 5,
    seconds: Annotated[float, typer.Option(min=1, help="Så länge varje gång / so long each time")] = 20.0,
    workers: Annotated[int, typer.Option(min=1, max=16, help="Processer som svarar / processes")] = 2,
    as_json: Annotated[bool, typer.Option("--json")] = False,
) -> None:
    """Leverantörers system som frågar och skriver samtidigt / suppliers' systems asking and writing at once."""
    with tempfile.TemporaryDirectory(prefix="billing-bench-") as folder:
        url = postgresql or f"sqlite:///{folder}/bench.sqlite"
        if postgresql:
            bench_database.empty(url)
        keys, sessions = prepared(url, systems=systems, people=people, orders=40 * systems)
        with served(url, workers, Path(folder)) as address:
            found = measured(World(address, keys, sessions), seconds=seconds)
    if as_json:
        typer.echo(json.dumps([each.to_json() for each in found], ensure_ascii=False, indent=2))
        return
    for each in found:
        typer.echo("  ".join(f"{name} {value}" for name, value in each.to_json().items()))


def prepared(
    url: str, *, systems: int, people: int, orders: int
) -> tuple[list[tuple[str, list[str]]], list[str]]:
    """Books with orders received, keys of systems with the lines each may invoice, and sessions of people."""
    register, now = read_register([example_register()]), utc_now()
    database = open_migrated(url, clock=flow.clock)
    flow.prepare(database, register)
    flow.measure_orders(database, register, count=orders)
    lines: dict[str, list[str]] = {}
    received = flow.receive_months(database, register)
    with database.reading() as session:
        for number, line in received:
            lines.setdefault(order_store.get(session, number).supplier, []).append(f"{number}/{line}")
    suppliers, keys = sorted(lines), list[tuple[str, list[str]]]()
    with database.writing() as session:
        for place in range(systems):
            supplier = suppliers[place % len(suppliers)]
            client = clients.make(
                session,
                supplier,
                f"Mätning {place}",
                scopes=frozenset({ApiScope.REPORT}),
                expires_on=None,
                by="bench",
                at=now,
                today=stockholm_date(now),
            )
            made = clients.give_secret(
                session, supplier, client.id, by="bench", at=now, today=stockholm_date(now)
            )
            share = range(place // len(suppliers), len(lines[supplier]), -(-systems // len(suppliers)))
            keys.append((made.shown, [lines[supplier][each] for each in share]))
        sessions = [
            pages.signed_in(session, suppliers[place % len(suppliers)], Permission.REPORT, now=now)
            for place in range(people)
        ]
    database.close()
    return keys, sessions


@contextmanager
def served(url: str, workers: int, folder: Path) -> Iterator[str]:
    """The product on a free port in processes of its own; its address."""
    program = [sys.executable, "-m", "billing.cli.cli", "serve", "--port", "0", "--workers", str(workers)]
    given = {**os.environ, "BILLING_DATABASE_URL": url, "BILLING_API_REQUESTS": "100000"}
    with (
        (folder / "served.log").open("w") as said,
        subprocess.Popen(program, env=given, stdout=said, stderr=said) as server,  # noqa: S603 - our own
    ):
        try:
            yield _address(server, folder / "served.log")
        finally:
            server.terminate()
            server.wait(30)


def measured(world: World, *, seconds: float) -> list[Waited]:
    """What systems wait while people use the portal, what people wait meanwhile, and the peer."""
    polls, reads = Waited("poll: orders changed since"), Waited("read: one order")
    writes, shown = Waited("write: a line invoiced"), Waited("people: pages of the portal")
    peer = Waited("peer: /livez, as many systems at the same pace")
    lock = threading.Lock()

    def timed(client: httpx.Client, into: Waited, method: str, path: str, **more: object) -> httpx.Response:
        began = perf_counter()
        answer = client.request(method, path, **more)  # type: ignore[arg-type]
        with lock:
            into.took.append((perf_counter() - began) * 1000)
            if answer.status_code >= 400:
                into.failed[answer.status_code] += 1
        return answer

    def system(client: httpx.Client, lines: Sequence[str], until: float, first: int) -> None:
        left = iter(lines)
        told = client.get("/api/v1/orders", params={"limit": 20}).json()
        for number in count(first):
            if monotonic() > until:
                return
            changed = timed(
                client, polls, "GET", "/api/v1/orders", params={"updated_after": told["updated_cursor"]}
            )
            told = changed.json() if changed.is_success else told
            line = next(left, None) if number % _ROUNDS_A_WRITE == 0 else None
            if line is not None:
                timed(client, reads, "GET", f"/api/v1/orders/{line.partition('/')[0]}")
                once = {"Idempotency-Key": str(uuid4())}
                timed(client, writes, "POST", "/api/v1/invoices", json={"line": line}, headers=once)
            sleep(PAUSE)

    def person(client: httpx.Client, until: float) -> None:
        for number in count():
            if monotonic() > until:
                return
            timed(client, shown, "GET", _PAGES[number % len(_PAGES)])
            sleep(2 * PAUSE)

    def asking_nothing(client: httpx.Client, until: float) -> None:
        while monotonic() < until:
            timed(client, peer, "GET", "/livez")
            sleep(PAUSE)

    _warm(world)
    with ExitStack() as opened:
        clients = [
            opened.enter_context(_client(world.address, {"Authorization": f"Bearer {key}"}))
            for key, _ in world.systems
        ]
        browsers = [
            opened.enter_context(_client(world.address, {"Cookie": f"{SESSION}={each}"}))
            for each in world.people
        ]
        until = monotonic() + seconds
        _together(
            [
                *(
                    partial(system, client, lines, until, place)
                    for place, (client, (_, lines)) in enumerate(zip(clients, world.systems, strict=True))
                ),
                *(partial(person, each, until) for each in browsers),
            ]
        )
        later = monotonic() + seconds / 2
        _together([partial(asking_nothing, each, later) for each in clients])
    return [polls, reads, writes, shown, peer]


def _warm(world: World) -> None:
    """Ask for everything that is measured, so that no figure is of what a process does the first time.

    All at once and each on a connection of its own: so they come to every process, and to every connection that it will
    have to the database.
    """

    def system(key: str, lines: Sequence[str]) -> None:
        with _client(world.address, {"Authorization": f"Bearer {key}"}) as client:
            for _ in range(2 * _ROUNDS_A_WRITE):
                client.get("/api/v1/orders", params={"limit": 20})
                client.get(f"/api/v1/orders/{lines[-1].partition('/')[0]}")
                client.post("/api/v1/invoices/preview", json={"line": lines[-1]})

    def person(session: str) -> None:
        with _client(world.address, {"Cookie": f"{SESSION}={session}"}) as client:
            for path in 2 * _PAGES:
                client.get(path)

    _together(
        [
            *(partial(system, key, lines) for key, lines in world.systems),
            *(partial(person, each) for each in world.people),
        ]
    )


def _together(work: Sequence[Callable[[], None]]) -> None:
    """All of it at once, begun one after another within a pause: systems of several houses keep no common time."""

    def begun(place: int, each: Callable[[], None]) -> None:
        sleep(PAUSE * place / len(work))
        each()

    with ThreadPoolExecutor(max(1, len(work))) as pool:
        for done in [pool.submit(begun, place, each) for place, each in enumerate(work)]:
            done.result()


def _client(address: str, headers: dict[str, str]) -> httpx.Client:
    # The address is plain HTTP: reading the machine's certificates for each client would be measured as waiting.
    return httpx.Client(
        base_url=address, headers=headers, timeout=60, trust_env=False, verify=_NO_CERTIFICATES
    )


def _address(server: subprocess.Popen[bytes], log: Path) -> str:
    """Where the product listens, once it answers."""
    until = monotonic() + timedelta(minutes=3).total_seconds()
    while server.poll() is None and monotonic() < until:
        for word in log.read_text(encoding="utf-8").split():
            if word.startswith("http://"):
                address = word.rstrip(".")
                try:
                    httpx.get(f"{address}/livez", trust_env=False, timeout=60)
                except httpx.TransportError:
                    break
                return address
        sleep(0.1)
    raise RuntimeError(f"the service did not start: {log.read_text(encoding='utf-8')[-500:]}")
