"""Other roles for one of the buyer's people: what is taken away is gone at once, what is given waits for another."""

from collections.abc import Set as AbstractSet
from datetime import datetime

from accounts import accounts
from accounts.identity import Permission
from accounts.rules import AccountRefused
from accounts.staff import changes, staff_forms
from accounts.staff.change_store import StaffChangeKind
from accounts.store import Account
from foundation.sql import Session
from foundation.text import Text


def change_roles(
    session: Session,
    account: Account,
    *,
    added: AbstractSet[Permission],
    removed: AbstractSet[Permission],
    by: str,
    at: datetime,
) -> int | None:
    """Take roles away and propose others (decision 68); the proposal's number, None where nothing is to be confirmed.

    Raises AccountRefused where nothing would change or who asks may not, LastAdministrator, and what `propose` does.
    """
    changes.check_may(session, by)
    added, removed = added - account.permissions, removed & account.permissions
    if not (added or removed):
        raise AccountRefused(
            Text(
                "Inget ändras: personen har redan de behörigheter som läggs till, och inga av dem som tas bort."
            )
        )
    if removed:
        accounts.change(
            session,
            account.organisation,
            account.id,
            permissions=account.permissions - removed,
            within=None,
            by=by,
            administers=Permission.BUYER_ADMIN,
            only_less=True,
        )
    if not added:
        return None
    content = staff_forms.other_roles(added=added, removed=())
    return changes.propose(
        session, StaffChangeKind.ROLES, person=account.person.id, content=content, by=by, at=at
    )
