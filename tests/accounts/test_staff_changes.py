"""Nobody lets anybody in alone: what gives one of the buyer's people more takes two administrators, always."""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from itertools import combinations
from typing import Final

import pytest
from argon2 import PasswordHasher
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import insert, select, update
from sqlalchemy.exc import IntegrityError

from accounts import accounts, passwords
from accounts import store as account_store
from accounts.api_clients import client_store
from accounts.api_clients.model import ApiScope
from accounts.identity import BUYER_SIDE, Permission
from accounts.journal_actions import AccountAction, StaffAction
from accounts.rules import AccountRefused, granted_staff
from accounts.staff import change_store, changes, independence, staff_forms
from accounts.staff.change_store import STANDS, StaffChangeKind, StaffChangeState
from accounts.staff.roles import PAIRS, usable
from accounts.store import Account, AccountState
from accounts.tables import staff_change
from billing.tools.demo import people
from foundation import journal
from foundation.errors import NotThere, Refused
from foundation.text import SWEDISH
from foundation.transitions import StepRefused
from invoicing.decisions import store as decision_store
from invoicing.payment import attest_right_store
from invoicing.payment.attest_right_store import Reach, RightRefused
from invoicing.payment.tables import attest_right, attest_substitute
from operations.mail.tables import mail as mail_table
from orders.register import store as register_store
from tests.support.at_once import at_once
from tests.support.pages.browser import Site, portal
from tests.support.pages.visitor import Visitor, text_of, visitor
from tests.support.project import PROJECT
from tests.support.servers.system_databases import CLOCK
from tests.support.stories.system import System, a_system

_P = Permission
BUYER: Final = "2021002114"
FINANCE, ATTESTER, ADMIN, OTHER, OFFICER = "user-6", "user-7", "user-9", "user-13", "user-11"
RIGHT: Final = staff_forms.attest_right(
    limit=Decimal("500.00"), valid_from=date(2026, 1, 1), valid_to=None, reach=Reach()
)
SUBSTITUTE: Final = staff_forms.substitute(
    stand_in="user-8", valid_from=date(2026, 1, 1), valid_to=date(2026, 12, 31)
)


@pytest.fixture(autouse=True)
def quick_hashes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(passwords, "_hasher", PasswordHasher(time_cost=1, memory_cost=16, parallelism=1))


@pytest.fixture
def system(database_url: str) -> Iterator[System]:
    with a_system(database_url) as system:
        with system.database.writing() as session:
            people.move_in(session, register_store.load(session), at=CLOCK)
        yield system


def somebody_new(address: str = "ny@kopare.example", *roles: Permission) -> Mapping[str, str]:
    return staff_forms.invitation(
        name="Ny Person", address=address, roles=roles or (_P.ATTEST,), language=SWEDISH
    )


def propose(
    system: System,
    kind: StaffChangeKind = StaffChangeKind.INVITE,
    content: Mapping[str, str] | None = None,
    *,
    person: str = "",
    by: str = ADMIN,
) -> int:
    said = somebody_new() if content is None else content
    with system.database.writing() as session:
        return changes.propose(session, kind, person=person, content=said, by=by, at=CLOCK)


def confirm(system: System, change: int, *, by: str = OTHER, later: timedelta = timedelta(0)) -> None:
    with system.database.writing() as session:
        changes.confirm(session, change, by=by, at=CLOCK + later)


def account(system: System, number: int) -> Account:
    with system.database.reading() as session:
        found = account_store.by_id(session, number)
    assert found is not None
    return found


def named(system: System, address: str) -> Account | None:
    with system.database.reading() as session:
        return account_store.by_name(session, address)


def state(system: System, change: int) -> StaffChangeState:
    with system.database.reading() as session:
        return change_store.get(session, change).state


def templates(system: System, address: str) -> list[str]:
    with system.database.reading() as session:
        question = select(mail_table.c.template).where(mail_table.c.to_address == address)
        return list(session.scalars(question.order_by(mail_table.c.id)))


