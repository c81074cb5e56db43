"""One proposal page by page: its sums by supplier, state and reach from the database, and the rows of one page."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from enum import StrEnum

from sqlalchemy import ColumnElement, case, func, literal, select

from foundation.money import Money, total
from foundation.sql import Session
from foundation.text import Text
from invoicing.payment import proposal_store
from invoicing.payment import tables as payment_tables
from invoicing.payment.payable import PayableKind
from invoicing.payment.proposal_store import ProposalItem
from invoicing.payment.runs.reach_queries import WITHIN
from invoicing.payment.transfers import LIVE, ItemState

_ITEM = payment_tables.payment_item


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


def sums(session: Session, number: str, reach: ColumnElement[str] | None = None) -> list[Sum]:
    """The rows of a proposal added up; `reach` says how far the rights of whoever looks go (reach_queries)."""
    waits = _ITEM.c.state == ItemState.PROPOSED
    reached = (literal("") if reach is None else case((waits, reach), else_="")).label("reach")
    changed = case((waits & (_ITEM.c.why == proposal_store.CHANGED), 1), else_=0).label("changed")
    each = select(
        *(_ITEM.c.supplier, _ITEM.c.kind, _ITEM.c.state, _ITEM.c.currency, _ITEM.c.amount, changed, reached)
    )
    row = each.where(_ITEM.c.proposal == number).subquery()
    keys = (row.c.supplier, row.c.kind, row.c.state, row.c.currency, row.c.changed, row.c.reach)
    amount = func.sum(row.c.amount, type_=_ITEM.c.amount.type)
    question = select(*keys, func.count().label("how_many"), amount.label("sum_of")).group_by(*keys)
    return [
        Sum(
            supplier=found.supplier,
            kind=PayableKind(found.kind),
            state=ItemState(found.state),
            changed=bool(found.changed),
            reach=found.reach,
            count=found.how_many,
            amount=Money(found.sum_of, found.currency),
        )
        for found in session.execute(question)
    ]


def to_pay(found: Sequence[Sum], *, currency: str) -> Money:
    """What these come to together: invoices less credits."""
    return total((each.signed for each in found), currency=currency)


def rows(
    session: Session,
    number: str,
    suppliers: Sequence[tuple[str, int]],
    *,
    show: Show,
    reach: ColumnElement[str] | None,
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


def _shown(show: Show, reach: ColumnElement[str] | None) -> Collection[ColumnElement[bool]]:
    """The condition of `Sum.is_shown`, for the rows themselves."""
    waits = _ITEM.c.state == ItemState.PROPOSED
    reached = literal("") if reach is None else reach
    match show:
        case Show.ALL:
            return ()
        case Show.WAITING:
            return (waits,)
        case Show.WITHIN:
            return (waits, reached == WITHIN)
        case Show.OUTSIDE:
            return (waits, reached != WITHIN)
        case Show.CHANGED:
            return (waits, _ITEM.c.why == proposal_store.CHANGED)
        case Show.ATTESTED:
            return (_ITEM.c.state == ItemState.ATTESTED,)
        case Show.SENT:
            return (_ITEM.c.state.in_((ItemState.EXPORTED, ItemState.PAID)),)
        case Show.OUT:
            return (_ITEM.c.state.not_in(LIVE),)
