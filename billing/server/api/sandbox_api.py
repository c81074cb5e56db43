"""The sandbox of a test client: sample orders made, time let go, what the buyer wrote read, and all of it begun anew.

Convention: a test client asks the same addresses as any other, and is answered from books of its own. Here stands only
what no supplier can do in reality: be given orders, and let days pass. Nothing happens by itself in between: `advance`
is when the buyer reads, judges, answers and pays.
"""

import json
from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Annotated, Final
from uuid import uuid4

from anyio import to_thread
from fastapi import APIRouter, Path, Request
from fastapi.responses import JSONResponse, Response
from pydantic import BaseModel
from sqlalchemy.exc import OperationalError

from accounts.api_clients.model import ApiClient, ApiScope
from billing.server.api import idempotency
from billing.server.api.base import BEARER, REFUSALS, in_turn, later, problem, sandboxes_of, signed_in
from billing.server.api.orders_api import SEES
from billing.server.api.told_sandbox import (
    BuyersMessage,
    BuyersMessages,
    MadeOrders,
    OrderWanted,
    SandboxTold,
    TakenMessage,
    TimeToPass,
)
from billing.server.bodies.json_bodies import MEDIA_TYPE, json_bytes, read
from billing.server.bodies.reading_bodies import body_of
from billing.server.sandbox import buyers_turn, sample_placements
from foundation.database import Database
from foundation.errors import NotThere, Refused
from foundation.periods import stockholm_date
from foundation.text import Text
from operations import message_queries
from operations.idempotency import replies
from operations.idempotency.reply_store import Reply
from orders.placements import store as placement_store
from orders.purchase_orders import order_store
from orders.register import store as register_store
from peppol.exchange import inbox, outbox_store
from peppol.xml.gate_errors import LIMITS
from web.access import NotPermitted, instant_of
from web.pages import whole_database_of

router = APIRouter(prefix="/api/v1/sandbox", tags=["sandbox"], dependencies=BEARER)

MESSAGES_MOST: Final = 1000
_FIRST_REFERENCE: Final = 900_000_001
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


class SandboxFull(Refused):
    """So much has been tried in it that it is begun anew."""

    def __init__(self) -> None:
        super().__init__(
            Text("Sandlådan är full. Börja om med POST /api/v1/sandbox/reset, och gör prövningen i en tom.")
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
    return _told(whole_database_of(request))


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
    return _told(sandboxes_of(request).begin_anew(client, real))


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
        lambda: _once(request, client, body, 201, lambda books: _ordered(client, books, wanted)),
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
        return _standing(books)

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
    with whole_database_of(request).reading() as session:
        found = list(message_queries.messages_out(session, at_most=MESSAGES_MOST))
    told = BuyersMessages(
        messages=[
            BuyersMessage(
                id=each.sequence,
                kind=each.kind,
                document=each.document_id,
                issued_on=each.issued_on,
                sha256=each.sha256,
                href=f"{router.prefix}/inbox/{each.sequence}/message.xml",
            )
            for each in found
        ]
    )
    return JSONResponse(told.model_dump(mode="json"))


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
    return await in_turn(request, client, lambda: _handed_in(whole_database_of(request), body))


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


def _ordered(client: ApiClient, books: Database, wanted: OrderWanted) -> MadeOrders:
    """The orders of a placement that is told of now. Raises SandboxFull, NoSamples, TooFewMonths."""
    today = stockholm_date(books.clock())
    with books.reading() as session:
        register = register_store.load(session)
        reference = next(
            (
                str(number)
                for number in range(_FIRST_REFERENCE, _FIRST_REFERENCE + MESSAGES_MOST)
                if placement_store.find(session, str(number)) is None
            ),
            None,
        )
    if reference is None:
        raise SandboxFull
    days = sample_placements.told(
        register,
        client.organisation,
        reference,
        months_received=wanted.months_received,
        today=today,
        within=client.within,
    )
    buyers_turn.tell(books, days, today=today)
    with books.reading() as session:
        orders = order_store.of_placement(session, reference)
    return MadeOrders(execution_reference=reference, orders=[each.number for each in orders])


def _handed_in(books: Database, body: bytes) -> Response:
    now = books.clock()
    today = stockholm_date(now)
    with books.writing() as session:
        kept = inbox.store(
            session, body, transport_id=f"sandbox/{uuid4()}.xml", received_on=today, received_at=now
        )
    buyers_turn.work(books, today=today)
    with books.reading() as session:
        message = message_queries.message_in(session, kept.repeats or kept.id)
        document = message_queries.document_of_message(session, kept.repeats or kept.id)
    assert message is not None  # noqa: S101 - it was kept a moment ago
    told = TakenMessage(
        id=kept.id,
        state=kept.state if kept.repeats else message.state,
        reason_sv=message.reason_text.sv,
        reason_en=message.reason_text.en,
        number=document.number if document else None,
        document_state=document.state if document else None,
    )
    return JSONResponse(told.model_dump(mode="json"))


def _told(books: Database) -> Response:
    return JSONResponse(_standing(books).model_dump(mode="json"))


def _standing(books: Database) -> SandboxTold:
    now = books.clock()
    with books.reading() as session:
        orders = sum(1 for _ in order_store.summaries(session, limit=MESSAGES_MOST))
        messages = sum(1 for _ in message_queries.messages_out(session, at_most=MESSAGES_MOST))
    return SandboxTold(now=now, today=stockholm_date(now), orders=orders, messages_from_buyer=messages)
