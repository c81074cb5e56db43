"""The Idempotency-Key of a write: how it is asked for, and how a reply that is kept is sent again."""

from collections.abc import Mapping
from typing import Final

from fastapi import Request
from fastapi.responses import Response

from accounts.api_clients.model import ApiClient
from billing.server.api.base import problem, route_of
from operations.idempotency import replies
from operations.idempotency.replies import KeyMissing
from operations.idempotency.reply_store import Reply, ReplyKey

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
