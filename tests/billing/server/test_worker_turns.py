"""What refuses a worker one thing keeps nothing else from being done, and is tried again after longer pauses."""

import pytest
from sqlalchemy.exc import OperationalError
from structlog.testing import capture_logs

from billing.server.ticks import Ticks
from billing.server.worker import ASK, COLLECT, DELIVER, JOBS, NUMBER, SORT, TASKS, Worker
from foundation.errors import Refused
from foundation.text import Text
from tests.support.servers.system_databases import whole

ALL = (COLLECT, SORT, JOBS, TASKS, ASK, DELIVER, NUMBER)


class Refusing(Worker):
    """One that meets a fault at some things; it notes what it has tried, and what was done."""

    def meets(self, *what: str, fault: Exception) -> "Refusing":
        """Let it meet the fault there, and nothing have been done yet."""
        self.at, self.fault = frozenset(what), fault
        self.tried, self.done = list[str](), list[str]()
        return self

    def do(self, what: str) -> bool:
        """Do one thing."""
        self.tried.append(what)
        if what in self.at:
            raise self.fault
        self.done.append(what)
        return False


REFUSED = Refused(Text("Registret kan inte läsas."))
AWAY = OperationalError("SELECT 1", {}, Exception("the server is gone"))


def turns(worker: Worker, count: int) -> tuple[list[float], list[str]]:
    ticks, pauses = Ticks(dict.fromkeys(ALL, 100.0)), [0.001]
    with capture_logs() as told:
        for _ in range(count):
            for each in ALL:
                ticks.again(each)
            pauses.append(worker._turn(ticks, pauses[-1]))
    return pauses[1:], [each["event"] for each in told]


@pytest.mark.parametrize("what", ALL)
def test_what_is_refused_keeps_nothing_else_from_being_done(database_url: str, what: str) -> None:
    database = whole(database_url)
    try:
        worker = Refusing(database, None, ()).meets(what, fault=REFUSED)
        pauses, told = turns(worker, 2)
        assert sorted(worker.done) == sorted(2 * [each for each in ALL if each != what])
        assert worker.tried.count(what) == 2
        assert pauses == [0.002, 0.004]
        assert told == 2 * ["no work done"]
    finally:
        database.close()


def test_books_that_refuse_everything_are_said_once_a_turn(database_url: str) -> None:
    database = whole(database_url)
    try:
        worker = Refusing(database, None, ()).meets(*ALL, fault=REFUSED)
        assert turns(worker, 1) == ([0.002], ["no work done"])
        assert sorted(worker.tried) == sorted(ALL)
    finally:
        database.close()


def test_a_database_that_is_away_is_asked_for_one_thing_and_for_all_later(database_url: str) -> None:
    database = whole(database_url)
    try:
        worker = Refusing(database, None, ()).meets(*ALL, fault=AWAY)
        ticks = Ticks(dict.fromkeys(ALL, 100.0))
        for each in ALL:
            ticks.again(each)
        assert worker._turn(ticks, 0.001) == 0.002
        assert len(worker.tried) == 1
        assert sorted(ticks.take()) == sorted(ALL)
    finally:
        database.close()
