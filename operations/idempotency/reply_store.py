"""Kept replies as the database holds them."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, insert, select

from foundation.sql import Session
from operations.idempotency.tables import idempotent_reply


@dataclass(frozen=True, slots=True)
class ReplyKey:
    """What a reply is kept under: a client, a route, and the sha256 of the key that the client chose."""

    client: int
    route: str
    key_sha256: str


@dataclass(frozen=True, slots=True)
class Reply:
    """An answer as it was sent."""

    status: int
    headers: Mapping[str, str]
    body: str


def find(session: Session, key: ReplyKey) -> tuple[Reply, str] | None:
    """The reply under this key, and the sha256 of the request it was the reply to."""
    row = session.execute(
        select(idempotent_reply).where(
            idempotent_reply.c.client_id == key.client,
            idempotent_reply.c.route == key.route,
            idempotent_reply.c.key_sha256 == key.key_sha256,
        )
    ).one_or_none()
    if row is None:
        return None
    return Reply(row.status, json.loads(row.headers), row.body), row.body_sha256


def add(session: Session, key: ReplyKey, reply: Reply, *, body_sha256: str, at: datetime) -> None:
    """Keep a reply. Raises IntegrityError where there is one."""
    session.execute(
        insert(idempotent_reply),
        {
            "client_id": key.client,
            "route": key.route,
            "key_sha256": key.key_sha256,
            "body_sha256": body_sha256,
            "status": reply.status,
            "headers": json.dumps(dict(reply.headers)),
            "body": reply.body,
            "made_at": at,
        },
    )


def dispose_before(session: Session, first_kept: datetime) -> int:
    """Remove the replies kept before then; how many."""
    gone = delete(idempotent_reply).where(idempotent_reply.c.made_at < first_kept)
    return len(session.execute(gone.returning(idempotent_reply.c.client_id)).all())
