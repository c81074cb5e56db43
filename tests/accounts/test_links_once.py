"""A link that lets somebody choose a password is good once, before its time is over, and for its own account."""

from collections.abc import Iterator
from datetime import timedelta

import pytest

from accounts import accounts, mailed_link_store, mailed_links, tokens
from accounts import store as account_store
from accounts.mailed_link_store import LinkPurpose
from accounts.mailed_links import LinkVoid
from accounts.rules import RESET_LASTS
from accounts.store import Account
from billing.tools.demo import people
from foundation.database import Database
from foundation.sql import Session
from orders.register import store as register_store
from tests.support.servers.system_databases import CLOCK, filled
from tests.support.stories.system import example_register

SOON = CLOCK + timedelta(minutes=5)


def _with_people(database: Database) -> None:
    with database.writing() as session:
        register_store.save(session, example_register(), at=CLOCK, actor="test")
        people.move_in(session, example_register(), at=CLOCK)


@pytest.fixture
def session(database_url: str) -> Iterator[Session]:
    database = filled(database_url, "example people", _with_people)
    with database.writing() as session:
        yield session
    database.close()


def alva(session: Session) -> Account:
    found = account_store.by_name(session, "alla@fyrbaken.example")
    assert found is not None
    return found


def link(session: Session) -> str:
    """The secret of a link to choose a new password."""
    path = accounts.give_link(session, alva(session), by="test", at=CLOCK)
    return path.removeprefix("/link/")


@pytest.mark.both_engines
def test_a_link_that_was_used_leads_nowhere_and_cannot_be_used_again(session: Session) -> None:
    secret = link(session)
    assert mailed_links.use(session, secret, now=SOON).account.id == alva(session).id
    for again in (mailed_links.look, mailed_links.use):
        with pytest.raises(LinkVoid):
            again(session, secret, now=SOON)


@pytest.mark.both_engines
def test_of_two_that_have_both_seen_the_link_unused_one_uses_it(session: Session) -> None:
    key = tokens.fingerprint(link(session))
    assert [mailed_link_store.use(session, key, now=SOON) for _ in range(2)] == [True, False]


@pytest.mark.parametrize("seconds_left", [1, 0, -1])
def test_a_link_holds_until_its_time_and_not_at_it(session: Session, seconds_left: int) -> None:
    secret, now = link(session), CLOCK + RESET_LASTS - timedelta(seconds=seconds_left)
    used = mailed_link_store.use(session, tokens.fingerprint(secret), now=now)
    assert used is (seconds_left > 0)


def test_a_newer_link_makes_the_older_one_void(session: Session) -> None:
    older, newer = link(session), link(session)
    with pytest.raises(LinkVoid):
        mailed_links.use(session, older, now=SOON)
    assert mailed_links.use(session, newer, now=SOON).purpose is LinkPurpose.RESET
