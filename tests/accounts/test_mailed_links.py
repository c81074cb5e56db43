"""A mailed link is good once, whoever else has it, and lies nowhere but in the mail that brings it."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from pathlib import Path
from threading import Barrier

import pytest
from sqlalchemy import select
from typer.testing import CliRunner

from accounts import accounts, mailed_links, passwords
from accounts import store as account_store
from accounts.mailed_link_store import LinkPurpose
from accounts.mailed_links import LinkVoid
from accounts.tables import mailed_link
from billing.cli import cli
from billing.tools.demo import people
from foundation.database import Database
from operations.mail import delivery, mail_queries
from operations.mail.tables import mail
from operations.settings import Settings
from tests.accounts.conftest import Clock
from tests.support.pages.browser import Site
from tests.support.pages.mailbox import delivered, link_in, link_to, said_in
from tests.support.pages.visitor import text_of, visitor

ALVA, DEMO = "alla@fyrbaken.example", people.PASSWORD
FIRST, SECOND = "fyra helt olika ord", "fem andra helt olika ord"


@pytest.fixture
def books(filled_url: str, clock: Clock) -> Iterator[Database]:
    database = Database(filled_url, clock=clock)
    yield database
    database.close()


def asked_for(books: Database, clock: Clock) -> str:
    """The secret of a link for a new password that has come by mail."""
    with books.writing() as session:
        accounts.ask_for_reset(session, ALVA, at=clock.now)
    return link_to(books, ALVA, now=clock.now).removeprefix("/link/")


def take_up(books: Database, secret: str, password: str, clock: Clock) -> bool:
    """Whether the link lets this password be chosen."""
    password_hash = passwords.hashed(password)
    try:
        with books.writing() as session:
            accounts.take_up(session, secret, password_hash, now=clock.now)
    except LinkVoid:
        return False
    return True


def opens(books: Database, password: str) -> bool:
    """Whether the password is the account's."""
    with books.reading() as session:
        account = account_store.by_name(session, ALVA)
    assert account is not None
    return passwords.fits(account.password_hash, password)


def test_a_link_for_a_new_password_is_good_once(site: Site, clock: Clock) -> None:
    """The account is as active after it as before: nothing but the mark on the link keeps it from being used again."""
    secret = asked_for(site.database, clock)
    with visitor(site) as alva, visitor(site) as thief:
        assert alva.post(f"/link/{secret}", {"password": FIRST, "again": FIRST}).status_code == 303
        for again in (
            thief.get(f"/link/{secret}"),
            thief.post(f"/link/{secret}", {"password": SECOND, "again": SECOND}),
        ):
            assert again.status_code == 409
            assert "gäller inte längre" in text_of(again)
        assert alva.enter(ALVA, FIRST).status_code == 303
        assert thief.enter(ALVA, SECOND).status_code == 422


@pytest.mark.both_engines
def test_of_two_who_use_a_link_at_once_one_chooses_the_password(books: Database, clock: Clock) -> None:
    for _ in range(5):
        secret, together = asked_for(books, clock), Barrier(8)

        def use(number: int, secret: str = secret, together: Barrier = together) -> bool:
            together.wait()
            return take_up(books, secret, f"lösenord för försök {number}", clock)

        with ThreadPoolExecutor(8) as hands:
            came = list(hands.map(use, range(8)))
        assert came.count(True) == 1
        assert [opens(books, f"lösenord för försök {each}") for each in range(8)] == came
        clock.now += timedelta(days=1)


@pytest.mark.both_engines
def test_a_mail_that_is_tried_again_brings_a_link_of_its_own_and_using_one_ends_the_other(
    books: Database, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    with books.writing() as session:
        accounts.ask_for_reset(session, ALVA, at=clock.now)
    with monkeypatch.context() as dying:
        # The worker dies between the mail server's yes and its own note of it.
        dying.setattr(delivery, "_mark", lambda *_: None)
        first = link_to(books, ALVA, now=clock.now).removeprefix("/link/")
    clock.now += timedelta(minutes=11)
    second = link_to(books, ALVA, now=clock.now).removeprefix("/link/")
    with books.reading() as session:
        for secret in (first, second):
            assert mailed_links.look(session, secret, now=clock.now).account.sign_in_name == ALVA
    assert take_up(books, second, FIRST, clock)
    assert not take_up(books, first, SECOND, clock)
    assert opens(books, FIRST)


@pytest.mark.both_engines
def test_the_outbox_holds_no_link_before_or_after_the_mail_has_left(books: Database, clock: Clock) -> None:
    with books.writing() as session:
        accounts.ask_for_reset(session, ALVA, at=clock.now)
        waiting = session.execute(select(mail.c.body)).scalar_one()
        assert session.execute(select(mailed_link)).all() == []
    assert "/link/" not in waiting
    assert "{link}" in waiting
    (came,) = delivered(books, now=clock.now)
    text = said_in(came)
    assert link_in(text)
    assert "http://127.0.0.1:8000/link/" in text
    assert "{" not in text
    with books.reading() as session:
        assert "/link/" not in session.execute(select(mail.c.body)).scalar_one()
        assert [each.state for each in mail_queries.counts(session)] == ["SENT"]


def test_a_mail_laid_in_a_folder_names_the_command_that_gives_the_link(
    books: Database, clock: Clock, tmp_path: Path
) -> None:
    with books.writing() as session:
        accounts.ask_for_reset(session, ALVA, at=clock.now)
    folder = Settings(mail_folder=tmp_path / "mail")
    delivery.deliver(books, folder, now=clock.now, links=lambda *_: {"link": "hemlig"})
    (file,) = folder.mail_folder.glob("*.eml")
    assert "hemlig" not in file.read_text()
    assert "billing people link user-1" in file.read_text().replace("=\n", "")
    url = books.url.render_as_string(hide_password=False)
    told = CliRunner().invoke(cli.app, ["people", "link", "user-1", "--by", "drift", "--database", url])
    assert told.exit_code == 0, told.output
    first = link_in(told.output).removeprefix("/link/")
    again = CliRunner().invoke(cli.app, ["people", "link", "user-1", "--by", "drift", "--database", url])
    clock.now = max(clock.now, _made_at(books))
    assert not take_up(books, first, FIRST, clock)
    assert take_up(books, link_in(again.output).removeprefix("/link/"), FIRST, clock)
    unknown = CliRunner().invoke(cli.app, ["people", "link", "user-999", "--by", "drift", "--database", url])
    assert unknown.exit_code == 4


def _made_at(books: Database) -> datetime:
    with books.reading() as session:
        made: list[datetime] = list(session.scalars(select(mailed_link.c.made_at)))
    return max(made)


@pytest.mark.parametrize("purpose", LinkPurpose)
def test_a_link_lasts_from_when_it_left_and_not_from_when_it_was_asked_for(
    books: Database, clock: Clock, purpose: LinkPurpose
) -> None:
    """A mail server that was down for a day costs nobody the hour that the link lasts."""
    with books.writing() as session:
        account = account_store.by_name(session, ALVA)
        assert account is not None
        mailed_links.send(session, account, purpose, at=clock.now)
    clock.now += timedelta(days=1)
    assert delivered(books, now=clock.now)
    with books.reading() as session:
        (row,) = session.execute(select(mailed_link)).all()
    assert row.ends_at - clock.now == (
        timedelta(hours=1) if purpose is LinkPurpose.RESET else timedelta(days=7)
    )
