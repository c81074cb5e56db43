"""Who confirmed that a supplier is paid to another account, and whose hands are off its next payment for that."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import datetime

from sqlalchemy import delete, exists, func, insert, select

from foundation.sql import Session, add_new, among
from invoicing.payment.tables import account_confirmation, account_held, attest, payment_item
from invoicing.payment.transfers import ItemState

_LEFT = (ItemState.EXPORTED, ItemState.PAID)


def note(session: Session, request_id: int, people: Iterable[str], *, supplier: str, at: datetime) -> None:
    """Note the people who confirmed a change of the supplier's accounts."""
    rows = [
        {"request_id": request_id, "person": person, "supplier": supplier, "at": at}
        for person in sorted(set(people))
    ]
    add_new(session, account_confirmation, rows)


def hold(session: Session, supplier: str, *, request_id: int) -> None:
    """Let nothing be paid to a supplier before two people have confirmed an account of it."""
    session.execute(delete(account_held).where(account_held.c.supplier == supplier))
    session.execute(insert(account_held), {"supplier": supplier, "request_id": request_id})


def held(session: Session, suppliers: Iterable[str]) -> frozenset[str]:
    """Those of these suppliers whose accounts came with a load, and that nobody has confirmed since."""
    told = account_confirmation.c
    confirmed = exists(
        select(told.request_id).where(
            told.supplier == account_held.c.supplier, told.request_id >= account_held.c.request_id
        )
    )
    question = select(account_held.c.supplier).where(
        among(session, account_held.c.supplier, set(suppliers)), ~confirmed
    )
    return frozenset(session.scalars(question))


def last_confirmed(session: Session, suppliers: Iterable[str]) -> Mapping[str, datetime]:
    """By supplier, when somebody last confirmed a change of its accounts; those that never had one are left out."""
    told = account_confirmation.c
    question = select(told.supplier, func.max(told.at, type_=told.at.type)).where(
        among(session, told.supplier, set(suppliers))
    )
    return {supplier: at for supplier, at in session.execute(question.group_by(told.supplier))}


def barred(session: Session, suppliers: Iterable[str]) -> Mapping[str, set[str]]:
    """By supplier, who confirmed a change of its accounts that no payment has left after, attested by others."""
    told = account_confirmation.c
    has_left = exists(
        select(payment_item.c.id)
        .join(attest, attest.c.id == payment_item.c.attest_id)
        .where(
            payment_item.c.supplier == told.supplier,
            payment_item.c.state.in_(_LEFT),
            attest.c.at > told.at,
        )
    )
    question = select(told.supplier, told.person).where(
        among(session, told.supplier, set(suppliers)), ~has_left
    )
    people: dict[str, set[str]] = defaultdict(set)
    for row in session.execute(question):
        people[row.supplier].add(row.person)
    return people
