"""Which mails somebody gets, and how often: on one's own page, from the link in a mail, and gathered once a day."""

import re
from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select

from accounts import mailing, sessions
from accounts import store as account_store
from accounts.identity import Permission
from accounts.mails import daily_mails, leaving_mails, mail_links
from accounts.mails.mail_links import MailLinkVoid
from accounts.store import Account, AccountState
from foundation.database import Database
from foundation.periods import STOCKHOLM
from operations.mail import choice_store
from operations.mail.choices import MailChoice, latest_moment
from operations.mail.delivery import Delivered
from operations.mail.tables import mail, mail_gathered
from operations.mail.texts import MailKind
from operations.settings import Settings
from tests.accounts.conftest import Clock
from tests.support.pages.browser import Site
from tests.support.pages.mailbox import said_in
from tests.support.pages.visitor import Visitor, text_of, visitor
from tests.support.servers.mail_server import mail_server
from tests.support.servers.system_databases import CLOCK, migrated

ALVA = "alla@fyrbaken.example"
HOUR = 7
TODAY = date(2026, 11, 2)


@pytest.fixture
def books(site: Site) -> Database:
    return site.database


@pytest.fixture
def stranger(site: Site) -> Iterator[Visitor]:
    with visitor(site) as each:
        yield each


def account(books: Database) -> Account:
    with books.reading() as session:
        found = account_store.by_name(session, ALVA)
    assert found is not None
    return found


def choose(books: Database, kind: MailKind, choice: MailChoice) -> None:
    with books.writing() as session:
        choice_store.choose(session, account(books).id, {kind: choice})


def tell(books: Database, number: str, *, at: datetime) -> bool:
    with books.writing() as session:
        return mailing.put(
            session, account(books), "order-new", about=f"order {number}", at=at, number=number
        )


def lay_daily(books: Database, *, now: datetime) -> int:
    with books.writing() as session:
        return daily_mails.lay_due(session, now=now, hour=HOUR)


def came(books: Database, *, now: datetime) -> list[str]:
    """What comes to the mailbox now, each as its subject and text."""
    with mail_server() as server:
        given = Settings(
            smtp_host="127.0.0.1",
            smtp_port=server.port,
            smtp_encryption="none",
            public_url="https://portal.example",
        )
        assert isinstance(leaving_mails.deliver(books, given, now=now), Delivered)
    return [f"{each['Subject']}\n{said_in(each)}" for each in server.received]


def link_of(books: Database, about: MailKind | str, *, today: date) -> str:
    with books.writing() as session:
        return mail_links.make(session, account(books), about, today=today)


def chosen(books: Database) -> dict[MailKind, MailChoice]:
    with books.reading() as session:
        return dict(choice_store.of(session, account(books).id))


ONE_CLICK = {"List-Unsubscribe": "One-Click"}


# --- the link in a mail -------------------------------------------------------------------------------------------


def test_a_press_in_the_mail_program_ends_that_kind_of_mail_and_no_other(
    site: Site, books: Database, clock: Clock, stranger: Visitor
) -> None:
    tell(books, "2100000001", at=clock.now)
    (told,) = came(books, now=clock.now)
    (path,) = re.findall(r"https://portal\.example(/mails/\S+)", told)
    for _ in range(2):
        # As RFC 8058 has it: no cookie, no form of ours, and the same press again changes nothing.
        assert stranger.client.post(path, data=ONE_CLICK).status_code == 200
    assert chosen(books)[MailKind.ORDERS] is MailChoice.NEVER
    assert set(chosen(books).values()) == {MailChoice.NEVER, MailChoice.AT_ONCE}
    assert not tell(books, "2100000002", at=clock.now)


def test_looking_at_the_link_changes_nothing_and_its_form_does(
    site: Site, books: Database, clock: Clock, stranger: Visitor
) -> None:
    path = link_of(books, MailKind.ORDERS, today=clock.now.date())
    assert stranger.get(path).status_code == 303  # the language of the account, once
    page = stranger.get(path)
    assert "Mejl om din inloggning" in text_of(page)
    assert ALVA not in page.text
    assert set(chosen(books).values()) == {MailChoice.AT_ONCE}
    assert stranger.client.post(path, data={"what": "else"}).status_code == 409
    assert stranger.client.post(f"{path}/choices", data={"mail-ORDERS": "DAILY"}).status_code == 403
    stranger.post(f"{path}/choices", {"mail-ORDERS": "DAILY", "mail-REPORTS": "NEVER", "mail-COMPANY": "?"})
    assert chosen(books) == {
        MailKind.ORDERS: MailChoice.DAILY,
        MailKind.INVOICES: MailChoice.AT_ONCE,
        MailKind.REPORTS: MailChoice.NEVER,
        MailKind.COMPANY: MailChoice.AT_ONCE,
    }


