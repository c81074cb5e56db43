"""Objecting to an order in the portal, as an Order Response does over Peppol, and taking that back.

Convention: whoever assigns or reports for the order's unit may object. What is wrong is chosen in a list; a number is
all that can be written.
"""

from fastapi import Request, Response

from accounts.identity import Person
from foundation.errors import NotThere
from foundation.sql import Session
from foundation.text import Text
from orders.model import Order
from orders.objections import objecting
from orders.objections import store as objection_store
from orders.objections.model import (
    ObjectionPoint,
    ObjectionReason,
    ObjectionRefused,
    expected_value,
)
from supplier_portal.pages import query_params
from supplier_portal.pages.orders import OBJECTS, order_page
from supplier_portal.queries import orders as order_queries
from web.access import signed_in
from web.csrf import form_of
from web.pages import database_of, pages_router, see_other, today_of

router = pages_router()


@router.post("/orders/{number}/objection")
def press(request: Request, number: str, person: Person = signed_in(*OBJECTS)) -> Response:
    """Object to the order."""
    try:
        with database_of(request).writing() as session:
            order = _order(session, person, number)
            objecting.press(session, order, _points(request, order), by=person.id, today=today_of(request))
    except ObjectionRefused as refused:
        return order_page(request, person, number, [("reason-whole", refused.text)])
    return see_other(f"/orders/{number}#objection", Text("Invändningen är lämnad. Köparens svar visas här."))


@router.post("/orders/{number}/objection/withdraw")
def withdraw(request: Request, number: str, person: Person = signed_in(*OBJECTS)) -> Response:
    """Take back the objection that waits."""
    with database_of(request).writing() as session:
        order = _order(session, person, number)
        waiting = objection_store.open_of(session, order.number)
        if waiting is None:
            raise NotThere
        objecting.withdraw(session, waiting, by=person.id, today=today_of(request))
    return see_other(f"/orders/{number}#objection", Text("Invändningen är återtagen. Ordern gäller."))


def _order(session: Session, person: Person, number: str) -> Order:
    view = order_queries.view(session, query_params.scope_of(person), number)
    if view is None:
        raise NotThere
    return view.order


def _points(request: Request, order: Order) -> list[ObjectionPoint]:
    """What the form chose, for the whole order and for each line."""
    form = form_of(request)
    points = []
    for line_id in ("", *(line.line_id for line in order.lines)):
        chosen, written = str(form.get(f"reason-{line_id}", "")), str(form.get(f"expected-{line_id}", ""))
        if chosen in ObjectionReason.__members__:
            points.append(ObjectionPoint(line_id, ObjectionReason(chosen), expected_value(written)))
        elif written.strip():
            raise ObjectionRefused(Text("Välj vad som är fel på raden där ni skrev ett värde."))
    return points
