"""One run of a simulated house: so many steps under one seed, then rest, and what was promised is looked up."""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Final

from sqlalchemy import make_url

from accounts import sessions
from accounts.identity import BUYER_SIDE, SUPPLIER_SIDE, Permission, Person
from billing.server.app import create_app
from billing.server.jobs import jobs_of
from foundation.database import Database
from operations.settings import Settings
from tests.bar.simulation import promises
from tests.bar.simulation.house import BEGINS, House, staged
from tests.bar.simulation.people import People
from tests.support.pages.browser import account_of
from tests.support.servers.system_databases import filled
from tests.support.stories.system import TALLKOTTEN, System, example_register

_BUYER: Final = "2021002114"
_PORTAL: Final = ("portal-1", "portal-2")
_DESK: Final = ("desk-1", "desk-2")
# The invariants walk all books: at every so many steps, and at the end.
_LOOKS_EVERY: Final = 25
# Rest is reached in far fewer rounds; more of them are a house that does not come to rest.
_ROUNDS_MOST: Final = 120
_QUIET_ROUNDS: Final = 3

# What happens at a step, in shares of a hundred.
_BEGINS: Final = {
    "somebody goes on": 62,
    "an event is told": 12,
    "a message reaches its supplier": 7,
    "a supplier's system works": 6,
    "somebody sends invoices": 3,
    "somebody takes back": 1,
    "the desk decides": 4,
    "the desk pays": 1,
    "somebody asks again": 2,
    "a message comes in again": 2,
}

_sessions: dict[str, str] = {}


@dataclass(frozen=True, slots=True)
class Run:
    """What came of one run: its trace's number, the head of its journal, what was met, and what was broken."""

    seed: int
    steps: int
    digest: str
    head: str
    kills: int
    met: Mapping[str, int]
    broken: Sequence[str]
    trace: Sequence[str]


def run(url: str, *, seed: int, steps: int) -> Run:
    """Simulate `steps` steps under `seed` in a database of its own at `url`."""
    database = filled(url, "simulated house", _fill)
    settings = Settings(database_url=url, mail_folder=Path(str(make_url(url).database)).parent / "mail")
    app = create_app(settings, database=database)
    # Sessions stay at the moment when they began: how long a run takes is nothing to it, nor how long the house lives.
    app.state.clock = lambda: BEGINS
    house = House(database, jobs_of(settings), seed)
    people = People(house, app, [_sessions[each] for each in _PORTAL], [_sessions[each] for each in _DESK])
    broken: list[str] = []
    try:
        with staged(house):
            for number in range(steps):
                _step(house, people)
                if number % _LOOKS_EVERY == 0 and not broken:
                    broken += promises.broken_now(house)
            broken += _rest(house, people)
        broken += promises.broken_at_rest(house, people.promised)
        met: Counter[str] = house.point.met
        return Run(
            seed,
            steps,
            house.stage.digest,
            promises.head(database),
            house.kills,
            met,
            broken,
            house.stage.trace,
        )
    finally:
        database.close()


def _fill(database: Database) -> None:
    System(database).change_register(example_register())
    for name in _PORTAL:
        _sessions[name] = _session(database, name, SUPPLIER_SIDE, TALLKOTTEN)
    for name in _DESK:
        _sessions[name] = _session(database, name, BUYER_SIDE - {Permission.BUYER_ADMIN}, _BUYER)


def _session(database: Database, name: str, permissions: frozenset[Permission], organisation: str) -> str:
    person = account_of(database, Person(name, "Någon Annan", organisation, permissions, None))
    with database.writing() as session:
        return sessions.start(session, person.account_id, now=BEGINS)


def _step(house: House, people: People) -> None:
    """One thing happens: somebody who is at it goes on, or something begins."""
    house.pass_time()
    house.workers_live()
    actors = house.stage.actors
    begun = _draw(house, _BEGINS)
    if begun == "somebody goes on" and actors:
        house.play(house.random.choice(actors))
        return
    begins: Mapping[str, Callable[[], None]] = {
        "an event is told": people.tell_event,
        "a message reaches its supplier": house.network_lives,
        "a supplier's system works": house.suppliers_live,
        "somebody sends invoices": people.press_send,
        "somebody takes back": people.press_undo,
        "the desk decides": people.decide,
        "the desk pays": people.pay,
        "somebody asks again": people.ask_again,
        "a message comes in again": house.point.hand_in_again,
    }
    begins.get(begun, people.ask_again)()


def _draw(house: House, shares: Mapping[str, int]) -> str:
    return house.random.choices(list(shares), list(shares.values()))[0]


def _rest(house: House, people: People) -> list[str]:
    """The world becomes kind: nobody dies, the network works, and everybody ends what they began."""
    house.faults, house.point.is_kind = False, True
    while people.wait_for_answers:
        people.ask_again()
        people.tell_event()
        _play_requests(house)
    _play_requests(house)
    house.stage.clear()
    last = house.worker()
    quiet = 0
    for _ in range(_ROUNDS_MOST):
        since = len(house.stage.trace)
        last.once()
        while house.point.on_way:
            house.network_lives()
        for _ in range(4 * len(house.erps)):
            house.suppliers_live()
        is_moved = house.operator_lives() or len(house.stage.trace) > since or bool(house.point.mailbox)
        quiet = 0 if is_moved else quiet + 1
        if quiet == _QUIET_ROUNDS:
            return []
        house.now += timedelta(minutes=30)
    return ["the house did not come to rest"]


def _play_requests(house: House) -> None:
    """Everybody but the workers comes to their end."""
    for actor in list(house.stage.actors):
        while not actor.name.startswith("worker") and actor in house.stage.actors:
            house.play(actor)
