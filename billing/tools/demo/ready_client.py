"""A test client that the demo's portal shows when it begins, so that the machine API is tried at once."""

from dataclasses import dataclass
from typing import Final

from accounts.api_clients import client_store, clients, secret_store
from accounts.api_clients.model import ApiScope
from foundation.database import Database
from foundation.periods import stockholm_date
from foundation.sql import Session
from invoicing.flow_test import sample_orders
from invoicing.flow_test.sample_orders import NoSamples
from orders.register import store as register_store

_NAME: Final = "Demo"
_BY: Final = "demo"


@dataclass(frozen=True, slots=True)
class ReadyClient:
    """The key of a client with a sandbox, and lines of curl that do something with it."""

    key: str

    def lines(self, address: str) -> list[str]:
        """What can be pasted into a terminal, in its order."""
        who = f'-H "Authorization: Bearer {self.key}"'
        told = '-H "Content-Type: application/json" -H "Idempotency-Key: demo-1"'
        wanted = """-d '{"months_received": 2}'"""
        return [
            f"curl -X POST {address}/api/v1/sandbox/orders {who} {told} {wanted}",
            f"curl {address}/api/v1/orders {who}",
            f"curl {address}/api/v1/sandbox/inbox {who}",
        ]


def ready(database: Database) -> ReadyClient | None:
    """Give the demo's test client a new key, and make the client the first time; None where no supplier can try."""
    now = database.clock()
    today = stockholm_date(now)
    with database.writing() as session:
        supplier = _supplier(session)
        if supplier is None:
            return None
        found = [
            each for each in client_store.active_of(session, supplier) if each.is_test and each.name == _NAME
        ]
        client = (
            found[0]
            if found
            else clients.make(
                session,
                supplier,
                _NAME,
                scopes=frozenset({ApiScope.REPORT}),
                expires_on=None,
                by=_BY,
                at=now,
                today=today,
                is_test=True,
            )
        )
        for held in secret_store.of_client(session, client.id):
            if held.holds:
                clients.end_secret(session, supplier, client.id, held.prefix, by=_BY, at=now)
        made = clients.give_secret(session, supplier, client.id, by=_BY, at=now, today=today)
    return ReadyClient(made.shown)


def _supplier(session: Session) -> str | None:
    """The first supplier that sample orders can be made for."""
    register = register_store.load(session)
    for each in register.suppliers:
        try:
            sample_orders.samples(register, each.organisation_number)
        except NoSamples:
            continue
        return each.organisation_number
    return None
