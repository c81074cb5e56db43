"""Signing in: from a name and a password to a session.

Convention: whatever is wrong, the answer is the same sentence after the same work: one hash, and the same statements
(OWASP ASVS 5.0, V6.3.8). How tries are counted stands in `guessing/lanes.py`. The new session never takes over
anything of an old one. Only that somebody signed in is noted in the journal, not from where; that somebody did not is a
line of the log, with the number of the account and never the name as it was typed (V16.3.1).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Protocol

import structlog

from accounts import passwords, sessions
from accounts import store as account_store
from accounts.guessing import lanes
from accounts.guessing.rate_limit import TooOften
from accounts.journal_actions import AccountAction, AccountsSubject
from accounts.passkeys import passkey_store
from accounts.session_store import SessionStage
from accounts.store import Account, AccountState
from foundation import journal
from foundation.database import Database
from foundation.errors import Refused
from foundation.text import Text
from operations.settings import Settings

UNKNOWN: Final = "unknown"
"""Whose sign-in failed, where no account has the name; what was typed may be anything, a password too."""
_log: Final = structlog.get_logger("accounts")


class WrongSignIn(Refused):
    """The name, the password or the code is wrong; which of them is not told."""

    def __init__(self) -> None:
        super().__init__(
            Text("E-postadressen eller lösenordet stämmer inte. Försök igen, eller välj ett nytt lösenord.")
        )


class Hinted(Protocol):
    """Somebody the sign-in page may name: the name to sign in with, and who that is."""

    @property
    def sign_in_name(self) -> str:
        """What to sign in with."""

    @property
    def told(self) -> Text:
        """Who that is."""


@dataclass(frozen=True, slots=True)
class SignInHint:
    """What the sign-in page of a demo shows: who may sign in, all with one password."""

    people: Sequence[Hinted]
    password: str


@dataclass(frozen=True, slots=True)
class SignedIn:
    """A session that has begun: its secret for the cookie, the stage it is at, and whose it is."""

    secret: str
    stage: SessionStage
    account_id: int


def with_password(
    database: Database,
    settings: Settings,
    name: str,
    password: str,
    *,
    client: str,
    now: datetime,
    device: str = "",
) -> SignedIn:
    """Check a name and a password and begin a session. Raises WrongSignIn, TooOften and BooksRestored.

    `device` is the secret of a browser that may be known.
    """
    name = account_store.normal_name(name)
    try:
        # Tries are counted whether the books are held or not: who is to be let in is found after that.
        with database.for_recovery().writing() as session:
            lane = lanes.lane_of(session, name, client, device, now=now)
            lanes.count(session, lane, now=now)
            account = account_store.by_name(session, name)
            # Asked for every name, so that all cost the same.
            has_passkeys = passkey_store.count(session, account.id if account else 0) > 0
    except TooOften:
        # Whose name it is is not asked: what is refused costs the same for every name.
        _log.warning("sign-in refused", account=UNKNOWN, why="too often")
        raise
    is_active = account is not None and account.state == AccountState.ACTIVE
    if not passwords.fits(account.password_hash if account and is_active else "", password):
        _log.warning("sign-in refused", account=account.id if account else UNKNOWN, why="name or password")
        raise WrongSignIn
    assert account is not None  # noqa: S101 - without one, nothing fits
    stage = stage_of(account, settings, has_passkeys=has_passkeys)
    books = sessions.open_to(database, account)
    renewed = passwords.hashed(password) if passwords.is_outdated(account.password_hash) else ""
    with books.writing() as session:
        if renewed:
            account_store.renew_hash(session, account, renewed)
        lanes.came_in(session, lane)
        sessions.sweep(session, now=now)
        secret = sessions.start(session, account.id, now=now, stage=stage)
        if stage == SessionStage.FULL:
            journal.record(
                session,
                account.person.id,
                AccountAction.SIGNED_IN,
                AccountsSubject.PERSON.of(account.person.id),
            )
    return SignedIn(secret, stage, account.id)


def stage_of(account: Account, settings: Settings, *, has_passkeys: bool) -> SessionStage:
    """How far the password alone leads."""
    if account.totp_secret or has_passkeys:
        return SessionStage.CODE
    return SessionStage.ENROL if settings.second_step and not settings.is_demo else SessionStage.FULL
