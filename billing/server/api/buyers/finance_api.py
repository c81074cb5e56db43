"""The statement and the vouchers for the buyer's programs: what was ordered, delivered, billed and paid, and booked.

Convention: the sums are those of the page of reconciliation, asked the same way. A voucher is told as it was booked,
row by row, and the vouchers of a month as a SIE 4 file are the same ones.
"""

from datetime import date
from operator import attrgetter
from typing import Annotated, Final

from anyio import to_thread
from fastapi import APIRouter, Query, Request
from fastapi.responses import Response
from pydantic import BaseModel, Field
from sqlalchemy.exc import OperationalError

from accounts.api_clients.model import ApiScope
from billing.server.api import paging
from billing.server.api.base import BEARER, REFUSALS, in_turn, later, problem, signed_in
from billing.server.api.buyers.documents_api import WRONG, AskedReference, AskedSupplier
from billing.server.api.told_orders import amount_of
from bookkeeping import ledger_files, voucher_store
from bookkeeping.sie import SIE_TYPE
from bookkeeping.voucher_making import Coders
from bookkeeping.vouchers import Voucher, VoucherKind
from finance_desk.statement_files import AMOUNTS, amounts_of
from foundation.errors import NotThere
from foundation.periods import Month
from invoicing.reconciliation import entry_queries
from invoicing.reconciliation.entry_source_queries import EntryFilter
from invoicing.reconciliation.statement import StatementKey, StatementRow
from operations.payment_settings import ledger_of
from orders.register import store as register_store
from web.access import settings_of
from web.pages import database_of, today_of

router = APIRouter(prefix="/api/v1", tags=["finance"], dependencies=BEARER)

_MONTH: Final = r"^(19|20)[0-9]{2}-(0[1-9]|1[0-2])$"
AskedMonth = Annotated[str, Query(pattern=_MONTH, description="YYYY-MM.")]


class ToldSums(BaseModel):
    """What one row of the statement comes to, without VAT; each amount a decimal in text."""

    ordered: str = Field(description="What was ordered.")
    cancelled: str = Field(description="Called off before the start.")
    closed_unused: str = Field(description="Closed without being used, a month after the end.")
    committed: str = Field(description="Ordered and still to come.")
    received: str = Field(description="What counts as delivered.")
    invoiced: str = Field(description="What was invoiced.")
    credited: str = Field(description="What of that was credited.")
    approved: str = Field(description="What is approved for payment.")
    paid: str = Field(description="What has been paid.")
    not_approved: str = Field(description="Received, and not approved for payment yet.")
    in_question: str = Field(description="Invoiced, and neither credited nor approved.")
    to_pay: str = Field(description="Approved and not paid; below zero where the supplier owes it back.")
    open: str = Field(description="Still between supplier and buyer: invoiced less credited less paid.")


class ToldRow(ToldSums):
    """A row and the value of the key it is drawn up by."""

    key: str = Field(description="The value that the row is of: a month, a supplier's number and so on.")


class StatementAnswer(BaseModel):
    """The statement along one key; the total is of all rows, whatever page they stand on."""

    by: StatementKey = Field(description="What the rows are drawn up by.")
    as_of: date | None = Field(description="As the books stood by the end of that day; null for now.")
    currency: str
    rows: list[ToldRow] = Field(description="The rows of this page.")
    total: ToldSums = Field(description="The sums of all rows.")
    next: str | None = Field(description="Where the next page is; null on the last. Also in `Link`.")


class ToldVoucherRow(BaseModel):
    """A row of a voucher: debit above zero, credit below."""

    account: str = Field(description="The account in the ledger.")
    amount: str = Field(description="The amount: debit above zero, credit below.")
    cost_centre: str = Field(description="The cost centre; empty where the rules give none.")
    activity: str = Field(description="The activity; empty where the rules give none.")
    appropriation: str = Field(description="The appropriation; empty where the rules give none.")
    counterparty: str = Field(description="The counterparty; empty where the rules give none.")


class ToldVoucher(BaseModel):
    """One voucher as it was booked."""

    number: str = Field(description="The voucher's number.")
    kind: VoucherKind = Field(description="The kind of event that was booked.")
    about: str = Field(
        description="What it is of: the document's number in the books, a payment's, or a month."
    )
    booked_on: date = Field(description="The day it is booked on.")
    event_on: date | None = Field(description="The day of the event, where it is booked on a later one.")
    text: str = Field(description="What the voucher says of itself.")
    rules: int | None = Field(description="The version of the accounting rules it was coded by.")
    rows: list[ToldVoucherRow] = Field(description="The rows, which sum to zero.")


class VoucherPage(BaseModel):
    """A page of a month's vouchers, by their numbers."""

    month: str
    currency: str
    vouchers: list[ToldVoucher] = Field(description="The vouchers of this page, by their numbers.")
    next: str | None = Field(description="Where the next page is; null on the last. Also in `Link`.")


