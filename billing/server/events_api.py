"""Events over HTTP, both ways: systems send us theirs, and read the feed of ours from a cursor.

A system signs in with its key, `Authorization: Bearer rmk_…`, and never in an address: those are logged by others. What
is sent goes the way of a file's lines (`operations.event_loading`): each once, in order, and one that is wrong
stops no other. The answer leaves when all it tells of is committed.
"""

from collections.abc import Callable, Iterable, Mapping
from decimal import Decimal
from functools import partial
from time import monotonic, thread_time
from typing import Annotated, Final

import structlog
from anyio import to_thread
from fastapi import APIRouter, Header, Query, Request
from fastapi.responses import JSONResponse, Response
from pydantic import BaseModel
from sqlalchemy.exc import OperationalError

from accounts.guessing.rate_limit import TooOften
from accounts.systems import machine_keys
from accounts.systems.machine_key_store import KeyScope, MachineKey
from billing.server.bodies import event_bodies
from billing.server.bodies.event_bodies import BATCH, BYTES_MAX, EVENTS_MAX, LINES, ONE
from billing.server.event_results import EventResult, results_of
from foundation.database import Database
from foundation.formatting import number
from foundation.text import Text
from operations.event_feed import numbering
from operations.event_feed import reading as feed_reading
from operations.event_feed.contract import OutboundEvent
from operations.event_feed.reading import LIMIT_MOST, CursorAhead, CursorTooOld
from operations.event_loading import EventLine, Loaded, load_events
from orders.register.store import NoRegister
from web.access import instant_of, settings_of
from web.budgets import Caller, OverBudget
from web.guards.clients import client_of
from web.pages import budgets_of, database_of, today_of
from web.problems import MEDIA_TYPE, ProblemDocument, ProblemResponse

router = APIRouter(prefix="/api/v1", tags=["events"])

_log = structlog.get_logger("events")
_LATER: Final = {"Retry-After": "60"}
_CHALLENGE: Final = {"WWW-Authenticate": 'Bearer realm="billing"'}


class EventsAnswer(BaseModel):
    """What came of the events of a request: how many of each, and every one in its order."""

    applied: int
    repeated: int
    conflict: int
    unappliable: int
    unreadable: int
    not_tried: int
    results: list[EventResult]


def problem(description: str) -> dict[str, object]:
    """How the description of the interface says that a refusal is a problem document."""
    return {
        "description": description,
        "content": {MEDIA_TYPE: {"schema": ProblemDocument.model_json_schema()}},
    }


REFUSALS: Final[dict[int | str, dict[str, object]]] = {
    401: problem("The key is missing, wrong, or has ended."),
    403: problem("The key does not allow this."),
    404: problem("The address holds what none of ours does, such as a character that no text has."),
    429: problem(
        "Too many wrong keys came from the same address, or the key has had its part of this minute."
    ),
    503: problem("The books cannot be used just now; try again after `Retry-After` seconds."),
}
_BODY: Final = {
    "requestBody": {
        "required": True,
        "description": f"CloudEvents 1.0 in JSON, at most {EVENTS_MAX} events and {BYTES_MAX} bytes.",
        "content": {
            # What is no event is told so in its place among the results; it turns none of the others away.
            BATCH: {"schema": {"type": "array", "minItems": 1}},
            ONE: {"schema": {}},
            # At least one line that is not blank.
            **{each: {"schema": {"type": "string", "pattern": r"\S"}} for each in LINES},
        },
    }
}


@router.post(
    "/events",
    summary="Send events",
    response_model=EventsAnswer,
    responses={
        **REFUSALS,
        200: {"description": "What came of every event. Also where none could be applied."},
        400: problem("The body cannot be read: nothing was done."),
        413: problem("Too many bytes or events: nothing was done."),
        415: problem("The form is another than those that are taken."),
    },
    openapi_extra=_BODY,
)
async def take_events(request: Request) -> Response:
    """Apply events in their order, each once; the answer says what came of each and what to do about it."""
    key = await to_thread.run_sync(signed_in, request, KeyScope.EVENTS_WRITE)
    if request.headers.get("Content-Encoding", "identity") != "identity":
        raise ProblemResponse(415, Text("Skicka händelserna utan komprimering."))
    # A system has its own part of the process, as everybody else who sends something that costs.
    budgets, caller = budgets_of(request), Caller(key.actor, is_stranger=False)
    try:
        async with budgets.turn(caller):
            return await _taken(request, key, partial(budgets.spend, caller))
    except OverBudget as over:
        raise ProblemResponse(
            429,
            Text(
                "Det har kommit så många händelser med nyckeln som går på en minut. Vänta %(seconds)s sekunder och "
                "skicka samma begäran igen: ingen av dess händelser är läst.",
                seconds=over.seconds,
            ),
            headers={"Retry-After": str(over.seconds)},
        ) from None


