"""The order lines that can be invoiced, with what they come to, and many of them invoiced in one request.

Convention: what can be invoiced and how it becomes an invoice is the portal's own (`invoicing.portal_invoicing`). A
line leaves the list as soon as an invoice is on its way for it: a list of what to do, and no history to keep up with.
"""

import hashlib
from datetime import date
from typing import Annotated, Final

from fastapi import APIRouter, Query, Request
from fastapi.responses import Response
from pydantic import BaseModel, Field
from sqlalchemy.exc import OperationalError

from accounts.api_clients.model import ApiScope
from billing.server.api import idempotency, paging, row_results, writing
from billing.server.api.base import BEARER, REFUSALS, later, signed_in
from billing.server.api.documents import made_documents
from billing.server.api.documents.made_documents import MadeDocument
from billing.server.api.paging import Limit, Next
from billing.server.api.row_results import RowResult, Rows
from billing.server.api.suppliers.placements_api import WantedReference, WantedUnit
from billing.server.api.suppliers.receipts_api import WantedMonth
from billing.server.api.told_orders import ToldPeriod, amount_of, decimal_of, period_of
from billing.server.bodies.json_bodies import JsonBody
from foundation.errors import NotThere
from foundation.periods import Month
from foundation.sql import Session
from foundation.text import Text
from invoicing.portal_invoicing import queries as portal_queries
from invoicing.portal_invoicing import sending
from invoicing.portal_invoicing.drafts import CannotBeSent
from invoicing.portal_invoicing.portal_document_store import PressRow
from invoicing.portal_invoicing.queries import ReadyFilter, ReadyLine
from invoicing.portal_invoicing.sending import Press
from operations.idempotency.replies import KeyUsedForOther
from operations.idempotency.reply_store import Reply
from orders.register import store as register_store
from supplier_portal.pages.forms import actor_of
from web.pages import database_of

router = APIRouter(prefix="/api/v1", tags=["invoices"], dependencies=BEARER)

_LINE: Final = r"^[0-9A-Za-z._-]{1,60}/[0-9A-Za-z._-]{1,60}$"
SEES: Final = (ApiScope.REPORT, ApiScope.VIEW)
_CURSOR: Final = rf"^{paging.DAY}~[0-9A-Za-z._-]{{1,60}}~[0-9A-Za-z._-]{{1,60}}$"


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


class ToldReadyLine(BaseModel):
    """A received order line that nothing is invoiced on yet; price and amount without VAT."""

    line: str = Field(description="The order and its line, as `POST /invoices` takes it.")
    order: str
    execution_reference: str
    unit: str = Field(description="The id of the delivery unit.")
    article_name: str
    period: ToldPeriod
    quantity: str = Field(description="How much was received and can be invoiced.")
    unit_of_measure: str
    price: str = Field(description="The price of one unit, without VAT.")
    currency: str
    amount: str = Field(description="What it comes to, without VAT.")
    received_on: date


class ReadySum(BaseModel):
    """What the lines of all pages come to in one currency."""

    lines: int = Field(description="How many lines there are.")
    currency: str
    amount: str = Field(description="What they come to, without VAT.")


class ReadyPage(BaseModel):
    """A page of lines to invoice, by their first day."""

    lines: list[ToldReadyLine] = Field(description="The lines of this page, by their first day.")
    totals: list[ReadySum] = Field(description="Of all that the filter lets through.")
    next: Next


class InvoiceResult(RowResult):
    """What came of a line."""

    line: str | None = Field(
        description="The order line of the row, as `2100000001/001`; null where it could not be read."
    )
    invoice: MadeDocument | None = Field(description="The invoice that was made; null where none was.")


class InvoicesAnswer(BaseModel):
    """What came of every line, in its order."""

    done: int
    refused: int
    results: list[InvoiceResult]


class LineRepeated(CannotBeSent):
    """The same line stands twice in one request."""


