"""The register as the database holds it: every version that was ever loaded, the newest in force.

Where finance has made a version of the policy (`policy_store`), that one holds instead of the register's.

A version is the whole register, so whoever changes a part of it changes the newest version there is and nothing
read before: those who change it follow each other (`follow_each_other`), and `revise` reads and keeps in one step.

A register is a few hundred suppliers; it is read once per version and process and then
kept as the immutable value it is.
"""

import hashlib
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date, datetime

from sqlalchemy import insert, select

from foundation import journal
from foundation.errors import Refused
from foundation.sql import Session, take_turns
from foundation.text import Text
from orders import tables as order_tables
from orders.journal_actions import OrdersSubject, RegisterAction
from orders.register.parties import USUAL_CURRENCY, Supplier
from orders.register.policy_store import PolicyState
from orders.register.pricing import PriceList
from orders.register.register import Register, policy_from_json

_ABOUT = "register"


class NoRegister(Refused):
    """Nothing can be decided before the register is loaded."""

    def __init__(self) -> None:
        super().__init__(
            Text("Registret är tomt. Läs in det först: billing register load FIL..."),
        )


def follow_each_other(session: Session) -> None:
    """Keep others from changing the register until this transaction ends: what is read from now on is the newest."""
    take_turns(session, _ABOUT)


def revise(session: Session, change: Callable[[Register], Register], *, at: datetime, actor: str) -> bool:
    """Keep the newest version with a change made to it; False where it changes nothing. Raises NoRegister.

    `change` is given the register as it was loaded, with the policy that stands in it, and no other's change is lost.
    """
    follow_each_other(session)
    held = newest(session)
    if held is None:
        raise NoRegister
    return save(session, change(held), at=at, actor=actor)


def save(session: Session, register: Register, *, at: datetime, actor: str) -> bool:
    """Keep a new version; False where the newest has the same content already.

    What is kept is the whole register. Who has read it to change it has begun with `follow_each_other`.
    """
    follow_each_other(session)
    body = register.to_json()
    digest = hashlib.sha256(body.encode()).hexdigest()
    versions = order_tables.register_version
    newest = session.execute(
        select(versions.c.sha256).order_by(versions.c.version.desc()).limit(1)
    ).scalar_one_or_none()
    if newest == digest:
        return False
    session.execute(insert(versions), {"loaded_at": at, "sha256": digest, "body": body})
    journal.record(
        session,
        actor,
        RegisterAction.REGISTER_LOADED,
        OrdersSubject.REGISTER.of(digest[:16]),
        suppliers=str(len(register.suppliers)),
    )
    return True


def load(session: Session) -> Register:
    """The register in force, with the policy in force; raises NoRegister."""
    newest = session.execute(_NEWEST).one_or_none()
    if newest is None:
        raise NoRegister
    if newest.sha256 not in _read_before:
        versions = order_tables.register_version
        body = session.execute(
            select(versions.c.body).where(versions.c.version == newest.version)
        ).scalar_one()
        _read_before[newest.sha256] = Register.from_json(body)
    if newest.policy is None:
        return _read_before[newest.sha256]
    both = f"{newest.sha256} {newest.policy}"
    if both not in _read_before:
        policy = policy_from_json(newest.policy)
        _read_before[both] = replace(_read_before[newest.sha256], policy=policy)
    return _read_before[both]


def currency(session: Session) -> str:
    """The buyer's one currency, by the register in force; the usual one before there is a register."""
    try:
        return load(session).buyer.currency
    except NoRegister:
        return USUAL_CURRENCY


def newest(session: Session) -> Register | None:
    """The newest version as it was loaded, with the policy that stands in it; None before the first."""
    versions = order_tables.register_version
    body = session.execute(
        select(versions.c.body).order_by(versions.c.version.desc()).limit(1)
    ).scalar_one_or_none()
    return None if body is None else Register.from_json(body)


def succession_of(
    session: Session, organisation_number: str, day: date
) -> tuple[tuple[str, ...], date | None]:
    """Whose place a supplier has taken by that day, and the day it is itself taken over (E-33).

    Neither before a register is loaded.
    """
    try:
        register = load(session)
    except NoRegister:
        return (), None
    tenure = register.tenure(organisation_number, organisation_number)
    return register.predecessors(organisation_number, day), tenure.delivers_until if tenure else None


def last_known_supplier(session: Session, register: Register, organisation_number: str) -> Supplier | None:
    """The supplier as the register has it, or as the newest earlier version had it; None where none ever did."""
    for each in _from_here_back(session, register):
        for supplier in each.suppliers:
            if supplier.organisation_number == organisation_number:
                return supplier
    return None


def versions_of_supplier(session: Session, organisation_number: str) -> Iterator[Supplier]:
    """The supplier as each version of the register had it, the newest first."""
    for each in _from_here_back(session, load(session)):
        for supplier in each.suppliers:
            if supplier.organisation_number == organisation_number:
                yield supplier


def last_known_price_list(session: Session, register: Register, price_list_id: str) -> PriceList | None:
    """The price list as the register has it, or as the newest earlier version had it; None where none ever did."""
    for each in _from_here_back(session, register):
        for price_list in each.price_lists:
            if price_list.id == price_list_id:
                return price_list
    return None


def _from_here_back(session: Session, register: Register) -> Iterator[Register]:
    yield register
    versions = order_tables.register_version
    found = session.execute(
        select(versions.c.version, versions.c.sha256).order_by(versions.c.version.desc())
    ).all()
    for row in found:
        if row.sha256 not in _read_before:
            body = session.execute(
                select(versions.c.body).where(versions.c.version == row.version)
            ).scalar_one()
            _read_before[row.sha256] = Register.from_json(body)
        yield _read_before[row.sha256]


_NEWEST = (
    select(
        order_tables.register_version.c.version,
        order_tables.register_version.c.sha256,
        select(order_tables.policy_version.c.body)
        .where(order_tables.policy_version.c.state == PolicyState.IN_FORCE)
        .scalar_subquery()
        .label("policy"),
    )
    .order_by(order_tables.register_version.c.version.desc())
    .limit(1)
)

# By content, so that it holds for any database of this process; versions are few.
_read_before: dict[str, Register] = {}
