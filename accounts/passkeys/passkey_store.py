"""Passkeys as the database holds them: the keys of an account, and the challenge a session was asked with."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import Row, delete, func, insert, select, update
from sqlalchemy.exc import IntegrityError

from accounts.passkeys.tables import passkey, passkey_challenge
from foundation import journal
from foundation.sql import Session, rows_changed


class ChallengePurpose(StrEnum):
    """What a browser was asked to sign for."""

    REGISTER = "REGISTER"
    USE = "USE"


@dataclass(frozen=True, slots=True)
class Passkey:
    """A public key of an account. `sign_count` is 0 for a device that does not count."""

    id: int
    account_id: int
    credential_id: str
    public_key: str
    sign_count: int
    name: str
    is_synced: bool
    made_at: datetime
    used_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Challenge:
    """What a session's browser was asked to sign, until when, and what a new passkey will be called."""

    purpose: ChallengePurpose
    challenge: str
    ends_at: datetime
    name: str = ""


def of_account(session: Session, account_id: int) -> Sequence[Passkey]:
    """The passkeys of an account, the oldest first."""
    rows = session.execute(select(passkey).where(passkey.c.account_id == account_id).order_by(passkey.c.id))
    return [_passkey(row) for row in rows]


def count(session: Session, account_id: int) -> int:
    """How many passkeys an account has."""
    question = select(func.count()).select_from(passkey).where(passkey.c.account_id == account_id)
    return int(session.execute(question).scalar_one())


def add(session: Session, made: Passkey) -> bool:
    """Keep a new passkey; False where this device's key is kept already."""
    row = {
        "account_id": made.account_id,
        "credential_id": made.credential_id,
        "public_key": made.public_key,
        "sign_count": made.sign_count,
        "name": made.name,
        "is_synced": made.is_synced,
        "made_at": made.made_at,
    }
    try:
        with journal.attempt(session):
            session.execute(insert(passkey), row)
    except IntegrityError:
        return False
    return True


def use(session: Session, used: Passkey, sign_count: int, *, now: datetime) -> bool:
    """Note what the device has counted to; False where another came first with as much, or the passkey is gone."""
    goes_on = passkey.c.sign_count < sign_count if sign_count else passkey.c.sign_count == 0
    noted = update(passkey).where(passkey.c.id == used.id, goes_on)
    return rows_changed(session, noted.values(sign_count=sign_count, used_at=now)) == 1


def remove(session: Session, account_id: int, passkey_id: int) -> bool:
    """Remove one passkey of an account; False where it has none with this number."""
    gone = delete(passkey).where(passkey.c.account_id == account_id, passkey.c.id == passkey_id)
    return rows_changed(session, gone) == 1


def remove_all(session: Session, account_id: int) -> None:
    """Remove every passkey of an account."""
    session.execute(delete(passkey).where(passkey.c.account_id == account_id))


def ask(session: Session, session_key: str, challenge: Challenge, *, now: datetime) -> None:
    """Keep what a session's browser is asked, in the place of what it was asked before."""
    session.execute(
        delete(passkey_challenge).where(
            (passkey_challenge.c.session_sha256 == session_key) | (passkey_challenge.c.ends_at <= now)
        )
    )
    session.execute(
        insert(passkey_challenge),
        {
            "session_sha256": session_key,
            "purpose": challenge.purpose,
            "challenge": challenge.challenge,
            "name": challenge.name,
            "ends_at": challenge.ends_at,
        },
    )


def take(session: Session, session_key: str) -> Challenge | None:
    """Remove what a session's browser was asked, and give it; None where nothing was, or another took it."""
    mine = passkey_challenge.c.session_sha256 == session_key
    row = session.execute(select(passkey_challenge).where(mine)).one_or_none()
    gone = rows_changed(session, delete(passkey_challenge).where(mine))
    if row is None or gone != 1:
        return None
    return Challenge(ChallengePurpose(row.purpose), row.challenge, row.ends_at, row.name)


def _passkey(row: Row[Any]) -> Passkey:
    return Passkey(
        id=row.id,
        account_id=row.account_id,
        credential_id=row.credential_id,
        public_key=row.public_key,
        sign_count=row.sign_count,
        name=row.name,
        is_synced=row.is_synced,
        made_at=row.made_at,
        used_at=row.used_at,
    )
