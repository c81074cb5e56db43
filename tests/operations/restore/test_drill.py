"""The drill: copied under load, lost, restored and gone through by the commands an operator has, on both engines."""

import json
import time
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from foundation.database import utc_now
from invoicing.documents import store as document_store
from operations import alarm_store
from operations.checks import invariants
from tests.support.servers.stoppable_postgresql import stoppable_server
from tests.support.servers.system_databases import migrated
from tests.support.stories.drill import PAID_ON, Drill


@pytest.fixture
def drill(database_url: str, tmp_path: Path) -> Iterator[Drill]:
    migrated(database_url).close()
    drill = Drill(database_url, tmp_path)
    drill.prepare()
    yield drill
    drill.database.close()


@pytest.fixture
def elsewhere(drill: Drill, request: pytest.FixtureRequest) -> Iterator[str]:
    """Where the copy is put: nowhere else, or on a machine where nothing is but the programs."""
    if request.param == "by hand":
        yield ""
    elif drill.url.startswith("sqlite"):
        yield f"sqlite:///{drill.place}/elsewhere/{drill.name}.sqlite"
    else:
        with stoppable_server() as empty:
            yield empty.url


@pytest.mark.both_engines
@pytest.mark.parametrize("elsewhere", ["by hand", "by command"], indirect=True)
@pytest.mark.parametrize(
    "cases", [pytest.param(4, id="short"), pytest.param(60, id="long", marks=pytest.mark.slow)]
)
def test_nothing_is_lost_doubled_numbered_twice_or_paid_twice(
    drill: Drill, cases: int, elsewhere: str, record_property: Callable[[str, object], None]
) -> None:
    drill.cases(0, cases)
    drill.work()
    with ThreadPoolExecutor(1) as others:
        busy = others.submit(drill.cases_with_post, cases, 2 * cases)
        copied = drill.billing("backup", "--to", str(drill.place / "copies"))
        busy.result()
    assert copied.exit_code == 0, copied.output
    drill.work()
    drill.pay()
    outside, numbers = drill.outbox(), {each.number for each in drill.orders()}
    paid = set(drill.bank.iterdir())

    lost = time.monotonic()
    (copy,) = (each for each in (drill.place / "copies").iterdir() if each.suffix != ".json")
    drill.lose_and_restore(copy, elsewhere)
    where = ("--folder", str(drill.folder), "--payments", str(drill.bank))
    assert drill.billing("orders", "list").exit_code == 0
    assert drill.billing("work", "--once", "--folder", str(drill.folder)).exit_code != 0
    assert drill.billing("check").exit_code == 1
    looked = json.loads(drill.billing("restore", "look", "--json", *where).stdout)
    assert looked["held"]
    with drill.database.reading() as session:
        # The commands go by the true clock, and not by the story's.
        assert list(alarm_store.last_raised(session, now=utc_now())) == ["BOOKS_RESTORED"]
    assert drill.outbox() == outside
    went = drill.billing("restore", "go", "--by", "user-17", "--json", *where)
    assert went.exit_code == 0, went.output
    assert drill.billing("restore", "end", "--by", "user-18", *where).exit_code == 0
    restored_within = time.monotonic() - lost

    kept = {each.number for each in drill.orders()}
    drill.tell_all_again()
    drill.work()
    drill.work()
    with drill.database.reading() as session:
        documents = Counter(each.number for each in document_store.listed(session))
        assert list(invariants.check(session)) == []
    assert documents == Counter(f"F-{number}" for number in range(2 * cases))
    after = drill.outbox()
    assert {path: after[path] for path in outside} == outside
    sent_orders = Counter(Path(each).name.split("-")[1] for each in after if "/order-" in each)
    assert set(sent_orders.values()) == {1}
    # Who was ordered after the copy is ordered under the same number again, and nobody under another's.
    assert {each.number for each in drill.orders()} == numbers
    assert numbers - kept == {each.split()[1] for each in looked["left"] if each.startswith("order ")}
    stopped = drill.billing("payments", "propose", "--by", "user-1", "--on", str(PAID_ON))
    assert set(drill.bank.iterdir()) == paid
    assert stopped.exit_code != 0, stopped.output
    record_property("restores", 1)
    record_property("cases_restored", cases)
    record_property("minutes_to_restore", round(restored_within / 60, 2))
