"""What an API client is: its scopes, its states, and the person it counts as to everything a supplier's page asks.

Convention: a supplier's client has scopes that are people's permissions, so that whatever judges a person judges it.
Nobody administers by a program: it would make clients of its own. An auditor's client reads, and nothing else, and only
what lies in the period it was made for (`audit_period_store`).
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from enum import StrEnum
from typing import Final

from accounts.api_clients import key_format
from accounts.identity import Permission, Person
from foundation.text import Text
from foundation.transitions import Transitions
from orders.register.unit_scope import UnitScope

SECRETS_MOST: Final = 2
"""So many secrets of a client hold at once: the one in use and the one it is exchanged for."""


class ApiScope(StrEnum):
    """What a client may do."""

    EVENTS_WRITE = "events:write"
    EVENTS_READ = "events:read"
    LEDGER_ANSWER = "ledger:answer"
    FIGURES_READ = "figures:read"
    REGISTER_READ = "register:read"
    REGISTER_WRITE = "register:write"
    DOCUMENTS_READ = "documents:read"
    FINANCE_READ = "finance:read"
    AUDIT_READ = "audit:read"
    ASSIGN = "supplier:assign"
    REPORT = "supplier:report"
    VIEW = "supplier:view"


PERMISSION_OF: Final[Mapping[ApiScope, Permission]] = {
    ApiScope.ASSIGN: Permission.ASSIGN,
    ApiScope.REPORT: Permission.REPORT,
    ApiScope.VIEW: Permission.VIEW,
}
"""A supplier's scopes, and the permission that each of them is."""

SUPPLIER_SCOPES: Final = frozenset(PERMISSION_OF)
BUYER_SCOPES: Final = frozenset(ApiScope) - SUPPLIER_SCOPES


class ClientState(StrEnum):
    """Whether a client may sign in, or what ended it."""

    ACTIVE = "ACTIVE"
    EXPIRED = "EXPIRED"
    ENDED = "ENDED"


CLIENT_WORDS: Final[Mapping[ClientState, Text]] = {
    ClientState.ACTIVE: Text("Gäller", context="client"),
    ClientState.EXPIRED: Text("Har gått ut", context="client"),
    ClientState.ENDED: Text("Avslutad", context="client"),
}
"""What people call each state."""

CLIENT_FOLLOWS = Transitions(
    {ClientState.ACTIVE: {ClientState.EXPIRED, ClientState.ENDED}},
    ends={ClientState.EXPIRED, ClientState.ENDED},
    remedy=Text("Gör en ny klient."),
    words=CLIENT_WORDS,
)
"""A client that has ended stays so: a new one is made instead."""


@dataclass(frozen=True, slots=True)
class ApiSecret:
    """One secret of a client, without the secret itself."""

    id: int
    client_id: int
    place: int
    prefix: str
    secret_sha256: str
    made_at: datetime
    made_by: str
    last_used_on: date | None
    ended_at: datetime | None

    @property
    def holds(self) -> bool:
        """Whether somebody may sign in with it."""
        return self.ended_at is None


@dataclass(frozen=True, slots=True)
class ApiClient:
    """A program that signs in. `expires_on` is its last day, None: until it is ended; `within` None: all units.

    One that `is_test` is answered from a sandbox of its own: nothing it does or sees is real.
    """

    id: int
    organisation: str
    name: str
    scopes: frozenset[ApiScope]
    within: UnitScope | None
    jwks: str
    state: ClientState
    expires_on: date | None
    made_at: datetime
    made_by: str
    vouched_by: str
    responsible: str
    last_used_on: date | None
    is_test: bool = False

    @property
    def actor(self) -> str:
        """What the journal calls the program, and what it calls itself at the token endpoint."""
        return f"client-{self.id}"

    @property
    def key_beginning(self) -> str:
        """How its keys begin."""
        return key_format.beginning(is_test=self.is_test)

    @property
    def is_buyers(self) -> bool:
        """Whether it is one of the buyer's own systems."""
        return not self.organisation

    def is_past(self, today: date) -> bool:
        """Whether its last day has gone by."""
        return self.expires_on is not None and self.expires_on < today

    def may_sign_in(self, today: date) -> bool:
        """Whether it has neither ended nor run out."""
        return self.state is ClientState.ACTIVE and not self.is_past(today)


@dataclass(frozen=True, slots=True)
class ApiCaller:
    """A client that has signed in, and what it may do this time: a token may have less than the client.

    `predecessors` are the suppliers in whose place its own stands, which is itself taken over on `taken_over_on`.
    """

    client: ApiClient
    scopes: frozenset[ApiScope]
    predecessors: tuple[str, ...] = ()
    taken_over_on: date | None = None

    def taking_over(self, predecessors: tuple[str, ...], taken_over_on: date | None) -> "ApiCaller":
        """The same with these."""
        return replace(self, predecessors=predecessors, taken_over_on=taken_over_on)

    @property
    def person(self) -> Person:
        """A supplier's client as the person its scopes make it: what a page would ask of somebody, is asked of it."""
        return Person(
            id=self.client.actor,
            display_name=self.client.name,
            organisation=self.client.organisation,
            permissions=frozenset(PERMISSION_OF[each] for each in self.scopes if each in PERMISSION_OF),
            within=self.client.within,
            predecessors=self.predecessors,
            taken_over_on=self.taken_over_on,
        )


def scopes_within(organisation: str) -> frozenset[ApiScope]:
    """The scopes that a client of this organisation can have at all; of the buyer for an empty one."""
    return SUPPLIER_SCOPES if organisation else BUYER_SCOPES


def number_of(name: str) -> int | None:
    """The number in what a client calls itself.

    >>> number_of("client-12"), number_of("client-0x"), number_of("user-12")
    (12, None, None)
    """
    word, _, digits = name.partition("-")
    is_number = digits.isascii() and digits.isdecimal() and len(digits) <= 9
    return int(digits) if word == "client" and is_number else None
