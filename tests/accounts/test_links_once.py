"""A link that lets somebody choose a password is good once, before its time is over, and for its own account."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

import pytest

from accounts import accounts, mailed_link_store, mailed_links, tokens
from accounts import store as account_store
from accounts.mailed_link_store import LinkPurpose
from accounts.mailed_links import LinkVoid
from accounts.rules import INVITATION_LASTS, RESET_LASTS
from accounts.store import Account
from billing.tools.demo import people
from foundation.database import Database
from foundation.sql import Session
from operations.mail.store import ClaimedMail
from orders.register import store as register_store
from tests.support.servers.system_databases import CLOCK, filled
from tests.support.stories.system import example_register

SOON = CLOCK + timedelta(minutes=5)
MAIL = ClaimedMail(1, None, "alla@fyrbaken.example", "invitation", "", "", "", "sv", 1, CLOCK)


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


def holds(session: Session, path: str) -> bool:
    try:
        mailed_links.look(session, path.removeprefix("/link/"), now=SOON)
    except LinkVoid:
        return False
    return True


def another(session: Session) -> Account:
    found = account_store.by_name(session, "alla@larkdrillen.example")
    assert found is not None
    return found


def test_using_a_link_ends_the_others_of_its_kind_and_it_stays_to_be_seen_as_used(session: Session) -> None:
    one, other = (mailed_links.give(session, alva(session), LinkPurpose.RESET, at=CLOCK) for _ in range(2))
    theirs = mailed_links.give(session, another(session), LinkPurpose.RESET, at=CLOCK)
    mailed_links.give(session, alva(session), LinkPurpose.INVITE, at=CLOCK)
    assert [holds(session, each) for each in (one, other, theirs)] == [True, True, True]
    used = mailed_links.use(session, one.removeprefix("/link/"), now=SOON)
    assert (used.account.id, used.purpose) == (alva(session).id, LinkPurpose.RESET)
    assert [holds(session, each) for each in (one, other, theirs)] == [False, False, True]
    row = mailed_link_store.by_key(session, tokens.fingerprint(one.removeprefix("/link/")))
    assert row is not None
    assert (row.account_id, row.purpose, row.made_at, row.used_at) == (
        alva(session).id,
        LinkPurpose.RESET,
        CLOCK,
        SOON,
    )
    assert row.ends_at == CLOCK + RESET_LASTS


def test_a_link_of_a_clock_that_was_ahead_leads_nowhere(session: Session) -> None:
    for seconds, leads in ((10, True), (11, False)):
        path = mailed_links.give(
            session, alva(session), LinkPurpose.RESET, at=SOON + timedelta(seconds=seconds)
        )
        assert holds(session, path) is leads
        key = tokens.fingerprint(path.removeprefix("/link/"))
        assert mailed_link_store.use(session, key, now=SOON) is leads


def test_an_invitation_is_for_whoever_is_invited_and_a_new_password_for_whoever_is_active(
    session: Session,
) -> None:
    invite = mailed_links.give(session, alva(session), LinkPurpose.INVITE, at=CLOCK)
    assert not holds(session, invite)
    account_store.change(session, alva(session).id, state="INVITED")
    reset = mailed_links.give(session, alva(session), LinkPurpose.RESET, at=CLOCK)
    assert (holds(session, invite), holds(session, reset)) == (True, False)


@pytest.mark.parametrize(
    ("template", "until"), [("invitation", "2026-11-28"), ("password-reset", "2026-11-21 10.05")]
)
def test_a_mail_says_until_when_its_link_holds(session: Session, template: str, until: str) -> None:
    mail = replace(MAIL, template=template, account_id=alva(session).id)
    told = mailed_links.of_leaving_mail(session, mail, now=SOON)
    assert (told["until"], told["link"].startswith("{portal}/link/")) == (until, True)
    key = tokens.fingerprint(told["link"].removeprefix("{portal}/link/"))
    row = mailed_link_store.by_key(session, key)
    assert row is not None
    assert row.purpose is (LinkPurpose.INVITE if template == "invitation" else LinkPurpose.RESET)
    assert row.ends_at == SOON + (INVITATION_LASTS if template == "invitation" else RESET_LASTS)