@router.get(
    "/lines-to-invoice",
    summary="List lines to invoice",
    response_model=ReadyPage,
    responses={**REFUSALS, 200: {"description": f"A page of lines. {paging.PAGE}"}, 422: paging.WRONG},
)
def list_lines_to_invoice(
    request: Request,
    reference: WantedReference = None,
    month: WantedMonth = None,
    unit: WantedUnit = None,
    cursor: Annotated[
        str | None, Query(pattern=_CURSOR, description="From `next`; not to be made up.")
    ] = None,
    limit: Limit = 100,
) -> Response:
    """The order lines that can be invoiced now."""
    signed_in(request, *SEES)
    actor = actor_of(request.state.person)
    wanted = ReadyFilter(
        month=Month.parse(month) if month else None,
        unit=unit or "",
        reference=reference or "",
        after=_place(cursor) if cursor else None,
    )
    try:
        with database_of(request).reading() as session:
            rows = portal_queries.ready_among(session, actor, wanted, limit=limit + 1)
            sums = portal_queries.ready_sums(session, actor, wanted)
    except OperationalError:
        raise later() from None
    shown, more = paging.page_of(request, rows, limit, _cursor)
    told = ReadyPage(
        lines=[_told(each) for each in shown],
        totals=[
            ReadySum(lines=count, currency=amount.currency, amount=amount_of(amount))
            for count, amount in sums
        ],
        next=more,
    )
    return paging.answered(told, more)


@router.post(
    "/invoices/bulk",
    summary="Invoice many order lines",
    response_model=InvoicesAnswer,
    responses={
        **writing.ANSWERS,
        200: {"description": "What came of every line. Also where no invoice was made."},
    },
    openapi_extra=writing.described(row_results.described(LineToInvoice, "LinesToInvoice")),
)
async def make_invoices(request: Request) -> Response:
    """Turn received order lines into invoices, line by line; needs an Idempotency-Key."""

    def work(session: Session, asked: Rows) -> Reply:
        rows, wrong = row_results.each_read(asked, LineToInvoice)
        firsts: dict[tuple[str, str], int] = {}
        for index, row in rows.items():
            first = firsts.setdefault(row.parts, index)
            if first != index:
                wrong[index] = row_results.refusal_of(_repeated(first), index)
        made: dict[int, MadeDocument] = {}
        for index, pressed in _pressed(request, session, firsts).items():
            if pressed.made:
                made[index] = made_documents.told(pressed.made[0])
            else:
                refused = CannotBeSent(pressed.reason) if pressed.order_number else NotThere()
                wrong[index] = row_results.refusal_of(refused, index)
        results = [
            InvoiceResult(
                index=index,
                refusal=wrong.get(index),
                line=rows[index].line if index in rows else None,
                invoice=made.get(index),
            )
            for index in range(len(asked.rows))
        ]
        return idempotency.reply_of(InvoicesAnswer(done=len(made), refused=len(wrong), results=results))

    return await writing.written(request, Rows, ApiScope.REPORT, work=work)


def _pressed(request: Request, session: Session, firsts: dict[tuple[str, str], int]) -> dict[int, PressRow]:
    """What one press of all the lines came to, by the places of their rows."""
    if not firsts:
        return {}
    press = Press(actor_of(request.state.person), _press_key(request), database_of(request).clock())
    lines = sorted(firsts)
    pressed = sending.send_lines(session, register_store.load(session), press, lines)
    # A press tells of its lines in their order. One of other lines was made under this key, and its reply is gone.
    if len(pressed) != len(lines) or any(
        row.order_number and (row.order_number, row.line_id) != line
        for line, row in zip(lines, pressed, strict=False)
    ):
        raise KeyUsedForOther
    return {firsts[line]: row for line, row in zip(lines, pressed, strict=True)}


def _press_key(request: Request) -> str:
    """The key of the press, made of the whole of the reply's: a single line may have come under the same."""
    key = writing.key_of(request)
    return hashlib.sha256(f"{key.client} {key.route} {key.key_sha256}".encode()).hexdigest()


def _repeated(first: int) -> LineRepeated:
    return LineRepeated(
        Text("Samma orderrad står redan i begäran, som rad %(place)s räknat från 0.", place=first)
    )


def _told(row: ReadyLine) -> ToldReadyLine:
    return ToldReadyLine(
        line=f"{row.order_number}/{row.line_id}",
        order=row.order_number,
        execution_reference=row.execution_reference,
        unit=row.unit_id,
        article_name=row.article_name,
        period=period_of(row.period),
        quantity=decimal_of(row.quantity),
        unit_of_measure=row.unit,
        price=decimal_of(row.price),
        currency=row.amount.currency,
        amount=amount_of(row.amount),
        received_on=row.received_on,
    )


def _cursor(row: ReadyLine) -> str:
    return f"{row.period.start.toordinal()}~{row.order_number}~{row.line_id}"


def _place(cursor: str) -> tuple[date, str, str]:
    """Where the page before ended."""
    day, order, line = cursor.split("~")
    return date.fromordinal(int(day)), order, line