def told(system: System) -> list[str]:
    with system.database.reading() as session:
        return [row.action for row in journal.rows(session)]


# Which roles go together ------------------------------------------------------------------------


def test_every_pair_of_roles_is_allowed_or_refused_with_a_reason() -> None:
    assert set(PAIRS) == {frozenset(pair) for pair in combinations(BUYER_SIDE, 2)}
    for pair in PAIRS.values():
        assert bool(pair.why) is not bool(pair.refused)


def test_the_last_hand_on_money_has_no_other_hand_in_it() -> None:
    """Who attests neither prepares, approves, audits nor lets anybody in."""
    refused = {pair for pair, said in PAIRS.items() if said.refused and _P.ATTEST in pair}
    assert refused == {
        frozenset({_P.ATTEST, each}) for each in (_P.FINANCE, _P.OFFICER, _P.AUDIT, _P.BUYER_ADMIN)
    }


@given(st.frozensets(st.sampled_from(sorted(BUYER_SIDE)), min_size=1))
def test_roles_are_granted_when_each_pair_of_them_is(chosen: frozenset[Permission]) -> None:
    may = not any(PAIRS[frozenset(pair)].refused for pair in combinations(chosen, 2))
    if may:
        assert granted_staff(chosen) == chosen == usable(chosen)
    else:
        with pytest.raises(AccountRefused):
            granted_staff(chosen)
    others = usable(chosen) - {_P.ATTEST}
    assert _P.ATTEST not in usable(chosen) or not others - {_P.PROTECTED}


def test_an_account_of_before_that_administers_and_attests_attests_no_longer(system: System) -> None:
    with system.database.writing() as session:
        account_store.regrant(session, 9, [_P.BUYER_ADMIN, _P.ATTEST], None)
    assert account(system, 9).person.permissions == {_P.BUYER_ADMIN}


# One person alone -------------------------------------------------------------------------------


def test_one_administrator_with_two_addresses_pays_nobody(system: System) -> None:
    """The story that was seen: two accounts with one's own addresses, one to prepare and one to attest."""
    mine = [
        propose(system, content=somebody_new(f"jag+{role}@hemma.example", role))
        for role in (_P.FINANCE, _P.ATTEST)
    ]
    for change in mine:
        with pytest.raises(AccountRefused, match="proposed the change yourself"):
            confirm(system, change, by=ADMIN)
    assert named(system, "jag+finance@hemma.example") is None
    assert templates(system, "jag+attest@hemma.example") == []
    assert templates(system, "admin2@kopare.example") == ["staff-change-proposed"] * 2


def test_an_administrator_made_alone_is_no_second_person(system: System) -> None:
    """Nor are two whom one and the same person made, nor the maker of one."""
    with system.database.writing() as session:
        for address in ("jag1@hemma.example", "jag2@hemma.example"):
            # As every account was made before it took two.
            account_store.add(
                session,
                organisation=BUYER,
                sign_in_name=address,
                display_name="Jag",
                permissions=[_P.BUYER_ADMIN],
                within=None,
                language=SWEDISH,
                at=CLOCK,
                by=ADMIN,
                state=AccountState.ACTIVE,
            )
    first, second = (named(system, f"jag{each}@hemma.example") for each in (1, 2))
    assert first is not None
    assert second is not None
    for one, other in combinations((ADMIN, first.person.id, second.person.id), 2):
        for proposer, confirmer in ((one, other), (other, one)):
            change = propose(system, content=somebody_new(f"{proposer}{confirmer}@x.example"), by=proposer)
            with pytest.raises(AccountRefused, match="count as one person"):
                confirm(system, change, by=confirmer)
    change = propose(system, by=first.person.id)
    confirm(system, change, by=OTHER)
    assert named(system, "ny@kopare.example") is not None


