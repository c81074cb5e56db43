"""Tokens and used assertions as the database holds them, until they have run out."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, insert, select

from accounts.api_clients.client_store import client_of
from accounts.api_clients.model import ApiClient, ApiScope
from accounts.api_clients.tables import api_assertion, api_client, api_secret, api_token
from foundation.sql import Session, add_new


@dataclass(frozen=True, slots=True)
class ApiToken:
    """A token that was given out, and the client it was given to."""

    client: ApiClient
    scopes: frozenset[ApiScope]
    ends_at: datetime
    secret_holds: bool
    """Whether the secret it was had with still holds; True where a signature was the proof."""


def add(
    session: Session,
    token_sha256: str,
    client: int,
    *,
    secret: int | None,
    scopes: Sequence[ApiScope],
    made_at: datetime,
    ends_at: datetime,
) -> None:
    """Keep a token."""
    session.execute(
        insert(api_token),
        {
            "token_sha256": token_sha256,
            "client_id": client,
            "secret_id": secret,
            "scopes": " ".join(sorted(scopes)),
            "made_at": made_at,
            "ends_at": ends_at,
        },
    )


def by_sha256(session: Session, token_sha256: str) -> ApiToken | None:
    """The token whose sha256 this is."""
    question = (
        select(
            api_client,
            api_token.c.scopes.label("of_token"),
            api_token.c.ends_at,
            api_secret.c.ended_at.label("secret_ended_at"),
        )
        .join_from(api_token, api_client, api_client.c.id == api_token.c.client_id)
        .outerjoin(api_secret, api_secret.c.id == api_token.c.secret_id)
        .where(api_token.c.token_sha256 == token_sha256)
    )
    row = session.execute(question).one_or_none()
    if row is None:
        return None
    return ApiToken(
        client=client_of(row),
        scopes=frozenset(ApiScope(each) for each in row.of_token.split()),
        ends_at=row.ends_at,
        secret_holds=row.secret_ended_at is None,
    )


def use_assertion(session: Session, client: int, jti_sha256: str, *, ends_at: datetime) -> bool:
    """Note that an assertion was used; False where it was before."""
    row = {"client_id": client, "jti_sha256": jti_sha256, "ends_at": ends_at}
    return add_new(session, api_assertion, [row]) == 1


def sweep(session: Session, *, now: datetime) -> int:
    """Remove what has run out; how many tokens."""
    session.execute(delete(api_assertion).where(api_assertion.c.ends_at <= now))
    gone = delete(api_token).where(api_token.c.ends_at <= now).returning(api_token.c.token_sha256)
    return len(session.execute(gone).all())
