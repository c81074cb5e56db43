"""Order Responses and objections: what an answer over Peppol objects to, and the buyer's answer to an objection."""

from datetime import date

from foundation.sql import Session
from invoicing.responses import store as response_store
from invoicing.responses.model import LineStatus, Meaning, PeerAnswer, PeerLine, meaning_of_order_answer
from orders.model import Order, OrderLine
from orders.objections import objecting
from orders.objections.model import AnswerReason, Objection, ObjectionPoint, ObjectionReason, ObjectionState
from orders.register.register import Register

_UNCHANGED = (LineStatus.ACCEPTED, LineStatus.DELIVERED)


def points_of(answer: PeerAnswer, order: Order) -> tuple[ObjectionPoint, ...]:
    """What an order response objects to, in our codes; empty where it accepts the order as it is. Pure."""
    meaning = meaning_of_order_answer(answer)
    if meaning is Meaning.NOTED:
        return ()
    lines = {line.line_id: line for line in order.lines}
    points = [
        point
        for line in answer.lines
        if line.code not in _UNCHANGED
        for point in _points_of_line(line, lines.get(line.line))
    ]
    if meaning is Meaning.ORDER_REFUSED:
        points.insert(0, ObjectionPoint("", ObjectionReason.NOT_ACCEPTED))
    return tuple(points)


def answer(
    session: Session,
    register: Register,
    objection: Objection,
    to: ObjectionState,
    reason: AnswerReason,
    *,
    replaced_by: str = "",
    by: str,
    today: date,
) -> list[str]:
    """The buyer's answer to an objection; the Order Response it came by has then been looked at."""
    closed = objecting.answer(
        session, register, objection, to, reason, replaced_by=replaced_by, by=by, today=today
    )
    if objection.answer_id is not None:
        response_store.look_at(session, objection.answer_id, by=by, on=today)
    return closed


def _points_of_line(said: PeerLine, ordered: OrderLine | None) -> list[ObjectionPoint]:
    if ordered is None:
        return [ObjectionPoint("", ObjectionReason.OTHER)]
    if said.code == LineStatus.REFUSED:
        return [ObjectionPoint(ordered.line_id, ObjectionReason.NOT_ACCEPTED)]
    found = []
    if said.quantity is not None and said.quantity != ordered.quantity.value:
        found.append(ObjectionPoint(ordered.line_id, ObjectionReason.QUANTITY, said.quantity))
    if said.price is not None and said.price != ordered.price:
        found.append(ObjectionPoint(ordered.line_id, ObjectionReason.PRICE, said.price))
    return found or [ObjectionPoint(ordered.line_id, ObjectionReason.OTHER)]
