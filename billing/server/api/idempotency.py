"""The Idempotency-Key of a write: how it is asked for, and how a reply that is kept is sent again."""

import json
from collections.abc import Callable, Mapping
from typing import Final

from fastapi import Request
from fastapi.responses import Response
from pydantic import BaseModel
from sqlalchemy.exc import OperationalError

from accounts.api_clients.model import ApiClient
from billing.server.api.base import later, problem, route_of
from billing.server.bodies.json_bodies import MEDIA_TYPE
from foundation.sql import Session
from operations.idempotency import replies
from operations.idempotency.replies import KeyMissing
from operations.idempotency.reply_store import Reply, ReplyKey
from web.access import instant_of
from web.pages import database_of

HEADER: Final = "Idempotency-Key"
REPLAYED: Final = "Idempotency-Replayed"


def described(*, is_required: bool = False) -> dict[str, object]:
    """How the description of the interface tells of the header; we read it ourselves, to say what to do about it."""
    return {
        "name": HEADER,
        "in": "header",
        "required": is_required,
        "schema": {"type": "string", "pattern": r"^[\x21-\x7e]{1,200}$"},
        "description": "A new UUID for each request, and the same for the same request sent again. The reply is kept "
        "for at least 24 hours, and sent again with `Idempotency-Replayed: true`.",
    }


REFUSALS: Final[Mapping[int | str, dict[str, object]]] = {
    409: problem(
        "The same request is being worked on, or the business refuses it as things are; `code` tells which."
    ),
    422: problem("The key was used for another request, or a field has a value that is not allowed."),
}


def key_of(request: Request, client: ApiClient) -> ReplyKey | None:
    """What the reply is kept under; None where no key is sent. Raises KeyMalformed."""
    given = request.headers.get(HEADER)
    return None if given is None else replies.key_of(given, client=client.id, route=route_of(request))


def required(request: Request, client: ApiClient) -> ReplyKey:
    """The same where there has to be one. Raises KeyMissing, KeyMalformed."""
    key = key_of(request, client)
    if key is None:
        raise KeyMissing
    return key


def response_of(reply: Reply, *, was_kept: bool) -> Response:
    """The answer as it was sent the first time, or is now."""
    headers = {**reply.headers, REPLAYED: "true"} if was_kept else dict(reply.headers)
    return Response(reply.body, status_code=reply.status, headers=headers)


def done_once(request: Request, key: ReplyKey, body: bytes, work: Callable[[Session], Reply]) -> Response:
    """The reply of `work`, done in one transaction with its keeping, or the one that was kept.

    Raises KeyUsedForOther, InFlight, ProblemResponse (503), and what `work` raises, with which nothing is kept.
    """
    # A key goes by the route as it is described: which of its things is meant is part of the request.
    asked = request.url.path.encode() + b"\n" + body if request.path_params else body
    try:
        reply, was_kept = replies.once(database_of(request), key, asked, work, now=instant_of(request))
    except OperationalError:
        raise later() from None
    return response_of(reply, was_kept=was_kept)


def reply_of(told: BaseModel, status: int = 200, **headers: str) -> Reply:
    """A reply that says this, in JSON; of the headers `Location` and `ETag` where they are given."""
    said = json.dumps(told.model_dump(mode="json"), ensure_ascii=False, separators=(",", ":"))
    return Reply(status, {"Content-Type": MEDIA_TYPE, **headers}, said)
