"""What a month would accrue is added up in the database to what its lines come to, of any history and on any day."""

from datetime import date
from random import Random

import pytest

from bookkeeping import accrual_queries
from bookkeeping.accrual_queries import AccruedFor
from foundation.money import total
from foundation.periods import Month
from tests.bookkeeping.test_commitments import told
from tests.support.stories.months_of_work import months_of_work
from tests.support.stories.system import System, a_system

MONTHS = [Month(2025, 12), *(Month(2026, each) for each in range(1, 8))]


def agrees(system: System, *, closing: date) -> tuple[int, int]:
    """Add up both ways for each month; how many of its lines are received and how many unreported, at the most."""
    most = 0, 0
    with system.database.reading() as session:
        for month in MONTHS:
            lines = accrual_queries.lines(session, month, closing=closing)
            sums = accrual_queries.sums(session, month, closing=closing)
            by_why = {why: [each.amount for each in lines if each.why is why] for why in AccruedFor}
            received, unreported = by_why[AccruedFor.RECEIVED], by_why[AccruedFor.UNREPORTED]
            assert (sums.received, sums.amount_received) == (len(received), total(received)), month
            assert (sums.unreported, sums.amount_unreported) == (len(unreported), total(unreported)), month
            assert (sums.count, sums.amount) == (len(lines), total(each.amount for each in lines)), month
            most = max(most[0], len(received)), max(most[1], len(unreported))
    return most


@pytest.mark.both_engines
def test_in_a_story_where_everything_happens(database_url: str) -> None:
    with a_system(database_url) as system:
        found = [agrees(system, closing=day) for day in months_of_work(system)]
    assert max(received for received, _ in found) > 1
    assert max(unreported for _, unreported in found) > 3


@pytest.mark.parametrize("seed", range(3))
def test_of_any_history(database_url: str, seed: int) -> None:
    chance = Random(seed)  # noqa: S311
    with a_system(database_url) as system:
        for place in range(4):
            told(system, chance, place)
        for closing in (date(2026, 1, 15), date(2026, 3, 10), date(2026, 5, 4), date(2026, 9, 1)):
            agrees(system, closing=closing)
