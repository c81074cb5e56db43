"""No one person brings a payment to the bank: whatever roles their account may have, and whomever they made alone.

Whoever may press more can do no less, so the largest sets of roles that go together stand for all of them. Each person
presses every button that moves money or lets somebody do so, with every account they hold, round after round.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from itertools import chain, combinations

import pytest
from sqlalchemy import select

from accounts import store as account_store
from accounts.identity import BUYER_SIDE, Permission, Person
from accounts.staff.roles import PAIRS
from accounts.store import AccountState
from accounts.tables import staff_change
from foundation.text import SWEDISH
from invoicing.payment import attest_right_store, proposal_store
from invoicing.payment.attest_right_store import Reach
from invoicing.payment.tables import payment_proposal
from invoicing.payment.transfers import ProposalState
from tests.support.pages.browser import Site, portal
from tests.support.pages.visitor import visitor
from tests.support.servers.system_databases import CLOCK
from tests.support.stories.system import System, a_system

_P = Permission
BUYER, REFERENCE = "2021002114", "100000101"
ROUNDS = 2
Roles = frozenset[Permission]
_ALONE = (_P.FINANCE, _P.ATTEST, _P.BUYER_ADMIN)
"""Whom an administrator may have made alone: somebody to prepare, to attest, to confirm."""


def largest_allowed() -> list[Roles]:
    """The sets of roles that go together and to which no other can be added."""
    every = chain.from_iterable(
        combinations(sorted(BUYER_SIDE), size) for size in range(1, len(BUYER_SIDE) + 1)
    )
    allowed = [
        frozenset(roles)
        for roles in every
        if not any(PAIRS[frozenset(pair)].refused for pair in combinations(roles, 2))
    ]
    return [roles for roles in allowed if not any(roles < other for other in allowed)]


LARGEST = largest_allowed()


@dataclass
class Room:
    """A portal with an invoice that is due, and an honest attester who does nothing."""

    system: System
    site: Site
    lender: dict[str, str] = field(default_factory=dict)

    def account(self, name: str, roles: Roles, *, made_by: str, vouched_by: str = "") -> Person:
        with self.system.database.writing() as session:
            number = account_store.add(
                session,
                organisation=BUYER,
                sign_in_name=f"{name}@{BUYER}.example",
                display_name=name,
                permissions=sorted(roles),
                within=None,
                language=SWEDISH,
                at=CLOCK,
                by=made_by,
                state=AccountState.ACTIVE,
                vouched_by=vouched_by,
            )
            made = account_store.by_id(session, number)
        assert made is not None
        return Person(name, name, BUYER, made.person.permissions)

    def number_of(self, person: Person) -> int:
        with self.system.database.reading() as session:
            found = account_store.by_name(session, f"{person.id}@{BUYER}.example")
        assert found is not None
        return found.id

    def give_right(self, person: Person) -> None:
        """As two others once did."""
        with self.system.database.writing() as session:
            attest_right_store.give(
                session,
                person=f"user-{self.number_of(person)}",
                limit=Decimal("100000.00"),
                valid_from=date(2026, 1, 1),
                valid_to=None,
                reach=Reach(),
                by="drift-anna",
                confirmed_by="drift-bo",
            )

    def press_everything(self, person: Person, mine: list[Person]) -> None:
        with visitor(self.site, person) as hand:
            hand.post("/finance/payments", {"pay_on": "2026-03-31"})
            for number, items in self.proposals().items():
                page = hand.get(f"/finance/payments/proposals/{number}").text
                shown = next(iter(re.findall(r'name="shown" value="(\w{64})"', page)), "")
                hand.post(f"/finance/payments/proposals/{number}/attest", {"item": items, "shown": shown})
                hand.post(f"/finance/payments/proposals/{number}/export")
            for role in (_P.FINANCE, _P.ATTEST):
                hand.post(
                    "/admin/people/new",
                    {"name": "Jag", "email": f"{person.id}{role.lower()}@x.example", "permission": role},
                )
            for each in mine:
                account = self.number_of(each)
                hand.post(f"/admin/people/{account}", {"permission": sorted({*each.permissions, _P.ATTEST})})
                about = {"person": f"user-{account}", "valid_from": "2026-01-01", "valid_to": "2027-01-01"}
                hand.post("/finance/payments/rights", {**about, "limit": "90000,00"})
                hand.post("/finance/payments/substitutes", {**self.lender, "substitute": f"user-{account}"})
            for change in self.changes():
                hand.post(f"/admin/people/changes/{change}/confirm")

    def proposals(self) -> dict[str, list[str]]:
        with self.system.database.reading() as session:
            numbers = session.scalars(select(payment_proposal.c.number))
            return {
                number: [str(each.id) for each in proposal_store.items(session, number)] for number in numbers
            }

    def states(self) -> set[str]:
        with self.system.database.reading() as session:
            return set(session.scalars(select(payment_proposal.c.state)))

    def changes(self) -> list[int]:
        with self.system.database.reading() as session:
            return list(session.scalars(select(staff_change.c.id)))


@pytest.fixture
def room(database_url: str) -> Iterator[Room]:
    with a_system(database_url) as system:
        system.decide(REFERENCE)
        system.report(REFERENCE, "2026-01", on=date(2026, 2, 2))
        system.send_invoice(system.order(REFERENCE).number, number="F-1", on=date(2026, 2, 3))
        with portal(
            database_url,
            clock=lambda: CLOCK,
            second_step=False,
            debtor_iban="SE4550000000058398257466",
            debtor_bic="ESSESESS",
            debtor_customer_id="12345",
        ) as site:
            room = Room(system, site)
            honest = room.account(
                "heder", frozenset({_P.ATTEST}), made_by="drift-anna", vouched_by="drift-bo"
            )
            room.give_right(honest)
            room.lender = {
                "person": f"user-{room.number_of(honest)}",
                "valid_from": "2026-01-01",
                "valid_to": "2027-01-01",
            }
            room.account("chef", frozenset({_P.BUYER_ADMIN}), made_by="drift-anna", vouched_by="drift-bo")
            yield room


def test_the_largest_sets_of_roles_hold_every_role() -> None:
    assert frozenset().union(*LARGEST) == BUYER_SIDE
    assert len(LARGEST) > 2


@pytest.mark.parametrize("roles", LARGEST, ids=lambda roles: "+".join(sorted(roles)))
def test_no_one_person_brings_a_payment_to_the_bank(room: Room, roles: Roles) -> None:
    me = room.account("jag", roles, made_by="drift-anna", vouched_by="drift-bo")
    if _P.ATTEST in roles:
        room.give_right(me)
    mine = [me]
    if _P.BUYER_ADMIN in roles:
        # As an administrator could make accounts alone, before it took two.
        maker = f"user-{room.number_of(me)}"
        mine += [room.account(f"jag{role}", frozenset({role}), made_by=maker) for role in _ALONE]
    for _ in range(ROUNDS):
        for person in mine:
            room.press_everything(person, mine)
    assert room.states() <= {ProposalState.DRAFT}
    # What there is to press was there: where they may prepare, it is prepared.
    assert bool(room.states()) is any(_P.FINANCE in each.permissions for each in mine)


def test_two_people_who_press_the_same_do(room: Room) -> None:
    """The buttons above are the right ones."""
    two = [
        room.account(each, frozenset({role}), made_by="drift-anna", vouched_by="drift-bo")
        for each, role in (("fia", _P.FINANCE), ("atta", _P.ATTEST))
    ]
    room.give_right(two[1])
    for person in (*two, two[0]):
        room.press_everything(person, [person])
    assert ProposalState.EXPORTED in room.states()
