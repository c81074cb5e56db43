"""What a confirmed change of the buyer's staff does: for each kind, the use case that carries it out.

Convention: an effect is given the change, who confirms it and when. What it does is done in the name of who proposed
it; the row of the change, and the journal's of its confirmation, name the second person. All of them are tried when a
change is proposed, so what cannot be done is told then, and again when it is confirmed.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Final

from accounts import accounts
from accounts import store as account_store
from accounts.api_clients import audit_periods, clients
from accounts.identity import Permission
from accounts.rules import AccountRefused, granted_staff
from accounts.staff.change_store import StaffChange, StaffChangeKind
from accounts.store import Account, AccountState
from foundation.errors import NotThere
from foundation.money import Money
from foundation.sql import Session
from foundation.text import Text, language_of
from invoicing.decisions import store as decision_store
from invoicing.payment import attest_right_store
from invoicing.payment.attest_right_store import Reach


@dataclass(frozen=True, slots=True)
class Confirming:
    """Who confirms, when, and whose staff it is."""

    organisation: str
    currency: str
    by: str
    at: datetime
    today: date


def carry_out(session: Session, change: StaffChange, confirming: Confirming) -> None:
    """Do what the change says. Raises what its use case refuses."""
    _EFFECTS[change.kind](session, change, confirming)


def staff_member(session: Session, organisation: str, person: str) -> Account | None:
    """The account of one of the buyer's people; None for somebody who works without one. Raises NotThere."""
    number = person.removeprefix("user-")
    if not person.startswith("user-") or not number.isdecimal():
        return None
    account = account_store.by_id(session, int(number))
    if account is None or account.organisation != organisation or account.state == AccountState.ENDED:
        raise NotThere
    return account


def _invite(session: Session, change: StaffChange, confirming: Confirming) -> None:
    accounts.invite(
        session,
        organisation=confirming.organisation,
        name=change.content["name"],
        address=change.content["address"],
        permissions=granted_staff(change.content["roles"].split()),
        within=None,
        language=language_of(change.content["language"]),
        by=change.proposed_by,
        at=confirming.at,
        vouched_by=confirming.by,
    )


def _roles(session: Session, change: StaffChange, confirming: Confirming) -> None:
    """What others have changed meanwhile stays: what is added is added, and what is taken away is taken away."""
    account = _account(session, change, confirming)
    added, removed = (frozenset(change.content[part].split()) for part in ("added", "removed"))
    accounts.change(
        session,
        confirming.organisation,
        account.id,
        permissions=granted_staff((account.permissions - removed) | added),
        within=None,
        by=change.proposed_by,
        administers=Permission.BUYER_ADMIN,
    )
    account_store.change(session, account.id, vouched_by=confirming.by)


def _address(session: Session, change: StaffChange, confirming: Confirming) -> None:
    account = _account(session, change, confirming)
    accounts.change_address(
        session, account, change.content["address"], by=change.proposed_by, at=confirming.at
    )


def _codes(session: Session, change: StaffChange, confirming: Confirming) -> None:
    account = _account(session, change, confirming)
    accounts.forget_codes(
        session, confirming.organisation, account.id, by=change.proposed_by, at=confirming.at
    )


def _identity(session: Session, change: StaffChange, confirming: Confirming) -> None:
    account = _account(session, change, confirming)
    accounts.invite_to_tie(
        session, confirming.organisation, account.id, by=change.proposed_by, at=confirming.at
    )


def _attest_right(session: Session, change: StaffChange, confirming: Confirming) -> None:
    said = change.content
    _attests(session, confirming, change.person)
    attest_right_store.give(
        session,
        person=change.person,
        limit=Decimal(said["limit"]),
        valid_from=date.fromisoformat(said["valid_from"]),
        valid_to=date.fromisoformat(said["valid_to"]) if said["valid_to"] else None,
        reach=Reach(said["supplier"], said["article"], said["delivery_area"]),
        by=change.proposed_by,
        confirmed_by=confirming.by,
    )


def _substitute(session: Session, change: StaffChange, confirming: Confirming) -> None:
    said = change.content
    _attests(session, confirming, said["stand_in"])
    attest_right_store.substitute(
        session,
        person=change.person,
        stand_in=said["stand_in"],
        valid_from=date.fromisoformat(said["valid_from"]),
        valid_to=date.fromisoformat(said["valid_to"]),
        by=change.proposed_by,
        confirmed_by=confirming.by,
    )


def _accept_limit(session: Session, change: StaffChange, confirming: Confirming) -> None:
    limit = Money(Decimal(change.content["limit"]), confirming.currency)
    decision_store.set_limit(session, change.person, limit, by=change.proposed_by, on=confirming.today)


def _client(session: Session, change: StaffChange, confirming: Confirming) -> None:
    """A program of the buyer's own; it has no secret until one of its administrators gives it one."""
    clients.make(
        session,
        "",
        change.content["name"],
        scopes=clients.scopes_of(change.content["scopes"]),
        expires_on=clients.day_of(change.content["valid_to"]),
        # A proposal of before there were auditors' clients says nothing of a period.
        seen=audit_periods.period_of(change.content.get("seen_from", ""), change.content.get("seen_to", "")),
        by=change.proposed_by,
        vouched_by=confirming.by,
        at=confirming.at,
        today=confirming.today,
    )


_EFFECTS: Final[Mapping[StaffChangeKind, Callable[[Session, StaffChange, Confirming], None]]] = {
    StaffChangeKind.INVITE: _invite,
    StaffChangeKind.ROLES: _roles,
    StaffChangeKind.ADDRESS: _address,
    StaffChangeKind.CODES: _codes,
    StaffChangeKind.IDENTITY: _identity,
    StaffChangeKind.ATTEST_RIGHT: _attest_right,
    StaffChangeKind.SUBSTITUTE: _substitute,
    StaffChangeKind.ACCEPT_LIMIT: _accept_limit,
    StaffChangeKind.CLIENT: _client,
}


def _account(session: Session, change: StaffChange, confirming: Confirming) -> Account:
    account = staff_member(session, confirming.organisation, change.person)
    if account is None:
        raise NotThere
    return account


def _attests(session: Session, confirming: Confirming, person: str) -> None:
    account = staff_member(session, confirming.organisation, person)
    if account is not None and Permission.ATTEST not in account.person.permissions:
        raise AccountRefused(Text("Personen är inte attestant. Ge först den behörigheten."))
