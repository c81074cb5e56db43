"""The second step by its own rules: which code is taken, what it ends, who is told, and what a proof costs."""

from collections.abc import Iterator
from datetime import timedelta

import pyotp
import pytest
from sqlalchemy import select

from accounts import passwords, second_step_store, session_store, sessions, tokens, two_factor
from accounts import store as account_store
from accounts.guessing import known_devices, rate_limit, wrong_try_store
from accounts.sealed_secret_store import TOTP
from accounts.sealed_secrets import Seal
from accounts.session_store import PortalSession, SessionStage
from accounts.two_factor import RECOVERY_CODES, STEP_SECONDS, WrongCode, WrongProof
from billing.tools.demo import people
from foundation import journal
from foundation.database import Database
from operations.mail.tables import mail
from tests.accounts.conftest import Clock
from tests.accounts.test_secrets_at_rest import OLD

ALVA = "alla@fyrbaken.example"
STEP = timedelta(seconds=STEP_SECONDS)
SEAL = Seal([OLD])


@pytest.fixture
def books(filled_url: str, clock: Clock) -> Iterator[Database]:
    database = Database(filled_url, clock=clock)
    yield database
    database.close()


def held(books: Database, clock: Clock, *, stage: SessionStage = SessionStage.FULL) -> PortalSession:
    """A fresh session of Alva's, offered a secret for her app."""
    with books.writing() as session:
        alva = account_store.by_name(session, ALVA)
        assert alva is not None
        secret = sessions.start(session, alva.id, now=clock.now, stage=stage)
    found = again(books, clock, secret)
    two_factor.offered(books, SEAL, found)
    return again(books, clock, secret)


def again(books: Database, clock: Clock, secret: str) -> PortalSession:
    with books.reading() as session:
        found = sessions.find(session, secret, now=clock.now)
    assert found is not None
    return found


def code(secret: str, clock: Clock, steps: int = 0) -> str:
    return pyotp.TOTP(secret).at(clock.now + steps * STEP)


def enrolled(books: Database, clock: Clock) -> tuple[str, list[str]]:
    """Alva has set up her app: its secret, and her recovery codes. The step of that code is used."""
    mine = held(books, clock, stage=SessionStage.ENROL)
    secret = two_factor.offered(books, SEAL, mine)
    _, codes = two_factor.set_up(books, SEAL, mine, code(secret, clock), now=clock.now)
    return secret, codes


def tries(books: Database, key: str) -> int:
    with books.writing() as session:
        found = wrong_try_store.of_key_in_turn(session, key)
    return found.count if found is not None else 0


# The second step ------------------------------------------------------------------------------------


@pytest.mark.parametrize(("steps", "taken"), [(-2, False), (-1, True), (0, True), (1, True), (2, False)])
def test_a_code_is_taken_one_step_early_or_late(clock: Clock, steps: int, taken: bool) -> None:
    secret = pyotp.random_base32()
    given = code(secret, clock, steps)
    current = int(clock.now.timestamp()) // STEP_SECONDS
    assert two_factor.step_of(secret, f" {given[:3]} {given[3:]} ", now=clock.now) == (
        current + steps if taken else None
    )


def test_setting_up_puts_everybody_else_out_and_keeps_what_was_offered(books: Database, clock: Clock) -> None:
    with books.writing() as session:
        alva = account_store.by_name(session, ALVA)
        assert alva is not None
        device = known_devices.remember(session, alva.id, "", now=clock.now)
        other = sessions.start(session, alva.id, now=clock.now)
    mine = held(books, clock, stage=SessionStage.ENROL)
    secret = two_factor.offered(books, SEAL, mine)
    assert two_factor.offered(books, SEAL, mine) == secret
    with pytest.raises(WrongCode):
        two_factor.set_up(books, SEAL, mine, code(secret, clock, 5), now=clock.now)
    assert tries(books, f"code {mine.person.id}") == 1
    full, codes = two_factor.set_up(books, SEAL, mine, code(secret, clock), now=clock.now)
    assert len({*codes}) == RECOVERY_CODES
    assert all(len(each) == 27 and each.count("-") == 3 for each in codes)
    with books.reading() as session:
        now = account_store.by_name(session, ALVA)
        assert now is not None
        assert SEAL.open(now.totp_secret, TOTP.about(now.id)) == secret
        assert second_step_store.codes_left(session, now.id) == RECOVERY_CODES
        found = sessions.find(session, full, now=clock.now)
        assert found is not None
        assert found.stage == SessionStage.FULL
        assert [each.key for each in session_store.of_account(session, now.id)] == [tokens.fingerprint(full)]
        assert sessions.find(session, other, now=clock.now) is None
        assert not known_devices.is_known(session, ALVA, device, now=clock.now)
        assert session.scalars(select(mail.c.template)).all() == ["second-step-changed"]
        last = list(journal.rows(session))[-1]
    assert (last.actor, last.subject) == (mine.person.id, mine.person.id)
    assert tries(books, f"code {mine.person.id}") == 0