def test_nothing_but_a_change_of_two_gives_anybody_more() -> None:
    """No page and no command takes the short way: each that gives something is called in one place, and the demo."""
    gives = re.compile(
        r"\b(attest_right_store\.(?:give|substitute)|decision_store\.set_limit|accounts\.change_address)\("
    )
    found = {
        (f"{path.relative_to(PROJECT)}", each)
        for folder in (
            "accounts",
            "billing",
            "finance_desk",
            "supplier_portal",
            "operations",
            "invoicing",
            "audit",
            "bookkeeping",
        )
        for path in (PROJECT / folder).rglob("*.py")
        for each in gives.findall(path.read_text(encoding="utf-8"))
    }
    effects = "accounts/staff/effects.py"
    assert found == {
        (effects, "attest_right_store.give"),
        (effects, "attest_right_store.substitute"),
        (effects, "decision_store.set_limit"),
        (effects, "accounts.change_address"),
        # Lower at once, and only that.
        ("finance_desk/pages/policies.py", "decision_store.set_limit"),
        ("billing/tools/demo/attest.py", "attest_right_store.give"),
        ("billing/tools/benchmarks/payments.py", "attest_right_store.give"),
        ("billing/tools/demo/people.py", "decision_store.set_limit"),
    }


def test_the_use_case_itself_lets_none_of_the_buyers_in_alone(system: System) -> None:
    with system.database.writing() as session, pytest.raises(ValueError, match="let in by two"):
        accounts.invite(
            session,
            organisation=BUYER,
            name="Jag",
            address="jag@hemma.example",
            permissions=frozenset({_P.ATTEST}),
            within=None,
            language=SWEDISH,
            by=ADMIN,
            at=CLOCK,
        )


@given(st.lists(st.integers(0, 9), min_size=1, max_size=9), st.data())
def test_whoever_one_person_makes_alone_is_that_person(makers: list[int], data: st.DataObject) -> None:
    """A tree of accounts below one person is one; two trees are two."""
    template = Account(0, BUYER, "", "", SWEDISH, AccountState.ACTIVE, None, frozenset({_P.BUYER_ADMIN}))
    staff = [replace(template, id=1, made_by="drift", vouched_by="drift")]
    staff.append(replace(template, id=2, made_by="drift", vouched_by="drift"))
    for place, maker in enumerate(makers, 3):
        staff.append(replace(template, id=place, made_by=f"user-{min(maker + 1, place - 1)}"))
    roots = {1: 1, 2: 2}
    for each in staff[2:]:
        roots[each.id] = roots[int(each.made_by.removeprefix("user-"))]
    one, other = (data.draw(st.sampled_from(staff)).id for _ in range(2))
    two = independence.are_two(f"user-{one}", f"user-{other}", staff)
    assert two is (roots[one] != roots[other])
    assert independence.independent(staff) == 2


def test_the_database_itself_refuses_one_person_alone(system: System) -> None:
    change = propose(system)
    for values in (
        {"state": "CONFIRMED", "decided_by": ADMIN},
        {"state": "CONFIRMED", "decided_by": ""},
        {"state": "CONFIRMED", "decided_by": OTHER, "person": OTHER},
        {"state": "CONFIRMED", "decided_by": OTHER, "person": ADMIN},
    ):
        with pytest.raises(IntegrityError), system.database.writing() as session:
            session.execute(update(staff_change).where(staff_change.c.id == change).values(**values))


# Two people -------------------------------------------------------------------------------------


def test_two_administrators_let_somebody_in_and_the_others_are_told(system: System) -> None:
    change = propose(system)
    assert named(system, "ny@kopare.example") is None
    confirm(system, change)
    made = named(system, "ny@kopare.example")
    assert made is not None
    assert (made.state, made.made_by, made.vouched_by) == (AccountState.INVITED, ADMIN, OTHER)
    assert templates(system, "ny@kopare.example") == ["invitation"]
    assert templates(system, "admin@kopare.example") == ["staff-change-confirmed"]
    assert told(system)[-2:] == [AccountAction.INVITED, StaffAction.CONFIRMED]
    with system.database.reading() as session:
        content = change_store.get(session, change).content
    assert set(content) == {"roles", "language"}, "a name or an address is kept beside the account"


