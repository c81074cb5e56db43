"""What the buyer claims back: each claim with its letters and how it is paid, and the supplier's word against it.

Convention: a claim is accepted by paying it, or by letting it be set off; what is said against it stops both until the
buyer has answered. Its words are the supplier's own, and may name nobody.
"""

from collections.abc import Sequence
from operator import attrgetter
from typing import Annotated, Final

from anyio import to_thread
from fastapi import APIRouter, Path, Query, Request
from fastapi.responses import JSONResponse, Response
from pydantic import Field
from sqlalchemy.exc import OperationalError

from accounts.api_clients.model import ApiClient, ApiScope
from billing.server.api import idempotency, paging
from billing.server.api.base import BEARER, REFUSALS, in_turn, later, problem, signed_in
from billing.server.api.documents import told_claims
from billing.server.api.documents.documents_api import SEES
from billing.server.api.documents.told_claims import ClaimPage, OneClaim
from billing.server.api.paging import WRONG, Limit
from billing.server.bodies.json_bodies import MEDIA_TYPE, JsonBody, json_bytes, read, schema_of
from foundation.errors import NotThere
from foundation.sql import Session
from invoicing.claims import letter_store, owed_queries, part_store, steps
from invoicing.claims.claim_states import ClaimState
from invoicing.claims.claim_store import SupplierClaim
from invoicing.claims.owed_queries import SetOff
from operations.idempotency import replies
from operations.idempotency.reply_store import Reply, ReplyKey
from orders.register import store as register_store
from supplier_portal.pages.query_params import download, scope_of
from supplier_portal.queries import claim_queries
from web import problems
from web.access import instant_of
from web.claim_letter import letter_pdf
from web.pages import database_of, today_of, whole_database_of

router = APIRouter(prefix="/api/v1", tags=["claims"], dependencies=BEARER)

_NUMBER: Final = r"^[0-9A-Za-z._-]{1,40}$"
AskedClaim = Annotated[str, Path(pattern=_NUMBER, description="The number of the claim.")]


class Dispute(JsonBody):
    """What the supplier says against a claim."""

    words: Annotated[str, Field(min_length=1, max_length=10_000)] = Field(
        description="Why the claim is disputed; the buyer reads it."
    )


@router.get(
    "/claims",
    summary="List claims",
    response_model=ClaimPage,
    responses={**REFUSALS, 200: {"description": "A page of claims."}, 422: WRONG},
)
def list_claims(
    request: Request,
    state: Annotated[ClaimState | None, Query(description="The state it is in now.")] = None,
    cursor: Annotated[
        str | None, Query(pattern=_NUMBER, description="From `next`; not to be made up.")
    ] = None,
    limit: Limit = 100,
) -> Response:
    """What the supplier is asked to give back, in the order of their numbers."""
    signed_in(request, *SEES)
    try:
        with database_of(request).reading() as session:
            seen = claim_queries.listed(session, scope_of(request.state.person).own)
        found = sorted(
            (each for each in seen if state in (None, each.state) and each.number > (cursor or "")),
            key=lambda each: each.number,
        )
        shown, following = paging.page_of(request, found, limit, attrgetter("number"))
        set_off = _set_offs(request, shown)
    except OperationalError:
        raise later() from None
    today = today_of(request)
    told = [told_claims.told(each, set_off.get(each.number), today=today) for each in shown]
    return paging.answered(ClaimPage(claims=told, next=following), following)


@router.get(
    "/claims/{number}",
    summary="Read a claim",
    response_model=OneClaim,
    responses={**REFUSALS, 200: {"description": "The claim with its letters and words."}, 422: WRONG},
)
def read_claim(request: Request, number: AskedClaim) -> Response:
    """One claim: why, how much is left and how to pay it, and what was said."""
    signed_in(request, *SEES)
    try:
        set_off = _set_off(request, number)
        with database_of(request).reading() as session:
            told = _one(request, session, _claim(session, request, number), set_off)
    except OperationalError:
        raise later() from None
    return JSONResponse(told.model_dump(mode="json"))


