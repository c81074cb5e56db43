"""Sessions of the portal: kept on the server, named by a secret that only the browser's cookie holds.

Convention: a session is made at sign-in and at every step that raises what it may do, and the old one is gone by
then (no fixation). It ends after `IDLE` without a request, after `LONGEST` whatever happens, at sign-out, and
everywhere at once when the password, the second step or the account changes. All instants are the true ones.
"""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy.exc import SQLAlchemyError

from accounts import session_store, tokens
from accounts import store as account_store
from accounts.identity import Permission
from accounts.session_store import NO_PROVIDER, PortalSession, ProviderSession, SessionStage
from accounts.store import Account
from foundation import books_mark, leases
from foundation.books_mark import BooksRestored
from foundation.database import Database
from foundation.engines.database_faults import DatabaseFault, fault_of
from foundation.sql import Session

PATHS: Final = {SessionStage.CODE: "/code", SessionStage.ENROL: "/second-step"}
"""Where a session that is not full yet goes on, below /sign-in."""

IDLE: Final = timedelta(minutes=60)
LONGEST: Final = timedelta(hours=12)
WARNED_BEFORE: Final = timedelta(minutes=5)
"""So long before the end a page says so (WCAG 2.2, 2.2.1, asks for at least 20 seconds)."""
_STEP_LASTS: Final = timedelta(minutes=10)
# Writing down each request would make every page a change of the database.
_NOTED_EVERY: Final = timedelta(minutes=1)


def start(
    session: Session,
    account_id: int,
    *,
    now: datetime,
    stage: SessionStage = SessionStage.FULL,
    offered: str = "",
    begun_by: ProviderSession = NO_PROVIDER,
) -> str:
    """Make a session; the secret for the cookie."""
    secret = tokens.secret()
    session_store.add(
        session,
        tokens.fingerprint(secret),
        account_id,
        stage=stage,
        offered_totp=offered,
        begun_by=begun_by,
        made_at=now,
        ends_at=now + (LONGEST if stage == SessionStage.FULL else _STEP_LASTS),
    )
    return secret


def find(session: Session, secret: str, *, now: datetime) -> PortalSession | None:
    """The session of this secret, unless it has ended or its account has."""
    return find_key(session, tokens.fingerprint(secret), now=now) if secret else None


def find_key(session: Session, key: str, *, now: datetime) -> PortalSession | None:
    """The same by the sha256 of the secret."""
    held = session_store.by_key(session, key)
    if held is None or now >= held.ends_at or now - held.seen_at >= IDLE:
        return None
    if leases.ahead(held.made_at, now):
        return None  # made by a clock that was ahead, it would outlive its time by as much
    return held if held.account.state == account_store.AccountState.ACTIVE else None


def ends_at(held: PortalSession) -> datetime:
    """When a session ends by itself, unless it is used before that."""
    return min(held.seen_at + IDLE, held.ends_at)


def open_to(database: Database, account: Account) -> Database:
    """The books as this account may sign in to them: an administrator of the buyer also while they are held.

    Whoever goes through a restore has to come in, and only they (decision 86).
    """
    return database.for_recovery() if account.person.may(Permission.BUYER_ADMIN) else database


def admit(session: Session, account: Account) -> None:
    """The same inside a transaction of whoever signs in. Raises BooksRestored, and nothing of it is kept."""
    if not account.person.may(Permission.BUYER_ADMIN) and books_mark.is_held(session):
        raise BooksRestored


def used(database: Database, secret: str, *, now: datetime) -> PortalSession | None:
    """The session that somebody comes with; its use is noted once a minute."""
    with database.reading() as session:
        held = find(session, secret, now=now)
    if held is not None and (now - held.seen_at >= _NOTED_EVERY or leases.ahead(held.seen_at, now)):
        # That somebody is here is no part of the books: who reads on while they are held stays signed in.
        try:
            with database.for_recovery().writing() as session:
                session_store.note_seen(session, held.key, at=now)
            held = replace(held, seen_at=now)
        except SQLAlchemyError as fault:
            # A standby is read, though nobody can note there that it was.
            if fault_of(fault) is not DatabaseFault.READ_ONLY:
                raise
    return held


def end(session: Session, secret: str) -> None:
    """End one session, if there is such."""
    session_store.remove(session, tokens.fingerprint(secret))


def end_key(session: Session, key: str) -> None:
    """The same by the sha256 of its secret."""
    session_store.remove(session, key)


def end_all(session: Session, account_id: int, *, but: str = "") -> int:
    """Sign an account out everywhere, except from the session with the key `but`; how many ended."""
    return session_store.remove_all(session, account_id, but=but)


def sweep(session: Session, *, now: datetime) -> None:
    """Remove sessions that have ended by themselves."""
    session_store.remove_ended(session, now=now, seen_until=now - IDLE)