@router.get(
    "/statement",
    summary="Read the statement",
    response_model=StatementAnswer,
    responses={**REFUSALS, 200: {"description": "The sums, a page of rows at a time."}, 422: WRONG},
)
async def read_statement(
    request: Request,
    by: Annotated[StatementKey, Query(description="What the rows are.")] = StatementKey.SUPPLIER,
    month: Annotated[str | None, Query(pattern=_MONTH, description="YYYY-MM; all months without.")] = None,
    as_of: Annotated[date | None, Query(description="As the books stood by the end of that day.")] = None,
    supplier: AskedSupplier = "",
    reference: AskedReference = "",
    article: Annotated[str, Query(max_length=20, description="One article, as `BASIC`.")] = "",
    area: Annotated[str, Query(max_length=60, description="One delivery area, by its id.")] = "",
    service: Annotated[str, Query(max_length=40, description="One service, by its id.")] = "",
    cursor: Annotated[str | None, Query(max_length=120, description="From `next`.")] = None,
    limit: Annotated[int, Query(ge=1, le=1_000, description="How many a page has at most.")] = 500,
) -> Response:
    """Ordered, received, invoiced, credited, approved, paid and open, by supplier, month, reference or other."""
    client = (await to_thread.run_sync(signed_in, request, ApiScope.FINANCE_READ)).client
    wanted = EntryFilter(
        execution_reference=reference,
        supplier=supplier,
        month=Month.parse(month) if month else None,
        article=article,
        delivery_area=area,
        as_of=as_of,
        service=service,
    )
    return await in_turn(request, client, lambda: _statement(request, wanted, by, cursor, limit))


@router.get(
    "/vouchers",
    summary="List vouchers",
    response_model=VoucherPage,
    responses={**REFUSALS, 200: {"description": "A page of a month's vouchers."}, 422: WRONG},
)
def list_vouchers(
    request: Request,
    month: AskedMonth,
    kind: Annotated[VoucherKind | None, Query(description="One kind of event.")] = None,
    cursor: Annotated[str, Query(pattern=r"^[0-9]{0,20}$", description="From `next`.")] = "",
    limit: Annotated[int, Query(ge=1, le=1_000, description="How many a page has at most.")] = 200,
) -> Response:
    """What was booked in a month, voucher by voucher."""
    signed_in(request, ApiScope.FINANCE_READ)
    try:
        with database_of(request).reading() as session:
            currency = register_store.currency(session)
            found = voucher_store.booked_in(
                session, Month.parse(month), kind=kind, after=cursor, limit=limit + 1
            )
    except OperationalError:
        raise later() from None
    shown, following = paging.page_of(request, found, limit, attrgetter("number"))
    page = VoucherPage(
        month=month, currency=currency, vouchers=[_voucher(each) for each in shown], next=following
    )
    return paging.answered(page, following)


@router.get(
    "/vouchers.si",
    summary="Read a month's vouchers as SIE",
    response_class=Response,
    responses={
        **REFUSALS,
        200: {
            "description": "A SIE 4 file of transactions (.si) in PC8, of all that was booked in the month.",
            "content": {SIE_TYPE: {"schema": {"type": "string", "format": "binary"}}},
        },
        404: problem("Nothing is booked in the month."),
        422: WRONG,
    },
)
async def read_vouchers_sie(request: Request, month: AskedMonth) -> Response:
    """The same vouchers as a file that ledgers read."""
    client = (await to_thread.run_sync(signed_in, request, ApiScope.FINANCE_READ)).client
    return await in_turn(request, client, lambda: _sie(request, Month.parse(month)))


def _statement(
    request: Request, wanted: EntryFilter, by: StatementKey, cursor: str | None, limit: int
) -> Response:
    try:
        with database_of(request).reading() as session:
            drawn = entry_queries.statement(session, wanted, by=(by,))
    except OperationalError:
        raise later() from None
    rows = sorted(drawn.rows, key=lambda row: row.key)
    ahead = [row for row in rows if cursor is None or row.key[0] > cursor]
    shown, following = paging.page_of(request, ahead, limit, lambda row: row.key[0])
    answer = StatementAnswer(
        by=by,
        as_of=wanted.as_of,
        currency=drawn.total.ordered.currency,
        rows=[ToldRow(key=row.key[0], **_sums(row)) for row in shown],
        total=ToldSums(**_sums(drawn.total)),
        next=following,
    )
    return paging.answered(answer, following)


def _sie(request: Request, month: Month) -> Response:
    """The month as a file. Raises NotThere where nothing is booked."""
    try:
        with database_of(request).reading() as session:
            vouchers = voucher_store.booked_in(session, month)
            if not vouchers:
                raise NotThere
            coders = Coders.of(session, ledger_of(settings_of(request)))
            register = register_store.load(session)
    except OperationalError:
        raise later() from None
    # A month lies in one financial year, so the first file is all of it.
    made = ledger_files.files(register, coders, vouchers, made_on=today_of(request))[0]
    named = {"Content-Disposition": f'attachment; filename="vouchers-{month}.si"'}
    return Response(made.body, media_type=made.media_type, headers=named)


def _sums(row: StatementRow) -> dict[str, str]:
    names = (name for name, _ in AMOUNTS)
    return {name: amount_of(money) for name, money in zip(names, amounts_of(row), strict=True)}


def _voucher(voucher: Voucher) -> ToldVoucher:
    return ToldVoucher(
        number=voucher.number,
        kind=voucher.kind,
        about=voucher.about,
        booked_on=voucher.booked_on,
        event_on=voucher.event_on,
        text=voucher.text,
        rules=voucher.rules,
        rows=[
            ToldVoucherRow(
                account=row.account,
                amount=f"{row.amount:.2f}",
                cost_centre=row.cost_centre,
                activity=row.activity,
                appropriation=row.appropriation,
                counterparty=row.counterparty,
            )
            for row in voucher.rows
        ],
    )
