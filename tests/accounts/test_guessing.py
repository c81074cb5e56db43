"""Guessing is slow from one place, from many places and over many names; an office with its typos is never kept out."""

from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any

import pytest
from argon2 import PasswordHasher
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import event, select

from accounts import passwords, sign_in
from accounts import store as account_store
from accounts.guessing import guessed_accounts, known_devices, lanes, wrong_try_store
from accounts.guessing.guessed_accounts import ACCOUNTS_GUESSED, GUESSING_KINDS
from accounts.guessing.rate_limit import (
    EVERY_LIMIT,
    ONE_CLIENT,
    ONE_NAME,
    STRANGERS,
    GuessedByMany,
    Limit,
    TooOften,
)
from accounts.guessing.wrong_try_store import Tries
from accounts.journal_actions import AccountAction
from accounts.sign_in import SignedIn, WrongSignIn
from billing.server.jobs import watch_guessing
from billing.tools.demo import people
from foundation import journal
from foundation.database import Database
from operations import alarms
from operations.mail.tables import mail as mail_table
from operations.settings import Settings
from tests.accounts.conftest import Clock
from tests.support.pages.browser import Site
from tests.support.pages.visitor import text_of, visitor
from web.guards.clients import network_of

ALVA, DEMO, NOBODY = "alla@fyrbaken.example", people.PASSWORD, "ingen@fyrbaken.example"
MONDAY = datetime(2026, 11, 2, 7, 0, tzinfo=UTC)
OFFICE = "192.0.2.10"


# --- how tries lapse: pure ------------------------------------------------------------------------------


