"""Invoices by the API: a received order line turned into one, as the portal's press does, and shown before it is sent.

Convention: the document, its number, its verdict and the ten minutes in which it can be undone are the portal's own
(`invoicing.portal_invoicing`). The preview goes the same way on the same facts, and takes no number and no lock. A line
that is another's does not exist.
"""

from datetime import date, datetime
from typing import Annotated, Final

from anyio import to_thread
from fastapi import APIRouter, Path, Request
from fastapi.responses import JSONResponse, Response
from pydantic import BaseModel, Field
from sqlalchemy.exc import OperationalError

from accounts.api_clients.model import ApiScope
from billing.server.api import conditional, idempotency, paging, writing
from billing.server.api.base import BEARER, REFUSALS, in_turn, later, signed_in
from billing.server.api.told_orders import amount_of
from billing.server.api.writing import ANSWERS, LOCATION
from billing.server.bodies.json_bodies import MEDIA_TYPE, JsonBody, json_bytes, read
from foundation.errors import NotThere, Refused
from foundation.sql import Session
from foundation.text import Text
from invoicing.matching.deviation_texts import sentence
from invoicing.matching.deviations import Verdict, Weight
from invoicing.portal_invoicing import drafts, numbering, portal_document_store, sending
from invoicing.portal_invoicing.drafts import CannotBeSent, Draft
from invoicing.portal_invoicing.flipping import Numbered
from invoicing.portal_invoicing.portal_document_store import Made
from invoicing.portal_invoicing.portal_states import PortalState
from invoicing.portal_invoicing.scope import SupplierActor
from invoicing.portal_invoicing.sending import Press
from operations.idempotency.reply_store import Reply, ReplyKey
from orders.register import store as register_store
from supplier_portal.pages.forms import actor_of
from web.pages import database_of, today_of
from web.refusals.problem_codes import code_of

router = APIRouter(prefix="/api/v1", tags=["invoices"], dependencies=BEARER)

_LINE: Final = r"^[0-9A-Za-z._-]{1,60}/[0-9A-Za-z._-]{1,60}$"


class LineToInvoice(JsonBody):
    """Which order line is invoiced."""

    line: Annotated[
        str, Field(pattern=_LINE, description="The order and its line, as `4000000012/001`.", max_length=121)
    ]

    @property
    def parts(self) -> tuple[str, str]:
        """The order's number and the line's id."""
        order, _, line = self.line.partition("/")
        return order, line


class MadeInvoice(BaseModel):
    """An invoice that was made, and leaves when the time for second thoughts has passed."""

    id: int
    number: str
    state: PortalState
    order: str
    line: str
    issued_on: date
    currency: str
    amount_net: str
    amount_payable: str
    leaves_at: datetime = Field(description="Until then it can be undone in the portal.")
    reason_sv: str | None = Field(description="Why it was stopped before it left, where it was.")
    reason_en: str | None


class Remark(BaseModel):
    """What the buyer's matching says of the invoice."""

    code: str
    stops: bool = Field(description="Whether the invoice would be answered with a request for a credit note.")
    sentence_sv: str
    sentence_en: str


class Refusal(BaseModel):
    """Why the invoice would not be made."""

    code: str
    detail_sv: str
    detail_en: str


class PreviewedInvoice(BaseModel):
    """The invoice as it would be now; nothing is kept of it."""

    order: str
    line: str
    would_be_made: bool
    refusal: Refusal | None = Field(description="Why not, where it would not be.")
    number: str | None = Field(description="The number it would have; another may take it meanwhile.")
    issued_on: date
    currency: str | None
    amount_net: str | None
    amount_payable: str | None
    verdict: Verdict | None = Field(description="What the buyer's matching would say of it.")
    remarks: list[Remark]


_BODY: Final = {
    "requestBody": {
        "required": True,
        "content": {MEDIA_TYPE: {"schema": LineToInvoice.model_json_schema()}},
    }
}


@router.post(
    "/invoices",
    summary="Invoice an order line",
    status_code=201,
    response_model=MadeInvoice,
    responses={
        **ANSWERS,
        201: {"description": "The invoice is made, and leaves in ten minutes.", "headers": LOCATION},
    },
    openapi_extra=writing.described(LineToInvoice),
)
async def make_invoice(request: Request) -> Response:
    """Turn a received order line into an invoice, once; needs an Idempotency-Key."""

    def work(session: Session, asked: LineToInvoice) -> Reply:
        press_key = press_key_of(writing.key_of(request))
        press = Press(actor_of(request.state.person), press_key, database_of(request).clock())
        made = _press(session, press, asked)
        return idempotency.reply_of(told_invoice(made), 201, Location=made_path(made.id))

    return await writing.written(request, LineToInvoice, ApiScope.REPORT, work=work)