async def _taken(request: Request, key: MachineKey, spent: Callable[[float], object]) -> Response:
    body, form = await body_of(request), request.headers.get("Content-Type", "")
    pieces = await to_thread.run_sync(_cut, form, body, spent)
    # What lies in quarantine says by it which system sent it, and which event of the request it was.
    lines = [EventLine(f"api/events {key.actor} #{place}", text) for place, text in enumerate(pieces, 1)]
    loaded = await to_thread.run_sync(
        _loaded, database_of(request), lines, key.actor, settings_of(request).events_seconds, spent
    )
    results = results_of(pieces, loaded.results or [])
    _log.info("events taken", by=key.actor, events=len(pieces), applied=loaded.applied)
    answer = EventsAnswer(
        applied=loaded.applied,
        repeated=loaded.repeated,
        conflict=loaded.conflicts,
        unappliable=loaded.unappliable,
        unreadable=loaded.quarantined,
        not_tried=len(pieces) - len(loaded.results or []),
        results=results,
    )
    return JSONResponse(answer.model_dump(mode="json", exclude_none=True))


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
            "content": {BATCH: {"schema": {"type": "array"}}, LINES[0]: {"schema": {"type": "string"}}},
        },
        409: problem("The cursor lies beyond the end of the feed."),
        410: problem("Events after the cursor are no longer kept."),
        422: problem("A parameter has a value that is not allowed."),
    },
    response_class=Response,
)
def tell_events(
    request: Request,
    after: Annotated[int, Query(ge=0, le=2**31 - 1, description="The `sequence` read last; 0 for all.")] = 0,
    limit: Annotated[int, Query(ge=1, le=LIMIT_MOST)] = 100,
    accept: Annotated[str, Header()] = BATCH,
) -> Response:
    """The events after a cursor, as a batch or, where `Accept` asks for it, a line for each."""
    signed_in(request, KeyScope.EVENTS_READ)
    numbering.number_for_reader(database_of(request))
    try:
        with database_of(request).reading() as session:
            found = feed_reading.events_after(session, after, limit=limit)
    except CursorTooOld as gone:
        raise ProblemResponse(410, gone.text, headers=_next(gone.kept_after, limit)) from None
    except CursorAhead as ahead:
        raise ProblemResponse(409, ahead.text) from None
    headers = _next(found[-1].sequence if found else after, limit)
    if any(each in accept for each in LINES):
        return Response(_as_lines(found), media_type=LINES[0], headers=headers)
    return JSONResponse([each.to_json() for each in found], media_type=BATCH, headers=headers)


def _as_lines(events: Iterable[OutboundEvent]) -> str:
    return "".join(f"{each.to_line()}\n" for each in events)


def _next(cursor: int, limit: int) -> Mapping[str, str]:
    return {"Link": f'</api/v1/events?after={cursor}&limit={limit}>; rel="next"'}


def signed_in(request: Request, scope: KeyScope) -> MachineKey:
    """The system that asks. Raises ProblemResponse (400, 401, 403, 429)."""
    if "rmk_" in request.url.query:
        raise ProblemResponse(
            400,
            Text(
                "Nyckeln står i adressen, och adresser loggas. Dra in den, gör en ny, och skicka den i "
                "huvudet Authorization: Bearer."
            ),
        )
    scheme, _, given = request.headers.get("Authorization", "").partition(" ")
    try:
        return machine_keys.sign_in(
            database_of(request),
            given.strip() if scheme.lower() == "bearer" else "",
            scope,
            client=client_of(request),
            now=instant_of(request),
            today=today_of(request),
        )
    except machine_keys.WrongKey as wrong:
        raise ProblemResponse(401, wrong.text, headers=_CHALLENGE) from None
    except machine_keys.ScopeMissing as missing:
        raise ProblemResponse(403, missing.text) from None
    except TooOften as wait:
        raise ProblemResponse(429, wait.text, headers={"Retry-After": str(wait.seconds)}) from None
    except OperationalError:
        raise later() from None


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
    except NoRegister as missing:
        raise ProblemResponse(503, missing.text, headers=_LATER) from None
    finally:
        spent(thread_time() - begun)


def later() -> ProblemResponse:
    """The books cannot be used just now."""
    return ProblemResponse(
        503,
        Text(
            "Böckerna svarar inte just nu. Skicka samma begäran igen om en stund: det som redan är infört "
            "införs inte en gång till."
        ),
        headers=_LATER,
    )


_EVENTS_TOO_LARGE: Final = Text(
    "Begäran är större än %(bytes_max)s byte. Ingen händelse är läst: dela upp den och skicka delarna i ordning.",
    bytes_max=number(Decimal(BYTES_MAX)),
)


async def body_of(request: Request, too_large: Text = _EVENTS_TOO_LARGE) -> bytes:
    """The whole body; stops reading at the limit. Raises ProblemResponse (413), with that sentence."""
    declared = request.headers.get("Content-Length", "")
    if declared.isdecimal() and int(declared) > BYTES_MAX:
        raise _too_large(too_large)
    parts, size = [], 0
    async for part in request.stream():
        size += len(part)
        if size > BYTES_MAX:
            raise _too_large(too_large)
        parts.append(part)
    return b"".join(parts)


def _too_large(sentence: Text) -> ProblemResponse:
    # What is left of the body is not read.
    return ProblemResponse(413, sentence, headers={"Connection": "close"})
