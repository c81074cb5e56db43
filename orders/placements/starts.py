"""Starts that are too far from their decision: a remark on the order, which changes nothing about it (REQ-08)."""

from datetime import date, timedelta

from foundation.sql import Session
from foundation.text import NO_TEXT, Text
from orders.model import Order, PlacementPeriod
from orders.placements import store as placement_store
from orders.register.placement_rules import PlacementRules
from orders.terms import ArticleKind


def start_by(decided_on: date, rules: PlacementRules) -> date:
    """The last day a placement may start without a remark."""
    return decided_on + timedelta(days=rules.start_within_days)


def remark(period: PlacementPeriod) -> Text:
    """What is to be said of the start of a period; NO_TEXT where it is as it should be.

    Only a first period has a latest start; a second follows on the first, whenever it was decided.
    """
    start = period.period.start
    if start < period.decided_on:
        return Text(
            "Perioden började %(start)s, före beslutet %(decided_on)s.",
            start=start,
            decided_on=period.decided_on,
        )
    if period.start_by is not None and start > period.start_by:
        return Text(
            "Starten %(start)s är senare än %(start_by)s, som är avtalat efter beslutet %(decided_on)s.",
            start=start,
            start_by=period.start_by,
            decided_on=period.decided_on,
        )
    return NO_TEXT


def remark_on(session: Session, order: Order) -> Text:
    """The remark on a basic order; other orders follow from what happened, not from a start."""
    if order.article is not ArticleKind.BASIC:
        return NO_TEXT
    placement = placement_store.get(session, order.execution_reference)
    given = [period for period in placement.periods if period.decision_id == order.decision_id]
    return remark(given[0]) if given else NO_TEXT