@router.get(
    "/invoices/made/{number}",
    summary="Read an invoice that was made here",
    response_model=MadeInvoice,
    responses={
        **REFUSALS,
        200: {"description": "How it stands, and its `ETag`."},
        304: {"description": "It is as `If-None-Match` has it."},
        422: paging.WRONG,
    },
)
def read_made(
    request: Request, number: Annotated[int, Path(ge=1, le=2**31 - 1, description="Its `id`.")]
) -> Response:
    """An invoice or credit note made in the portal or by the API: waiting, left, read, undone or stopped."""
    signed_in(request, ApiScope.REPORT, ApiScope.VIEW)
    try:
        with database_of(request).reading() as session:
            made = portal_document_store.by_id(session, actor_of(request.state.person), number)
    except OperationalError:
        raise later() from None
    if made is None:
        raise NotThere
    return conditional.answered(request, told_invoice(made))


@router.post(
    "/invoices/preview",
    summary="See an invoice before it is made",
    response_model=PreviewedInvoice,
    responses={**ANSWERS, 200: {"description": "The invoice as it would be, and what the matching says."}},
    openapi_extra=_BODY,
)
async def preview_invoice(request: Request) -> Response:
    """The invoice of an order line as it would be, with its verdict; nothing is written."""
    client = (await to_thread.run_sync(signed_in, request, ApiScope.REPORT, ApiScope.VIEW)).client
    asked = read(LineToInvoice, await json_bytes(request))
    return await in_turn(request, client, lambda: _shown(request, asked))


def press_key_of(key: ReplyKey) -> str:
    """The key of the press: under one of its own it happens once as well, whatever becomes of the reply."""
    return f"{key.client:08d}{key.key_sha256[:40]}"


def made_path(made_id: int) -> str:
    """Where a document made here is read."""
    return f"{router.prefix}/invoices/made/{made_id}"


def _press(session: Session, press: Press, asked: LineToInvoice) -> Made:
    """Make the invoice of the line. Raises NotThere, CannotBeSent."""
    (row,) = sending.send_lines(session, register_store.load(session), press, [asked.parts])
    if not row.order_number:
        raise NotThere
    if not row.made:
        raise CannotBeSent(row.reason)
    return row.made[0]


def _shown(request: Request, asked: LineToInvoice) -> Response:
    return JSONResponse(_previewed(request, asked).model_dump(mode="json"))


def _previewed(request: Request, asked: LineToInvoice) -> PreviewedInvoice:
    """The invoice as it would be. Raises NotThere."""
    actor, today = actor_of(request.state.person), today_of(request)
    order, line = asked.parts
    draft: Draft | None = None
    refusal: Refused | None = None
    try:
        with database_of(request).reading() as session:
            (number,) = numbering.ahead(session, actor.supplier, today)
            try:
                draft = _draft(session, actor, order, line, Numbered(str(number), today))
                drafts.check_sendable(draft)
            except NotThere:
                raise
            except Refused as refused:
                refusal = refused
    except OperationalError:
        raise later() from None
    content = draft.content if draft else None
    return PreviewedInvoice(
        order=order,
        line=line,
        would_be_made=refusal is None,
        refusal=_refusal(refusal),
        number=str(number) if refusal is None else None,
        issued_on=today,
        currency=content.amount_net.currency if content else None,
        amount_net=amount_of(content.amount_net) if content else None,
        amount_payable=amount_of(content.amount_payable) if content else None,
        verdict=draft.match.verdict if draft else None,
        remarks=_remarks(draft),
    )


def _draft(session: Session, actor: SupplierActor, order: str, line: str, given: Numbered) -> Draft:
    """The invoice of a line that no other is on its way for. Raises NotThere, and what refuses it."""
    register = register_store.load(session)
    drafts.order_line(session, register, actor, order, line)
    sending.check_free(session, order, line)
    return drafts.invoice_of_line(session, register, actor, order, line, given=given)


def _remarks(draft: Draft | None) -> list[Remark]:
    if draft is None:
        return []
    told = [(each, sentence(each)) for each in draft.match.deviations]
    return [
        Remark(code=each.code, stops=each.weight is Weight.QUESTION, sentence_sv=said.sv, sentence_en=said.en)
        for each, said in told
    ]


def _refusal(refused: Refused | None) -> Refusal | None:
    if refused is None:
        return None
    said: Text = refused.text
    return Refusal(code=code_of(type(refused)), detail_sv=said.sv, detail_en=said.en)


def told_invoice(made: Made) -> MadeInvoice:
    """A document made here, as it stands now."""
    return MadeInvoice(
        id=made.id,
        number=made.number,
        state=made.state,
        order=made.order_number,
        line=made.line_id,
        issued_on=made.issued_on,
        currency=made.amount_net.currency,
        amount_net=amount_of(made.amount_net),
        amount_payable=amount_of(made.amount_payable),
        leaves_at=made.release_at,
        reason_sv=made.reason.sv or None,
        reason_en=made.reason.en or None,
    )
