"""A supplier's receipts: what counts as delivered of each order line, and what took it back, with why."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from typing import Annotated

from fastapi import APIRouter, Path, Query, Request
from fastapi.responses import Response
from pydantic import BaseModel, Field

from billing.server.api import paging
from billing.server.api.base import BEARER, REFUSALS, signed_in
from billing.server.api.orders_api import SEES, AskedNumber
from billing.server.api.paging import Limit, Listing, Next, UpdatedAfter, UpdatedCursor, UpdatedReferences
from billing.server.api.suppliers.placements_api import WantedReference, WantedUnit
from billing.server.api.suppliers.told_reports import ToldVersion, report_path, version_of
from billing.server.api.told_orders import ToldPeriod, amount_of, decimal_of, period_of
from foundation.errors import NotThere
from foundation.periods import Month
from foundation.sql import Session
from orders.register.register import Register
from supplier_portal.pages.query_params import register_of, scope_of
from supplier_portal.queries import order_changes, receipts
from supplier_portal.queries.receipts import ReceiptFilter, ReceiptRow

router = APIRouter(prefix="/api/v1", tags=["receipts"], dependencies=BEARER)

MONTH = r"^(19|20|21)[0-9]{2}-(0[1-9]|1[0-2])$"
WantedMonth = Annotated[str | None, Query(pattern=MONTH, description="As 2026-01.")]
_Line = Annotated[str, Path(pattern=r"^[0-9A-Za-z._-]{1,20}$", description="The id of the line.")]
_Cursor = Annotated[int | None, Query(ge=0, le=2**31 - 1, description="From `next`; not to be made up.")]


class ToldReceipt(BaseModel):
    """What of an order line counts as delivered (inleverans); the amount is without VAT."""

    id: int
    order: str
    line: str
    execution_reference: str
    unit: str = Field(description="The id of the delivery unit.")
    month: str
    quantity: str = Field(description="How much counts as delivered.")
    unit_of_measure: str
    currency: str
    amount: str = Field(description="What it comes to, without VAT.")
    period: ToldPeriod | None = Field(description="From the first day received to the last; null: none was.")
    received_on: date
    stands: bool = Field(description="Whether it is what the line is received with now.")
    reversed_on: date | None = Field(
        description="The day it was taken back; the state of its report, or a later receipt, says why."
    )
    report: ToldVersion | None = Field(
        description="The version of the month's report that it came of, as it is now."
    )
    report_href: str | None = Field(
        description="Where the report that led to it is read; null where none did."
    )


class ReceiptPage(BaseModel):
    """A page of receipts, the oldest first."""

    receipts: list[ToldReceipt] = Field(description="The receipts of this page, the oldest first.")
    next: Next
    updated_cursor: UpdatedCursor
    updated_references: UpdatedReferences


_ANSWERS: dict[int | str, dict[str, object]] = {
    **REFUSALS,
    **paging.REFUSALS,
    200: {"description": f"A page of receipts. {paging.PAGE}"},
}


@router.get("/receipts", summary="List receipts", response_model=ReceiptPage, responses=_ANSWERS)
def list_receipts(
    request: Request,
    reference: WantedReference = None,
    order: Annotated[str | None, Query(max_length=20, description="One order's number.")] = None,
    unit: WantedUnit = None,
    month: WantedMonth = None,
    received_from: Annotated[date | None, Query(description="Received on this day or later.")] = None,
    received_to: Annotated[date | None, Query(description="Received on this day or earlier.")] = None,
    updated_after: UpdatedAfter = None,
    cursor: _Cursor = None,
    limit: Limit = 100,
) -> Response:
    """The receipts on the supplier's order lines that the client may see, also those taken back."""
    signed_in(request, *SEES)
    wanted = ReceiptFilter(
        reference=reference or "",
        order_number=order or "",
        unit=unit or "",
        month=Month.parse(month) if month else None,
        received_from=received_from,
        received_to=received_to,
        after=cursor or 0,
    )
    return _page(request, wanted, limit, updated_after)


@router.get(
    "/orders/{number}/lines/{line}/receipts",
    summary="List the receipts of an order line",
    response_model=ReceiptPage,
    responses=_ANSWERS,
)
def list_receipts_of_line(
    request: Request,
    number: AskedNumber,
    line: _Line,
    updated_after: UpdatedAfter = None,
    cursor: _Cursor = None,
    limit: Limit = 100,
) -> Response:
    """Every receipt of one order line."""
    signed_in(request, *SEES)
    wanted = ReceiptFilter(order_number=number, line_id=line, after=cursor or 0)
    return _page(request, wanted, limit, updated_after)


def _page(request: Request, wanted: ReceiptFilter, limit: int, updated_after: int | None) -> Response:
    scope = scope_of(request.state.person)

    def told(session: Session, asked: ReceiptFilter, most: int | None) -> list[ToldReceipt]:
        if asked.line_id and not receipts.has_line(session, scope, asked.order_number, asked.line_id):
            raise NotThere
        register = register_of(session)
        return [_told(each, register) for each in receipts.listed(session, scope, asked, limit=most)]

    def changed(session: Session, cases: Sequence[str]) -> list[ToldReceipt]:
        return told(session, replace(wanted, references=tuple(cases)), None)

    listing = Listing(
        order_changes.of_orders(scope),
        lambda session: told(session, wanted, limit + 1),
        lambda row: str(row.id),
        changed,
    )
    page = paging.found(request, listing, limit=limit, updated_after=updated_after)
    answer = ReceiptPage(
        receipts=list(page.rows),
        next=page.next,
        updated_cursor=page.updated_cursor,
        updated_references=page.updated_references,
    )
    return paging.answered(answer, page.next)


def _told(row: ReceiptRow, register: Register) -> ToldReceipt:
    report = version_of(row.report, register.service(row.service)) if row.report is not None else None
    return ToldReceipt(
        id=row.id,
        order=row.order_number,
        line=row.line_id,
        execution_reference=row.execution_reference,
        unit=row.unit_id,
        month=str(row.month),
        quantity=decimal_of(row.quantity),
        unit_of_measure=row.unit,
        currency=row.amount.currency,
        amount=amount_of(row.amount),
        period=period_of(row.period) if row.period else None,
        received_on=row.received_on,
        stands=row.stands,
        reversed_on=row.reversed_on,
        report=report,
        report_href=report_path(row.execution_reference, row.month) if report else None,
    )
