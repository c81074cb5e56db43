"""Accounts under attack as the database holds them: a row each, from the first notice until it is long over."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import delete, func, insert, or_, select, update

from accounts.tables import guessed_account
from foundation.sql import Session, take_turns


def note(session: Session, account_id: int, *, now: datetime, untold_since: datetime) -> bool:
    """Note that an account is guessed at; whether its owner is to be told now, which is noted as well."""
    take_turns(session, f"guessed_account {account_id}")
    this = guessed_account.c.account_id == account_id
    told_at = session.execute(select(guessed_account.c.told_at).where(this)).scalar_one_or_none()
    if told_at is None:
        row = {"account_id": account_id, "since": now, "seen_at": now, "told_at": now}
        session.execute(insert(guessed_account), row)
        return True
    due: bool = told_at <= untold_since
    values = {"seen_at": now, **({"told_at": now} if due else {})}
    session.execute(update(guessed_account).where(this).values(values))
    return due


def take_untold(
    session: Session, *, seen_after: datetime, told_until: datetime, now: datetime
) -> Sequence[int]:
    """The accounts guessed at after then that no alarm has told of, or the last one then or before; told of now."""
    alarmed = guessed_account.c.alarmed_at
    untold = guessed_account.c.seen_at > seen_after, or_(alarmed.is_(None), alarmed <= told_until)
    question = select(guessed_account.c.account_id).where(*untold).order_by(guessed_account.c.account_id)
    found = list(session.scalars(question.with_for_update()))
    if found:
        these = guessed_account.c.account_id.in_(found)
        session.execute(update(guessed_account).where(these).values(alarmed_at=now))
    return found


def count(session: Session, *, seen_after: datetime) -> int:
    """How many accounts were guessed at after then."""
    question = select(func.count()).select_from(guessed_account).where(guessed_account.c.seen_at > seen_after)
    return int(session.execute(question).scalar_one())


def remove_before(session: Session, before: datetime) -> None:
    """Remove what was seen last before then."""
    session.execute(delete(guessed_account).where(guessed_account.c.seen_at < before))
