"""What goes wrong with a request, as a problem document (RFC 9457), in Swedish or English.

A problem says what, and what to do about it; it never shows where in the program it
arose. The language is that of the request (`?lang=en`), Swedish unless asked otherwise.
"""

from collections.abc import Mapping
from typing import Final

from fastapi import Request
from fastapi.responses import JSONResponse
from pydantic import BaseModel, Field

from foundation.errors import Language

MEDIA_TYPE: Final = "application/problem+json"


class ProblemDocument(BaseModel):
    """Why a request got no answer (RFC 9457)."""

    type: str = Field(description="Always about:blank: the status says what kind of problem it is.")
    title: str = Field(description="The status in words.")
    status: int = Field(description="The HTTP status.")
    detail: str = Field(
        description="What is wrong with this request and what to do, in the language asked for."
    )


class ProblemResponse(Exception):
    """A request that gets no answer: the status, and a sentence in both languages."""

    def __init__(
        self, status: int, detail_sv: str, detail: str, *, headers: Mapping[str, str] | None = None
    ) -> None:
        super().__init__(detail)
        self.status = status
        self.detail_sv = detail_sv
        self.detail = detail
        self.headers = dict(headers or {})


_TITLES: Final = {
    400: ("Begäran går inte att läsa", "The request cannot be read"),
    401: ("Avsändaren är okänd", "The sender is not known"),
    404: ("Adressen finns inte", "The address does not exist"),
    405: ("Metoden går inte att använda här", "The method cannot be used here"),
    413: ("Dokumentet är för stort", "The document is too large"),
    415: ("Formen går inte att läsa", "The form cannot be read"),
    422: ("En uppgift i adressen är fel", "A value in the address is wrong"),
    503: ("Inte just nu", "Not just now"),
    500: ("Ett fel hos oss", "A fault of ours"),
}


def language_of(request: Request) -> Language:
    """The language a request asks for, also where the rest of it is wrong."""
    return "en" if request.query_params.get("lang") == "en" else "sv"


def answer(request: Request, problem: ProblemResponse) -> JSONResponse:
    """The problem document to send."""
    language = language_of(request)
    which = 0 if language == "sv" else 1
    title = _TITLES.get(problem.status, _TITLES[400])[which]
    told = ProblemDocument(
        type="about:blank",
        title=title,
        status=problem.status,
        detail=(problem.detail_sv, problem.detail)[which],
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
            sentences = (
                "Adressen finns inte. Vilka som finns står i /api/v1/openapi.json.",
                "The address does not exist. Those that do are listed in /api/v1/openapi.json.",
            )
        case 405:
            allowed = headers.get("Allow", "")
            sentences = (f"Använd {allowed} på den här adressen.", f"Use {allowed} at this address.")
        case _:
            sentences = (
                "Begäran följer inte HTTP. Rätta den och försök igen.",
                "The request does not follow HTTP. Correct it and try again.",
            )
    return ProblemResponse(status, *sentences, headers=headers)


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
