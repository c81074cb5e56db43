"""Passwords: how they are kept, checked, and which are too easy.

Convention: argon2id with the parameters OWASP names first (46 MiB, one pass, one lane), a few at a time. A
name that does not exist is checked against a hash of nothing, so that it takes as long as one that does. A
password is judged by its length and by a list of what everybody tries, never by which signs it mixes.
"""

import secrets
from functools import cache
from threading import BoundedSemaphore
from typing import Final

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

SHORTEST: Final = 12
LONGEST: Final = 200
_AT_ONCE: Final = BoundedSemaphore(4)
_hasher: Final = PasswordHasher(time_cost=1, memory_cost=47_104, parallelism=1)


def hashed(password: str) -> str:
    """The hash to keep."""
    with _AT_ONCE:
        return _hasher.hash(password)


def fits(password_hash: str, password: str) -> bool:
    """Whether the password is the one hashed; with no hash, False after as long a time."""
    with _AT_ONCE:
        try:
            return _hasher.verify(password_hash or _of_nobody(), password[:LONGEST]) and bool(password_hash)
        except (VerificationError, InvalidHashError):
            return False


@cache
def _of_nobody() -> str:
    return _hasher.hash(secrets.token_urlsafe(32))
