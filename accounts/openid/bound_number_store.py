"""Bound personal numbers as the database holds them: a keyed hash for an account, and which key made it."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from sqlalchemy import delete, func, insert, select, update
from sqlalchemy.exc import IntegrityError

from accounts.openid.tables import bound_number
from foundation import journal
from foundation.sql import Session, rows_changed


def account_of(session: Session, hashes: Sequence[str]) -> int | None:
    """The number of the account that one of these hashes is bound to."""
    question = select(bound_number.c.account_id).where(bound_number.c.number_hash.in_(hashes))
    found: int | None = session.execute(question).scalar_one_or_none()
    return found


def is_bound(session: Session, account_id: int) -> bool:
    """Whether an account has a number bound to it."""
    question = select(bound_number.c.account_id).where(bound_number.c.account_id == account_id)
    return session.execute(question).scalar_one_or_none() is not None


def bind(
    session: Session, account_id: int, *, key_mark: str, number_hash: str, at: datetime, by: str
) -> bool:
    """Bind a number to an account, in the place of the one it had; False where it is bound to another."""
    unbind(session, account_id)
    row = {
        "account_id": account_id,
        "key_mark": key_mark,
        "number_hash": number_hash,
        "made_at": at,
        "made_by": by,
    }
    try:
        with journal.attempt(session):
            session.execute(insert(bound_number), row)
    except IntegrityError:
        return False
    return True


def renew(session: Session, account_id: int, *, key_mark: str, number_hash: str) -> None:
    """Keep another hash of the same number, made with the newest key."""
    session.execute(
        update(bound_number)
        .where(bound_number.c.account_id == account_id, bound_number.c.key_mark != key_mark)
        .values(key_mark=key_mark, number_hash=number_hash)
    )


def unbind(session: Session, account_id: int) -> bool:
    """Bind no number to the account any longer; False where none was."""
    return rows_changed(session, delete(bound_number).where(bound_number.c.account_id == account_id)) == 1


def count_by_mark(session: Session) -> Mapping[str, int]:
    """How many numbers each key has made the hash of."""
    rows = session.execute(
        select(bound_number.c.key_mark, func.count()).group_by(bound_number.c.key_mark)
    ).all()
    return {mark: count for mark, count in rows}