class Remembered:
    """Tries kept in memory, in the place of the table: weeks pass in a moment."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.tries: dict[str, Tries] = {}
        monkeypatch.setattr(wrong_try_store, "of_key_in_turn", lambda _, key: self.tries.get(key))
        monkeypatch.setattr(wrong_try_store, "add", self.put)
        monkeypatch.setattr(wrong_try_store, "change", self.put)
        monkeypatch.setattr(wrong_try_store, "remove", lambda _, key: self.tries.pop(key, None))
        monkeypatch.setattr(wrong_try_store, "take_back", self.take_back)

    def put(self, _: object, key: str, tries: Tries) -> None:
        self.tries[key] = tries

    def take_back(self, _: object, key: str, tries: int) -> None:
        held = self.tries[key]
        self.tries[key] = Tries(max(0, held.count - tries), last_at=held.last_at, open_at=held.last_at)

    def enter(self, name: str, client: str, now: datetime, *, right: bool) -> None:
        """Somebody signs in as `sign_in.with_password` counts it. Raises TooOften."""
        nowhere: Any = None
        before = dict(self.tries)
        lane = lanes.stranger(name, client)
        try:
            lanes.count(nowhere, lane, now=now)
        except TooOften:
            self.tries = before  # what is refused is not counted: its transaction is rolled back
            raise
        if right:
            lanes.came_in(nowhere, lane)


@pytest.mark.law
@given(chance=st.randoms(use_true_random=True), typos=st.integers(2, 10), given_up=st.booleans())
@settings(deadline=None)
def test_an_office_of_fifty_with_its_typos_is_never_kept_out(
    chance: Random, typos: int, given_up: bool
) -> None:
    """Six weeks behind one address, no browser known; also where whoever was mistaken gives up for the day."""
    with pytest.MonkeyPatch.context() as patched:
        books = Remembered(patched)
        for day in range(42):
            if (MONDAY + timedelta(days=day)).weekday() >= 5:
                continue
            mistaken = [chance.randrange(50) for _ in range(typos)]
            for turn, person in enumerate(chance.sample(range(50), 50)):
                now = MONDAY + timedelta(days=day, seconds=36 * turn + chance.randrange(8))
                # Four typos in a row at most by one person: the fifth of the same hour waits two seconds.
                for _ in range(min(4, mistaken.count(person))):
                    now += timedelta(seconds=4)
                    books.enter(f"person{person}", OFFICE, now, right=False)
                if not given_up or person not in mistaken:
                    books.enter(f"person{person}", OFFICE, now + timedelta(seconds=5), right=True)


def test_whoever_comes_in_takes_back_the_mistakes_before(monkeypatch: pytest.MonkeyPatch) -> None:
    """The first day with a new rule for passwords: everybody is mistaken twice, within the hour, behind one address."""
    books = Remembered(monkeypatch)
    for person in range(200):
        now = MONDAY + timedelta(seconds=15 * person)
        for right in (False, False, True):
            books.enter(f"person{person}", OFFICE, now, right=right)
    assert books.tries[f"sign-in {OFFICE}"].count == 0


@pytest.mark.parametrize("limit", EVERY_LIMIT, ids=repr)
@pytest.mark.parametrize("patience", [0, 1, 2, 5])
def test_a_day_of_guessing_stays_below_its_bound(limit: Limit, patience: int) -> None:
    """Whether the guesser goes on as soon as he may, or first lets some tries lapse; on the second day as well."""
    tries, now, guesses = None, MONDAY, list[datetime]()
    while now < MONDAY + timedelta(days=3):
        tries = limit.after_one(tries, now=now)
        guesses.append(now)
        rested = now + patience * limit.lapse if tries.count >= limit.free else now
        now = max(tries.open_at, rested, now + timedelta(seconds=1))
    for begins in (MONDAY, MONDAY + timedelta(days=1), MONDAY + timedelta(days=2)):
        in_a_day = sum(begins <= each < begins + timedelta(days=1) for each in guesses)
        assert in_a_day <= max(limit.a_day, limit.most + timedelta(days=1) // limit.lapse)


def test_the_bounds_are_those_that_are_documented() -> None:
    assert (ONE_NAME.a_day, ONE_CLIENT.a_day, STRANGERS.a_day) == (110, 145, 125)


@given(st.lists(st.tuples(st.integers(0, 40_000), st.booleans()), max_size=60))
def test_nobody_takes_back_more_of_what_is_shared_than_was_added(steps: list[tuple[int, bool]]) -> None:
    """Whatever one does with an account of one's own, the tries of others behind the same address stay counted."""
    with pytest.MonkeyPatch.context() as patched:
        books, now = Remembered(patched), MONDAY
        for number in range(30):
            books.enter(f"victim{number}", OFFICE, now, right=False)
        alone = books.tries[f"sign-in {OFFICE}"]
        for seconds, right in steps:
            now += timedelta(seconds=seconds)
            with suppress(TooOften):
                books.enter("own", OFFICE, now, right=right)
        left = ONE_CLIENT.left(books.tries[f"sign-in {OFFICE}"], now=now)
        assert left.count >= ONE_CLIENT.left(alone, now=now).count


def test_what_lapses_is_told_by_the_clock_alone() -> None:
    limit = Limit(free=5, lapse=timedelta(hours=1))
    three = Tries(3, last_at=MONDAY, open_at=MONDAY)
    left = [
        limit.left(three, now=MONDAY + timedelta(minutes=each)).count for each in (0, 59, 60, 179, 180, 9999)
    ]
    assert left == [3, 3, 2, 1, 0, 0]
    # A clock that is set back forgives nothing and takes nothing.
    assert limit.left(three, now=MONDAY - timedelta(days=1)).count == 3


@pytest.mark.parametrize(
    ("host", "other", "same"),
    [
        ("2001:db8:1:2::7", "2001:db8:1:2:ffff::1", True),
        ("2001:db8:1:2::7", "2001:db8:1:3::7", False),
        ("192.0.2.7", "192.0.2.8", False),
        ("::ffff:192.0.2.7", "192.0.2.7", True),
    ],
)
def test_a_household_with_a_network_is_one_client(host: str, other: str, same: bool) -> None:
    assert (network_of(host) == network_of(other)) is same


# --- against the books ----------------------------------------------------------------------------------


@pytest.fixture
def books(filled_url: str, clock: Clock) -> Iterator[Database]:
    database = Database(filled_url, clock=clock)
    yield database
    database.close()


