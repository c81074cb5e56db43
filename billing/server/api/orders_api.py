"""A supplier's orders: the list page by page, one order line by line, and the message as it was sent.

Convention: who sees which is the portal's own question (`supplier_portal.queries.orders`), asked with the client as the
person it counts as; another's order does not exist. Nothing says who the participant is. `updated_after` follows the
feed of what happens to the cases, so that whoever goes on from the number it was given misses nothing.
"""

from dataclasses import replace
from datetime import date
from typing import Annotated, Final

from fastapi import APIRouter, Path, Query, Request
from fastapi.responses import Response
from pydantic import BaseModel, Field
from sqlalchemy.exc import OperationalError

from accounts.api_clients.model import ApiScope
from billing.server.api import conditional, exact_bytes, paging, told_orders
from billing.server.api.base import BEARER, REFUSALS, later, signed_in
from billing.server.api.paging import (
    Cursor,
    Limit,
    Listing,
    Next,
    UpdatedAfter,
    UpdatedCursor,
    UpdatedReferences,
)
from billing.server.api.told_orders import OneOrder, ToldOrder, told
from foundation.errors import NotThere
from foundation.sql import Session
from invoicing.portal_invoicing.scope import Scope
from orders.objections import store as objection_store
from supplier_portal.pages.query_params import scope_of
from supplier_portal.queries import order_changes
from supplier_portal.queries import orders as order_queries
from supplier_portal.queries.orders import LinesAre, OrderFilter, Sort
from web.pages import database_of

router = APIRouter(prefix="/api/v1", tags=["orders"], dependencies=BEARER)

SEES: Final = (ApiScope.ASSIGN, ApiScope.REPORT, ApiScope.VIEW)
_NUMBER: Final = r"^[0-9A-Za-z._-]{1,60}$"


AskedNumber = Annotated[str, Path(pattern=_NUMBER, description="The number of the order.")]


class OrderPage(BaseModel):
    """A page of orders, in the order of their numbers."""

    orders: list[ToldOrder] = Field(description="The orders of this page, by their numbers.")
    next: Next
    updated_cursor: UpdatedCursor
    updated_references: UpdatedReferences


@router.get(
    "/orders",
    summary="List orders",
    response_model=OrderPage,
    responses={
        **REFUSALS,
        **paging.REFUSALS,
        200: {"description": f"A page of orders. {paging.PAGE}"},
    },
)
def list_orders(
    request: Request,
    reference: Annotated[str | None, Query(max_length=60, description="One execution reference.")] = None,
    state: Annotated[LinesAre | None, Query(description="At least one line is so.")] = None,
    issued_from: Annotated[date | None, Query(description="Issued on this day or later.")] = None,
    issued_to: Annotated[date | None, Query(description="Issued on this day or earlier.")] = None,
    updated_after: UpdatedAfter = None,
    cursor: Cursor = None,
    limit: Limit = 100,
) -> Response:
    """The supplier's orders that the client may see."""
    signed_in(request, *SEES)
    scope = scope_of(request.state.person)
    wanted = OrderFilter(
        reference=reference or "",
        lines=state,
        issued_from=issued_from,
        issued_to=issued_to,
        after=cursor or "",
        sort=Sort.NUMBER,
        rising=True,
    )
    listing = Listing(
        order_changes.of_orders(scope),
        lambda session: order_queries.listed(session, scope, wanted, limit=limit + 1),
        lambda row: row.number,
        lambda session, cases: order_queries.listed(
            session, scope, replace(wanted, references=tuple(cases)), limit=None
        ),
    )
    page = paging.found(request, listing, limit=limit, updated_after=updated_after)
    told_page = OrderPage(
        orders=[told(each) for each in page.rows],
        next=page.next,
        updated_cursor=page.updated_cursor,
        updated_references=page.updated_references,
    )
    return paging.answered(told_page, page.next)


@router.get(
    "/orders/{number}",
    summary="Read an order",
    response_model=OneOrder,
    responses={
        **REFUSALS,
        200: {"description": "The order with its lines, and its `ETag`."},
        304: {"description": "It is as `If-None-Match` has it."},
        422: paging.WRONG,
    },
)
def read_order(request: Request, number: AskedNumber) -> Response:
    """One order, line by line."""
    return conditional.answered(request, _found(request, number))


@router.get(
    "/orders/{number}/order.xml",
    summary="Read the message that carried an order",
    response_class=Response,
    responses={
        **REFUSALS,
        **exact_bytes.answers("application/xml"),
        422: paging.WRONG,
    },
)
def read_order_message(request: Request, number: AskedNumber) -> Response:
    """The very bytes."""
    signed_in(request, *SEES)
    try:
        with database_of(request).reading() as session:
            message = order_queries.message_of(session, scope_of(request.state.person), number)
            if message is None:
                raise NotThere
            body = order_queries.body_of(session, message)
    except OperationalError:
        raise later() from None
    return exact_bytes.answer(
        request, body, message.sha256, name=f"order-{number}.xml", media_type="application/xml"
    )


def _found(request: Request, number: str) -> OneOrder:
    signed_in(request, *SEES)
    try:
        with database_of(request).reading() as session:
            return order_in(session, scope_of(request.state.person), number)
    except OperationalError:
        raise later() from None


def order_in(session: Session, scope: Scope, number: str) -> OneOrder:
    """An order within the scope, with what was objected to it. Raises NotThere."""
    view = order_queries.view(session, scope, number)
    if view is None:
        raise NotThere
    objections = objection_store.of_order(session, number)
    return told_orders.one(view, objections, path=f"{router.prefix}/orders/{number}")
