"""The simulated access point put together, its admin address, and how a connection is cut.

Every address but /livez wants the header X-Token. The admin address shows what was received
by instance id, which is how a test proves that a message came exactly once, and switches faults
on and off. It listens on this machine and is not meant for any other.
"""

import asyncio
import secrets
from typing import Annotated, Final

from fastapi import APIRouter, FastAPI, Query, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse, Response
from pydantic import BaseModel, ConfigDict
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from billing.tools.access_point_simulator.desk import Cut, Desk, Wrong, participant_in
from billing.tools.access_point_simulator.faults import FaultRule
from billing.tools.access_point_simulator.shapes import Body, mailbox_shape, phase4_shape, phoss_shape
from billing.tools.access_point_simulator.smp import smp_shape
from peppol.identifiers import DocumentKind

_CUT: Final = b"x-simulator-cut"

#: What a supplier of ours receives, and what the buyer does.
SUPPLIER_KINDS: Final = (
    (DocumentKind.ORDER, DocumentKind.ORDER.profile_ids[0]),
    (DocumentKind.ORDER, DocumentKind.ORDER.profile_ids[1]),
    (DocumentKind.INVOICE_RESPONSE, DocumentKind.INVOICE_RESPONSE.profile_ids[0]),
    (DocumentKind.INVOICE_RESPONSE, DocumentKind.INVOICE_RESPONSE.profile_ids[1]),
    (DocumentKind.MLR, DocumentKind.MLR.profile_ids[0]),
    (DocumentKind.MLS, DocumentKind.MLS.profile_ids[0]),
)
BUYER_KINDS: Final = (
    *((DocumentKind.INVOICE, each) for each in DocumentKind.INVOICE.profile_ids),
    *((DocumentKind.CREDIT_NOTE, each) for each in DocumentKind.CREDIT_NOTE.profile_ids),
    (DocumentKind.ORDER_RESPONSE, DocumentKind.ORDER_RESPONSE.profile_ids[0]),
    (DocumentKind.MLR, DocumentKind.MLR.profile_ids[0]),
    (DocumentKind.MLS, DocumentKind.MLS.profile_ids[0]),
)


class Registration(BaseModel):
    """What a participant receives: `role` supplier or buyer for the usual kinds, or its own list."""

    model_config = ConfigDict(extra="forbid")

    role: str = ""
    kinds: list[tuple[DocumentKind, str]] = []


def create_simulator(desk: Desk) -> ASGIApp:
    """The service over one desk."""
    app = FastAPI(title="Simulated access point", openapi_url=None, docs_url=None, redoc_url=None)
    app.include_router(phase4_shape(desk))
    app.include_router(phoss_shape(desk))
    app.include_router(mailbox_shape(desk))
    app.include_router(smp_shape(desk))
    app.include_router(_admin(desk))

    @app.get("/livez")
    def alive() -> dict[str, str]:
        return {"status": "alive"}

    @app.exception_handler(Cut)
    def cut(request: Request, error: Exception) -> Response:
        return Response(headers={_CUT.decode(): "1"})

    @app.exception_handler(Wrong)
    def wrong(request: Request, error: Wrong) -> Response:
        headers = {"Retry-After": str(error.retry_after)} if error.retry_after is not None else None
        return JSONResponse({"error": error.words}, status_code=error.status, headers=headers)

    @app.exception_handler(RequestValidationError)
    def unreadable(request: Request, error: RequestValidationError) -> Response:
        names = ", ".join(".".join(map(str, each["loc"])) for each in error.errors())
        return JSONResponse({"error": f"cannot be read: {names}"}, status_code=422)

    return _Door(app, desk.token)


class _Door:
    """Asks for the token first, and cuts the connection where an answer says so."""

    def __init__(self, app: ASGIApp, token: str) -> None:
        self._app = app
        self._token = token.encode()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        given = dict(scope["headers"]).get(b"x-token", b"")
        open_to_all = scope["path"] in ("/livez", "/smp-authority.pem") or scope["path"].startswith("/smp/")
        if not open_to_all and not secrets.compare_digest(given, self._token):
            refusal = JSONResponse(
                {"error": "Invalid or missing API token"}, status_code=_denied(scope["path"], given)
            )
            await refusal(scope, receive, send)
            return
        cut = False

        async def watched(message: Message) -> None:
            nonlocal cut
            if message["type"] == "http.response.start":
                cut = any(name == _CUT for name, _ in message.get("headers", ()))
            if not cut:
                await send(message)

        await self._app(scope, receive, watched)
        if cut:
            await _hang_up(send)


def _denied(path: str, given: bytes) -> int:
    """With which status each product denies: phase4-peppol-standalone has two."""
    if not path.startswith("/phase4/"):
        return 401
    return 403 if given else 400


async def _hang_up(send: Send) -> None:
    """End the connection in the middle of nothing, as a network does."""
    transport = getattr(getattr(send, "__self__", None), "transport", None)
    if transport is not None:
        transport.abort()
        # The server learns of it in its next turns, and then no longer expects an answer.
        await asyncio.sleep(0.01)


def _admin(desk: Desk) -> APIRouter:
    router = APIRouter(prefix="/admin")
    store = desk.store

    @router.get("/faults")
    def faults() -> list[FaultRule]:
        return store.rules()

    @router.put("/faults")
    def set_faults(rules: list[FaultRule]) -> list[FaultRule]:
        store.set_rules(rules)
        return store.rules()

    @router.get("/received")
    def received() -> list[dict[str, object]]:
        return store.received()

    @router.post("/release")
    def release() -> dict[str, int]:
        return {"released": store.release()}

    @router.get("/participants")
    def participants() -> dict[str, list[tuple[str, str]]]:
        found: dict[str, list[tuple[str, str]]] = {}
        for participant, document_type, process in store.capabilities():
            found.setdefault(participant, []).append((document_type, process))
        return found

    @router.put("/participants/{participant}")
    def register(participant: str, registration: Registration) -> Response:
        usual = {"supplier": SUPPLIER_KINDS, "buyer": BUYER_KINDS, "": ()}.get(registration.role)
        if usual is None:
            raise Wrong(422, "role is supplier or buyer")
        whose = participant_in(participant)
        store.deregister(whose)
        store.register(whose, [*usual, *registration.kinds])
        return Response(status_code=204)

    @router.delete("/participants/{participant}")
    def deregister(participant: str) -> Response:
        store.deregister(participant_in(participant))
        return Response(status_code=204)

    @router.post("/letters/{participant}")
    def lay(participant: str, body: Body, instance_id: Annotated[str, Query(max_length=80)] = "") -> Response:
        store.lay_raw(participant_in(participant), body, instance_id)
        return Response(status_code=204)

    return router