def enter(books: Database, clock: Clock, name: str, password: str, client: str, device: str = "") -> SignedIn:
    return sign_in.with_password(
        books, Settings(second_step=False), name, password, client=client, device=device, now=clock.now
    )


def attack(books: Database, clock: Clock, name: str, tries: int) -> list[type[Exception]]:
    """Wrong passwords for one name, each from another address; what came of each."""
    came = list[type[Exception]]()
    for number in range(tries):
        try:
            enter(books, clock, name, f"gissning {number}", f"198.51.{number // 250}.{number % 250}")
        except (WrongSignIn, TooOften) as refused:
            came.append(type(refused))
    return came


def test_a_name_tried_from_many_places_is_slowed_whether_or_not_it_is_somebodys(
    books: Database, clock: Clock
) -> None:
    known, unknown = attack(books, clock, ALVA, 40), attack(books, clock, NOBODY, 40)
    assert known == unknown
    assert known.count(WrongSignIn) == STRANGERS.free
    assert known[STRANGERS.free :] == [GuessedByMany] * 20


def test_the_owner_comes_in_from_the_usual_browser_while_the_attack_goes_on(
    books: Database, clock: Clock
) -> None:
    number = enter(books, clock, ALVA, DEMO, OFFICE).account_id
    with books.writing() as session:
        device = known_devices.remember(session, number, "", now=clock.now)
    attack(books, clock, ALVA, 60)
    assert enter(books, clock, ALVA, DEMO, OFFICE, device).account_id == number
    # Neither another's browser nor a guessed secret is a way around, and a stolen one has little to guess with.
    for stranger in ("", "x" * 43):
        with pytest.raises(GuessedByMany):
            enter(books, clock, ALVA, DEMO, OFFICE, stranger)
    for _ in range(ONE_NAME.free):
        with pytest.raises(WrongSignIn):
            enter(books, clock, ALVA, "fel", OFFICE, device)
    with pytest.raises(TooOften):
        enter(books, clock, ALVA, DEMO, OFFICE, device)


def test_a_browser_is_known_for_its_own_account_for_half_a_year_and_not_after_it_is_forgotten(
    books: Database, clock: Clock
) -> None:
    def is_known(name: str) -> bool:
        with books.reading() as session:
            return known_devices.is_known(session, name, device, now=clock.now)

    number = enter(books, clock, ALVA, DEMO, OFFICE).account_id
    with books.writing() as session:
        device = known_devices.remember(session, number, "", now=clock.now)
    assert (is_known(ALVA), is_known("alla@larkdrillen.example"), is_known(NOBODY)) == (True, False, False)
    clock.now += known_devices.LASTS
    assert not is_known(ALVA)
    with books.writing() as session:
        assert known_devices.remember(session, number, device, now=clock.now) == device
    assert is_known(ALVA)
    with books.writing() as session:
        for _ in range(known_devices.MOST):
            known_devices.remember(session, number, "", now=clock.now + timedelta(seconds=1))
    assert not is_known(ALVA)


def test_an_attack_is_told_to_the_owner_once_a_day_and_alarmed_about(
    books: Database, clock: Clock, capsys: pytest.CaptureFixture[str]
) -> None:
    def look() -> list[str]:
        with books.writing() as session:
            watch_guessing(session, clock.now.date(), clock.now)
            return alarms.raise_due(session, now=clock.now, kinds=GUESSING_KINDS)

    assert look() == []
    raised = list[str]()
    for _ in range(6):
        attack(books, clock, ALVA, STRANGERS.free + 1)
        attack(books, clock, NOBODY, 2)
        raised += look()
        clock.now += timedelta(hours=6)
    assert raised == [ACCOUNTS_GUESSED] * 2
    with books.reading() as session:
        told = session.execute(select(mail_table.c.to_address, mail_table.c.template)).all()
        noted = [row for row in journal.rows(session) if row.action == AccountAction.GUESSED_AT]
    assert [tuple(each) for each in told] == [(ALVA, "guessed-at")] * 2
    assert len(noted) == 2
    written = capsys.readouterr()
    assert "account guessed at" in written.out + written.err
    assert ALVA not in written.out + written.err
    # When it is over nobody is told any more.
    clock.now += timedelta(days=2)
    assert look() == []


