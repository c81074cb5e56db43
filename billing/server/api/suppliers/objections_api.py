"""Objecting to an order by the API, as the portal and an Order Response do, and taking that back.

Convention: whoever assigns or reports for the order's unit may object, in codes; a number is all that can be written.
One objection at a time waits for an order. The order itself stays as it was sent.
"""

from decimal import Decimal
from typing import Annotated, Final

from fastapi import APIRouter, Path, Request
from fastapi.responses import JSONResponse, Response
from pydantic import BaseModel, Field
from sqlalchemy.exc import OperationalError

from accounts.api_clients.model import ApiScope
from billing.server.api import conditional, idempotency, paging, writing
from billing.server.api.base import BEARER, REFUSALS, later, signed_in
from billing.server.api.orders_api import SEES, AskedNumber, order_in
from billing.server.api.suppliers.told_objections import ToldObjection, told_objection
from billing.server.api.writing import Nothing
from billing.server.bodies.json_bodies import JsonBody
from foundation.errors import NotThere
from foundation.sql import Session
from operations.idempotency.reply_store import Reply
from orders.objections import objecting
from orders.objections import store as objection_store
from orders.objections.model import Objection, ObjectionPoint, ObjectionReason, expected_value
from orders.purchase_orders import line_store, order_store
from supplier_portal.pages.query_params import scope_of
from supplier_portal.queries import orders as order_queries
from web.pages import database_of, today_of

router = APIRouter(prefix="/api/v1/orders/{number}/objections", tags=["objections"], dependencies=BEARER)

OBJECTS: Final = (ApiScope.ASSIGN, ApiScope.REPORT)
_Id = Annotated[int, Path(ge=1, le=2**31 - 1, description="Our number of the objection.")]


class Point(JsonBody):
    """One thing that is wrong."""

    reason: ObjectionReason
    line: Annotated[str, Field(max_length=20, description="Empty: the whole order.")] = ""
    expected: Annotated[
        str, Field(max_length=20, description="What would be right of a line's price or quantity.")
    ] = ""


class ObjectionToMake(JsonBody):
    """What is wrong with the order."""

    points: Annotated[list[Point], Field(min_length=1, max_length=100)] = Field(
        description="What is wrong, one point for each thing."
    )


class ObjectionList(BaseModel):
    """What was objected to an order, the newest first."""

    objections: list[ToldObjection] = Field(description="The objections, the newest first.")


@router.get(
    "",
    summary="List objections to an order",
    response_model=ObjectionList,
    responses={**REFUSALS, 422: paging.WRONG},
)
def list_objections(request: Request, number: AskedNumber) -> Response:
    """Every objection to the order, with the buyer's answers."""
    signed_in(request, *SEES)
    try:
        with database_of(request).reading() as session:
            told = order_in(session, scope_of(request.state.person), number).objections
    except OperationalError:
        raise later() from None
    return JSONResponse(ObjectionList(objections=told).model_dump(mode="json"))


@router.post(
    "",
    summary="Object to an order",
    status_code=201,
    response_model=ToldObjection,
    responses={
        **writing.ANSWERS,
        **conditional.REFUSALS,
        201: {"description": "It is made, and waits for the buyer.", "headers": writing.LOCATION},
    },
    openapi_extra=writing.described(ObjectionToMake, is_matched=True),
)
async def make_objection(request: Request, number: AskedNumber) -> Response:
    """Say what is wrong with the order; needs an Idempotency-Key, and the order's ETag in If-Match."""

    def work(session: Session, asked: ObjectionToMake) -> Reply:
        person, today = request.state.person, today_of(request)
        scope = scope_of(person)
        if order_queries.view(session, scope, number) is None:
            raise NotThere
        line_store.lock_lines(session, number)
        conditional.check(request, order_in(session, scope, number))
        points = [ObjectionPoint(each.line, each.reason, _expected(each)) for each in asked.points]
        order = order_store.get(session, number)
        made = objecting.press(session, order, points, by=person.id, today=today)
        told = told_objection(_found(session, number, made))
        return idempotency.reply_of(told, 201, Location=f"{request.url.path}/{made}")

    return await writing.written(request, ObjectionToMake, *OBJECTS, work=work, is_matched=True)


@router.get(
    "/{objection}",
    summary="Read an objection",
    response_model=ToldObjection,
    responses={
        **REFUSALS,
        200: {"description": "The objection and its answer, and its `ETag`."},
        304: {"description": "It is as `If-None-Match` has it."},
        422: paging.WRONG,
    },
)
def read_objection(request: Request, number: AskedNumber, objection: _Id) -> Response:
    """One objection."""
    signed_in(request, *SEES)
    try:
        with database_of(request).reading() as session:
            _check_seen(request, session, number)
            told = told_objection(_found(session, number, objection))
    except OperationalError:
        raise later() from None
    return conditional.answered(request, told)


@router.post(
    "/{objection}/withdraw",
    summary="Withdraw an objection",
    response_model=ToldObjection,
    responses={
        **writing.ANSWERS,
        **conditional.REFUSALS,
        200: {"description": "It is withdrawn: the order stands."},
    },
    openapi_extra=writing.described(Nothing, is_matched=True),
)
async def withdraw_objection(request: Request, number: AskedNumber, objection: _Id) -> Response:
    """Take the objection back; needs an Idempotency-Key, and its ETag in If-Match."""

    def work(session: Session, _: Nothing) -> Reply:
        _check_seen(request, session, number)
        line_store.lock_lines(session, number)
        held = _found(session, number, objection)
        conditional.check(request, told_objection(held))
        objecting.withdraw(session, held, by=request.state.person.id, today=today_of(request))
        told = told_objection(_found(session, number, objection))
        return idempotency.reply_of(told, ETag=conditional.etag_of(told))

    return await writing.written(request, Nothing, *OBJECTS, work=work, is_matched=True)


def _check_seen(request: Request, session: Session, number: str) -> None:
    if order_queries.view(session, scope_of(request.state.person), number) is None:
        raise NotThere


def _found(session: Session, number: str, objection: int) -> Objection:
    found = objection_store.by_id(session, objection)
    if found is None or found.order_number != number:
        raise NotThere
    return found


def _expected(point: Point) -> Decimal | None:
    return expected_value(point.expected)
