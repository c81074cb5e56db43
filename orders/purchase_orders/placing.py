"""Turning what is to be ordered into an order, kept and sent: the last step of every use case that orders.

The number is taken, the order and its message are laid down in one transaction; a document
that breaks a rule stops the whole, and the number is not used. An order that left before the books
were lost takes up its number again (`lost_orders.py`).
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date

import structlog

from foundation import journal, number_series
from foundation.errors import Refused
from foundation.periods import Period
from foundation.sql import Session
from foundation.text import Text
from orders.journal_actions import OrderAction, OrdersSubject
from orders.model import Order, OrderLine, Placement
from orders.purchase_orders import lost_order_store, lost_orders, order_store
from orders.purchase_orders import order_document as documents
from orders.purchase_orders.lost_orders import LostOrder
from orders.register.parties import Channel
from orders.register.pricing import PriceList
from orders.register.register import Register
from orders.terms import ArticleKind, ResultStage
from peppol.exchange import outbox, outgoing
from peppol.identifiers import DocumentKind

_log = structlog.get_logger("orders")


class DocumentRefused(Refused):
    """The order's document would break a published rule, so there is no order."""

    def __init__(self, invalid: outgoing.InvalidDocument) -> None:
        rules = ", ".join(sorted({finding.rule for finding in invalid.findings}))
        super().__init__(
            Text(
                "Ordern skulle bryta mot %(rules)s och skickas inte. Rätta uppgifterna i registret.",
                rules=rules,
            ),
        )


def draft(
    placement: Placement,
    prices: PriceList,
    *,
    article: ArticleKind,
    decision_id: str,
    period: Period,
    today: date,
    lines: tuple[OrderLine, ...],
    stage: ResultStage | None = None,
    code: str = "",
    occasion: int = 1,
) -> Order:
    """An order of a placement by a price list, without its number."""
    return Order(
        number="",
        article=article,
        stage=stage,
        code=code,
        execution_reference=placement.execution_reference,
        decision_id=decision_id,
        supplier=placement.supplier,
        contract_id=placement.contract_id,
        unit_id=placement.unit.id,
        delivery_area=placement.delivery_area,
        price_list_id=prices.id,
        service=placement.service,
        day_rule=prices.day_rule,
        period=period,
        issued_on=today,
        lines=lines,
        occasion=occasion,
    )


def place_order(
    session: Session, register: Register, placement: Placement, draft: Order, *, today: date
) -> Order:
    """Number, keep and send one order. Raises post.InvalidDocument naming the broken rule."""
    return place_orders(session, register, [(placement, draft)], today=today)[0]


def place_orders(
    session: Session, register: Register, drafts: Sequence[tuple[Placement, Order]], *, today: date
) -> list[Order]:
    """Number, keep and send orders in strokes: all are numbered, all rendered and judged, all stored.

    Raises post.InvalidDocument for the first that breaks a rule; the caller's transaction must then be undone.
    """
    # What is ordered now of somebody who was taken over is ordered of the successor; the contract keeps its id.
    drafts = [
        (placement, replace(draft, supplier=register.holder(draft.supplier, today)))
        for placement, draft in drafts
    ]
    lost = lost_order_store.waiting(session, {draft.execution_reference for _, draft in drafts})
    found = [_taken_up(register, placement, draft, lost) for placement, draft in drafts]
    numbers = iter(number_series.next_numbers(session, number_series.ORDERS, found.count(None)))
    orders = [
        again[0] if again is not None else replace(draft, number=next(numbers), issued_on=today)
        for (_, draft), again in zip(drafts, found, strict=True)
    ]
    order_store.add_all(session, orders)
    placements = [placement for placement, _ in drafts]
    instances = outgoing.send_all(
        session, [_message(register, *each) for each in zip(placements, orders, strict=True)]
    )
    for instance_id, again in zip(instances, found, strict=True):
        if again is not None:
            outbox.note_left_before(session, instance_id, reference=again[1].path)
    for order in orders:
        journal.record(
            session,
            journal.SYSTEM,
            OrderAction.ORDER_PLACED,
            OrdersSubject.ORDER.of(order.number),
            execution_reference=order.execution_reference,
            article=order.article,
            amount=str(order.amount.amount),
            decision=order.decision_id,
            **_beside(order, lost),
        )
    return orders


def _taken_up(
    register: Register, placement: Placement, draft: Order, lost: list[LostOrder]
) -> tuple[Order, LostOrder] | None:
    """The order that left before the books were lost, where it is this one to the byte; nobody else takes it then."""

    def rendered(order: Order) -> bytes:
        try:
            return outgoing.written(_message(register, placement, order)).body
        except outgoing.InvalidDocument:
            # What left kept the rules of its day and would not keep today's: then it is another order than this one.
            return b""

    found = lost_orders.taken_up(draft, lost, rendered)
    if found is not None:
        lost.remove(found[1])
    return found


def _beside(order: Order, lost: Sequence[LostOrder]) -> dict[str, str]:
    """What the journal says of orders outside for the same: the supplier holds them and this one, which differs."""
    others = [each.number for each in lost if each.is_about(order)]
    if not others:
        return {}
    _log.warning("ordered again and otherwise", order=order.number, lost=others)
    return {"beside": " ".join(others)}


def _message(register: Register, placement: Placement, order: Order) -> outgoing.Outgoing:
    supplier = register.supplier(order.supplier)
    over_peppol = supplier.channel is Channel.PEPPOL and supplier.participant_id is not None
    return outgoing.Outgoing(
        documents.order_document(
            order, buyer=register.buyer, supplier=supplier, unit=placement.unit, policy=register.policy
        ),
        DocumentKind.ORDER,
        order.number,
        outgoing.MessageAddress(
            sender=register.buyer.participant_id,
            receiver=supplier.participant_id or "" if over_peppol else "",
            recipient=supplier.organisation_number,
        ),
        order.number,
        order.issued_on,
    )
