"""The ETag of a resource, and the If-Match of a write to what people change too: who has not read a change undoes none.

Convention (RFC 9110, 13): an ETag is the SHA-256 of what the resource says. A write asks for it where somebody on a
page may have changed the same thing meanwhile; without one the answer is 428 (RFC 6585), with an old one 412.
"""

import hashlib
import json
from collections.abc import Mapping
from typing import Final

from fastapi import Request
from fastapi.responses import Response
from pydantic import BaseModel

from billing.server.api.base import problem
from billing.server.bodies.json_bodies import MEDIA_TYPE
from foundation.text import Text
from web.problems import ProblemResponse
from web.refusals.problem_codes import ProblemCode

HEADER: Final = "If-Match"
DESCRIBED: Final[dict[str, object]] = {
    "name": HEADER,
    "in": "header",
    "required": True,
    "schema": {"type": "string"},
    "description": "`ETag` of what was read: where it has changed since, nothing is done. `*` is whatever it is.",
}
"""How the description of the interface tells of the header; we read it ourselves, to say what to do about it."""

REFUSALS: Final[Mapping[int | str, dict[str, object]]] = {
    412: problem("It has been changed since it was read: nothing is done."),
    428: problem("`If-Match` is missing: nothing is done."),
}
"""What such a write may answer besides."""


def etag_of(told: BaseModel) -> str:
    """The ETag of a resource that says this."""
    return f'"{hashlib.sha256(_json(told)).hexdigest()}"'


def answered(request: Request, told: BaseModel) -> Response:
    """The resource with its ETag; without its body where the client has it (304)."""
    tag = etag_of(told)
    headers = {"ETag": tag, "Cache-Control": "private, no-cache"}
    if {tag, "*"} & _tags(request, "If-None-Match"):
        return Response(status_code=304, headers=headers)
    return Response(_json(told), media_type=MEDIA_TYPE, headers=headers)


def required(request: Request) -> str:
    """What a write says of what was read. Raises ProblemResponse (428) where it says nothing."""
    if not _tags(request, HEADER):
        raise ProblemResponse(
            ProblemCode.MATCH_MISSING,
            Text(
                "Huvudet If-Match saknas. Läs det du vill ändra och skicka dess ETag i If-Match: då ändras inget som "
                "någon annan har ändrat under tiden. Inget är gjort."
            ),
        )
    return request.headers[HEADER]


def check(request: Request, told: BaseModel) -> None:
    """Refuse a write to what has been changed since it was read; `told` is what it says now.

    Raises ProblemResponse (412).
    """
    check_tag(request, etag_of(told))


def check_tag(request: Request, tag: str) -> None:
    """The same, of what has this ETag now. Raises ProblemResponse (412)."""
    if not {tag, "*"} & _tags(request, HEADER):
        raise ProblemResponse(
            ProblemCode.CHANGED_SINCE_READ,
            Text(
                "Det du vill ändra har ändrats sedan du läste det. Inget är gjort: läs det igen, och skicka ändringen "
                "med dess nya ETag om den ska göras ändå."
            ),
        )


def _tags(request: Request, name: str) -> set[str]:
    """The tags of a header; a proxy may have made one weak on its way by packing the answer."""
    given = (each.strip().removeprefix("W/") for each in request.headers.get(name, "").split(","))
    return {each for each in given if each}


def _json(told: BaseModel) -> bytes:
    return json.dumps(told.model_dump(mode="json"), ensure_ascii=False, separators=(",", ":")).encode()
