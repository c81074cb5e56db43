"""The ledger's answers over HTTP: booked or refused, voucher by voucher, from a system that signs in with its key."""

from typing import Annotated, Final, Literal

from anyio import to_thread
from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse, Response
from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError
from sqlalchemy.exc import OperationalError

from accounts.systems.machine_key_store import KeyScope
from billing.server.events_api import REFUSALS, body_of, later, problem, signed_in
from bookkeeping import ledger_answers
from foundation.database import Database
from foundation.text import Text
from web.access import instant_of
from web.pages import database_of
from web.problems import ProblemResponse

router = APIRouter(prefix="/api/v1/ledger", tags=["ledger"])
_JSON: Final = "application/json"
_MOST: Final = 1000


class LedgerSays(BaseModel):
    """One answer: what became of a voucher in the ledger."""

    model_config = ConfigDict(extra="forbid", strict=True)

    voucher: Annotated[str, Field(pattern=r"^[0-9]{1,20}$", description="Our number, of #VER.")]
    outcome: Literal["BOOKED", "REFUSED"]
    ledger_number: Annotated[str, Field(max_length=40, description="Its number in the ledger.")] = ""
    day: Annotated[str, Field(pattern=r"^[0-9]{4}-[0-9]{2}-[0-9]{2}$")]
    message: Annotated[str, Field(max_length=1000, description="Why it was refused.")] = ""


class AnswerTaken(BaseModel):
    """What came of one answer, in its place: kept, or why not in Swedish and English."""

    voucher: str
    kept: bool
    why_sv: str = ""
    why_en: str = ""


_SCHEMA: Final = {"type": "array", "maxItems": _MOST, "items": LedgerSays.model_json_schema()}
_ANSWERS: Final = TypeAdapter(Annotated[list[LedgerSays], Field(max_length=_MOST)])


@router.post(
    "/answers",
    summary="Tell what became of vouchers",
    response_model=list[AnswerTaken],
    responses={
        **REFUSALS,
        200: {"description": "What came of every answer, in its place. Also where none could be kept."},
        400: problem("The body cannot be read: nothing was done."),
        413: problem("Too many bytes: nothing was done."),
        415: problem("The form is another than JSON."),
    },
    openapi_extra={
        "requestBody": {
            "required": True,
            "description": f"At most {_MOST} answers. The same answer twice is one effect.",
            "content": {_JSON: {"schema": _SCHEMA}},
        }
    },
)
async def take_answers(request: Request) -> Response:
    """Keep what the ledger says of each voucher; one that is wrong stops no other."""
    key = await to_thread.run_sync(signed_in, request, KeyScope.LEDGER_ANSWER)
    if request.headers.get("Content-Type", "").partition(";")[0].strip().lower() != _JSON:
        raise ProblemResponse(415, Text("Skicka svaren som application/json."))
    try:
        told = _ANSWERS.validate_json(await body_of(request))
    except ValidationError as error:
        first = error.errors()[0]
        where = "/".join(str(part) for part in first["loc"])
        raise ProblemResponse(
            400,
            Text(
                "Svaren går inte att läsa vid %(where)s: %(what)s. Inget är infört.",
                where=where or "/",
                what=first["msg"],
            ),
        ) from None
    taken = await to_thread.run_sync(_taken, request, database_of(request), told, key.actor)
    return JSONResponse([each.model_dump() for each in taken])


def _taken(request: Request, database: Database, told: list[LedgerSays], by: str) -> list[AnswerTaken]:
    """Keep the answers in one transaction. Raises ProblemResponse (503)."""
    try:
        with database.writing() as session:
            values = [each.model_dump() for each in told]
            faults = ledger_answers.take_each(session, values, by=by, now=instant_of(request))
    except OperationalError:
        raise later() from None
    return [
        AnswerTaken(
            voucher=each.voucher,
            kept=fault is None,
            why_sv=fault.sv if fault else "",
            why_en=fault.en if fault else "",
        )
        for each, fault in zip(told, faults, strict=True)
    ]
