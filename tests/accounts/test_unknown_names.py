"""Whoever tries to sign in waits for one check of a password, whether or not the name is somebody's."""

from collections.abc import Iterator

import pytest
from argon2 import PasswordHasher

from accounts import passwords, sign_in
from accounts import store as account_store
from accounts.sign_in import WrongSignIn
from accounts.store import AccountState
from billing.tools.demo import people
from foundation.database import Database
from operations.settings import Settings
from orders.register import store as register_store
from tests.support.servers.system_databases import CLOCK, migrated
from tests.support.stories.system import example_register

ALVA = "alla@fyrbaken.example"
QUICK = PasswordHasher(time_cost=1, memory_cost=16, parallelism=1)


@pytest.fixture
def system(database_url: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[Database]:
    monkeypatch.setattr(passwords, "_hasher", QUICK)
    passwords._of_nobody.cache_clear()
    database = migrated(database_url, clock=lambda: CLOCK)
    with database.writing() as session:
        register_store.save(session, example_register(), at=CLOCK, actor="test")
        people.move_in(session, example_register(), at=CLOCK)
    yield database
    database.close()
    passwords._of_nobody.cache_clear()


@pytest.mark.parametrize("who", ["known", "unknown", "ended"])
def test_one_password_is_checked_whoever_asks(
    system: Database, monkeypatch: pytest.MonkeyPatch, who: str
) -> None:
    if who == "ended":
        with system.writing() as session:
            account = account_store.by_name(session, ALVA)
            assert account is not None
            assert account_store.move(session, account.id, AccountState.ENDED)
    checked: list[str] = []
    verify = PasswordHasher.verify

    def counted(hasher: PasswordHasher, kept: str, given: str) -> bool:
        checked.append(kept)
        return verify(hasher, kept, given)

    monkeypatch.setattr(PasswordHasher, "verify", counted)
    name = "ingen@fyrbaken.example" if who == "unknown" else ALVA
    with pytest.raises(WrongSignIn):
        sign_in.with_password(system, Settings(), name, "fel lösenord", client="192.0.2.1", now=CLOCK)
    # The same work: argon2id with today's parameters, once.
    assert [each.rsplit("$", 2)[0] for each in checked] == [QUICK.hash("x").rsplit("$", 2)[0]]
