"""What goes wrong with a request, as a problem document (RFC 9457), in the language that is asked for.

A problem says what, and what to do about it; it never shows where in the program it
arose. The language is that of the request (`?lang=en`), Swedish unless asked otherwise.
"""

from collections.abc import Mapping
from typing import Final

from fastapi import Request
from fastapi.responses import JSONResponse
from pydantic import BaseModel, Field

from foundation import text
from foundation.observability import request_ids
from foundation.text import Language, Text

MEDIA_TYPE: Final = "application/problem+json"


class ProblemDocument(BaseModel):
    """Why a request got no answer (RFC 9457)."""

    type: str = Field(description="Always about:blank: the status says what kind of problem it is.")
    title: str = Field(description="The status in words.")
    status: int = Field(description="The HTTP status.")
    detail: str = Field(
        description="What is wrong with this request and what to do, in the language asked for."
    )
    request_id: str = Field(
        description="The request in our log, and in X-Request-Id: name it when you ask us."
    )


class ProblemResponse(Exception):
    """A request that gets no answer: the status, and a sentence with what is wrong."""

    def __init__(self, status: int, detail: Text, *, headers: Mapping[str, str] | None = None) -> None:
        super().__init__(detail.en)
        self.status = status
        self.detail = detail
        self.headers = dict(headers or {})


_TITLES: Final = {
    400: Text("Begäran går inte att läsa"),
    401: Text("Avsändaren är okänd"),
    403: Text("Det får du inte göra"),
    404: Text("Adressen finns inte"),
    405: Text("Metoden går inte att använda här"),
    409: Text("Det går inte just nu"),
    410: Text("Det finns inte kvar"),
    413: Text("Dokumentet är för stort"),
    415: Text("Formen går inte att läsa"),
    422: Text("En uppgift i adressen är fel"),
    429: Text("Vänta en stund"),
    503: Text("Inte just nu"),
    500: Text("Ett fel hos oss"),
}


def language_of(request: Request) -> Language:
    """The language a request asks for, also where the rest of it is wrong."""
    return text.language_of(request.query_params.get("lang"))


def answer(request: Request, problem: ProblemResponse) -> JSONResponse:
    """The problem document to send."""
    language = language_of(request)
    title = _TITLES.get(problem.status, _TITLES[400])
    told = ProblemDocument(
        type="about:blank",
        title=title.in_language(language),
        status=problem.status,
        detail=problem.detail.in_language(language),
        request_id=request_ids.current(),
    )
    return JSONResponse(
        told.model_dump(),
        status_code=problem.status,
        media_type=MEDIA_TYPE,
        headers={**problem.headers, "Content-Language": language},
    )


def of_status(status: int, headers: Mapping[str, str]) -> ProblemResponse:
    """The problem behind a status that the framework itself answers with."""
    match status:
        case 404:
            sentence = Text("Adressen finns inte. Vilka som finns står i /api/v1/openapi.json.")
        case 405:
            allowed = headers.get("Allow", "")
            sentence = Text("Använd %(allowed)s på den här adressen.", allowed=allowed)
        case _:
            sentence = Text("Begäran följer inte HTTP. Rätta den och försök igen.")
    return ProblemResponse(status, sentence, headers=headers)


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