@router.get(
    "/claims/{number}/letters/{position:int}.pdf",
    summary="Read a letter about a claim as a PDF",
    response_class=Response,
    responses={
        **REFUSALS,
        200: {
            "description": "The demand or reminder as it was sent.",
            "content": {"application/pdf": {"schema": {"type": "string", "format": "binary"}}},
        },
        409: problem("It cannot be printed."),
        422: problem("A parameter has a value that is not allowed, or there is too much to print."),
    },
)
async def read_claim_letter(
    request: Request,
    number: AskedClaim,
    position: Annotated[int, Path(description="Which letter of the claim, the first is 1.")],
) -> Response:
    """A letter, in the language of `?lang=`."""
    client = (await to_thread.run_sync(signed_in, request, *SEES)).client

    def printed() -> Response:
        with database_of(request).reading() as session:
            claim = _claim(session, request, number)
            sent = {each.position: each for each in letter_store.letters(session, claim)}
            if position not in sent:
                raise NotThere
            register = register_store.load(session)
        body = letter_pdf(claim, sent[position], register, problems.language_of(request))
        return download(body, f"claim-{claim.number}-{position}.pdf", "application/pdf")

    return await in_turn(request, client, printed)


@router.post(
    "/claims/{number}/dispute",
    summary="Dispute a claim",
    response_model=OneClaim,
    responses={
        **REFUSALS,
        **idempotency.REFUSALS,
        200: {"description": "What is said is kept; nothing is set off or demanded until it is answered."},
        408: problem("The body did not come in time."),
        413: problem("The body is too large."),
        415: problem("The form is another than JSON."),
    },
    openapi_extra={
        "requestBody": {"required": True, "content": {MEDIA_TYPE: {"schema": schema_of(Dispute)}}},
        "parameters": [idempotency.described(is_required=True)],
    },
)
async def dispute_claim(request: Request, number: AskedClaim) -> Response:
    """Say that the supplier does not owe it, and why; needs an Idempotency-Key."""
    client = (await to_thread.run_sync(signed_in, request, ApiScope.REPORT)).client
    key = idempotency.required(request, client)
    body = await json_bytes(request)
    words = read(Dispute, body).words
    return await to_thread.run_sync(_disputed, request, client, key, body, number, words)


def _disputed(
    request: Request, client: ApiClient, key: ReplyKey, body: bytes, number: str, words: str
) -> Response:
    database, today = database_of(request), today_of(request)

    def work(session: Session) -> Reply:
        claim = _claim(session, request, number)
        steps.dispute(
            session, claim.number, supplier=claim.supplier, by=client.actor, words=words, today=today
        )
        told = _one(request, session, _claim(session, request, number), set_off)
        return Reply(200, {"Content-Type": MEDIA_TYPE}, told.model_dump_json())

    try:
        set_off = _set_off(request, number)
        # The address is a part of what is asked: the same words about another claim are another request.
        asked = number.encode() + b"\n" + body
        reply, was_kept = replies.once(database, key, asked, work, now=instant_of(request))
    except OperationalError:
        raise later() from None
    return idempotency.response_of(reply, was_kept=was_kept)


def _claim(session: Session, request: Request, number: str) -> SupplierClaim:
    """A claim that the client may see. Raises NotThere."""
    found = claim_queries.numbered(session, scope_of(request.state.person).own, number)
    if found is None:
        raise NotThere
    return found


def _one(request: Request, session: Session, claim: SupplierClaim, set_off: SetOff | None) -> OneClaim:
    return told_claims.one(
        told_claims.told(claim, set_off, today=today_of(request)),
        letters=letter_store.letters(session, claim),
        words=letter_store.said(session, claim),
        parts=part_store.of(session, claim.number),
    )


def _set_off(request: Request, number: str) -> SetOff | None:
    """When a claim that the client may see is set off. Raises NotThere."""
    with database_of(request).reading() as session:
        claim = _claim(session, request, number)
    return _set_offs(request, [claim]).get(claim.number)


def _set_offs(request: Request, claims: Sequence[SupplierClaim]) -> dict[str, SetOff]:
    """When a payment leaves is the buyer's to know; of the claims seen, the day is told."""
    with whole_database_of(request).reading() as session:
        return dict(owed_queries.set_offs(session, claims))
