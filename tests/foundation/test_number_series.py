"""Number series: which follow each other without a gap, which only never come twice, and where each goes on."""

from collections.abc import Iterator
from functools import partial

import pytest

from foundation import number_series
from foundation.database import Database
from foundation.number_series import CLAIMS, EXECUTION_REFERENCES, FIRST, GAPLESS, ORDERS, PAYMENTS, VOUCHERS
from tests.support.at_once import at_once
from tests.support.servers.system_databases import whole

AT = "2026-11-21T08:00:00+00:00"


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    database = whole(database_url)
    yield database
    database.close()


def take(database: Database, name: str, count: int = 1, *, ends_well: bool = True) -> list[str]:
    class Undone(Exception):
        pass

    numbers: list[str] = []
    try:
        with database.writing() as session:
            numbers = number_series.next_numbers(session, name, count)
            if not ends_well:
                raise Undone
    except Undone:
        pass
    return numbers


@pytest.mark.both_engines
@pytest.mark.parametrize("name", FIRST)
def test_each_series_begins_where_it_should_and_goes_on(database: Database, name: str) -> None:
    first = FIRST[name]
    assert take(database, name, 3) == [str(first), str(first + 1), str(first + 2)]
    assert take(database, name) == [str(first + 3)]
    with database.reading() as session:
        assert number_series.ranges(session)[name] == (first, first + 3)


@pytest.mark.both_engines
@pytest.mark.parametrize("name", GAPLESS)
def test_a_number_that_is_given_back_is_taken_again_where_no_gap_is_promised(
    database: Database, name: str
) -> None:
    gone = take(database, name, 2, ends_well=False)
    assert take(database, name, 2) == gone


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
@pytest.mark.parametrize("name", [ORDERS, EXECUTION_REFERENCES, PAYMENTS])
def test_a_number_that_may_leave_a_gap_never_comes_twice_and_holds_up_nobody(
    database: Database, name: str
) -> None:
    assert take(database, name, ends_well=False) == [str(FIRST[name])]
    with database.writing() as first:
        one = number_series.next_number(first, name)
        with database.writing() as second:
            second.exec_driver_sql("SET LOCAL lock_timeout = '2s'")
            other = number_series.next_number(second, name)
    assert [one, other] == [str(FIRST[name] + 1), str(FIRST[name] + 2)]
    taken = at_once([partial(take, database, name, 5) for _ in range(8)])
    every = [number for numbers in taken for number in numbers]
    assert len(set(every)) == 40
    assert all(numbers == sorted(numbers) for numbers in taken)


@pytest.mark.both_engines
@pytest.mark.parametrize("name", [ORDERS, VOUCHERS])
def test_a_series_that_jumps_goes_on_after_it_and_says_why(database: Database, name: str) -> None:
    take(database, name, 2)
    to = FIRST[name] + 50
    with database.writing() as session:
        made = number_series.jump(session, name, to=to, at=AT, by="officer-1", reason="restored")
        assert made is not None
        assert (made.first, made.last) == (FIRST[name] + 2, to)
        assert number_series.jump(session, name, to=to, at=AT, by="officer-1", reason="restored") is None
    assert take(database, name) == [str(to + 1)]
    with database.reading() as session:
        assert number_series.jumps(session) == [made]


@pytest.mark.both_engines
def test_a_series_is_caught_up_with_numbers_that_are_used_and_never_turned_back(database: Database) -> None:
    """Rows that were put back without their sequence; `billing init` looks for them."""
    with database.writing() as session:
        number_series.catch_up(session, ORDERS, used=FIRST[ORDERS] + 9)
        number_series.catch_up(session, ORDERS, used=FIRST[ORDERS])
        number_series.catch_up(session, CLAIMS, used=FIRST[CLAIMS] + 9)
    goes_on_after = 0 if database.is_sqlite else 10
    assert take(database, ORDERS) == [str(FIRST[ORDERS] + goes_on_after)]
    assert take(database, CLAIMS) == [str(FIRST[CLAIMS])]
