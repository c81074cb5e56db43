"""A supplier's orders: the list page by page, one order line by line, and the message as it was sent.

Convention: who sees which is the portal's own question (`supplier_portal.queries.orders`), asked with the client as the
person it counts as; another's order does not exist. Nothing says who the participant is. `updated_after` follows the
feed of what happens to the cases, so that whoever goes on from the number it was given misses nothing.
"""

from dataclasses import replace
from datetime import date
from typing import Annotated, Final

from fastapi import APIRouter, Path, Query, Request
from fastapi.responses import JSONResponse, Response
from pydantic import BaseModel, Field
from sqlalchemy.exc import OperationalError

from accounts.api_clients.model import ApiScope
from accounts.identity import Person
from billing.server.api import kept_bytes, paging, told_orders
from billing.server.api.base import BEARER, REFUSALS, later, problem, signed_in
from billing.server.api.told_orders import OneOrder, ToldOrder, told
from foundation.errors import NotThere
from operations.event_feed import change_queries, numbering
from supplier_portal.pages.query_params import scope_of
from supplier_portal.queries import order_changes
from supplier_portal.queries import orders as order_queries
from supplier_portal.queries.orders import LinesAre, OrderFilter, OrderView, Sort
from web.pages import database_of, whole_database_of

router = APIRouter(prefix="/api/v1", tags=["orders"], dependencies=BEARER)

SEES: Final = (ApiScope.ASSIGN, ApiScope.REPORT, ApiScope.VIEW)
LIMIT_MOST: Final = 200
_NUMBER: Final = r"^[0-9A-Za-z._-]{1,60}$"


AskedNumber = Annotated[str, Path(pattern=_NUMBER, description="The number of the order.")]
_WRONG: Final = problem("A parameter has a value that is not allowed.")


class OrderPage(BaseModel):
    """A page of orders, in the order of their numbers."""

    orders: list[ToldOrder]
    next: str | None = Field(description="Where the next page is; null on the last. Also in `Link`.")
    updated_cursor: int = Field(description="Ask with `updated_after` from here for what is changed later.")


@router.get(
    "/orders",
    summary="List orders",
    response_model=OrderPage,
    responses={
        **REFUSALS,
        200: {"description": "A page of orders. `Link` with `rel=next` is where to go on."},
        409: problem("`updated_after` lies beyond what there is: another installation's, or restored books."),
        410: problem("What was changed after `updated_after` is no longer kept: list all orders anew."),
        422: _WRONG,
    },
)
def list_orders(
    request: Request,
    reference: Annotated[str | None, Query(max_length=60, description="One execution reference.")] = None,
    state: Annotated[LinesAre | None, Query(description="At least one line is so.")] = None,
    issued_from: date | None = None,
    issued_to: date | None = None,
    updated_after: Annotated[
        int | None,
        Query(ge=0, le=2**31 - 1, description="`updated_cursor` of an answer: only what changed after it."),
    ] = None,
    cursor: Annotated[
        str | None, Query(pattern=_NUMBER, description="From `next`; not to be made up.")
    ] = None,
    limit: Annotated[int, Query(ge=1, le=LIMIT_MOST)] = 100,
) -> Response:
    """The supplier's orders that the client may see."""
    signed_in(request, *SEES)
    person: Person = request.state.person
    wanted = OrderFilter(
        reference=reference or "",
        lines=state,
        issued_from=issued_from,
        issued_to=issued_to,
        after=cursor or "",
        sort=Sort.NUMBER,
        rising=True,
    )
    try:
        # What is told of is committed before it is numbered: read the number first, and the orders after it.
        numbering.number_for_reader(whole_database_of(request))
        if updated_after is None:
            page = _whole_page(request, person, wanted, limit)
        else:
            page = _changed_page(request, person, wanted, updated_after, limit)
    except OperationalError:
        raise later() from None
    return JSONResponse(page.model_dump(mode="json"), headers=paging.leading_to(page.next))


@router.get(
    "/orders/{number}",
    summary="Read an order",
    response_model=OneOrder,
    responses={**REFUSALS, 200: {"description": "The order with its lines."}, 422: _WRONG},
)
def read_order(request: Request, number: AskedNumber) -> Response:
    """One order, line by line."""
    view = _found(request, number)
    return JSONResponse(told_orders.one(view, path=request.url.path).model_dump(mode="json"))


@router.get(
    "/orders/{number}/order.xml",
    summary="Read the message that carried an order",
    response_class=Response,
    responses={**REFUSALS, **kept_bytes.answers("application/xml")},
)
def read_message(request: Request, number: AskedNumber) -> Response:
    """The very bytes."""
    signed_in(request, *SEES)
    try:
        with database_of(request).reading() as session:
            message = order_queries.message_of(session, scope_of(request.state.person), number)
    except OperationalError:
        raise later() from None
    if message is None:
        raise NotThere
    name, body = f"order-{number}.xml", message.body
    return kept_bytes.answer(request, body, message.sha256, name=name, media_type="application/xml")


def _whole_page(request: Request, person: Person, wanted: OrderFilter, limit: int) -> OrderPage:
    with whole_database_of(request).reading() as session:
        upto = change_queries.last_number(session)
    with database_of(request).reading() as session:
        rows = order_queries.listed(session, scope_of(person), wanted, limit=limit + 1)
    shown = rows[:limit]
    following = paging.address(request, cursor=shown[-1].number) if len(rows) > limit else None
    return OrderPage(orders=[told(each) for each in shown], next=following, updated_cursor=upto)


def _changed_page(request: Request, person: Person, wanted: OrderFilter, after: int, limit: int) -> OrderPage:
    """The orders, as they are now, of the cases with something told since. Raises CursorTooOld, CursorAhead."""
    scope = scope_of(person)
    with whole_database_of(request).reading() as session:
        changed = order_changes.changed_after(session, scope, after, limit=limit)
    with database_of(request).reading() as session:
        only = replace(wanted, references=tuple(changed.references))
        rows = order_queries.listed(session, scope, only, limit=None)
    following = paging.address(request, updated_after=str(changed.upto)) if changed.is_more else None
    return OrderPage(orders=[told(each) for each in rows], next=following, updated_cursor=changed.upto)


def _found(request: Request, number: str) -> OrderView:
    signed_in(request, *SEES)
    try:
        with database_of(request).reading() as session:
            view = order_queries.view(session, scope_of(request.state.person), number)
    except OperationalError:
        raise later() from None
    if view is None:
        raise NotThere
    return view
