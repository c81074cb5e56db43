"""What those who can sign in need of the register: their organisation, and what they are limited to."""

from sqlalchemy import func, select

from accounts.api_clients.model import ClientState
from accounts.api_clients.tables import api_client
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
    within = select(api_client.c.id, api_client.c.units, api_client.c.addresses).where(
        api_client.c.state == ClientState.ACTIVE, api_client.c.all_units.is_(False)
    )
    # Few, and each is a handful of ids in a text.
    of_clients = [
        (place, entry, f"client-{row.id}")
        for row in session.execute(within.order_by(api_client.c.id))
        for place, ids in (("units", row.units), ("addresses", row.addresses))
        for entry in ids.splitlines()
    ]
    return [
        *(Need(place, entry, NeedKind.ACCOUNT, 1, client) for place, entry, client in of_clients),
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