def test_who_is_signed_in_already_proves_it_once_more(books: Database, clock: Clock) -> None:
    mine = held(books, clock)
    assert two_factor.needs_proof(mine)
    assert not two_factor.needs_proof(held(books, clock, stage=SessionStage.ENROL))
    secret = two_factor.offered(books, SEAL, mine)
    for proof in ("", "fel lösenord"):
        with pytest.raises(WrongProof):
            two_factor.set_up(books, SEAL, mine, code(secret, clock), proof=proof, now=clock.now)
    assert tries(books, f"proof {mine.person.id}") == 2
    two_factor.set_up(books, SEAL, mine, code(secret, clock), proof=people.PASSWORD, now=clock.now)
    assert tries(books, f"proof {mine.person.id}") == 0


def test_a_code_or_a_recovery_code_is_good_once_and_counted_until_then(books: Database, clock: Clock) -> None:
    secret, codes = enrolled(books, clock)

    def enter(given: str) -> str:
        with books.writing() as session:
            alva = account_store.by_name(session, ALVA)
            assert alva is not None
            waiting = sessions.start(session, alva.id, now=clock.now, stage=SessionStage.CODE)
        step = again(books, clock, waiting)
        full = two_factor.pass_with(books, SEAL, step, given, now=clock.now)
        with books.reading() as session:
            # The half session is gone, and the whole one is there.
            assert sessions.find(session, waiting, now=clock.now) is None
        assert again(books, clock, full).stage == SessionStage.FULL
        return full

    with pytest.raises(WrongCode):
        enter(code(secret, clock))
    clock.now += STEP
    enter(code(secret, clock))
    with pytest.raises(WrongCode):
        enter(code(secret, clock))
    with pytest.raises(WrongCode):
        enter(code(secret, clock, -1))
    enter(f" {codes[0].upper().replace('-', ' ')} ")
    with pytest.raises(WrongCode):
        enter(codes[0])
    with books.reading() as session:
        person = again(books, clock, enter(codes[1])).person.id
        told = session.scalars(select(mail.c.template).order_by(mail.c.id)).all()
        used = [row for row in journal.rows(session) if row.subject == person]
    assert told[:2] == ["second-step-changed", "recovery-code-used"]
    assert used[-1].actor == person
    assert tries(books, f"code {person}") == 0


def test_a_proof_by_a_code_uses_it_up(books: Database, clock: Clock) -> None:
    secret, _ = enrolled(books, clock)
    mine = held(books, clock)
    clock.now += STEP
    two_factor.prove(books, SEAL, mine, code(secret, clock), now=clock.now)
    with pytest.raises(WrongProof):
        two_factor.prove(books, SEAL, mine, code(secret, clock), now=clock.now)
    two_factor.prove(books, SEAL, mine, people.PASSWORD, now=clock.now)
    for _ in range(rate_limit.ONE_NAME.free):
        with pytest.raises(WrongProof):
            two_factor.prove(books, SEAL, mine, "fel", now=clock.now)
    with pytest.raises(rate_limit.TooOften):
        two_factor.prove(books, SEAL, mine, people.PASSWORD, now=clock.now)


def test_a_hash_fits_its_password_alone_and_an_old_one_is_made_anew() -> None:
    kept = passwords.hashed("fyra ord i rad")
    assert [passwords.fits(kept, each) for each in ("fyra ord i rad", "fyra ord i ra", "")] == [
        True,
        False,
        False,
    ]
    assert not passwords.fits("", "fyra ord i rad")
    assert not passwords.fits("no hash", "fyra ord i rad")
    assert not passwords.is_outdated(kept)
    assert passwords.is_outdated(kept.replace("p=1", "p=2"))
