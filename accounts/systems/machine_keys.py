"""Keys that systems sign in with: made and shown once, checked at every request, ended by a person or by their day.

A key is `rmk_<prefix>_<secret>`: the beginning lets a scanner of leaked secrets know it, the prefix finds its row, and
the secret has 256 random bits. Such a secret cannot be guessed, so a fast hash is right: argon2 would protect what
people choose, and would cost every request a tenth of a second for nothing. Compared in constant time.
"""

import hmac
import re
import secrets
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

from accounts import tokens
from accounts.guessing import rate_limit
from accounts.journal_actions import AccountsSubject, KeyAction
from accounts.systems import machine_key_store
from accounts.systems.machine_key_store import KeyScope, KeyState, MachineKey
from foundation import journal, personal_numbers
from foundation.database import Database
from foundation.errors import NotFound, Refused
from foundation.sql import Session
from foundation.text import Text

_FORM: Final = re.compile(r"rmk_([0-9a-f]{12})_([A-Za-z0-9_-]{43})", re.ASCII)
_NAME: Final = re.compile(r"[^\x00-\x1f\x7f]{1,60}")
# Compared with where no key has the prefix, so that the answer takes as long.
_NOBODYS: Final = tokens.fingerprint("")


class KeyRefused(Refused):
    """A key that cannot be made."""


class WrongKey(Refused):
    """The key is missing, unknown, or has ended: the system does not come in."""


class ScopeMissing(Refused):
    """The key is right and does not allow this."""

    def __init__(self, key: MachineKey, scope: KeyScope) -> None:
        super().__init__(
            Text(
                "Nyckeln %(name)s får inte göra detta: den saknar %(scope)s. Gör en nyckel som har det.",
                name=key.name,
                scope=scope.value,
            )
        )


@dataclass(frozen=True, slots=True)
class MadeKey:
    """A key as it is shown, this once, and its number."""

    number: int
    shown: str


def make(
    session: Session,
    name: str,
    *,
    scopes: frozenset[KeyScope],
    expires_on: date | None,
    by: str,
    at: datetime,
    today: date,
) -> MadeKey:
    """Make a key for a system. Raises KeyRefused, and Refused for a name with a personal number in it."""
    name = " ".join(name.split())
    if not _NAME.fullmatch(name):
        raise KeyRefused(Text("Skriv vilket system nyckeln är till, med högst 60 tecken."))
    personal_numbers.refuse(name)
    if not scopes:
        raise KeyRefused(
            Text("Välj vad nyckeln får göra: %(scopes)s.", scopes=", ".join(each.value for each in KeyScope))
        )
    if expires_on is not None and expires_on < today:
        raise KeyRefused(Text("Nyckelns sista dag har redan varit. Välj i dag eller senare."))
    prefix, secret = secrets.token_hex(6), tokens.secret()
    number = machine_key_store.add(
        session,
        prefix=prefix,
        secret_sha256=tokens.fingerprint(secret),
        name=name,
        scopes=scopes,
        expires_on=expires_on,
        by=by,
        at=at,
    )
    told = {"may": " ".join(sorted(scopes)), "until": str(expires_on or "")}
    journal.record(session, by, KeyAction.MADE, AccountsSubject.KEY.of(number), **told)
    return MadeKey(number, f"rmk_{prefix}_{secret}")


def revoke(session: Session, number: int, *, by: str, at: datetime) -> MachineKey:
    """Let a key end at once. Raises NotFound, and StepRefused where it has ended."""
    key = machine_key_store.by_id(session, number)
    if key is None:
        raise NotFound(
            Text("Det finns ingen nyckel %(number)s. Se dem med: billing keys list", number=number)
        )
    machine_key_store.end(session, key, KeyState.REVOKED, by=by, at=at)
    journal.record(session, by, KeyAction.REVOKED, AccountsSubject.KEY.of(number))
    return key


def end_past(session: Session, *, today: date, at: datetime) -> int:
    """End the keys whose last day has gone by; how many."""
    past = machine_key_store.past(session, today=today)
    for key in past:
        machine_key_store.end(session, key, KeyState.EXPIRED, by=journal.SYSTEM, at=at)
        journal.record(session, journal.SYSTEM, KeyAction.EXPIRED, AccountsSubject.KEY.of(key.id))
    return len(past)


def sign_in(
    database: Database, given: str, scope: KeyScope, *, client: str, now: datetime, today: date
) -> MachineKey:
    """The system that bears this key. Raises WrongKey, ScopeMissing, and TooOften after many wrong ones.

    Wrong keys alone are counted, by client: a right one costs no write but the first of its day, and a neighbour's
    mistakes stop nobody who has a key.
    """
    form = _FORM.fullmatch(given)
    prefix, secret = form.groups() if form else ("", "")
    with database.reading() as session:
        key = machine_key_store.by_prefix(session, prefix) if prefix else None
    expected = key.secret_sha256 if key else _NOBODYS
    right = hmac.compare_digest(tokens.fingerprint(secret), expected) and key is not None and form is not None
    if not right or key is None:
        with database.writing() as session:
            rate_limit.count(session, f"machine key {client}", rate_limit.ONE_CLIENT, now=now)
        raise WrongKey(Text("Nyckeln saknas eller är fel. Skicka den så här: Authorization: Bearer rmk_…"))
    if key.state is not KeyState.ACTIVE or key.is_past(today):
        raise WrongKey(
            Text("Nyckeln %(name)s gäller inte längre. Be köparens administratör om en ny.", name=key.name)
        )
    if scope not in key.scopes:
        raise ScopeMissing(key, scope)
    if key.last_used_on != today:
        with database.writing() as session:
            machine_key_store.note_used(session, key, on=today)
    return key


def scopes_of(words: str) -> frozenset[KeyScope]:
    """The scopes written with commas or spaces between. Raises KeyRefused."""
    try:
        return frozenset(KeyScope(each) for each in words.replace(",", " ").split())
    except ValueError:
        raise KeyRefused(
            Text("Välj vad nyckeln får göra: %(scopes)s.", scopes=", ".join(each.value for each in KeyScope))
        ) from None
