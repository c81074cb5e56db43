"""A worker whose books hold no register yet says so once, and goes on with whatever needs none."""

from structlog.testing import capture_logs

from billing.server.ticks import Ticks
from billing.server.worker import COLLECT, JOBS, SORT, TASKS, Worker
from orders.register.store import NoRegister
from tests.support.servers.system_databases import whole


class Counting(Worker):
    """One whose jobs want a register until one is there; it counts what it did."""

    has_register = False

    def do(self, what: str) -> bool:
        """Do one thing."""
        self.done = [*getattr(self, "done", []), what]
        if what in (JOBS, TASKS) and not self.has_register:
            raise NoRegister
        return False


def test_no_register_is_said_once_until_there_was_one(database_url: str) -> None:
    database = whole(database_url)
    worker = Counting(database, None, ())
    ticks = Ticks({COLLECT: 100, JOBS: 100, SORT: 100, TASKS: 100})

    def turn() -> list[str]:
        for each in (COLLECT, JOBS, SORT, TASKS):
            ticks.again(each)
        with capture_logs() as told:
            worker._turn(ticks, 0.01)
        return [each["event"] for each in told]

    try:
        assert turn() == ["no register yet"]
        assert sorted(worker.done) == sorted([COLLECT, JOBS, SORT, TASKS])
        assert (turn(), turn()) == ([], [])
        worker.has_register = True
        assert turn() == []
        worker.has_register = False
        assert turn() == ["no register yet"]
    finally:
        database.close()
