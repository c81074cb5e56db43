"""The API for suppliers' systems: a document in, its validation report out.

`POST /api/v1/validate` takes the bytes as they would be sent over Peppol and changes
nothing: nothing is stored, no message is written, and no name, number or content of the
document reaches a log. A document with errors is an answered question (200, `valid`
false), not a failed request. The checks themselves run beside the event loop, a few at
a time, because one document may cost hundreds of megabytes.
"""

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Annotated, Final

import anyio
from anyio import to_thread
from fastapi import APIRouter, Query, Request
from fastapi.responses import HTMLResponse, JSONResponse, Response
from pydantic import AfterValidator

from foundation.formatting import number
from foundation.text import SWEDISH, Language, Text, languages
from peppol.validation.validation import validate
from peppol.xml.gate_errors import LIMITS
from web.problems import MEDIA_TYPE, ProblemDocument, ProblemResponse, wants_page
from web.validation_report import STYLE_SHEET, ValidationReport, report_json, report_page, reported

CHECKS_AT_ONCE: Final = 4

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

AskedDay = Annotated[
    date | None,
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
    turn = anyio.CapacityLimiter(CHECKS_AT_ONCE)

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
            413: _problem("The document is larger than the limit."),
            422: _problem("A parameter has a value that is not allowed."),
        },
        openapi_extra=_BODY,
    )
    async def validate_document(
        request: Request,
        lang: AskedLanguage = SWEDISH,
        on: AskedDay = None,
    ) -> Response:
        """Check against schema and rules, as a document that arrives today, or on the day `on`; nothing is stored."""
        data = await _body(request)
        report = await to_thread.run_sync(_checked, data, on or today(), lang, limiter=turn)
        headers = {"Content-Language": lang, "Vary": "Accept"}
        if wants_page(request):
            page = report_page(
                [report], lang, style_sheet=str(request.url_for("static", path=STYLE_SHEET).path)
            )
            return HTMLResponse(page, headers=headers)
        return JSONResponse(report_json(report), headers=headers)

    return router


def _checked(data: bytes, on: date, language: Language) -> ValidationReport:
    return reported(validate(data, on=on), file="", language=language)


async def _body(request: Request) -> bytes:
    """The whole body; stops reading at the gate's limit. Raises Problem (413)."""
    declared = request.headers.get("Content-Length", "")
    if declared.isdecimal() and int(declared) > LIMITS.bytes_max:
        raise _too_large()
    parts: list[bytes] = []
    size = 0
    async for part in request.stream():
        size += len(part)
        if size > LIMITS.bytes_max:
            raise _too_large()
        parts.append(part)
    return b"".join(parts)


def _too_large() -> ProblemResponse:
    return ProblemResponse(
        413,
        Text(
            "Dokumentet är större än %(bytes_max)s byte. Gör bilagorna mindre eller skicka dem på annat sätt.",
            bytes_max=number(Decimal(LIMITS.bytes_max)),
        ),
        headers={"Connection": "close"},  # what is left of the body is not read
    )


def _problem(description: str) -> dict[str, object]:
    return {
        "description": description,
        "content": {MEDIA_TYPE: {"schema": ProblemDocument.model_json_schema()}},
    }
