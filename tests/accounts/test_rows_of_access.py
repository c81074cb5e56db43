"""What is kept of tries, browsers, sessions and attacks, row by row: the one that is meant, to its very instant."""

from collections.abc import Iterator
from datetime import timedelta

import pytest

from accounts import session_store, sessions, tokens
from accounts import store as account_store
from accounts.guessing import (
    guessed_account_store,
    guessed_accounts,
    known_device_store,
    known_devices,
    rate_limit,
    wrong_try_store,
)
from accounts.guessing.guessed_accounts import ACCOUNTS_GUESSED, GOES_ON, GUESSING_KINDS
from accounts.guessing.rate_limit import STRANGERS, Limit, TooOften
from accounts.guessing.wrong_try_store import Tries
from accounts.session_store import SessionStage
from foundation.sql import Session
from operations import alarms
from operations.alarms import Patience
from tests.accounts.test_links_once import _with_people
from tests.support.servers.system_databases import CLOCK, filled
from web.access import SignInFirst

SECOND, MINUTE, DAY = timedelta(seconds=1), timedelta(minutes=1), timedelta(days=1)


@pytest.fixture
def session(database_url: str) -> Iterator[Session]:
    database = filled(database_url, "example people", _with_people)
    with database.writing() as session:
        yield session
    database.close()


@pytest.fixture
def people(session: Session) -> list[int]:
    """The numbers of some accounts that are active."""
    return sorted(number for number, _ in account_store.active_names(session))


# Tries --------------------------------------------------------------------------------------------


def tries(count: int, *, last: int = 0, wait: int = 60) -> Tries:
    """So many tries, the last so many seconds after the clock, open after the wait."""
    return Tries(count, last_at=CLOCK + last * SECOND, open_at=CLOCK + (last + wait) * SECOND)


def test_tries_are_kept_changed_and_forgotten_by_their_key(session: Session) -> None:
    wrong_try_store.add(session, "one", tries(3))
    wrong_try_store.add(session, "other", tries(5))
    assert wrong_try_store.of_key_in_turn(session, "one") == tries(3)
    assert wrong_try_store.of_key_in_turn(session, "nobody") is None
    wrong_try_store.change(session, "one", tries(4, last=1))
    assert wrong_try_store.of_key_in_turn(session, "one") == tries(4, last=1)
    assert wrong_try_store.of_key_in_turn(session, "other") == tries(5)
    wrong_try_store.remove(session, "one")
    assert wrong_try_store.of_key_in_turn(session, "one") is None
    assert wrong_try_store.of_key_in_turn(session, "other") == tries(5)


@pytest.mark.parametrize(("taken", "left"), [(0, 3), (1, 2), (2, 1), (3, 0), (4, 0)])
def test_what_is_taken_back_is_of_that_key_and_no_more_than_there_is(
    session: Session, taken: int, left: int
) -> None:
    wrong_try_store.add(session, "one", tries(3))
    wrong_try_store.add(session, "other", tries(5))
    wrong_try_store.take_back(session, "one", taken)
    # It may be tried again at once.
    assert wrong_try_store.of_key_in_turn(session, "one") == tries(left, wait=0)
    assert wrong_try_store.of_key_in_turn(session, "other") == tries(5)


def test_who_waits_is_found_by_how_many_tries_and_by_when_the_next_may_come(session: Session) -> None:
    for key, held in (("two", tries(2)), ("three", tries(3)), ("over", tries(9, wait=0))):
        wrong_try_store.add(session, key, held)
    mark = tokens.fingerprint

    def waiting(at_least: int, after: int) -> set[str]:
        found = wrong_try_store.waiting(session, at_least=at_least, open_after=CLOCK + after * SECOND)
        return set(found)

    assert waiting(3, 0) == {mark("three")}
    assert waiting(2, 0) == {mark("two"), mark("three")}
    assert waiting(2, -1) == {mark("two"), mark("three"), mark("over")}
    assert waiting(2, 60) == set()
    assert wrong_try_store.waiting(session, at_least=3, open_after=CLOCK) == {mark("three"): tries(3)}
    counts = [wrong_try_store.count_waiting(session, now=CLOCK + each * SECOND) for each in (-1, 0, 59, 60)]
    assert counts == [3, 2, 2, 0]
    wrong_try_store.remove_before(session, CLOCK)
    assert wrong_try_store.count_waiting(session, now=CLOCK) == 2
    wrong_try_store.remove_before(session, CLOCK + SECOND)
    assert wrong_try_store.count_waiting(session, now=CLOCK) == 0


