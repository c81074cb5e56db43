"""The web application put together: its routers, its headers, and how a failed request leaves.

Convention: every answer, also to an address that does not exist and to a fault of ours,
carries the same strict headers, and every failure is a problem document without a
traceback. What the operator needs to know of a fault is one line in the log.
"""

import traceback
from pathlib import Path
from typing import Final, cast

import structlog
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import Response
from fastapi.staticfiles import StaticFiles
from starlette.datastructures import MutableHeaders
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from orders.database import Clock, utc_now
from orders.values import stockholm_date
from supplier_portal import problems
from supplier_portal.api import livez_router, validation_router
from supplier_portal.problems import Problem
from supplier_portal.settings import Settings

HEADERS: Final = {
    "Content-Security-Policy": "default-src 'none'; style-src 'self'; img-src 'self'; font-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=()",
    "Strict-Transport-Security": "max-age=31536000; includeSubDomains",
    "Cache-Control": "no-store",
}
"""Sent with every answer, unless the answer has its own."""

_STATIC: Final = Path(__file__).with_name("static")


def create_app(settings: Settings, *, clock: Clock = utc_now) -> FastAPI:
    """The application of one installation; `clock` tells which day's rules are in force.

    Interactive documentation is left out, since it fetches scripts from elsewhere; the
    description itself is at /api/v1/openapi.json.
    """
    app = FastAPI(
        title="Rusta och matcha: order och faktura",
        version="1",
        openapi_url="/api/v1/openapi.json",
        docs_url=None,
        redoc_url=None,
    )
    app.state.settings = settings
    app.include_router(validation_router(lambda: stockholm_date(clock())))
    app.include_router(livez_router())
    app.mount("/static", StaticFiles(directory=_STATIC), name="static")
    app.add_exception_handler(Problem, _told)
    app.add_exception_handler(HTTPException, _refused_by_framework)
    app.add_exception_handler(RequestValidationError, _wrong_parameter)
    app.add_middleware(Envelope)
    return app


class Envelope:
    """Around every request: puts the headers on its answer and answers for what nobody else caught."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on; see the class."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        begun = False

        async def with_headers(message: Message) -> None:
            nonlocal begun
            if message["type"] == "http.response.start":
                begun = True
                headers = MutableHeaders(scope=message)
                for name, value in HEADERS.items():
                    headers.setdefault(name, value)
            await send(message)

        try:
            await self._app(scope, receive, with_headers)
        except ClientDisconnect:
            return  # there is nobody left to answer
        except Exception as error:
            structlog.get_logger().error(
                "request failed",
                method=scope["method"],
                path=scope["path"],
                fault=type(error).__name__,
                at=_place_of(error),
            )
            if begun:
                raise
            await problems.answer(Request(scope), _FAULT)(scope, receive, with_headers)


def _place_of(error: Exception) -> str:
    """Where a fault arose, for the log: the file and line of the innermost frame."""
    frames = traceback.extract_tb(error.__traceback__)
    return f"{Path(frames[-1].filename).name}:{frames[-1].lineno}" if frames else ""


_FAULT: Final = Problem(
    500,
    "Ett fel hos oss gjorde att frågan inte kunde besvaras. Försök igen om en stund.",
    "A fault of ours kept the request from being answered. Try again in a while.",
)


async def _told(request: Request, error: Exception) -> Response:
    return problems.answer(request, cast(Problem, error))


async def _refused_by_framework(request: Request, error: Exception) -> Response:
    refused = cast(HTTPException, error)
    return problems.answer(request, problems.of_status(refused.status_code, dict(refused.headers or {})))


async def _wrong_parameter(request: Request, error: Exception) -> Response:
    names = ", ".join(str(each["loc"][-1]) for each in cast(RequestValidationError, error).errors())
    return problems.answer(
        request,
        Problem(
            422,
            f"Uppgiften {names} i adressen har ett värde som inte är tillåtet. Språket är lang=sv eller lang=en.",
            f"The value of {names} in the address is not allowed. The language is lang=sv or lang=en.",
        ),
    )
