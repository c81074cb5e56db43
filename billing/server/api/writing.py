"""What every write of a supplier's system goes through: who it is, its key, what it has read, and one transaction."""

from collections.abc import Callable, Mapping
from typing import Final, TypeVar

from anyio import to_thread
from fastapi import Request
from fastapi.responses import Response
from pydantic import BaseModel

from accounts.api_clients.model import ApiScope
from billing.server.api import conditional, idempotency
from billing.server.api.base import REFUSALS, in_turn, problem, signed_in
from billing.server.bodies.json_bodies import MEDIA_TYPE, JsonBody, json_bytes, read, schema_of
from foundation.sql import Session
from operations.idempotency.reply_store import Reply, ReplyKey

Asked = TypeVar("Asked", bound=JsonBody)


class Nothing(JsonBody):
    """A body that says nothing: what is to be done stands in the address."""


ANSWERS: Final[Mapping[int | str, dict[str, object]]] = {
    **REFUSALS,
    **idempotency.REFUSALS,
    408: problem("The body did not come in time."),
    413: problem("The body is too large."),
    415: problem("The form is another than JSON."),
}
"""What every write answers besides."""
LOCATION: Final = {"Location": {"description": "Where it is read.", "schema": {"type": "string"}}}


def described(*forms: type[BaseModel], is_matched: bool = False) -> dict[str, object]:
    """How the description of the interface tells of the headers and the body, in any of its forms, which we read."""
    matched = [conditional.DESCRIBED] if is_matched else []
    said: dict[str, object] = {"parameters": [idempotency.described(is_required=True), *matched]}
    if forms != (Nothing,):
        schemas = [schema_of(each) for each in forms]
        schema = schemas[0] if len(schemas) == 1 else {"oneOf": schemas}
        content = {MEDIA_TYPE: {"schema": schema}}
        said["requestBody"] = {"required": True, "content": content}
    return said


async def written(
    request: Request,
    model: type[Asked],
    *any_of: ApiScope,
    work: Callable[[Session, Asked], Reply],
    is_matched: bool = False,
    then: Callable[[], object] | None = None,
) -> Response:
    """The reply of `work`, which is done once under its Idempotency-Key; `then` follows when it is committed.

    `is_matched`: it has to say what it has read (If-Match). Raises what signing in, body, key and `work` raise.
    """
    client = (await to_thread.run_sync(signed_in, request, *any_of)).client
    key = idempotency.required(request, client)
    if is_matched:
        conditional.required(request)
    # Where nothing is to be said the body may be left out; one that says something all the same is refused.
    body = b"{}" if model is Nothing and not _has_body(request) else await json_bytes(request)
    asked = read(model, body)
    request.state.reply_key = key

    def done() -> Response:
        answer = idempotency.done_once(request, key, body, lambda session: work(session, asked))
        if then is not None:
            then()
        return answer

    return await in_turn(request, client, done)


def _has_body(request: Request) -> bool:
    return request.headers.get("Content-Length", "0") != "0" or "Transfer-Encoding" in request.headers


def key_of(request: Request) -> ReplyKey:
    """What the reply of a write is kept under, for work that keeps something of its own under it."""
    key: ReplyKey = request.state.reply_key
    return key
