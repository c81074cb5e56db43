"""A client may ask a route so often a minute, whichever of the server's processes answers."""

from collections.abc import Callable
from multiprocessing import get_context
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from web.guards.request_limits import RequestLimits


@pytest.fixture
def counts(tmp_path: Path) -> Path:
    return tmp_path / "counts.sqlite"


def asks(limits: RequestLimits, times: int, client: str = "client-1", route: str = "GET /orders") -> int:
    """How many of so many requests are let through."""
    return sum(limits.take(client, route).left >= 0 for _ in range(times))


def clock() -> tuple[list[float], Callable[[], float]]:
    moment = [1000.0]
    return moment, lambda: moment[0]


def test_two_processes_count_as_one(counts: Path) -> None:
    _, now = clock()
    one, other = (RequestLimits(10, counts=counts, now=now) for _ in range(2))
    left = [(one if turn % 2 else other).take("client-1", "GET /orders").left for turn in range(12)]
    assert left == [9, 8, 7, 6, 5, 4, 3, 2, 1, 0, -1, -1]


def test_clients_routes_and_buyers_are_counted_apart(counts: Path) -> None:
    north, south = (RequestLimits(3, counts=counts, buyer=buyer) for buyer in ("north", "south"))
    assert [
        asks(north, 5),
        asks(north, 5, client="client-2"),
        asks(north, 5, route="GET /invoices"),
        asks(south, 5),
    ] == [3, 3, 3, 3]


def test_a_minute_after_the_first_question_a_client_may_ask_anew(counts: Path) -> None:
    moment, now = clock()
    limits = RequestLimits(3, counts=counts, now=now)
    assert asks(limits, 5) == 3
    moment[0] += 59.0
    assert limits.take("client-1", "GET /orders") == limits.take("client-1", "GET /orders")
    assert (asks(limits, 5), limits.take("client-1", "GET /orders").seconds) == (0, 1)
    moment[0] += 1.0
    assert asks(limits, 5) == 3
    assert limits.take("client-1", "GET /orders").seconds == 60


def test_what_cannot_be_counted_is_let_through_and_logged(counts: Path) -> None:
    limits = RequestLimits(3, counts=counts)
    limits._books.execute("drop table asked")
    with capture_logs() as logged:
        assert asks(limits, 5) == 5
    assert {each["event"] for each in logged} == {"request not counted"}


def _asking(counts: Path) -> int:
    return asks(RequestLimits(150, counts=counts), 100)


def test_four_processes_at_once_let_no_more_through_than_one(counts: Path) -> None:
    RequestLimits(150, counts=counts)
    with get_context("spawn").Pool(4) as processes:
        assert sum(processes.map(_asking, [counts] * 4)) == 150
