"""Passwords: how they are kept, checked, and which are too easy.

Convention: argon2id with parameters that OWASP recommends, one at a time in a process, so that many who sign in at
once leave the pages of the others quick. Of OWASP's equally strong pairs this is the one (19 MiB, two passes, one
lane) whose memory the allocator keeps between two passwords; with 46 MiB a guard paid as much again in page faults. A
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
_AT_ONCE: Final = BoundedSemaphore(1)
_hasher: Final = PasswordHasher(time_cost=2, memory_cost=19_456, parallelism=1)


def hashed(password: str) -> str:
    """The hash to keep."""
    with _AT_ONCE:
        return _hasher.hash(password)


def fits(password_hash: str, password: str) -> bool:
    """Whether the password is the one hashed; with no hash, False after as long a time."""
    with _AT_ONCE:
        try:
            # One that is longer than any may be is hashed as far, to take as long, and is never the one.
            is_it = _hasher.verify(password_hash or _of_nobody(), password[:LONGEST])
            return is_it and bool(password_hash) and len(password) <= LONGEST
        except (VerificationError, InvalidHashError):
            return False


def is_outdated(password_hash: str) -> bool:
    """Whether it was made with other parameters than today's: told apart by time, so to be made anew when it can."""
    return _hasher.check_needs_rehash(password_hash)


@cache
def _of_nobody() -> str:
    return _hasher.hash(secrets.token_urlsafe(32))