@pytest.mark.both_engines
def test_a_link_ends_by_itself_with_the_address_with_the_account_and_with_every_session(
    books: Database, clock: Clock, site: Site
) -> None:
    def holds(path: str, *, days: int = 0) -> bool:
        with books.reading() as session:
            try:
                mail_links.read(session, path.removeprefix("/mails/"), today=TODAY + timedelta(days=days))
            except MailLinkVoid:
                return False
        return True

    path = link_of(books, MailKind.ORDERS, today=TODAY)
    assert [holds(path, days=days) for days in (0, 90, 91)] == [True, True, False]
    with visitor(site, account(books).person) as alva:
        alva.plant("session", session_of(site, books))
        alva.post("/account/sign-out-everywhere")
    assert not holds(path)
    path = link_of(books, MailKind.ORDERS, today=TODAY)
    number = account(books).id
    with books.writing() as session:
        account_store.change(session, number, sign_in_name="annan@fyrbaken.example")
    assert not holds(path)
    with books.writing() as session:
        account_store.change(session, number, sign_in_name=ALVA)
    assert holds(path)
    with books.writing() as session:
        account_store.change(session, number, state=AccountState.ENDED)
    assert not holds(path)


def session_of(site: Site, books: Database) -> str:
    with books.writing() as session:
        return sessions.start(session, account(books).id, now=site.app.state.clock())


def test_a_link_that_is_altered_anywhere_is_void(books: Database) -> None:
    token = link_of(books, MailKind.ORDERS, today=TODAY).removeprefix("/mails/")
    with books.reading() as session:
        assert mail_links.read(session, token, today=TODAY).kind is MailKind.ORDERS
        for place, sign in enumerate(token):
            for other in ("A" if sign != "A" else "B", ".", "", "9" if sign != "9" else "8", "ö"):
                altered = token[:place] + other + token[place + 1 :]
                if altered != token:
                    with pytest.raises(MailLinkVoid):
                        mail_links.read(session, altered, today=TODAY)


# --- once a day ---------------------------------------------------------------------------------------------------


@pytest.mark.both_engines
def test_a_day_of_orders_is_one_mail_at_the_set_hour(books: Database, clock: Clock) -> None:
    choose(books, MailKind.ORDERS, MailChoice.DAILY)
    evening = datetime(2026, 11, 2, 20, tzinfo=STOCKHOLM).astimezone(UTC)
    for place in range(3):
        assert tell(books, f"210000000{place}", at=evening + timedelta(minutes=place))
    assert came(books, now=evening + timedelta(hours=1)) == []
    morning = datetime(2026, 11, 3, HOUR, tzinfo=STOCKHOLM).astimezone(UTC)
    assert lay_daily(books, now=morning - timedelta(seconds=1)) == 0
    assert lay_daily(books, now=morning) == 1
    # The worker looks again each minute, and one order more comes after the hour.
    assert tell(books, "2100000009", at=morning + timedelta(minutes=1))
    assert lay_daily(books, now=morning + timedelta(hours=5)) == 0
    (told,) = came(books, now=morning)
    assert told.startswith("Dagens mejl från leverantörsportalen")
    assert [told.count(f"/orders/210000000{place}") for place in (0, 1, 2, 9)] == [1, 1, 1, 0]
    assert "/mails/" in told
    assert lay_daily(books, now=morning + timedelta(days=1)) == 1
    assert "/orders/2100000009" in came(books, now=morning + timedelta(days=1))[0]


def test_who_wants_no_more_is_not_told_what_was_gathered_and_who_wants_each_at_once_is(
    books: Database, clock: Clock
) -> None:
    before, morning = clock.now, clock.now + timedelta(days=1)
    choose(books, MailKind.ORDERS, MailChoice.DAILY)
    tell(books, "2100000001", at=before)
    choose(books, MailKind.ORDERS, MailChoice.AT_ONCE)
    assert lay_daily(books, now=morning) == 1
    choose(books, MailKind.ORDERS, MailChoice.DAILY)
    tell(books, "2100000002", at=morning)
    choose(books, MailKind.ORDERS, MailChoice.NEVER)
    assert lay_daily(books, now=morning + timedelta(days=1)) == 0
    with books.reading() as session:
        assert session.execute(select(mail_gathered)).all() == []


