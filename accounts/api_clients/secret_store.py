"""Secrets of clients as the database holds them: found by their prefix, two that hold at once, ended, never removed."""

from datetime import date, datetime

from sqlalchemy import Row, bindparam, insert, select, update

from accounts.api_clients.client_store import client_of
from accounts.api_clients.model import ApiClient, ApiSecret
from accounts.api_clients.tables import api_client, api_secret
from foundation.sql import Session, rows_changed


def add(
    session: Session,
    client: int,
    *,
    place: int,
    prefix: str,
    secret_sha256: str,
    by: str,
    at: datetime,
) -> int:
    """Keep a new secret; its number. Raises IntegrityError where another holds in its place."""
    number: int = session.execute(
        insert(api_secret).returning(api_secret.c.id),
        {
            "client_id": client,
            "place": place,
            "prefix": prefix,
            "secret_sha256": secret_sha256,
            "made_at": at,
            "made_by": by,
        },
    ).scalar_one()
    return number


def by_prefix(session: Session, prefix: str) -> ApiSecret | None:
    """The secret with this prefix, whether it holds or not."""
    row = session.execute(select(api_secret).where(api_secret.c.prefix == prefix)).one_or_none()
    return None if row is None else _secret(row)


def with_client(session: Session, prefix: str) -> tuple[ApiSecret, ApiClient] | None:
    """The same, and the client whose secret it is."""
    row = session.execute(_WITH_CLIENT, {"prefix": prefix}).one_or_none()
    return None if row is None else (_secret(row, under=_THEIRS), client_of(row))


def of_client(session: Session, client: int) -> list[ApiSecret]:
    """Every secret there has been of a client, those that hold first and the newest first among them."""
    question = select(api_secret).where(api_secret.c.client_id == client)
    rows = session.execute(question.order_by(api_secret.c.ended_at.is_not(None), api_secret.c.id.desc()))
    return [_secret(row) for row in rows]


def end(session: Session, secret: int, *, by: str, at: datetime) -> bool:
    """Let a secret hold no more; False where it had ended."""
    this = (api_secret.c.id == secret) & api_secret.c.ended_at.is_(None)
    return rows_changed(session, update(api_secret).where(this).values(ended_at=at, ended_by=by)) == 1


def end_all(session: Session, client: int, *, by: str, at: datetime) -> None:
    """The same for all of a client's."""
    held = (api_secret.c.client_id == client) & api_secret.c.ended_at.is_(None)
    session.execute(update(api_secret).where(held).values(ended_at=at, ended_by=by))


def note_used(session: Session, secret: int, *, on: date) -> None:
    """Note the last day the secret was used."""
    session.execute(update(api_secret).where(api_secret.c.id == secret).values(last_used_on=on))


def _secret(row: Row[tuple[object, ...]], *, under: str = "") -> ApiSecret:
    """The secret in a row of its table, or of a question that calls its columns so."""
    of = row._mapping
    return ApiSecret(
        id=of[f"{under}id"],
        client_id=of[f"{under}client_id"],
        place=of[f"{under}place"],
        prefix=of[f"{under}prefix"],
        secret_sha256=of[f"{under}secret_sha256"],
        made_at=of[f"{under}made_at"],
        made_by=of[f"{under}made_by"],
        last_used_on=of[f"{under}last_used_on"],
        ended_at=of[f"{under}ended_at"],
    )


_THEIRS = "theirs_"
# Prepared once: building a statement costs more than running it.
_WITH_CLIENT = (
    select(api_client, *(each.label(f"{_THEIRS}{each.name}") for each in api_secret.c))
    .join(api_client, api_client.c.id == api_secret.c.client_id)
    .where(api_secret.c.prefix == bindparam("prefix"))
)
