"""The ledger's answers over HTTP: booked or refused, voucher by voucher, from a system that signs in with its key."""

import json
from collections.abc import Callable
from datetime import datetime
from decimal import Decimal
from time import thread_time
from typing import Annotated, Final, Literal

from anyio import to_thread
from fastapi import APIRouter, Request
from fastapi.responses import Response
from pydantic import BaseModel, ConfigDict, Field, ValidationError
from sqlalchemy.exc import OperationalError

from accounts.api_clients.model import ApiClient, ApiScope
from billing.server.api import idempotency
from billing.server.api.base import BEARER, REFUSALS, later, problem, signed_in, turn_of
from billing.server.bodies import json_values
from billing.server.bodies.event_bodies import BYTES_MAX
from billing.server.bodies.json_values import NotAnArray
from billing.server.bodies.reading_bodies import body_of
from bookkeeping import ledger_answers
from foundation.database import Database
from foundation.formatting import number
from foundation.sql import Session
from foundation.text import Text
from operations.idempotency import replies
from operations.idempotency.reply_store import Reply, ReplyKey
from web.access import instant_of
from web.pages import database_of
from web.problems import ProblemResponse
from web.refusals.problem_codes import ProblemCode

router = APIRouter(prefix="/api/v1/ledger", tags=["ledger"], dependencies=BEARER)
_JSON: Final = "application/json"
_MOST: Final = 1000
# Longer than the longest answer with every character escaped; an answer of nonsense has few errors in so many.
_PIECE_MOST: Final = 20_000


class LedgerSays(BaseModel):
    """One answer: what became of a voucher in the ledger."""

    model_config = ConfigDict(extra="forbid", strict=True)

    voucher: Annotated[str, Field(pattern=r"^[0-9]{1,20}$", description="Our number, of #VER.")]
    outcome: Literal["BOOKED", "REFUSED"] = Field(description="Whether the ledger booked it or refused it.")
    ledger_number: Annotated[str, Field(max_length=40, description="Its number in the ledger.")] = ""
    day: Annotated[str, Field(pattern=r"^[0-9]{4}-[0-9]{2}-[0-9]{2}$")] = Field(
        description="The day that the ledger did so, as YYYY-MM-DD."
    )
    message: Annotated[str, Field(max_length=1000, description="Why it was refused.")] = ""


class AnswerTaken(BaseModel):
    """What came of one answer, in its place: kept, or why not in Swedish and English."""

    voucher: str = Field(description="The voucher's number.")
    kept: bool = Field(description="Whether the answer is kept.")
    why_sv: str = Field("", description="Why not, in Swedish; empty where it is kept.")
    why_en: str = Field("", description="The same in English.")


_SCHEMA: Final = {"type": "array", "maxItems": _MOST, "items": LedgerSays.model_json_schema()}
_TOO_LARGE: Final = Text(
    "Begäran är större än %(bytes_max)s byte. Inget svar är infört: dela upp den och skicka delarna var för sig.",
    bytes_max=number(Decimal(BYTES_MAX)),
)

_TOO_MANY: Final = Text(
    "Det har kommit så många svar med nyckeln som går på en minut. Vänta %(seconds)s och skicka "
    "samma begäran igen: inget av dess svar är infört."
)


@router.post(
    "/answers",
    summary="Tell what became of vouchers",
    response_model=list[AnswerTaken],
    responses={
        **REFUSALS,
        200: {"description": "What came of every answer, in its place. Also where none could be kept."},
        400: problem("The body cannot be read: nothing was done."),
        413: problem("Too many bytes: nothing was done."),
        408: problem("The body did not come in time."),
        415: problem("The form is another than JSON."),
        **idempotency.REFUSALS,
    },
    openapi_extra={
        "parameters": [idempotency.described()],
        "requestBody": {
            "required": True,
            "description": f"At most {_MOST} answers. The same answer twice is one effect.",
            "content": {_JSON: {"schema": _SCHEMA}},
        },
    },
)
async def send_ledger_answers(request: Request) -> Response:
    """Keep what the ledger says of each voucher; one that is wrong stops no other."""
    client = (await to_thread.run_sync(signed_in, request, ApiScope.LEDGER_ANSWER)).client
    key = idempotency.key_of(request, client)
    if request.headers.get("Content-Type", "").partition(";")[0].strip().lower() != _JSON:
        raise ProblemResponse(ProblemCode.MEDIA_TYPE_NOT_TAKEN, Text("Skicka svaren som application/json."))
    async with turn_of(request, client, _TOO_MANY) as spent:
        body = await body_of(request, BYTES_MAX, _TOO_LARGE)
        return await to_thread.run_sync(_answered, request, client, key, body, spent)