def test_every_name_costs_one_hash_and_the_same_statements(
    books: Database, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nobody's, somebody's, one invited, one ended: told apart neither by the answer nor by the work (V6.3.8)."""
    with books.writing() as session:
        for name, state in (
            ("ny", account_store.AccountState.INVITED),
            ("slut", account_store.AccountState.ENDED),
        ):
            account_store.add(
                session,
                organisation="5599991014",
                sign_in_name=f"{name}@fyrbaken.example",
                display_name=name,
                permissions=(),
                within=None,
                language="sv",
                at=clock.now,
                by="test",
                state=state,
            )
    hashed = list[tuple[str, str]]()
    real = PasswordHasher.verify

    def noting(hasher: PasswordHasher, kept: str, given_password: str) -> bool:
        hashed.append((kept.rsplit("$", 2)[0], given_password))
        return real(hasher, kept, given_password)

    monkeypatch.setattr(PasswordHasher, "verify", noting)
    statements = list[str]()
    event.listen(books.engine, "before_cursor_execute", lambda *given_: statements.append(given_[2]))
    parameters = passwords.hashed("x").rsplit("$", 2)[0]
    work = list[tuple[list[tuple[str, str]], list[str]]]()
    for name in (NOBODY, ALVA, "ny@fyrbaken.example", "slut@fyrbaken.example", ""):
        hashed.clear()
        statements.clear()
        with pytest.raises(WrongSignIn):
            enter(books, clock, name, "fel lösenord", f"198.51.100.{len(work)}")
        work.append((list(hashed), list(statements)))
    assert work == [([(parameters, "fel lösenord")], work[0][1])] * 5


def test_what_is_longer_than_any_password_fits_none_after_the_same_work(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    longest = "ö" * passwords.LONGEST
    kept = passwords.hashed(longest)
    assert passwords.fits(kept, longest)
    assert not passwords.fits(kept, longest + "x")


# --- through the pages ----------------------------------------------------------------------------------


def from_elsewhere(site: Site, number: int) -> Callable[[], None]:
    def guess() -> None:
        with visitor(site) as guesser:
            guesser.client.headers["X-Forwarded-For"] = f"198.51.100.{number}"
            guesser.enter(ALVA, f"gissning {number}")

    return guess


def test_in_an_attack_the_browser_that_was_signed_in_before_and_the_mailed_link_are_the_ways_in(
    site: Site, clock: Clock
) -> None:
    with visitor(site) as alva, visitor(site) as elsewhere:
        alva.enter(ALVA, DEMO)
        alva.post("/sign-out")
        for number in range(STRANGERS.free + 2):
            from_elsewhere(site, number)()
        answer = elsewhere.enter(ALVA, DEMO)
        assert (answer.status_code, answer.headers["retry-after"]) == (429, "2")
        assert "en webbläsare där du har varit inloggad förut" in text_of(answer)
        nobodys = [elsewhere.enter(NOBODY, DEMO) for _ in range(3)][-1]
        assert nobodys.status_code == 422
        assert alva.enter(ALVA, DEMO).status_code == 303
        # Signing out everywhere, or a new password, makes strangers of all other browsers.
        alva.post(
            "/account/password",
            {"current": DEMO, "password": "häst batteri lugn", "again": "häst batteri lugn"},
        )
        alva.post("/sign-out")
        assert alva.enter(ALVA, "häst batteri lugn").status_code == 303
        alva.post("/account/sign-out-everywhere")
        assert alva.enter(ALVA, "häst batteri lugn").status_code == 429
    with site.database.reading() as session:
        assert guessed_accounts.key_of(ALVA) not in session.scalars(select(mail_table.c.body)).all()
