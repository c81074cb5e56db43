"""What the demo's attesting officers may attest: one up to a small amount, the other up to a large one.

Given when the story has ended, whose own payers are no people of the portal.
"""

from datetime import date
from decimal import Decimal
from typing import Final

from accounts import store as account_store
from foundation.sql import Session
from invoicing.payment import attest_right_store

_LIMITS: Final = (
    ("attest1@kopare.example", Decimal("2500.00")),
    ("attest2@kopare.example", Decimal("100000.00")),
)


def give_rights(session: Session, *, today: date) -> None:
    """Give each of them the right, where they have an account."""
    for name, limit in _LIMITS:
        account = account_store.by_name(session, name)
        if account is not None:
            attest_right_store.give(
                session,
                person=f"user-{account.id}",
                limit=limit,
                valid_from=today.replace(day=1),
                by="demo",
                confirmed_by="demo-2",
            )
