"""The people with an account who are at a unit: whom a tutor of it may be tied to."""

from accounts import store as account_store
from accounts.rules import AccountRefused
from accounts.store import Account, AccountState
from foundation.sql import Session
from foundation.text import Text
from orders.register.agreements import DeliveryUnit


def of_unit(session: Session, unit: DeliveryUnit) -> list[Account]:
    """The active people of the unit's supplier who see the unit or one of its addresses."""
    return [
        each
        for each in account_store.of_organisation(session, unit.supplier)
        if each.state is AccountState.ACTIVE and _sees(each, unit)
    ]


def checked(session: Session, unit: DeliveryUnit, person: str) -> str:
    """The opaque id of somebody at the unit, or empty for nobody. Raises AccountRefused for anybody else."""
    if person and person not in {each.person.id for each in of_unit(session, unit)}:
        raise AccountRefused(Text("Välj någon med konto som har behörighet vid enheten."))
    return person


def _sees(account: Account, unit: DeliveryUnit) -> bool:
    within = account.person.within
    return within is None or any(within.holds(unit.id, each.id) for each in unit.every_address)
