"""The lines of several orders are held in one order that everybody follows, so that nobody waits in a circle."""

import time
from concurrent.futures import ThreadPoolExecutor
from datetime import date

import pytest
from sqlalchemy import text
from sqlalchemy.exc import OperationalError

from foundation.sql import Session
from orders.purchase_orders import line_store
from tests.support.stories.system import System, a_system

pytestmark = pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
_WAITS = text("SELECT count(*) FROM pg_locks WHERE NOT granted")
_AT_ONCE = text("SELECT line_id FROM line_account WHERE order_number = :number FOR UPDATE NOWAIT")


def test_whoever_waits_for_a_later_order_holds_the_earlier_one(database_url: str) -> None:
    with a_system(database_url) as system:
        first, second = (a_placed_order(system, reference) for reference in ("100000101", "100000102"))
        with ThreadPoolExecutor(1) as pool, system.database.writing() as holder:
            line_store.lock_lines(holder, second)
            waiting = pool.submit(held_by_another, system, [second, first])
            until_somebody_waits(holder)
            with (
                pytest.raises(OperationalError, match="could not obtain lock"),
                system.database.writing() as late,
            ):
                late.execute(_AT_ONCE, {"number": first}).all()
            holder.rollback()
            waiting.result(10)


def a_placed_order(system: System, reference: str) -> str:
    system.decide(reference, start=date(2026, 1, 1))
    return system.order(reference).number


def held_by_another(system: System, numbers: list[str]) -> None:
    with system.database.writing() as session:
        line_store.lock_orders(session, numbers)


def until_somebody_waits(session: Session) -> None:
    until = time.monotonic() + 10
    while not session.scalar(_WAITS):
        assert time.monotonic() < until, "nobody waits"
        time.sleep(0.01)
