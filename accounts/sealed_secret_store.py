"""Where secrets lie that must be read again: every column of them, by row."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import Column, select, update

from accounts.openid.tables import openid_journey
from accounts.tables import account, web_session
from foundation.sql import Session, rows_changed
from operations.webhooks.tables import webhook_secret


@dataclass(frozen=True, slots=True)
class Place:
    """A column of secrets, and the key of its row."""

    column: Column[str]
    key: Column[Any]

    def about(self, key: object) -> str:
        """What a secret of this row is sealed with."""
        return f"{self.column.table.name}.{self.column.name} {key}"


@dataclass(frozen=True, slots=True)
class StoredSecret:
    """One secret as it is stored."""

    place: Place
    key: object
    stored: str

    @property
    def about(self) -> str:
        """What it is sealed with."""
        return self.place.about(self.key)


TOTP: Final = Place(account.c.totp_secret, account.c.id)
OFFERED_TOTP: Final = Place(web_session.c.offered_totp, web_session.c.secret_sha256)
NONCE: Final = Place(openid_journey.c.nonce, openid_journey.c.state_sha256)
VERIFIER: Final = Place(openid_journey.c.verifier, openid_journey.c.state_sha256)

WEBHOOK: Final = Place(webhook_secret.c.secret, webhook_secret.c.id)

PLACES: Final = (TOTP, OFFERED_TOTP, NONCE, VERIFIER, WEBHOOK)
"""All there are; tests/accounts/test_secrets_at_rest.py looks for others."""


def every(session: Session) -> Iterator[StoredSecret]:
    """Every secret of the books."""
    for place in PLACES:
        rows = session.execute(select(place.key, place.column).where(place.column != "")).all()
        yield from (StoredSecret(place, key, stored) for key, stored in rows)


def replace(session: Session, secret: StoredSecret, stored: str) -> bool:
    """Store a secret otherwise, unless it was changed meanwhile; whether it was replaced."""
    place = secret.place
    changed = update(place.column.table).where(place.key == secret.key, place.column == secret.stored)
    return bool(rows_changed(session, changed.values({place.column.name: stored})))
