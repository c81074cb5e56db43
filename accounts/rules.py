"""What may be decided about accounts, and nothing of how it is kept: pure.

Convention: a rule takes values and refuses with a sentence, or gives what is to be done.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from accounts.identity import BUYER_SIDE, SUPPLIER_SIDE, Permission
from accounts.staff import roles
from accounts.store import Account, AccountState
from foundation.errors import Refused
from foundation.text import CountedText, Text
from operations.mail import addresses
from operations.mail.addresses import AddressUnusable
from orders.register.agreements import DeliveryUnit
from orders.register.unit_scope import UnitScope

NORMAL_DAYS: Final = (5, 7)
"""An application is normally decided within so many days (REQ-44)."""

INVITATION_LASTS: Final = timedelta(days=7)
RESET_LASTS: Final = timedelta(hours=1)

_ADDRESS: Final = re.compile(r"[^@\s,;<>\"]{1,64}@[^@\s,;<>\"]{1,185}\.[^@\s,;<>\".]{2,}")


class AccountRefused(Refused):
    """An account may not be made or changed that way."""


class LastAdministrator(AccountRefused):
    """An organisation always has somebody who can let others in."""

    def __init__(self) -> None:
        super().__init__(
            Text("Det är den sista som administrerar behörigheter. Ge först någon annan den behörigheten.")
        )


@dataclass(frozen=True, slots=True)
class Age:
    """How long an application has waited, in days, and how that compares with what is normal."""

    days: int

    @property
    def tone(self) -> str:
        """good before the normal time, note within it, bad after it."""
        if self.days < NORMAL_DAYS[0]:
            return "good"
        return "note" if self.days <= NORMAL_DAYS[1] else "bad"

    @property
    def told(self) -> Text:
        """The age in words."""
        if self.days > NORMAL_DAYS[1]:
            return Text("%(days)s dagar, över det normala", days=self.days)
        return CountedText("%(count)s dag", "%(count)s dagar", count=self.days)


def age(made_on: date, today: date) -> Age:
    """The age of an application that waits."""
    return Age(max(0, (today - made_on).days))


def mail_address(text: str, *, utf8: bool) -> str:
    """A mail address as it is kept. Raises AccountRefused for what cannot be one, or what no mail would reach.

    `utf8`: whether the installation's mail server sends to addresses with other letters than a to z before the @.
    """
    address = addresses.normal(text)
    if not _ADDRESS.fullmatch(address):
        raise AccountRefused(Text("Det är inte en e-postadress. Skriv till exempel namn@foretag.se."))
    try:
        addresses.sendable(address)
    except AddressUnusable as unusable:
        raise AccountRefused(unusable.text) from None
    if addresses.needs_utf8(address) and not utf8:
        raise AccountRefused(
            Text(
                "Vi kan inte skicka mejl till adresser med å, ä, ö eller andra tecken än a till z före @. Skriv en "
                "annan adress."
            )
        )
    return address


def name_of_person(text: str) -> str:
    """A person's name, trimmed. Raises AccountRefused for none or an unlikely long one."""
    name = " ".join(text.split())
    if not 1 <= len(name) <= 120 or not name.isprintable():
        raise AccountRefused(Text("Skriv personens namn."))
    return name


def granted(
    permissions: Iterable[str], places: Iterable[str], *, everywhere: bool, units: Iterable[DeliveryUnit]
) -> tuple[frozenset[Permission], UnitScope | None]:
    """Permissions and places as a form names them, for somebody at a supplier whose `units` these are.

    At least one permission; any of them may be combined (REQ-51). A place is a whole unit, by its id, or one of its
    addresses, as `address_choice` writes it; whoever administers always has all of them, which is None (REQ-52). An
    address of a unit that is chosen whole says nothing more. Raises AccountRefused.
    """
    chosen = frozenset(Permission(each) for each in permissions if each in {*SUPPLIER_SIDE})
    if not chosen:
        raise AccountRefused(Text("Välj minst en behörighet.")).at("may")
    if everywhere or Permission.ADMINISTER in chosen:
        return chosen, None
    wanted, whole, single = frozenset(places), set[str](), set[str]()
    for unit in units:
        if unit.id in wanted:
            whole.add(unit.id)
        else:
            single |= {each.id for each in unit.every_address if address_choice(each.id) in wanted}
    if not (whole or single):
        raise AccountRefused(Text("Välj minst en enhet eller adress, eller hela organisationen.")).at("scope")
    return chosen, UnitScope(frozenset(whole), frozenset(single))


def address_choice(address_id: str) -> str:
    """How a form names one address, which a whole unit may have the id of.

    >>> address_choice("UV-101")
    '@UV-101'
    """
    return f"@{address_id}"


def granted_staff(permissions: Iterable[str]) -> frozenset[Permission]:
    """Permissions as a form names them, for somebody at the buyer.

    Raises AccountRefused for none, and for a pair that no one person may have (`staff.roles.PAIRS`).
    """
    chosen = frozenset(Permission(each) for each in permissions if each in {*BUYER_SIDE})
    if not chosen:
        raise AccountRefused(Text("Välj minst en behörighet."))
    for refused in roles.refusals(chosen):
        raise AccountRefused(refused)
    return chosen


def keeps_an_administrator(
    people: Iterable[Account], changed: int, permissions: frozenset[Permission], administers: Permission
) -> None:
    """Raises LastAdministrator when nobody active would administer after `changed` has only `permissions`.

    With no permissions the account is taken to end.
    """
    people = tuple(people)

    def left(each: Account) -> frozenset[Permission]:
        return permissions if each.id == changed else each.permissions

    had = any(each.state == AccountState.ACTIVE and administers in each.permissions for each in people)
    has = any(each.state == AccountState.ACTIVE and administers in left(each) for each in people)
    if had and not has:
        raise LastAdministrator


def at_unit(people: Iterable[Account], unit: DeliveryUnit) -> list[Account]:
    """Those of a supplier's people who are active and see the unit, or one of its addresses."""

    def sees(within: UnitScope | None) -> bool:
        return within is None or any(within.holds(unit.id, each.id) for each in unit.every_address)

    return [each for each in people if each.state == AccountState.ACTIVE and sees(each.person.within)]


def person_at_unit(person: str, people: Iterable[Account], unit: DeliveryUnit) -> str:
    """The opaque id of somebody at the unit, as a form names it, or empty for nobody. Raises AccountRefused."""
    if person and person not in {each.person.id for each in at_unit(people, unit)}:
        raise AccountRefused(Text("Välj någon med konto som har behörighet vid enheten."))
    return person
