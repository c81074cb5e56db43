"""The API for suppliers' systems: a document in, its validation report out.

`POST /api/v1/validate` takes the bytes as they would be sent over Peppol and changes
nothing: nothing is stored, no message is written, and no name, number or content of the
document reaches a log. A document with errors is an answered question (200, `valid`
false), not a failed request. The checks themselves run in processes apart, each within an
allowance of time and memory, and each caller within a budget (decisions 66 and 67).
"""

import json
import re
from collections.abc import Callable
from datetime import date
from functools import partial
from threading import Event
from typing import Annotated, Final

import anyio
from anyio import CapacityLimiter, to_thread
from fastapi import APIRouter, Query, Request
from fastapi.responses import HTMLResponse, JSONResponse, Response
from pydantic import AfterValidator, BeforeValidator

from accounts.api_clients.model import ApiScope
from billing.server.api.base import problem, signed_in
from billing.server.bodies import document_bodies
from foundation.apart.confined import WorkFailed
from foundation.errors import Refused
from foundation.text import SWEDISH, Language, languages
from peppol.validation import apart
from peppol.validation.validation import validate
from peppol.xml.gate_errors import LIMITS
from web.budgets import Caller
from web.costly import caller_of
from web.pages import budgets_of
from web.problems import wants_page
from web.validation_report import STYLE_SHEET, ValidationReport, report_json, report_page, reported

_LOOK_EVERY: Final = 0.2
# Threads that only wait for a process: of their own, so that they take none from the pages.
_TURNS: Final = CapacityLimiter(2 * apart.AT_ONCE)

Today = Callable[[], date]


def _spoken(code: str) -> Language:
    if code not in languages():
        raise ValueError(f"one of {', '.join(languages())}")
    return code


AskedLanguage = Annotated[
    Language,
    Query(
        description="The language of messages and remedies.", json_schema_extra={"enum": list(languages())}
    ),
    AfterValidator(_spoken),
]

_DAY: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


def _written_day(value: object) -> object:
    """A day is YYYY-MM-DD and nothing else: a number would be read as seconds since 1970."""
    if isinstance(value, str) and not _DAY.fullmatch(value):
        raise ValueError("A day is written YYYY-MM-DD.")
    return value


AskedDay = Annotated[
    date | None,
    BeforeValidator(_written_day),
    Query(
        description="The day whose rules judge, YYYY-MM-DD; today when it is left out.",
        examples=["2027-02-24"],
    ),
]

_BODY: Final = {
    "requestBody": {
        "required": True,
        "description": f"The XML document, at most {LIMITS.bytes_max} bytes. Any content type is taken.",
        "content": {"application/xml": {"schema": {"type": "string", "format": "binary"}}},
    }
}


def validation_router(today: Today) -> APIRouter:
    """The question "is this document valid?" over HTTP, by the rules in force on `today()`."""
    router = APIRouter(prefix="/api/v1", tags=["validation"])

    @router.post(
        "/validate",
        summary="Check a Peppol document",
        response_class=JSONResponse,
        response_model=ValidationReport,
        responses={
            200: {
                "description": "The report; `valid` is false for a document with errors. "
                "With `Accept: text/html` the same report as a page.",
                "content": {"text/html": {"schema": {"type": "string"}}},
            },
            400: problem("A secret stands in the address."),
            401: problem("A key or a token is sent that is wrong or has ended; anybody may ask without one."),
            404: problem("The address holds what none of ours does, such as a character that no text has."),
            413: problem("The document is larger than the limit."),
            408: problem("The document did not come in time."),
            422: problem(
                "A parameter has a value that is not allowed, or the document takes more time or memory than one may."
            ),
            429: problem(
                "The caller, or all who are not signed in together, have had their part of this minute."
            ),
            503: problem("No process is free to check it just now."),
        },
        openapi_extra=_BODY,
    )
    async def validate_document(
        request: Request,
        lang: AskedLanguage = SWEDISH,
        on: AskedDay = None,
    ) -> Response:
        """Check against schema and rules, as a document that arrives today, or on the day `on`; nothing is stored."""
        caller = await to_thread.run_sync(_caller, request)
        async with document_bodies.held(request, caller) as data:
            told = await _told(request, caller, data, on or today(), lang)
        headers = {"Content-Language": lang, "Vary": "Accept"}
        if isinstance(told, str):
            return HTMLResponse(told, headers=headers)
        return Response(told, media_type="application/json", headers=headers)

    return router


def _caller(request: Request) -> Caller:
    """Who asks: a program with its key, whoever is signed in, or else the address. Raises what `signed_in` does."""
    if request.headers.get("Authorization"):
        return Caller(signed_in(request, *ApiScope).client.actor, is_stranger=False)
    return caller_of(request)


async def _told(request: Request, caller: Caller, data: bytes, on: date, language: Language) -> str | bytes:
    """The report as it leaves, made apart; the work ends when the client has left. Raises OverBudget, WorkEnded."""
    style_sheet = str(request.url_for("static", path=STYLE_SHEET).path) if wants_page(request) else ""
    budgets = budgets_of(request)
    left = Event()
    work = partial(
        apart.checked,
        _checked,
        data,
        on,
        language,
        style_sheet,
        unwanted=left.is_set,
    )
    told: list[str | bytes] = []
    failed: list[Exception] = []
    apart.SPENT.set(partial(budgets.spend, caller))
    async with budgets.turn(caller), anyio.create_task_group() as tasks:
        tasks.start_soon(_watch, request, left)
        try:
            told.append(await to_thread.run_sync(work, limiter=_TURNS))
        except (Refused, WorkFailed) as error:
            # Out of the group by itself: a group wraps what is raised in it.
            failed.append(error)
        tasks.cancel_scope.cancel()
    if failed:
        raise failed[0]
    return told[0]


async def _watch(request: Request, left: Event) -> None:
    """Say so when whoever asked has left."""
    while not await request.is_disconnected():
        await anyio.sleep(_LOOK_EVERY)
    left.set()


def _checked(data: bytes, on: date, language: Language, style_sheet: str) -> str | bytes:
    """The report as a page where there is a style sheet for it, else as JSON."""
    report = reported(validate(data, on=on), file="", language=language)
    if style_sheet:
        return report_page([report], language, style_sheet=style_sheet)
    return json.dumps(report_json(report), ensure_ascii=False, separators=(",", ":")).encode()
