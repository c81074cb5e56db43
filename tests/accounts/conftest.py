"""What tests of accounts share: a clock moved by hand, quick hashes, and a portal with the demo's people."""

from collections.abc import Iterator
from datetime import datetime

import pytest
from argon2 import PasswordHasher

from accounts import passwords
from billing.tools.demo import people
from orders.register import store as register_store
from tests.support.pages.browser import Site, portal
from tests.support.servers.system_databases import CLOCK, migrated
from tests.support.stories.system import example_register


class Clock:
    """The portal's clock, moved by hand."""

    def __init__(self) -> None:
        self.now = CLOCK

    def __call__(self) -> datetime:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture(autouse=True)
def quick_hashes(monkeypatch: pytest.MonkeyPatch) -> None:
    """Argon2id as in service, but without the memory and time that keep others out."""
    monkeypatch.setattr(passwords, "_hasher", PasswordHasher(time_cost=1, memory_cost=16, parallelism=1))


@pytest.fixture
def filled_url(database_url: str) -> str:
    database = migrated(database_url, clock=lambda: CLOCK)
    with database.writing() as session:
        register_store.save(session, example_register(), at=CLOCK, actor="test")
        people.move_in(session, example_register(), at=CLOCK)
    database.close()
    return database_url


@pytest.fixture
def site(filled_url: str, clock: Clock) -> Iterator[Site]:
    with portal(filled_url, clock=clock, second_step=False) as served:
        yield served


@pytest.fixture
def strict(filled_url: str, clock: Clock) -> Iterator[Site]:
    """A portal that wants a second step."""
    with portal(filled_url, clock=clock) as served:
        yield served
