"""Secrets that must be read again, of second steps, webhooks and others, sealed with a key from outside the database.

Convention: what need only be recognised is kept as a hash (`tokens.py`, `passwords.py`); what must be read again is
sealed, by Fernet (AES-128-CBC and HMAC-SHA256, random for each value), together with what it is about, so that a row's
secret opens in no other row. The keys are the installation's (`secret_keys`, `secret_keys_file`): the first seals, all
of them open, so a new one takes over without a stop. Without a key secrets lie as they are, which a demo and a trial
may have, and `billing check` tells of.
"""

from collections import Counter
from collections.abc import Sequence
from enum import StrEnum
from functools import cache
from typing import Final

from cryptography.fernet import Fernet, InvalidToken, MultiFernet

from accounts import sealed_secret_store
from foundation.errors import Refused
from foundation.sql import Session
from foundation.text import CountedText, Text
from operations.settings import Settings

_MARK: Final = "sealed:"


class SecretKeyWrong(Refused):
    """What is given as a key is none."""


class SecretsLocked(Refused):
    """A secret is sealed with a key that we do not have, or is another row's."""

    def __init__(self, count: int = 1) -> None:
        super().__init__(
            CountedText(
                "%(count)s hemlighet i databasen är förseglad med en nyckel som saknas. Lägg tillbaka nyckeln i "
                "BILLING_SECRET_KEYS eller i filen i BILLING_SECRET_KEYS_FILE.",
                "%(count)s hemligheter i databasen är förseglade med en nyckel som saknas. Lägg tillbaka nyckeln i "
                "BILLING_SECRET_KEYS eller i filen i BILLING_SECRET_KEYS_FILE.",
                count=count,
            )
        )


class Standing(StrEnum):
    """How a secret lies in the database."""

    NEWEST = "NEWEST"  # sealed with the first key
    OLDER = "OLDER"  # sealed with one of the others
    PLAIN = "PLAIN"
    LOCKED = "LOCKED"  # sealed, and none of the keys opens it


class Seal:
    """What seals and opens secrets, with the keys of an installation."""

    def __init__(self, keys: Sequence[str] = ()) -> None:
        """Raises SecretKeyWrong."""
        try:
            each = [Fernet(key) for key in keys]
        except ValueError:
            raise SecretKeyWrong(
                Text("En nyckel för hemligheter går inte att läsa. Gör en ny med: billing secrets key")
            ) from None
        self._first = each[0] if each else None
        self._every = MultiFernet(each) if each else None

    @property
    def has_key(self) -> bool:
        """Whether what it seals is sealed at all."""
        return self._first is not None

    def close(self, secret: str, about: str) -> str:
        """The secret as it is stored; `about` says which row's it is, and must be said again to open it."""
        if self._first is None:
            return secret
        return _MARK + self._first.encrypt(f"{about}\n{secret}".encode()).decode()

    def open(self, stored: str, about: str) -> str:
        """The secret as it was given. Raises SecretsLocked."""
        if not stored.startswith(_MARK):
            return stored
        opened = _opened(self._every, stored, about)
        if opened is None:
            raise SecretsLocked
        return opened

    def standing(self, stored: str, about: str) -> Standing:
        """How a stored secret lies."""
        if not stored.startswith(_MARK):
            return Standing.PLAIN
        if _opened(self._first, stored, about) is not None:
            return Standing.NEWEST
        return Standing.LOCKED if _opened(self._every, stored, about) is None else Standing.OLDER


def _opened(by: Fernet | MultiFernet | None, stored: str, about: str) -> str | None:
    if by is None:
        return None
    try:
        whose, _, secret = by.decrypt(stored.removeprefix(_MARK)).decode().partition("\n")
    except InvalidToken:
        return None
    return secret if whose == about else None


def of(settings: Settings) -> Seal:
    """The seal of an installation. Raises SecretKeyWrong, also where the file of keys cannot be read."""
    return _of_keys(keys_of(settings))


def keys_of(settings: Settings) -> tuple[str, ...]:
    """The keys of an installation, the newest first. Raises SecretKeyWrong where their file cannot be read."""
    keys = settings.secret_keys.get_secret_value().split()
    file = settings.secret_keys_file
    if file is not None:
        try:
            keys += file.read_text(encoding="ascii").split()
        except (OSError, UnicodeDecodeError):
            raise SecretKeyWrong(
                Text("Filen med nycklar för hemligheter går inte att läsa: %(file)s", file=str(file))
            ) from None
    return tuple(keys)


@cache
def _of_keys(keys: tuple[str, ...]) -> Seal:
    return Seal(keys)


def fresh_key() -> str:
    """A new key, at random."""
    return Fernet.generate_key().decode()


def standings(session: Session, seal: Seal) -> Counter[Standing]:
    """How the secrets of the books lie: how many of each kind."""
    return Counter(seal.standing(each.stored, each.about) for each in sealed_secret_store.every(session))


def seal_all(session: Session, seal: Seal) -> Counter[Standing]:
    """Seal with the first key whatever is not; how each lay before. What is locked stays. Raises SecretKeyWrong."""
    if not seal.has_key:
        raise SecretKeyWrong(
            Text(
                "Det finns ingen nyckel att försegla med. Gör en med billing secrets key och sätt BILLING_SECRET_KEYS."
            )
        )
    before = Counter[Standing]()
    for each in sealed_secret_store.every(session):
        standing = seal.standing(each.stored, each.about)
        if standing in (Standing.PLAIN, Standing.OLDER):
            again = seal.close(seal.open(each.stored, each.about), each.about)
            if not sealed_secret_store.replace(session, each, again):
                continue  # chosen anew meanwhile, and sealed by whoever did
        before[standing] += 1
    return before
