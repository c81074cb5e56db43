"""Who may attest: whatever rights and substitutes there are, nobody attests alone, too much, or elsewhere."""

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from foundation.money import Money
from invoicing.payment.attest_rights import AttestRefused, Granted, Right, Subject, Substitution, granted

TODAY = date(2026, 11, 21)
PEOPLE = ("user-1", "user-2", "user-3")
SCOPES = ("", "a", "b")
days = st.integers(-3, 3).map(lambda count: TODAY + timedelta(days=count))
ore = st.integers(1, 500).map(lambda value: Decimal(value).scaleb(-2))
rights = st.builds(
    Right,
    id=st.integers(1, 99),
    person=st.sampled_from(PEOPLE),
    limit=ore,
    supplier=st.sampled_from(SCOPES),
    article=st.sampled_from(SCOPES),
    delivery_area=st.sampled_from(SCOPES),
    valid_from=days,
    valid_to=st.none() | days,
    is_confirmed=st.booleans(),
)
substitutions = st.builds(
    Substitution,
    person=st.sampled_from(PEOPLE),
    substitute=st.sampled_from(PEOPLE),
    valid_from=days,
    valid_to=days,
    is_confirmed=st.booleans(),
)
subjects = st.builds(
    Subject,
    number=st.just("F-1"),
    amount=ore.map(lambda amount: Money(amount, "SEK")),
    supplier=st.sampled_from(("a", "b")),
    articles=st.frozensets(st.sampled_from(("a", "b")), max_size=2),
    areas=st.frozensets(st.sampled_from(("a", "b")), max_size=2),
    prepared_by=st.sampled_from(PEOPLE),
    decided_by=st.frozensets(st.sampled_from(PEOPLE), max_size=1),
    account_confirmed_by=st.frozensets(st.sampled_from(PEOPLE), max_size=1),
)


def allowed(
    person: str, subject: Subject, all_rights: list[Right], stand_ins: list[Substitution]
) -> list[Right]:
    """The same question asked plainly, right by right."""
    if person in (subject.prepared_by, *subject.decided_by, *subject.account_confirmed_by):
        return []
    found = []
    for right in all_rights:
        own = right.person == person
        lent = any(
            each.person == right.person
            and each.substitute == person
            and each.is_confirmed
            and each.valid_from <= TODAY <= each.valid_to
            for each in stand_ins
        )
        barred = right.person in (subject.prepared_by, *subject.decided_by, *subject.account_confirmed_by)
        in_time = (
            right.is_confirmed
            and right.valid_from <= TODAY
            and (right.valid_to is None or right.valid_to >= TODAY)
        )
        fits = (
            right.supplier in ("", subject.supplier)
            and (right.article == "" or subject.articles == {right.article})
            and (right.delivery_area == "" or subject.areas == {right.delivery_area})
            and subject.amount.amount <= right.limit
        )
        if (own or (lent and not barred)) and in_time and fits:
            found.append(right)
    return found


@given(
    person=st.sampled_from(PEOPLE),
    subject=subjects,
    all_rights=st.lists(rights, max_size=5),
    stand_ins=st.lists(substitutions, max_size=3),
)
def test_an_attest_is_granted_exactly_where_a_right_reaches(
    person: str, subject: Subject, all_rights: list[Right], stand_ins: list[Substitution]
) -> None:
    usable = allowed(person, subject, all_rights, stand_ins)
    if not usable:
        with pytest.raises(AttestRefused) as refusal:
            granted(person, subject, all_rights, stand_ins, on=TODAY)
        assert refusal.value.text.sv != refusal.value.text.en
        return
    given_right = granted(person, subject, all_rights, stand_ins, on=TODAY)
    assert given_right.right in usable
    assert given_right.of != subject.prepared_by
    if any(right.person == person for right in usable):
        assert given_right.of == person


# One right, whose edges are all tried --------------------------------------------------------

OWN = Right(7, "user-1", Decimal("10.00"), "", "", "", TODAY, TODAY)
PAID = Subject(
    "F-1", Money.of("10.00"), "a", frozenset({"BASIC"}), frozenset({"LO-NORD"}), prepared_by="user-2"
)


@pytest.mark.parametrize(
    ("first", "last", "holds"),
    [
        (0, 0, True),
        (-1, 0, True),
        (0, 1, True),
        (0, None, True),
        (1, 1, False),
        (1, None, False),
        (-1, -1, False),
    ],
)
def test_a_right_holds_from_its_first_day_to_its_last(first: int, last: int | None, holds: bool) -> None:
    valid_to = None if last is None else TODAY + timedelta(days=last)
    right = replace(OWN, valid_from=TODAY + timedelta(days=first), valid_to=valid_to)
    assert right.holds_on(TODAY) is holds


@pytest.mark.parametrize(("first", "last", "stands_in"), [(0, 0, True), (1, 1, False), (-1, -1, False)])
def test_a_substitute_stands_in_from_the_first_day_to_the_last(
    first: int, last: int, stands_in: bool
) -> None:
    days = TODAY + timedelta(days=first), TODAY + timedelta(days=last)
    lent = Substitution("user-1", "user-3", *days)
    if stands_in:
        assert granted("user-3", PAID, [OWN], [lent], on=TODAY).of == "user-1"
    else:
        with pytest.raises(AttestRefused, match="no right to attest"):
            granted("user-3", PAID, [OWN], [lent], on=TODAY)


def test_of_several_rights_the_smallest_of_ones_own_is_used() -> None:
    """So that the journal names no more than was needed, and the same right each time."""
    large, lent = replace(OWN, id=3, limit=Decimal("500.00")), replace(OWN, id=2, person="user-3")
    twin = replace(OWN, id=8)
    stand_in = [Substitution("user-3", "user-1", TODAY, TODAY)]
    for held in ([large, OWN, lent, twin], [twin, lent, OWN, large]):
        assert granted("user-1", PAID, held, stand_in, on=TODAY).right == OWN
    assert granted("user-1", PAID, [lent, large], stand_in, on=TODAY).right == large
    assert granted("user-1", PAID, [lent], stand_in, on=TODAY) == Granted(lent, "user-3")


def test_above_every_limit_the_highest_is_told() -> None:
    held = [replace(OWN, limit=Decimal(each)) for each in ("9.99", "0.01", "9.98")]
    with pytest.raises(AttestRefused) as refused:
        granted("user-1", PAID, held, [], on=TODAY)
    assert "10.00" in refused.value.text.en
    assert "9.99" in refused.value.text.en
    assert granted("user-1", PAID, [OWN], [], on=TODAY).right == OWN


def test_what_one_person_gave_alone_attests_nothing_and_is_told_so() -> None:
    right = Right(1, "user-1", Decimal(500), "", "", "", TODAY, None, is_confirmed=False)
    subject = Subject("F-1", Money.of("100.00"), "a", frozenset(), frozenset(), prepared_by="user-3")
    with pytest.raises(AttestRefused, match="another administrator has confirmed it"):
        granted("user-1", subject, [right], [], on=TODAY)
    lent = Substitution("user-1", "user-2", TODAY, TODAY, is_confirmed=False)
    whole = Right(1, "user-1", Decimal(500), "", "", "", TODAY, None)
    with pytest.raises(AttestRefused, match="no right to attest"):
        granted("user-2", subject, [whole], [lent], on=TODAY)
    assert granted("user-1", subject, [right, whole], [], on=TODAY).right is whole
