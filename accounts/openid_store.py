"""OpenID sign-ins as the database holds them: the journeys under way, and the identities tied to accounts."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import RowMapping, delete, insert, select

from accounts.tables import identity, openid_journey
from foundation.sql import Session


@dataclass(frozen=True, slots=True)
class Journey:
    """A sign-in at the provider that has begun: what its answer must fit, and where to go on after it."""

    nonce: str
    verifier: str
    next: str
    ends_at: datetime


def add_journey(session: Session, key: str, journey: Journey) -> None:
    """A journey that begins, under the sha256 of its state."""
    session.execute(
        insert(openid_journey),
        {
            "state_sha256": key,
            "nonce": journey.nonce,
            "verifier": journey.verifier,
            "next": journey.next,
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


def tie(session: Session, issuer: str, subject: str, account_id: int, *, at: datetime) -> None:
    """Tie an identity to an account."""
    session.execute(
        insert(identity),
        {"issuer": issuer, "subject": subject, "account_id": account_id, "made_at": at},
    )


def _journey(row: RowMapping) -> Journey:
    return Journey(nonce=row["nonce"], verifier=row["verifier"], next=row["next"], ends_at=row["ends_at"])