def test_the_press_in_a_daily_mail_ends_all_that_is_gathered_in_it(
    books: Database, clock: Clock, stranger: Visitor
) -> None:
    choose(books, MailKind.ORDERS, MailChoice.DAILY)
    path = link_of(books, mail_links.EVERY_DAILY, today=clock.now.date())
    assert stranger.client.post(path, data=ONE_CLICK).status_code == 200
    assert chosen(books)[MailKind.ORDERS] is MailChoice.NEVER
    assert chosen(books)[MailKind.INVOICES] is MailChoice.AT_ONCE


def test_what_protects_the_account_comes_whatever_was_chosen(books: Database, clock: Clock) -> None:
    with books.writing() as session:
        choice_store.choose(session, account(books).id, dict.fromkeys(MailKind, MailChoice.NEVER))
        mailing.put(session, account(books), "password-changed", about="user-1", at=clock.now)
    (told,) = came(books, now=clock.now)
    assert "går inte att välja bort" in told


@given(
    day=st.dates(date(2020, 1, 1), date(2060, 1, 1)),
    second=st.integers(0, 24 * 3600 - 1),
    hour=st.integers(0, 23),
)
def test_the_hour_comes_once_every_date_whatever_the_clock_does(day: date, second: int, hour: int) -> None:
    now = datetime(day.year, day.month, day.day, tzinfo=UTC) + timedelta(seconds=second)
    moment = latest_moment(now, hour)
    assert moment <= now
    # The next one is of the next date, and less than 25 hours and a half away.
    later = latest_moment(moment + timedelta(hours=25, minutes=30), hour)
    assert moment < later <= moment + timedelta(hours=25)
    assert latest_moment(later - timedelta(seconds=1), hour) == moment
    assert latest_moment(moment, hour) == moment
    assert later.astimezone(STOCKHOLM).date() == moment.astimezone(STOCKHOLM).date() + timedelta(days=1)


@pytest.fixture(scope="module")
def kept(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Database]:
    """Books with one person, to which nothing is done for good."""
    database = migrated(f"sqlite:///{tmp_path_factory.mktemp('kept') / 'billing.sqlite'}")
    with database.writing() as session:
        account_store.add(
            session,
            organisation="5599991014",
            sign_in_name=ALVA,
            display_name="Alva",
            permissions=[Permission.REPORT],
            within=None,
            language="sv",
            at=CLOCK,
            by="test",
            state=AccountState.ACTIVE,
        )
    yield database
    database.close()


class TakenBack(Exception):
    """Ends an example without a trace."""


@pytest.mark.law
@given(
    told=st.lists(st.integers(0, 10 * 24 * 60), max_size=30),
    looks=st.lists(st.integers(0, 12 * 24 * 60), max_size=30),
    start=st.sampled_from([datetime(2026, 3, 25, tzinfo=UTC), datetime(2026, 10, 21, tzinfo=UTC)]),
)
def test_what_is_gathered_comes_exactly_once_and_in_one_mail_a_date(
    kept: Database, told: list[int], looks: list[int], start: datetime
) -> None:
    """Ten days over a change of the clock, with a worker that looks when it pleases, and once at the end."""
    alva = account(kept)
    happens = sorted([(at, "told") for at in told] + [(at, "looks") for at in (*looks, 13 * 24 * 60)])
    with suppress(TakenBack), kept.writing() as session:
        choice_store.choose(session, alva.id, {MailKind.ORDERS: MailChoice.DAILY})
        laid, expected = list[datetime](), list[str]()
        for place, (minutes, what) in enumerate(happens):
            now = start + timedelta(minutes=minutes)
            if what == "told":
                mailing.put(session, alva, "order-new", about="order", at=now, number=f"n{place:03}")
                expected.append(f"/orders/n{place:03}")
            elif daily_mails.lay_due(session, now=now, hour=HOUR):
                laid.append(latest_moment(now, HOUR))
        bodies = list(session.scalars(select(mail.c.body).order_by(mail.c.id)))
        assert re.findall(r"/orders/n\d{3}", "".join(bodies)) == expected
        assert len(laid) == len(set(laid)) == len(bodies)
        raise TakenBack
