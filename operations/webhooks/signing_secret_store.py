"""Signing secrets as the database holds them: two that hold at once, sealed, emptied when they end."""

from datetime import datetime
from typing import Protocol

from sqlalchemy import Row, insert, select, update

from foundation.sql import Session, rows_changed
from operations.webhooks.model import WebhookSecret
from operations.webhooks.tables import webhook_secret

_S = webhook_secret.c
_HOLDS = _S.ended_at.is_(None)


class Seal(Protocol):
    """What seals and opens secrets, with the keys of the installation (`accounts.sealed_secrets`)."""

    def close(self, secret: str, about: str) -> str:
        """The secret as it is stored."""

    def open(self, stored: str, about: str) -> str:
        """The secret as it was given. Raises Refused where none of the keys opens it."""


def add(
    session: Session, endpoint: int, secret: str, seal: Seal, *, place: int, by: str, at: datetime
) -> int:
    """Keep a new secret, sealed; its number. Raises IntegrityError where another holds in its place."""
    row = {"endpoint_id": endpoint, "place": place, "secret": "", "made_at": at, "made_by": by}
    number: int = session.execute(insert(webhook_secret).returning(_S.id), row).scalar_one()
    # It is sealed with the number of its row.
    sealed = update(webhook_secret).where(_S.id == number).values(secret=seal.close(secret, _about(number)))
    session.execute(sealed)
    return number


def held(session: Session, endpoint: int) -> list[WebhookSecret]:
    """The secrets that hold, the newest first."""
    question = select(webhook_secret).where(_S.endpoint_id == endpoint, _HOLDS).order_by(_S.id.desc())
    return [_secret(row) for row in session.execute(question)]


def opened(session: Session, endpoint: int, seal: Seal) -> list[str]:
    """What signs, the newest first. Raises Refused where the key to it is missing."""
    question = select(_S.id, _S.secret).where(_S.endpoint_id == endpoint, _HOLDS).order_by(_S.id.desc())
    return [seal.open(row.secret, _about(row.id)) for row in session.execute(question)]


def one_opened(session: Session, number: int, seal: Seal) -> str | None:
    """One secret, while it holds. Raises Refused where the key to it is missing."""
    stored = session.scalar(select(_S.secret).where(_S.id == number, _HOLDS))
    return None if stored is None else seal.open(stored, _about(number))


def end(session: Session, endpoint: int, number: int, *, by: str, at: datetime) -> bool:
    """Let a secret sign no more; False where it had ended, or is another's."""
    this = (_S.id == number) & (_S.endpoint_id == endpoint) & _HOLDS
    ended = update(webhook_secret).where(this).values(ended_at=at, ended_by=by, secret="")
    return rows_changed(session, ended) == 1


def end_all(session: Session, endpoint: int, *, by: str, at: datetime) -> None:
    """The same for all of an endpoint's."""
    this = (_S.endpoint_id == endpoint) & _HOLDS
    session.execute(update(webhook_secret).where(this).values(ended_at=at, ended_by=by, secret=""))


def _about(number: int) -> str:
    """What a secret is sealed with: its table, its column and its row, as `accounts.sealed_secret_store` has it."""
    return f"{webhook_secret.name}.{_S.secret.name} {number}"


def _secret(row: Row[tuple[object, ...]]) -> WebhookSecret:
    return WebhookSecret(row.id, row.endpoint_id, row.place, row.made_at, row.made_by)