EVERY_KIND: Final[Mapping[StaffChangeKind, tuple[str, Mapping[str, str], Callable[[System], object]]]] = {
    StaffChangeKind.INVITE: ("", somebody_new(), lambda system: named(system, "ny@kopare.example")),
    StaffChangeKind.ROLES: (
        FINANCE,
        staff_forms.other_roles(added=[_P.OFFICER], removed=[]),
        lambda system: _P.OFFICER in account(system, 6).permissions,
    ),
    StaffChangeKind.ADDRESS: (
        FINANCE,
        {"address": "frida.ny@kopare.example"},
        lambda system: named(system, "frida.ny@kopare.example"),
    ),
    StaffChangeKind.CODES: (FINANCE, {}, lambda system: not account(system, 6).totp_secret),
    StaffChangeKind.IDENTITY: (
        FINANCE,
        {},
        lambda system: "tie-identity" in templates(system, account(system, 6).sign_in_name),
    ),
    StaffChangeKind.ATTEST_RIGHT: (ATTESTER, RIGHT, lambda system: rights(system)),
    StaffChangeKind.SUBSTITUTE: (ATTESTER, SUBSTITUTE, lambda system: substitutes(system)),
    StaffChangeKind.ACCEPT_LIMIT: (
        FINANCE,
        {"limit": "900.00"},
        lambda system: limit_of(system, FINANCE) == Decimal("900.00"),
    ),
    StaffChangeKind.CLIENT: (
        "",
        staff_forms.client(name="Beslutssystemet", scopes=[ApiScope.EVENTS_READ], expires_on=None),
        lambda system: buyers_clients(system),
    ),
}
"""For each kind whom it is about, what it says, and how it shows that it holds."""


def rights(system: System) -> list[str]:
    with system.database.reading() as session:
        return [each.person for each in attest_right_store.rights(session)]


def substitutes(system: System) -> list[str]:
    with system.database.reading() as session:
        return [each.substitute for each in attest_right_store.substitutions(session)]


def buyers_clients(system: System) -> list[str]:
    with system.database.reading() as session:
        return [each.name for each in client_store.of_organisation(session, "")]


def limit_of(system: System, person: str) -> Decimal | None:
    with system.database.reading() as session:
        found = decision_store.limit_of(session, person)
    return found.amount if found is not None else None


@pytest.mark.parametrize("kind", list(StaffChangeKind))
def test_nothing_holds_before_another_has_confirmed_it(system: System, kind: StaffChangeKind) -> None:
    person, content, holds = EVERY_KIND[kind]
    with system.database.writing() as session:
        account_store.change(session, 6, totp_secret="A" * 32)
    change = propose(system, kind, content, person=person)
    assert not holds(system)
    with pytest.raises(AccountRefused):
        confirm(system, change, by=ADMIN)
    with pytest.raises(AccountRefused, match="Only an administrator"):
        confirm(system, change, by=OFFICER)
    assert not holds(system)
    confirm(system, change)
    assert holds(system)
    assert state(system, change) is StaffChangeState.CONFIRMED
    with pytest.raises(StepRefused):
        confirm(system, change)


@pytest.mark.parametrize("about", [ADMIN, OTHER])
def test_nobody_decides_about_themselves(system: System, about: str) -> None:
    content = staff_forms.other_roles(added=[_P.OFFICER], removed=[])
    if about == ADMIN:
        with pytest.raises(AccountRefused, match="about yourself"):
            propose(system, StaffChangeKind.ROLES, content, person=about)
        return
    change = propose(system, StaffChangeKind.ROLES, content, person=about)
    with pytest.raises(AccountRefused, match="about yourself"):
        confirm(system, change)
    confirm(system, change, by="drift-anna")


