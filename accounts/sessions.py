"""Sessions of the portal: kept on the server, named by a secret that only the browser's cookie holds.

Convention: a session is made at sign-in and at every step that raises what it may do, and the old one is gone by
then (no fixation). It ends after `IDLE` without a request, after `LONGEST` whatever happens, at sign-out, and
everywhere at once when the password, the second step or the account changes. All instants are the true ones.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import bindparam, delete, insert, select, update

from accounts import store as account_store
from accounts import tokens
from accounts.identity import Person
from accounts.store import WHOLE, Account
from accounts.tables import account, web_session
from foundation.database import Database
from foundation.sql import Session

FULL, CODE, ENROL = "FULL", "CODE", "ENROL"
PATHS: Final = {CODE: "/code", ENROL: "/second-step"}
"""Where a session that is not full yet goes on, below /sign-in."""

IDLE: Final = timedelta(minutes=60)
LONGEST: Final = timedelta(hours=12)
_STEP_LASTS: Final = timedelta(minutes=10)
# Writing down each request would make every page a change of the database.
_NOTED_EVERY: Final = timedelta(minutes=1)


_WHOSE: Final = (
    select(web_session, *WHOLE)
    .join_from(web_session, account, account.c.id == web_session.c.account_id)
    .where(web_session.c.secret_sha256 == bindparam("secret_sha256"))
)


@dataclass(frozen=True, slots=True)
class PortalSession:
    """A session that is in force, and whose it is."""

    key: str
    account: Account
    stage: str
    made_at: datetime
    seen_at: datetime
    ends_at: datetime
    offered_totp: str = ""

    @property
    def person(self) -> Person:
        """Who signed in."""
        return self.account.person


def start(session: Session, account_id: int, *, now: datetime, stage: str = FULL, offered: str = "") -> str:
    """Make a session; the secret for the cookie."""
    secret = tokens.secret()
    session.execute(
        insert(web_session),
        {
            "secret_sha256": tokens.fingerprint(secret),
            "account_id": account_id,
            "stage": stage,
            "made_at": now,
            "seen_at": now,
            "ends_at": now + (LONGEST if stage == FULL else _STEP_LASTS),
            "offered_totp": offered,
        },
    )
    return secret


def find(session: Session, secret: str, *, now: datetime) -> PortalSession | None:
    """The session of this secret, unless it has ended or its account has."""
    if not secret:
        return None
    row = session.execute(_WHOSE, {"secret_sha256": tokens.fingerprint(secret)}).mappings().one_or_none()
    columns = web_session.c
    if row is None or now >= row[columns.ends_at] or now - row[columns.seen_at] >= IDLE:
        return None
    whose = account_store.of_row(row)
    if whose.state != account_store.ACTIVE:
        return None
    return PortalSession(
        key=row[columns.secret_sha256],
        account=whose,
        stage=row[columns.stage],
        made_at=row[columns.made_at],
        seen_at=row[columns.seen_at],
        ends_at=row[columns.ends_at],
        offered_totp=row[columns.offered_totp],
    )


def used(database: Database, secret: str, *, now: datetime) -> PortalSession | None:
    """The session that somebody comes with; its use is noted once a minute."""
    with database.reading() as session:
        held = find(session, secret, now=now)
    if held is not None and now - held.seen_at >= _NOTED_EVERY:
        with database.writing() as session:
            session.execute(
                update(web_session).where(web_session.c.secret_sha256 == held.key).values(seen_at=now)
            )
    return held


def end(session: Session, secret: str) -> None:
    """End one session, if there is such."""
    session.execute(delete(web_session).where(web_session.c.secret_sha256 == tokens.fingerprint(secret)))


def end_all(session: Session, account_id: int, *, but: str = "") -> int:
    """Sign an account out everywhere, except from the session with the key `but`; how many ended."""
    gone = session.execute(
        delete(web_session).where(web_session.c.account_id == account_id, web_session.c.secret_sha256 != but)
    )
    return gone.rowcount


def sweep(session: Session, *, now: datetime) -> None:
    """Remove sessions that have ended by themselves."""
    session.execute(
        delete(web_session).where((web_session.c.ends_at <= now) | (web_session.c.seen_at <= now - IDLE))
    )
