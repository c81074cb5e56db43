"""A document as the body of a request: read within the gate's limit and a while, and held against a budget."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from decimal import Decimal
from typing import Final

import anyio
from fastapi import Request

from foundation.formatting import number
from foundation.text import Text
from peppol.xml.gate_errors import LIMITS
from web.budgets import Caller
from web.pages import budgets_of
from web.problems import ProblemResponse
from web.refusals.problem_codes import ProblemCode

_BODY_SECONDS: Final = 60.0


@asynccontextmanager
async def held(request: Request, caller: Caller) -> AsyncIterator[bytes]:
    """The whole body, held against the caller's budget; stops reading at the gate's limit and after a while.

    Raises ProblemResponse (408, 413), OverBudget.
    """
    budgets = budgets_of(request)
    declared = request.headers.get("Content-Length", "")
    if declared.isdecimal() and int(declared) > LIMITS.bytes_max:
        raise _too_large()
    parts: list[bytes] = []
    size = 0
    try:
        with anyio.move_on_after(_BODY_SECONDS) as time_left:
            async for part in request.stream():
                if size + len(part) > LIMITS.bytes_max:
                    raise _too_large()
                budgets.take_bytes(caller, len(part))
                size += len(part)
                parts.append(part)
        if time_left.cancelled_caught:
            raise ProblemResponse(
                ProblemCode.BODY_TOO_SLOW,
                Text(
                    "Dokumentet kom inte fram på %(seconds)s sekunder. Skicka det igen.",
                    seconds=int(_BODY_SECONDS),
                ),
                headers={"Connection": "close"},
            )
        yield b"".join(parts)
    finally:
        budgets.let_go(caller, size)


def _too_large() -> ProblemResponse:
    return ProblemResponse(
        ProblemCode.BODY_TOO_LARGE,
        Text(
            "Dokumentet är större än %(bytes_max)s byte. Gör bilagorna mindre eller skicka dem på annat sätt.",
            bytes_max=number(Decimal(LIMITS.bytes_max)),
        ),
        headers={"Connection": "close"},  # what is left of the body is not read
    )
