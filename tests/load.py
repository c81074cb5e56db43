"""Fifty people at the portal at once, on PostgreSQL, against a real server: how long they wait, and what fails.

Run: python -m tests.load [--people 50] [--seconds 120] [--url postgresql://...] (make load). Without a URL a server
of its own is started. The database is emptied and filled with the demo's books; uvicorn serves it with two
workers. Each person signs in, then goes from page to page with a second's thought in between, as suppliers and
staff do, and now and then changes something. Printed: requests, p50, p95, p99 and every answer of 5xx.
"""

import argparse
import http.client
import os
import random
import re
import socket
import subprocess
import sys
import threading
import time
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass, field
from http.cookies import SimpleCookie
from pathlib import Path
from tempfile import TemporaryDirectory
from urllib.parse import urlencode

import httpx

from billing.tools.demo import people as demo_people
from billing.tools.demo.playing import play
from tests.support.servers.databases import running_server
from tests.support.stories.demo_books import story

SUPPLIER_PAGES = (
    "/", "/placements", "/placements/400000014", "/orders", "/orders/2100000019", "/reports", "/reports/due",
    "/to-invoice", "/to-invoice/line/2100000042/001", "/invoices", "/invoices/34", "/test-bench", "/settings",
    "/account", "/exports/orders.csv",
)  # fmt: skip
FINANCE_PAGES = ("/finance", "/finance/payments", "/finance/reconciliation", "/finance/policies", "/account")
WHO = (*(["alla@fyrbaken.example"] * 4), "ekonom@kopare.example")


@dataclass(slots=True)
class Tally:
    """What was asked, how long it took in seconds, and what failed."""

    took: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    failed: Counter[str] = field(default_factory=Counter)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def note(self, path: str, seconds: float, status: int) -> None:
        """One answer."""
        with self.lock:
            self.took[path].append(seconds)
            if status >= 400:
                self.failed[f"{status} {path}"] += 1


@contextmanager
def served(url: str) -> Iterator[str]:
    """The portal with two workers on a free port."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    program = [
        sys.executable, "-m", "uvicorn", "tests.load:application", "--factory", "--workers", "2",
        "--port", str(port), "--log-level", "error", "--no-access-log", "--no-server-header",
    ]  # fmt: skip
    address = f"http://127.0.0.1:{port}"
    with subprocess.Popen(program, env={**os.environ, "BILLING_DATABASE_URL": url}) as server:
        try:
            while not _answers(address):
                assert server.poll() is None
                time.sleep(0.2)
            yield address
        finally:
            server.terminate()
            server.wait(30)


def resident_mb() -> float:
    """What all servers that `served` has started from here keep in memory now."""
    pages = 0
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            if b"tests.load" in (folder / "cmdline").read_bytes() or _is_worker_of_ours(folder):
                pages += int((folder / "statm").read_text().split()[1])
        except (FileNotFoundError, ProcessLookupError):
            continue  # it has ended meanwhile
    return pages * os.sysconf("SC_PAGE_SIZE") / 2**20


def _is_worker_of_ours(folder: Path) -> bool:
    """Uvicorn's workers are spawned: their parent is the server, which has its module's name in its command."""
    parent = (folder / "stat").read_text().rpartition(")")[2].split()[1]
    return b"tests.load" in (Path("/proc") / parent / "cmdline").read_bytes()


def _answers(address: str) -> bool:
    try:
        return httpx.get(f"{address}/livez", trust_env=False).status_code == 200
    except httpx.TransportError:
        return False


def application() -> object:
    """The application of one worker."""
    from billing.server.app import create_app
    from operations.settings import Settings
    from tests.support.stories.demo_books import noon

    return create_app(Settings(second_step=False), business_clock=noon)


class Visitor:
    """A browser's way of asking, and no more: one connection, its cookies, the address it comes from.

    Fifty of a fuller client in one process would wait for one another, and their wait would count as the server's.
    """

    def __init__(self, address: str, comes_from: str) -> None:
        self._address = address
        self._line = http.client.HTTPConnection(address.removeprefix("http://"), timeout=60)
        self._cookies: SimpleCookie = SimpleCookie()
        self._headers = {"Accept": "text/html", "X-Forwarded-For": comes_from}

    def __enter__(self) -> "Visitor":
        self._line.connect()
        self._line.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        return self

    def __exit__(self, *_: object) -> None:
        self._line.close()

    def ask(self, path: str, form: dict[str, str] | None) -> tuple[int, str]:
        """The status and the text of an answer; redirects are not followed."""
        cookies = "; ".join(f"{name}={each.coded_value}" for name, each in self._cookies.items())
        headers = self._headers | ({"Cookie": cookies} if cookies else {})
        if form is None:
            self._line.request("GET", path, headers=headers)
        else:
            sent = {"Origin": self._address, "Content-Type": "application/x-www-form-urlencoded"}
            self._line.request("POST", path, body=urlencode(form), headers=headers | sent)
        answer = self._line.getresponse()
        text = answer.read().decode(errors="replace")
        for each in answer.headers.get_all("Set-Cookie", ()):
            self._cookies.load(each)
        return answer.status, text


def person(address: str, name: str, until: float, tally: Tally, seed: int) -> None:
    """One person's day at the portal."""
    choose = random.Random(seed)  # noqa: S311 - which page is looked at next
    pages = SUPPLIER_PAGES if "kopare" not in name else FINANCE_PAGES
    with Visitor(address, f"192.0.2.{seed}") as visitor:

        def ask(path: str, form: dict[str, str] | None = None) -> str:
            begun = time.perf_counter()
            status, text = visitor.ask(path, form)
            tally.note(f"{'GET' if form is None else 'POST'} {path}", time.perf_counter() - begun, status)
            return text

        token = _token(ask("/sign-in"))
        ask("/sign-in", {"form_token": token, "name": name, "password": demo_people.PASSWORD})
        while time.monotonic() < until:
            page = ask(choose.choice(pages))
            if choose.random() < 0.05 and _token(page):
                ask("/account/mails", {"form_token": _token(page), "mail-ORDERS": "AT_ONCE"})
            time.sleep(choose.uniform(0.5, 1.5))


