"""The sandbox of a test client: sample orders made, time let go, what the buyer wrote read, and all of it begun anew.

Convention: a test client asks the same addresses as any other, and is answered from books of its own. Here stands only
what no supplier can do in reality: be given orders, and let days pass. Nothing happens by itself in between: `advance`
is when the buyer reads, judges, answers and pays.
"""

import json
from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Annotated, Final

from anyio import to_thread
from fastapi import APIRouter, Path, Request
from fastapi.responses import JSONResponse, Response
from pydantic import BaseModel
from sqlalchemy.exc import OperationalError

from accounts.api_clients.model import ApiClient, ApiScope
from billing.server.api import idempotency, sandbox_acts
from billing.server.api.base import BEARER, REFUSALS, in_turn, later, problem, sandboxes_of, signed_in
from billing.server.api.orders_api import SEES
from billing.server.api.told_sandbox import (
    BuyersMessages,
    MadeOrders,
    OrderWanted,
    SandboxTold,
    TakenMessage,
    TimeToPass,
)
from billing.server.bodies.json_bodies import MEDIA_TYPE, json_bytes, read
from billing.server.bodies.reading_bodies import body_of
from billing.server.sandbox import buyers_turn
from billing.server.sandbox.worker_turn import DONE, WorkerTurn
from foundation.database import Database
from foundation.errors import NotThere, Refused
from foundation.periods import stockholm_date
from foundation.text import Text
from operations import message_queries
from operations.idempotency import replies
from operations.idempotency.reply_store import Reply
from peppol.exchange import outbox_store
from peppol.xml.gate_errors import LIMITS
from web.access import NotPermitted, instant_of
from web.pages import whole_database_of

router = APIRouter(prefix="/api/v1/sandbox", tags=["sandbox"], dependencies=BEARER)

_TOO_LARGE: Final = Text("Dokumentet är större än %(most)s byte.", most=LIMITS.bytes_max)
_XML: Final = "application/xml"


class OnlyInSandbox(NotPermitted):
    """The client works with real orders: nothing is invented among them."""

    def __init__(self) -> None:
        Refused.__init__(
            self,
            Text(
                "Det här går bara i en sandlåda. Gör en klient för prov under API-klienter, och använd dess nyckel. "
                "Den börjar med rmk_test_."
            ),
        )


_WRITES: Final[Mapping[int | str, dict[str, object]]] = {
    **REFUSALS,
    **idempotency.REFUSALS,
    408: problem("The body did not come in time."),
    413: problem("The body is too large."),
    415: problem("The form is another than JSON."),
}
_FULL: Final[Mapping[int | str, dict[str, object]]] = {
    409: problem("The sandbox is full, or what is asked for cannot be made in it as it stands.")
}


@router.get(
    "",
    summary="See how the sandbox stands",
    response_model=SandboxTold,
    responses={**REFUSALS, 200: {"description": "Its time, and how much is in it."}},
)
def read_sandbox(request: Request) -> Response:
    """The sandbox's own time, and how many orders and messages it has."""
    _tester(request, *SEES)
    return _as_json(sandbox_acts.standing(whole_database_of(request)))


@router.post(
    "/reset",
    summary="Begin the sandbox anew",
    response_model=SandboxTold,
    responses={**REFUSALS, 200: {"description": "Everything in it is gone; it is at our own time again."}},
)
def reset_sandbox(request: Request) -> Response:
    """Throw everything in it away, with replies to keys and what was registered in it."""
    client = _tester(request, *SEES)
    real: Database = request.app.state.database
    request.state.sandbox = sandboxes_of(request).begin_anew(client, real)
    return _as_json(sandbox_acts.standing(request.state.sandbox))


@router.post(
    "/orders",
    summary="Make a sample order",
    status_code=201,
    response_model=MadeOrders,
    responses={**_WRITES, 201: {"description": "A placement was decided, and its order lies in the inbox."}},
    openapi_extra={
        "parameters": [idempotency.described(is_required=True)],
        "requestBody": {
            "required": True,
            "content": {MEDIA_TYPE: {"schema": OrderWanted.model_json_schema()}},
        },
    },
)
async def make_sample_order(request: Request) -> Response:
    """Let a placement be decided, and its first months be reported and approved; needs an Idempotency-Key."""
    client = await to_thread.run_sync(_tester, request, *SEES)
    body = await json_bytes(request)
    wanted = read(OrderWanted, body)
    return await in_turn(
        request,
        client,
        lambda: _once(request, client, body, 201, lambda books: sandbox_acts.ordered(client, books, wanted)),
    )


