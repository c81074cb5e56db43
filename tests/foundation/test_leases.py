"""Leases: one worker has a row at a time, and the next one when the time is out."""

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import Column, Integer, MetaData, Table, insert, select, update

from foundation import leases
from foundation.database import Database
from foundation.sql import Session, UtcDateTime
from tests.support.servers.system_databases import migrated

NOW = datetime(2026, 11, 2, 9, 0, tzinfo=UTC)
LEASE = timedelta(minutes=5)
WORK = Table(
    "work",
    MetaData(),
    Column("number", Integer, primary_key=True),
    Column("until", UtcDateTime(), nullable=True),
    Column("taken", Integer, nullable=False, default=0),
)


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    opened = migrated(database_url)
    with opened.writing() as session:
        WORK.create(session)
        session.execute(insert(WORK), [{"number": number} for number in (3, 1, 2)])
    yield opened
    opened.close()


def take(session: Session, now: datetime, *, at_most: int = 2) -> Sequence[tuple[int, int]]:
    wanted = select(WORK).where(leases.is_free(WORK.c.until, now, longest=LEASE)).order_by(WORK.c.number)
    taken = leases.take(
        session, WORK.c.number, wanted, taken=WORK.c.taken, at_most=at_most, until=now + LEASE
    )
    return [(row.number, row.taken) for row in taken]


def test_rows_are_taken_in_order_as_they_were_and_by_nobody_else_until_the_lease_has_ended(
    database: Database,
) -> None:
    with database.writing() as session:
        assert take(session, NOW) == [(1, 0), (2, 0)]
    with database.writing() as session:
        assert take(session, NOW + LEASE) == [(3, 0)]
    with database.writing() as session:
        assert take(session, NOW + LEASE) == []
    with database.writing() as session:
        assert take(session, NOW + LEASE + timedelta(seconds=1)) == [(1, 1)]


def test_what_no_worker_came_back_from_is_taken_alone_behind_what_is_fresh_and_at_last_by_nobody(
    database: Database,
) -> None:
    seen = []
    for hour in range(12):
        with database.writing() as session:
            if hour == 2:
                session.execute(insert(WORK), [{"number": 4}])
            seen.append(take(session, NOW + timedelta(hours=hour), at_most=3))
    together, alone, fresh, *others = seen
    assert together == [(1, 0), (2, 0), (3, 0)]
    assert alone == [(1, 1)]
    assert fresh == [(4, 0)]
    assert others == [
        *([(2, 1)], [(3, 1)], [(4, 1)]),
        *([(1, 2)], [(2, 2)], [(3, 2)], [(4, 2)]),
        *([], []),
    ]
    with database.reading() as session:
        lost = leases.is_lost(WORK.c.taken, WORK.c.until, NOW + timedelta(hours=12), longest=LEASE)
        assert list(session.scalars(select(WORK.c.number).where(lost).order_by(WORK.c.number))) == [
            1,
            2,
            3,
            4,
        ]


def test_what_was_given_back_is_taken_with_others_again(database: Database) -> None:
    with database.writing() as session:
        assert take(session, NOW, at_most=3) == [(1, 0), (2, 0), (3, 0)]
        session.execute(update(WORK).values(until=None, taken=0))
        assert take(session, NOW, at_most=3) == [(1, 0), (2, 0), (3, 0)]


def test_what_waits_for_a_moment_is_due_at_that_moment(database: Database) -> None:
    with database.writing() as session:
        assert take(session, NOW, at_most=1) == [(1, 0)]
        due = select(WORK.c.number).order_by(WORK.c.number)
        for moment, numbers in ((NOW + LEASE - timedelta(seconds=1), [2, 3]), (NOW + LEASE, [1, 2, 3])):
            assert (
                list(session.scalars(due.where(leases.is_due(WORK.c.until, moment, longest=LEASE))))
                == numbers
            )


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
def test_a_worker_passes_over_what_another_is_just_taking(database: Database) -> None:
    with database.writing() as first:
        assert take(first, NOW) == [(1, 0), (2, 0)]
        with database.writing() as second:
            assert take(second, NOW) == [(3, 0)]