def _token(page: str) -> str:
    found = re.search(r'name="form_token" value="(\w+)"', page)
    return found[1] if found else ""


def main() -> int:
    """Measure and print; 1 where something failed."""
    reader = argparse.ArgumentParser(description=__doc__)
    reader.add_argument("--people", type=int, default=50)
    reader.add_argument("--seconds", type=int, default=120)
    reader.add_argument("--url", default="")
    asked = reader.parse_args()
    own = nullcontext() if asked.url else running_server()
    with own as server, TemporaryDirectory() as folder:
        url = asked.url or (server.empty() if server else "")
        play(story(), url=url, folder=Path(folder))
        with served(url) as address:
            tally = measured(address, asked.people, asked.seconds)
    return _show(tally, asked.people, asked.seconds)


def measured(address: str, people: int, seconds: int) -> Tally:
    """So many people at the address for so long."""
    tally = Tally()
    until = time.monotonic() + seconds
    threads = [
        threading.Thread(target=person, args=(address, WHO[number % len(WHO)], until, tally, number))
        for number in range(people)
    ]
    for each in threads:
        each.start()
        time.sleep(0.1)  # they do not all arrive in the same instant
    for each in threads:
        each.join()
    return tally


def _show(tally: Tally, people: int, seconds: int) -> int:
    pages = {path: sorted(took) for path, took in tally.took.items()}
    # Signing in is slow on purpose, and has a row of its own.
    every = sorted(each for path, took in pages.items() if path != "POST /sign-in" for each in took)
    print(f"{people} people, {seconds} s, {len(every)} requests, {len(every) / seconds:.0f}/s")
    print(f"{'':44}{'p50 ms':>8}{'p95 ms':>8}{'p99 ms':>8}{'requests':>10}")
    rows = [("all pages", every), *sorted(pages.items(), key=lambda row: -quantile(row[1], 0.5))]
    for path, took in rows:
        figures = "".join(f"{quantile(took, part) * 1000:8.0f}" for part in (0.5, 0.95, 0.99))
        print(f"{path:44}{figures}{len(took):10}")
    faults = {what: count for what, count in tally.failed.items() if what[0] == "5"}
    print(f"5xx: {sum(faults.values())}  other refusals: {sum(tally.failed.values()) - sum(faults.values())}")
    for what, count in sorted(tally.failed.items()):
        print(f"  {what}: {count}")
    return 1 if faults else 0


def quantile(took: Sequence[float], part: float) -> float:
    """What so large a part of the sorted times is below; 0 of none."""
    return took[min(len(took) - 1, int(len(took) * part))] if took else 0.0


if __name__ == "__main__":
    sys.exit(main())
