"""Events over HTTP, both ways: systems send us theirs, and read the feed of ours from a cursor.

What is sent goes the way of a file's lines (`operations.event_loading`): each once, in order, and one that is wrong
stops no other. The answer leaves when all it tells of is committed. Each event is taken once by its own id, in
transactions of its own; with an Idempotency-Key the same request has the same answer besides.
"""

from collections.abc import Callable, Iterable, Mapping
from decimal import Decimal
from time import monotonic, thread_time
from typing import Annotated, Final

import structlog
from anyio import to_thread
from fastapi import APIRouter, Header, Query, Request
from fastapi.responses import JSONResponse, Response
from pydantic import BaseModel, Field
from sqlalchemy.exc import OperationalError

from accounts.api_clients.model import ApiClient, ApiScope
from billing.server.api import idempotency
from billing.server.api.base import BEARER, REFUSALS, later, problem, signed_in, turn_of
from billing.server.api.event_results import EventResult, results_of
from billing.server.bodies import event_bodies
from billing.server.bodies.event_bodies import BATCH, BYTES_MAX, EVENTS_MAX, LINES, ONE
from billing.server.bodies.reading_bodies import body_of
from foundation.database import Database
from foundation.formatting import number
from foundation.text import Text
from operations.event_feed import numbering
from operations.event_feed import reading as feed_reading
from operations.event_feed.contract import OutboundEvent
from operations.event_feed.reading import LIMIT_MOST, CursorTooOld
from operations.event_loading import EventLine, Loaded, load_events
from operations.idempotency import replies
from operations.idempotency.reply_store import Reply, ReplyKey
from web.access import instant_of, settings_of
from web.pages import database_of
from web.problems import ProblemResponse
from web.refusals.problem_codes import ProblemCode
from web.refusals.refusal_statuses import problem_of

router = APIRouter(prefix="/api/v1", tags=["events"], dependencies=BEARER)

_log = structlog.get_logger("events")


_EVENTS_TOO_LARGE: Final = Text(
    "Begäran är större än %(bytes_max)s byte. Ingen händelse är läst: dela upp den och skicka delarna i ordning.",
    bytes_max=number(Decimal(BYTES_MAX)),
)


_TOO_MANY: Final = Text(
    "Det har kommit så många händelser med nyckeln som går på en minut. Vänta %(seconds)s och "
    "skicka samma begäran igen: ingen av dess händelser är läst."
)


class EventsAnswer(BaseModel):
    """What came of the events of a request: how many of each, and every one in its order."""

    applied: int = Field(description="How many were applied.")
    repeated: int = Field(description="How many had come before, and changed nothing.")
    conflict: int = Field(description="How many have the id of another event.")
    unappliable: int = Field(description="How many could not be applied, and are kept.")
    unreadable: int = Field(description="How many are no events that we know.")
    not_tried: int = Field(description="How many there was no time for.")
    results: list[EventResult]


_BODY: Final = {
    "parameters": [idempotency.described()],
    "requestBody": {
        "required": True,
        "description": f"CloudEvents 1.0 in JSON, at most {EVENTS_MAX} events and {BYTES_MAX} bytes.",
        "content": {
            # What is no event is told so in its place among the results; it turns none of the others away.
            BATCH: {"schema": {"type": "array", "minItems": 1, "items": {}}},
            ONE: {"schema": {}},
            # At least one line that is not blank.
            **{each: {"schema": {"type": "string", "pattern": r"\S"}} for each in LINES},
        },
    },
}


@router.post(
    "/events",
    summary="Send events",
    response_model=EventsAnswer,
    responses={
        **REFUSALS,
        200: {"description": "What came of every event. Also where none could be applied."},
        408: problem("The body did not come in time."),
        400: problem("The body cannot be read: nothing was done."),
        413: problem("Too many bytes or events: nothing was done."),
        415: problem("The form is another than those that are taken."),
        **idempotency.REFUSALS,
    },
    openapi_extra=_BODY,
)
async def send_events(request: Request) -> Response:
    """Apply events in their order, each once; the answer says what came of each and what to do about it."""
    client = (await to_thread.run_sync(signed_in, request, ApiScope.EVENTS_WRITE)).client
    key = idempotency.key_of(request, client)
    if request.headers.get("Content-Encoding", "identity") != "identity":
        raise ProblemResponse(ProblemCode.MEDIA_TYPE_NOT_TAKEN, Text("Skicka händelserna utan komprimering."))
    async with turn_of(request, client, _TOO_MANY) as spent:
        body = await body_of(request, BYTES_MAX, _EVENTS_TOO_LARGE)
        return await to_thread.run_sync(_answered, request, client, key, body, spent)


