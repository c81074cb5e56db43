"""Who may attest: whatever rights and substitutes there are, nobody attests alone, too much, or elsewhere."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from foundation.money import Money
from invoicing.payment.attest_rights import AttestRefused, Right, Subject, Substitution, granted

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
