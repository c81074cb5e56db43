"""An invoice of ten thousand lines, and one that an attachment fills to 15 MB, while others look at their pages.

The portal is served by two processes; another one reads the document, with those it lets judge for it.
"""

import os
import resource
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import replace
from datetime import date
from pathlib import Path

import httpx
import pytest
from sqlalchemy import select

from foundation.database import Database
from invoicing.intake.queue import read_arrived
from peppol.documents import billing
from peppol.exchange.tables import InState, inbox
from peppol.xml import codec
from tests import load
from tests.bar.world import check_world
from tests.support.stories.crashing import FINISHED, let_go
from tests.support.stories.january import january, received_january
from tests.support.stories.largest import filled
from tests.support.stories.system import System

FEBRUARY = date(2026, 2, 3)
LINES = 10_000
HANDLED, QUARANTINED = InState.HANDLED, InState.QUARANTINED


@pytest.fixture
def system(database_url: str) -> Iterator[System]:
    with received_january(database_url) as system:
        yield system


def of_many_lines(invoice: billing.Invoice) -> bytes:
    """The same invoice with its one line ten thousand times, each under a number of its own; its sums are not right."""
    (line,) = invoice.invoice_lines
    return codec.serialise(
        replace(invoice, invoice_lines=tuple(replace(line, id=str(number)) for number in range(1, LINES + 1)))
    )


def of_15_mb(invoice: billing.Invoice) -> bytes:
    return filled(invoice, size=15_000_000)


@pytest.mark.nightly
@pytest.mark.parametrize(("made", "becomes"), [(of_many_lines, QUARANTINED), (of_15_mb, HANDLED)])
@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
def test_a_large_document_is_judged_and_others_are_answered_meanwhile(
    system: System,
    made: Callable[[billing.Invoice], bytes],
    becomes: InState,
    record_property: Callable[[str, object], None],
) -> None:
    stored = system.post(made(january(system, "F-1")), on=FEBRUARY)
    url = system.database.url.render_as_string(hide_password=False)
    with load.served(url) as address, ThreadPoolExecutor(1) as pool:
        waits: list[float] = []
        before = _waits(address, lambda: len(waits) < 100, waits)
        let_go(system.database)
        began = time.monotonic()
        reader = _reading(system.database)
        asked = pool.submit(_waits, address, reader.is_alive, [])
        peak_mb = reader.followed()
        seconds = time.monotonic() - began
        meanwhile = asked.result()
    with system.database.reading() as session:
        state = session.scalar(select(inbox.c.state).where(inbox.c.id == stored.id))
    assert state == becomes
    assert check_world(system.database) == []
    record_property("large_documents", 1)
    record_property("seconds_until_verdict", round(seconds, 1))
    record_property("peak_mb", round(peak_mb))
    record_property("p99_ms_meanwhile", round(load.quantile(meanwhile, 0.99) * 1000))
    # By its ratio this also says something on a machine that has other things to do.
    record_property("times_slower", round(load.quantile(meanwhile, 0.5) / load.quantile(before, 0.5), 1))


def _waits(address: str, goes_on: Callable[[], bool], waits: list[float]) -> list[float]:
    """Somebody opens the page of signing in, again and again; how long each took in seconds, sorted."""
    with httpx.Client(base_url=address, trust_env=False, timeout=30) as client:
        while goes_on():
            began = time.perf_counter()
            assert client.get("/sign-in").status_code == 200
            waits.append(time.perf_counter() - began)
            time.sleep(0.02)
    return sorted(waits)


class Reader:
    """A process that reads what has arrived, with those it lets judge for it."""

    def __init__(self, number: int) -> None:
        self._number = number
        self._has_ended = False

    def is_alive(self) -> bool:
        """Whether it is still at it."""
        return not self._has_ended

    def followed(self) -> float:
        """Wait for its end; the most memory that it and its own processes held at once, in MB."""
        most = 0.0
        while True:
            most = max(most, sum(map(_resident_mb, self._family())))
            ended, status = os.waitpid(self._number, os.WNOHANG)
            if ended:
                self._has_ended = True
                assert os.waitstatus_to_exitcode(status) == FINISHED
                return most
            time.sleep(0.02)

    def _family(self) -> Iterator[int]:
        family = {self._number}
        yield self._number
        for place in sorted(Path("/proc").glob("[0-9]*"), key=lambda each: int(each.name)):
            with suppress(OSError):
                parent = int((place / "stat").read_text().rpartition(")")[2].split()[1])
                if parent in family:
                    family.add(int(place.name))
                    yield int(place.name)


def _resident_mb(process: int) -> float:
    with suppress(OSError):
        pages = int(Path(f"/proc/{process}/statm").read_text().split()[1])
        return pages * resource.getpagesize() / 1_000_000
    return 0.0


def _reading(database: Database) -> Reader:
    child = os.fork()
    if child == 0:
        list(read_arrived(database, today=FEBRUARY))
        os._exit(FINISHED)
    return Reader(child)
