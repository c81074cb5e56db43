"""Two hundred sign in at once: those who work notice nothing, and who cannot be answered in time is told so at once."""

import asyncio
import statistics
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path

import httpx
import pytest
from argon2 import PasswordHasher
from argon2.exceptions import VerifyMismatchError

from accounts import passwords
from accounts.pages import sign_in_queue
from billing.tools.demo import people
from tests.support.pages.browser import Site
from tests.support.pages.visitor import Visitor, text_of, visitor

ALVA, DEMO = "alla@fyrbaken.example", people.PASSWORD
FLOOD = 200


class HeldHasher:
    """Compares nothing until it is let go, and notes how many are compared at once: hashing as slow as it can be."""

    def __init__(self) -> None:
        self.go = threading.Event()
        self.at_once = self.most_at_once = 0

    def verify(self, _kept: str, _given: str) -> bool:
        self.at_once += 1
        self.most_at_once = max(self.most_at_once, self.at_once)
        assert self.go.wait(60)
        self.at_once -= 1
        raise VerifyMismatchError

    def check_needs_rehash(self, _kept: str) -> bool:
        return False

    def hash(self, _given: str) -> str:
        return "nobody's"


@pytest.fixture
def held() -> Iterator[HeldHasher]:
    hasher = HeldHasher()
    yield hasher
    hasher.go.set()


class Flood:
    """So many sign-ins at once, in a thread of their own; `answered` grows as the answers come."""

    def __init__(self, somebody: Visitor, count: int, *, clients: int) -> None:
        self.site, self.token, self.visit = somebody.site, somebody.token, somebody.cookie("visit")
        self.count, self.clients = count, clients
        self.answered: list[httpx.Response] = []

    def begin(self, pool: ThreadPoolExecutor) -> Future[None]:
        return pool.submit(lambda: asyncio.run(self._all()))

    def wait_for(self, count: int) -> None:
        until = time.monotonic() + 60
        while len(self.answered) < count:
            assert time.monotonic() < until, f"{len(self.answered)} of {count} answered"
            time.sleep(0.01)

    async def _all(self) -> None:
        limits = httpx.Limits(max_connections=None)
        async with httpx.AsyncClient(trust_env=False, limits=limits, timeout=90) as client:
            await asyncio.gather(*(self._one(client, number) for number in range(self.count)))

    async def _one(self, client: httpx.AsyncClient, number: int) -> None:
        headers = {
            "Origin": self.site.address,
            "Accept": "text/html",
            "Cookie": f"billing-visit={self.visit}",
            "X-Forwarded-For": f"198.51.100.{number % self.clients}",
        }
        form = {"form_token": self.token, "name": f"namn{number}@fyrbaken.example", "password": "fel"}
        self.answered.append(await client.post(f"{self.site.address}/sign-in", data=form, headers=headers))


def statuses(flood: Flood) -> dict[int, int]:
    every = [each.status_code for each in flood.answered]
    return {status: every.count(status) for status in sorted(set(every))}


def test_a_flood_of_sign_ins_holds_up_neither_style_sheets_nor_pages(
    site: Site,
    held: HeldHasher,
    monkeypatch: pytest.MonkeyPatch,
    record_property: Callable[[str, object], None],
) -> None:
    """While not one password has been compared, everything else is answered: without a clock, at any speed."""
    told_at_once = FLOOD - sign_in_queue.INSIDE_MOST
    with visitor(site) as alva, visitor(site) as flooding, ThreadPoolExecutor(1) as pool:
        alva.enter(ALVA, DEMO)
        flood = Flood(flooding, FLOOD, clients=FLOOD)
        monkeypatch.setattr(passwords, "_hasher", held)
        monkeypatch.setattr(sign_in_queue, "WAIT_SECONDS", 60.0)
        done = flood.begin(pool)
        flood.wait_for(told_at_once)
        assert statuses(flood) == {503: told_at_once}
        for _ in range(5):
            assert alva.get("/static/site.css").status_code == 200
            assert alva.get("/account").status_code == 200
            assert alva.get("/sign-in").status_code == 303
        assert len(flood.answered) == told_at_once
        held.go.set()
        done.result(timeout=60)
    assert statuses(flood) == {422: FLOOD - told_at_once, 503: told_at_once}
    assert held.most_at_once == 1
    refused = flood.answered[0]
    assert refused.headers["retry-after"] == "10"
    assert "Väldigt många loggar in just nu" in text_of(refused)
    record_property("sign_ins_at_once", FLOOD)
    record_property("hashed_at_once", held.most_at_once)


