"""Known browsers as the database holds them: a row for each account a browser has signed in to."""

from datetime import datetime

from sqlalchemy import delete, insert, select, update

from accounts.tables import account, known_device
from foundation.sql import Session, rows_changed


def belongs(session: Session, sign_in_name: str, key: str, *, seen_after: datetime) -> bool:
    """Whether the browser with this key was seen with the account of this name after then."""
    question = (
        select(known_device.c.seen_at)
        .join_from(known_device, account, account.c.id == known_device.c.account_id)
        .where(
            known_device.c.secret_sha256 == key,
            account.c.sign_in_name == sign_in_name,
            known_device.c.seen_at > seen_after,
        )
    )
    return session.execute(question).first() is not None


def note_seen(session: Session, account_id: int, key: str, *, at: datetime) -> bool:
    """Note that a browser was used; False where it is not known."""
    this = known_device.c.account_id == account_id, known_device.c.secret_sha256 == key
    return bool(rows_changed(session, update(known_device).where(*this).values(seen_at=at)))


def add(session: Session, account_id: int, key: str, *, at: datetime) -> None:
    """A browser seen for the first time."""
    session.execute(
        insert(known_device), {"account_id": account_id, "secret_sha256": key, "made_at": at, "seen_at": at}
    )


def keep_newest(session: Session, account_id: int, most: int) -> None:
    """Remove all of an account's but so many, those used last."""
    own = known_device.c.account_id == account_id
    kept = select(known_device.c.secret_sha256).where(own).order_by(known_device.c.seen_at.desc()).limit(most)
    session.execute(delete(known_device).where(own, known_device.c.secret_sha256.not_in(kept)))


def remove_unseen(session: Session, *, seen_until: datetime) -> None:
    """Remove the browsers seen last then or before."""
    session.execute(delete(known_device).where(known_device.c.seen_at <= seen_until))


def remove(session: Session, account_id: int, *, but: str = "") -> None:
    """Remove all browsers of an account, except the one with the key `but`."""
    session.execute(
        delete(known_device).where(
            known_device.c.account_id == account_id, known_device.c.secret_sha256 != but
        )
    )
