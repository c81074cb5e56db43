"""What a thread of a pool logs is of the request, and the buyer, that it works for."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import structlog

from foundation.observability import request_ids
from foundation.observability.request_ids import carried, identified


def test_every_thread_of_a_pool_works_for_whoever_asked() -> None:
    together = Barrier(3, timeout=10)

    def seen(number: int) -> tuple[int, str, str]:
        together.wait()
        return number, request_ids.current(), structlog.contextvars.get_contextvars()["buyer"]

    with (
        identified("BCDFG-HJKLM-NPQRS"),
        structlog.contextvars.bound_contextvars(buyer="karlstad"),
        ThreadPoolExecutor(3) as pool,
    ):
        told = list(pool.map(carried(seen), range(3)))
    assert told == [(number, "BCDFG-HJKLM-NPQRS", "karlstad") for number in range(3)]
    assert request_ids.current() == ""