def test_a_try_is_counted_its_wait_grows_and_the_right_one_forgets_it(session: Session) -> None:
    limit = Limit(free=2)
    for seconds, count in ((0, 1), (0, 2), (2, 3)):
        rate_limit.count(session, "one", limit, now=CLOCK + seconds * SECOND)
        held = wrong_try_store.of_key_in_turn(session, "one")
        assert held is not None
        assert held.count == count
    with pytest.raises(TooOften) as refused:
        rate_limit.count(session, "one", limit, now=CLOCK + 2 * SECOND)
    assert refused.value.seconds == 4
    assert "Vänta 4 sekunder" in refused.value.text.sv
    assert "Wait 1 second and" in TooOften(1).text.en
    assert rate_limit.forget(session, "one") == 3
    assert rate_limit.forget(session, "one") == 0
    rate_limit.count(session, "one", limit, now=CLOCK + 2 * SECOND)


@pytest.mark.parametrize(
    ("ahead", "kept"),
    [(0, False), (1, False), (10, False), (11, True)],
)
def test_a_wait_that_a_clock_ahead_has_made_begins_anew_with_this_one(ahead: int, kept: bool) -> None:
    limit = Limit(free=1, longest=MINUTE)
    held = Tries(3, last_at=CLOCK, open_at=CLOCK + MINUTE + ahead * SECOND)
    if kept:
        assert limit.after_one(held, now=CLOCK).count == 4
    else:
        with pytest.raises(TooOften) as refused:
            limit.after_one(held, now=CLOCK)
        assert refused.value.seconds == 60 + ahead


