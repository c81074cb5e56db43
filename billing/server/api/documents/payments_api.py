"""What was paid: each payment with all that it is made of, which is its remittance advice, and the same on paper.

Convention: a payment and its remittance are one thing, since what one bank payment is made of is all there is to say of
it (decision 140). Amounts are with VAT, as they are paid. Who is limited to some units sees what is about their orders,
and is told that it is not the whole.
"""

from collections.abc import Sequence
from datetime import date
from typing import Annotated, Final

from anyio import to_thread
from fastapi import APIRouter, Path, Query, Request
from fastapi.responses import JSONResponse, Response
from pydantic import BaseModel, Field
from sqlalchemy.exc import OperationalError

from billing.server.api import paging
from billing.server.api.base import BEARER, REFUSALS, in_turn, later, problem, signed_in
from billing.server.api.documents.documents_api import SEES
from billing.server.api.documents.told_documents import DOCUMENTS
from billing.server.api.paging import WRONG, Limit, Next
from billing.server.api.told_orders import amount_of
from foundation.errors import NotThere
from foundation.sql import Session
from invoicing.portal_invoicing.scope import Scope
from invoicing.reconciliation.account_statement import AccountEntry, EntryKind
from supplier_portal.pages.economy import payments as remittances
from supplier_portal.pages.query_params import scope_of
from supplier_portal.queries import account_entries, payments
from supplier_portal.queries.payments import PaymentRow
from web import problems
from web.pages import database_of

router = APIRouter(prefix="/api/v1", tags=["payments"], dependencies=BEARER)

_NAME: Final = r"^[0-9A-Za-z._-]{1,60}$"
_CURSOR: Final = rf"^{paging.DAY}~[0-9A-Za-z._-]{{1,60}}$"

AskedPayment = Annotated[str, Path(pattern=_NAME, description="What the payment is known by at the bank.")]


class PaymentPart(BaseModel):
    """A document in a payment: an invoice that it paid, or a claim that was taken off it."""

    kind: EntryKind = Field(description="Whether it was paid, or what was taken off.")
    document: str = Field(description="The number of the document.")
    about: str | None = Field(description="The invoice that a credit which was taken off is for.")
    order: str | None
    execution_reference: str | None
    amount: str = Field(description="What it does to the sum: below zero of what was taken off.")
    href: str


class ToldPayment(BaseModel):
    """One payment, and the documents that it is made of."""

    id: str = Field(description="What the payment is known by at the bank.")
    paid_on: date = Field(description="The day it was paid.")
    currency: str
    amount: str = Field(description="The sum that came, of the parts that are told.")
    is_whole: bool = Field(
        description="Whether the parts are all; a client of some units may not see the rest."
    )
    returned_on: date | None = Field(description="When the bank gave it back, where it did.")
    parts: list[PaymentPart] = Field(description="The documents that it is made of.")
    href: str


class PaymentPage(BaseModel):
    """A page of payments, by day."""

    payments: list[ToldPayment] = Field(description="The payments of this page, by day.")
    next: Next


@router.get(
    "/payments",
    summary="List payments and what they are made of",
    response_model=PaymentPage,
    responses={**REFUSALS, 200: {"description": "A page of payments."}, 422: WRONG},
)
def list_payments(
    request: Request,
    paid_from: Annotated[date | None, Query(description="Paid on this day or later.")] = None,
    paid_to: Annotated[date | None, Query(description="Paid on this day or earlier.")] = None,
    cursor: Annotated[
        str | None, Query(pattern=_CURSOR, description="From `next`; not to be made up.")
    ] = None,
    limit: Limit = 100,
) -> Response:
    """The payments of what the client may see."""
    signed_in(request, *SEES)
    after = _after(cursor) if cursor else None
    scope = scope_of(request.state.person).own
    try:
        with database_of(request).reading() as session:
            rows = payments.listed(
                session, scope, first=paid_from, last=paid_to, after=after, limit=limit + 1
            )
            shown, following = paging.page_of(request, rows, limit, _cursor)
            told = _told(session, scope, shown)
    except OperationalError:
        raise later() from None
    page = PaymentPage(payments=told, next=following)
    return paging.answered(page, page.next)


@router.get(
    "/payments/{payment}",
    summary="Read a payment",
    response_model=ToldPayment,
    responses={**REFUSALS, 200: {"description": "The payment with its parts."}, 422: WRONG},
)
def read_payment(request: Request, payment: AskedPayment) -> Response:
    """One payment: the invoices it paid, and the claims that were taken off it."""
    signed_in(request, *SEES)
    scope = scope_of(request.state.person).own
    try:
        with database_of(request).reading() as session:
            told = _told(session, scope, payments.listed(session, scope, only=payment, limit=1))
    except OperationalError:
        raise later() from None
    if not told:
        raise NotThere
    return JSONResponse(told[0].model_dump(mode="json"))


@router.get(
    "/payments/{payment}/remittance.pdf",
    summary="Read a remittance advice as a PDF",
    response_class=Response,
    responses={
        **REFUSALS,
        200: {
            "description": "The payment as its payee reads it.",
            "content": {"application/pdf": {"schema": {"type": "string", "format": "binary"}}},
        },
        409: problem("It cannot be printed."),
        422: problem("A parameter has a value that is not allowed, or there is too much to print."),
    },
)
async def read_remittance(request: Request, payment: AskedPayment) -> Response:
    """The portal's remittance advice, in the language of `?lang=`."""
    client = (await to_thread.run_sync(signed_in, request, *SEES)).client
    language = problems.language_of(request)
    return await in_turn(
        request,
        client,
        lambda: remittances.printed(request, request.state.person, payment, language),
    )


def _cursor(row: PaymentRow) -> str:
    return f"{row.paid_on.toordinal()}~{row.payment}"


def _after(cursor: str) -> tuple[date, str]:
    """Where the page before ended: the day by its number, and the payment."""
    day, _, payment = cursor.partition("~")
    return date.fromordinal(int(day)), payment


def _told(session: Session, scope: Scope, rows: Sequence[PaymentRow]) -> list[ToldPayment]:
    names = [each.payment for each in rows]
    parts = account_entries.covered(session, scope, names)
    returned = payments.returned(session, scope, names)
    return [
        ToldPayment(
            id=each.payment,
            paid_on=each.paid_on,
            currency=each.amount.currency,
            amount=amount_of(each.amount),
            is_whole=account_entries.is_whole(session, scope, each.payment, parts[each.payment]),
            returned_on=returned.get(each.payment),
            parts=[_part(part) for part in parts[each.payment]],
            href=f"/api/v1/payments/{each.payment}",
        )
        for each in rows
    ]


def _part(entry: AccountEntry) -> PaymentPart:
    return PaymentPart(
        kind=entry.kind,
        document=entry.document,
        about=entry.about or None,
        order=entry.order_number or None,
        execution_reference=entry.execution_reference or None,
        amount=amount_of(-entry.amount.payable),
        href=f"{DOCUMENTS}/{entry.document_id}",
    )
