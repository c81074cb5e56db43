"""Whom a personal number names, known by a keyed hash alone: made from a provider's claim, or from a form's field.

Convention: the number itself is held for as long as a request lasts, and stands in no row, log, mail or address. A hash
without a key would be no protection: there are some ten million numbers. The keys are derived from the installation's
keys of secrets (`sealed_secrets.py`): the newest makes, all of them find, and whoever is found by an older one is kept
by the newest from then on.
"""

import hashlib
import hmac
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

from stdnum.luhn import is_valid

from accounts import sealed_secrets
from accounts.openid import bound_number_store
from foundation.errors import Refused
from foundation.sql import Session
from foundation.text import Text
from operations.settings import Settings

_WRITTEN: Final = re.compile(r"((?:18|19|20)\d{6})[-+ ]?(\d{4})", re.ASCII)
_LABEL: Final = b"personal number of an account"
_COORDINATION: Final = 60
"""Added to the day in a coordination number (samordningsnummer, lag 2022:1697)."""


class NoSuchNumber(Refused):
    """What is given is no personal identity number or coordination number."""

    def __init__(self) -> None:
        super().__init__(
            Text("Det är inget personnummer eller samordningsnummer. Skriv alla tolv siffror: ååååmmdd-nnnn.")
        )


class NumberBoundElsewhere(Refused):
    """The number opens another account."""

    def __init__(self) -> None:
        super().__init__(
            Text(
                "Det personnumret öppnar redan ett annat konto, kanske hos en annan leverantör. Bjud in personen att "
                "koppla sin e-legitimation i stället."
            )
        )


class NoKeyForNumbers(Refused):
    """The installation has no key to make hashes with."""

    def __init__(self) -> None:
        super().__init__(
            Text(
                "Personnummer kan inte bindas: det finns ingen nyckel i BILLING_SECRET_KEYS. Den som driver portalen "
                "gör en med billing secrets key."
            )
        )


@dataclass(frozen=True, slots=True)
class Marked:
    """A hash, and what the key is known by that made it."""

    key_mark: str
    number_hash: str


def normal(written: str) -> str:
    """The twelve digits of a number, as brokers write it. Raises NoSuchNumber.

    >>> normal("19121212-1212")
    '191212121212'
    """
    found = _WRITTEN.fullmatch(written.strip())
    if found is None:
        raise NoSuchNumber
    born, last = found.groups()
    year, month, day = int(born[:4]), int(born[4:6]), int(born[6:])
    try:
        date(year, month, day - _COORDINATION if day > _COORDINATION else day)
    except ValueError:
        raise NoSuchNumber from None
    if not is_valid(born[2:] + last):
        raise NoSuchNumber
    return born + last


def hashes(settings: Settings, number: str) -> tuple[Marked, ...]:
    """The number's hash under every key of the installation, the newest first. Raises NoSuchNumber, NoKeyForNumbers."""
    whole = normal(number).encode()
    keys = _keys(settings)
    if not keys:
        raise NoKeyForNumbers
    return tuple(Marked(_mark(each), hmac.new(each, whole, hashlib.sha256).hexdigest()) for each in keys)


def account_of(session: Session, settings: Settings, number: str) -> int | None:
    """The account the number is bound to, which is kept by the newest key from now on. Raises as `hashes`."""
    made = hashes(settings, number)
    account_id = bound_number_store.account_of(session, [each.number_hash for each in made])
    if account_id is not None:
        newest = made[0]
        bound_number_store.renew(
            session, account_id, key_mark=newest.key_mark, number_hash=newest.number_hash
        )
    return account_id


def bind(
    session: Session, settings: Settings, account_id: int, number: str, *, by: str, at: datetime
) -> None:
    """Bind a number to an account, in the place of another. Raises NumberBoundElsewhere, and as `hashes`."""
    made = hashes(settings, number)
    # Under an older key it would be another row, which the constraint does not see.
    bound = bound_number_store.account_of(session, [each.number_hash for each in made])
    newest = made[0]
    if bound not in (None, account_id) or not bound_number_store.bind(
        session, account_id, key_mark=newest.key_mark, number_hash=newest.number_hash, at=at, by=by
    ):
        raise NumberBoundElsewhere


@dataclass(frozen=True, slots=True)
class Standing:
    """How many numbers are known by the newest key, by an older one, and by one that is gone."""

    newest: int
    older: int
    lost: int


def standing(session: Session, settings: Settings) -> Standing:
    """By which keys the bound numbers are known."""
    counts: Mapping[str, int] = bound_number_store.count_by_mark(session)
    marks = [_mark(each) for each in _keys(settings)]
    newest = counts.get(marks[0], 0) if marks else 0
    older = sum(counts.get(each, 0) for each in marks[1:])
    return Standing(newest, older, sum(counts.values()) - newest - older)


def _keys(settings: Settings) -> tuple[bytes, ...]:
    named = dict.fromkeys(sealed_secrets.keys_of(settings))
    return tuple(hmac.new(each.encode(), _LABEL, hashlib.sha256).digest() for each in named)


def _mark(key: bytes) -> str:
    return hashlib.sha256(b"mark " + key).hexdigest()[:16]
