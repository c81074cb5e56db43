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
    """Whether the password is the one hashed; with no hash, and for one longer than any, False after as long a time."""
    may_fit = bool(password_hash) and len(password) <= LONGEST
    with _AT_ONCE:
        try:
            return (
                _hasher.verify(password_hash if may_fit else _of_nobody(_hasher), password[:LONGEST])
                and may_fit
            )
        except (VerificationError, InvalidHashError):
            return False


def ready() -> None:
    """Hash what names of nobody are compared with, so that the first of them takes no longer than the others."""
    _of_nobody(_hasher)


def is_outdated(password_hash: str) -> bool:
    """Whether it was made with other parameters than today's: told apart by time, so to be made anew when it can."""
    return _hasher.check_needs_rehash(password_hash)


@cache
def _of_nobody(hasher: PasswordHasher) -> str:
    """Made with the parameters of the one that compares: others would take another time."""
    return hasher.hash(secrets.token_urlsafe(32))
