"""What goes wrong with a request, as a problem document (RFC 9457), in the language that is asked for.

A problem says what, and what to do about it; it never shows where in the program it arose. `code` tells problems apart
for programs and stays; `type` is where the list of them stands, at that code. The language of `title` and `detail` is
that of the request (`?lang=en`), Swedish unless asked otherwise; the sentence stands beside it in both.
"""

from collections.abc import Mapping
from typing import Final

from fastapi import Request
from fastapi.responses import JSONResponse
from pydantic import BaseModel, Field

from foundation import text
from foundation.observability import request_ids
from foundation.text import Language, Text
from web.refusals.problem_codes import RETRYABLE_STATUSES, STATUS_OF, ProblemCode

MEDIA_TYPE: Final = "application/problem+json"
LIST: Final = "/api/v1/problems"
"""Where the codes are told."""


class ProblemDocument(BaseModel):
    """Why a request got no answer (RFC 9457)."""

    type: str = Field(description="Where the code is told; relative to the address that was asked.")
    title: str = Field(description="The status in words.")
    status: int = Field(description="The HTTP status.")
    code: str = Field(
        description="What kind of problem it is, for programs; a code never changes its meaning."
    )
    detail: str = Field(
        description="What is wrong with this request and what to do, in the language asked for."
    )
    detail_sv: str = Field(description="The same in Swedish.")
    detail_en: str = Field(description="The same in English.")
    retryable: bool = Field(
        description="Whether the very same request may come through later, after `Retry-After` where it is given."
    )
    pointer: str | None = Field(
        default=None, description="Where in the body it is, as a JSON Pointer (RFC 6901) after #."
    )
    parameter: str | None = Field(default=None, description="Which parameter of the address it is.")
    request_id: str = Field(
        description="The request in our log, and in X-Request-Id: name it when you ask us."
    )


class ProblemResponse(Exception):
    """A request that gets no answer: what kind of problem, and a sentence with what is wrong.

    `code` is one of ProblemCode, or a refusal's, whose `status` is then given. `pointer` is where in a JSON body it
    is, `parameter` which part of the address.
    """

    def __init__(
        self,
        code: str,
        detail: Text,
        *,
        status: int | None = None,
        headers: Mapping[str, str] | None = None,
        pointer: str | None = None,
        parameter: str | None = None,
    ) -> None:
        super().__init__(detail.en)
        self.code = code
        self.status = STATUS_OF[ProblemCode(code)] if status is None else status
        self.detail = detail
        self.headers = dict(headers or {})
        self.pointer = pointer
        self.parameter = parameter

    @property
    def is_retryable(self) -> bool:
        """Whether the very same request may come through later."""
        return self.status in RETRYABLE_STATUSES or "Retry-After" in self.headers


_TITLES: Final = {
    400: Text("Begäran går inte att läsa"),
    401: Text("Avsändaren är okänd"),
    403: Text("Det får du inte göra"),
    404: Text("Adressen finns inte"),
    405: Text("Metoden går inte att använda här"),
    408: Text("Det tog för lång tid"),
    409: Text("Det går inte just nu"),
    410: Text("Det finns inte kvar"),
    412: Text("Det har ändrats"),
    413: Text("Dokumentet är för stort"),
    415: Text("Formen går inte att läsa"),
    422: Text("En uppgift är fel"),
    428: Text("Tala om vad du har läst"),
    429: Text("Vänta en stund"),
    503: Text("Inte just nu"),
    500: Text("Ett fel hos oss"),
}


def language_of(request: Request) -> Language:
    """The language a request asks for, also where the rest of it is wrong."""
    return text.language_of(request.query_params.get("lang"))


def title_of(status: int) -> Text:
    """A status in words."""
    return _TITLES.get(status, _TITLES[400])


def answer(request: Request, problem: ProblemResponse) -> JSONResponse:
    """The problem document to send."""
    language = language_of(request)
    title = title_of(problem.status)
    told = ProblemDocument(
        type=f"{LIST}#{problem.code}",
        title=title.in_language(language),
        status=problem.status,
        code=problem.code,
        detail=problem.detail.in_language(language),
        detail_sv=problem.detail.sv,
        detail_en=problem.detail.en,
        retryable=problem.is_retryable,
        pointer=problem.pointer,
        parameter=problem.parameter,
        request_id=request_ids.current(),
    )
    return JSONResponse(
        told.model_dump(exclude_none=True),
        status_code=problem.status,
        media_type=MEDIA_TYPE,
        headers={**problem.headers, "Content-Language": language},
    )


def of_status(status: int, headers: Mapping[str, str]) -> ProblemResponse:
    """The problem behind a status that the framework itself answers with."""
    match status:
        case 404:
            return ProblemResponse(
                ProblemCode.ADDRESS_UNKNOWN,
                Text("Adressen finns inte. Vilka som finns står i /api/v1/openapi.json."),
                headers=headers,
            )
        case 405:
            allowed = headers.get("Allow", "")
            sentence = Text("Använd %(allowed)s på den här adressen.", allowed=allowed)
            return ProblemResponse(ProblemCode.METHOD_NOT_ALLOWED, sentence, headers=headers)
        case _:
            sentence = Text("Begäran följer inte HTTP. Rätta den och försök igen.")
            return ProblemResponse(ProblemCode.HTTP_MALFORMED, sentence, status=status, headers=headers)


def wants_page(request: Request) -> bool:
    """Whether a page is preferred to JSON; a browser says so, a program that takes anything does not."""
    weights = {"text/html": 0.0, "application/json": 0.0}
    for part in request.headers.get("Accept", "").lower().split(","):
        media_type, *parameters = (each.strip() for each in part.split(";"))
        if media_type in weights:
            weights[media_type] = _weight(parameters)
    return weights["text/html"] > weights["application/json"]


def _weight(parameters: list[str]) -> float:
    for each in parameters:
        name, _, value = each.partition("=")
        if name.strip() == "q":
            try:
                return float(value)
            except ValueError:
                return 0.0
    return 1.0
