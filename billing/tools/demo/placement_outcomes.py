"""What the demo's cases came to at an execution reference: its placement, orders, plans, objections and reports.

Each question is answered in one short line of text; outcomes.py asks them by their word.
"""

from collections import defaultdict
from collections.abc import Callable, Mapping
from typing import Final

from foundation.formatting import number
from foundation.sql import Session
from orders.model import Order
from orders.objections import store as objection_store
from orders.placements import plan_store
from orders.placements import store as placement_store
from orders.placements.informative import informative_store
from orders.purchase_orders import line_store, order_store
from orders.terms import ArticleKind

NOTHING: Final = "none"


def _handling(session: Session, reference: str) -> str:
    placement = placement_store.find(session, reference)
    return f"{placement.handling} {placement.state}" if placement is not None else NOTHING


def _orders(session: Session, reference: str) -> str:
    """The orders on a reference: article, and stage or code where it has one."""
    return ", ".join(map(_article, order_store.of_placement(session, reference))) or NOTHING


def _planned(session: Session, reference: str) -> str:
    found = plan_store.of_placement(session, reference)
    return (
        ", ".join(" ".join(filter(None, (each.article, each.stage, each.code, each.state))) for each in found)
        or NOTHING
    )


def _lines(session: Session, reference: str) -> str:
    """How many lines of a reference's orders are in each state."""
    counts: dict[str, int] = defaultdict(int)
    for order in order_store.of_placement(session, reference):
        for account in line_store.accounts(session, order.number):
            counts[account.state] += 1
    return ", ".join(f"{count} {state}" for state, count in sorted(counts.items())) or NOTHING


def _days(session: Session, reference: str) -> str:
    """Days ordered and received on a reference's basic orders, month by month where something was received."""
    found = []
    for order in order_store.of_placement(session, reference, ArticleKind.BASIC):
        accounts = {each.line_id: each for each in line_store.accounts(session, order.number)}
        for line in order.lines:
            received = accounts[line.line_id].quantity_received
            if received:
                found.append(f"{line.period.start:%Y-%m} {number(received)}/{number(line.quantity.value)}")
    return ", ".join(found) or NOTHING


def _amounts(session: Session, reference: str) -> str:
    """The orders on a reference with their amounts."""
    found = order_store.of_placement(session, reference)
    return ", ".join(f"{_article(each)} {each.amount.amount}" for each in found) or NOTHING


def _ordered_of(session: Session, reference: str) -> str:
    """The orders on a reference and whom each was placed with."""
    found = order_store.of_placement(session, reference)
    return ", ".join(f"{_article(each)} {each.supplier}" for each in found) or NOTHING


def _objection(session: Session, reference: str) -> str:
    """The objections to a reference's basic order: what is wrong, and how it was answered."""
    (order,) = order_store.of_placement(session, reference, ArticleKind.BASIC)
    return (
        ", ".join(
            " ".join((*(point.reason for point in each.points), each.state, each.answer_reason or "")).strip()
            for each in objection_store.of_order(session, order.number)
        )
        or NOTHING
    )


def _informative(session: Session, reference: str) -> str:
    found = informative_store.of_placement(session, reference)
    return ", ".join(f"{each.kind} {each.state}" for each in found) or NOTHING


def _article(order: Order) -> str:
    return " ".join(filter(None, (order.article, order.stage, order.code)))


QUESTIONS: Final[Mapping[str, Callable[[Session, str], str]]] = {
    "handling": _handling,
    "orders": _orders,
    "planned": _planned,
    "lines": _lines,
    "days": _days,
    "amounts": _amounts,
    "ordered_of": _ordered_of,
    "objection": _objection,
    "informative": _informative,
}