def test_another_mail_address_ends_every_session_and_is_told_at_both(system: System) -> None:
    change = propose(system, StaffChangeKind.ADDRESS, {"address": "frida.ny@kopare.example"}, person=FINANCE)
    confirm(system, change)
    assert templates(system, "ekonom@kopare.example") == ["address-changed"]
    assert templates(system, "frida.ny@kopare.example") == ["address-changed"]
    with pytest.raises(AccountRefused, match="belongs to an account already"):
        propose(system, StaffChangeKind.ADDRESS, {"address": "frida.ny@kopare.example"}, person=ATTESTER)


def test_roles_that_do_not_go_together_are_told_when_they_are_proposed(system: System) -> None:
    for person, added in ((ADMIN, _P.ATTEST), (FINANCE, _P.ATTEST), (ATTESTER, _P.BUYER_ADMIN)):
        content = staff_forms.other_roles(added=[added], removed=[])
        with pytest.raises(AccountRefused):
            propose(system, StaffChangeKind.ROLES, content, person=person, by=OTHER)
    with pytest.raises(AccountRefused, match="no attester"):
        propose(system, StaffChangeKind.ATTEST_RIGHT, RIGHT, person=FINANCE)


def test_what_was_taken_away_meanwhile_is_not_given_back(system: System) -> None:
    content = staff_forms.other_roles(added=[_P.OFFICER], removed=[])
    change = propose(system, StaffChangeKind.ROLES, content, person=FINANCE)
    with system.database.writing() as session:
        account_store.regrant(session, 6, [_P.PROTECTED], None)
    confirm(system, change)
    assert account(system, 6).permissions == {_P.OFFICER, _P.PROTECTED}


# Other ends -------------------------------------------------------------------------------------


def test_a_proposal_is_refused_by_another_withdrawn_by_its_own_and_lapses(system: System) -> None:
    refused, withdrawn, old = (propose(system, content=somebody_new(f"n{n}@x.example")) for n in range(3))
    with system.database.writing() as session:
        with pytest.raises(AccountRefused, match="Say why"):
            changes.refuse(session, refused, by=OTHER, reason=" ", at=CLOCK)
        changes.refuse(session, refused, by=OTHER, reason="Känner ingen sådan.", at=CLOCK)
        with pytest.raises(AccountRefused, match="Say no"):
            changes.withdraw(session, withdrawn, by=OTHER, at=CLOCK)
        changes.withdraw(session, withdrawn, by=ADMIN, at=CLOCK)
        assert changes.lapse_old(session, at=CLOCK + STANDS - timedelta(minutes=1)) == 0
    with pytest.raises(AccountRefused, match="lapsed"):
        confirm(system, old, later=STANDS)
    with system.database.writing() as session:
        assert changes.lapse_old(session, at=CLOCK + STANDS) == 1
    assert [state(system, each) for each in (refused, withdrawn, old)] == [
        StaffChangeState.REFUSED,
        StaffChangeState.WITHDRAWN,
        StaffChangeState.LAPSED,
    ]
    for each in (refused, withdrawn, old):
        with pytest.raises(StepRefused):
            confirm(system, each)
    assert named(system, "n0@x.example") is None
    with pytest.raises(NotThere):
        confirm(system, 999)


def test_what_a_former_administrator_proposed_is_not_confirmed(system: System) -> None:
    change = propose(system)
    with system.database.writing() as session:
        account_store.regrant(session, 9, [_P.OFFICER], None)
    with pytest.raises(AccountRefused, match="administers no longer"):
        confirm(system, change)


