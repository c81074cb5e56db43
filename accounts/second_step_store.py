"""The second step as the database holds it: the app's steps of time that are used, and the recovery codes.

Convention: a code is known by its mark, the sha256 that `two_factor.py` makes of it.
"""

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import delete, func, insert, select, update

from accounts.tables import account, recovery_code
from foundation.sql import Session, rows_changed


def use_step(session: Session, account_id: int, step: int, *, newest: int) -> bool:
    """Use a step of time up; False where it, or one after it, has been used.

    One after `newest`, the newest that can be used now, was used by a clock that was ahead, and bars nothing.
    """
    last = account.c.totp_last_step
    used = update(account).where(account.c.id == account_id, (last < step) | (last > newest))
    return bool(rows_changed(session, used.values(totp_last_step=step)))


def codes_left(session: Session, account_id: int) -> int:
    """How many recovery codes have not been used."""
    count = select(func.count()).where(
        recovery_code.c.account_id == account_id, recovery_code.c.used_at.is_(None)
    )
    return int(session.execute(count).scalar_one())


def use_recovery_code(session: Session, account_id: int, mark: str, *, now: datetime) -> bool:
    """Use a recovery code up; False where it has been used, or is none of the account's."""
    used = update(recovery_code).where(
        recovery_code.c.account_id == account_id,
        recovery_code.c.code_sha256 == mark,
        recovery_code.c.used_at.is_(None),
    )
    return bool(rows_changed(session, used.values(used_at=now)))


def replace_recovery_codes(session: Session, account_id: int, marks: Iterable[str]) -> None:
    """Put these recovery codes in the place of those an account has."""
    remove_recovery_codes(session, account_id)
    session.execute(
        insert(recovery_code),
        [{"account_id": account_id, "code_sha256": mark} for mark in marks],
    )


def remove_recovery_codes(session: Session, account_id: int) -> None:
    """Remove all recovery codes of an account."""
    session.execute(delete(recovery_code).where(recovery_code.c.account_id == account_id))
