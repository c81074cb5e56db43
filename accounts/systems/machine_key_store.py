"""Systems' keys as the database holds them: found by their prefix, known by a hash, ended and never removed."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Final

from sqlalchemy import Row, insert, select, update

from accounts.tables import machine_key
from foundation import transitions
from foundation.sql import Session
from foundation.text import Text
from foundation.transitions import Transitions


class KeyScope(StrEnum):
    """What a system may do with its key."""

    EVENTS_WRITE = "events:write"
    EVENTS_READ = "events:read"
    LEDGER_ANSWER = "ledger:answer"
    FIGURES_READ = "figures:read"


class KeyState(StrEnum):
    """Whether a key may be used, or what ended it."""

    ACTIVE = "ACTIVE"
    EXPIRED = "EXPIRED"
    REVOKED = "REVOKED"


KEY_WORDS: Final[Mapping[KeyState, Text]] = {
    KeyState.ACTIVE: Text("Gäller", context="key"),
    KeyState.EXPIRED: Text("Har gått ut", context="key"),
    KeyState.REVOKED: Text("Indragen", context="key"),
}
"""What people call each state."""


KEY_FOLLOWS = Transitions(
    {KeyState.ACTIVE: {KeyState.EXPIRED, KeyState.REVOKED}},
    ends={KeyState.EXPIRED, KeyState.REVOKED},
    remedy=Text("Gör en ny nyckel."),
    words=KEY_WORDS,
)
"""A key that has ended stays so: a new one is made instead."""


@dataclass(frozen=True, slots=True)
class MachineKey:
    """One system's key, without its secret. `expires_on` is the last day it may be used; None: until it is revoked."""

    id: int
    prefix: str
    secret_sha256: str
    name: str
    scopes: frozenset[KeyScope]
    state: KeyState
    expires_on: date | None
    made_at: datetime
    made_by: str
    last_used_on: date | None

    @property
    def actor(self) -> str:
        """What the journal calls the system."""
        return f"key-{self.id}"

    def is_past(self, today: date) -> bool:
        """Whether its last day has gone by."""
        return self.expires_on is not None and self.expires_on < today


def add(
    session: Session,
    *,
    prefix: str,
    secret_sha256: str,
    name: str,
    scopes: frozenset[KeyScope],
    expires_on: date | None,
    by: str,
    at: datetime,
) -> int:
    """Keep a new key; its number."""
    number: int = session.execute(
        insert(machine_key).returning(machine_key.c.id),
        {
            "prefix": prefix,
            "secret_sha256": secret_sha256,
            "name": name,
            "scopes": " ".join(sorted(scopes)),
            "state": KeyState.ACTIVE,
            "expires_on": expires_on,
            "made_at": at,
            "made_by": by,
        },
    ).scalar_one()
    return number


def by_prefix(session: Session, prefix: str) -> MachineKey | None:
    """The key with this prefix, whatever its state."""
    row = session.execute(select(machine_key).where(machine_key.c.prefix == prefix)).one_or_none()
    return None if row is None else _key(row)


def by_id(session: Session, number: int) -> MachineKey | None:
    """The key with this number."""
    row = session.execute(select(machine_key).where(machine_key.c.id == number)).one_or_none()
    return None if row is None else _key(row)


def newest_first(session: Session) -> list[MachineKey]:
    """Every key there has been."""
    return [_key(row) for row in session.execute(select(machine_key).order_by(machine_key.c.id.desc()))]


def past(session: Session, *, today: date) -> list[MachineKey]:
    """The active keys whose last day has gone by."""
    question = select(machine_key).where(
        machine_key.c.state == KeyState.ACTIVE, machine_key.c.expires_on < today
    )
    return [_key(row) for row in session.execute(question.order_by(machine_key.c.id))]


def end(session: Session, key: MachineKey, to: KeyState, *, by: str, at: datetime) -> None:
    """Let a key end. Raises StepRefused where it has, and MovedMeanwhile where somebody else was first."""
    transitions.move(
        session,
        machine_key.c.state,
        machine_key.c.id == key.id,
        KEY_FOLLOWS,
        name=Text("Nyckel %(number)s", number=key.id),
        was=key.state,
        to=to,
        values={"ended_at": at, "ended_by": by},
    )


def note_used(session: Session, key: MachineKey, *, on: date) -> None:
    """Note the last day the key was used."""
    session.execute(update(machine_key).where(machine_key.c.id == key.id).values(last_used_on=on))


def _key(row: Row[tuple[object, ...]]) -> MachineKey:
    return MachineKey(
        id=row.id,
        prefix=row.prefix,
        secret_sha256=row.secret_sha256,
        name=row.name,
        scopes=frozenset(KeyScope(each) for each in row.scopes.split()),
        state=KeyState(row.state),
        expires_on=row.expires_on,
        made_at=row.made_at,
        made_by=row.made_by,
        last_used_on=row.last_used_on,
    )