@router.post(
    "/advance",
    summary="Let time pass in the sandbox",
    response_model=SandboxTold,
    responses={**_WRITES, 200: {"description": "The time has passed, and the buyer has done what was due."}},
    openapi_extra={
        "parameters": [idempotency.described(is_required=True)],
        "requestBody": {
            "required": True,
            "content": {MEDIA_TYPE: {"schema": TimeToPass.model_json_schema()}},
        },
    },
)
async def advance_sandbox(request: Request) -> Response:
    """Let time pass, and the buyer read, judge, answer and pay what is due then; needs an Idempotency-Key."""
    client = await to_thread.run_sync(_tester, request, *SEES)
    body = await json_bytes(request)
    asked = read(TimeToPass, body)

    def passed(books: Database) -> SandboxTold:
        by = timedelta(days=asked.days, minutes=asked.minutes)
        sandboxes_of(request).go_ahead(client, by)
        buyers_turn.work(books, today=stockholm_date(books.clock()))
        # What it tells of webhooks is how they stand when they have been sent.
        turn: WorkerTurn = request.app.state.worker_turn
        turn.work(books)
        setattr(request.state, DONE, True)
        return sandbox_acts.standing(books)

    return await in_turn(request, client, lambda: _once(request, client, body, 200, passed))


@router.get(
    "/inbox",
    summary="List what the buyer wrote",
    response_model=BuyersMessages,
    responses={**REFUSALS, 200: {"description": "The messages as they would come over Peppol."}},
)
def list_sandbox_messages(request: Request) -> Response:
    """Orders, answers to invoices, and whatever else the buyer sent, the oldest first."""
    _tester(request, *SEES)
    told = sandbox_acts.messages(whole_database_of(request))
    return _as_json(told)


@router.get(
    "/inbox/{number}/message.xml",
    summary="Read a message of the buyer's",
    response_class=Response,
    responses={
        **REFUSALS,
        200: {
            "description": "The bytes as they were sent.",
            "content": {_XML: {"schema": {"type": "string", "format": "binary"}}},
        },
        422: problem("A parameter has a value that is not allowed."),
    },
)
def read_sandbox_message(
    request: Request,
    number: Annotated[int, Path(ge=1, le=2**31 - 1, description="The `id` of the list.")],
) -> Response:
    """The very bytes."""
    _tester(request, *SEES)
    with whole_database_of(request).reading() as session:
        summary = message_queries.message_out(session, number)
        found = outbox_store.message_named(session, summary.instance_id) if summary else None
    if found is None:
        raise NotThere
    return Response(found.body, media_type=_XML)


@router.post(
    "/messages",
    summary="Hand in a document as over Peppol",
    response_model=TakenMessage,
    responses={
        **REFUSALS,
        **_FULL,
        200: {"description": "It has come, and been read and judged as any other."},
        408: problem("The body did not come in time."),
        413: problem("The body is too large."),
    },
    openapi_extra={
        "requestBody": {
            "required": True,
            "description": f"An invoice, a credit note or an answer, at most {LIMITS.bytes_max} bytes.",
            "content": {_XML: {"schema": {"type": "string", "format": "binary"}}},
        }
    },
)
async def hand_in_sandbox_message(request: Request) -> Response:
    """Give the buyer a document as an access point would; the same bytes again are a repeat, as they are there."""
    client = await to_thread.run_sync(_tester, request, ApiScope.REPORT)
    body = await body_of(request, LIMITS.bytes_max, _TOO_LARGE)
    return await in_turn(
        request, client, lambda: _as_json(sandbox_acts.handed_in(whole_database_of(request), body))
    )


def _tester(request: Request, *scopes: ApiScope) -> ApiClient:
    """The test client that asks. Raises OnlyInSandbox, and what `signed_in` does."""
    client = signed_in(request, *scopes).client
    if not client.is_test:
        raise OnlyInSandbox
    return client


def _once(
    request: Request, client: ApiClient, body: bytes, status: int, work: Callable[[Database], BaseModel]
) -> Response:
    """What `work` tells, once for each key. Raises what refuses it."""
    books = whole_database_of(request)
    key = idempotency.required(request, client)

    def reply() -> Reply:
        said = json.dumps(work(books).model_dump(mode="json"), ensure_ascii=False, separators=(",", ":"))
        return Reply(status, {"Content-Type": MEDIA_TYPE}, said)

    try:
        kept, was_kept = replies.afterwards(books, key, body, reply, now=lambda: instant_of(request))
    except OperationalError:
        raise later() from None
    assert kept is not None  # noqa: S101 - `reply` always gives one
    return idempotency.response_of(kept, was_kept=was_kept)


def _as_json(told: BaseModel) -> Response:
    return JSONResponse(told.model_dump(mode="json"))
