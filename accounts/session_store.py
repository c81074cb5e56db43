"""Sessions of the portal as the database holds them: a row each, named by the sha256 of the cookie's secret.

Convention: `key` is that sha256. When a session ends, and what it may do, is decided in `sessions.py`.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final

from sqlalchemy import RowMapping, bindparam, delete, insert, select, update

from accounts import store as account_store
from accounts.identity import Person
from accounts.store import WHOLE, Account
from accounts.tables import account, web_session
from foundation import leases
from foundation.sql import Session, rows_changed

# Prepared once: every page asks it.
_WHOSE: Final = (
    select(web_session, *WHOLE)
    .join_from(web_session, account, account.c.id == web_session.c.account_id)
    .where(web_session.c.secret_sha256 == bindparam("secret_sha256"))
)


class SessionStage(StrEnum):
    """How far a session has come with signing in; a session never changes it, another takes its place."""

    FULL = "FULL"
    CODE = "CODE"  # the password was right, the second step is left
    ENROL = "ENROL"  # the second step must be set up


@dataclass(frozen=True, slots=True)
class ProviderSession:
    """Whose word began a session: the issuer, the person's subject there, and its own name for the session."""

    issuer: str = ""
    subject: str = ""
    session: str = ""


NO_PROVIDER: Final = ProviderSession()
"""A session that began with a password."""


@dataclass(frozen=True, slots=True)
class PortalSession:
    """A session, and whose it is."""

    key: str
    account: Account
    stage: SessionStage
    made_at: datetime
    seen_at: datetime
    ends_at: datetime
    offered_totp: str = ""
    begun_by: ProviderSession = NO_PROVIDER

    @property
    def person(self) -> Person:
        """Who signed in."""
        return self.account.person


@dataclass(frozen=True, slots=True)
class SessionSeen:
    """A session as its owner is shown it: when it began, and when it was last used."""

    key: str
    made_at: datetime
    seen_at: datetime


def by_key(session: Session, key: str) -> PortalSession | None:
    """The session with this key, whether or not it is still in force."""
    row = session.execute(_WHOSE, {"secret_sha256": key}).mappings().one_or_none()
    return _portal_session(row) if row is not None else None


def of_account(session: Session, account_id: int) -> Sequence[SessionSeen]:
    """The sessions of an account, the one used last first."""
    rows = session.execute(
        select(web_session)
        .where(web_session.c.account_id == account_id)
        .order_by(web_session.c.seen_at.desc())
    )
    return [SessionSeen(row.secret_sha256, row.made_at, row.seen_at) for row in rows]


def add(
    session: Session,
    key: str,
    account_id: int,
    *,
    stage: SessionStage,
    offered_totp: str,
    begun_by: ProviderSession,
    made_at: datetime,
    ends_at: datetime,
) -> None:
    """A new session, seen when it was made."""
    session.execute(
        insert(web_session),
        {
            "secret_sha256": key,
            "account_id": account_id,
            "stage": stage,
            "made_at": made_at,
            "seen_at": made_at,
            "ends_at": ends_at,
            "offered_totp": offered_totp,
            "openid_issuer": begun_by.issuer,
            "openid_subject": begun_by.subject,
            "openid_session": begun_by.session,
        },
    )


def note_seen(session: Session, key: str, *, at: datetime) -> None:
    """Note that a session was used."""
    session.execute(update(web_session).where(web_session.c.secret_sha256 == key).values(seen_at=at))


def offer_totp(session: Session, key: str, secret: str) -> str:
    """Offer a session a secret for its app; the one it has, where another came first."""
    offering = update(web_session).where(web_session.c.secret_sha256 == key, web_session.c.offered_totp == "")
    if rows_changed(session, offering.values(offered_totp=secret)):
        return secret
    held = select(web_session.c.offered_totp).where(web_session.c.secret_sha256 == key)
    return str(session.execute(held).scalar_one())


def remove(session: Session, key: str) -> None:
    """End one session, if there is such."""
    session.execute(delete(web_session).where(web_session.c.secret_sha256 == key))


def remove_own(session: Session, account_id: int, key: str) -> bool:
    """End one session of an account; False where it has none with this key."""
    gone = delete(web_session).where(
        web_session.c.account_id == account_id, web_session.c.secret_sha256 == key
    )
    return rows_changed(session, gone) == 1


def remove_all(session: Session, account_id: int, *, but: str) -> int:
    """End every session of an account, except the one with the key `but`; how many ended."""
    gone = session.execute(
        delete(web_session).where(web_session.c.account_id == account_id, web_session.c.secret_sha256 != but)
    )
    return gone.rowcount


def remove_ended(session: Session, *, now: datetime, seen_until: datetime) -> None:
    """Remove the sessions whose time is over, and those last seen then or before."""
    session.execute(
        delete(web_session).where(
            (web_session.c.ends_at <= now)
            | (web_session.c.seen_at <= seen_until)
            | leases.is_ahead(web_session.c.made_at, now)
        )
    )


def _portal_session(row: RowMapping) -> PortalSession:
    columns = web_session.c
    return PortalSession(
        key=row[columns.secret_sha256],
        account=account_store.of_row(row),
        stage=SessionStage(row[columns.stage]),
        made_at=row[columns.made_at],
        seen_at=row[columns.seen_at],
        ends_at=row[columns.ends_at],
        offered_totp=row[columns.offered_totp],
        begun_by=ProviderSession(
            row[columns.openid_issuer], row[columns.openid_subject], row[columns.openid_session]
        ),
    )
