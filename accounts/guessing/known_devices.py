"""Browsers that somebody has signed in from: they have a lane of their own while others guess at the name.

Convention: the browser keeps a secret in a cookie, the database its sha256 beside the account. It lets nobody in: the
password is asked for as ever, and its tries are counted. It only says that this is no stranger, so that an attack
from a thousand places slows the thousand and not the owner. A new password by a mailed link makes the browser known as
well: the way in for an owner with a new computer, in the midst of an attack.
"""

from datetime import datetime, timedelta
from typing import Final

from accounts import tokens
from accounts.guessing import known_device_store
from foundation.sql import Session

LASTS: Final = timedelta(days=180)
"""A browser is forgotten when nobody has signed in from it for so long."""

MOST: Final = 20
"""Of one account; the one used longest ago is forgotten for a new one."""


def remember(session: Session, account_id: int, secret: str, *, now: datetime) -> str:
    """Know the browser with this secret as one of the account's, a fresh secret where it has none; the secret."""
    secret = secret or tokens.secret()
    key = tokens.fingerprint(secret)
    if not known_device_store.note_seen(session, account_id, key, at=now):
        known_device_store.add(session, account_id, key, at=now)
        known_device_store.keep_newest(session, account_id, MOST)
    return secret


def is_known(session: Session, sign_in_name: str, secret: str, *, now: datetime) -> bool:
    """Whether the browser with this secret has signed in to the account of this name lately."""
    return known_device_store.belongs(
        session, sign_in_name, tokens.fingerprint(secret), seen_after=now - LASTS
    )


def sweep(session: Session, *, now: datetime) -> None:
    """Forget the browsers nobody has signed in from for too long."""
    known_device_store.remove_unseen(session, seen_until=now - LASTS)


def forget(session: Session, account_id: int, *, but: str = "") -> None:
    """Forget all browsers of an account, except the one with the secret `but`."""
    known_device_store.remove(session, account_id, but=tokens.fingerprint(but) if but else "")
