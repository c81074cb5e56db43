"""How far a person's rights to attest reach in a proposal, counted by the database: `attest_rights.granted` in SQL.

What is said here of an item is what `granted` would say of it, by a law in the tests. Only why a payment is held back
is not asked here: that is looked at item by item when it is attested.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date

from sqlalchemy import ColumnElement, and_, case, exists, false, literal, not_, or_, select, true

from foundation.sql import Session
from invoicing.documents import decider_store
from invoicing.documents import tables as document_tables
from invoicing.payment import account_confirmation_store, attest_right_store
from invoicing.payment import tables as payment_tables
from invoicing.payment.attest_rights import NotAttested, Right
from invoicing.payment.proposal_store import Proposal
from orders import tables as order_tables

_ITEM = payment_tables.payment_item

WITHIN = "WITHIN"
"""What the person may attest; everything else is a value of NotAttested."""


@dataclass(frozen=True, slots=True)
class Reach:
    """How far a person's rights reach, as expressions over the items of a proposal.

    `within`: whether the person may attest the item. `why`: WITHIN where so, and else why not, which costs more to ask.
    """

    within: ColumnElement[bool]
    why: ColumnElement[str]


def reach(session: Session, proposal: Proposal, person: str, *, on: date) -> Reach:
    """What the person may attest of the proposal that day, and why not the rest."""
    if not person or person == proposal.prepared_by:
        return Reach(false(), literal(str(NotAttested.PREPARED)))
    in_place_of = {
        each.person
        for each in attest_right_store.substitutions(session)
        if each.is_confirmed and each.substitute == person and each.valid_from <= on <= each.valid_to
    } - {proposal.prepared_by, person}
    named = {person, *in_place_of}
    usable = [
        each
        for each in attest_right_store.rights(session)
        if each.is_confirmed and each.person in named and each.holds_on(on)
    ]
    confirmed = _confirmed(session, proposal, named)
    lent = {
        each: not_(or_(_has_decided(each), _ITEM.c.supplier.in_(confirmed[each]))) for each in in_place_of
    }
    free = {**lent, person: true()}
    within = [(each, and_(free[each.person], _covers(each))) for each in usable]
    has_decided, has_confirmed = _has_decided(person), _ITEM.c.supplier.in_(confirmed[person])
    enough = _any(and_(covered, _ITEM.c.amount <= each.limit) for each, covered in within)
    why = case(
        (has_decided, str(NotAttested.DECIDED)),
        (has_confirmed, str(NotAttested.ACCOUNT_CONFIRMED)),
        (not_(_any(free[each.person] for each in usable)), str(NotAttested.NO_RIGHT)),
        (not_(_any(covered for _, covered in within)), str(NotAttested.OUTSIDE)),
        (not_(enough), str(NotAttested.OVER_LIMIT)),
        else_=WITHIN,
    )
    return Reach(and_(enough, not_(has_confirmed), not_(has_decided)), why)


def limits(session: Session, person: str, *, on: date) -> list[Right]:
    """The person's own rights that hold that day, the highest first."""
    own = [
        each
        for each in attest_right_store.rights(session)
        if each.is_confirmed and each.person == person and each.holds_on(on)
    ]
    return sorted(own, key=lambda each: -each.limit)


def _any(conditions: Iterable[ColumnElement[bool]]) -> ColumnElement[bool]:
    return or_(false(), *conditions)


def _has_decided(person: str) -> ColumnElement[bool]:
    return _ITEM.c.invoice_id.in_(decider_store.decided_by(person))


def _confirmed(session: Session, proposal: Proposal, people: Collection[str]) -> dict[str, list[str]]:
    """By person, the suppliers in the proposal whose account the person confirmed and that nobody has paid since."""
    here = select(_ITEM.c.supplier).where(_ITEM.c.proposal == proposal.number).distinct()
    barred = account_confirmation_store.barred(session, session.scalars(here).all())
    return {
        person: sorted(supplier for supplier, confirmers in barred.items() if person in confirmers)
        for person in people
    }


def _covers(right: Right) -> ColumnElement[bool]:
    """Whether everything about the payment but its amount is within the scope, as `Right.covers` says."""
    order = order_tables.purchase_order
    conditions: list[ColumnElement[bool]] = [true()]
    if right.supplier:
        conditions.append(_ITEM.c.supplier == right.supplier)
    for column, wanted in ((order.c.article, right.article), (order.c.delivery_area, right.delivery_area)):
        if wanted:
            conditions += (_any_order(column == wanted), not_(_any_order(column != wanted)))
    return and_(*conditions)


def _any_order(which: ColumnElement[bool]) -> ColumnElement[bool]:
    part, order = document_tables.invoice_part, order_tables.purchase_order
    return exists(
        select(part.c.invoice_id)
        .join(order, order.c.number == part.c.order_number)
        .where(part.c.invoice_id == _ITEM.c.invoice_id, which)
    )
