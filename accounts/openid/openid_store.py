"""OpenID sign-ins as the database holds them: the journeys under way, identities tied to accounts, logouts told."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import RowMapping, delete, insert, select
from sqlalchemy.exc import IntegrityError

from accounts.openid.tables import identity, openid_journey, openid_logout
from accounts.tables import web_session
from foundation import journal
from foundation.sql import Session, rows_changed


@dataclass(frozen=True, slots=True)
class Journey:
    """A sign-in at a provider that has begun: what its answer must fit, and where to go on after it.

    It ties the identity to the account of a mailed link (`link`) or of a session (`session`), by their sha256, or
    looks for the account it is tied to.
    """

    provider: str
    nonce: str
    verifier: str
    next: str
    ends_at: datetime
    link: str = ""
    session: str = ""


@dataclass(frozen=True, slots=True)
class Identity:
    """An identity that opens an account, as its owner is shown it."""

    issuer: str
    subject: str
    made_at: datetime


def add_journey(session: Session, key: str, journey: Journey) -> None:
    """A journey that begins, under the sha256 of its state."""
    session.execute(
        insert(openid_journey),
        {
            "state_sha256": key,
            "provider": journey.provider,
            "nonce": journey.nonce,
            "verifier": journey.verifier,
            "next": journey.next,
            "link_sha256": journey.link,
            "session_sha256": journey.session,
            "ends_at": journey.ends_at,
        },
    )


def take_journey(session: Session, key: str) -> Journey | None:
    """Remove the journey with this key, and give it; None where there is none, or another has just taken it."""
    row = (
        session.execute(select(openid_journey).where(openid_journey.c.state_sha256 == key))
        .mappings()
        .one_or_none()
    )
    gone = session.execute(delete(openid_journey).where(openid_journey.c.state_sha256 == key))
    return _journey(row) if row is not None and gone.rowcount == 1 else None


def remove_ended_journeys(session: Session, *, now: datetime) -> None:
    """Remove the journeys whose time is over."""
    session.execute(delete(openid_journey).where(openid_journey.c.ends_at <= now))


def account_of(session: Session, issuer: str, subject: str) -> int | None:
    """The number of the account an identity is tied to."""
    known: int | None = session.execute(
        select(identity.c.account_id).where(identity.c.issuer == issuer, identity.c.subject == subject)
    ).scalar_one_or_none()
    return known


def identities_of(session: Session, account_id: int) -> Sequence[Identity]:
    """The identities that open an account, the oldest first."""
    rows = session.execute(
        select(identity)
        .where(identity.c.account_id == account_id)
        .order_by(identity.c.made_at, identity.c.issuer)
    )
    return [Identity(row.issuer, row.subject, row.made_at) for row in rows]


def tie(session: Session, issuer: str, subject: str, account_id: int, *, at: datetime) -> bool:
    """Tie an identity to an account; False where it is tied already."""
    row = {"issuer": issuer, "subject": subject, "account_id": account_id, "made_at": at}
    try:
        with journal.attempt(session):
            session.execute(insert(identity), row)
    except IntegrityError:
        return False
    return True


def untie(session: Session, account_id: int, issuer: str, subject: str) -> bool:
    """Let an identity open the account no longer; False where it did not."""
    gone = delete(identity).where(
        identity.c.account_id == account_id, identity.c.issuer == issuer, identity.c.subject == subject
    )
    return rows_changed(session, gone) == 1


def untie_all(session: Session, account_id: int) -> None:
    """Let no identity open the account any longer."""
    session.execute(delete(identity).where(identity.c.account_id == account_id))


def sessions_begun(session: Session, issuer: str, *, subject: str, sid: str) -> Sequence[tuple[str, int]]:
    """The sessions, by key and account, that a provider's word began: its one session `sid`, or all of the person."""
    question = select(web_session.c.secret_sha256, web_session.c.account_id).where(
        web_session.c.openid_issuer == issuer
    )
    if sid:
        question = question.where(web_session.c.openid_session == sid)
    if subject:
        question = question.where(web_session.c.openid_subject == subject)
    return [(key, account_id) for key, account_id in session.execute(question)]


def note_logout(session: Session, issuer: str, token_id: str, *, ends_at: datetime, now: datetime) -> bool:
    """Note that a provider has told of a logout; False where it has told the same before."""
    session.execute(delete(openid_logout).where(openid_logout.c.ends_at <= now))
    try:
        with journal.attempt(session):
            session.execute(
                insert(openid_logout), {"issuer": issuer, "token_id": token_id, "ends_at": ends_at}
            )
    except IntegrityError:
        return False
    return True


def _journey(row: RowMapping) -> Journey:
    return Journey(
        provider=row["provider"],
        nonce=row["nonce"],
        verifier=row["verifier"],
        next=row["next"],
        ends_at=row["ends_at"],
        link=row["link_sha256"],
        session=row["session_sha256"],
    )