def test_one_administrator_takes_away_at_once(system: System) -> None:
    confirm(system, propose(system, StaffChangeKind.ATTEST_RIGHT, RIGHT, person=ATTESTER))
    confirm(system, propose(system, StaffChangeKind.SUBSTITUTE, SUBSTITUTE, person=ATTESTER))
    with system.database.writing() as session:
        (right,), (stand_in,) = (
            attest_right_store.rights(session),
            attest_right_store.substitutions(session),
        )
        attest_right_store.end(session, right.id, last_day=CLOCK.date(), by=ADMIN)
        attest_right_store.end_substitute(session, stand_in.id, last_day=CLOCK.date(), by=ADMIN)
        with pytest.raises(RightRefused):
            attest_right_store.end_substitute(session, stand_in.id, last_day=CLOCK.date(), by=ADMIN)
        accounts.end(session, BUYER, 7, by=ADMIN, today=CLOCK.date(), administers=Permission.BUYER_ADMIN)
        assert [each.valid_to for each in attest_right_store.substitutions(session)] == [CLOCK.date()]


@pytest.mark.both_engines
def test_two_who_confirm_at_once_confirm_once(system: System) -> None:
    for turn in range(10):
        change = propose(system, content=somebody_new(f"n{turn}@x.example"))

        def press(by: str, number: int = change) -> bool:
            try:
                confirm(system, number, by=by)
            except Refused:
                return False
            return True

        outcome = at_once([lambda: press(OTHER), lambda: press("drift-anna")])
        assert sorted(outcome) == [False, True]
        assert len(templates(system, f"n{turn}@x.example")) == 1


# The first two, from the host ---------------------------------------------------------------------


def test_the_first_two_administrators_come_from_the_host_and_no_third(database_url: str) -> None:
    with a_system(database_url) as system:
        for address in ("a@kopare.example", "b@kopare.example"):
            with system.database.writing() as session:
                changes.first_administrator(
                    session, name="Någon", address=address, language=SWEDISH, by="drift-anna", at=CLOCK
                )
        with system.database.writing() as session, pytest.raises(AccountRefused, match="two administrators"):
            changes.first_administrator(
                session, name="Någon", address="c@kopare.example", language=SWEDISH, by="drift-bo", at=CLOCK
            )
        for nobody in ("", "operator", journal.SYSTEM):
            with pytest.raises(AccountRefused, match="--by"):
                propose(system, by=nobody)
        change = propose(system, by="drift-anna")
        with pytest.raises(AccountRefused, match="yourself"):
            confirm(system, change, by="drift-anna")
        confirm(system, change, by="drift-bo")
        assert told(system).count(StaffAction.FIRST_ADMINISTRATOR) == 2


# On the pages -----------------------------------------------------------------------------------


@pytest.fixture
def site(system: System, database_url: str) -> Iterator[Site]:
    with portal(database_url, clock=lambda: CLOCK, second_step=False) as served:
        yield served


def entered(site: Site, name: str) -> Iterator[Visitor]:
    with visitor(site) as each:
        assert each.enter(name, people.PASSWORD).headers["location"] == "/"
        yield each


@pytest.fixture
def ivar(site: Site) -> Iterator[Visitor]:
    yield from entered(site, "admin@kopare.example")


@pytest.fixture
def nils(site: Site) -> Iterator[Visitor]:
    yield from entered(site, "admin2@kopare.example")


