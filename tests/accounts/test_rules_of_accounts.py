"""What may be decided about accounts: ages, addresses, names, permissions and places, and who is left to administer."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from accounts import rules
from accounts.identity import BUYER_SIDE, SUPPLIER_SIDE, Permission
from accounts.password_rules import PasswordRefused, chosen_password
from accounts.passwords import LONGEST, SHORTEST
from accounts.rules import AccountRefused, LastAdministrator
from accounts.store import Account, AccountState
from foundation.text import ENGLISH, SWEDISH
from orders.register.agreements import DeliveryUnit, UnitAddress
from orders.register.parties import Address
from orders.register.unit_scope import UnitScope
from tests.support.stories.system import FYRBAKEN

_P = Permission
_ADDRESS = Address("Storgatan 1", "90325", "Umeå")
NORTH = DeliveryUnit("UV-101", FYRBAKEN, "Norr", _ADDRESS, (UnitAddress("UV-101-B", _ADDRESS),))
SOUTH = DeliveryUnit("UV-102", FYRBAKEN, "Söder", _ADDRESS)
UNITS = (NORTH, SOUTH)
TODAY = date(2026, 11, 21)


@pytest.mark.parametrize(
    ("days", "tone", "told"),
    [
        (-1, "good", "0 days"),
        (0, "good", "0 days"),
        (1, "good", "1 day"),
        (4, "good", "4 days"),
        (5, "note", "5 days"),
        (7, "note", "7 days"),
        (8, "bad", "8 days, over the normal time"),
    ],
)
def test_an_application_is_decided_within_five_to_seven_days(days: int, tone: str, told: str) -> None:
    age = rules.age(TODAY - timedelta(days=days), TODAY)
    assert age.tone == tone
    said = age.told.in_language(ENGLISH)
    assert said.partition(",")[0] == told.partition(",")[0]
    assert ("," in said) is (tone == "bad")
    assert age.told.in_language(SWEDISH) != said


@pytest.mark.parametrize(
    ("written", "kept"),
    [
        (" Anna@Fyrbaken.Example ", "anna@fyrbaken.example"),
        ("a@b.se", "a@b.se"),
        ("Asa@FÖRETAG.se", "asa@företag.se"),
        # Composed, and in its own letters: two ways to write one address are one account.
        ("asa@fo\u0308retag.se", "asa@företag.se"),
        ("asa@xn--fretag-wxa.se", "asa@företag.se"),
        ("a" * 64 + "@b.se", "a" * 64 + "@b.se"),
        ("a@" + "b" * 185 + ".se", "a@" + "b" * 185 + ".se"),
    ],
)
def test_a_mail_address_is_kept_in_small_letters(written: str, kept: str) -> None:
    assert rules.mail_address(written, utf8=False) == kept


@pytest.mark.parametrize(
    "written",
    [
        *(
            "",
            "a",
            "a@",
            "@b.se",
            "a@b",
            "a@b.s",
            "a b@c.se",
            "a@b.se,c@d.se",
            '"a"@b.se',
            "<a@b.se>",
            "a@b@c.se",
        ),
        *("asa@före tag.se", "asa@-ö.se", "asa@ö..se", "asa@" + "ö" * 64 + ".se", "åsa@b.se"),
        *("a" * 65 + "@b.se", "a@" + "b" * 186 + ".se", "a@b.se\nbcc: c@d.se"),
    ],
)
def test_what_cannot_be_a_mail_address_is_refused(written: str) -> None:
    with pytest.raises(AccountRefused):
        rules.mail_address(written, utf8=False)


def test_letters_before_the_at_sign_are_kept_where_the_mail_server_takes_them() -> None:
    assert rules.mail_address("Åsa@Företag.se", utf8=True) == "åsa@företag.se"


def test_a_name_has_one_to_a_hundred_and_twenty_signs() -> None:
    assert rules.name_of_person("  Anna \n Berggren ") == "Anna Berggren"
    assert [len(rules.name_of_person("Å" * length)) for length in (1, 120)] == [1, 120]
    for wrong in ("", "   ", "Å" * 121, "An\u202ena", "An\0na"):
        with pytest.raises(AccountRefused):
            rules.name_of_person(wrong)


def test_a_password_has_twelve_signs_and_no_more_than_the_longest() -> None:
    signs = "häst batteri lugn tisdag 7"
    good = (signs * 40)[:SHORTEST], (signs * 40)[:LONGEST]
    assert tuple(chosen_password(each, each) for each in good) == good
    for wrong in ((signs * 40)[: SHORTEST - 1], (signs * 40)[: LONGEST + 1]):
        with pytest.raises(PasswordRefused):
            chosen_password(wrong, wrong)
    with pytest.raises(PasswordRefused, match=r"not the same|inte lika"):
        chosen_password(good[0], good[0] + "x")


# Permissions and places ----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("places", "scope"),
    [
        ({"UV-101"}, UnitScope(frozenset({"UV-101"}))),
        ({"@UV-101"}, UnitScope(addresses=frozenset({"UV-101"}))),
        ({"@UV-101-B", "UV-102"}, UnitScope(frozenset({"UV-102"}), frozenset({"UV-101-B"}))),
        ({"UV-101", "@UV-101-B"}, UnitScope(frozenset({"UV-101"}))),
        ({"UV-102", "UV-999", "@UV-999"}, UnitScope(frozenset({"UV-102"}))),
    ],
)
def test_a_place_is_a_whole_unit_or_one_of_its_addresses(places: set[str], scope: UnitScope) -> None:
    given_to = rules.granted([_P.REPORT, "NO_SUCH"], places, everywhere=False, units=UNITS)
    assert given_to == (frozenset({_P.REPORT}), scope)


def test_who_administers_or_is_everywhere_has_all_of_them() -> None:
    for permissions, everywhere in (([_P.ADMINISTER, _P.REPORT], False), ([_P.REPORT], True)):
        granted = rules.granted(permissions, ["UV-101"], everywhere=everywhere, units=UNITS)
        assert granted == (frozenset(permissions), None)


@pytest.mark.parametrize(
    "permissions", [[], ["NO_SUCH"], [*BUYER_SIDE]], ids=["none", "unknown", "the buyer's"]
)
def test_nobody_is_given_nothing_or_what_is_the_other_sides(permissions: list[str]) -> None:
    with pytest.raises(AccountRefused):
        rules.granted(permissions, ["UV-101"], everywhere=True, units=UNITS)


@pytest.mark.parametrize("places", [set(), {"UV-999"}, {"@UV-102-B"}, {"UV-101-B"}])
def test_nobody_is_given_no_place(places: set[str]) -> None:
    with pytest.raises(AccountRefused):
        rules.granted([_P.REPORT], places, everywhere=False, units=UNITS)


def test_staff_are_given_what_is_the_buyers() -> None:
    assert rules.granted_staff([_P.FINANCE, _P.REPORT]) == {_P.FINANCE}
    for nothing in ([], [*SUPPLIER_SIDE], ["NO_SUCH"]):
        with pytest.raises(AccountRefused):
            rules.granted_staff(nothing)


# Who is left ---------------------------------------------------------------------------------


def somebody(
    number: int,
    *permissions: Permission,
    state: AccountState = AccountState.ACTIVE,
    within: UnitScope | None = None,
) -> Account:
    return Account(
        number,
        FYRBAKEN,
        f"{number}@fyrbaken.example",
        "Någon",
        SWEDISH,
        state,
        within,
        frozenset(permissions),
    )


people = st.lists(
    st.tuples(st.sampled_from([(), (_P.REPORT,), (_P.ADMINISTER,)]), st.sampled_from(AccountState)),
    max_size=4,
).map(lambda each: [somebody(number, *what, state=state) for number, (what, state) in enumerate(each, 1)])


@given(
    people,
    st.integers(1, 4),
    st.sampled_from([frozenset(), frozenset({_P.REPORT}), frozenset({_P.ADMINISTER})]),
)
def test_an_organisation_that_has_an_administrator_keeps_one(
    everybody: list[Account], changed: int, to: frozenset[Permission]
) -> None:
    def administrators(who: list[tuple[Account, frozenset[Permission]]]) -> int:
        return sum(each.state == AccountState.ACTIVE and _P.ADMINISTER in has for each, has in who)

    before = administrators([(each, each.permissions) for each in everybody])
    after = administrators([(each, to if each.id == changed else each.permissions) for each in everybody])
    if before and not after:
        with pytest.raises(LastAdministrator):
            rules.keeps_an_administrator(everybody, changed, to, _P.ADMINISTER)
    else:
        rules.keeps_an_administrator(everybody, changed, to, _P.ADMINISTER)


def test_at_a_unit_are_those_who_are_active_and_see_it_or_an_address_of_it() -> None:
    seeing = [
        somebody(1, _P.REPORT),
        somebody(2, _P.REPORT, within=UnitScope(frozenset({"UV-101"}))),
        somebody(3, _P.REPORT, within=UnitScope(addresses=frozenset({"UV-101-B"}))),
        somebody(4, _P.REPORT, within=UnitScope(frozenset({"UV-102"}))),
        somebody(5, _P.ADMINISTER, within=UnitScope(frozenset({"UV-102"}))),
        *(
            somebody(6 + place, _P.REPORT, state=state)
            for place, state in enumerate(set(AccountState) - {"ACTIVE"})
        ),
    ]
    assert [each.id for each in rules.at_unit(seeing, NORTH)] == [1, 2, 3, 5]
    assert rules.person_at_unit("user-3", seeing, NORTH) == "user-3"
    assert rules.person_at_unit("", seeing, NORTH) == ""
    for other in ("user-4", "user-6", "user-99"):
        with pytest.raises(AccountRefused):
            rules.person_at_unit(other, seeing, NORTH)