def test_so_many_are_counted_as_make_the_wait_longest_and_lapse_one_by_one() -> None:
    limit = Limit(free=2, lapse=MINUTE, longest=8 * SECOND)
    assert (limit.most, limit.wait_after(1), limit.wait_after(2)) == (4, timedelta(), 2 * SECOND)
    assert [limit.wait_after(each) // SECOND for each in (3, 4, 5, 99)] == [4, 8, 8, 8]
    many = Tries(limit.most, last_at=CLOCK, open_at=CLOCK)
    assert limit.after_one(many, now=CLOCK) == Tries(4, last_at=CLOCK, open_at=CLOCK + 8 * SECOND)
    later = limit.left(many, now=CLOCK + 2 * MINUTE + SECOND)
    assert later == Tries(2, last_at=CLOCK + 2 * MINUTE, open_at=CLOCK)
    assert limit.left(many, now=CLOCK + 4 * MINUTE).count == 0


# Attacks ------------------------------------------------------------------------------------------


def test_an_attack_is_told_again_when_it_was_told_long_enough_ago(
    session: Session, people: list[int]
) -> None:
    one, other = people[:2]

    def note(account: int, minutes: int) -> bool:
        now = CLOCK + minutes * MINUTE
        return guessed_account_store.note(session, account, now=now, untold_since=now - 10 * MINUTE)

    assert [note(one, each) for each in (0, 9, 10, 19, 20)] == [True, False, True, False, True]
    assert note(other, 20)
    # What a clock that was ahead has told holds nobody's tongue.
    assert note(one, 0)


def test_attacks_are_counted_and_removed_by_when_they_were_seen_last(
    session: Session, people: list[int]
) -> None:
    for place, account in enumerate(people[:3]):
        guessed_account_store.note(session, account, now=CLOCK + place * MINUTE, untold_since=CLOCK - DAY)
    assert [
        guessed_account_store.count(session, seen_after=CLOCK + each * MINUTE) for each in (-1, 0, 1, 2)
    ] == [
        3,
        2,
        1,
        0,
    ]
    guessed_account_store.remove_before(session, CLOCK + MINUTE)
    assert guessed_account_store.count(session, seen_after=CLOCK - DAY) == 2


def test_an_alarm_tells_each_attack_that_goes_on_once_a_day(session: Session, people: list[int]) -> None:
    for account in people[:2]:
        guessed_account_store.note(session, account, now=CLOCK, untold_since=CLOCK - DAY)

    def told(minutes: int) -> list[int]:
        now = CLOCK + minutes * MINUTE
        return list(
            guessed_account_store.take_untold(
                session, seen_after=now - GOES_ON, told_until=now - 20 * MINUTE, now=now
            )
        )

    assert [told(each) for each in (0, 19, 20)] == [people[:2], [], people[:2]]
    assert told(60) == []


@pytest.mark.parametrize("count", [1, 2, 3, 4])
def test_an_alarm_names_so_many_accounts_and_counts_the_rest(
    session: Session, people: list[int], monkeypatch: pytest.MonkeyPatch, count: int
) -> None:
    monkeypatch.setattr(alarms, "NAMED_MOST", 2)
    for account in people[:count]:
        guessed_account_store.note(session, account, now=CLOCK, untold_since=CLOCK - DAY)
    trouble = GUESSING_KINDS[ACCOUNTS_GUESSED](session, CLOCK, Patience())
    assert trouble is not None
    named = " ".join(f"user-{each}" for each in people[: min(count, 2)])
    assert (trouble.count, trouble.about) == (count, f"{named} +{count - 2}" if count > 2 else named)
    assert GUESSING_KINDS[ACCOUNTS_GUESSED](session, CLOCK, Patience()) is None


def test_those_that_are_guessed_at_now_are_counted(session: Session, people: list[int]) -> None:
    names = dict(account_store.active_names(session))

    def tried(account: int, times: int) -> None:
        for _ in range(times):
            rate_limit.count(session, guessed_accounts.key_of(names[account]), STRANGERS, now=CLOCK)

    assert guessed_accounts.look(session, now=CLOCK) == 0
    tried(people[0], STRANGERS.free - 1)
    assert guessed_accounts.look(session, now=CLOCK) == 0
    for count, account in enumerate(people[1:3], 1):
        tried(account, STRANGERS.free)
        assert guessed_accounts.look(session, now=CLOCK) == count


# Browsers -----------------------------------------------------------------------------------------


def test_a_browser_is_known_for_its_account_until_its_time_and_forgotten_alone(
    session: Session, people: list[int]
) -> None:
    names = dict(account_store.active_names(session))
    one, other = people[:2]
    ours = known_devices.remember(session, one, "", now=CLOCK)
    second = known_devices.remember(session, one, "", now=CLOCK)
    theirs = known_devices.remember(session, other, "", now=CLOCK)

    def known(account: int, *secrets: str, after: timedelta = timedelta()) -> list[bool]:
        now = CLOCK + after
        return [known_devices.is_known(session, names[account], each, now=now) for each in secrets]

    assert known(one, ours, second, theirs, "") == [True, True, False, False]
    assert known(other, ours, theirs) == [False, True]
    assert known(one, ours, after=known_devices.LASTS - SECOND) == [True]
    assert known(one, ours, after=known_devices.LASTS) == [False]
    known_devices.forget(session, one, but=second)
    assert (known(one, ours, second), known(other, theirs)) == ([False, True], [True])
    known_devices.forget(session, one)
    assert (known(one, second), known(other, theirs)) == ([False], [True])
    known_devices.sweep(session, now=CLOCK + known_devices.LASTS - SECOND)
    assert known(other, theirs) == [True]
    known_devices.sweep(session, now=CLOCK + known_devices.LASTS)
    assert known(other, theirs) == [False]


def test_of_an_accounts_browsers_those_used_last_are_kept(
    session: Session, people: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(known_devices, "MOST", 2)
    one, other = people[:2]
    names = dict(account_store.active_names(session))
    theirs = known_devices.remember(session, other, "", now=CLOCK - DAY)
    first, second = (known_devices.remember(session, one, "", now=CLOCK + each * MINUTE) for each in (0, 1))
    # Seen again it is no longer the one used longest ago.
    assert known_devices.remember(session, one, first, now=CLOCK + 2 * MINUTE) == first
    third = known_devices.remember(session, one, "", now=CLOCK + 3 * MINUTE)
    now = CLOCK + 4 * MINUTE
    assert [
        known_devices.is_known(session, names[one], each, now=now) for each in (first, second, third)
    ] == [
        True,
        False,
        True,
    ]
    assert known_devices.is_known(session, names[other], theirs, now=now)
    assert not known_device_store.note_seen(session, other, tokens.fingerprint(first), at=now)


# Sessions -----------------------------------------------------------------------------------------


def test_a_session_is_found_while_it_lasts_and_is_used(session: Session, people: list[int]) -> None:
    secret = sessions.start(session, people[0], now=CLOCK)
    key = tokens.fingerprint(secret)
    held = session_store.by_key(session, key)
    assert held is not None
    assert (held.stage, held.made_at, held.seen_at, held.ends_at, held.offered_totp) == (
        SessionStage.FULL,
        CLOCK,
        CLOCK,
        CLOCK + sessions.LONGEST,
        "",
    )

    def found(after: timedelta) -> bool:
        return sessions.find(session, secret, now=CLOCK + after) is not None

    idle = sessions.IDLE
    assert [found(each) for each in (timedelta(), idle - SECOND, idle)] == [True, True, False]
    session_store.note_seen(session, key, at=CLOCK + idle)
    assert [found(each) for each in (idle, 2 * idle - SECOND, 2 * idle)] == [True, True, False]
    session_store.note_seen(session, key, at=CLOCK + sessions.LONGEST)
    assert [found(each) for each in (sessions.LONGEST - SECOND, sessions.LONGEST)] == [True, False]
    # Made by a clock that was ahead it would outlive its time.
    assert [found(each) for each in (-10 * SECOND, -11 * SECOND)] == [True, False]
    assert sessions.find(session, "", now=CLOCK) is None
    assert sessions.find(session, "another", now=CLOCK) is None


@pytest.mark.parametrize("stage", [SessionStage.CODE, SessionStage.ENROL])
def test_a_step_of_signing_in_lasts_ten_minutes(
    session: Session, people: list[int], stage: SessionStage
) -> None:
    secret = sessions.start(session, people[0], now=CLOCK, stage=stage, offered="sealed")
    held = sessions.find(session, secret, now=CLOCK + 10 * MINUTE - SECOND)
    assert held is not None
    assert (held.stage, held.offered_totp) == (stage, "sealed")
    assert sessions.find(session, secret, now=CLOCK + 10 * MINUTE) is None


def test_a_session_ends_alone_or_with_all_of_its_account_and_never_anothers(
    session: Session, people: list[int]
) -> None:
    one, other = people[:2]
    secrets = [sessions.start(session, one, now=CLOCK + each * SECOND) for each in range(4)]
    theirs = sessions.start(session, other, now=CLOCK)
    keys = [tokens.fingerprint(each) for each in secrets]

    def left(account: int) -> list[str]:
        return [each.key for each in session_store.of_account(session, account)]

    assert left(one) == keys[::-1]
    sessions.end(session, secrets[0])
    assert left(one) == [keys[3], keys[2], keys[1]]
    assert not session_store.remove_own(session, other, keys[1])
    assert session_store.remove_own(session, one, keys[1])
    assert not session_store.remove_own(session, one, keys[1])
    assert sessions.end_all(session, one, but=keys[2]) == 1
    assert (left(one), len(left(other))) == ([keys[2]], 1)
    assert sessions.end_all(session, one) == 1
    assert sessions.find(session, theirs, now=CLOCK) is not None


def test_what_has_ended_is_swept_away_and_nothing_else(session: Session, people: list[int]) -> None:
    idle = sessions.start(session, people[0], now=CLOCK)
    used = sessions.start(session, people[0], now=CLOCK)
    step = sessions.start(session, people[1], now=CLOCK, stage=SessionStage.CODE)
    session_store.note_seen(session, tokens.fingerprint(used), at=CLOCK + sessions.IDLE)

    def swept(after: timedelta) -> list[bool]:
        sessions.sweep(session, now=CLOCK + after)
        return [
            session_store.by_key(session, tokens.fingerprint(each)) is None for each in (idle, used, step)
        ]

    assert swept(10 * MINUTE - SECOND) == [False, False, False]
    assert swept(10 * MINUTE) == [False, False, True]
    assert swept(sessions.IDLE - SECOND) == [False, False, True]
    assert swept(sessions.IDLE) == [True, False, True]


def test_a_session_is_offered_one_secret_for_its_app_and_keeps_it(
    session: Session, people: list[int]
) -> None:
    keys = [tokens.fingerprint(sessions.start(session, people[0], now=CLOCK)) for _ in range(2)]
    assert session_store.offer_totp(session, keys[0], "first") == "first"
    assert session_store.offer_totp(session, keys[0], "second") == "first"
    held = session_store.by_key(session, keys[1])
    assert held is not None
    assert held.offered_totp == ""


# Where signing in goes on ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("back_to", "step", "path"),
    [
        ("/", "", "/sign-in"),
        ("", "", "/sign-in"),
        ("/orders", "", "/sign-in?next=%2Forders"),
        ("/orders?page=2", "/code", "/sign-in/code?next=%2Forders%3Fpage%3D2"),
        ("/", "/second-step", "/sign-in/second-step"),
    ],
)
def test_whoever_must_sign_in_first_comes_back_to_the_page(back_to: str, step: str, path: str) -> None:
    assert SignInFirst(back_to, step=step).path == path
    assert str(SignInFirst(back_to)) == back_to