def _answered(
    request: Request, client: ApiClient, key: ReplyKey | None, body: bytes, spent: Callable[[float], object]
) -> Response:
    """Read the answers and keep them; `spent` is told the processor's time. Raises ProblemResponse (400, 503)."""
    begun, now = thread_time(), instant_of(request)
    database: Database = database_of(request)
    try:
        told = _told(body)

        def work(session: Session) -> Reply:
            return _taken(session, told, client.actor, now)

        if key is None:
            with database.writing() as session:
                reply = work(session)
            return idempotency.response_of(reply, was_kept=False)
        reply, was_kept = replies.once(database, key, body, work, now=now)
        return idempotency.response_of(reply, was_kept=was_kept)
    except OperationalError:
        raise later() from None
    finally:
        spent(thread_time() - begun)


def _told(body: bytes) -> list[LedgerSays]:
    """The answers of a body, up to the first that is wrong. Raises ProblemResponse (400).

    Each is read by itself: read as one, a body of nonsense has an error for each of its values.
    """
    try:
        pieces = json_values.values_of(body.decode("utf-8-sig"), at_most=_MOST)
    except UnicodeDecodeError:
        raise _no_list(0) from None
    except NotAnArray as wrong:
        raise _no_list(wrong.read) from None
    if len(pieces) > _MOST:
        sentence = Text(
            "Begäran har fler än %(most)s svar. Inget är infört: dela upp den och skicka delarna var för sig.",
            most=number(Decimal(_MOST)),
        )
        raise ProblemResponse(ProblemCode.BODY_UNREADABLE, sentence)
    return [_one(place, piece) for place, piece in enumerate(pieces)]


def _one(place: int, piece: str) -> LedgerSays:
    if len(piece) > _PIECE_MOST:
        sentence = Text(
            "Svaret på plats %(place)s är längre än %(most)s tecken. Inget är infört.",
            place=place,
            most=number(Decimal(_PIECE_MOST)),
        )
        raise ProblemResponse(ProblemCode.BODY_UNREADABLE, sentence)
    try:
        return LedgerSays.model_validate_json(piece)
    except ValidationError as error:
        first = error.errors(include_url=False, include_context=False, include_input=False)[0]
        raise ProblemResponse(
            ProblemCode.BODY_UNREADABLE,
            Text(
                "Svaren går inte att läsa vid %(where)s: %(what)s. Inget är infört.",
                where="/".join(str(part) for part in (place, *first["loc"])),
                what=first["msg"],
            ),
        ) from None


def _no_list(read: int) -> ProblemResponse:
    return ProblemResponse(
        ProblemCode.BODY_UNREADABLE,
        Text(
            "Begäran är inte en JSON-lista av svar i UTF-8: den går inte att läsa efter svar %(read)s. Inget är "
            "infört.",
            read=read,
        ),
    )


def _taken(session: Session, told: list[LedgerSays], by: str, now: datetime) -> Reply:
    """Keep the answers, and tell what came of each."""
    faults = ledger_answers.take_each(session, [each.model_dump() for each in told], by=by, now=now)
    taken = [
        AnswerTaken(
            voucher=each.voucher,
            kept=fault is None,
            why_sv=fault.sv if fault else "",
            why_en=fault.en if fault else "",
        )
        for each, fault in zip(told, faults, strict=True)
    ]
    said = json.dumps([each.model_dump() for each in taken], ensure_ascii=False, separators=(",", ":"))
    return Reply(200, {"Content-Type": _JSON}, said)
