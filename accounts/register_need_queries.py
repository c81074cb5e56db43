"""What those who can sign in need of the register: their organisation, and what they are limited to."""

from sqlalchemy import func, select

from accounts.store import AccountState
from accounts.tables import account, account_address, account_unit
from foundation.sql import Session
from orders.register.needs import Need, NeedKind


def needs(session: Session, *, buyer: str) -> list[Need]:
    """The organisations, units and addresses of all who are invited or active. `buyer` is the buyer's own number."""
    lives = account.c.state != AccountState.ENDED
    first = func.min(account.c.id)
    organisations = (
        select(account.c.organisation, func.count(), first)
        .where(lives)
        .group_by(account.c.organisation)
        .order_by(account.c.organisation)
    )
    units = (
        select(account_unit.c.unit_id, func.count(), first)
        .join(account, account.c.id == account_unit.c.account_id)
        .where(lives)
        .group_by(account_unit.c.unit_id)
        .order_by(account_unit.c.unit_id)
    )
    addresses = (
        select(account_address.c.address_id, func.count(), first)
        .join(account, account.c.id == account_address.c.account_id)
        .where(lives)
        .group_by(account_address.c.address_id)
        .order_by(account_address.c.address_id)
    )
    return [
        *(
            Need("buyer" if entry == buyer else "suppliers", entry, NeedKind.ACCOUNT, count, f"user-{person}")
            for entry, count, person in session.execute(organisations)
        ),
        *(
            Need("units", entry, NeedKind.ACCOUNT, count, f"user-{person}")
            for entry, count, person in session.execute(units)
        ),
        *(
            Need("addresses", entry, NeedKind.ACCOUNT, count, f"user-{person}")
            for entry, count, person in session.execute(addresses)
        ),
    ]
