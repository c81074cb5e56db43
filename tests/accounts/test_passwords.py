"""How a password is kept changes with what guessing costs; who signs in is moved over without noticing."""

from collections.abc import Iterator

import pytest
from argon2 import PasswordHasher

from accounts import passwords, sessions, sign_in
from accounts import store as account_store
from accounts.sign_in import WrongSignIn
from accounts.store import Account
from billing.tools.demo import people
from foundation.database import Database
from operations.settings import Settings
from orders.register import store as register_store
from tests.support.servers.system_databases import CLOCK, migrated
from tests.support.stories.system import example_register

ALVA, OF_OLD = "alla@fyrbaken.example", PasswordHasher(time_cost=1, memory_cost=16, parallelism=1)
TODAYS = PasswordHasher(time_cost=2, memory_cost=16, parallelism=1)


@pytest.fixture
def system(database_url: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[Database]:
    """A system whose people chose their passwords before the parameters were changed."""
    database = migrated(database_url, clock=lambda: CLOCK)
    monkeypatch.setattr(passwords, "_hasher", OF_OLD)
    with database.writing() as session:
        register_store.save(session, example_register(), at=CLOCK, actor="test")
        people.move_in(session, example_register(), at=CLOCK)
    monkeypatch.setattr(passwords, "_hasher", TODAYS)
    yield database
    database.close()


def _enter(system: Database, password: str) -> str:
    settings = Settings(second_step=False)
    return sign_in.with_password(system, settings, ALVA, password, client="192.0.2.1", now=CLOCK).secret


def _alva(system: Database) -> Account:
    with system.reading() as session:
        found = account_store.by_name(session, ALVA)
    assert found is not None
    return found


def test_signing_in_keeps_the_password_in_todays_way_from_then_on(system: Database) -> None:
    before = _alva(system)
    assert passwords.is_outdated(before.password_hash)
    secret = _enter(system, people.PASSWORD)
    after = _alva(system)
    assert not passwords.is_outdated(after.password_hash)
    assert passwords.fits(after.password_hash, people.PASSWORD)
    _enter(system, people.PASSWORD)
    assert _alva(system).password_hash == after.password_hash
    with system.reading() as session:
        invoice = sessions.find(session, secret, now=CLOCK)
    assert invoice is not None
    assert invoice.account == after


def test_a_wrong_password_changes_nothing_that_is_kept(system: Database) -> None:
    before = _alva(system)
    with pytest.raises(WrongSignIn):
        _enter(system, "något helt annat")
    assert _alva(system) == before


def test_a_password_changed_meanwhile_is_not_put_back(system: Database) -> None:
    before = _alva(system)
    with system.writing() as session:
        account_store.change(session, before.id, password_hash=passwords.hashed("det nya lösenordet"))
        account_store.renew_hash(session, before, passwords.hashed(people.PASSWORD))
    assert passwords.fits(_alva(system).password_hash, "det nya lösenordet")