def _answered(
    request: Request, client: ApiClient, key: ReplyKey | None, body: bytes, spent: Callable[[float], object]
) -> Response:
    """Apply the events, or send the reply to the same request again. Raises ProblemResponse, KeyUsedForOther."""
    told: list[EventsAnswer] = []

    def work() -> Reply | None:
        told.append(_taken(request, client, body, spent))
        # What was not tried is sent again under the same key, and tried then.
        return _reply(told[0]) if not told[0].not_tried else None

    if key is None:
        work()
        return idempotency.response_of(_reply(told[0]), was_kept=False)
    try:
        reply, was_kept = replies.afterwards(
            database_of(request), key, body, work, now=lambda: instant_of(request)
        )
    except OperationalError:
        raise later() from None
    return idempotency.response_of(reply or _reply(told[0]), was_kept=was_kept)


def _reply(answer: EventsAnswer) -> Reply:
    return Reply(200, {"Content-Type": "application/json"}, answer.model_dump_json(exclude_none=True))


def _taken(
    request: Request, client: ApiClient, body: bytes, spent: Callable[[float], object]
) -> EventsAnswer:
    pieces = _cut(request.headers.get("Content-Type", ""), body, spent)
    # What lies in quarantine says by it which system sent it, and which event of the request it was.
    lines = [EventLine(f"api/events {client.actor} #{place}", text) for place, text in enumerate(pieces, 1)]
    loaded = _loaded(database_of(request), lines, client.actor, settings_of(request).events_seconds, spent)
    _log.info("events taken", by=client.actor, events=len(pieces), applied=loaded.applied)
    return EventsAnswer(
        applied=loaded.applied,
        repeated=loaded.repeated,
        conflict=loaded.conflicts,
        unappliable=loaded.unappliable,
        unreadable=loaded.quarantined,
        not_tried=len(pieces) - len(loaded.results or []),
        results=results_of(pieces, loaded.results or []),
    )


def _cut(form: str, body: bytes, spent: Callable[[float], object]) -> list[str]:
    """The events of a body; megabytes of them take a moment that nobody else waits for. Raises ProblemResponse."""
    cut_from = thread_time()
    try:
        return event_bodies.pieces_of(form, body)
    finally:
        spent(thread_time() - cut_from)


@router.get(
    "/events",
    summary="Read the feed",
    responses={
        **REFUSALS,
        200: {
            "description": "The events after the cursor, the oldest first; empty where there are no more yet. "
            "`Link` with `rel=next` is where to go on.",
            "content": {
                BATCH: {"schema": {"type": "array", "items": {"type": "object"}}},
                LINES[0]: {"schema": {"type": "string"}},
            },
        },
        409: problem("The cursor lies beyond the end of the feed."),
        410: problem("Events after the cursor are no longer kept."),
        422: problem("A parameter has a value that is not allowed."),
    },
    response_class=Response,
)
def list_events(
    request: Request,
    after: Annotated[int, Query(ge=0, le=2**31 - 1, description="The `sequence` read last; 0 for all.")] = 0,
    limit: Annotated[int, Query(ge=1, le=LIMIT_MOST, description="How many events are read at most.")] = 100,
    accept: Annotated[str, Header(description="The form of the answer, as its media type.")] = BATCH,
) -> Response:
    """The events after a cursor, as a batch or, where `Accept` asks for it, a line for each."""
    signed_in(request, ApiScope.EVENTS_READ)
    try:
        with numbering.reading_numbered(database_of(request)) as session:
            found = feed_reading.events_after(session, after, limit=limit)
    except CursorTooOld as gone:
        raise problem_of(gone, _next(gone.kept_after, limit)) from None
    headers = _next(found[-1].sequence if found else after, limit)
    if any(each in accept for each in LINES):
        return Response(_as_lines(found), media_type=LINES[0], headers=headers)
    return JSONResponse([each.to_json() for each in found], media_type=BATCH, headers=headers)


def _as_lines(events: Iterable[OutboundEvent]) -> str:
    return "".join(f"{each.to_line()}\n" for each in events)


def _next(cursor: int, limit: int) -> Mapping[str, str]:
    return {"Link": f'</api/v1/events?after={cursor}&limit={limit}>; rel="next"'}


def _loaded(
    database: Database,
    lines: list[EventLine],
    sender: str,
    seconds: int,
    spent: Callable[[float], object],
) -> Loaded:
    """Apply the events within the time there is; `spent` is told the processor's. Raises ProblemResponse (503)."""
    until, begun = monotonic() + seconds, thread_time()
    try:
        return load_events(database, lines, sender=sender, each=True, go_on=lambda: monotonic() < until)
    except OperationalError:
        raise later() from None
    finally:
        spent(thread_time() - begun)
