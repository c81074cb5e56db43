"""The whole body of a request to the API, within a size and a time: what is over is refused, never cut."""

from typing import Final

import anyio
from fastapi import Request

from foundation.text import Text
from web.problems import ProblemResponse
from web.refusals.problem_codes import ProblemCode

BODY_SECONDS: Final = 60.0
"""So long a body may take to come."""

_TOO_SLOW: Final = Text(
    "Begäran kom inte fram på %(seconds)s sekunder. Inget är gjort: skicka den igen.",
    seconds=int(BODY_SECONDS),
)
# What is left of the body is not read.
_CLOSE: Final = {"Connection": "close"}


async def body_of(request: Request, bytes_max: int, too_large: Text) -> bytes:
    """The whole body; stops reading at the limit, and after a while. Raises ProblemResponse (408, 413)."""
    refused = ProblemResponse(ProblemCode.BODY_TOO_LARGE, too_large, headers=_CLOSE)
    declared = request.headers.get("Content-Length", "")
    if declared.isdecimal() and int(declared) > bytes_max:
        raise refused
    parts, size = [], 0
    with anyio.move_on_after(BODY_SECONDS) as time_left:
        async for part in request.stream():
            size += len(part)
            if size > bytes_max:
                raise refused
            parts.append(part)
    if time_left.cancelled_caught:
        raise ProblemResponse(ProblemCode.BODY_TOO_SLOW, _TOO_SLOW, headers=_CLOSE)
    return b"".join(parts)
