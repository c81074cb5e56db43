"""A supplier's full export by the API: asked for, made behind it, and fetched as one ZIP with a manifest.

Convention: it is everything the books hold of the supplier, so whoever sees some units only cannot have it. It is made
once at a time and kept for a week; the newest alone is kept.
"""

from datetime import date, datetime
from typing import Annotated, Final

from anyio import to_thread
from fastapi import APIRouter, Path, Request
from fastapi.responses import JSONResponse, Response
from pydantic import BaseModel, Field
from sqlalchemy.exc import OperationalError

from accounts.api_clients.model import ApiScope
from accounts.identity import Person
from billing.server.api import exact_bytes, idempotency
from billing.server.api.base import BEARER, REFUSALS, in_turn, later, problem, signed_in
from foundation.errors import NotThere
from foundation.sql import Session
from operations.idempotency import replies
from operations.idempotency.reply_store import Reply
from operations.supplier_exports import export_store, exporting
from operations.supplier_exports.export_store import ExportState, SupplierExport
from operations.supplier_exports.exporting import ExportOfAllOnly
from supplier_portal.pages.exports import ZIP, sent
from web.access import instant_of
from web.pages import database_of, today_of, whole_database_of

router = APIRouter(prefix="/api/v1/exports", tags=["exports"], dependencies=BEARER)

_SEES: Final = (ApiScope.REPORT, ApiScope.VIEW)
AskedExport = Annotated[int, Path(ge=1, le=2**31 - 1, description="The number of the export.")]


class ToldExport(BaseModel):
    """An export and how far it has come."""

    id: int
    state: ExportState = Field(description="How far it has come.")
    asked_at: datetime = Field(description="When it was asked for.")
    made_at: datetime | None = Field(description="When it was ready; null while it is not.")
    size: int = Field(description="Bytes; 0 until it is made.")
    sha256: str = Field(description="The SHA-256 of the ZIP, in hexadecimal; empty until it is ready.")
    kept_until: date | None = Field(description="The last day it can be fetched.")
    href: str
    href_zip: str | None = Field(description="Where the file is, once it is READY.")


class ExportList(BaseModel):
    """The newest exports."""

    exports: list[ToldExport] = Field(description="The newest exports.")


@router.post(
    "",
    summary="Ask for a full export",
    status_code=202,
    response_model=ToldExport,
    responses={**REFUSALS, **idempotency.REFUSALS, 202: {"description": "It is being made; look at `href`."}},
    openapi_extra={"parameters": [idempotency.described(is_required=True)]},
)
async def ask_for_export(request: Request) -> Response:
    """Let everything that the books hold of the supplier become a file; needs an Idempotency-Key."""
    caller = await to_thread.run_sync(signed_in, request, *_SEES)
    person = _whole(request)
    key = idempotency.required(request, caller.client)

    def work(session: Session) -> Reply:
        made = exporting.ask(
            session, person.organisation, by=person.id, at=instant_of(request), today=today_of(request)
        )
        told = _told(made)
        headers = {"Content-Type": "application/json", "Location": told.href}
        return Reply(202, headers, told.model_dump_json())

    def asked() -> Response:
        try:
            # The work behind it is the system's own; what is read by it is the supplier's alone.
            reply, was_kept = replies.once(
                whole_database_of(request), key, b"", work, now=instant_of(request)
            )
        except OperationalError:
            raise later() from None
        return idempotency.response_of(reply, was_kept=was_kept)

    return await in_turn(request, caller.client, asked)


@router.get(
    "",
    summary="List full exports",
    response_model=ExportList,
    responses={**REFUSALS, 200: {"description": "The newest exports."}},
)
def list_exports(request: Request) -> Response:
    """The supplier's newest exports."""
    signed_in(request, *_SEES)
    person = _whole(request)
    try:
        with database_of(request).reading() as session:
            found = export_store.newest_first(session, person.organisation)
    except OperationalError:
        raise later() from None
    return JSONResponse(ExportList(exports=[_told(each) for each in found]).model_dump(mode="json"))


@router.get(
    "/{number}",
    summary="Read how far an export has come",
    response_model=ToldExport,
    responses={
        **REFUSALS,
        200: {"description": "The export."},
        422: problem("A parameter has a value that is not allowed."),
    },
)
def read_export(request: Request, number: AskedExport) -> Response:
    """One export of the supplier's."""
    signed_in(request, *_SEES)
    return JSONResponse(_told(_found(request, number)).model_dump(mode="json"))


@router.get(
    "/{number}/export.zip",
    summary="Fetch a full export",
    response_class=Response,
    responses={**REFUSALS, **exact_bytes.answers(ZIP)},
)
def fetch_export(request: Request, number: AskedExport) -> Response:
    """The file; its manifest has the hash of everything in it."""
    signed_in(request, *_SEES)
    export = _found(request, number)
    if export.state is not ExportState.READY:
        raise NotThere
    headers = exact_bytes.etag(export.sha256)
    if exact_bytes.is_known(request, export.sha256):
        return Response(status_code=304, headers=headers)
    return sent(database_of(request), export, headers)


def _whole(request: Request) -> Person:
    """The client as the person it counts as. Raises ExportOfAllOnly where it sees some units only."""
    person: Person = request.state.person
    if person.within is not None:
        raise ExportOfAllOnly
    return person


def _found(request: Request, number: int) -> SupplierExport:
    """The export. Raises NotThere, ExportOfAllOnly, ProblemResponse (503)."""
    person = _whole(request)
    try:
        with database_of(request).reading() as session:
            return export_store.of_supplier(session, person.organisation, number)
    except OperationalError:
        raise later() from None


def _told(export: SupplierExport) -> ToldExport:
    href = f"{router.prefix}/{export.id}"
    return ToldExport(
        id=export.id,
        state=export.state,
        asked_at=export.asked_at,
        made_at=export.made_at,
        size=export.size,
        sha256=export.sha256,
        kept_until=export.kept_until,
        href=href,
        href_zip=f"{href}/export.zip" if export.state is ExportState.READY else None,
    )
