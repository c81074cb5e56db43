"""One proposal page by page: its sums by supplier, state and reach from the database, and the rows of one page."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from typing import Any, Final

from sqlalchemy import ColumnElement, Row, case, false, func, not_, select

from foundation.money import Money, total
from foundation.sql import Session
from foundation.text import Text
from invoicing.payment import proposal_store
from invoicing.payment import tables as payment_tables
from invoicing.payment.payable import PayableKind
from invoicing.payment.proposal_store import ProposalItem
from invoicing.payment.runs.reach_queries import WITHIN, Reach
from invoicing.payment.transfers import LIVE, ItemState

_ITEM = payment_tables.payment_item
_WAITS: Final = _ITEM.c.state == ItemState.PROPOSED
_ALIKE: Final = (_ITEM.c.supplier, _ITEM.c.kind, _ITEM.c.state, _ITEM.c.currency, _ITEM.c.why)
_AMOUNT: Final = func.sum(_ITEM.c.amount, type_=_ITEM.c.amount.type)


class Show(StrEnum):
    """Which rows of a proposal a page shows."""

    ALL = "all"
    WAITING = "waiting"
    WITHIN = "within"
    OUTSIDE = "outside"
    CHANGED = "changed"
    ATTESTED = "attested"
    SENT = "sent"
    OUT = "out"


SHOW_WORDS = {
    Show.ALL: Text("Alla rader"),
    Show.WAITING: Text("Väntar på attest"),
    Show.WITHIN: Text("Inom min attesträtt"),
    Show.OUTSIDE: Text("Utanför min attesträtt"),
    Show.CHANGED: Text("Ändrade sedan förslaget gjordes"),
    Show.ATTESTED: Text("Attesterade"),
    Show.SENT: Text("Skickade till banken"),
    Show.OUT: Text("Uttagna eller återkomna"),
}
"""What people call each choice."""


@dataclass(frozen=True, slots=True)
class Sum:
    """How many rows of a proposal are alike, and what they come to; `amount` is above zero for a credit too."""

    supplier: str
    kind: PayableKind
    state: ItemState
    changed: bool
    reach: str
    count: int
    amount: Money

    @property
    def signed(self) -> Money:
        """What they add to the payment: a credit is taken off."""
        return self.amount if self.kind is PayableKind.INVOICE else -self.amount

    def is_shown(self, show: Show) -> bool:
        """Whether these rows are among those that are shown."""
        waits = self.state is ItemState.PROPOSED
        match show:
            case Show.ALL:
                return True
            case Show.WAITING:
                return waits
            case Show.WITHIN:
                return waits and self.reach == WITHIN
            case Show.OUTSIDE:
                return waits and self.reach != WITHIN
            case Show.CHANGED:
                return waits and self.changed
            case Show.ATTESTED:
                return self.state is ItemState.ATTESTED
            case Show.SENT:
                return self.state in (ItemState.EXPORTED, ItemState.PAID)
            case Show.OUT:
                return self.state not in LIVE


def sums(session: Session, number: str, reach: Reach | None = None) -> list[Sum]:
    """The rows of a proposal added up; `reach` says how far the rights of whoever looks go (reach_queries).

    In the order of the proposal's index, so that nothing is sorted. Only of what lies outside is it asked why.
    """
    # What waits is all that a reader's right is about.
    within = false() if reach is None else _WAITS & reach.within
    question = select(
        *(*_ALIKE, func.count().label("how_many"), _AMOUNT.label("sum_of")),
        *(func.count().filter(within).label("within"), _AMOUNT.filter(within).label("sum_within")),
    )
    found: list[Sum] = []
    outside = 0
    for row in session.execute(question.where(_ITEM.c.proposal == number).group_by(*_ALIKE)):
        if reach is None or row.state != ItemState.PROPOSED:
            found.append(_sum(row, "", row.how_many, row.sum_of))
            continue
        outside += row.how_many - row.within
        if row.within:
            found.append(_sum(row, WITHIN, row.within, row.sum_within))
    if reach is not None and outside:
        found += _outside(session, number, reach)
    return found


def _outside(session: Session, number: str, reach: Reach) -> list[Sum]:
    """What waits and is not for the reader to attest, by why."""
    why = reach.why.label("reach")
    question = (
        select(*_ALIKE, why, func.count().label("how_many"), _AMOUNT.label("sum_of"))
        .where(_ITEM.c.proposal == number, _WAITS, not_(reach.within))
        .group_by(*_ALIKE, why)
    )
    return [_sum(row, row.reach, row.how_many, row.sum_of) for row in session.execute(question)]


def _sum(row: Row[Any], reach: str, count: int, amount: Decimal) -> Sum:
    return Sum(
        supplier=row.supplier,
        kind=PayableKind(row.kind),
        state=ItemState(row.state),
        changed=row.state == ItemState.PROPOSED and row.why == proposal_store.CHANGED,
        reach=reach,
        count=count,
        amount=Money(amount, row.currency),
    )


def to_pay(found: Sequence[Sum], *, currency: str) -> Money:
    """What these come to together: invoices less credits."""
    return total((each.signed for each in found), currency=currency)


def rows(
    session: Session,
    number: str,
    suppliers: Sequence[tuple[str, int]],
    *,
    show: Show,
    reach: Reach | None,
    offset: int,
    limit: int,
) -> list[ProposalItem]:
    """The rows of a page, supplier by supplier in the order given, each in the order they were put in.

    `suppliers` are those with rows to show and how many; only those of the page are asked for.
    """
    first = place = 0
    on_page: list[str] = []
    for supplier, count in suppliers:
        if place + count > offset and place < offset + limit:
            first = first if on_page else place
            on_page.append(supplier)
        place += count
    if not on_page:
        return []
    in_order = case({supplier: at for at, supplier in enumerate(on_page)}, value=_ITEM.c.supplier)
    question = (
        select(_ITEM)
        .where(_ITEM.c.proposal == number, _ITEM.c.supplier.in_(on_page), *_shown(show, reach))
        .order_by(in_order, _ITEM.c.id)
        .limit(limit)
        .offset(offset - first)
    )
    return [proposal_store.item_from(row) for row in session.execute(question)]


def _shown(show: Show, reach: Reach | None) -> Collection[ColumnElement[bool]]:
    """The condition of `Sum.is_shown`, for the rows themselves."""
    waits = _WAITS
    within = false() if reach is None else reach.within
    match show:
        case Show.ALL:
            return ()
        case Show.WAITING:
            return (waits,)
        case Show.WITHIN:
            return (waits, within)
        case Show.OUTSIDE:
            return (waits, not_(within))
        case Show.CHANGED:
            return (waits, _ITEM.c.why == proposal_store.CHANGED)
        case Show.ATTESTED:
            return (_ITEM.c.state == ItemState.ATTESTED,)
        case Show.SENT:
            return (_ITEM.c.state.in_((ItemState.EXPORTED, ItemState.PAID)),)
        case Show.OUT:
            return (_ITEM.c.state.not_in(LIVE),)