def test_one_client_leaves_room_in_the_queue_for_the_others(
    site: Site, held: HeldHasher, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sign_in_queue, "WAIT_SECONDS", 60.0)
    places = sign_in_queue.FROM_ONE_CLIENT_MOST
    with visitor(site) as flooding, visitor(site) as alva, ThreadPoolExecutor(2) as pool:
        alva.client.headers["X-Forwarded-For"] = "192.0.2.77"
        assert alva.token
        flood = Flood(flooding, FLOOD, clients=1)
        with monkeypatch.context() as holding:
            holding.setattr(passwords, "_hasher", held)
            done = flood.begin(pool)
            flood.wait_for(FLOOD - places)
            assert statuses(flood) == {503: FLOOD - places}
            comes_in = pool.submit(alva.enter, ALVA, DEMO)
        held.go.set()
        done.result(timeout=60)
        assert comes_in.result(timeout=60).status_code == 303


def test_who_has_waited_too_long_is_told_to_come_back(
    site: Site, held: HeldHasher, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sign_in_queue, "WAIT_SECONDS", 0.05)
    with visitor(site) as flooding, ThreadPoolExecutor(1) as pool:
        flood = Flood(flooding, 20, clients=20)
        with monkeypatch.context() as holding:
            holding.setattr(passwords, "_hasher", held)
            done = flood.begin(pool)
            flood.wait_for(20 - sign_in_queue.AT_ONCE)
        assert statuses(flood) == {503: 20 - sign_in_queue.AT_ONCE}
        held.go.set()
        done.result(timeout=60)
        # Those who gave up have left their places.
        assert flooding.enter(ALVA, DEMO).status_code == 303


@pytest.mark.parametrize("path", ["/account/password", "/link/hemlig"])
def test_every_page_that_hashes_waits_in_the_same_queue(
    site: Site, held: HeldHasher, monkeypatch: pytest.MonkeyPatch, path: str
) -> None:
    with visitor(site) as alva, visitor(site) as flooding:
        alva.enter(ALVA, DEMO)
        monkeypatch.setattr(sign_in_queue, "INSIDE_MOST", 0)
        assert alva.post(path, {"current": DEMO, "password": "a", "again": "a"}).status_code == 503
        assert flooding.enter(ALVA, DEMO).status_code == 503


def memory_most() -> int:
    """The most memory this process has had, in kilobytes."""
    line = next(
        each for each in Path("/proc/self/status").read_text().splitlines() if each.startswith("VmHWM")
    )
    return int(line.split()[1])


@pytest.mark.slow
def test_a_flood_of_real_hashes_leaves_pages_quick_and_memory_small(
    site: Site, monkeypatch: pytest.MonkeyPatch, record_property: Callable[[str, object], None]
) -> None:
    """The same with argon2id as in service, timed: against the time the same pages take on the same machine idle."""

    def seconds() -> float:
        begun = time.perf_counter()
        assert alva.get("/static/site.css").status_code == 200
        assert alva.get("/account").status_code == 200
        return time.perf_counter() - begun

    with visitor(site) as alva, visitor(site) as flooding, ThreadPoolExecutor(1) as pool:
        alva.enter(ALVA, DEMO)
        monkeypatch.setattr(
            passwords, "_hasher", PasswordHasher(time_cost=2, memory_cost=19_456, parallelism=1)
        )
        passwords.ready()
        idle = statistics.median(seconds() for _ in range(30))
        flood = Flood(flooding, FLOOD, clients=FLOOD)
        before = memory_most()
        done = flood.begin(pool)
        busy = list[float]()
        while not done.done():
            busy.append(seconds())
        done.result(timeout=60)
    assert busy
    print(f"idle {idle:.4f} s, busy median {statistics.median(busy):.4f} s, worst {max(busy):.4f} s")
    print(f"memory grew by {memory_most() - before} kB; {statuses(flood)}")
    assert statistics.median(busy) < 30 * idle
    # One after the other: two hundred at once would take four gigabytes.
    assert memory_most() - before < 300_000
    record_property("real_sign_ins_at_once", FLOOD)
    record_property("growth_mb", (memory_most() - before) // 1024)
    record_property("p99_ms_meanwhile", round(1000 * sorted(busy)[int(len(busy) * 0.99)]))
