"""A world of placements and results alone, to count the service's figures in; for measuring only.

150 suppliers in six of 81 delivery areas each, three levels, starts spread over 36 months. Half are interrupted, of
whom one in ten came back; three in ten have a second period; a third of the interrupted have results.
"""

import json
from collections.abc import Iterator
from dataclasses import asdict
from datetime import date, timedelta
from typing import Final

from sqlalchemy import insert, text

from billing.tools.benchmarks import bulk_register
from foundation.database import Database
from foundation.periods import six_months_from
from orders.model import Handling, InterruptionState, PlacementState, PlannedState
from orders.register import store as register_store
from orders.register.shipped_services import first_service
from orders.tables import interruption, placement, placement_period, planned_order
from orders.terms import ArticleKind

TODAY: Final = date(2026, 11, 21)
_FIRST: Final = date(2023, 12, 1)
_DAYS: Final = (TODAY - _FIRST).days
_AT_A_TIME: Final = 5_000
_SERVICE: Final = first_service()

Row = dict[str, object]


def fill(database: Database, *, placements: int) -> None:
    """Make so many placements with what became of them; the database must hold nothing yet."""
    with database.writing() as session:
        register_store.save(session, bulk_register.register(), at=database.clock(), actor="bench")
        for first in range(0, placements, _AT_A_TIME):
            some = range(first, min(first + _AT_A_TIME, placements))
            for table, rows in (
                (placement, [_placement(number) for number in some]),
                (placement_period, [row for number in some for row in _periods(number)]),
                (interruption, [row for number in some for row in _interruptions(number)]),
                (planned_order, [row for number in some for row in _results(number)]),
            ):
                session.execute(insert(table), rows)
    with database.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("ANALYZE"))


def _reference(number: int) -> str:
    return str(300_000_000 + number)


def _start(number: int) -> date:
    return _FIRST + timedelta(days=number * 7919 % _DAYS)


def _placement(number: int) -> Row:
    supplier = number % 150
    return {
        "execution_reference": _reference(number),
        "supplier": bulk_register.supplier_numbers()[supplier],
        "contract_id": f"AVT-{supplier}",
        "unit_id": f"UV-{supplier}",
        "unit": json.dumps({"id": f"UV-{supplier}", "address": asdict(bulk_register.ADDRESS)}),
        "delivery_area": bulk_register.area_id((supplier * 6 + number // 150 % 6) % 81),
        "service": _SERVICE.id,
        "level": _SERVICE.level_codes[number * 31 % len(_SERVICE.level_codes)],
        "handling": Handling.ORDERED,
        "state": PlacementState.DECIDED if number % 40 else PlacementState.CANCELLED,
    }


def _periods(number: int) -> Iterator[Row]:
    start = _start(number)
    for ordinal in (1, 2) if number % 10 < 3 else (1,):
        days = six_months_from(start)
        yield {
            "execution_reference": _reference(number),
            "ordinal": ordinal,
            "decision_id": f"{number}-{ordinal}",
            "decided_on": start - timedelta(days=7),
            "starts_on": days.start,
            "ends_on": days.end,
        }
        start = days.end + timedelta(days=1)


def _interruptions(number: int) -> Iterator[Row]:
    if number % 2:
        return
    left = _start(number) + timedelta(days=number * 13 % 180)
    came_back = number % 20 == 0
    yield {
        "execution_reference": _reference(number),
        "registered_on": left,
        "effective_on": left,
        "reason": _SERVICE.reason_codes[number // 2 % len(_SERVICE.reason_codes)],
        "state": InterruptionState.ENDED if came_back else InterruptionState.STANDING,
        "back_on": left + timedelta(days=15) if came_back else None,
    }


def _results(number: int) -> Iterator[Row]:
    if number % 6:
        return
    due = _start(number) + timedelta(days=number * 13 % 180 + 120)
    earned = [(ArticleKind.RESULT, stage) for stage in _SERVICE.stage_codes]
    for place, (article, stage) in enumerate([*earned, (ArticleKind.SPEED_BONUS, "")]):
        yield {
            "execution_reference": _reference(number),
            "article": article,
            "stage": stage,
            "decision_id": f"{number}-1",
            "due_on": due + timedelta(days=90 * place if stage else 0),
            "state": PlannedState.WAITING,
        }