def test_on_the_pages_one_proposes_and_the_other_confirms(
    system: System, ivar: Visitor, nils: Visitor
) -> None:
    form = {"name": "Ny Person", "email": "ny@kopare.example", "permission": "OFFICER"}
    assert "väntar på en annan administratör" in ivar.follow(ivar.post("/admin/people/new", form))
    own = text_of(ivar.get("/admin/people/changes/1"))
    assert "Ta tillbaka förslaget" in own
    assert ivar.post("/admin/people/changes/1/confirm").status_code == 409
    seen = text_of(nils.get("/admin/people/changes/1"))
    assert "ny@kopare.example" in seen
    assert "Handläggare" in seen
    assert "Ivar Dahl" in seen
    nils.follow(nils.post("/admin/people/changes/1/confirm"))
    made = named(system, "ny@kopare.example")
    assert made is not None
    # Another role waits; taking one away does not.
    ivar.post(f"/admin/people/{made.id}", {"permission": ["OFFICER", "FINANCE"]})
    assert account(system, made.id).permissions == {_P.OFFICER}
    nils.post("/admin/people/changes/2/confirm")
    assert account(system, made.id).permissions == {_P.OFFICER, _P.FINANCE}
    ivar.post(f"/admin/people/{made.id}", {"permission": ["FINANCE"]})
    assert account(system, made.id).permissions == {_P.FINANCE}
    # Both in one step: what is taken away is gone, what is given waits.
    told = ivar.follow(ivar.post(f"/admin/people/{made.id}", {"permission": ["AUDIT"]}))
    assert "gäller inte längre" in told
    assert account(system, made.id).permissions == set()
    nils.post("/admin/people/changes/3/confirm")
    assert account(system, made.id).permissions == {_P.AUDIT}
    ivar.post(f"/admin/people/{made.id}/address", {"email": "annan@kopare.example"})
    assert nils.post("/admin/people/changes/4/refuse", {"reason": ""}).status_code == 409
    nils.post("/admin/people/changes/4/refuse", {"reason": "Fråga personen först."})
    assert "Fråga personen först." in text_of(ivar.get("/admin/people/changes/4"))


def test_rights_and_limits_are_proposed_on_their_pages(system: System, ivar: Visitor, nils: Visitor) -> None:
    right = {"person": ATTESTER, "limit": "1 000", "valid_from": "2026-01-01"}
    ivar.post("/finance/payments/rights", right)
    stand_in = {
        "person": ATTESTER,
        "substitute": "user-8",
        "valid_to": "2026-12-31",
        "valid_from": "2026-01-01",
    }
    ivar.post("/finance/payments/substitutes", stand_in)
    ivar.post("/finance/policies/limits", {"person": FINANCE, "limit": "700"})
    assert (rights(system), substitutes(system), limit_of(system, FINANCE)) == ([], [], Decimal("500.00"))
    for number in (1, 2, 3):
        nils.post(f"/admin/people/changes/{number}/confirm")
    assert (rights(system), substitutes(system)) == ([ATTESTER], ["user-8"])
    assert limit_of(system, FINANCE) == Decimal("700.00")
    # Lower is at once.
    ivar.post("/finance/policies/limits", {"person": FINANCE, "limit": "100"})
    assert limit_of(system, FINANCE) == Decimal("100.00")
    assert ivar.post("/finance/payments/substitutes/1/end").status_code == 303
    with system.database.reading() as session:
        assert [each.valid_to for each in attest_right_store.substitutions(session)] == [CLOCK.date()]


@pytest.mark.both_engines
def test_what_one_person_gave_alone_attests_when_another_has_confirmed_it(
    system: System, ivar: Visitor, nils: Visitor
) -> None:
    """As the books were before it took two: on the page of either administrator it stands as waiting."""
    with system.database.writing() as session:
        for table, row in (
            (attest_right, {"person": ATTESTER, "limit_amount": Decimal(900)}),
            (attest_substitute, {"person": ATTESTER, "substitute": "user-8", "valid_to": date(2099, 12, 31)}),
        ):
            session.execute(insert(table), {**row, "valid_from": date(2026, 1, 1), "given_by": ADMIN})
    with system.database.reading() as session:
        assert [each.is_confirmed for each in attest_right_store.rights(session)] == [False]
        assert [each.is_confirmed for each in attest_right_store.substitutions(session)] == [False]
    assert "väntar på en andra administratör" in text_of(ivar.get("/finance/payments/rights"))
    for what in ("rights", "substitutes"):
        # Who gave it does not confirm it.
        assert ivar.post(f"/finance/payments/{what}/1/confirm").status_code == 409
        assert nils.post(f"/finance/payments/{what}/1/confirm").status_code == 303
        assert nils.post(f"/finance/payments/{what}/1/confirm").status_code == 404
    with system.database.reading() as session:
        assert [each.is_confirmed for each in attest_right_store.rights(session)] == [True]
        assert [each.is_confirmed for each in attest_right_store.substitutions(session)] == [True]
